"""The web server: gunicorn with forked workers that share what is loaded before the fork."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.errors import KotaeError
from app.private_folders import make_private_folder
from app.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

PORT = 8000
HOST = "127.0.0.1"
WORKERS = 2
_THREADS = 4
_GRACE_SECONDS = 10
_ASKING_SECONDS = 600.0
"""Between two rounds of links to other sites."""
LONGEST_REQUEST_LINE = 8190
"""Bytes, the most that gunicorn bounds; `app.wording.LONGEST_QUESTION` follows from it."""


class PortTaken(KotaeError):
    """Another program listens on the address asked for."""

    code = "port-taken"


class PortForbidden(KotaeError):
    """The address is not one this user may listen on."""

    code = "port-forbidden"


def require_free_port(host: str, port: int) -> None:
    """Raise PortTaken or PortForbidden unless a server could listen on `host`:`port` now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise PortForbidden(
                f"Port {port} may not be used by this user; choose one above 1023 with --port."
            ) from None
        except OSError as error:
            raise PortTaken(
                f"Cannot listen on {host}:{port} ({error.strerror}). Stop the program that uses "
                "it, or choose another port with --port."
            ) from None


def run(settings: Settings, *, host: str = HOST, port: int = PORT, workers: int = WORKERS) -> None:
    """Serve until a signal ends it. Raises PortTaken, PortForbidden."""
    require_free_port(host, port)
    with _shared_metrics(settings):
        _Server(settings, host, port, workers).run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Builds the application once, before the workers are forked."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int) -> None:
        self._settings = settings
        self._options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": _THREADS,
            "worker_class": "gthread",
            "preload_app": True,
            "graceful_timeout": _GRACE_SECONDS,
            "keepalive": 30,
            "proc_name": "kotae",
            "control_socket_disable": True,
            "limit_request_line": LONGEST_REQUEST_LINE,
            # KB_TRUSTED_PROXIES alone says whose headers count. Gunicorn would let whoever comes
            # through a proxy on this machine set the site's root (SCRIPT_NAME) and scheme.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "post_fork": self._begin_work,
            "child_exit": _forget_worker,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn; called by it."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; called by gunicorn in the first process, before it forks.

        The tokenizer's table (about 295 MB) and the model's fingerprint are made here, once, and
        shared. Files, connections and the model's session belong to one process: each worker
        opens its own.
        """
        from app import create_app
        from app.assembly import open_embedder, open_index
        from app.notifications.ways import open_ways
        from app.ticket_delivery.channels import open_channels

        self._channels = open_channels(self._settings)
        self._ways = open_ways(self._settings)
        embedder = open_embedder(self._settings)
        if embedder is not None:
            _ = embedder.fingerprint
        self._index = open_index(self._settings, embedder)
        return create_app(self._settings, index=self._index)

    def _begin_work(self, _server: Any, _worker: Any) -> None:
        """Start this worker's indexer and warm its index; called after the fork."""
        from app.carrying import make_couriers
        from app.db import create_database_engine, session_factory
        from app.first_answers import FirstAnswers
        from app.indexer import Indexer

        self._index.warm()
        # What is loaded by now stays: to look through it for garbage makes whoever asks wait.
        gc.collect()
        gc.freeze()
        sessions = session_factory(create_database_engine(self._settings))
        Indexer(self._settings, sessions, self._index).start()
        FirstAnswers(self._index).start()
        for courier in make_couriers(self._settings, sessions, self._channels, self._ways):
            courier.start()
        if self._settings.check_links == "on":
            self._begin_asking(sessions)

    def _begin_asking(self, sessions: sessionmaker[Session]) -> None:
        """Ask other sites about links; on a thread of its own, since they may take their time."""
        from app.outside_links.asking import Asker, name_for
        from app.outside_links.checking import check_links
        from app.ticket_delivery.courier import Courier

        asker = Asker(name_for(self._settings.base_url))
        go_round = partial(check_links, sessions, self._settings, asker)
        Courier(go_round, interval=_ASKING_SECONDS).start()


def _forget_worker(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _forget_dead_servers(folders: Path) -> None:
    """Remove the metrics of servers that were killed before they could."""
    for folder in folders.glob("[0-9]*"):
        try:
            os.kill(int(folder.name), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


@contextlib.contextmanager
def _shared_metrics(settings: Settings) -> Iterator[None]:
    """Give the workers an empty folder in which they add up their metrics.

    prometheus_client reads the variable when it is first imported, so it must be set before.
    """
    folder = settings.var_dir / "metrics" / str(os.getpid())
    _forget_dead_servers(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)
    make_private_folder(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
