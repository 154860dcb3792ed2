import hashlib
import os
import re
from pathlib import Path

import pytest

from app.article_fields import read_fields
from app.front_matter import parse_source, with_fields
from app.render import render

SHARED = Path(os.environ.get("KB_SHARED_DIR") or Path(__file__).resolve().parents[2] / "../shared")
LEFTOVERS = re.compile(
    r"^\s*(?::::|///)|\{%|\{\*|^import .+ from |</?(?:div|span|br|img|td|Tabs|Steps|Fragment)\b"
    r"|\{ ?[.#][\w-]+ ?\}|[\ue000\ue001]",
    re.MULTILINE,
)


def sample(count):
    files = sorted((SHARED / "corpora").glob("*/articles/**/*.md"))
    if not files:
        pytest.skip("the corpora of real help centers are not on this machine")
    root = SHARED / "corpora"
    files.sort(key=lambda file: hashlib.sha256(str(file.relative_to(root)).encode()).digest())
    return files[:count]


def test_real_help_centers_render_to_text_without_leftovers():
    bad = {}
    for file in sample(60):
        source = parse_source(file.read_bytes())
        rendered = render(source.body, resolve_link=lambda a: a, resolve_media=lambda a: a)
        assert read_fields(source).title
        assert rendered.sections, file
        assert any(section.text for section in rendered.sections), file
        anchors = [heading.anchor for heading in rendered.headings]
        assert len(set(anchors)) == len(anchors)
        prose = re.sub(r"<pre.*?</pre>|<code.*?</code>|<[^>]*>", "", rendered.html, flags=re.DOTALL)
        if found := LEFTOVERS.search(prose):
            bad[file.name] = found.group()
    assert len(bad) <= 1, bad


def test_real_front_matter_survives_an_edit_that_changes_nothing():
    for file in sample(60):
        raw = file.read_bytes()
        source = parse_source(raw)
        assert with_fields(source, dict(source.meta)).encode() == raw
        changed = with_fields(source, {"title": "Something: else", "owner": "me"})
        assert parse_source(changed.encode()).meta["title"] == "Something: else"
        assert changed.endswith(source.body)
