"""A private PostgreSQL server for tests: in a temporary folder, reached by a unix socket."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_OWNER = "postgres"


def _binaries():
    """The folder of initdb and pg_ctl; None where no server is installed."""
    found = shutil.which("pg_ctl")
    if found and Path(found).with_name("initdb").exists():
        return Path(found).parent
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3])
    )
    return installed[-1].parent if installed else None


def _run(*command):
    # The server refuses to run as root, so root hands over to the account made for it.
    prefix = ("runuser", "-u", _OWNER, "--") if os.geteuid() == 0 else ()
    subprocess.run(
        [*prefix, *map(str, command)], check=True, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="session")
def postgresql_server():
    """Folder of the unix socket of a running server; skipped where none is installed."""
    binaries = _binaries()
    if binaries is None:
        reason = "no PostgreSQL server is installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not pytest's tmp_path: its parents are closed to other users, and socket paths must be short.
    folder = Path(tempfile.mkdtemp(prefix="kotae-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _OWNER)
    data = folder / "data"
    # Korean and Japanese must sort and store alike wherever the tests run, hence C and UTF-8.
    _run(binaries / "initdb", "-D", data, "-A", "trust", "-U", _OWNER, "-E", "UTF8", "--locale=C")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c shared_buffers=16MB"
    _run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield folder
    finally:
        _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server):
    """Address of a fresh, empty database."""
    import psycopg

    name = f"kotae_{secrets.token_hex(6)}"
    with psycopg.connect(
        host=str(postgresql_server), user=_OWNER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://{_OWNER}@/{name}?host={postgresql_server}"
