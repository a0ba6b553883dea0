"""Everything that waits in an engagement, now and as time passes, and what each of its clocks is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias, TypeVar

from domain.clocks.life import Key, Life, Waited
from domain.engagement.lifecycle.suspension import ResumeEngagement
from domain.language.saying import said
from domain.time.business_time import epoch_seconds, instant_at
from domain.work.assignments import onboarding, onboardings, windows
from domain.work.cases import case, cases
from domain.work.concerns import concern, concerns
from domain.work.item import Item, Watch
from domain.work.scene import Scene
from domain.work.seats import empty_seats, seats_to_be_left
from domain.work.transfers import plans, transfer, transfers

T = TypeVar("T")
Age: TypeAlias = tuple[T, datetime | None, datetime | None]
"""What is told, from when on and until when; None: from before, for ever."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """An item as of every instant in [``from_``, ``until``), if nothing more happens; None: from before, for ever."""

    item: Item
    from_: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that has not ended and has a goal: whom it waits on, and the item that it belongs to, for as long."""

    key: Key
    waiting_on: Waited
    lasting: Lasting


def waiting(scene: Scene) -> Iterator[Item]:
    """What waits as of the scene."""
    found = (watch.item(scene) for watch in watches(scene))
    return (each for each in found if each)


def watches(scene: Scene) -> Iterator[Watch]:
    """Everything that waits or may come to wait by itself."""
    yield from empty_seats(scene)
    yield from onboardings(scene)
    yield from concerns(scene)
    yield from cases(scene)
    yield from plans(scene)
    yield from transfers(scene)
    yield from _suspension(scene)
    yield from seats_to_be_left(scene)
    yield from windows(scene)


def lasting(scene: Scene) -> Iterator[Lasting]:
    """What waits as of the scene and of every later instant, if nothing more happens."""
    ages = Ages(scene)
    return (each for watch in watches(scene) for each in ages.of(watch))


def ticking(scene: Scene) -> Iterator[Ticking]:
    """Every clock that can be past its goal, with what it is about, as of the scene and of every later instant."""
    ages = Ages(scene)
    for life in scene.open_clocks():
        if life.scale.goal_seconds is not None:
            about = _about(scene, life)
            turns = (*about.turns, *scene.ends_of_waits(life))
            told = (((now.waiting_on(life), about.item(now)), start, end) for now, start, end in ages.between(turns))
            for (waiting_on, item), start, end in _joined(told):
                assert item is not None, f"nothing waits for the {life.clock} of {life.subject_id}"
                yield Ticking(life.key, waiting_on, Lasting(item, start, end))


def _about(scene: Scene, life: Life) -> Watch:
    """What a clock belongs to."""
    if life.clock == "onboard":
        return onboarding(scene, life.subject_id)
    if life.clock == "acknowledge":
        return concern(scene, life.subject_id)
    if life.clock in ("transfer_knowledge", "exit_transfer"):
        return transfer(scene, life)
    assert life.case_id is not None, "the other clocks are those of a case"
    return case(scene, life.case_id)


class Ages:
    """A scene, and what comes of it as time passes."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._later: dict[datetime, Scene] = {}
        pause = scene.state.suspension
        ends = (each.end for each in scene.lives.suspensions[-1:] if each.end is not None)
        self._for_all = {*map(instant_at, ends), *(each.until for each in (pause,) if each and each.until)}

    def between(self, turns: Iterable[datetime]) -> Iterator[tuple[Scene, datetime | None, datetime | None]]:
        """The scene from each turn to the next one; the first is that of now, and has been so before."""
        scene = self._scene
        ahead = sorted(each for each in {*turns, *self._for_all} if each > scene.at)
        bounds: list[datetime | None] = [None, *ahead, None]
        for start, end in pairwise(bounds):
            yield (scene if start is None else self._at(start)), start, end

    def of(self, watch: Watch) -> Iterator[Lasting]:
        """What a watch tells, where it tells anything."""
        told = ((watch.item(scene), start, end) for scene, start, end in self.between(watch.turns))
        return (Lasting(item, start, end) for item, start, end in _joined(told) if item)

    def _at(self, instant: datetime) -> Scene:
        if instant not in self._later:
            self._later[instant] = self._scene.later(instant)
        return self._later[instant]


def _joined(told: Iterable[Age[T]]) -> Iterator[Age[T]]:
    """With one age for what is told without a break."""
    last: Age[T] | None = None
    for age in told:
        if last and last[0] == age[0]:
            last = (last[0], last[1], age[2])
            continue
        if last:
            yield last
        last = age
    if last:
        yield last


def _suspension(scene: Scene) -> Iterator[Watch]:
    if scene.state.suspension:
        yield Watch((), _suspended)


def _suspended(scene: Scene) -> Item | None:
    pause = scene.state.suspension
    if pause is None:
        return None
    until = f" until {said(pause.until)}" if pause.until else ""
    return Item(
        kind="suspension",
        subject_id="engagement",
        seat_id=None,
        assignment_id=None,
        holder=pause.waiting_on,
        since=epoch_seconds(pause.since),
        due_at=None,
        overdue_from=None,
        next_command=ResumeEngagement.command_name,
        next_fields={},
        title=f"Suspended: waits on {pause.waiting_on}",
        why=f"Everything waits on {pause.waiting_on}{until}.",
    )
