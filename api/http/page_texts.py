"""What the interface says of the fields that a page needs: dry runs, the command of an event, lanes."""

from typing import Final

PAGE_TEXTS: Final = {
    "dry_run": "Whether to say only what would be recorded and changed, or what is in the way: nothing is recorded, "
    "and no key is used up. Ids that would be made under an `Idempotency-Key` are those that will be. The `ETag` of "
    "the answer is the version that it was decided on.",
}
