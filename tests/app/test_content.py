"""The renderer's fingerprint: another one makes the next import read and render everything anew."""

import ast
import importlib.resources
import shutil
from pathlib import Path

import pytest

import app
from app import content
from app.content import renderer_fingerprint

APP = Path(app.__file__).parent
SETTLED = {"errors", "linking"}
"""Errors say nothing of an article, and every import follows all links again."""


def file_of(name):
    """Where the module app.`name` lies; None when there is none of that name."""
    base = APP / name.replace(".", "/")
    return next((f for f in (base.with_suffix(".py"), base / "__init__.py") if f.is_file()), None)


def imported_by(path):
    """Names of the modules of app that the module at `path` imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app."):
            base = node.module.removeprefix("app.")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def reading_modules():
    """Every module of app that reading and rendering an article takes."""
    # An article's id is made of its path by `naming`, for the importer.
    found, waiting = set(), ["content", "naming"]
    while waiting:
        name = waiting.pop()
        path = file_of(name)
        if path is not None and name not in found | SETTLED:
            found.add(name)
            waiting += imported_by(path)
    return sorted(found)


@pytest.mark.parametrize("name", reading_modules())
def test_the_fingerprint_covers_all_that_reads_and_renders(tmp_path, monkeypatch, name):
    copy = shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("static"))
    monkeypatch.setattr(importlib.resources, "files", lambda package: copy)
    before = renderer_fingerprint()
    assert renderer_fingerprint() == before
    with (copy / file_of(name).relative_to(APP)).open("a", encoding="utf-8") as module:
        module.write("# Another way to read.\n")
    assert renderer_fingerprint() != before


def test_another_release_of_a_renderer_is_another_fingerprint(monkeypatch):
    before = renderer_fingerprint()
    for name in content._RENDERERS:
        with monkeypatch.context() as patch:
            patch.setattr(
                content.importlib.metadata, "version", lambda asked, own=name: str(asked == own)
            )
            assert renderer_fingerprint() != before
