"""HTTP exchanges that end by a deadline, however slowly the other side speaks.

A socket's timeout counts from byte to byte: who answers one byte every few seconds holds a thread
for as long as it likes. Here every step of an exchange, from the connection to the last byte, has
what is left of one deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

_PIECE = 64 * 1024


class Deadline:
    """A moment by which something is to be done."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds, more than none. Raises TimeoutError once it has passed."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError("it took too long")
        return left


class TimelyReader(io.RawIOBase):
    """What comes in by a socket, until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until it is closed
        self._deadline = deadline

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As of io.RawIOBase. Raises TimeoutError."""
        self._sock.settimeout(self._deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


class _Readable:
    """What http.client asks a socket for when it reads an answer."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(TimelyReader(self._sock, self._deadline))


class _Timely:
    """Makes an http.client connection, or urllib3's, end by a deadline from its beginning on."""

    sock: Any
    response_class: Any

    def __init__(self, seconds: float, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._seconds = seconds
        self._deadline = Deadline(seconds)
        self.response_class = self._answer

    def connect(self) -> None:
        self._deadline = Deadline(self._seconds)
        super().connect()  # type: ignore[misc]  # of the connection that this is mixed into

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        for start in range(0, len(data), _PIECE):
            self.sock.settimeout(self._deadline.left())
            super().send(data[start : start + _PIECE])  # type: ignore[misc]

    def _answer(self, sock: Any, *args: Any, **options: Any) -> http.client.HTTPResponse:
        readable: Any = _Readable(sock, self._deadline)
        return http.client.HTTPResponse(readable, *args, **options)


class _Connection(_Timely, http.client.HTTPConnection):
    response_class: Any


class _SecureConnection(_Timely, http.client.HTTPSConnection):
    response_class: Any


class _PoolConnection(_Timely, HTTPConnection):
    response_class: Any


class _SecurePoolConnection(_Timely, HTTPSConnection):
    response_class: Any


class TimelyHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens addresses for urllib; the `timeout` of its opener counts for the connection alone."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """As of urllib's handler."""
        return self.do_open(partial(_Connection, self._seconds), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """As of urllib's handler."""
        return self.do_open(partial(_SecureConnection, self._seconds), req)


class TimelyAdapter(requests.adapters.HTTPAdapter):
    """Opens addresses for a session of requests; mount it on `http://` and `https://`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As of requests' adapter."""
        super().init_poolmanager(*args, **options)
        self._hurry(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """As of requests' adapter."""
        manager = super().proxy_manager_for(*args, **options)
        self._hurry(manager)
        return manager

    def _hurry(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            "http": partial(_pool, urllib3.HTTPConnectionPool, _PoolConnection, self._seconds),
            "https": partial(
                _pool, urllib3.HTTPSConnectionPool, _SecurePoolConnection, self._seconds
            ),
        }


def timely_session(seconds: float) -> requests.Session:
    """A session whose every connection ends after `seconds`."""
    session = requests.Session()
    mount_deadline(session, seconds)
    return session


def mount_deadline(session: requests.Session, seconds: float) -> None:
    """Let every connection of a session end after `seconds`."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, TimelyAdapter(seconds))


def _pool(kind: Any, connection: Any, seconds: float, *args: Any, **options: Any) -> Any:
    pool = kind(*args, **options)
    pool.ConnectionCls = partial(connection, seconds)
    return pool
