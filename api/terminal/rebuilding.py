"""The command that makes the projections anew, beside those that are in use."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from api.terminal import speech
from api.terminal.opening import opened

if TYPE_CHECKING:
    from api.composition import Standfast
    from infrastructure.projections.projection import Projection
    from infrastructure.projections.rebuild.rebuild import Rebuilt, Swap

app = typer.Typer()
CANCELLED = 130
"""The exit code of what Ctrl-C has ended, as a shell has it."""

KEPT = "What is built is kept: standfast rebuild goes on from there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """An engagement of which the new tables say something else than those in use."""

    projection: str
    engagement_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a rebuild. ``events`` were taken in by it, in ``seconds``; ``differences``: up to 20 a projection.

    ``not_compared`` says why nothing was compared (null: it was).
    """

    database: str
    position: int
    events: int
    seconds: float
    resumed: bool
    compared: tuple[str, ...]
    not_compared: str | None
    differences: tuple[Differs, ...]
    parked: int
    swapped: bool


@app.command(
    epilog="Examples: [bold]standfast rebuild[/] · [bold]standfast rebuild --check[/] · "
    "[bold]standfast rebuild engagements --check[/]"
)
def rebuild(
    projection: Annotated[
        str | None, typer.Argument(help="Compare only this one; all are rebuilt, they share their position.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare: nothing is swapped.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Swap also where they differ.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that fold; by default one a processor.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Makes the projections anew from the log, beside those in use, and puts them in their place.

    Both are compared at one position, row by row: where they differ, the engagements are named, nothing is swapped and
    the exit code is 1. Tables of another version of a fold, or of another log, are swapped without being compared.
    Commands and questions go on meanwhile.

    Ctrl-C ends it and keeps what is built; so does a kill. The next rebuild goes on from there.
    """
    if check and anyway:
        raise speech.Unable("--check swaps nothing, --anyway always does: give one of them.")
    compared = _named(projection)
    with opened() as standfast:
        outcome = _rebuilt(standfast, compared, "never" if check else "anyway" if anyway else "proved", workers)
    if as_json:
        from api.http.strict_json import json_of

        speech.data(json_of(outcome))
    else:
        _tell(outcome, check=check)
    if (outcome.differences and not outcome.swapped) or (check and outcome.not_compared):
        raise typer.Exit(speech.REFUSED)


def _named(name: str | None) -> "Sequence[Projection]":
    """The projections that are meant. Raises Unable."""
    from domain.language.saying import did_you_mean
    from infrastructure.projections.register import BY_NAME, PROJECTIONS

    if name is None:
        return PROJECTIONS
    if name not in BY_NAME:
        raise speech.Unable(
            f"there is no projection {name}{did_you_mean(name, BY_NAME)}.\nThere are {', '.join(BY_NAME)}."
        )
    return (BY_NAME[name],)


def _rebuilt(standfast: "Standfast", compared: "Sequence[Projection]", swap: "Swap", workers: int | None) -> Outcome:
    from infrastructure.database.address import shown
    from infrastructure.projections.rebuild.alone import RebuildUnderWay
    from infrastructure.projections.rebuild.rebuild import Step
    from infrastructure.projections.rebuild.worker import WorkerLost, processors

    began = time.monotonic()
    heard: list[int] = []
    try:
        with speech.paced_progress("events") as told:

            def hear(step: Step) -> None:
                if step.resumed:
                    speech.remark("going on with what an earlier rebuild has left")
                heard.append(step.done)
                told(step.done, step.total)

            rebuilding = standfast.projections.rebuilding(workers or processors(), hear=hear)
            rebuilding.compared = compared
            rebuilt = rebuilding.run(swap)
    except RebuildUnderWay as error:
        raise speech.Unable(f"{error}.\nWait until it has ended; one at a time is enough.") from error
    except WorkerLost as error:
        raise speech.Unable(f"a process of the rebuild ended: {error}.\n{KEPT}") from error
    except KeyboardInterrupt:
        speech.remark(f"cancelled. {KEPT}")
        raise typer.Exit(CANCELLED) from None
    seconds = time.monotonic() - began
    standfast.projections.catch_up()
    return _outcome(
        rebuilt, shown(standfast.settings.database_url), compared, heard[-1] - heard[0] if heard else 0, seconds
    )


def _outcome(
    rebuilt: "Rebuilt", database: str, compared: "Sequence[Projection]", events: int, seconds: float
) -> Outcome:
    return Outcome(
        database=database,
        position=rebuilt.position,
        events=events,
        seconds=round(seconds, 3),
        resumed=rebuilt.resumed,
        compared=() if rebuilt.not_compared else tuple(each.name for each in compared),
        not_compared=rebuilt.not_compared,
        differences=tuple(
            Differs(projection=each.projection, engagement_id=each.engagement_id) for each in rebuilt.differences
        ),
        parked=rebuilt.parked,
        swapped=rebuilt.swapped,
    )


def _tell(outcome: Outcome, *, check: bool) -> None:
    for each in outcome.differences:
        speech.result(f"{each.projection} of {each.engagement_id} differ")
    if outcome.parked:
        speech.result(f"{speech.counted(outcome.parked, 'fold')} of engagements failed and wait (parked)")
    if outcome.not_compared:
        speech.result(f"not compared: {outcome.not_compared}")
    elif not outcome.differences:
        speech.result(f"equal at position {outcome.position:,}: {', '.join(outcome.compared)}")
    pace = f"{outcome.events / outcome.seconds:,.0f}/s" if outcome.seconds else ""
    speech.remark(f"{speech.counted(outcome.events, 'event')} in {outcome.seconds:,.1f} s, {pace}")
    if outcome.swapped:
        speech.result(f"swapped at position {outcome.position:,}")
    elif outcome.differences and not check:
        speech.result("not swapped: standfast verify says which ones are wrong, --anyway takes the new ones")
