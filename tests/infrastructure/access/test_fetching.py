"""How a document of the provider is fetched, from a server on this machine that behaves as it should not."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infrastructure.access.fetching import Fetching, Unfetched
from tests.infrastructure.access.identity_provider import Answer, Site, answering, serving

FETCHING = Fetching(http_to_loopback=True, seconds=5, most_bytes=10_000)


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with serving() as site:
        yield site


def failure(site: Site, answer: Answer, fetching: Fetching = FETCHING) -> str:
    site.answers["/keys"] = answer
    with pytest.raises(Unfetched) as failed:
        fetching.document(f"{site.url}/keys")
    return str(failed.value)


def test_a_document_is_the_object_that_is_answered(server: Site) -> None:
    server.answers["/keys?a=b"] = answering({"keys": []})
    assert FETCHING.document(f"{server.url}/keys?a=b") == {"keys": []}
    server.answers["/"] = answering({"whole": 1}, headers={"Content-Length": "12"})
    assert FETCHING.document(server.url) == {"whole": 1}


@pytest.mark.parametrize("status", [301, 302, 307, 308, 201, 204, 304, 404, 500, 503])
def test_another_status_is_a_failure_and_no_redirect_is_followed(server: Site, status: int) -> None:
    server.answers["/elsewhere"] = answering({"keys": []})
    server.asked.clear()
    location = {"Location": f"{server.url}/elsewhere"}
    assert failure(server, answering({"keys": []}, status=status, headers=location)) == f"answered {status}"
    assert server.asked == ["/keys"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b'{"a":1,"a":2}', b'{"a":' * 1_500])
def test_what_is_no_json_object_is_a_failure(server: Site, body: bytes) -> None:
    assert failure(server, answering(body))


def test_a_body_is_bounded(server: Site) -> None:
    assert failure(server, answering({"a": "x" * 10_000})) == "it has more than 10000 bytes"
    assert failure(server, answering(b"{}", headers={"Content-Length": "10"})) == "it breaks off"


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"[" * 4_096)


def dripping(head: bool) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if head:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        else:
            handler.send_response(200)
            handler.end_headers()
        while True:
            handler.wfile.write(b"[")
            time.sleep(0.02)

    return answer


def test_a_body_without_an_end_is_read_no_further_than_its_bound(server: Site) -> None:
    assert failure(server, endless) == "it has more than 10000 bytes"


@pytest.mark.parametrize("head", [True, False])
def test_what_drips_is_cut_off(server: Site, head: bool) -> None:
    begun = time.monotonic()
    hasty = Fetching(http_to_loopback=True, seconds=0.2)
    assert failure(server, dripping(head), hasty) == "no answer within 0.2 seconds"
    assert time.monotonic() - begun < 5


def test_silence_is_cut_off(server: Site) -> None:
    hasty = Fetching(http_to_loopback=True, seconds=0.1)
    assert failure(server, lambda _handler: time.sleep(0.3), hasty) == "no answer within 0.1 seconds"


def test_a_server_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(Unfetched, match="ConnectionRefusedError"):
        FETCHING.document("http://127.0.0.1:1/keys")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7/keys",
        "http://id.example.org/keys",
        "http://127.0.0.1.example.org/keys",
        "http://user@127.0.0.1/keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "//127.0.0.1/keys",
        "https:///keys",
        "https://[::1/keys",
        "https://id.example.org:0/keys",
        "https://id.example.org:99999/keys",
        "https://id.example.org/keys#x",
        "https://id.example.org/a b",
        "https://id.example.org/\r\nX: y",
        "",
    ],
)
def test_an_address_that_is_not_plain_is_not_asked(url: str) -> None:
    with pytest.raises(Unfetched, match="address"):
        FETCHING.document(url)


def test_http_is_refused_unless_it_is_set(server: Site) -> None:
    server.answers["/keys"] = answering({"keys": []})
    server.asked.clear()
    with pytest.raises(Unfetched, match="begins with https://"):
        Fetching().document(f"{server.url}/keys")
    assert server.asked == []


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a provider")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def test_tls_takes_the_certificates_of_the_system_and_of_the_settings_only(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    with serving(tls) as site:
        site.answers["/keys"] = answering({"keys": []})
        with pytest.raises(Unfetched, match="CERTIFICATE_VERIFY_FAILED"):
            Fetching().document(f"{site.url}/keys")
        assert site.asked == []
        trusting = Fetching(authorities=str(cert))
        assert trusting.document(f"{site.url}/keys") == {"keys": []}
        with pytest.raises(Unfetched, match="CERTIFICATE_VERIFY_FAILED"):
            trusting.document(f"{site.url}/keys".replace("127.0.0.1", "localhost"))
