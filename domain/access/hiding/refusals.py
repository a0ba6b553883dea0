"""Sentences of refusals as they are told: they list, compare and name only what the reader is told of."""

from collections.abc import Callable, Iterable, Mapping
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
from domain.law.command import Command
from domain.law.rejection import Rejection
from domain.law.voiding import UnknownVersion


def detail_told(masked: Masked, command: Command[Any], rejection: Rejection) -> str:
    """The sentence of a refusal of a command, which names things as the reader does."""
    state, said = judged_in(masked, rejection), getattr(command, rejection.field or "", None)
    if masked.masking is None or said is None or state is None:
        return masked.sentence(rejection.detail)
    if type(rejection) in _LISTED:
        kind, ids = _LISTED[type(rejection)]
        return none_such(kind, said, ids(state))
    if isinstance(rejection, UnknownVersion) and not masked.tells_version(said):
        return f"the history has no version {said}"
    if isinstance(rejection, ProposalOpen) and _awaits_hidden(state, said):
        return "a proposal awaits its decision"
    if rejection.field == command.makes:
        return _taken(masked, command, rejection, said)
    return masked.sentence(rejection.detail)


def judged_in(masked: Masked, rejection: Rejection) -> State | None:
    """The state that a command was judged in, as it is told; None: before the opening."""
    return masked.history.state_at(rejection.judged_at) if rejection.judged_at else masked.history.state


def _taken(masked: Masked, command: Command[Any], rejection: Rejection, said: str) -> str:
    """That an id is taken: by something of which something is hidden, without in what that differs."""
    kind = command.makes.removesuffix("_id")
    if not masked.hides((kind, said)):
        return masked.sentence(rejection.detail)
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
