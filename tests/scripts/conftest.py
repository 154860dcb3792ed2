"""A checkout whose Python, pip and server only write down how they were called."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from search.pretrained import manifest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("serve", "find_python", "prepare.py", "refusals.py", "sample_shop.py")
COPIED = (
    "pyproject.toml",
    "search/__init__.py",
    "search/pretrained/__init__.py",
    "search/pretrained/manifest.py",
)

FAKE_PYTHON = """#!/bin/sh
# Stands in for .venv/bin/python.
here=$(cd "$(dirname "$0")" && pwd)
case "$1 $2" in
"-c import"*) exit 0 ;;
esac
shift_paths=$(echo "$*" | sed "s#$here/##g")
echo "$shift_paths" >> "$here/calls"
[ -z "$FAKE_SECONDS" ] || sleep "$FAKE_SECONDS"
number=$(wc -l < "$here/calls")
if [ "$number" -eq "${FAKE_FAIL_AT:-0}" ]; then
    echo "$FAKE_STDERR" >&2
    exit 1
fi
"""
FAKE_KB = """#!/bin/sh
echo "kb $* KB_VAR_DIR=$KB_VAR_DIR KB_ARTICLES_DIR=$KB_ARTICLES_DIR"
"""


@dataclass
class Checkout:
    """A copy of the set-up scripts around a fake virtual environment."""

    root: Path

    @property
    def calls(self):
        """Every call of the fake Python so far, a line each."""
        path = self.root / ".venv" / "bin" / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def stamp(self):
        return self.root / ".venv" / ".kotae-installed.json"

    def forget_calls(self):
        (self.root / ".venv" / "bin" / "calls").unlink(missing_ok=True)

    def add_model(self, *, lean=False, var=None):
        directory = (var or self.root / "var") / "models" / manifest.NAME
        for name in manifest.needed_files(lean=lean):
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"weights")
        manifest.write_manifest(directory, manifest.DATA_SHA256)
        return directory


def write_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    root = tmp_path / "checkout"
    for name in (*COPIED, *(f"scripts/{script}" for script in SCRIPTS)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name in ("requirements.lock", "requirements-lean.lock", "requirements-test.lock"):
        (root / name).write_text(f"{name}==1\n")
    write_program(root / ".venv" / "bin" / "python", FAKE_PYTHON)
    write_program(root / ".venv" / "bin" / "kb", FAKE_KB)
    for name in [name for name in os.environ if name.startswith(("KB_", "FAKE_"))]:
        monkeypatch.delenv(name)
    made = Checkout(root)
    made.add_model()
    return made


@pytest.fixture
def load_script(monkeypatch):
    """load_script("prepare.py") -> that script as a module, not started."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(name):
        loader = SourceFileLoader(f"script_{name.partition('.')[0]}", str(ROOT / "scripts" / name))
        module = importlib.util.module_from_spec(
            importlib.util.spec_from_loader(loader.name, loader)
        )
        monkeypatch.setitem(sys.modules, loader.name, module)
        loader.exec_module(module)
        return module

    return load


@pytest.fixture
def prepare(load_script, monkeypatch):
    module = load_script("prepare.py")
    monkeypatch.setattr(sys, "path", list(sys.path))
    return module
