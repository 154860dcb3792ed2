"""HTTP to public addresses only: whatever an article links to, nothing inside is asked.

Each connection goes to the very address that was found public, so that a host which is looked up
differently a moment later (DNS rebinding) gains nothing. Proxies of the environment are not used,
since these would look the host up themselves.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_PORTS = {"http": 80, "https": 443}
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""IPv6 addresses behind which stands one of IPv4 (RFC 6052, RFC 8215, RFC 3056)."""


class NotPublic(OSError):
    """An address leads to this machine, into a private network, or to an unusual port."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, for one receiver."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


def require_public(url: str) -> None:
    """Raise NotPublic unless `url` is HTTP at the usual port of a public host.

    Raises OSError where the host is unknown, ValueError for what is no address.
    """
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme)
    if port is None or parts.port not in {None, port} or parts.username is not None:
        raise NotPublic(f"{parts.scheme}:{parts.port} is not asked.")
    _look_up(parts.hostname or "", port)


def open_session() -> requests.Session:
    """A session that connects to public addresses only, with no memory of cookies it is given."""
    session = requests.Session()
    session.trust_env = False
    for scheme in _PORTS:
        session.mount(f"{scheme}://", _PublicAdapter())
    return session


def _look_up(host: str, port: int) -> str:
    """A public address of the host. Raises NotPublic, OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    public = [str(each[4][0]) for each in found if is_public(str(each[4][0]))]
    if not public:
        raise NotPublic(f"{host} is not a public host.")
    return public[0]


def _connect(host: str, port: int, timeout: Any) -> socket.socket:
    seconds = timeout if isinstance(timeout, (int, float)) else None
    return socket.create_connection((_look_up(host, port), port), timeout=seconds)


class _PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port, self.timeout)


class _PublicTlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port, self.timeout)


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicTlsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTlsConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicTlsPool}
