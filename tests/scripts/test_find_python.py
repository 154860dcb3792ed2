"""The shell scripts find a Python that is new enough, or say in a sentence that there is none."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.model_fixtures import ROOT

TOOLS = ("sh", "dirname", "cat")


@pytest.fixture
def machine(tmp_path):
    """A PATH with the least of tools and the Pythons that a test puts there."""
    tools, scripts = tmp_path / "bin", tmp_path / "scripts"
    tools.mkdir()
    scripts.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name))
    for name in ("serve", "find_python"):
        shutil.copy(ROOT / "scripts" / name, scripts / name)
    return tmp_path


def add_python(machine, name, *, new_enough):
    path = machine / "bin" / name
    path.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exit {0 if new_enough else 1}\necho "{name} ran: $2 $3 $4"\n'
    )
    path.chmod(0o755)
    return path


def serve(machine, *arguments, **environment):
    return subprocess.run(
        ["sh", str(machine / "scripts" / "serve"), *arguments],
        env={"PATH": str(machine / "bin"), **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_no_python_is_one_sentence(machine):
    done = serve(machine)
    assert done.returncode == 1
    assert done.stderr.startswith("Kotae needs Python 3.11 or newer")
    assert done.stderr.count("\n") == 1


def test_an_old_python_alone_is_one_sentence(machine):
    add_python(machine, "python3", new_enough=False)
    done = serve(machine)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_the_usual_python_is_taken_when_it_is_new_enough(machine):
    add_python(machine, "python3", new_enough=True)
    add_python(machine, "python3.13", new_enough=True)
    assert serve(machine, "--port", "80").stdout == "python3 ran: --serve --port 80\n"


def test_a_newer_one_beside_an_old_one_is_found(machine):
    add_python(machine, "python3", new_enough=False)
    add_python(machine, "python3.12", new_enough=True)
    assert serve(machine).stdout.startswith("python3.12 ran: --serve")


def test_a_python_can_be_named(machine):
    add_python(machine, "python3", new_enough=True)
    other = add_python(machine, "other", new_enough=True)
    assert serve(machine, PYTHON=str(other)).stdout.startswith("other ran: --serve")


def test_arguments_with_blanks_stay_whole(machine):
    add_python(machine, "python3", new_enough=True)
    assert serve(machine, "a b", "c").stdout == "python3 ran: --serve a b c\n"
