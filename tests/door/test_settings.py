"""What of the door can be set from outside."""

import pytest
from pydantic import ValidationError

from api.terminal.configuration import configuration
from infrastructure.process.settings import Settings, names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("market.example", ("market.example",)),
        (" Market.Example , [FE80::1],testserver,", ("market.example", "[fe80::1]", "testserver")),
    ],
)
def test_names_stand_with_commas_between_them(text: str, names: tuple[str, ...]) -> None:
    assert names_in(Settings(database_url="sqlite://", host_names=text).host_names) == names


@pytest.mark.parametrize(
    "text", ["http://market.example", "market.example:8443", "*", "*.example", "a b", "fe80::1", "é"]
)
def test_what_is_no_name_stops_the_start(text: str) -> None:
    with pytest.raises(ValidationError, match="is no host name"):
        Settings(database_url="sqlite://", host_names=text)


def test_at_least_one_connection_is_open() -> None:
    with pytest.raises(ValidationError, match="connections"):
        Settings(database_url="sqlite://", connections=0)


def test_they_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDFAST_HOST_NAMES", "market.example")
    listed = {each.variable: (each.value, each.source) for each in configuration(Settings()).settings}
    assert listed["STANDFAST_HOST_NAMES"] == ("market.example", "environment")
    assert listed["STANDFAST_CONNECTIONS"] == ("1000", "default")
