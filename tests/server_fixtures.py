"""A real server: the sample help center imported and indexed once, and `kb serve` in a process."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


def kb(*arguments, env, **options):
    """Run a command of `kb` to its end."""
    command = [sys.executable, "-m", "app.cli", *map(str, arguments)]
    return subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, **options
    )


def environment(var, model_dir, **settings):
    """The environment of a server that writes to `var` and shares the fetched model."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {
        "KB_VAR_DIR": str(var),
        "KB_MODELS_DIR": str(model_dir.parent),
        # Texts of the sample articles are embedded once a machine, not once a run.
        "KB_CACHE_DIR": str(model_dir.parent.parent / "cache"),
        "KB_ARTICLES_DIR": str(ROOT / "articles"),
    }
    return inherited | own | settings


def free_port():
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A running `kb serve`."""

    process: subprocess.Popen
    url: str
    env: dict
    log: Path

    def get(self, path, **query):
        """GET a path and return its JSON."""
        address = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=30) as response:
            return json.load(response)

    def suggest(self, text, locale="en"):
        """Article ids that the API suggests."""
        items = self.get("/api/v1/suggest", q=text, locale=locale)["items"]
        return [item["article_id"] for item in items]

    def kill(self):
        """End all of its processes at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End it in an orderly way."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def start_server(env, log, *arguments, wait=True):
    """Start `kb serve` on a free port, in a process group of its own; wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), *arguments]
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
        )
    server = Server(process, f"http://127.0.0.1:{port}", env, log)
    if wait:
        wait_until_ready(server)
    return server


def wait_until_ready(server):
    """Wait until /readyz answers; fail with the log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{server.url}/readyz", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.stop()
    pytest.fail(f"the server did not get ready:\n{server.log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def stocked_var(tmp_path_factory, model_dir):
    """A var folder with the sample help center imported and indexed; copy it, do not change it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # where the folders of all processes of this run are
    var, stocked = folder / "stocked", folder / "stocked.done"
    with (folder / "stocked.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stocked.exists():
            stock(environment(var, model_dir))
            stocked.touch()
    return var


def stock(env):
    """Import the sample help center, and index it."""
    for step in (("migrate",), ("import", ROOT / "articles", "--no-progress")):
        done = kb(*step, env=env)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def server(tmp_path_factory, stocked_var, model_dir):
    """A server with the sample help center, shared by tests that only read."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(stocked_var, folder / "var")
    env = environment(folder / "var", model_dir, KB_RATE_SUGGEST="100000 per minute")
    server = start_server(env, folder / "log", "--no-import")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server_url(server):
    """Its address."""
    return server.url
