"""Fetching from addresses that somebody else chose: a real TLS server, and every way to lead astray."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hostex_mcp import public_fetch
from hostex_mcp.public_fetch import Address, Fetched, FetchFailed, fetch_public, is_public

pytestmark = pytest.mark.anyio

HOST = "pictures.example.com"
OK = b"HTTP/1.1 200 OK\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n"
Resolve = Callable[[str], Sequence[str]]


@dataclass
class Site:
    """A TLS server on this machine: what it heard, and what it answers (None: nothing at all)."""

    answer: bytes | None = OK + b"Content-Type: Image/PNG; q=1\r\nContent-Length: 4\r\n\r\nabcd"
    heard: list[bytes] = field(default_factory=list[bytes])
    names: list[str | None] = field(default_factory=list[str | None])

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the host, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "site.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def loopback(address: Address) -> bool:
    return address.is_loopback


@pytest.fixture
async def site(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """The server, reachable as the host's public address; its own loopback address counts as public here."""
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def note_name(_: object, name: str | None, __: object) -> None:
        site.names.append(name)

    context.sni_callback = note_name
    server = await asyncio.start_server(site, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(public_fetch, "HTTPS_PORT", port)
    monkeypatch.setattr(public_fetch, "is_public", loopback)
    monkeypatch.setattr(public_fetch, "_tls", lambda: ssl.create_default_context(cafile=certificate))
    resolving(monkeypatch, lambda host: ["127.0.0.1"])
    async with server:
        yield site


def resolving(monkeypatch: pytest.MonkeyPatch, answer: Resolve) -> list[str]:
    """Answer look-ups of names; gives the list of names asked for."""
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[Address]:
        asked.append(host)
        return [ip_address(address) for address in answer(host)]

    monkeypatch.setattr(public_fetch, "resolve", resolve)
    return asked


async def fetch(path: str = "/a.png?x=1", host: str = HOST, most: int = 100, seconds: float = 5) -> Fetched:
    address = f"https://{host}:{public_fetch.HTTPS_PORT}{path}"
    return await fetch_public(address, most_bytes=most, seconds=seconds, accept="image/png")


async def failure(host: str = HOST, most: int = 100, seconds: float = 5) -> str:
    with pytest.raises(FetchFailed) as caught:
        await fetch(host=host, most=most, seconds=seconds)
    return str(caught.value)


async def test_a_document_comes_whole_with_its_type(site: Site) -> None:
    document = await fetch()
    assert (document.content, document.content_type) == (b"abcd", "image/png")


async def test_the_request_names_the_host_and_carries_nothing_of_the_user(site: Site) -> None:
    await fetch()
    head, *lines = site.heard[0].decode().strip().split("\r\n")
    assert head == "GET /a.png?x=1 HTTP/1.1"
    sent = dict(line.lower().split(": ", 1) for line in lines)
    assert sent.keys() <= {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert (sent["host"], sent["accept"]) == (f"{HOST}:{public_fetch.HTTPS_PORT}", "image/png")
    assert sent["accept-encoding"] == "identity"
    assert site.names == [HOST]


async def test_the_certificate_has_to_be_the_names(site: Site) -> None:
    assert await failure(host="other.example.com") == "could not be reached"
    assert site.heard == []


async def test_a_name_that_changes_its_address_is_looked_up_only_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked = resolving(monkeypatch, lambda host: next(answers))
    assert (await fetch()).content == b"abcd"
    assert asked == [HOST]


async def test_the_next_address_is_tried_when_one_is_dead(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, lambda host: ["127.0.0.9", "127.0.0.1"])
    assert (await fetch(seconds=9)).content == b"abcd"


@pytest.mark.parametrize("answer", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], []])
async def test_one_address_that_is_not_public_is_enough_to_refuse(
    site: Site, monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    resolving(monkeypatch, lambda host: answer)
    assert await failure() == "does not lead to a public address"
    assert site.heard == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n", "answers with a redirect, which"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers with HTTP 404"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "answers in a compressed form"),
        (OK + b"Content-Length: 101\r\n\r\n" + b"x" * 101, "is larger than 100 bytes"),
        (OK + b"\r\n" + b"x" * 101, "is larger than 100 bytes"),
        (OK + b"Content-Length: 9\r\n\r\nabc", "could not be fetched"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "could not be fetched"),
        (INTERIM * 20_000 + OK + b"Content-Length: 1\r\n\r\nx", "sends far more than its document"),
    ],
    ids=["redirect", "404", "gzip", "large", "large without length", "cut", "not http", "interim"],
)
async def test_any_other_answer_is_refused(site: Site, answer: bytes, problem: str) -> None:
    site.answer = answer
    assert (await failure()).startswith(problem)
    assert len(site.heard) == 1


async def test_a_document_of_just_the_allowed_size_passes(site: Site) -> None:
    site.answer = OK + b"Content-Length: 100\r\n\r\n" + b"x" * 100
    assert len((await fetch()).content) == 100


async def test_silence_ends_at_the_deadline(site: Site) -> None:
    site.answer = None
    assert await failure(seconds=0.1) == "did not answer in time"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://example.com/", "is not an https address"),
        ("file:///etc/passwd", "is not an https address"),
        ("example.com/a.png", "is not an https address"),
        ("https:///a.png", "is not an https address"),
        ("https://user:word@example.com/", "must have neither a user nor a port"),
        ("https://example.com:8443/", "must have neither a user nor a port"),
        ("https://example.com\\@10.0.0.1/", "is not an address"),
        ("https://example.com/\r\nHost: x", "is not an address"),
        ("https://exa mple.com/", "is not an address"),
        ("https://0177.0.0.1/", "is not an address"),
        ("https://example.com/" + "a" * 2000, "is not an address"),
    ],
)
async def test_only_plain_https_addresses_are_taken(
    monkeypatch: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    asked = resolving(monkeypatch, lambda host: ["1.1.1.1"])
    with pytest.raises(FetchFailed, match=f"^{problem}$"):
        await fetch_public(address, most_bytes=1, seconds=1, accept="*/*")
    assert asked == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "127.1", "0"),
        *("[::1]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "localhost", "localhost."),
    ],
)
async def test_numbers_and_names_of_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises(FetchFailed, match="does not lead to a public address"):
        await fetch_public(f"https://{host}/", most_bytes=1, seconds=5, accept="*/*")


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1"),
        *(
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ),
        *("168.63.129.16", "100.100.100.200"),
        *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1"),
        *("::ffff:8.8.8.8", "::8.8.8.8", "2002:808:808::1", "64:ff9b::808:808", "64:ff9b:1::1"),
        *("fe80::5efe:a00:1", "2001:0:a00:1::1", "2002:7f00:1::1"),
        *("2001::1", "3fff::1", "5f00::1", "100::1"),
        *("2a00:1450::5efe:a00:1", "2a00:1450::200:5efe:7f00:1", "2a00:1450::5efe:808:808"),
    ],
)
def test_an_address_with_a_special_purpose_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:80b::200e", "2a00:1450::5eff:a00:1"],
)
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))
