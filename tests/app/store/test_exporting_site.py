"""A static site holds what everybody may read, and nothing else; JSON holds everything."""

import json
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from posixpath import normpath

import pytest

from app.editing.lifecycle import archive
from app.editing.transaction import ArticleName
from app.exporting import ExportRefused, export_data, export_site
from app.importing_from.collecting import collect
from app.importing_from.writing import write_folder
from search.document import no_progress
from tests.store_helpers import EDITOR, PNG, read_tree, save_source, write_tree

SECRET = "sesame"
FILES = {
    "en/pay/_category.md": "---\ntitle: Money & more\n---\n",
    "en/pay/refund.md": "---\ntitle: Refund <now>\nredirect_from: [/old/refund]\n---\n"
    "![cat](../cat.png) [other](../other.md#x) [secret](secret.md)\n",
    "ko/pay/refund.md": "# 환불\n",
    "en/other.md": "# Other\n\n## X\n",
    "en/cat.png": PNG,
    "en/pay/inside.png": PNG + b"inside",
    "en/pay/secret.md": f"---\naudience: agents\n---\n# {SECRET}\n![i](inside.png)\n",
    "en/signed.md": f"---\naudience: signed-in\n---\n# {SECRET}\n",
    "en/draft.md": f"---\nstatus: draft\n---\n# {SECRET}\n",
    "en/later.md": f"---\npublish_at: 2999-01-01\n---\n# {SECRET}\n",
    "en/over.md": f"---\nexpires_at: 2000-01-01\n---\n# {SECRET}\n",
    "en/archived.md": f"# {SECRET}\n",
}


@pytest.fixture
def exported(tmp_path, run_import, sessions, settings):
    run_import(write_tree(tmp_path / "in", FILES))
    with sessions() as session:
        archive(session, EDITOR, ArticleName("archived", "en"))
    with sessions() as session:
        save_source(session, article_id="other", locale="en", source=f"# {SECRET}\n")

    def export(use_case, **options):
        out = tmp_path / use_case.__name__
        report = use_case(out, session_factory=sessions, settings=settings, **options)
        return report, read_tree(out)

    return export


def test_only_what_everybody_may_read_is_in_a_static_site(exported):
    report, files = exported(export_site)
    assert report.articles == 3
    assert sorted(path for path in files if not path.startswith("media/")) == [
        "en/articles/other/index.html",
        "en/articles/pay/refund/index.html",
        "en/index.html",
        "index.html",
        "ko/articles/pay/refund/index.html",
        "ko/index.html",
        "old/refund/index.html",
        "site.css",
    ]
    assert [data for path, data in files.items() if path.startswith("media/")] == [PNG]
    assert not any(SECRET.encode() in data for data in files.values())
    assert b"Refund &lt;now&gt;" in files["en/articles/pay/refund/index.html"]
    assert b"Money &amp; more" in files["en/index.html"]


def test_every_link_of_a_static_site_leads_to_one_of_its_files(exported):
    _, files = exported(export_site)
    links = 0
    for path, data in files.items():
        for target in re.findall(r'(?:href|src)="([^"]*)"', data.decode(errors="replace")):
            links += 1
            if not target.startswith("#"):
                place = normpath(f"{PurePosixPath(path).parent}/{target.partition('#')[0]}")
                assert place in files, (path, target)
    assert links > 15
    assert b'href="../../other/index.html#x"' in files["en/articles/pay/refund/index.html"]


def test_pages_say_which_way_their_language_is_written(tmp_path, run_import, sessions, settings):
    languages = {"ar": "rtl", "en": "ltr", "fj": "auto"}
    files = {f"{locale}/pay.md": "# Pay\n" for locale in languages}
    run_import(write_tree(tmp_path / "in", files))
    export_site(tmp_path / "out", session_factory=sessions, settings=settings)
    for locale, direction in languages.items():
        for path in (f"{locale}/index.html", f"{locale}/articles/pay/index.html"):
            page = (tmp_path / "out" / path).read_text(encoding="utf-8")
            assert f'<html lang="{locale}" dir="{direction}">' in page


@pytest.fixture
def site_of(tmp_path, run_import, sessions, settings):
    """Imports the files and writes the static site of them: its report and its files."""

    def site_of(files):
        report = run_import(write_tree(tmp_path / "in", files))
        assert report.failed == ()
        out = tmp_path / "site"
        report = export_site(out, session_factory=sessions, settings=settings)
        return report, read_tree(out)

    return site_of


def old_addresses(*paths, title="A"):
    return f"---\nredirect_from: {json.dumps(paths)}\n---\n# {title}\n"


def test_pages_of_an_imported_site_keep_their_addresses_in_a_static_site(tmp_path, site_of):
    pages = {
        "index.html": "<title>Start</title><body><p>Welcome.</p></body>",
        "guide/setup.html": "<title>Set up</title><body><p>Do.</p></body>",
    }
    source = write_tree(tmp_path / "old", pages).resolve()
    collected = collect("html", source, source, "en")
    (tmp_path / "in").mkdir()
    write_folder(collected, (tmp_path / "in").resolve(), locales=("en",), progress=no_progress)
    report, files = site_of({})
    assert b"en/articles/set-up" in files["guide/setup.html"].replace(b"../", b"")
    assert b"en/articles/set-up" in files["guide/setup/index.html"].replace(b"../", b"")
    assert b"url=en/index.html" in files["index.html"]
    (left,) = report.left_out
    assert left.path == "start (en)"
    assert "/index.html is another file, index.html," in left.reason


@pytest.mark.parametrize(
    ("paths", "added", "why"),
    [
        (["/old", "/old/index.html"], ["old/index.html"], []),
        (["/en/articles/a/index.html", "/en/articles/a"], [], []),
        (["/en/articles/b/index.html"], [], ["another file"]),
        (["/../../x"], [], ["cannot be a file"]),
        (["/x/../../y.html"], [], ["cannot be a file"]),
        (["/.htaccess"], [], ["cannot be a file"]),
        (["/" + "x" * 300], [], ["cannot be a file"]),
        (["/en.html", "/en"], ["en.html"], ["another file"]),
        (["/site.css"], [], ["lies under a file"]),
        (["/site.css/more"], [], ["lies under a file"]),
        (["/p.html/q", "/p.html"], ["p.html"], ["lies under a file"]),
        (["/p.html", "/p.html/q"], ["p.html/q/index.html"], ["folder of other files"]),
        (["//twice//said/"], ["twice/said/index.html"], []),
    ],
)
def test_an_old_address_that_can_be_no_file_stops_no_static_site(site_of, paths, added, why):
    bare = {"en/articles/a/index.html", "en/articles/b/index.html"}
    bare |= {"en/index.html", "index.html", "site.css"}
    report, files = site_of({"en/a.md": old_addresses(*paths), "en/b.md": "# B\n"})
    assert sorted(set(files) - bare) == sorted(added)
    assert len(files) == len(bare) + len(added)
    assert [(left.path, left.code) for left in report.left_out] == [
        ("a (en)", "old-address")
    ] * len(why)
    assert all(word in left.reason for word, left in zip(why, report.left_out, strict=True))


def test_languages_of_a_static_site_go_by_their_own_names(site_of):
    texts = {f"{locale}/a.md": "# A\n" for locale in ("en", "ja", "ko", "zh", "zh-Hant")}
    _, files = site_of(texts)
    for path in ("en/index.html", "en/articles/a/index.html"):
        shown = re.findall(r'hreflang="[^"]*">([^<]*)<', files[path].decode())
        others = ["日本語", "한국어", "简体中文", "繁體中文"]
        assert shown == (["English", *others] if path == "en/index.html" else others)


def test_sections_of_a_static_site_have_the_order_of_the_categories(site_of):
    _, files = site_of(
        {
            "en/apples/_category.md": "---\ntitle: Apples\norder: 9\n---\n",
            "en/zebras/_category.md": "---\ntitle: Zebras\norder: 1\n---\n",
            "en/zebras/young/_category.md": "---\ntitle: Young\norder: 20\n---\n",
            "en/apples/a.md": "# A\n",
            "en/mice/m.md": "# M\n",
            "en/zebras/young/y.md": "# Y\n",
            "en/zebras/z.md": "# Z\n",
            "en/loose.md": "# Loose\n",
        }
    )
    page = files["en/index.html"].decode()
    assert re.findall("<h2>(.*?)</h2>", page) == ["Zebras", "Young", "Apples", "Mice"]
    assert page.index("Loose") < page.index("Zebras")


def test_what_is_published_later_is_in_a_later_site(exported):
    report, files = exported(export_site, now=datetime(2999, 6, 1, tzinfo=UTC))
    assert report.articles == 4
    assert "en/articles/later/index.html" in files


def test_json_holds_every_article_that_is_kept(exported):
    report, files = exported(export_data)
    data = json.loads(files["articles.json"])
    by_name = {(each["id"], each["locale"]): each for each in data["articles"]}
    assert len(by_name) == report.articles == 8
    refund = by_name["pay/refund", "en"]
    assert (refund["title"], refund["redirect_from"]) == ("Refund <now>", ["/old/refund"])
    assert refund["source"] == FILES["en/pay/refund.md"]
    assert by_name["draft", "en"]["status"] == "draft"
    assert {path for path in files if path.startswith("media/")} == {
        link.lstrip("/")
        for each in data["articles"]
        for link in each["links"].values()
        if link and link.startswith("/media/")
    }


@pytest.mark.parametrize("use_case", [export_site, export_data])
def test_nothing_is_written_into_a_folder_that_holds_something(
    tmp_path, sessions, settings, use_case
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("x")
    with pytest.raises(ExportRefused, match="not empty"):
        use_case(tmp_path / "out", session_factory=sessions, settings=settings)
