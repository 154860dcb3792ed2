"""./scripts/test prepares, checks style and types, then tests; and gets what only tests need."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.model_fixtures import ROOT


@pytest.fixture
def run(checkout, tmp_path):
    """Run scripts/test of the checkout, with nothing missing from the system."""
    for name in ("test", "find_python"):
        shutil.copy(ROOT / "scripts" / name, checkout.root / "scripts" / name)
    packages = checkout.root / "scripts" / "system_packages"
    packages.write_text("#!/bin/sh\necho system packages\n")
    packages.chmod(0o755)
    (checkout.root / "scripts" / "fetch_validator").write_text("")

    def run_script(*arguments, **environment):
        return subprocess.run(
            ["sh", "scripts/test", *arguments],
            cwd=checkout.root,
            env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run_script


def test_without_arguments_style_and_types_come_before_the_tests(run, checkout):
    done = run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("system packages\n")
    assert checkout.calls[-4:] == [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy --strict",
        "-m pytest --numprocesses auto --maxprocesses 4 --dist worksteal",
    ]


def test_arguments_go_to_pytest_alone(run, checkout):
    run("tests/search", "-k", "rank")
    assert checkout.calls[-2:] == [
        "-m pip install --no-deps --no-build-isolation --editable .",
        "-m pytest tests/search -k rank",
    ]


def test_a_complaint_about_style_fails_the_run(run, checkout):
    run("-q")
    checkout.forget_calls()
    done = run(FAKE_FAIL_AT="1", FAKE_STDERR="E501")
    assert done.returncode == 1
    assert checkout.calls == ["-m ruff check ."]


def test_a_failed_preparation_runs_no_test(run, checkout):
    done = run(FAKE_FAIL_AT="2", FAKE_STDERR="ERROR: no")
    assert done.returncode == 1
    assert not any("pytest" in call for call in checkout.calls)


@pytest.fixture
def machine(tmp_path):
    """A PATH of a machine that lacks a browser; calls of apt-get are written down."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "ls", "grep", "mktemp", "tail", "rm", "cat"):
        (tools / name).symlink_to(shutil.which(name))
    return tmp_path


def add_tool(machine, name, text):
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def system_packages(machine, **environment):
    return subprocess.run(
        ["sh", str(ROOT / "scripts" / "system_packages")],
        env={"PATH": str(machine / "bin"), "TMPDIR": str(machine), **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )


def apt_calls(machine):
    path = machine / "apt"
    return path.read_text().splitlines() if path.exists() else []


def test_root_gets_the_missing_packages_and_only_those(machine):
    add_tool(machine, "id", "echo 0")
    add_tool(machine, "apt-get", f'echo "$*" >> {machine}/apt')
    add_tool(machine, "initdb", "exit 0")
    done = system_packages(machine)
    assert done.returncode == 0
    update, install = apt_calls(machine)
    assert update == "-q update"
    assert " chromium" in install
    assert "postgresql" not in install


def test_nothing_missing_does_nothing(machine):
    add_tool(machine, "id", "echo 0")
    add_tool(machine, "apt-get", f'echo "$*" >> {machine}/apt')
    for name in ("chromium", "initdb", "java", "ls", "npm"):
        (machine / "bin" / name).unlink(missing_ok=True)
        add_tool(machine, name, "echo found")
    done = system_packages(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert apt_calls(machine) == []


def test_others_are_told_what_is_missing_and_how_to_get_it(machine):
    add_tool(machine, "id", "echo 1000")
    done = system_packages(machine)
    assert done.returncode == 0
    assert "apt-get install chromium" in done.stderr


@pytest.mark.parametrize(("environment", "code"), [({}, 0), ({"CI": "true"}, 1)])
def test_a_failed_installation_counts_in_ci_only(machine, environment, code):
    add_tool(machine, "id", "echo 0")
    add_tool(machine, "apt-get", "echo 'E: no network'; exit 100")
    done = system_packages(machine, **environment)
    assert done.returncode == code
    assert "E: no network" in done.stderr


def test_ci_runs_nothing_but_the_test_script():
    text = (ROOT / ".ci" / "run").read_text()
    assert text.splitlines()[-1] == 'exec ./scripts/test "$@"'
