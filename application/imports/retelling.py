"""Retells assignment histories as commands: matches, successions through replacement cases, departures.

Every team's commands go one after the other, the teams side by side, so that the store can take many at once. What a
rule forbids is told with the number of its line; what follows from that line is left out and the rest goes on.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from application.commands.request import Outcome, Request
from application.imports.assignment_history import Move, Seat, Team
from application.imports.assignment_rows import Row, made_id
from application.imports.refused_lines import LineRefused, line_refused
from application.many_commands import RecordAll, Result
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import NO_AGENCIES, MatchProfessional
from domain.engagement.assignments.onboarding import OnboardProfessional, WaiveOnboardingItem
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.nouns.seat import SeatSpec
from domain.engagement.replacement.request import RequestReplacement
from domain.engagement.replacement.succession import AcceptSuccessor, ProposeSuccessor
from domain.engagement.replacement.takeover import ReplaceProfessional
from domain.engagement.replacement.withdrawal import WithdrawReplacement
from domain.engagement.seats import AddSeat
from domain.engagement.terms.policy import OnboardingItem
from domain.language.words import Model, SupplySource
from domain.law.command import Command
from domain.law.recorded import Actor

IMPORTER = Actor(party="platform", id="import")
REASON = "imported"
Steps = Generator[Sequence[Request], Sequence[Result], None]
MandatoryItems = Callable[[UUID], Sequence[OnboardingItem]]
"""The onboarding items that an engagement's policy asks for."""
Seats = Callable[[UUID], Mapping[str, str]]
"""The roles of an engagement's seats as they are recorded, by their ids; none where it is not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """How to retell: under which model and calendar, and what to tell on the way."""

    model: Model
    calendar: str
    items: MandatoryItems
    seats: Seats
    refused: Callable[[LineRefused], None]
    line_done: Callable[[], None]

    def of(self, teams: Iterable[Team], record_all: RecordAll) -> None:
        """Records what the teams' lines tell, all teams side by side."""
        tellers = [_Teller(self, team).tell() for team in teams]
        wanted = {index: next(teller) for index, teller in enumerate(tellers)}
        while wanted:
            results = iter(record_all([request for requests in wanted.values() for request in requests]))
            answered = {index: [next(results) for _ in requests] for index, requests in wanted.items()}
            wanted = {}
            for index, answers in answered.items():
                try:
                    wanted[index] = tellers[index].send(answers)
                except StopIteration:
                    continue


class _Teller:
    """One team's story. A line once refused takes no part any more."""

    def __init__(self, how: Retelling, team: Team) -> None:
        self._how = how
        self._team = team
        self._out: set[int] = set()
        self._items: Sequence[OnboardingItem] = ()
        self._seat_ids: Mapping[str, str] = {}

    def tell(self) -> Steps:
        self._seat_ids = self._as_recorded(self._how.seats(self._team.engagement_id))
        [opened] = yield [self._opening()]
        if not isinstance(opened, Outcome):
            for row in _rows(self._team):
                self._refuse(row, opened)
                self._how.line_done()
            return
        self._items = self._how.items(self._team.engagement_id)
        for move in self._team.moves:
            yield from self._move(move)
            if move.incoming:
                self._how.line_done()

    def _as_recorded(self, known: Mapping[str, str]) -> Mapping[str, str]:
        """The ids of the seats; one that an import by an earlier version has named keeps that name."""
        return {
            seat_id: seat.former_id if known.get(seat.former_id) == seat.role else seat_id
            for seat_id, seat in self._team.seats.items()
        }

    def _move(self, move: Move) -> Steps:
        seat_id = self._seat_ids[move.seat_id]
        outgoing = move.outgoing if move.outgoing and move.outgoing.line not in self._out else None
        if move.incoming is None:
            if outgoing:
                yield from self._all([self._departure(outgoing)], outgoing)
        elif outgoing is None:
            yield from self._all(self._start(self._team.seats[move.seat_id], seat_id, move.incoming), move.incoming)
        else:
            yield from self._succession(seat_id, outgoing, move.incoming)

    def _succession(self, seat_id: str, outgoing: Row, incoming: Row) -> Steps:
        """Where a rule keeps the successor away, the case is withdrawn and the outgoing one departs all the same."""
        yield from self._all(self._takeover(seat_id, outgoing, incoming), incoming)
        if incoming.line in self._out:
            case_id = made_id("case", incoming)
            withdrawal = WithdrawReplacement(case_id=case_id, reason=REASON)
            instead = self._request(withdrawal, incoming.started_at, "withdraw", case_id)
            yield [instead]
            yield from self._all([self._departure(outgoing)], outgoing)

    def _all(self, requests: Sequence[Request], row: Row) -> Steps:
        results = yield requests
        refusal = next((each for each in results if not isinstance(each, Outcome)), None)
        if refusal:
            self._refuse(row, refusal)

    def _refuse(self, row: Row, refusal: Result) -> None:
        assert isinstance(refusal, Exception)
        self._out.add(row.line)
        self._how.refused(line_refused(row.line, refusal))

    def _opening(self) -> Request:
        at = self._team.opened_at
        first = [
            SeatSpec(seat_id=seat_id, role=role)
            for seat_id, role in sorted(
                (self._seat_ids[each], seat.role) for each, seat in self._team.seats.items() if seat.first_held == at
            )
        ]
        command = OpenEngagement(
            engagement_id=self._team.engagement_id,
            client_id=self._team.client_id,
            model=self._how.model,
            work_class="non_core",
            name=self._team.name,
            calendar=self._how.calendar,
            seats=tuple(first),
        )
        seats = [text for spec in first for text in (spec.seat_id, spec.role)]
        return self._request(command, at, "open", self._how.model, self._how.calendar, *seats)

    def _start(self, seat: Seat, seat_id: str, row: Row) -> list[Request]:
        """A seat first held after the opening joins then."""
        partner_id, supply_source = self._supplied(row)
        match = MatchProfessional(
            seat_id=seat_id,
            assignment_id=row.assignment_id,
            professional_id=self._team.ids.professionals[row.professional],
            partner_id=partner_id,
            supply_source=supply_source,
        )
        matched = self._request(match, row.started_at, "match", seat_id, row.professional, row.partner)
        joins = row.started_at == seat.first_held > self._team.opened_at
        return [*([self._joining(seat, seat_id)] if joins else ()), matched, *self._onboarding(row)]

    def _joining(self, seat: Seat, seat_id: str) -> Request:
        return self._request(AddSeat(seat_id=seat_id, role=seat.role), seat.first_held, "seat", seat_id, seat.role)

    def _takeover(self, seat_id: str, outgoing: Row, incoming: Row) -> list[Request]:
        at = incoming.started_at
        case_id, proposal_id = made_id("case", incoming), made_id("proposal", incoming)
        request = RequestReplacement(seat_id=seat_id, case_id=case_id, cause="other", claim_guarantee=False)
        partner_id, supply_source = self._supplied(incoming)
        proposal = ProposeSuccessor(
            case_id=case_id,
            proposal_id=proposal_id,
            professional_id=self._team.ids.professionals[incoming.professional],
            partner_id=partner_id,
            supply_source=supply_source,
        )
        acceptance = AcceptSuccessor(proposal_id=proposal_id, assignment_id=incoming.assignment_id)
        return [
            self._request(request, at, "request", seat_id, case_id, outgoing.professional),
            self._request(proposal, at, "propose", proposal_id, incoming.professional, incoming.partner),
            self._request(acceptance, at, "accept", proposal_id, incoming.assignment_id),
            *self._onboarding(incoming),
            self._request(ReplaceProfessional(case_id=case_id), at, "replace", case_id),
        ]

    def _onboarding(self, row: Row) -> Iterator[Request]:
        for item in self._items:
            waiver = WaiveOnboardingItem(assignment_id=row.assignment_id, item=item, reason=REASON)
            yield self._request(waiver, row.started_at, "waive", row.assignment_id, item)
        onboarded = OnboardProfessional(assignment_id=row.assignment_id)
        yield self._request(onboarded, row.started_at, "onboard", row.assignment_id)

    def _departure(self, row: Row) -> Request:
        assert row.ended_at
        departure = RecordDeparture(assignment_id=row.assignment_id, cause="other")
        return self._request(departure, row.ended_at, "depart", row.assignment_id)

    def _supplied(self, row: Row) -> tuple[str | None, SupplySource]:
        """The id of the agency, if there is one, and the supply source; ``platform`` and ``independent`` are none."""
        partner_id = self._team.ids.partners[row.partner] if row.partner else "independent"
        no_agency = NO_AGENCIES.get(partner_id)
        return (None, no_agency) if no_agency else (partner_id, "agency_partner")

    def _request(self, command: Command[Any], at: datetime, *told: str | None) -> Request:
        """``told``: what the file says of it. The command's own id follows from that, so a repeat is recognised."""
        content = "\x1f".join((*(each or "" for each in told), at.isoformat()))
        engagement_id = self._team.engagement_id
        return Request(
            command=command,
            engagement_id=engagement_id,
            occurred_at=at,
            actor=IMPORTER,
            command_id=uuid5(engagement_id, content),
        )


def _rows(team: Team) -> Iterator[Row]:
    return (move.incoming for move in team.moves if move.incoming)
