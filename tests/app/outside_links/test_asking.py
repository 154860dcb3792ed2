"""Asking other sites: briefly, politely, and never what lies inside our own network."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from app.outside_links.asking import DEAD, FINE, PRIVATE, UNKNOWN, UNREACHABLE, Asker, name_for
from app.outside_links.public_http import NotPublic, is_public, open_session, require_public


class Site(BaseHTTPRequestHandler):
    """Answers with the status in the path; remembers what it was asked."""

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path, self.headers.get("User-Agent")))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to"))
        elif self.path == "/head-refused":
            self.send_response(405 if self.command == "HEAD" else 200)
        elif self.path == "/around":
            self.send_response(301)
            self.send_header("Location", "/around")
        elif self.path.startswith("/inside/"):
            self.send_response(302)
            self.send_header("Location", "http:/" + self.path.removeprefix("/inside"))
        else:
            self.send_response(int(self.path.strip("/")))
        self.send_header("Set-Cookie", "tracked=1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def asker(slept):
    """One that may ask this machine; every other is refused that, see below."""
    with requests.Session() as session:
        yield Asker(
            name_for("https://help.example.com"),
            session=session,
            require=lambda url: None,
            clock=lambda: sum(slept),
            sleep=slept.append,
        )


@pytest.mark.parametrize(
    ("path", "meaning", "said"),
    [
        ("/200", FINE, "200"),
        ("/204", FINE, "204"),
        ("/404", DEAD, "404"),
        ("/410", DEAD, "410"),
        ("/403", UNKNOWN, "403"),
        ("/429", UNKNOWN, "429"),
        ("/503", UNKNOWN, "503"),
        ("/to/200", FINE, "200"),
        ("/to/to/404", DEAD, "404"),
        ("/around", UNKNOWN, "too many redirects"),
        ("/head-refused", FINE, "200"),
    ],
)
def test_an_answer_means_what_it_says(site, asker, path, meaning, said):
    answer = asker.ask(site.url + path)
    assert (answer.meaning, answer.said) == (meaning, said)


def test_good_news_takes_one_request_without_a_body(site, asker):
    asker.ask(site.url + "/200")
    assert site.asked == [("HEAD", "/200", "Kotae-link-check (+https://help.example.com)")]


def test_a_host_is_left_alone_for_two_seconds(site, asker, slept):
    for path in ("/200", "/204", "/404"):
        asker.ask(site.url + path)
    assert [method for method, _, _ in site.asked] == ["HEAD", "HEAD", "HEAD", "GET"]
    assert slept == [2.0, 2.0, 2.0]


def test_who_does_not_answer_is_unreachable(asker, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert asker.ask(nobody).meaning == UNREACHABLE
    assert asker.ask("http://no such host/").meaning == UNREACHABLE


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://localhost/",
        "http://93.184.215.14:8080/",
        "http://93.184.215.14:22/",
        "https://93.184.215.14:80/",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "http://user:word@93.184.215.14/",
    ],
)
def test_what_is_not_public_is_not_asked(url):
    with pytest.raises(NotPublic):
        require_public(url)
    answer = Asker("test").ask(url)
    assert (answer.meaning, answer.said) == (PRIVATE, "not public")


def test_a_redirect_to_what_is_inside_is_not_followed(site, slept):
    only_inside_is_refused = lambda url: None if site.url in url else require_public(url)  # noqa: E731
    with requests.Session() as session:
        asker = Asker("test", session=session, require=only_inside_is_refused, sleep=slept.append)
        answer = asker.ask(f"{site.url}/inside/169.254.169.254/latest")
    assert (answer.meaning, answer.said) == (PRIVATE, "not public")


def test_a_host_that_moves_inside_after_it_was_checked_is_not_connected_to(site, monkeypatch):
    """DNS rebinding: the check sees a public address, the connection would see this machine."""
    port = site.server_port
    seen = iter(["93.184.215.14", "127.0.0.1"])
    answer = lambda host, *_, **__: [(2, 1, 6, "", (next(seen), port))]  # noqa: E731
    monkeypatch.setattr("app.outside_links.public_http.socket.getaddrinfo", answer)
    assert Asker("test").ask("http://rebound.example/").meaning == UNREACHABLE
    assert next(seen, None) is None, "the connection looked the host up too"
    assert site.asked == []


def test_the_connection_itself_refuses_what_is_inside(site):
    with open_session() as session, pytest.raises((NotPublic, requests.RequestException)):
        session.get(site.url + "/200", timeout=5)
    assert site.asked == []


def test_proxies_of_the_environment_are_not_used(site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", site.url)
    monkeypatch.setenv("http_proxy", site.url)
    Asker("test").ask("http://127.0.0.1/")
    assert site.asked == []
