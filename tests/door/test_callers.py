"""Who may knock: the names that this server is called by, and no page of another site."""

import pytest
from starlette.types import Receive, Scope, Send

from api.http.door.callers import LONGEST_PATH, MOST_PARAMETERS, Door
from api.http.problem_kinds import ForeignOrigin
from infrastructure.process.settings import names_of
from tests.door.conftest import Serve, Served
from tests.door.wire import OPENING, opening, request, told

OWN = (
    "localhost",
    "LocalHost",
    "localhost:8000",
    "localhost:65535",
    "localhost:",
    "[::1]:",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:8000",
    "testserver",  # configured
    "TESTSERVER:81",
)
OTHERS = (
    "evil.example",
    "evil.example:8000",
    "localhost.",
    "localhost.evil.example",
    "evil-localhost",
    "testserver.evil.example",
    "127.0.0.1.nip.io",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0.0.0.0",
    "127.0.0.2",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:0:0:1]",
)
NO_NAMES = (
    "",
    "user@localhost",
    "localhost:65536",
    "localhost:000080",
    "localhost:http",
    "localhost:-1",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost/evil",
    "http://localhost",
    "::1",
    "[::1",
    "[localhost]",
    "local\u00e9",
)
FOREIGN = (
    "https://elsewhere.example",
    "http://localhost:3000",
    "http://localhost.evil.example",
    "http://testserver.evil.example",
    "http://user@localhost",
    "ftp://localhost",
    "localhost",
    "null",
    "",
)


async def nobody(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """An application behind a door that is only asked whom it lets in."""


def refused(door: Served, asked: bytes) -> tuple[int, str]:
    """How a command is refused that would be recorded otherwise: once, and to no effect."""
    before = door.recorded()
    [answer] = told(door.port, asked)
    assert door.recorded() == before
    return answer.status, answer.rule()


@pytest.mark.parametrize("host", OWN)
def test_a_server_is_asked_by_its_own_names(door: Served, host: str) -> None:
    [answer] = told(door.port, opening(host=host))
    assert answer.status == 201


@pytest.mark.parametrize("host", OTHERS)
def test_another_name_is_421(door: Served, host: str) -> None:
    assert refused(door, opening(host=host)) == (421, "unknown-host")


def test_the_refusal_says_which_setting_adds_a_name(door: Served) -> None:
    [answer] = told(door.port, request("GET", "/v1/engagements", host="market.example"))
    assert "not called market.example" in answer.json()["detail"]
    assert "STANDFAST_HOST_NAMES" in answer.json()["detail"]


@pytest.mark.parametrize("host", NO_NAMES)
def test_what_is_no_name_is_400(door: Served, host: str) -> None:
    status, rule = refused(door, opening(host=host))
    assert (status, rule in ("host-unclear", "not-http")) == (400, True)  # h11 reads some of them itself


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.2", {"127.0.0.2"}),
        ("::1", {"[::1]"}),
        ("0:0:0:0:0:0:0:1", {"[::1]", "[0:0:0:0:0:0:0:1]"}),
        ("LocalHost", {"localhost"}),
    ],
)
def test_what_is_listened_on_has_its_names(host: str, names: set[str]) -> None:
    assert names_of(host) == names


def test_a_page_on_another_port_of_what_is_listened_on_is_of_another_site() -> None:
    door = Door(nobody, (), names_of("127.0.0.2"))
    pages = {"http://127.0.0.2:8000": None, "http://127.0.0.2": ForeignOrigin, "http://127.0.0.2:3000": ForeignOrigin}
    for origin, refusal in pages.items():
        refused = door._refusal([(b"host", b"127.0.0.2:8000"), (b"origin", origin.encode())])
        assert type(refused) is (refusal or type(None)), origin


def test_parameters_without_end_are_not_read(door: Served) -> None:
    """Each of them costs the same as one, and who sends them need not have signed in."""
    names = "&".join(f"{number:x}" for number in range(MOST_PARAMETERS))
    for path in ("/healthz", "/problems"):
        [few] = told(door.port, request("GET", f"{path}?{names}"))
        assert (few.status, few.json()["violations"][0]["message"]) == (422, "unknown field")
        [many] = told(door.port, request("GET", f"{path}?{names}&a"))
        assert (many.status, "at most 1,000 parameters" in many.json()["detail"]) == (422, True)


def test_a_path_without_end_is_compared_with_nothing(door: Served) -> None:
    """The square of its length would be read: 30,000 dots took four seconds."""
    [answer] = told(door.port, request("GET", f"/charts/{'.' * 60_000}/"))
    assert (answer.status, answer.rule()) == (404, "nothing-here")
    [longest] = told(door.port, request("GET", f"/charts/{'.' * (LONGEST_PATH - len('/charts//'))}/"))
    assert (longest.status, "at most" in longest.json()["detail"]) == (404, False)


@pytest.mark.parametrize("second", ["localhost", "evil.example"])
def test_two_names_are_400(door: Served, second: str) -> None:
    assert refused(door, opening(f"Host: {second}"))[0] == 400
    assert refused(door, opening(f"hOsT: {second}", host="evil.example"))[0] == 400


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_no_name_is_400(door: Served, version: str) -> None:
    typed = "Content-Type: application/json"
    asked = request("POST", "/v1/engagements", typed, body=OPENING, host=None, version=version)
    assert refused(door, asked)[0] == 400


def test_a_target_that_names_a_server_counts_instead_of_the_header(door: Served) -> None:
    def asked(target: str, host: str = "localhost") -> bytes:
        return request("POST", target, "Content-Type: application/json", body=OPENING, host=host)

    assert refused(door, asked("http://evil.example/v1/engagements")) == (421, "unknown-host")
    assert refused(door, asked("http://localhost@evil.example/v1/engagements"))[0] == 400
    assert refused(door, asked("http://localhost:8000#@evil.example/v1/engagements"))[0] in (400, 404)
    [answer] = told(door.port, asked("http://localhost:8000/v1/engagements", host="evil.example"))
    assert answer.status == 201


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_page_of_another_site_is_refused(door: Served, method: str, origin: str) -> None:
    [answer] = told(door.port, request(method, "/v1/engagements", f"Origin: {origin}"))
    assert (answer.status, answer.rule()) == (403, "foreign-origin")


@pytest.mark.parametrize("origin", FOREIGN)
def test_so_is_its_command(door: Served, origin: str) -> None:
    assert refused(door, opening(f"Origin: {origin}")) == (403, "foreign-origin")


@pytest.mark.parametrize(
    "headers", [["Sec-Fetch-Site: cross-site"], ["SEC-FETCH-SITE: Cross-Site", "Origin: http://localhost"]]
)
def test_so_is_what_the_browser_says_comes_from_another_site(door: Served, headers: list[str]) -> None:
    assert refused(door, opening(*headers)) == (403, "foreign-origin")
    [answer] = told(door.port, request("GET", "/v1/engagements", *headers))
    assert answer.rule() == "foreign-origin"


FOLLOWED = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")


def test_a_link_there_may_be_followed_in_a_window_of_its_own(door: Served) -> None:
    [answer] = told(door.port, request("GET", "/v1/engagements", *FOLLOWED))
    assert answer.status == 200


@pytest.mark.parametrize(
    "asked",
    [
        opening(*FOLLOWED),
        request("GET", "/v1/engagements", *FOLLOWED, "Origin: http://evil.example"),
        request("GET", "/v1/engagements", *FOLLOWED[:2], "Sec-Fetch-Dest: iframe"),
        request("GET", "/v1/engagements", *FOLLOWED[:1], "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: document"),
    ],
)
def test_and_nothing_else_of_that_page_is_answered(door: Served, asked: bytes) -> None:
    [answer] = told(door.port, asked)
    assert (answer.status, answer.rule()) == (403, "foreign-origin")


def test_one_own_origin_does_not_cover_for_a_foreign_one(door: Served) -> None:
    assert refused(door, opening("Origin: http://localhost", "Origin: http://evil.example"))[0] == 403


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost:8000", ["Origin: http://localhost:8000", "Sec-Fetch-Site: same-origin"]),
        ("LOCALHOST", ["Origin: http://localhost"]),
        ("localhost:", ["Origin: http://localhost"]),
        ("[::1]:8000", ["Origin: http://[::1]:8000"]),
        ("localhost", ["Origin: https://localhost"]),  # a proxy before it ends TLS
        ("127.0.0.1:8000", ["Origin: https://testserver"]),  # a proxy before it keeps the name to itself
        ("localhost", ["Sec-Fetch-Site: none"]),
    ],
)
def test_its_own_pages_may(door: Served, host: str, headers: list[str]) -> None:
    [answer] = told(door.port, opening(*headers, host=host))
    assert answer.status == 201


@pytest.mark.parametrize(
    "asked",
    [
        opening(host="evil.example"),
        opening("Origin: http://evil.example"),
        opening("Sec-Fetch-Site: cross-site"),
    ],
)
def test_control_without_the_door_each_of_them_records(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, asked: bytes
) -> None:
    monkeypatch.setattr(Door, "_refusal", lambda _self, _headers: None)
    [answer] = told(serve().port, asked)
    assert answer.status == 201


@pytest.mark.parametrize(
    ("host", "taken"),
    [("192.0.2.7:8000", True), ("[2001:db8::7]:8000", True), ("127.0.0.2", True), ("evil.example", False),
     ("2130706433", False), ("127.1", False), ("[2001:db8:0::7]", False), ("localhost.", False)],
)  # fmt: skip
def test_who_listens_on_every_address_is_called_by_any(host: str, taken: bool) -> None:
    door = Door(nobody, (), ("0.0.0.0",), any_address=True)
    assert (door._host_refused(host.encode()) is None) == taken
    assert Door(nobody, (), ("0.0.0.0",))._host_refused(b"192.0.2.7") is not None
