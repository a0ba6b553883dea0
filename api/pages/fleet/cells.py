"""What stands in a cell: a figure with its bar and a line beside it, or a word where there is no figure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.fleet.behind import Behind, Note, Shown, told_beside
from api.pages.formats import NOTHING, words
from application.ports.fleet import Distribution, Group, GroupRatio

NO_PROMISE: Final = "no promise"
FULFILMENT: Final = "accountability.fulfilment"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: what it is, and from where to how far it reaches in percent."""

    name: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Party:
    """What one party kept of its promises, in percent for the bar."""

    name: str
    shown: Shown
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """``word`` is told where there is no figure; ``grave``: the figure counts what is overdue."""

    shown: Shown | None = None
    word: str = NOTHING
    bar: Sequence[Piece] = ()
    note: Note = ()
    grave: bool = False
    parties: Sequence[Party] = ()
    amounts: Sequence[Shown] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A group with what makes its figures; ``promises``: whether its model promises a replacement."""

    group: Group
    behind: Behind
    promises: bool


def stacked(*parts: tuple[str, int]) -> Sequence[Piece]:
    """A bar of counts, whole where they add up to anything."""
    total = sum(count for _, count in parts)
    return tuple(_pieces(parts, total)) if total else ()


def _pieces(parts: Sequence[tuple[str, int]], total: int) -> Iterator[Piece]:
    so_far = 0
    for name, count in parts:
        if count:
            yield Piece(name, 100 * so_far / total, 100 * count / total)
        so_far += count


def in_time(of: Column) -> Cell:
    """Promised replacements that came in time."""
    guarantee, behind = of.group.guarantee, of.behind
    replace = guarantee.replace
    shown = behind.ratio("guarantee.attainment", guarantee.attainment)
    if shown is None:
        still = guarantee.cases.open
        note: Note = (behind.count("guarantee.cases.open", still, "open"),) if still else ()
        return Cell(word=NOTHING if of.promises or guarantee.cases.eligible else NO_PROMISE, note=note)
    return Cell(
        shown=shown,
        bar=stacked(("met", replace.met), ("late", replace.late), ("breached", replace.breached)),
        note=(
            behind.count("guarantee.replace.met", replace.met, "met"),
            behind.count("guarantee.replace.late", replace.late, "late"),
            behind.count("guarantee.replace.breached", replace.breached, "overdue"),
        ),
    )


def replaced(of: Column) -> Cell:
    return typical(of.behind, "guarantee.replace_seconds", of.group.guarantee.replace_seconds, ("case", "cases"))


def honoured(of: Column) -> Cell:
    """Cases in which everything was kept: in time, free, and handed over."""
    cases, behind = of.group.guarantee.cases, of.behind
    if cases.eligible == 0:
        return Cell(word=NOTHING if of.promises else NO_PROMISE)
    return Cell(
        shown=behind.count("guarantee.cases.honoured", cases.honoured),
        bar=stacked(("met", cases.honoured), ("breached", cases.broken), ("open", cases.open)),
        note=(
            behind.count("guarantee.cases.eligible", cases.eligible, "eligible"),
            behind.count("guarantee.cases.broken", cases.broken, "broken"),
            behind.count("guarantee.cases.open", cases.open, "open"),
        ),
    )


def paid(of: Column) -> Cell:
    """What clients are given back, and what they were charged for replacements."""
    guarantee, behind = of.group.guarantee, of.behind
    amounts = (
        *behind.money("guarantee.credit", guarantee.credit, "credited"),
        *behind.money("guarantee.charge_to_client", guarantee.charge_to_client, "charged"),
    )
    return Cell(word="nothing" if guarantee.cases.requested else NOTHING, amounts=amounts)


def kept(of: Column) -> Cell:
    """Promises of any party that were kept."""
    accountability, behind = of.group.accountability, of.behind
    shown = behind.ratio(FULFILMENT, accountability.fulfilment)
    parties = accountability.parties.values()
    if shown is None:
        timed = any(each.open + each.excused + each.cancelled for each in parties)
        return Cell() if timed or not parties else Cell(word=NO_PROMISE, note=("so nothing can be late",))
    counts = {state: sum(getattr(each, state) for each in parties) for state in ("met", "late", "breached")}
    return Cell(
        shown=shown,
        bar=stacked(*counts.items()),
        note=tuple(
            behind.count(FULFILMENT, counts[state], word, state=state)
            for state, word in (("met", "met"), ("late", "late"), ("breached", "overdue"))
        ),
    )


def by_whom(of: Column) -> Cell:
    return Cell(parties=tuple(_parties(of)))


def _parties(of: Column) -> Iterator[Party]:
    for name, party in of.group.accountability.parties.items():
        shown = of.behind.ratio(f"accountability.parties.{name}.fulfilment", party.fulfilment)
        if shown is not None:
            yield Party(words(name), shown, 100 * shown.value)


def answered(of: Column) -> Cell:
    of_all = of.group.accountability.response_seconds
    return typical(of.behind, "accountability.response_seconds", of_all, ("concern", "concerns"))


def unowned(of: Column) -> Cell:
    seconds = of.group.accountability.unowned_seconds
    shown = of.behind.amount("accountability.unowned_seconds", seconds)
    return Cell(shown=shown) if seconds else Cell(word="none")


def handed_off(of: Column) -> Cell:
    """How often the ball changed hands."""
    times, requested = of.group.accountability.handoffs, of.group.guarantee.cases.requested
    if not times and not requested:
        return Cell()
    shown = of.behind.count("accountability.handoffs", times)
    if not requested:
        return Cell(shown=shown)
    cases = of.behind.count("guarantee.cases.requested", requested, "case" if requested == 1 else "cases")
    share = of.behind.beside("accountability.handoffs", times / requested, f"{times / requested:.1f}")
    return Cell(shown=shown, note=(share, " for each of ", cases) if times else ("in ", cases))


def missing(path: str, found: Callable[[Group], GroupRatio | None]) -> Callable[[Column, float], Cell]:
    """A ratio near one: its bar is what is missing, on a scale of so many percent."""

    def cell(of: Column, scale: float) -> Cell:
        shown = of.behind.ratio(path, found(of.group))
        if shown is None:
            return Cell()
        return Cell(shown=shown, bar=(Piece("missing", 0, min(100, 10_000 * (1 - shown.value) / scale)),))

    return cell


def gaps(of: Column) -> Cell:
    found = of.group.continuity.gaps
    if found is None:
        return Cell()
    if found.count == 0:
        return Cell(word="none")
    longest = of.behind.amount("continuity.gaps.longest_seconds", found.longest_seconds)
    return Cell(shown=of.behind.count("continuity.gaps.count", found.count), note=("the longest ", longest))


def stable(of: Column) -> Cell:
    return share(of, "continuity.stability", of.group.continuity.stability, "seats")


def key_persons(of: Column) -> Cell:
    return share(of, "continuity.key_person_seats", of.group.continuity.key_person_seats, "key seats")


def share(of: Column, path: str, ratio: GroupRatio | None, what: str) -> Cell:
    """A ratio with the counts that it is of."""
    shown = of.behind.ratio(path, ratio)
    if shown is None or ratio is None:
        return Cell()
    return Cell(shown=shown, note=(of.behind.parts(path, ratio, what),))


def tenure(of: Column) -> Cell:
    found = of.group.continuity.tenures
    if found.count == 0:
        return Cell()
    called = "assignment" if found.count == 1 else "assignments"
    many: Note = (of.behind.count("continuity.tenures.count", found.count, called),)
    if found.median_days is None:
        return Cell(word=NOTHING, note=(*many, " · too few have left to say"))
    return Cell(shown=of.behind.amount("continuity.tenures.median_days", found.median_days), note=many)


def exits(of: Column) -> Cell:
    """Those that nobody had planned, of all departures, which are told by their causes."""
    found = of.group.continuity
    departures = sum(found.departures.values())
    if departures == 0:
        return Cell(word="none")
    shown = of.behind.count("continuity.unplanned_exits", found.unplanned_exits)
    causes = sorted(found.departures.items(), key=lambda each: -each[1])
    told = (of.behind.count(f"continuity.departures.{cause}", many, words(cause)) for cause, many in causes if many)
    return Cell(shown=shown, note=(f"of {departures:,} departure{'' if departures == 1 else 's'}: ", *told))


def overlapping(of: Column) -> Cell:
    found, behind = of.group.continuity.handovers, of.behind
    if found.count == 0:
        return Cell()
    note: Note = (
        behind.count("continuity.handovers.overlapping", found.overlapping),
        " of ",
        behind.count("continuity.handovers.count", found.count, "overlapped"),
    )
    shown = behind.typical("continuity.handovers.overlap_seconds", found.overlap_seconds)
    return Cell(shown=shown, word="none", note=note)


def handed_over(of: Column) -> Cell:
    """Knowledge that somebody verified, by weight."""
    found = of.group.continuity.transfer_completeness
    shown = of.behind.ratio("continuity.transfer_completeness", found)
    if shown is None:
        return Cell()
    return Cell(shown=shown, note=(of.behind.parts("continuity.transfer_completeness", found, "by weight", 1000),))


def matched(of: Column) -> Cell:
    return typical(
        of.behind, "productivity.to_match_seconds", of.group.productivity.to_match_seconds, ("seat", "seats")
    )


def onboarded(of: Column) -> Cell:
    found = of.group.productivity.to_onboard_seconds
    return typical(of.behind, "productivity.to_onboard_seconds", found, ("seat", "seats"))


def productive(of: Column) -> Cell:
    found = of.group.productivity.ramp_up
    return typical(of.behind, "productivity.ramp_up.seconds", found.seconds, ("assignment", "assignments"))


def typical(behind: Behind, path: str, of: Distribution, what: tuple[str, str]) -> Cell:
    shown = behind.typical(path, of)
    return Cell(shown=shown, note=told_beside(behind, path, of, what)) if shown else Cell()
