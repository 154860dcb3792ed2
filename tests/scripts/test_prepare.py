"""Set-up does what is missing, goes on after an interruption, and refuses in one sentence."""

from __future__ import annotations

import errno
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple

import pytest

PROJECT = "-m pip install --no-deps --no-build-isolation --editable ."
LEAN_STEPS = [
    "-m pip install --no-deps --require-hashes --requirement requirements-lean.lock",
    PROJECT,
]
FULL_STEPS = [
    "-m pip install --no-deps torch==2.13.0",
    "-m pip install --no-deps --require-hashes --requirement requirements.lock",
    "-m pip install torch==2.13.0",
    PROJECT,
]
TEST_STEP = "-m pip install --no-deps --require-hashes --requirement requirements-test.lock"


@pytest.fixture
def run(prepare, checkout):
    def run_main(*arguments):
        return prepare.main(list(arguments), checkout.root)

    return run_main


def refusal(capsys):
    """The one sentence on standard error."""
    error = capsys.readouterr().err
    assert error.startswith("Kotae: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    return error


def test_torch_comes_first_and_the_project_last(run, checkout):
    assert run() == 0
    assert checkout.calls == FULL_STEPS


def test_a_lean_installation_never_names_torch(run, checkout):
    assert run("--lean") == 0
    assert checkout.calls == LEAN_STEPS


def test_the_tests_packages_come_on_top(run, checkout):
    assert run("--test") == 0
    assert checkout.calls == [*FULL_STEPS[:-1], TEST_STEP, PROJECT]


def test_a_second_run_starts_nothing(run, checkout):
    run("--test")
    checkout.forget_calls()
    assert run("--test") == run() == run("--lean") == 0
    assert checkout.calls == []


def test_a_full_run_completes_a_lean_one_and_keeps_it(run, checkout):
    run("--lean")
    checkout.forget_calls()
    assert run() == 0
    assert checkout.calls == FULL_STEPS
    checkout.forget_calls()
    assert run("--lean") == 0
    assert checkout.calls == []


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-lean.lock", "requirements-test.lock"]
)
def test_a_changed_lock_file_installs_again(run, checkout, name):
    run()
    checkout.forget_calls()
    (checkout.root / name).write_text("other==2\n")
    run()
    assert checkout.calls == FULL_STEPS


def test_a_moved_checkout_installs_again(prepare, run, checkout):
    run()
    moved = checkout.root.rename(checkout.root.with_name("moved"))
    (moved / ".venv" / "bin" / "calls").unlink()
    assert prepare.main([], moved) == 0
    assert (moved / ".venv" / "bin" / "calls").read_text().splitlines() == FULL_STEPS


@pytest.mark.parametrize("content", ["", "{", "[]", '{"parts": ["full"]}', "\x00"])
def test_a_damaged_stamp_installs_again(run, checkout, content):
    run()
    checkout.forget_calls()
    checkout.stamp.write_text(content)
    assert run() == 0
    assert checkout.calls == FULL_STEPS


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_an_interrupted_installation_is_done_by_the_next_run(
    run, checkout, monkeypatch, capsys, step
):
    monkeypatch.setenv("FAKE_FAIL_AT", str(step))
    monkeypatch.setenv("FAKE_STDERR", "ERROR: stopped")
    assert run() == 1
    assert "stopped" in refusal(capsys)
    assert not checkout.stamp.exists()
    checkout.forget_calls()
    monkeypatch.delenv("FAKE_FAIL_AT")
    assert run() == 0
    assert checkout.calls == FULL_STEPS
    assert checkout.stamp.exists()


def test_an_interrupted_update_does_not_count_as_installed(run, checkout, monkeypatch):
    run()
    (checkout.root / "requirements.lock").write_text("other==2\n")
    checkout.forget_calls()
    monkeypatch.setenv("FAKE_FAIL_AT", "2")
    assert run() == 1
    # Even if the old lock file comes back: packages of both may be there now.
    (checkout.root / "requirements.lock").write_text("requirements.lock==1\n")
    checkout.forget_calls()
    monkeypatch.delenv("FAKE_FAIL_AT")
    run()
    assert checkout.calls == FULL_STEPS


def test_the_keyboard_stops_it_without_a_traceback(prepare, run, checkout, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "run_pip", stop)
    assert run() == 130
    assert "goes on from here" in capsys.readouterr().err
    assert not checkout.stamp.exists()


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("WARNING: Retrying: Temporary failure in name resolution", "Check the network"),
        ("NewConnectionError(...): Network is unreachable", "Check the network"),
        ("ERROR: Could not find a version (from versions: none)", "Check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one in the lock file"),
        ("noise\nERROR: Failed building wheel for x", "Failed building wheel for x"),
        ("", "no reason given"),
    ],
)
def test_a_failing_pip_is_explained(run, monkeypatch, capsys, written, cause):
    monkeypatch.setenv("FAKE_FAIL_AT", "2")
    monkeypatch.setenv("FAKE_STDERR", written)
    assert run() == 1
    assert cause in refusal(capsys)


def test_pips_whole_complaint_is_kept(run, checkout, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL_AT", "1")
    monkeypatch.setenv("FAKE_STDERR", "first line\nERROR: last line")
    run()
    log = checkout.root / ".venv" / "install-error.log"
    assert log.read_text() == "first line\nERROR: last line\n"


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 9, 0), (2, 7, 18)])
def test_an_old_python_is_refused(prepare, run, checkout, monkeypatch, capsys, version):
    monkeypatch.setattr(prepare.sys, "version_info", (*version, "final", 0))
    assert run() == 1
    assert "Python 3.11 or newer is needed" in refusal(capsys)
    assert checkout.calls == []


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(("arguments", "free"), [(["--lean"], 0.9e9), ([], 3.9e9)])
def test_too_little_disk_is_refused_before_anything_is_installed(
    run, checkout, monkeypatch, capsys, arguments, free
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10e9, 10e9 - free, free))
    assert run(*arguments) == 1
    assert f"{free / 1e9:.1f} GB free" in refusal(capsys)
    assert checkout.calls == []


def test_a_nearly_full_disk_is_no_matter_once_installed(run, monkeypatch):
    run()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10e9, 10e9, 0))
    assert run() == 0


def test_a_disk_that_fills_up_is_explained(prepare, run, monkeypatch, capsys):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(prepare, "write_stamp", fail)
    assert run() == 1
    assert "The disk is full" in refusal(capsys)


def test_a_folder_that_cannot_be_written_is_explained(prepare, run, monkeypatch, capsys):
    def fail(*_):
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/kotae/.venv")

    monkeypatch.setattr(prepare, "write_stamp", fail)
    assert run() == 1
    assert "/srv/kotae/.venv cannot be written" in refusal(capsys)


@pytest.fixture
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize("spelling", ["two words", "one word"])
def test_a_taken_port_is_refused_before_anything_is_installed(
    run, checkout, capsys, taken_port, spelling
):
    given = ["--port", taken_port] if spelling == "two words" else [f"--port={taken_port}"]
    assert run("--serve", *given) == 1
    assert f"Port {taken_port} on 127.0.0.1 is taken" in refusal(capsys)
    assert checkout.calls == []


@pytest.mark.parametrize("port", ["eighty", "-1", "70000", "８０００"])
def test_a_port_that_is_none_is_refused(run, capsys, port):
    assert run("--serve", "--port", port) == 1
    assert "is not a port" in refusal(capsys)


def test_without_arguments_the_server_will_want_8000_on_this_machine(prepare):
    assert prepare.wanted_address([]) == ("127.0.0.1", 8000)
    assert prepare.wanted_address(["--host", "0.0.0.0", "--port=81"]) == ("0.0.0.0", 81)


def test_a_missing_model_is_fetched_with_the_projects_python(run, checkout, capsys):
    run()
    checkout.forget_calls()
    shutil.rmtree(checkout.root / "var")
    assert run() == 0
    assert checkout.calls == [f"{checkout.root}/scripts/fetch_model"]
    assert run("--lean") == 0
    assert checkout.calls[1] == f"{checkout.root}/scripts/fetch_model --lean"


def test_a_lean_model_is_enough_for_lean_only(run, checkout):
    run()
    checkout.forget_calls()
    shutil.rmtree(checkout.root / "var")
    checkout.add_model(lean=True)
    run("--lean")
    assert checkout.calls == []
    run()
    assert checkout.calls == [f"{checkout.root}/scripts/fetch_model"]


@pytest.mark.parametrize("name", ["KB_MODELS_DIR", "KB_VAR_DIR"])
def test_a_model_elsewhere_is_seen(run, checkout, monkeypatch, tmp_path, name):
    run()
    checkout.forget_calls()
    shutil.rmtree(checkout.root / "var")
    checkout.add_model(var=tmp_path / "elsewhere")
    folder = tmp_path / "elsewhere"
    monkeypatch.setenv(name, str(folder / "models" if name == "KB_MODELS_DIR" else folder))
    run()
    assert checkout.calls == []


def test_with_another_model_configured_the_default_one_is_not_fetched(run, checkout, monkeypatch):
    shutil.rmtree(checkout.root / "var")
    monkeypatch.setenv("KB_EMBEDDING_MODEL", "BAAI/bge-m3")
    run()
    assert checkout.calls == FULL_STEPS


def test_the_tests_need_the_model(run, checkout, monkeypatch, capsys):
    shutil.rmtree(checkout.root / "var")
    monkeypatch.setenv("FAKE_FAIL_AT", "6")
    assert run("--test") == 1
    assert "need the embedding model" in capsys.readouterr().err


def start(checkout, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "scripts/prepare.py", *arguments],
        cwd=checkout.root,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_the_server_gets_its_arguments_and_the_checkouts_folders(checkout, free_port):
    arguments = ("--serve", "--port", free_port, "--lean", "--workers", "2")
    output, error = start(checkout, *arguments).communicate(timeout=30)
    root = checkout.root
    assert error == ""
    assert output.splitlines()[-1] == (
        f"kb serve --port {free_port} --workers 2 "
        f"KB_VAR_DIR={root}/var KB_ARTICLES_DIR={root}/articles"
    )


def test_folders_from_the_environment_are_left_alone(checkout, free_port, tmp_path):
    checkout.add_model(var=tmp_path)
    settings = {"KB_VAR_DIR": str(tmp_path), "KB_ARTICLES_DIR": "/srv/articles"}
    output, _ = start(checkout, "--serve", "--port", free_port, **settings).communicate(timeout=30)
    assert output.endswith(f"KB_VAR_DIR={tmp_path} KB_ARTICLES_DIR=/srv/articles\n")


def test_the_sample_shop_has_its_look_and_an_operators_settings_stand(prepare, checkout):
    shown = prepare.server_environment(checkout.root, {"KB_SITE_NAME": "Mine", "HOME": "/"})
    assert shown["KB_SITE_NAME"] == "Mine"
    assert shown["KB_LOGO"] == f"{checkout.root}/articles/images/haru.svg"
    assert {"KB_DEMO", "KB_PRODUCTS", "KB_HOME_TEXT"} < shown.keys()
    own = prepare.server_environment(checkout.root, {"KB_ARTICLES_DIR": "/srv/articles"})
    assert own.keys() == {"KB_VAR_DIR", "KB_ARTICLES_DIR"}


@pytest.mark.parametrize(
    "given",
    [
        {"KB_ARTICLES_DIR": "/srv/articles"},
        {"KB_DATABASE_URL": "sqlite:////srv/own.sqlite3"},
    ],
)
def test_no_notice_of_the_sample_comes_into_an_operators_help_center(checkout, free_port, given):
    start(checkout, "--serve", "--port", free_port, **given).communicate(timeout=30)
    assert not any("sample_shop" in call for call in checkout.calls)


def test_the_server_starts_without_a_model_and_says_so(checkout, free_port):
    shutil.rmtree(checkout.root / "var")
    failing = {"FAKE_FAIL_AT": "5", "FAKE_STDERR": "no network"}
    process = start(checkout, "--serve", "--port", free_port, **failing)
    output, error = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "kb serve" in output
    assert error == "no network\nGoing on without it: answers come from keywords only.\n"


def test_a_prepared_start_takes_a_moment(checkout, free_port):
    start(checkout).communicate(timeout=30)
    checkout.forget_calls()
    before = time.monotonic()
    process = start(checkout, "--serve", "--port", free_port)
    process.communicate(timeout=30)
    assert time.monotonic() - before < 1.0
    assert checkout.calls == [f"{checkout.root}/scripts/sample_shop.py"]


def test_two_runs_at_once_take_turns(checkout):
    first = start(checkout, FAKE_SECONDS="0.5")
    while not checkout.calls:
        time.sleep(0.01)
    second = start(checkout)
    _, waiting = second.communicate(timeout=30)
    first.communicate(timeout=30)
    assert first.returncode == second.returncode == 0
    assert waiting == "Another run is preparing this checkout; waiting for it.\n"
    assert checkout.calls == FULL_STEPS


def test_after_a_kill_the_next_run_waits_for_the_orphan_and_goes_on(checkout):
    first = start(checkout, FAKE_SECONDS="1")
    while not checkout.calls:
        time.sleep(0.01)
    first.kill()
    second = start(checkout)
    _, waiting = second.communicate(timeout=30)
    first.communicate(timeout=30)
    assert second.returncode == 0
    assert waiting == "Another run is preparing this checkout; waiting for it.\n"
    assert checkout.calls == [FULL_STEPS[0], *FULL_STEPS]


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["absent", "no python", "old python", "a file"])
def test_a_virtual_environment_that_does_not_work_is_made_anew(prepare, checkout, broken):
    environment = checkout.root / ".venv"
    python = environment / "bin" / "python"
    if broken == "no python":
        python.unlink()
    elif broken == "old python":
        python.write_text("#!/bin/sh\nexit 1\n")
    else:
        shutil.rmtree(environment)
    if broken == "a file":
        environment.write_text("")
        with pytest.raises(prepare.Refusal, match="cannot make a virtual environment"):
            prepare.make_environment(environment)
        return
    prepare.make_environment(environment)
    assert prepare.works(environment)
    assert (environment / "pyvenv.cfg").exists()


def test_a_working_virtual_environment_is_kept(prepare, checkout):
    marker = checkout.root / ".venv" / "marker"
    marker.touch()
    prepare.make_environment(checkout.root / ".venv")
    assert marker.exists()
