"""The widget as it is served, what it weighs, and that what is served is what is written."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

import app
from app.widget_files import read_widget_files
from tests.built_files import expect_built

ROOT = Path(app.__file__).parents[1]
SOURCES = ROOT / "app" / "static" / "widget"
BUILT = SOURCES / "built"
ENTRIES = ("v1.js", "v1.mjs")
LOADER_BUDGET = 1536
TAGS = ("en", "ja", "ko", "zh", "zh-Hant")
BY_LANGUAGE = ("begin", "read", "write")
FILES = read_widget_files()
STEPS = sorted(name for name, file in FILES.items() if file.version == FILES["away.js"].version)
SUGGEST_BUDGET = 8 * 1024
CONTACT_BUDGET = 12 * 1024
EDITED_BUDGET = 12.6 * 1024
READING_BUDGET = 14 * 1024
SHOP = "https://shop.example.com"


def weigh(name):
    return len(gzip.compress((BUILT / name).read_bytes(), 9))


@pytest.mark.parametrize("entry", ENTRIES)
def test_suggesting_weighs_no_more_than_8_kb(entry):
    assert weigh(entry) <= SUGGEST_BUDGET


def test_the_loader_weighs_no_more_than_1_5_kb():
    assert weigh("loader.js") <= LOADER_BUDGET


@pytest.mark.parametrize("tag", TAGS)
def test_all_there_is_from_the_focus_to_a_sent_message_weighs_no_more_than_12_kb(tag):
    """tests/e2e/test_browser_widget_hosts.py holds the list of these files to what is fetched."""
    path = [f"begin.{tag}.js", f"write.{tag}.js"]
    assert max(map(weigh, ENTRIES)) + sum(map(weigh, path)) <= CONTACT_BUDGET


@pytest.mark.parametrize("tag", TAGS)
def test_with_answers_to_a_subject_that_is_edited_it_weighs_no_more_than_12_6_kb(tag):
    path = ["offers.js", f"begin.{tag}.js", f"write.{tag}.js"]
    assert max(map(weigh, ENTRIES)) + sum(map(weigh, path)) <= EDITED_BUDGET


@pytest.mark.parametrize("tag", TAGS)
def test_with_an_article_read_on_the_way_it_weighs_no_more_than_14_kb(tag):
    path = [f"{step}.{tag}.js" for step in BY_LANGUAGE]
    assert max(map(weigh, ENTRIES)) + sum(map(weigh, path)) <= READING_BUDGET


def test_every_language_has_its_later_steps():
    assert {f"{step}.{tag}.js" for step in BY_LANGUAGE for tag in TAGS} <= set(STEPS)


def test_the_loader_fetches_the_widget_by_the_version_that_is_served():
    named = re.search(r"/widget/([0-9a-f]{12})/v1.mjs", (BUILT / "loader.js").read_text("utf-8"))[1]
    assert named == hashlib.sha256((BUILT / "v1.mjs").read_bytes()).hexdigest()[:12]


@pytest.mark.slow
def test_what_is_served_is_built_from_these_sources_and_its_types_hold():
    expect_built("build_widget")


def test_the_script_that_pages_name_is_fresh_within_an_hour(client):
    response = client.get("/widget/v1.js")
    assert response.status_code == 200
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.data == (BUILT / "v1.js").read_bytes()
    assert "max-age=3600" in response.headers["Cache-Control"]
    again = client.get("/widget/v1.js", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", STEPS)
def test_the_later_steps_are_kept_for_a_year_under_the_version_that_the_script_names(client, name):
    version = re.search(r"/widget/([0-9a-f]{12})/", (BUILT / "v1.js").read_text("utf-8"))[1]
    kept = client.get(f"/widget/{version}/{name}")
    assert kept.data == (BUILT / name).read_bytes()
    assert "immutable" in kept.headers["Cache-Control"]
    # Inside, another version has other names: half of each would be worse than a link.
    gone = client.get(f"/widget/000000000000/{name}")
    assert gone.status_code == 404
    assert "max-age" not in gone.headers["Cache-Control"]


@pytest.mark.parametrize("name", [*ENTRIES, "loader.js"])
def test_a_script_can_be_pinned_by_its_own_version(client, name):
    version = hashlib.sha256((BUILT / name).read_bytes()).hexdigest()[:12]
    assert "immutable" in client.get(f"/widget/{version}/{name}").headers["Cache-Control"]
    # A loader in a cache asks for the version it was built with.
    other = client.get(f"/widget/000000000000/{name}")
    assert other.data == (BUILT / name).read_bytes()
    assert other.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/widget/v1.js", "/widget/v1.mjs", "/widget/loader.js", "/widget/x/v1.mjs"]
)
def test_any_page_may_import_it_since_nothing_in_it_is_secret(client, path):
    shared = client.get(path, headers={"Origin": SHOP}).headers
    assert shared["Access-Control-Allow-Origin"] == "*"
    assert shared["Cross-Origin-Resource-Policy"] == "cross-origin"
    # The same for every page, so that caches need one copy.
    assert "Origin" not in shared["Vary"]


@pytest.mark.parametrize("path", ["/widget/v2.js", "/widget/x/nothing.js", "/widget/x/../v1.js"])
def test_nothing_else_is_there(client, path):
    assert client.get(path).status_code == 404


def test_the_widgets_style_runs_from_right_to_left_too():
    physical = re.compile(
        r"[{;\s]((?:margin|padding|border|inset)-(?:left|right|top|bottom)"
        r"|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:"
    )
    for path in SOURCES.glob("*.js"):
        styles = re.findall(r"STYLE = `(.*?)`", path.read_text("utf-8"), flags=re.S)
        assert [physical.findall(style) for style in styles] in ([], [[]]), path.name


def test_no_source_makes_markup_of_text():
    for path in SOURCES.glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|DOMParser|\beval\b", text), path
