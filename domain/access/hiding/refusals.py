"""Sentences of refusals as they are told: they list, compare and name only what the reader is told of."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Final

from domain.access.hiding.masked import Masked
from domain.engagement.deed import IdOfOtherSeat
from domain.engagement.nouns.assignment import UnknownAssignment
from domain.engagement.nouns.concern import UnknownConcern
from domain.engagement.nouns.proposal import UnknownProposal
from domain.engagement.replacement.about import open_proposal
from domain.engagement.replacement.succession import ProposalOpen
from domain.engagement.state import State
from domain.language.saying import none_such
from domain.language.untold import Untold
from domain.law.command import Command, Order
from domain.law.rejection import ContradictsLaterFact, NotYours, Rejection
from domain.law.voiding import UnknownVersion


def rejection_told(masked: Masked, order: Order, published: Any, rejection: Rejection) -> Rejection:
    """A refusal of a command, in words that follow from what the reader is told, and name things as the reader does.

    ``order`` is the command as the reader said it: what it is refused for in the history as it is told is said. Where
    it is not refused there by the same rule, the rule alone is. No word of another refusal is looked at, so that none
    which somebody puts into a command, to see what becomes of it, tells whether something hidden has that name.
    """
    if masked.masking is None or isinstance(rejection, NotYours):
        return rejection
    told = _refused_alike(masked, order, published, rejection) or _rule_alone(rejection)
    if isinstance(told, ContradictsLaterFact) and not masked.tells_version(told.version):
        told.version, told.detail = None, "what was recorded for later would break a rule"
    told.detail = _of_what_is_hidden(masked, order.command, rejection) or told.detail
    told.args = (told.detail,)
    return told


def _refused_alike(masked: Masked, order: Order, published: Any, rejection: Rejection) -> Rejection | None:
    """What refuses a command in the history as it is told, by the same rule."""
    try:
        order.facts(masked.history, published)
    except Rejection as found:
        return found if type(found) is type(rejection) else None
    return None


def _rule_alone(rejection: Rejection) -> Rejection:
    told = copy(rejection)
    told.detail = rejection.title().rstrip(".")
    return told


def _of_what_is_hidden(masked: Masked, command: Command[Any], rejection: Rejection) -> str | None:
    """The words of a refusal for something that is hidden, or not there; None: it is for what is told."""
    state, said = judged_in(masked, rejection), getattr(command, rejection.field or "", None)
    if said is None or state is None:
        return None
    if type(rejection) in _LISTED:
        kind, ids = _LISTED[type(rejection)]
        return none_such(kind, said, ids(state))
    if isinstance(rejection, UnknownVersion) and not masked.tells_version(said):
        return f"the history has no version {said}"
    if isinstance(rejection, ProposalOpen) and _awaits_hidden(state, said):
        return "a proposal awaits its decision"
    if rejection.field == command.makes and masked.hides((command.makes.removesuffix("_id"), said)):
        return _taken(command, rejection, said)
    return None


def judged_in(masked: Masked, rejection: Rejection) -> State | None:
    """The state that a command was judged in, as it is told; None: before the opening."""
    return masked.history.state_at(rejection.judged_at) if rejection.judged_at else masked.history.state


def _taken(command: Command[Any], rejection: Rejection, said: str) -> str:
    """That an id is taken by something of which something is hidden, without in what that differs."""
    kind = command.makes.removesuffix("_id")
    if isinstance(rejection, IdOfOtherSeat):
        return f"{kind} {said} belongs to another seat for ever"
    return f"{kind} {said} exists with other content"


def _awaits_hidden(state: State, case_id: str) -> bool:
    """Whether a case waits for a decision on a proposal that is not told."""
    waiting = open_proposal(state, state.cases[case_id]) if case_id in state.cases else None
    return waiting is not None and isinstance(waiting.proposal_id, Untold)


_LISTED: Final[Mapping[type[Rejection], tuple[str, Callable[[State], Iterable[str]]]]] = {
    UnknownAssignment: ("assignment", lambda state: state.assignments),
    UnknownConcern: ("concern", lambda state: state.concerns),
    UnknownProposal: ("proposal", lambda state: [each for each in state.proposals if not isinstance(each, Untold)]),
}
"""The refusals that list things of which some may be hidden: of what kind, and which there are as they are told."""
