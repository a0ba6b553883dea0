"""Where each role begins, and to which parts the bar leads it."""

import pytest

from api.pages.sections import SECTIONS, begins_at, sections_of
from domain.access.principal import LOCAL, Principal, Role, Scope

ALL = "Work Fleet Engagements What-if Audit"


def somebody(role: Role, *scopes: Scope) -> Principal:
    return Principal(role=role, party="platform", party_id="x", scopes=frozenset(scopes), credential="none")


@pytest.mark.parametrize(
    ("role", "begins", "parts"),
    [
        ("operator", "/work", ALL),
        ("client-admin", "/work", ALL),
        ("client-viewer", "/work", ALL),
        ("partner", "/work", ALL),
        ("integration", "/work", ALL),
        ("professional", "/engagements", "Work Engagements"),
        ("auditor", "/audit", "Fleet Engagements Audit"),
    ],
)
def test_each_role_is_led_to_what_is_for_it(role: Role, begins: str, parts: str) -> None:
    led = sections_of(somebody(role, "read"))
    assert " ".join(each.name for each in led) == parts
    assert begins_at(role) == begins
    assert begins in {each.address for each in led}


def test_nobody_and_who_may_not_read_is_led_nowhere() -> None:
    assert sections_of(None) == sections_of(somebody("operator", "record")) == ()
    assert sections_of(LOCAL) == SECTIONS
