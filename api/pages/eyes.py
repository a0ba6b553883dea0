"""Whose eyes a page is seen with, as the page says it: who is signed in, what a mandate holds, and until when."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from api.http.access.asking import asking
from api.http.reach import reader_for
from api.pages.formats import instant_text, short_day
from application.marketplace import process_clock
from domain.access.may import TABLE
from domain.access.principal import LOCAL
from domain.access.reach import EVERYTHING, Mandate
from domain.language.words import Party

EYES: Final = "Everybody who reaches this address acts as the platform’s operator."
WHOLE: Final = "everything is visible: no mandate limits it"
A_MOMENT: Final = timedelta(microseconds=1)


def eyes() -> str:
    """Whose eyes the page is seen with."""
    principal = asking()
    if principal is LOCAL:
        return EYES
    if principal is None:
        return "Nobody is signed in."
    if principal.mandate is not None:
        return f"Signed in as {principal}, to look at {_named(principal.mandate)} {_until(principal.mandate)}."
    return f"Signed in as {principal}{'' if records() else ', to look only'}."


def seen_as() -> str:
    """How much of what there is a page shows, for whoever has it in print."""
    principal = asking()
    if principal is None or reader_for(principal).sees == EVERYTHING:
        return WHOLE
    if principal.mandate is not None:
        return f"seen under the mandate of {principal}: {mandate_told(principal.mandate)}"
    return f"what {principal} may see of it"


def sees_everything() -> bool:
    """Whether all that is recorded is within reach of whoever asks."""
    principal = asking()
    return principal is None or reader_for(principal).sees == EVERYTHING


def records() -> bool:
    """Whether whoever asks issues commands at all."""
    principal = asking()
    return principal is not None and not principal.lacks({"record"}) and not never_records()


def never_records() -> bool:
    """Whether nobody of the role of whoever asks issues commands, whatever their key allows."""
    principal = asking()
    return principal is not None and not TABLE[principal.role]


def own_party() -> Party | None:
    """The party that whoever asks is of; None where that is the platform, which sees to everything."""
    principal = asking()
    return None if principal is None or principal.party == "platform" else principal.party


def mandate_told(of: Mandate) -> str:
    """A mandate as its auditor is told it, such as ``2 engagements, from 1 Mar 2026 until the end of 31 Mar 2026
    (UTC)``."""
    return f"{_named(of)}, {_from(of)} {_until(of)}"


def own_mandate() -> str | None:
    """That of whoever asks; None where they have none."""
    principal = asking()
    return None if principal is None or principal.mandate is None else mandate_told(principal.mandate)


def out_of_mandate() -> str | None:
    """Why an auditor is shown nothing today; None where the mandate lasts, and to all others."""
    principal, now = asking(), process_clock()
    mandate = None if principal is None else principal.mandate
    if mandate is None or mandate.begins_at <= now < mandate.ends_at:
        return None
    if now < mandate.begins_at:
        return f"Your mandate lasts {_from(mandate)} {_until(mandate)}. Until it begins you are shown nothing."
    return (
        f"Your mandate lasted {_until(mandate)}. You are shown nothing any more; another one is the operator’s to give."
    )


def _named(of: Mandate) -> str:
    count = len(of.engagement_ids)
    return f"{count} engagement{'' if count == 1 else 's'}"


def _from(of: Mandate) -> str:
    begins = of.begins_at.astimezone(UTC)
    return f"from {short_day(begins) if begins.time() == time() else instant_text(begins, 'UTC')}"


def _until(of: Mandate) -> str:
    """The last day where it ends with one: an end is no part of a mandate."""
    return f"until {_last(of.ends_at.astimezone(UTC))} (UTC)"


def _last(ends: datetime) -> str:
    return f"the end of {short_day(ends - A_MOMENT)}" if ends.time() == time() else instant_text(ends, "UTC")
