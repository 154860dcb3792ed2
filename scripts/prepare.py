#!/usr/bin/env python3
"""Bring a checkout to where it can run: virtual environment, packages, embedding model.

Usage: prepare.py [--lean] [--test] [--serve [SERVER ARGUMENTS...]]

Each step is skipped when it is done, and done again when it was interrupted; with everything in
place nothing is installed and the network is not used. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refusals import (
    Refusal,
    check_port,
    check_python,
    explain_os_error,
    explain_pip,
    explain_venv,
    require_space,
    wanted_address,
)
from sample_shop import look

ROOT = Path(__file__).resolve().parents[1]
TORCH = "torch==2.13.0"
STAMP = ".kotae-installed.json"
LOCKS = {
    "full": "requirements.lock",
    "lean": "requirements-lean.lock",
    "test": "requirements-test.lock",
}
GIGABYTES = {"full": 4.0, "lean": 1.0, "test": 0.5}
"""Free space that each set needs while it is being installed."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    lean: bool
    test: bool
    serve: bool
    server_arguments: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The sets of packages that are wanted."""
        return ("lean" if self.lean else "full", *(["test"] if self.test else []))


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    options = parse(arguments)
    try:
        check_python(sys.version_info[:3])
        if options.serve:
            check_port(*wanted_address(options.server_arguments))
        with only_one(root):
            prepare(options, root)
        if options.serve:
            serve(options, root)
    except Refusal as refusal:
        print(f"Kotae: {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Kotae: {explain_os_error(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nKotae: stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def parse(arguments: Sequence[str]) -> Options:
    """--lean may stand anywhere; what follows --serve is the server's."""
    before, after = list(arguments), []
    if "--serve" in before:
        at = before.index("--serve")
        before, after = before[:at], before[at + 1 :]
    return Options(
        lean="--lean" in before or "--lean" in after,
        test="--test" in before,
        serve="--serve" in arguments,
        server_arguments=tuple(each for each in after if each != "--lean"),
    )


def prepare(options: Options, root: Path) -> None:
    environment = root / ".venv"
    if not is_installed(environment, root, options.parts):
        require_space(root, sum(GIGABYTES[part] for part in options.parts))
        make_environment(environment)
        install(options, environment, root)
    obtain_model(options, environment, root)


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Wait while another run prepares the same checkout.

    The programs it starts inherit the lock: if this run is killed, the next one waits for them.
    """
    with open(root / ".prepare.lock", "w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run is preparing this checkout; waiting for it.", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fingerprint(root: Path) -> str:
    """Changes when what has to be installed changes."""
    digest = hashlib.sha256(f"{TORCH} {root}".encode())
    for name in ("pyproject.toml", *LOCKS.values()):
        digest.update(hashlib.sha256((root / name).read_bytes()).digest())
    return digest.hexdigest()


def is_installed(environment: Path, root: Path, parts: Sequence[str]) -> bool:
    """Whether a stamp says so and the environment's Python is still the one it was made with."""
    installed = read_stamp(environment, root)
    has = {*installed, "lean"} if "full" in installed else {*installed}
    return set(parts) <= has and (environment / "bin" / "python").exists()


def read_stamp(environment: Path, root: Path) -> list[str]:
    """Sets of packages that are completely installed from today's lock files."""
    try:
        stamp = json.loads((environment / STAMP).read_text(encoding="utf-8"))
        return list(stamp["parts"]) if stamp["fingerprint"] == fingerprint(root) else []
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return []


def write_stamp(environment: Path, root: Path, parts: Sequence[str]) -> None:
    stamp = {"fingerprint": fingerprint(root), "parts": sorted(set(parts))}
    unfinished = environment / f"{STAMP}.new"
    unfinished.write_text(json.dumps(stamp) + "\n", encoding="utf-8")
    unfinished.replace(environment / STAMP)


def make_environment(environment: Path) -> None:
    """Make .venv, anew if what is there does not work; keep one that does."""
    if works(environment):
        return
    announce("Making the virtual environment .venv")
    # Not sys.executable: that may be the very .venv that is about to be replaced.
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-m", "venv", "--clear", str(environment)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or not works(environment):
        raise Refusal(explain_venv(done.stdout + done.stderr))


def works(environment: Path) -> bool:
    """Whether its Python is new enough and has pip."""
    program = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        python = str(environment / "bin" / "python")
        return subprocess.run([python, "-c", program], capture_output=True).returncode == 0
    except OSError:
        return False


def install(options: Options, environment: Path, root: Path) -> None:
    """Packages first, the project last; the stamp only when all of it is there."""
    done = read_stamp(environment, root)
    (environment / STAMP).unlink(missing_ok=True)
    announce("Installing packages (the first time this takes some minutes)")
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install"]
    for arguments in install_steps(options.parts):
        run_pip([*pip, *arguments], root)
    write_stamp(environment, root, [*done, *options.parts])


def install_steps(parts: Sequence[str]) -> list[list[str]]:
    """Arguments of each `pip install`, in order.

    torch goes first, so that nothing brings another build, and once more when the packages that
    all its builds need are there, to add what only its own build needs.
    """
    steps: list[list[str]] = []
    for part in parts:
        locked = ["--no-deps", "--require-hashes", "--requirement", LOCKS[part]]
        if part == "full":
            steps += [["--no-deps", TORCH], locked, [TORCH]]
        else:
            steps.append(locked)
    steps.append(["--no-deps", "--no-build-isolation", "--editable", "."])
    return steps


def run_pip(command: Sequence[str], root: Path) -> None:
    """Run pip with its progress shown and its warnings kept for the explanation of a failure."""
    quiet = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_WARN_SCRIPT_LOCATION": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_NO_INPUT": "1",
    }
    patience = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "30"}
    environ = {**patience, **os.environ, **quiet}
    done = subprocess.run(
        command, cwd=root, env=environ, stderr=subprocess.PIPE, text=True, close_fds=False
    )
    if done.returncode != 0:
        log = root / ".venv" / "install-error.log"
        with contextlib.suppress(OSError):
            log.write_text(done.stderr, encoding="utf-8")
        raise Refusal(explain_pip(done.stderr, log))


def obtain_model(options: Options, environment: Path, root: Path) -> None:
    """Fetch the default model unless it is there or another one is configured."""
    sys.path.insert(0, str(root))
    from search.pretrained.manifest import DATA_SHA256, NAME, is_complete, needed_files

    settings = server_environment(root, os.environ)
    if settings.get("KB_EMBEDDING_MODEL", NAME) not in ("", NAME):
        return
    models = Path(settings.get("KB_MODELS_DIR") or Path(settings["KB_VAR_DIR"]) / "models")
    if is_complete(models / NAME, DATA_SHA256, needed_files(lean=options.lean)):
        return
    announce("Obtaining the embedding model")
    command = [str(environment / "bin" / "python"), str(root / "scripts" / "fetch_model")]
    command += ["--lean"] if options.lean else []
    environ = {**os.environ, **settings}
    fetched = subprocess.run(command, env=environ, close_fds=False).returncode == 0
    if not fetched and not options.serve:
        raise Refusal("The tests need the embedding model, see above.")
    if not fetched:
        print("Going on without it: answers come from keywords only.", file=sys.stderr)


def server_environment(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """KB_* settings with this checkout's folders, and the sample shop's look, where none are given.

    Whoever brings articles has another shop: then nothing of the sample's is added.
    """
    places = {"KB_VAR_DIR": str(root / "var"), "KB_ARTICLES_DIR": str(root / "articles")}
    given = {name: value for name, value in environ.items() if name.startswith("KB_") and value}
    sample = {} if "KB_ARTICLES_DIR" in given else {"KB_DEMO": "on", **look(root)}
    return {**places, **sample, **given}


def serve(options: Options, root: Path) -> None:
    """Become the server."""
    kb = root / ".venv" / "bin" / "kb"
    environ = {**os.environ, **server_environment(root, os.environ)}
    if not os.environ.get("KB_ARTICLES_DIR") and not os.environ.get("KB_DATABASE_URL"):
        announce_notices(environ, root)
    sys.stdout.flush()
    os.execve(kb, [str(kb), "serve", *options.server_arguments], environ)


def announce_notices(environ: Mapping[str, str], root: Path) -> None:
    """Put the sample shop's notices where there are none; the server starts without them too."""
    python = str(root / ".venv" / "bin" / "python")
    subprocess.run([python, str(root / "scripts" / "sample_shop.py")], env=environ, check=False)


def announce(step: str) -> None:
    print(f"==> {step}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
