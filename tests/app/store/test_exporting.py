"""Exporting: the tree that was imported, byte for byte."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.db import create_database_engine, session_factory
from app.exporting import ExportRefused, export_folder
from app.importing import import_folder
from app.media import media_path
from app.models import Article, Media
from app.settings import Settings
from tests.store_helpers import PNG, Recorder, publish_source, read_tree, save_source, write_tree

TREE = {
    "en/account/_category.md": "---\ntitle: Account\nunknown: kept\n---\n",
    "en/account/a.md": "---\r\ntitle: A # comment\r\nzebra: 1\r\n---\r\nText\r\n",
    "en/account/b.md": "\ufeff# With a mark\n",
    "en/c.markdown": "# No final newline",
    "ko/account/a.md": "---\nid: account/a\ntitle: '가'\n---\n본문\n",
    "zh-cn/draft.md": "---\nstatus: draft\n---\n# 稿\n",
    "en/img/cat.png": PNG,
    "files/unused.pdf": b"%PDF-1.7",
}


@pytest.fixture
def run_export(settings, sessions):
    def run(directory, **options):
        return export_folder(directory, session_factory=sessions, settings=settings, **options)

    return run


def test_the_tree_comes_back_byte_for_byte(tmp_path, run_import, run_export):
    root = write_tree(tmp_path / "in", TREE)
    assert run_import(root).failed == ()
    report = run_export(tmp_path / "out")
    assert read_tree(tmp_path / "out") == read_tree(root)
    assert (report.articles, report.categories, report.media) == (5, 1, 2)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80),
    extra=st.text(st.characters(categories=["L", "N"]), max_size=20),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
)
def test_any_article_comes_back_byte_for_byte(
    tmp_path_factory, make_migrated, body, extra, newline, mark
):
    tmp_path = tmp_path_factory.mktemp("any")
    head = newline.join(["---", "title: T", f"note: 'x{extra}'", "---", ""])
    raw = (("\ufeff" if mark else "") + head + body).encode("utf-8")
    root = write_tree(tmp_path / "in", {"en/a.md": raw})
    settings = make_migrated(Settings(var_dir=tmp_path / "var"))
    engine = create_database_engine(settings)
    try:
        sessions = session_factory(engine)
        assert import_folder(root, session_factory=sessions, settings=settings).failed == ()
        export_folder(tmp_path / "out", session_factory=sessions, settings=settings)
    finally:
        engine.dispose()
    assert read_tree(tmp_path / "out") == {"en/a.md": raw}


def test_retired_articles_and_unpublished_edits_stay_behind(
    tmp_path, run_import, run_export, sessions
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A", "en/b.md": "# B"})
    run_import(root)
    (root / "en/b.md").unlink()
    run_import(root, prune=True)
    with sessions() as session:
        save_source(session, article_id="a", locale="en", source="# Unfinished", author="Kim")
    run_export(tmp_path / "out")
    assert read_tree(tmp_path / "out") == {"en/a.md": b"# A"}


def test_an_article_that_was_never_published_is_no_published_one_when_it_is_imported_again(
    tmp_path, run_export, sessions
):
    with sessions() as session:
        save_source(session, article_id="a", locale="en", source="---\ntitle: A\n---\nText")
    run_export(tmp_path / "out")
    expected = b"---\ntitle: A\nstatus: draft\n---\nText"
    assert read_tree(tmp_path / "out") == {"en/a.md": expected}


def test_an_article_written_in_the_editor_is_named_by_language_and_id(
    tmp_path, run_export, sessions
):
    with sessions() as session:
        publish_source(session, article_id="pay/new", locale="ko", source="# 새", author="Kim")
    run_export(tmp_path / "out")
    assert read_tree(tmp_path / "out") == {"ko/pay/new.md": "# 새".encode()}


def test_two_imports_with_the_same_paths_are_put_below_their_languages(
    tmp_path, run_import, run_export
):
    run_import(write_tree(tmp_path / "one", {"a.md": "# A", "b.md": "# B"}), locale="en")
    run_import(write_tree(tmp_path / "two", {"a.md": "# 가"}), locale="ko")
    run_export(tmp_path / "out")
    assert read_tree(tmp_path / "out") == {
        "en/a.md": b"# A",
        "ko/a.md": "# 가".encode(),
        "b.md": b"# B",
    }


@pytest.mark.parametrize("occupied", ["file", "full"])
def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path, run_export, occupied):
    target = tmp_path / "out"
    if occupied == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        write_tree(target, {"mine.md": "mine"})
    with pytest.raises(ExportRefused, match="out"):
        run_export(target)
    assert "mine" in (target if occupied == "file" else target / "mine.md").read_text("utf-8")


def test_an_empty_folder_is_filled(tmp_path, run_import, run_export):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A"}))
    (tmp_path / "out").mkdir()
    recorder = Recorder()
    run_export(tmp_path / "out", progress=recorder)
    assert read_tree(tmp_path / "out") == {"en/a.md": b"# A"}
    assert recorder.calls == [("Writing", 1, 1)]


def test_a_missing_attachment_is_named_and_no_folder_appears(
    tmp_path, run_import, run_export, sessions, settings
):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A", "en/cat.png": PNG}))
    with sessions() as session:
        digest = session.scalars(select(Media.sha256)).one()
    media_path(settings.media_dir, digest).unlink()
    with pytest.raises(ExportRefused, match="cat.png"):
        run_export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_stored_path_that_leads_out_is_refused(tmp_path, run_import, run_export, sessions):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A"}))
    with sessions() as session:
        session.scalars(select(Article)).one().source_path = "../../evil.md"
        session.commit()
    with pytest.raises(ExportRefused, match="leads out"):
        run_export(tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "var"]
