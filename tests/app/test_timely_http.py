"""Exchanges over HTTP end by their deadline, whatever the other side does."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from app.ticket_delivery.channel import DeliveryFailed
from app.ticket_delivery.http import post
from app.timely_http import Deadline, timely_session
from tests.slow_server import slow_server

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
REFUSED = b"HTTP/1.1 503 Away\r\nContent-Length: 100000\r\n\r\n"
SLOW = {
    "says nothing": (b"", b""),
    "drips its status": (b"HTTP/1.1 200 ", b"O"),
    "drips its headers": (b"HTTP/1.1 200 OK\r\n", b"X"),
    "drips its body": (BEGUN, b"."),
    "drips a refusal": (REFUSED, b"."),
    "drips chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
}


@pytest.fixture(params=SLOW)
def slow(request):
    says, drips = SLOW[request.param]
    with slow_server(says, drips=drips) as server:
        yield server


def test_a_post_to_a_slow_server_ends(slow):
    with pytest.raises(DeliveryFailed, match="cannot be reached"):
        post(slow.url, b"{}", {}, seconds=0.3)


def test_a_get_from_a_slow_server_ends(slow):
    with (
        pytest.raises((requests.RequestException, OSError)),
        timely_session(0.3) as session,
    ):
        assert session.get(slow.url, timeout=5).text


def test_a_server_that_takes_nothing_in_does_not_hold_who_sends():
    with slow_server() as server, pytest.raises(DeliveryFailed):
        post(server.url, b"x" * 20_000_000, {}, seconds=0.3)


def test_a_deadline_that_has_passed_is_an_error():
    moments = iter([0.0, 2.0, 3.0])
    deadline = Deadline(3, lambda: next(moments))
    assert deadline.left() == 1.0
    with pytest.raises(TimeoutError):
        deadline.left()


@pytest.fixture
def echo():
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_answered_in_time_arrives_whole(echo):
    body = bytes(range(256)) * 2000
    assert post(echo, body, {}) == body
    with timely_session(10) as session:
        assert session.post(echo, data=body, timeout=5).content == body
        assert session.post(echo, data=b"again", timeout=5).content == b"again"
