"""A folder and a site that are kept equal, with and without git."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from app.editing.publication import publish_text
from app.editing.transaction import ArticleName
from app.models import Article
from app.syncing import sync_folder
from tests.store_helpers import EDITOR, newest, read_tree, write_tree


@dataclass
class Pair:
    """Both sides, and short ways to change either."""

    root: object
    sessions: object
    settings: object

    def sync(self, **options):
        return sync_folder(
            self.root, session_factory=self.sessions, settings=self.settings, **options
        )

    def write(self, files):
        write_tree(self.root, files)

    def read(self, path):
        return (self.root / path).read_bytes().decode("utf-8")

    def files(self):
        files = read_tree(self.root)
        return {path: data for path, data in files.items() if not path.startswith(".git/")}

    def publish(self, article_id, source, locale="en", author="Kim", note=""):
        name = ArticleName(article_id, locale)
        with self.sessions() as session:
            base = newest(session, name)
            actor = replace(EDITOR, name=author, email=f"{author.lower()}@example.com")
            return publish_text(session, actor, name, source=source, base=base, note=note)

    def do(self, use_case, *arguments, **options):
        with self.sessions() as session:
            return use_case(session, EDITOR, *arguments, **options)

    def shown(self):
        """Path -> text of everything that belongs into the folder."""
        with self.sessions() as session:
            rows = session.scalars(
                select(Article).where(Article.status != "archived", Article.deleted_at.is_(None))
            )
            return {row.source_path: row.source.encode() for row in rows}

    def git(self, *arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout


@pytest.fixture
def unreadable(pair, monkeypatch):
    """A way to forbid a folder of the pair: its names, or what they name."""

    def forbid(folder, *, names=True):
        forbidden = os.path.join(pair.root, folder) if folder else str(pair.root)

        def refuse(where):
            raise PermissionError(13, "Permission denied", str(where))

        def scan(where="."):
            return refuse(where) if os.fspath(where) == forbidden else scandir(where)

        def look(path, *arguments, **options):
            is_in = not isinstance(path, int) and os.path.dirname(os.fspath(path)) == forbidden
            return refuse(path) if is_in else stat(path, *arguments, **options)

        scandir, stat = os.scandir, os.stat
        with monkeypatch.context() as patch:
            patch.setattr(os, *(("scandir", scan) if names else ("stat", look)))
            yield

    return contextmanager(forbid)


@pytest.fixture
def pair(tmp_path, sessions, settings):
    root = tmp_path / "articles"
    root.mkdir()
    return Pair(root, sessions, settings)


@pytest.fixture
def git_pair(pair, monkeypatch, tmp_path):
    """The same in a git work tree, whose developer is called Dev."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    pair.git("init", "--quiet", "--initial-branch=main")
    pair.git("config", "user.name", "Dev")
    pair.git("config", "user.email", "dev@example.com")
    return pair
