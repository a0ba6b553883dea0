"""Where a webhook may send to: every form in which an address inside can be written is refused."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from infrastructure.webhooks.destination import (
    Allowed,
    Target,
    UrlUnfit,
    demand_allowed,
    looked_up,
    outside,
    reachable,
    target_of,
)

NOBODY = Allowed.of("")
INSIDE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.0.1",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.88.99.1", "192.0.0.192", "3fff::1", "3fff:fff::1", "::ffff:168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001::1", "100::1", "fe80::1",
    "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_however_it_is_written(address: str) -> None:
    assert not outside(ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(UrlUnfit, match="an address inside"):
        demand_allowed(target_of(f"https://{literal}/"), NOBODY)
    with pytest.raises(UrlUnfit, match="an address inside"):
        reachable(target_of("https://hooks.example.com/"), NOBODY, lambda *_: ["8.8.8.8", address])


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_reached(address: str) -> None:
    assert outside(ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    assert reachable(target_of(f"https://{literal}/"), NOBODY, never) == [str(ip_address(address))]
    assert reachable(target_of("https://hooks.example.com/"), NOBODY, lambda *_: [address, address]) == [address]


def never(host: str, _port: int) -> Sequence[str]:
    raise AssertionError(f"{host} is looked up")


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "//hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd",
        "https:/hooks.example.com/", "https:hooks.example.com", "https://", "https:///hook", "https://:443/",
        "https://user@hooks.example.com/", "https://user:word@hooks.example.com/", "https://@hooks.example.com/",
        "https://hooks.example.com/#part", "https://hooks.example.com/#", "https://hooks.example.com:0/",
        "https://hooks.example.com:/", "https://hooks.example.com:65536/", "https://hooks.example.com:-1/",
        "https://hooks.example.com:x/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
        "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/", "https://1.2.3.4.5/", "https://256.1.1.1/",
        "https://a.0x1/", "https://[::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[127.0.0.1]/", "https://[]/",
        "https://[v1.a]/", "https://[::1/", "https://hooks..example.com/", "https://.example.com/", "https://-a.example/",
        "https://a-.example/", "https://a.example../", "https://exa%6dple.com/", "https://exa mple.com/",
        " https://hooks.example.com/", "https://hooks.example.com/ ", "https://hooks.example.com/a b",
        "https://hooks.example.com\t/", "https://hooks.\nexample.com/", "https://hooks.example.com/\x00",
        "https://hooks.example.com\\@127.0.0.1/", "https:\\\\hooks.example.com/", "https://münchen.example/",
        "https://①②⑦.⓪.⓪.①/", "https://hooks.example.com/ä", "https://hooks.example.com/\x7f", "https://"
        + "a" * 64 + ".example/", "https://hooks.example.com/" + "a" * 2_000, "https://hooks.example.com/\u2028",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(UrlUnfit):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.com", Target("https", "hooks.example.com", 443, "/")),
        ("HTTPS://Hooks.Example.COM./A?b=%20c", Target("https", "hooks.example.com", 443, "/A?b=%20c")),
        ("https://hooks.example.com:8443/?", Target("https", "hooks.example.com", 8443, "/")),
        ("https://xn--mnchen-3ya.example/", Target("https", "xn--mnchen-3ya.example", 443, "/")),
        ("https://a_b.example?x", Target("https", "a_b.example", 443, "/?x")),
        ("http://[2606:4700:0::1111]:8080/", Target("http", "2606:4700::1111", 8080, "/")),
        ("https://8.8.8.8./", Target("https", "8.8.8.8", 443, "/")),
    ],
)
def test_how_an_address_is_read(url: str, target: Target) -> None:
    assert target_of(url) == target


def test_what_it_is_called_in_the_header() -> None:
    urls = ["https://a.example/", "https://a.example:8443/", "https://[2606:4700::1111]:8443/", "http://a.example:443/"]
    named = ["a.example", "a.example:8443", "[2606:4700::1111]:8443", "a.example:443"]
    assert [target_of(url).authority for url in urls] == named


def test_without_tls_only_what_is_named() -> None:
    for url in ("http://hooks.example.com/", "http://8.8.8.8/"):
        with pytest.raises(UrlUnfit, match="https"):
            demand_allowed(target_of(url), NOBODY)
    demand_allowed(target_of("http://hooks.example.com/"), Allowed.of("hooks.example.com"))
    demand_allowed(target_of("http://8.8.8.8/"), Allowed.of("8.8.8.0/24"))


def test_what_is_named_is_reached_inside() -> None:
    allowed = Allowed.of(" Hooks.Internal. , 10.1.0.0/16,[fd00::1],127.0.0.1 ")
    assert reachable(target_of("http://hooks.internal/"), allowed, lambda *_: ["192.168.0.1"]) == ["192.168.0.1"]
    assert reachable(target_of("https://other.internal/"), allowed, lambda *_: ["10.1.2.3"]) == ["10.1.2.3"]
    assert reachable(target_of("http://[fd00::1]/"), allowed, never) == ["fd00::1"]
    assert reachable(target_of("http://[::ffff:127.0.0.1]/"), allowed, never) == ["::ffff:7f00:1"]
    for url in ("https://10.2.0.1/", "https://[fd00::2]/", "https://127.0.0.2/"):
        with pytest.raises(UrlUnfit, match="inside"):
            reachable(target_of(url), allowed, never)
    with pytest.raises(UrlUnfit, match="inside"):  # one that is named, and another one
        reachable(target_of("https://other.internal/"), allowed, lambda *_: ["10.1.2.3", "10.2.0.1"])


def test_what_is_denied_is_reached_by_no_way() -> None:
    allowed = Allowed.of("hooks.internal,10.1.0.0/16", "hooks.internal,no.example.com,10.1.2.0/24,8.8.8.0/24")
    for url in (
        "https://hooks.internal/",
        "https://No.example.com./",
        "https://10.1.2.3/",
        "https://[::ffff:8.8.8.8]/",
    ):
        with pytest.raises(UrlUnfit, match="DENY"):
            demand_allowed(target_of(url), allowed)
    for each in ("10.1.2.3", "8.8.8.8", "64:ff9b::808:808"):
        with pytest.raises(UrlUnfit, match="DENY"):
            reachable(target_of("https://a.example.com/"), allowed, lambda *_, each=each: ["10.1.0.1", each])
    assert reachable(target_of("http://10.1.0.1/"), allowed, never) == ["10.1.0.1"]


@pytest.mark.parametrize("text", ["a b", "10.0.0.0/33", "https://a.example", "a/b", "*", "0x7f"])
def test_what_is_neither_a_name_nor_a_network_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        Allowed.of(text)


def test_a_name_without_an_address_is_not_reached() -> None:
    with pytest.raises(OSError, match="no address"):
        reachable(target_of("https://hooks.example.com/"), NOBODY, lambda *_: [])


def test_the_machine_looks_names_up() -> None:
    assert {"127.0.0.1", "::1"} & set(looked_up("localhost", 443))
