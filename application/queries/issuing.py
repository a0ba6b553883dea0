"""Commands of those from whom something is hidden: their ids are taken back in, and they are told no others."""

from dataclasses import replace
from typing import Any, Final

from application.commands.already import Already
from application.commands.recording import NOTHING_NAMED
from application.commands.request import Outcome, Refused, Request
from application.queries.masks import Mask
from application.queries.sight import Sight
from domain.access.hiding.masked import Masked, ids_in
from domain.access.hiding.refusals import judged_in, rejection_told
from domain.language.words import ActingParty
from domain.law.command import Command
from domain.law.rejection import NotFound, Rejection
from domain.register import allowed_commands

_SO_ALREADY: Final = Already(version=None, occurred_at=None, detail="it is so already")


def as_recorded(sight: Sight, request: Request) -> Request:
    """A command with the ids that were meant; a refusal is written down for a retry as it is told.

    Raises UnknownEngagement where the engagement is out of reach.
    """
    mask, keyed = sight.mask, request.keyed
    if mask is None:
        return request
    if keyed:
        written = keyed.written
        keyed = replace(keyed, written=lambda refused: written(refusal_told(mask, request, refused)))
    said = request.command
    meant = said if is_meant_as_said(said) else sight.masked(request.engagement_id).named(said)
    return replace(request, command=meant, keyed=keyed)


def is_meant_as_said(command: Command[Any]) -> bool:
    """Whether a command means the same whoever says it, and nothing is read for that: it names nothing by an id that
    may stand for another, or that may be hidden."""
    return getattr(command, "corrects", None) is None and not any(ids_in(command))


def outcome_told(sight: Sight, outcome: Outcome) -> Outcome:
    """What a command recorded, or what stands, as it is told."""
    return standing_told(sight, replace(outcome, facts=tuple(sight.told(outcome.facts))))


def outcome_told_at_once(sight: Sight, outcome: Outcome) -> Outcome | None:
    """The same of what was recorded on a short history at hand; None: it has to be read, or takes long."""
    facts = None if outcome.stands else sight.told_at_once(outcome.facts)
    return None if facts is None else replace(outcome, facts=tuple(facts))


def standing_told(sight: Sight, outcome: Outcome) -> Outcome:
    """An outcome with what stands, where something does, unless that is a fact which is not told.

    A key that is used again may name what was told when it was answered and is not any more: that is not said either.
    """
    stands = outcome.stands
    if stands is None or sight.mask is None:
        return outcome

    def told() -> Already:
        masked = sight.masked(outcome.engagement_id)
        try:
            found = stands()
        except NotFound:
            return _SO_ALREADY
        if found.version is None or masked.history.facts[found.version - 1].told:
            return found
        return _SO_ALREADY

    return replace(outcome, stands=told)


def refusal_told(mask: Mask, request: Request, refused: Refused) -> Refused:
    """A refusal as it is told: its sentence without hidden ids, and what is allowed as the reader sees it."""
    if refused.history is None:
        return refused
    masked, last = mask(refused.history), refused.history.facts[-1].recorded_at
    order = request.order(max(refused.rejection.judged_at or last, last))
    rejection = rejection_told(masked, order, NOTHING_NAMED, refused.rejection)
    allowed = _allowed(masked, rejection, request.actor.party)
    return Refused(rejection, refused.engagement_id, refused.version, allowed, masked.history)


def _allowed(masked: Masked, rejection: Rejection, party: ActingParty) -> tuple[str, ...]:
    """What the party may issue in the state that the command was judged in, as it is told."""
    state = judged_in(masked, rejection)
    return tuple(allowed_commands(state, party)) if state else ()
