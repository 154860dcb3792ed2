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
