"""The client towards addresses that are not ours: where it goes, what it takes along, how long it stays."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import fetch
from fetch import AddressRefused, Client, FetchError, Limits, Request, TooBig, TooManyRedirects, TooSlow, Unreachable


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what many of these tests are about."""


class Site:
    """A web server on loopback: `asked` is what reached it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"site": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    site: Site

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.asked.append((self.command, self.path, headers))
        length = int(headers.get("content-length", 0))
        self.rfile.read(length)
        getattr(self, "at_" + self.path.strip("/").partition("?")[0], self.at_home)()

    do_POST = do_GET

    def at_home(self) -> None:
        self.reply(200, b"hello")

    def at_loop(self) -> None:
        self.reply(302, b"", Location="/loop")

    def at_nowhere(self) -> None:
        self.reply(302, b"")

    def at_near(self) -> None:
        self.reply(302, b"", Location="/home")

    def at_far(self) -> None:
        self.reply(302, b"", Location=f"http://localhost:{self.site.server.server_port}/home")

    def at_inside(self) -> None:
        self.reply(302, b"", Location="http://127.0.0.2:80/")

    def at_file(self) -> None:
        self.reply(302, b"", Location="file:///etc/passwd")

    def at_big(self) -> None:
        self.reply(200, b"x" * 5000)

    def at_bomb(self) -> None:
        self.reply(200, gzip.compress(b"\x00" * 5_000_000), **{"Content-Encoding": "gzip"})

    def at_endless(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not self.site.closing.wait(0.001):
            self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")

    def at_drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self.site.closing.wait(0.02):
            self.wfile.write(b"x")
            self.wfile.flush()

    def at_silent(self) -> None:
        self.site.closing.wait(20)

    def at_cut(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        self.close_connection = True

    def at_hang_up(self) -> None:
        self.close_connection = True

    def at_once(self) -> None:
        self.reply(200, b"bye", Connection="close")
        self.close_connection = True

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests read `asked` instead."""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    threading.Thread(target=site.server.serve_forever, args=(0.01,), daemon=True).start()
    yield site
    site.closing.set()
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    allowed = frozenset({site.place, site.place.replace("127.0.0.1", "localhost")})
    client = Client(allowed, Limits(size_bytes=4096, total_seconds=0.5))
    yield client
    client.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1", "ff02::1", "2001:db8::1",
        "fec0::1", "64:ff9b:1::7f00:1",
    ],
)  # fmt: skip
def test_address_inside_is_not_public(address: str) -> None:
    assert not fetch.is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_address_outside_is_public(address: str) -> None:
    assert fetch.is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0"],
)
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressRefused, match="not public"):
        Client().fetch(Request(f"http://{host}/"))


def test_refused_address_is_not_even_knocked_at(site: Site) -> None:
    with pytest.raises(AddressRefused):
        Client().fetch(Request(site.url("/home")))

    assert site.asked == []


@pytest.mark.parametrize("port", [22, 25, 6379, 5432])
def test_port_that_is_no_web_servers_is_refused(port: int) -> None:
    with pytest.raises(AddressRefused, match=f"Port {port}"):
        Client().fetch(Request(f"http://192.0.2.1:{port}/"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "//a.example/",
        "a.example",
        "http://",
        "",
        "http://[::1",
    ],
)
def test_url_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Client().fetch(Request(url))


def test_url_with_a_password_is_refused(client: Client, site: Site) -> None:
    with pytest.raises(AddressRefused, match="no user or password"):
        client.fetch(Request(site.url("/").replace("http://", "http://user:secret@")))


def test_allowed_host_and_port_is_fetched(client: Client, site: Site) -> None:
    assert client.fetch(Request(site.url("/home"))).body == b"hello"


def test_another_port_of_an_allowed_host_is_refused(client: Client) -> None:
    with pytest.raises(AddressRefused):
        client.fetch(Request("http://127.0.0.1:80/"))


def test_proxy_of_the_environment_is_ignored(client: Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert client.fetch(Request(site.url("/home"))).status == 200


def test_credentials_go_along_to_the_same_host(client: Client, site: Site) -> None:
    client.fetch(Request(site.url("/near"), credentials=fetch.basic("u", "p")))

    assert [headers["authorization"] for _, _, headers in site.asked] == ["Basic dTpw", "Basic dTpw"]


def test_credentials_stay_behind_when_another_host_is_redirected_to(client: Client, site: Site) -> None:
    request = Request(site.url("/far"), headers={"Cookie": "a=b", "X-Kept": "1"}, credentials={"X-Api-Key": "k"})

    client.fetch(request)

    second = site.asked[1][2]
    assert second["x-kept"] == "1" and not {"cookie", "x-api-key"} & set(second)


@pytest.mark.parametrize("path", ["/inside", "/file"])
def test_redirect_is_checked_like_any_url(client: Client, site: Site, path: str) -> None:
    with pytest.raises(AddressRefused):
        client.fetch(Request(site.url(path)))


def test_three_redirects_and_no_more(client: Client, site: Site) -> None:
    with pytest.raises(TooManyRedirects):
        client.fetch(Request(site.url("/loop")))

    assert len(site.asked) == 4


def test_redirect_to_nowhere_is_an_error(client: Client, site: Site) -> None:
    with pytest.raises(TooManyRedirects, match="without saying where"):
        client.fetch(Request(site.url("/nowhere")))


def test_redirect_of_a_post_is_not_followed(client: Client, site: Site) -> None:
    answer = client.fetch(Request(site.url("/near"), "POST", body=b"x"))

    assert (answer.status, len(site.asked)) == (302, 1)


@pytest.mark.parametrize("path", ["/big", "/bomb", "/endless"])
def test_more_than_the_limit_is_not_read(client: Client, site: Site, path: str) -> None:
    with pytest.raises(TooBig, match="more than 4096 bytes"):
        client.fetch(Request(site.url(path)))


@pytest.mark.parametrize("path", ["/drip", "/silent"])
def test_slow_answer_ends_at_the_limit(client: Client, site: Site, path: str) -> None:
    started = time.monotonic()

    with pytest.raises(TooSlow) as failed:
        client.fetch(Request(site.url(path)))

    assert failed.value.written and time.monotonic() - started < 3


def test_caller_may_shorten_the_time(client: Client, site: Site) -> None:
    started = time.monotonic()

    with pytest.raises(TooSlow):
        client.fetch(Request(site.url("/silent")), within_seconds=0.05)

    assert time.monotonic() - started < 0.45


@pytest.mark.parametrize("path", ["/cut", "/hang_up"])
def test_broken_answer_says_that_the_request_had_gone_out(client: Client, site: Site, path: str) -> None:
    with pytest.raises(Unreachable) as failed:
        client.fetch(Request(site.url(path), "POST", body=b"x"))

    assert failed.value.written and not failed.value.permanent


def test_host_that_is_not_there_was_never_written_to() -> None:
    with pytest.raises(Unreachable) as failed:
        Client(frozenset({"127.0.0.1:1"})).fetch(Request("http://127.0.0.1:1/"))

    assert not failed.value.written


def test_name_that_does_not_exist_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="There is no host"):
        Client().fetch(Request("http://nobody.invalid/"))


def test_get_over_a_line_that_was_hung_up_is_asked_anew(client: Client, site: Site) -> None:
    client.fetch(Request(site.url("/once")))

    assert client.fetch(Request(site.url("/home"))).body == b"hello"


def test_post_is_never_repeated(client: Client, site: Site) -> None:
    with pytest.raises(Unreachable):
        client.fetch(Request(site.url("/hang_up"), "POST", body=b"x"))

    assert len(site.asked) == 1


def test_error_names_neither_path_nor_secret(client: Client, site: Site) -> None:
    with pytest.raises(FetchError) as failed:
        client.fetch(Request(site.url("/cut?order=AB-12345"), credentials={"X-Api-Key": "s3cret"}))

    assert not [word for word in ("cut", "AB-12345", "s3cret") if word in str(failed.value)]
