"""What an event or a command of any kind of stream is where it says nothing of itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

import pytest

from domain.engagement.lifecycle.amendment import AmendTerms
from domain.law import event, voiding
from domain.law.command import Command, OpeningCommand, Order
from domain.law.correction import CorrectHistory, Entry
from domain.law.event import Event, Opening
from domain.law.recorded import Actor, Recorded
from domain.law.stream import defined_in
from domain.law.voiding import FactVoided
from tests.domain.given import given
from tests.domain.words import opened


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Event[str]):
    """An event of a stream that nobody has."""

    creates: ClassVar = "lamp"

    lamp_id: str


class LampBought(Opening[str]):
    """The opening of that stream."""


class BuyLamp(OpeningCommand[str]):
    """Its command."""


def fact(of: object) -> Recorded:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Recorded(
        stream_id=UUID(int=1),
        version=1,
        place=1,
        occurred_at=at,
        recorded_at=at,
        actor=Actor(party="platform"),
        command_id=UUID(int=2),
        ordinal=0,
        event=of,
    )


def test_an_event_that_creates_a_thing_introduces_its_id_tied_to_nothing() -> None:
    assert LampLit(lamp_id="l1").introduces() == (("lamp", "l1"), None)
    assert Event[str]().introduces() is None


def test_an_event_changes_nothing_and_forbids_nothing_unless_it_says_so() -> None:
    lit = LampLit(lamp_id="l1")
    assert LampLit.guard("dark") is None
    assert not lit.stands("dark", fact(lit))
    assert lit.evolve("dark", fact(lit)) == "dark"
    assert list(lit.takes_back()) == []


def test_an_opening_says_what_state_it_makes_and_what_comes_before_it() -> None:
    bought = LampBought()
    with pytest.raises(TypeError, match="LampBought makes no state"):
        bought.begin(fact(bought))
    with pytest.raises(TypeError, match="LampBought says not"):
        bought.too_early(fact(bought))


def test_an_opening_command_says_what_it_opens_and_what_repeats_it() -> None:
    with pytest.raises(TypeError, match="BuyLamp makes no opening"):
        BuyLamp().opening(UUID(int=1), None)
    with pytest.raises(TypeError, match="BuyLamp knows no opening"):
        BuyLamp().repeats(None)


def test_what_opens_again_with_the_same_content_records_nothing() -> None:
    past = given(opened())
    again = Order(
        command=opened(), actor=Actor(party="platform"), command_id=UUID(int=2), now=past.history.facts[0].recorded_at
    )
    assert again.facts(past.history, past.terms) == []


def test_a_command_is_offered_about_nothing_and_names_nothing_unless_it_says_so() -> None:
    assert list(Command[Any].possible("dark")) == []
    assert list(Command[Any]().names()) == []


def test_a_correction_names_what_its_entries_name() -> None:
    amended = Entry(command=AmendTerms(policy="p@2", calendar="c", reason="agreed"))
    correction = CorrectHistory(record=(amended, amended), reason="never was")
    assert list(correction.names()) == [*amended.command.names(), *amended.command.names()] != []


def test_of_a_room_only_what_it_defines_is_collected() -> None:
    assert list(defined_in(voiding, Event)) == [FactVoided]
    room = ModuleType("a_room")
    vars(room).update({name: each for name, each in vars(event).items() if isinstance(each, type)})
    assert list(defined_in(room, Event)) == []
