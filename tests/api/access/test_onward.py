"""Where somebody is led once they have signed in: to a page of this server and nowhere else."""

import pytest

from api.pages.sign_in.onward import LONGEST, START, own, sign_in_at

OWN = (
    "/work",
    "/work?party=client&q=a%2Fb",
    "/fleet?from=2026-01-01T00:00:00Z",
    "/engagements/1/do/annotate?note=%0A",
    "/engagements?q=https://evil.example//x",
    "/audit/1?x=%5C",
    "/engagements/caf%C3%A9",
)
FOREIGN = (
    "",
    "work",
    "https://evil.example",
    "HTTPS://evil.example/work",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "/work\\..",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "%2f%2fevil",
    "/%252fevil.example",
    "/%255cevil.example",
    "/%25252fevil.example",
    "/a//evil.example",
    "/./evil",
    "/.//evil.example",
    "/../evil",
    "/a/..//evil.example",
    "/a/..",
    "/%2e%2e/evil",
    "/%2e/%2fevil",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%09/evil.example",
    "/%00",
    "/%7f",
    " /work",
    "/wo rk",
    "/work\x00",
    "/work#x",
    "/@evil\u2028",
    "/\u2215evil.example",
    "/\uff0fevil.example",
    "http:/evil.example",
    "http:evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#x",
    "/sign-in",
    "/sign-in?next=/work",
    "/sign-out",
    "/sign-in/provider",
    "/v1/work",
    "/docs",
    "/metrics",
    "/work?" + "x" * LONGEST,
)


@pytest.mark.parametrize("address", OWN)
def test_a_page_of_this_server_is_led_to(address: str) -> None:
    assert own(address) == address


@pytest.mark.parametrize("address", FOREIGN, ids=range(len(FOREIGN)))
def test_whatever_else_leads_to_the_start(address: str) -> None:
    assert own(address) == START


def test_the_way_to_sign_in_says_where_to_go_on() -> None:
    assert sign_in_at("/work?q=a&x=1") == "/sign-in?next=%2Fwork%3Fq%3Da%26x%3D1"
    assert sign_in_at(START) == "/sign-in"
