"""What `kb widget info` tells is what is served."""

import base64
import hashlib
import json
import re

import pytest
from click.testing import CliRunner

from app.cli import main


@pytest.fixture
def told(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("KB_BASE_URL", "https://help.example.org")
    return lambda *more: CliRunner().invoke(main, ["widget", "info", *more]).output


def test_every_file_is_named_with_the_version_and_hash_that_are_served(told, client):
    files = json.loads(told("--json"))["files"]
    assert {
        "v1.js",
        "v1.mjs",
        "loader.js",
        "begin.ko.js",
        "read.ja.js",
        "write.ja.js",
        "away.js",
    } <= set(files)
    own = {"site.js", "article.js", "contact.js", "ease.js", "your-data.js"}
    assert not own & set(files)
    for name, file in files.items():
        served = client.get(f"/widget/{file['version']}/{name}")
        assert "immutable" in served.headers["Cache-Control"], name
        digest = base64.b64encode(hashlib.sha384(served.data).digest()).decode()
        assert file["integrity"] == f"sha384-{digest}"
        assert file["size"] == len(served.data)


def test_lines_to_paste_name_the_public_address_and_the_hash(told):
    text = told()
    files = json.loads(told("--json"))
    for name in ("v1.js", "loader.js"):
        file = files["files"][name]
        assert f'src="https://help.example.org/widget/{file["version"]}/{name}"' in text
        assert f'integrity="{file["integrity"]}" crossorigin="anonymous"' in text
    assert "script-src https://help.example.org; connect-src https://help.example.org" in text


def test_the_key_stays_the_same_and_is_public(told, tmp_path):
    keys = {json.loads(told("--json"))["key"] for _ in range(2)}
    assert len(keys) == 1
    assert re.fullmatch(r"[\w-]{43}", keys.pop())
    assert (tmp_path / "secret_key").read_text().strip() not in told("--json")
