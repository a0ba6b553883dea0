"""A log of commands tells another's engagement from one that is not there neither by its answers nor by its time."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy.engine import URL, make_url

from api.commands import command_log
from api.http.access import gate
from api.http.reach import demand_commanding
from domain.access.principal import LOCAL
from infrastructure.access.entries import last_told
from tests.api.access.people import principal
from tests.api.access.reading import MISSING, OTHER, OWN, Asked, signed_in_to
from tests.moulds import Files, started

PEOPLE: Final = {"operator": LOCAL, "client": principal("client-admin", "client", "acme")}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    url: URL = make_url(f"sqlite:///{tmp_path_factory.mktemp('beyond') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with signed_in_to(url, PEOPLE, 1) as opened:
        yield opened


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Since when the answers that waited had been asked for."""
    found: list[float] = []

    async def alike(asked_at: float) -> None:
        found.append(asked_at)

    monkeypatch.setattr(gate, "_alike", alike)
    return found


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[UUID | None]:
    """Of which engagements it was asked whether whoever commands may."""
    found: list[UUID | None] = []
    real = demand_commanding

    async def demanded(standfast: Any, http: Any, engagement_id: UUID | None, *said: Any) -> None:
        found.append(engagement_id)
        await real(standfast, http, engagement_id, *said)

    monkeypatch.setattr(command_log, "demand_commanding", demanded)
    return found


def note(engagement_id: UUID) -> dict[str, Any]:
    return {"command": "annotate", "engagement_id": str(engagement_id), "note": "x"}


def answers(asked: Asked, who: str, *said: dict[str, Any]) -> list[Any]:
    found: list[Any] = asked.ask(who, "POST", "/v1/commands", json={"commands": said}).json()["answers"]
    return found


def statuses(found: list[Any]) -> list[int]:
    return [each.get("status", 200) for each in found]


def test_a_log_waits_once_where_a_line_is_about_what_is_beyond(asked: Asked, waited: list[float]) -> None:
    for about in (OTHER, MISSING):
        assert statuses(answers(asked, "client", note(OWN), note(about), note(about))) == [200, 404, 404]
        assert len(waited) == 1
        waited.clear()
    assert statuses(answers(asked, "client", note(OWN))) == [200]
    assert statuses(answers(asked, "operator", note(MISSING))) == [404]
    assert waited == []


def test_what_is_beyond_is_judged_once_and_answered_alike_each_time(asked: Asked, judged: list[UUID | None]) -> None:
    for about in (OTHER, MISSING):
        first, *others = answers(asked, "client", *[note(about)] * 5)
        assert [each["detail"] for each in others] == [first["detail"]] * 4
        assert judged == [None, about]
        judged.clear()


def test_lines_about_what_is_beyond_are_told_in_the_access_log(asked: Asked) -> None:
    answers(asked, "client", note(OTHER))
    asked.standfast.access.log.write()
    told = last_told(asked.standfast.database, 10)
    assert ("denied", "client:acme", "/v1/commands", OTHER) in [
        (each.what, each.who, each.route, each.engagement_id) for each in told
    ]


@pytest.mark.parametrize(("took", "waits"), [(0.0, 0.025), (0.01, 0.015), (0.03, 0.02), (0.1, 0.0)])
def test_an_answer_goes_out_at_the_end_of_a_stretch(monkeypatch: pytest.MonkeyPatch, took: float, waits: float) -> None:
    """And as the lot says later, which says nothing here."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    loop = SimpleNamespace(time=lambda: took)
    monkeypatch.setattr(gate, "asyncio", SimpleNamespace(get_running_loop=lambda: loop, sleep=sleep))
    monkeypatch.setattr(gate, "uniform", lambda *_: 0.0)
    asyncio.run(gate._alike(0.0))
    assert slept == [pytest.approx(waits)]
