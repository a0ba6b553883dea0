"""How a limit is written, what it is where nothing is, and that processes share it."""

import pytest
from pydantic import ValidationError

from infrastructure.process.paces import KINDS, USUAL, Pace, paces_of
from infrastructure.process.settings import Settings


def test_where_nobody_signs_in_only_what_is_set_is_limited() -> None:
    assert paces_of("", authenticated=False) == {}
    assert paces_of("commands=1.5/3", authenticated=False) == {"commands": Pace(3, 1.5)}


def test_where_somebody_signs_in_everything_is_but_what_is_set_otherwise() -> None:
    assert set(USUAL) == set(KINDS)
    assert paces_of("", authenticated=True) == USUAL
    assert paces_of("off", authenticated=True) == {}
    found = paces_of(" commands=5/9 , exports=off,streams=3", authenticated=True)
    assert (found["commands"], found["streams"], "exports" in found) == (Pace(9, 5), Pace(3), False)
    assert found["questions"] == USUAL["questions"]


@pytest.mark.parametrize(
    "text", ["commands", "commands=5", "commands=0/5", "commands=5/0", "streams=1/5", "streams=0", "all=1/2", "on"]
)
def test_what_is_no_limit_stops_the_start(text: str) -> None:
    with pytest.raises(ValidationError, match=r"is no limit|is none of"):
        Settings(database_url="sqlite://", limits=text)


def test_together_processes_allow_no_more() -> None:
    assert Pace(10, 5).shared_by(4) == Pace(2, 1.25)
    assert Pace(1, 1).shared_by(4) == Pace(1, 0.25)
