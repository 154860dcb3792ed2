"""The git command line, as far as a sync needs it. A folder without git has no history, and works.

Arguments are lists, never a shell; paths are taken literally; git never asks for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.errors import KotaeError
from app.importing.storing import Attribution

_NUL = "\0"
_SECONDS = 300
_ARGUMENTS_AT_ONCE = 400
_UNFINISHED = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisect",
}


class GitFailed(KotaeError):
    """Git could not do what a sync needs; the message says what it said."""

    code = "git-failed"
    status = 500


class GitBusy(KotaeError):
    """The work tree is in the middle of something that a person has to finish."""

    code = "git-busy"
    status = 409


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit names."""

    name: str
    email: str = ""

    def __str__(self) -> str:
        """As git reads it: no angle brackets or line ends within."""
        name = re.sub(r"[<>\s\x00-\x1f]+", " ", self.name).strip(" .,:;'\"\\") or "Somebody"
        email = re.sub(r"[<>\s\x00-\x1f]+", "", self.email)
        return f"{name} <{email}>"


class GitFolder:
    """A folder in a git work tree; the folder may be the tree or lie deep in it."""

    def __init__(self, root: Path, prefix: str) -> None:
        """`prefix`: the folder's path in the work tree, with a slash at its end, or empty."""
        self.root = root
        self._prefix = prefix

    def require_rest(self) -> None:
        """Raise GitBusy while a merge, a bisect or the like is unfinished, or files conflict."""
        for name, what in _UNFINISHED.items():
            if Path(self.root, self._run("rev-parse", "--git-path", name).strip()).exists():
                raise GitBusy(f"{self.root} is in the middle of {what}; finish it first.")
        unmerged = self._paths("ls-files", "--unmerged", "-z")
        if unmerged:
            path = min(unmerged).partition("\t")[2]
            raise GitBusy(f"{path} has conflicts in git; resolve them first.")

    def is_detached(self) -> bool:
        """Whether no branch is checked out: what is committed then belongs to none."""
        return self._call("symbolic-ref", "--quiet", "HEAD").returncode == 1

    def changed_paths(self) -> set[str]:
        """Files, relative to the folder, that differ from the last commit: new ones and gone ones
        included, ignored ones not."""
        listed = self._run("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
        entries = [entry[3:] for entry in listed.split("\0") if entry]
        start = len(self._prefix)
        return {entry[start:] for entry in entries if entry.startswith(self._prefix)}

    def attributions(self, paths: Iterable[str]) -> dict[str, Attribution]:
        """The last commit of each path that has one and was not changed since."""
        wanted = set(paths)
        if not wanted or not self._has_commits():
            return {}
        wanted -= self.changed_paths()
        if not wanted:
            # Asked for no path, git would walk the whole history.
            return {}
        # NUL, alone, can be in no name, no subject and no path.
        form = "--format=%x00%H%x00%an%x00%ae%x00%s"
        # Few paths: git looks only for them. Many: one walk from the newest commit on.
        asked = ["--", *sorted(wanted)] if len(wanted) <= _ARGUMENTS_AT_ONCE else []
        listed = ("--no-renames", "--relative", "--name-only", "-z", "--encoding=UTF-8")
        log = self._run("log", "--no-show-signature", *listed, form, *asked)
        found: dict[str, Attribution] = {}
        for path, made in _read_log(log):
            if path in wanted:
                found.setdefault(path, made)
        return found

    def commit(self, paths: Sequence[str], author: Author, message: str) -> None:
        """Commit these paths as they are on disk, and nothing else that may be staged."""
        present = [path for path in paths if os.path.lexists(self.root / path)]
        if present:
            self._run("add", "--", *present)
        self._run(
            *self._identity(),
            "commit",
            "--quiet",
            "--only",
            f"--author={author}",
            f"--message={message.replace(_NUL, ' ')}",
            "--",
            *paths,
        )

    def is_tracked(self, path: str) -> bool:
        """Whether the last commit or the index holds the path."""
        return bool(self._paths("ls-files", "-z", "--", path))

    def _identity(self) -> list[str]:
        """A committer, where the machine has none."""
        known = self._call("config", "user.email").returncode == 0
        return [] if known else ["-c", "user.name=Kotae", "-c", "user.email=kotae@localhost"]

    def _has_commits(self) -> bool:
        return self._call("rev-parse", "--verify", "--quiet", "HEAD").returncode == 0

    def _paths(self, *arguments: str) -> set[str]:
        return set(filter(None, self._run(*arguments).split("\0")))

    def _run(self, *arguments: str) -> str:
        done = self._call(*arguments)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit {done.returncode}"
            command = next(
                word for word in arguments if not word.startswith("-") and "=" not in word
            )
            raise GitFailed(f"git {command} failed in {self.root}: {said}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def _call(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return _call_git(self.root, *arguments)


def _read_log(log: str) -> Iterator[tuple[str, Attribution]]:
    """Each path of each commit: after an empty word a commit's four, then its paths."""
    words = iter(log.split(_NUL))
    made = Attribution("")
    for word in words:
        if word:
            # Git begins a line before the first path.
            yield word.removeprefix("\n"), made
            continue
        said = [_as_text(each) for each in islice(words, 4)]
        if len(said) == 4:
            commit, author, email, subject = said
            made = Attribution(author, email, commit, subject)


def _as_text(said: str) -> str:
    """What somebody may have written in another encoding than they told git."""
    return said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def find_git(root: Path) -> GitFolder | None:
    """The folder's work tree; None without git, outside of one, and where git ignores it."""
    if shutil.which("git") is None:
        return None
    found = _call_git(root, "rev-parse", "--is-inside-work-tree", "--show-prefix")
    lines = found.stdout.decode("utf-8", "surrogateescape").split("\n")
    if found.returncode != 0 or lines[0] != "true":
        said = found.stderr.decode("utf-8", "replace")
        if "dubious ownership" in said:
            raise GitFailed(f"git refuses {root}: {said.strip().splitlines()[0]}")
        return None
    prefix = lines[1] if len(lines) > 1 else ""
    top = root.parents[prefix.count("/") - 1] if prefix else root
    if prefix and _call_git(top, "check-ignore", "--quiet", "--", prefix).returncode == 0:
        return None
    return GitFolder(root, prefix)


def _call_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {
        "GIT_TERMINAL_PROMPT": "0",
        # check-ignore, alone, refuses to be told that a path is a path.
        "GIT_LITERAL_PATHSPECS": "0" if arguments[0] == "check-ignore" else "1",
        "GIT_EDITOR": "true",
        "LC_ALL": "C.UTF-8",
    }
    try:
        return subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"git {arguments[0]} took longer than {_SECONDS} s in {root}.") from error
    except OSError as error:
        raise GitFailed(f"git cannot be run in {root}: {error}.") from error
