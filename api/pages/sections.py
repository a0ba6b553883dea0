"""The parts of the pages: which there are, to which each role is led, and where it begins."""

from dataclasses import dataclass
from typing import Final

from domain.access.principal import ROLES, Principal, Role

_WITHOUT_FIGURES: Final[frozenset[Role]] = frozenset({"professional"})
_ONLY_LOOKING: Final[frozenset[Role]] = frozenset({"auditor"})
_EVERYBODY: Final = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Section:
    """A part: its name, its address, the letter that goes there after ``g``, and the roles that are led there."""

    name: str
    address: str
    letter: str
    roles: frozenset[Role] = _EVERYBODY


SECTIONS: Final = (
    Section("Work", "/work", "w", _EVERYBODY - _ONLY_LOOKING),
    Section("Fleet", "/fleet", "f", _EVERYBODY - _WITHOUT_FIGURES),
    Section("Engagements", "/engagements", "e"),
    Section("What-if", "/what-if", "i", _EVERYBODY - _WITHOUT_FIGURES - _ONLY_LOOKING),
    Section("Audit", "/audit", "a", _EVERYBODY - _WITHOUT_FIGURES),
)


def sections_of(principal: Principal | None) -> tuple[Section, ...]:
    """The parts that somebody is led to: none who may not read, or has not signed in."""
    if principal is None or principal.lacks({"read"}):
        return ()
    return tuple(each for each in SECTIONS if principal.role in each.roles)


def begins_at(role: Role) -> str:
    """The address where a role begins."""
    if role == "auditor":
        return "/audit"
    return "/engagements" if role == "professional" else "/work"


def ways_on(principal: Principal | None) -> tuple[Section, ...]:
    """Where somebody goes on from what could not be shown: where the role begins, then the engagements."""
    begins = "" if principal is None else begins_at(principal.role)
    led = (each for each in sections_of(principal) if each.address in (begins, "/engagements"))
    return tuple(sorted(led, key=lambda each: each.address != begins))
