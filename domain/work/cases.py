"""Replacement cases, and the proposals that stand for them while they wait for a decision."""

from collections.abc import Iterator

from domain.clocks.foreseen import Foreseen
from domain.engagement.nouns.case import Case
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.replacement.about import last_proposal, open_cases, open_proposal, successor_of
from domain.engagement.replacement.pause import ResumeReplacement
from domain.engagement.replacement.succession import AcceptSuccessor, ProposeSuccessor
from domain.engagement.replacement.takeover import ReplaceProfessional
from domain.language.saying import code_said, said
from domain.language.untold import Untold
from domain.time.business_time import epoch_seconds, instant_at
from domain.work.assignments import next_of
from domain.work.item import Item, Watch
from domain.work.scene import Next, Scene, latest


def cases(scene: Scene) -> Iterator[Watch]:
    """Of every open case, or of the proposal that it waits for."""
    return (case(scene, each.case_id) for each in open_cases(scene.state))


def case(scene: Scene, case_id: str) -> Watch:
    """Of an open one."""
    found = scene.state.cases[case_id]
    awaiting = open_proposal(scene.state, found)
    if awaiting and isinstance(awaiting.proposal_id, Untold):
        return _undecided(scene, found, awaiting)
    return _proposal(scene, found, awaiting) if awaiting else _case(scene, case_id)


def _proposal(scene: Scene, case: Case, proposal: Proposal) -> Watch:
    life = scene.clock("decide", proposal.proposal_id)

    def item(now: Scene) -> Item | None:
        ahead = now.foreseen(life)
        claimed = "" if proposal.qualified else " as not qualified"
        why = f"{proposal.professional_id} was proposed{claimed} and waits for a decision."
        step = now.next(AcceptSuccessor, why, proposal_id=proposal.proposal_id)
        return Item(
            kind="proposal",
            subject_id=proposal.proposal_id,
            seat_id=proposal.seat_id,
            assignment_id=case.outgoing_assignment_id,
            holder=now.waiting_on(life) if life else "nobody",
            since=epoch_seconds(proposal.proposed_at),
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=step.command,
            next_fields=step.fields,
            title=f"Decide on {proposal.professional_id} for {proposal.seat_id}",
            why=step.why,
        )

    return Watch(scene.ends_of_waits(life), item)


def _undecided(scene: Scene, case: Case, proposal: Proposal) -> Watch:
    """Of a case that waits for a decision on a proposal that whoever reads is not told of: nothing is next for them."""
    life = scene.clock("decide", proposal.proposal_id)

    def item(now: Scene) -> Item | None:
        ahead = now.foreseen(life)
        return Item(
            kind="case",
            subject_id=case.case_id,
            seat_id=case.seat_id,
            assignment_id=case.outgoing_assignment_id,
            holder=now.waiting_on(life) if life else "nobody",
            since=epoch_seconds(proposal.proposed_at),
            due_at=ahead.breach_at,
            overdue_from=ahead.over_from,
            next_command=None,
            next_fields={},
            title=f"Replace {now.who(case.outgoing_assignment_id)} on {case.seat_id}: a decision is awaited",
            why="It waits for a decision on a candidate.",
        )

    return Watch(scene.ends_of_waits(life), item)


def _case(scene: Scene, case_id: str) -> Watch:
    life = scene.lives.cases[case_id]

    def item(now: Scene) -> Item | None:
        found = now.state.cases[case_id]
        standing, step = _next(now, found)
        last, lasting = last_proposal(now.state, found), life.replace.present(now.second)
        ahead = [now.foreseen(each) for each in (life.propose, life.replace)]
        return Item(
            kind="case",
            subject_id=case_id,
            seat_id=found.seat_id,
            assignment_id=found.outgoing_assignment_id,
            holder=life.holder(lasting),
            since=latest(found.requested_at, last.decided_at if last else None),
            due_at=_earliest(ahead, "breach_at"),
            overdue_from=_earliest(ahead, "over_from"),
            next_command=step.command,
            next_fields=step.fields,
            title=f"Replace {now.who(found.outgoing_assignment_id)} on {found.seat_id}: {standing}",
            why=step.why,
        )

    pause = scene.state.cases[case_id].pause
    ends = (each.until for each in (pause,) if each and each.until)
    return Watch((*ends, *scene.ends_of_waits(life.replace)), item)


def _next(scene: Scene, case: Case) -> tuple[str, Next]:
    """How an open case without a proposal stands, and what is next."""
    successor = successor_of(scene.state, case)
    if case.pause:
        return "paused", scene.next(ResumeReplacement, f"It is paused {case.pause.standing}.", case_id=case.case_id)
    if successor is None:
        why = f"It was requested by the {case.requested_by} ({code_said(case.cause)}), and no candidate is proposed."
        return "searching", scene.next(ProposeSuccessor, why, case_id=case.case_id)
    if successor.active_at is None:
        return f"onboarding {successor.professional_id}", next_of(scene, successor)
    since = said(instant_at(epoch_seconds(successor.active_at)))
    why = f"{successor.professional_id} is active since {since} and can take over."
    return f"{successor.professional_id} is active", scene.next(ReplaceProfessional, why, case_id=case.case_id)


def _earliest(ahead: list[Foreseen], name: str) -> int | None:
    found = (getattr(each, name) for each in ahead)
    return min((each for each in found if each is not None), default=None)
