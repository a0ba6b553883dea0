"""What the interface says of the fields that a page needs: changes and dry runs, lanes."""

from typing import Final

PAGE_TEXTS: Final = {
    "Change.after": "What it is since; null: it is gone.",
    "Change.before": "What it was before; null: it was not there.",
    "Change.path": "What changed, by its path in the state.",
    "dry_run": "Whether to say only what would be recorded and changed, or what is in the way: nothing is recorded, "
    "and no key is used up. Ids that would be made under an `Idempotency-Key` are those that will be. The `ETag` of "
    "the answer is the version that it was decided on.",
    "LanesAnswer.from": "The start of the window, inclusive; null before the opening.",
    "LanesAnswer.to": "The end of the window; null before the opening. It belongs to the window where it is `as_of` "
    "or was left out: then it is `as_of`, or the last event of an engagement that has ended.",
    "LanesAnswer.zone": "The time zone of the calendar in force at `as_of`, by its IANA name; null before the opening.",
    "LanesAnswer.seats": "All seats, in the order in which they joined.",
    "LanesAnswer.rows": "What is no seat's: the exit plan.",
    "LanesAnswer.marks": "What happened in the window and is no seat's, the earliest first.",
    "LanesAnswer.suspensions": "When everything waited on somebody, in the window.",
    "LanesAnswer.terms": "The terms in force in the window, the earliest first.",
    "LanesAnswer.density": "How many events happened by `as_of` in each of up to 400 equal parts of the window, by "
    "`occurred_at`, voided ones too. Together they are all events of the window.",
    "SeatLanes.closed_at": "When the seat was closed; null while it is open.",
    "LaneWait.reason": "Why it waited.",
}
