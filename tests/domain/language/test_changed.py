"""A frozen value with some of its fields changed, also where its class inherits fields."""

from dataclasses import dataclass

from domain.language.changed import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    name: str
    masts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frigate(Ship):
    guns: int


def test_what_is_not_changed_is_kept() -> None:
    ship = Ship(name="Argo", masts=2)
    assert replace(ship, masts=3) == Ship(name="Argo", masts=3)
    assert ship == Ship(name="Argo", masts=2)


def test_inherited_fields_are_changed_and_kept_too() -> None:
    frigate = Frigate(name="Argo", masts=3, guns=40)
    assert replace(frigate, guns=50) == Frigate(name="Argo", masts=3, guns=50)
    assert replace(frigate, name="Ajax") == Frigate(name="Ajax", masts=3, guns=40)
