"""Where webhooks may not go: what is typed, what a name resolves to, and what answers do (attack 31)."""

import asyncio
import gzip
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.infra.outbound.addresses import UrlRefused, is_public, read_url
from app.infra.outbound.sending import Post, Sender

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.23", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1%1", "not an address", "",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "1.1.1.1", "223.5.5.5", "2606:4700:4700::1111", "2400:3200::1"]
WRONG_URLS = [
    "http://shop.example.cn/", "ftp://shop.example.cn/", "file:///etc/passwd", "gopher://shop.example.cn/",
    "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/",
    "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.0x1/", "https://127.0.0.1./", "https://[::1]/",
    "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://93.184.216.34/", "https://localhost/",
    "https://shop.localhost/", "https://db.internal/", "https://printer.local/", "https://postgres/",
    "https://user:pw@shop.example.cn/", "https://shop.example.cn@10.0.0.1/", "https://shop.example.cn\\@10.0.0.1/",
    "https://shop.example.cn:22/", "https://shop.example.cn:0/", "https://shop.example.cn:99999/",
    "https://shop.example.cn/#x", "https://shop.example.cn/ x", "https://shop.example.cn/\r\nHost: x", "https://",
    "https:///x", "https://shop..cn/", "https://-shop.cn/", "https://商店.cn/", "https://①②⑦.0.0.1/", "",
    "https://" + "a" * 600 + ".cn/",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_lies_outside_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("url", WRONG_URLS)
def test_what_is_no_address_of_the_public_internet_is_refused_when_it_is_typed(url):
    with pytest.raises(UrlRefused):
        read_url(url)


def test_what_is_one_is_read():
    target = read_url("https://Shop.Example.cn:8443/linli?a=1")
    assert (target.tls, target.host, target.port, target.path) == (True, "shop.example.cn", 8443, "/linli?a=1")
    assert (target.origin, read_url("https://shop.example.cn").origin) == ("shop.example.cn:8443", "shop.example.cn")


def resolver(*answers):
    """A resolver that gives one answer after another, and remembers what it was asked."""
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


@contextmanager
def sender(**options):
    made = Sender(**({"seconds": 1.0} | options))
    try:
        yield made
    finally:
        made.close()


def send(made, url="https://shop.example.cn/x"):
    [[result]] = made.send_each([[Post(url, {"webhook-id": "m"}, b"{}")]])
    return result.failure or result.status


def test_a_name_that_leads_inside_is_not_called():
    addresses = [each for each in INSIDE if each]
    names = [f"shop-{number}.example.cn" for number, _ in enumerate(addresses)]
    resolve, asked = resolver(*([each] for each in addresses))
    with sender(resolve=resolve) as made:
        told = {address: send(made, f"https://{name}/x") for address, name in zip(addresses, names, strict=True)}
    assert {address: said for address, said in told.items() if said != "address_refused"} == {}
    assert asked == [(name, 443) for name in names]


def test_a_name_that_leads_inside_as_well_is_not_called():
    for answer in (["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"], []):
        with sender(resolve=resolver(answer)[0]) as made:
            assert send(made) == "address_refused"


def test_only_what_was_checked_is_connected_to(monkeypatch):
    """A name that is public when it is checked and inside a moment later (rebinding)."""
    tried, real = [], socket.socket.connect

    def connect(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            tried.append(address[0])
            raise ConnectionRefusedError
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    resolve, asked = resolver(["93.184.216.34"], ["127.0.0.1"])
    with sender(resolve=resolve) as made:
        assert send(made) == "unreachable"
    assert tried == ["93.184.216.34"]
    assert len(asked) == 1


def test_a_name_nobody_knows_is_unreachable():
    async def resolve(host, port):
        raise socket.gaierror

    with sender(resolve=resolve) as made:
        assert send(made) == "unreachable"


def test_a_resolver_that_hangs_is_given_up():
    async def resolve(host, port):
        await asyncio.sleep(60)

    with sender(resolve=resolve, seconds=0.2) as made:
        assert send(made) == "timeout"


@contextmanager
def raw_server(answer, context=None):
    """A server that hears one request at a time, and answers by `answer(connection)`."""
    packed()  # before anybody waits for it
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    thread = threading.Thread(target=_serve, args=(listening, answer, context, ended), daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    ended.set()
    listening.shutdown(socket.SHUT_RDWR)  # wakes who waits for a connection, which closing does not
    listening.close()
    thread.join(5)


def _serve(listening, answer, context, ended):
    while not ended.is_set():
        try:
            connection, _ = listening.accept()
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                _hear(connection)
                answer(connection, ended)
        except OSError:
            continue


def _hear(connection):
    """Read a request to its end: who closes on what he has not read resets the connection under his answer."""
    heard = b""
    while not heard.endswith(b"\r\n\r\n{}"):
        more = connection.recv(65536)
        if not more:
            return
        heard += more


def slow_loris(connection, ended):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not ended.wait(0.05):
        connection.sendall(b"X: y\r\n")


def endless(connection, ended):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not ended.is_set():
        connection.sendall(b"4000\r\n" + bytes(0x4000) + b"\r\n")


@cache
def packed():
    return gzip.compress(bytes(20_000_000))


def bomb(connection, _ended):
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed()) + packed()
    )


def huge_headers(connection, _ended):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n")


CASES = {
    slow_loris: "timeout",
    endless: 200,
    bomb: 200,
    huge_headers: "garbled",
    (lambda c, e: c.sendall(b"\x00\xff nonsense\r\n\r\n")): "garbled",
    (lambda c, e: e.wait(3)): "timeout",
}


@pytest.mark.parametrize("answer", list(CASES), ids=lambda each: each.__name__)
def test_no_answer_costs_more_than_its_seconds(answer):
    with raw_server(answer) as port, sender(local=True, seconds=0.4) as made:
        began = time.monotonic()
        assert send(made, f"http://127.0.0.1:{port}/x") == CASES[answer]
        assert time.monotonic() - began < 1.5


def test_a_slow_one_does_not_hold_up_the_others():
    with raw_server(slow_loris) as slow, raw_server(bomb) as quick, sender(local=True, seconds=0.6) as made:
        posts = [[Post(f"http://127.0.0.1:{port}/", {}, b"{}")] for port in (slow, quick)]
        [[held], [passed]] = made.send_each(posts)
    assert held.failure == "timeout"
    assert (passed.status, passed.took_ms < 500) == (200, True)


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A certificate of shop.example.cn, and a way to trust it."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example.cn")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example.cn")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "all.pem").write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "all.pem")
    return context, lambda: ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_must_be_the_names(certified):
    """Connected to a number, asked for by its name: a certificate of another name, or of nobody, is not taken."""
    context, trust = certified
    resolve, _ = resolver(["127.0.0.1"])
    with raw_server(bomb, context) as port:
        with sender(local=True, resolve=resolve, trust=trust) as made:
            assert send(made, f"https://shop.example.cn:{port}/x") == 200
            assert send(made, f"https://other.example.cn:{port}/x") == "tls"
        with sender(local=True, resolve=resolve) as made:
            assert send(made, f"https://shop.example.cn:{port}/x") == "tls"
