"""The editor's text area: what is served is what is written, and only where it is needed."""

import gzip
from pathlib import Path

import pytest

import app
from tests.built_files import expect_built

ROOT = Path(app.__file__).parents[1]
BUILT = ROOT / "app" / "static" / "editor" / "built" / "code-area.js"
BUDGET = 110 * 1024


def test_it_weighs_no_more_than_110_kb():
    assert len(gzip.compress(BUILT.read_bytes(), 9)) <= BUDGET


@pytest.mark.slow
def test_what_is_served_is_built_from_this_source_and_its_types_hold():
    expect_built("build_editor")
