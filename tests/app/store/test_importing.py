"""Importing a folder: what becomes an article, and what a second import does."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.editing.lifecycle import archive, delete_article, rename
from app.editing.transaction import ArticleName
from app.importing import ImportRefused
from app.locales import BadLocale
from app.models import (
    Article,
    Category,
    EditorialAction,
    Media,
    MediaFile,
    OutboxEntry,
    Redirect,
    Revision,
)
from tests.store_helpers import EDITOR, PNG, Recorder, publish_source, write_tree

FULL = """---
title: Reset your password
id: reset-password
category: account/sign-in
questions: [I forgot my password, can't sign in]
tags: [login, password]
products: [web, ios]
audience: signed-in
status: published
publish_at: 2026-01-02T03:04:05+09:00
expires_at: 2036-01-02
review_by: 2027-05-06
owner: Support
pages: [/sign-in*]
redirect_from: [/old/reset, old-reset/]
colour: blue
---
Open the page.

## First steps

Press **Reset**.
"""
NAME_A2, NAME_C = ArticleName("a2", "en"), ArticleName("c", "en")


def counts(report):
    return (report.created, report.updated, report.unchanged, report.retired, len(report.failed))


def entries(sessions):
    with sessions() as session:
        found = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
        return [(entry.document_id, entry.action) for entry in found]


def names(sessions):
    with sessions() as session:
        rows = session.execute(select(Article.article_id, Article.locale))
        return {tuple(row) for row in rows}


def test_every_field_of_the_front_matter_is_stored(tmp_path, run_import, find, sessions):
    root = write_tree(tmp_path / "in", {"en/help/reset.md": FULL})
    report = run_import(root)
    assert counts(report) == (1, 0, 0, 0, 0)
    article = find("reset-password")
    assert article.title == "Reset your password"
    assert article.category == "account/sign-in"
    assert article.questions == ["I forgot my password", "can't sign in"]
    assert article.tags == ["login", "password"]
    assert article.products == ["web", "ios"]
    assert article.audience == "signed-in"
    assert article.publish_at == datetime(2026, 1, 1, 18, 4, 5, tzinfo=UTC)
    assert article.expires_at == datetime(2036, 1, 2, tzinfo=UTC)
    assert article.review_by == date(2027, 5, 6)
    assert article.owner == "Support"
    assert article.pages == "/sign-in*"
    assert article.source == FULL
    assert article.source_path == "en/help/reset.md"
    assert "<strong>Reset</strong>" in article.html
    assert article.sections == [
        {"path": [], "anchor": "", "text": "Open the page."},
        {"path": ["First steps"], "anchor": "first-steps", "text": "Press Reset."},
    ]
    assert article.headings == [{"level": 2, "text": "First steps", "anchor": "first-steps"}]
    assert [(r.number, r.author, r.source) for r in article.revisions] == [(1, "import", FULL)]
    assert article.revision == 1
    assert article.published_at is not None
    with sessions() as session:
        assert set(session.scalars(select(Redirect.path))) == {"/old/reset", "/old-reset"}
    assert entries(sessions) == [("reset-password@en", "put")]


def test_language_category_and_id_come_from_where_the_file_lies(tmp_path, run_import, sessions):
    root = write_tree(
        tmp_path / "in",
        {
            "en/Store Support/Pay & Invoices/Track-your-order.md": "# Track",
            "zh-cn/top.md": "# 顶",
            "ko/계정/비밀번호 재설정.md": "# 비밀번호",
            "loose/file.md": "# Loose",
        },
    )
    run_import(root)
    with sessions() as session:
        found = {(a.article_id, a.locale): a.category for a in session.scalars(select(Article))}
    assert found == {
        ("store-support/pay-invoices/track-your-order", "en"): "store-support/pay-invoices",
        ("top", "zh-CN"): "",
        ("계정/비밀번호-재설정", "ko"): "계정",
        ("loose/file", "en"): "loose",
    }


def test_the_language_of_the_command_wins_over_front_matter_over_folder(
    tmp_path, run_import, sessions
):
    files = {"ko/a.md": "# A", "ko/b.md": "---\nlocale: ja\n---\n# B", "c.md": "# C"}
    root = write_tree(tmp_path / "in", files)
    run_import(root)
    assert names(sessions) == {("a", "ko"), ("b", "ja"), ("c", "en")}
    run_import(root, locale="pt-br")
    assert {("a", "pt-BR"), ("b", "pt-BR"), ("c", "pt-BR")} < names(sessions)


def test_translations_are_joined_by_their_id(tmp_path, run_import, sessions):
    files = {"en/pay/refund.md": "# Refund", "ko/pay/환불.md": "---\nid: pay/refund\n---\n# 환불"}
    run_import(write_tree(tmp_path / "in", files))
    assert names(sessions) == {("pay/refund", "en"), ("pay/refund", "ko")}


def test_a_folder_that_holds_articles_is_entered(tmp_path, run_import, sessions):
    files = {"articles/en/a.md": "# A", "README.md": "# About this repository"}
    run_import(write_tree(tmp_path / "in", files))
    assert names(sessions) == {("a", "en")}


def test_categories_are_named_by_their_file_or_else_by_their_folder(tmp_path, run_import, sessions):
    files = {
        "en/account/_category.md": "---\ntitle: Your account\ndescription: D\norder: 3\n"
        "icon: user\n---\n",
        "en/account/a.md": "# A",
        "en/account/sign_in-help/b.md": "# B",
    }
    run_import(write_tree(tmp_path / "in", files))
    with sessions() as session:
        found = {
            c.slug: (c.parent, c.title, c.description, c.icon, c.position)
            for c in session.scalars(select(Category))
        }
    assert found == {
        "account": ("", "Your account", "D", "user", 3),
        "account/sign_in-help": ("account", "Sign in help", "", "", 1000),
    }


def test_a_category_whose_file_is_gone_is_named_by_its_folder_again(tmp_path, run_import, sessions):
    files = {"en/account/_category.md": "---\ntitle: Yours\n---\n", "en/account/a.md": "# A"}
    root = write_tree(tmp_path / "in", files)
    run_import(root)
    (root / "en/account/_category.md").unlink()
    run_import(root)
    with sessions() as session:
        assert session.scalars(select(Category.title)).all() == ["Account"]


def test_links_between_articles_become_addresses_of_the_site(tmp_path, run_import, find):
    body = """# A
[file](../pay/refund.md#how-long) [dir](../pay/) [root](/en/pay/refund/) [old](/gone/refund)
[other language](../../ko/pay/refund.md) [missing](../pay/none.md) [out](../../../secret.md)
[world](https://example.com/)
"""
    files = {
        "en/account/a.md": body,
        "en/pay/refund.md": "---\nredirect_from: [/gone/refund]\n---\n# Refund",
        "en/pay/index.md": "# Payment",
        "ko/pay/refund.md": "# 환불",
    }
    report = run_import(write_tree(tmp_path / "in", files))
    html = find("account/a").html
    assert 'href="/en/articles/pay/refund#how-long"' in html
    assert 'href="/en/articles/pay/index"' in html
    assert html.count('href="/en/articles/pay/refund"') == 2
    assert 'href="/ko/articles/pay/refund"' in html
    assert 'href="https://example.com/"' in html
    assert "missing" in html
    assert "none.md" not in html
    assert {w.code for w in report.warnings} == {"dead-link", "link-outside-folder"}


def test_a_link_to_an_article_that_is_not_translated_stays_in_the_language(
    tmp_path, run_import, find
):
    files = {"ko/a.md": "# 가\n[나](b.md)", "en/b.md": "# B"}
    run_import(write_tree(tmp_path / "in", files))
    assert 'href="/ko/articles/b"' in find("a", "ko").html


def test_links_never_lead_to_what_is_not_published(tmp_path, run_import, find):
    files = {"en/a.md": "# A\n[b](b.md)", "en/b.md": "---\nstatus: draft\n---\n# B"}
    run_import(write_tree(tmp_path / "in", files))
    assert "href" not in find("a").html
    assert find("b").status == "draft"


def article_for(audience, body="# An article"):
    return f"---\naudience: {audience}\nredirect_from: [/old/{audience}]\n---\n{body}"


@pytest.mark.parametrize("target", ["b.md", "/en/articles/b", "/old/agents"])
def test_a_public_article_never_links_to_one_that_is_not(tmp_path, run_import, find, target):
    public = f"# A\nAsk [our people]({target})."
    files = {"en/a.md": public, "en/b.md": article_for("agents")}
    report = run_import(write_tree(tmp_path / "in", files))
    assert find("a").html == "<p>Ask our people.</p>"
    assert [(w.path, w.code) for w in report.warnings] == [("en/a.md", "dead-link")]


@pytest.mark.parametrize("target", ["b.md", "/en/articles/b", "/old/agents"])
def test_an_article_links_to_others_of_its_own_audience(tmp_path, run_import, find, target):
    files = {
        "en/a.md": f"---\naudience: agents\n---\n# A\n[b]({target})",
        "en/b.md": article_for("agents"),
        "en/c.md": article_for("signed-in", f"# C\n[b]({target})"),
    }
    root = write_tree(tmp_path / "in", files)
    report = run_import(root)
    assert 'href="/en/articles/b"' in find("a").html
    assert "href" not in find("c").html
    assert [w.path for w in report.warnings] == ["en/c.md"]
    assert counts(run_import(root)) == (0, 0, 3, 0, 0)


def test_an_article_is_rendered_again_when_what_it_links_to_changes_hands(
    tmp_path, run_import, find
):
    links = "# A\n[b](b.md) and [b](/old/b)"
    public = "---\nredirect_from: [/old/b]\n---\n# B"
    inside = public.replace("---\n", "---\naudience: agents\n", 1)
    root = write_tree(tmp_path / "in", {"en/a.md": links, "en/b.md": public})
    run_import(root)
    assert find("a").html.count('href="/en/articles/b"') == 2
    write_tree(root, {"en/b.md": inside})
    assert counts(run_import(root)) == (0, 2, 0, 0, 0)
    assert "href" not in find("a").html
    assert counts(run_import(root)) == (0, 0, 2, 0, 0)
    write_tree(root, {"en/b.md": public})
    assert counts(run_import(root)) == (0, 2, 0, 0, 0)
    assert find("a").html.count('href="/en/articles/b"') == 2


def test_an_article_is_rendered_again_when_an_editor_changes_who_reads_its_target(
    tmp_path, run_import, find, sessions, monkeypatch
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A\n[b](b.md)", "en/b.md": "# B"})
    run_import(root)
    with sessions() as session:
        source = article_for("agents")
        publish_source(session, article_id="b", locale="en", source=source, author="Kim")
    assert counts(run_import(root)) == (0, 1, 1, 0, 0)
    assert "href" not in find("a").html
    # All files are read anew, and the edit is kept: what b.md says is not who reads the article.
    monkeypatch.setattr("app.importing.renderer_fingerprint", lambda: "another")
    run_import(root)
    assert find("b").audience == "agents"
    assert "href" not in find("a").html


def test_images_are_copied_and_shown_from_their_copy(
    tmp_path, run_import, find, sessions, settings
):
    files = {
        "en/a.md": "# A\n![A cat](img/cat.png) [manual](/files/manual%20one.pdf)",
        "en/img/cat.png": PNG,
        "files/manual one.pdf": b"%PDF-1.7 ...",
        "en/img/same.png": PNG,
    }
    report = run_import(write_tree(tmp_path / "in", files))
    assert report.media == 3
    assert report.warnings == ()
    with sessions() as session:
        stored = {m.media_type: m for m in session.scalars(select(Media))}
        assert len(session.scalars(select(MediaFile)).all()) == 3
    assert set(stored) == {"image/png", "application/pdf"}
    digest = stored["image/png"].sha256
    assert (settings.media_dir / digest[:2] / digest).read_bytes() == PNG
    assert f'src="/media/{digest}/cat.png"' in find("a").html
    assert "manual%20one.pdf" in find("a").html


def test_importing_again_touches_nothing(tmp_path, run_import, find, sessions):
    files = {"en/a.md": "# A\n[b](b.md)", "en/b.md": "# B", "ko/a.md": "# 가"}
    root = write_tree(tmp_path / "in", files)
    run_import(root)
    before, asked = find("a"), entries(sessions)
    recorder = Recorder()
    assert counts(run_import(root, progress=recorder)) == (0, 0, 3, 0, 0)
    after = find("a")
    assert (after.updated_at, after.revision) == (before.updated_at, before.revision)
    assert entries(sessions) == asked
    assert {label for label, _, _ in recorder.calls} == {"Looking for changes"}


def test_only_what_changed_gets_a_revision(tmp_path, run_import, find, sessions):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A", "en/b.md": "# B"})
    run_import(root)
    write_tree(root, {"en/a.md": "# A, better"})
    assert counts(run_import(root)) == (0, 1, 1, 0, 0)
    assert find("a").title == "A, better"
    assert [revision.number for revision in find("a").revisions] == [1, 2]
    assert len(find("b").revisions) == 1
    assert entries(sessions) == [("a@en", "put"), ("b@en", "put"), ("a@en", "put")]


def test_an_article_is_rendered_again_when_what_it_links_to_appears(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A\n[b](b.md)"})
    run_import(root)
    assert "href" not in find("a").html
    write_tree(root, {"en/b.md": "# B"})
    assert counts(run_import(root)) == (1, 1, 0, 0, 0)
    assert 'href="/en/articles/b"' in find("a").html
    assert len(find("a").revisions) == 1


def test_an_article_is_rendered_again_when_its_image_changes(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A\n![x](x.png)", "en/x.png": PNG})
    run_import(root)
    before = find("a").html
    write_tree(root, {"en/x.png": PNG + b"1"})
    assert counts(run_import(root)) == (0, 1, 0, 0, 0)
    assert find("a").html != before


def test_a_new_renderer_renders_everything_again(tmp_path, run_import, find, monkeypatch):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    monkeypatch.setattr("app.importing.renderer_fingerprint", lambda: "another")
    assert counts(run_import(root)) == (0, 1, 0, 0, 0)
    assert len(find("a").revisions) == 1


def test_what_is_gone_stays_until_the_import_is_told_to_prune(tmp_path, run_import, find, sessions):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A", "en/b.md": "# B"})
    other = write_tree(tmp_path / "other", {"en/c.md": "# C"})
    run_import(root)
    run_import(other)
    (root / "en/b.md").unlink()
    assert counts(run_import(root)) == (0, 0, 1, 0, 0)
    assert find("b").status == "published"
    assert counts(run_import(root, prune=True)) == (0, 0, 1, 1, 0)
    assert find("b").status == "archived"
    assert find("c").status == "published"
    assert entries(sessions)[-1] == ("b@en", "remove")
    assert counts(run_import(root, prune=True)) == (0, 0, 1, 0, 0)
    with sessions() as session:
        rows = session.scalars(select(EditorialAction).order_by(EditorialAction.id))
        said = [(row.actor, row.action, row.article_id) for row in rows]
    assert said[-2:] == [("import", "create", "c"), ("import", "retire", "b")]


def test_a_retired_article_comes_back_with_its_file(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A", "en/b.md": "# B"})
    run_import(root)
    (root / "en/b.md").unlink()
    run_import(root, prune=True)
    write_tree(root, {"en/b.md": "# B"})
    assert counts(run_import(root)) == (0, 1, 1, 0, 0)
    assert find("b").status == "published"
    assert len(find("b").revisions) == 1


def test_a_file_that_fails_today_keeps_the_article_of_yesterday(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    write_tree(root, {"en/a.md": b"\xff\xfe"})
    assert counts(run_import(root, prune=True)) == (0, 0, 0, 0, 1)
    assert find("a").status == "published"


def test_pruning_one_language_leaves_the_others(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"a.md": "# A"})
    run_import(root, locale="ko")
    run_import(root, locale="ja", prune=True)
    assert find("a", "ko").status == "published"
    assert find("a", "ja").status == "published"


def test_a_file_that_takes_another_id_leaves_its_old_article_to_be_pruned(
    tmp_path, run_import, find
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    write_tree(root, {"en/a.md": "---\nid: new\n---\n# A"})
    run_import(root)
    assert find("a").status == "published"
    assert counts(run_import(root, prune=True)) == (0, 0, 1, 1, 0)
    assert find("a").status == "archived"
    assert find("new").status == "published"


def test_a_file_may_move_within_the_folder(tmp_path, run_import, find, sessions):
    root = write_tree(tmp_path / "in", {"en/x/a.md": "---\nid: a\n---\n# A"})
    run_import(root)
    (root / "en/x/a.md").rename(root / "en/a.md")
    assert counts(run_import(root, prune=True)) == (0, 1, 0, 0, 0)
    assert (find("a").source_path, find("a").category) == ("en/a.md", "")
    assert len(names(sessions)) == 1


def test_the_folder_itself_may_move(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    root.rename(tmp_path / "moved")
    assert counts(run_import(tmp_path / "moved")) == (0, 1, 0, 0, 0)
    assert find("a").source_root == str(tmp_path / "moved")


def test_an_edit_made_here_survives_an_import_of_the_unchanged_file(
    tmp_path, run_import, find, sessions
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    with sessions() as session:
        publish_source(session, article_id="a", locale="en", source="# Edited", author="Kim")
    assert counts(run_import(root)) == (0, 0, 1, 0, 0)
    assert find("a").title == "Edited"
    write_tree(root, {"en/b.md": "# B"})
    (root / "en/a.md").touch()
    run_import(root)
    assert find("a").title == "Edited"


def test_when_file_and_editor_both_changed_the_file_wins_and_the_edit_is_kept(
    tmp_path, run_import, find, sessions
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    with sessions() as session:
        publish_source(session, article_id="a", locale="en", source="# Edited", author="Kim")
    write_tree(root, {"en/a.md": "# From the file"})
    report = run_import(root)
    assert [(w.path, w.code) for w in report.warnings] == [("en/a.md", "edit-replaced")]
    assert "revision 2" in report.warnings[0].reason
    article = find("a")
    assert [r.source for r in article.revisions] == ["# A", "# Edited", "# From the file"]
    assert article.title == "From the file"


def test_when_both_changed_and_edits_are_kept_both_stay_for_a_sync(
    tmp_path, run_import, find, sessions
):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A", "en/b.md": "# B"})
    run_import(root)
    with sessions() as session:
        publish_source(session, article_id="a", locale="en", source="# Edited", author="Kim")
    write_tree(root, {"en/a.md": "# From the file", "en/b.md": "# B2"})
    report = run_import(root, keep_edits=True)
    assert [(w.path, w.code) for w in report.warnings] == [("en/a.md", "changed-twice")]
    assert (find("a").title, find("b").title) == ("Edited", "B2")


def test_drafts_and_future_articles_are_stored_and_not_indexed(tmp_path, run_import, sessions):
    files = {
        "en/draft.md": "---\nstatus: draft\n---\n# D",
        "en/future.md": "---\npublish_at: 2999-01-01\n---\n# F",
        "en/past.md": "---\nexpires_at: 2001-01-01\n---\n# P",
    }
    report = run_import(write_tree(tmp_path / "in", files))
    assert counts(report) == (3, 0, 0, 0, 0)
    assert entries(sessions) == []


def test_an_article_that_becomes_a_draft_is_taken_out_of_the_index(tmp_path, run_import, sessions):
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    run_import(root)
    write_tree(root, {"en/a.md": "---\nstatus: draft\n---\n# A"})
    run_import(root)
    assert entries(sessions)[-1] == ("a@en", "remove")


def test_what_is_neither_markdown_nor_an_attachment_is_named(tmp_path, run_import):
    files = {"en/a.md": "# A", "en/tool.py": "print()", ".git/config": "x", "en/.DS_Store": "x"}
    report = run_import(write_tree(tmp_path / "in", files))
    assert [(w.path, w.code) for w in report.warnings] == [("en/tool.py", "not-imported")]


def test_progress_is_told_for_every_stage(tmp_path, run_import):
    recorder = Recorder()
    files = {"en/a.md": "# A", "en/b.md": "# B", "en/c.png": PNG}
    run_import(write_tree(tmp_path / "in", files), progress=recorder)
    last = {label: (done, total) for label, done, total in recorder.calls}
    assert last == {
        "Copying attachments": (1, 1),
        "Looking for changes": (2, 2),
        "Reading": (2, 2),
        "Rendering": (2, 2),
        "Storing": (2, 2),
    }


def test_many_files_are_read_by_several_processes_with_the_same_outcome(
    tmp_path, run_import, find, monkeypatch
):
    monkeypatch.setattr("app.importing.pool._WORTH_A_POOL", 10)
    files = {f"en/a{n}.md": f"# Title {n}\n[next](a{n + 1}.md)" for n in range(60)}
    files["en/bad.md"] = "---\ntitle: [\n---\n"
    report = run_import(write_tree(tmp_path / "in", files))
    assert counts(report) == (60, 0, 0, 0, 1)
    assert find("a7").title == "Title 7"
    assert 'href="/en/articles/a8"' in find("a7").html


def test_an_import_waits_for_no_other_import(tmp_path, run_import, settings, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr("app.importing._LOCK_SECONDS", 0.05)
    root = write_tree(tmp_path / "in", {"en/a.md": "# A"})
    with (
        FileLock(settings.var_dir / "import.lock", thread_local=False),
        pytest.raises(ImportRefused, match="running"),
    ):
        run_import(root)
    assert run_import(root).created == 1


def test_a_folder_that_is_not_there_is_refused(tmp_path, run_import):
    with pytest.raises(ImportRefused, match="nowhere"):
        run_import(tmp_path / "nowhere")


def test_a_locale_that_is_none_is_refused(tmp_path, run_import):
    with pytest.raises(BadLocale):
        run_import(tmp_path, locale="klingon-language")


def test_an_empty_folder_gives_an_empty_report(tmp_path, run_import, sessions):
    (tmp_path / "in").mkdir()
    assert counts(run_import(tmp_path / "in")) == (0, 0, 0, 0, 0)
    with sessions() as session:
        assert session.scalars(select(Revision)).all() == []


@pytest.mark.parametrize("change", ["", "More.\n"])
def test_an_article_that_was_renamed_here_does_not_come_twice(
    tmp_path, run_import, sessions, find, monkeypatch, change
):
    """Not by another renderer either, for which every file is new."""
    folder = write_tree(tmp_path / "in", {"en/a.md": "# A\n", "en/b.md": "# B\n\n[a](a.md)\n"})
    run_import(folder)
    with sessions() as session:
        rename(session, EDITOR, "a", "money/back")
    write_tree(folder, {"en/a.md": "# A\n" + change})
    monkeypatch.setattr("app.importing.renderer_fingerprint", lambda: "another")
    report = run_import(folder)
    assert (report.created, report.failed) == (0, ())
    assert [warning.code for warning in report.warnings] == (["changed-twice"] if change else [])
    with sessions() as session:
        names = session.scalars(select(Article.article_id).order_by(Article.article_id)).all()
    assert names == ["b", "money/back"]
    assert find("b").links == {"a.md": "/en/articles/money/back"}
    assert run_import(folder, prune=True).retired == 0


LINKED = {f"en/{name}.md": f"---\nid: {name}\n---\n# {name}\n\n[c](c.md)\n" for name in "abc"}


def _do_here(sessions, *deeds):
    for use_case, *arguments in deeds:
        with sessions() as session:
            use_case(session, EDITOR, *arguments)


def _states(sessions):
    with sessions() as session:
        return {
            row.article_id: "deleted" if row.deleted_at else row.status
            for row in session.scalars(select(Article))
        }


@pytest.mark.parametrize("when_serving", [False, True])
@pytest.mark.parametrize(
    ("deeds", "states", "leads_to"),
    [
        (
            [(rename, "a", "a2"), (rename, "c", "c2")],
            {"a2": "published", "b": "published", "c2": "published"},
            "/en/articles/c2",
        ),
        (
            [(rename, "a", "a2"), (archive, NAME_A2), (delete_article, NAME_C)],
            {"a2": "archived", "b": "published", "c": "deleted"},
            None,
        ),
        (
            [(rename, "a", "a2"), (delete_article, NAME_C)],
            {"a2": "published", "b": "published", "c": "deleted"},
            None,
        ),
        (
            [(rename, "a", "old"), (rename, "b", "a"), (delete_article, NAME_C)],
            {"old": "published", "a": "published", "c": "deleted"},
            None,
        ),
    ],
)
def test_what_was_renamed_here_does_not_come_back_when_what_it_links_to_changes(
    tmp_path, run_import, sessions, find, deeds, states, leads_to, when_serving
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    _do_here(sessions, *deeds)
    for _ in range(2):
        report = run_import(folder, keep_edits=when_serving)
        assert (report.created, report.failed) == (0, ())
        assert _states(sessions) == states
    for name in states.keys() - {"c", "c2"}:
        assert find(name).links == {"c.md": leads_to}
        assert ("/en/articles/c" in find(name).html) == (leads_to is not None)
    assert find(deeds[0][2]).source != LINKED["en/a.md"]


def test_an_edit_stays_when_what_it_links_to_changes(tmp_path, run_import, sessions, find):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    with sessions() as session:
        source = LINKED["en/b.md"] + "\nEdited here.\n"
        publish_source(session, article_id="b", locale="en", source=source)
    _do_here(sessions, (rename, "c", "c2"))
    assert counts(run_import(folder)) == (0, 2, 1, 0, 0)
    assert find("b").links == {"c.md": "/en/articles/c2"}
    assert "Edited here." in find("b").html
    assert counts(run_import(folder)) == (0, 0, 3, 0, 0)


@pytest.mark.parametrize("place", ["the other folder", "another path"])
def test_what_was_renamed_and_archived_here_does_not_come_back_from_another_place(
    tmp_path, run_import, sessions, place
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    _do_here(sessions, (rename, "a", "a2"), (archive, NAME_A2))
    if place == "another path":
        (folder / "en/a.md").rename(folder / "en/moved.md")
    else:
        folder = folder.rename(tmp_path / "moved")
    report = run_import(folder, prune=True)
    assert (report.created, report.retired) == (0, 0)
    assert _states(sessions) == {"a2": "archived", "b": "published", "c": "published"}


@pytest.mark.parametrize("change", ["", "\nMore.\n"])
def test_a_new_file_takes_no_name_that_was_just_given_here(
    tmp_path, run_import, sessions, find, change
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    _do_here(sessions, (rename, "a", "a2"))
    write_tree(folder, {"en/a.md": LINKED["en/a.md"] + change, "en/a2.md": "# Of chance\n"})
    (problem,) = run_import(folder).failed
    assert (problem.code, problem.path) == ("duplicate-id", "en/a2.md")
    assert find("a2").title != "Of chance"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("en/a.md", LINKED["en/a.md"]),
        ("en/a.md", "# A\n\nChanged.\n"),
        ("en/moved.md", "---\nid: a\n---\n# A\n\nChanged.\n"),
    ],
)
def test_what_is_renamed_here_while_an_import_runs_stays_one_article(
    tmp_path, run_import, sessions, place, text
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    (folder / "en/a.md").unlink()
    write_tree(folder, {place: text, "en/b.md": "# B\n\nAnother text.\n"})
    deeds = [(rename, "a", "a2")]

    def rename_once(stage, done, total):
        if stage == "Rendering" and deeds:
            _do_here(sessions, deeds.pop())

    report = run_import(folder, prune=True, progress=rename_once)
    assert deeds == []
    assert (report.created, report.retired) == (0, 0)
    assert _states(sessions) == {"a2": "published", "b": "published", "c": "published"}
    again = run_import(folder, prune=True)
    assert (again.created, again.retired, again.failed) == (0, 0, ())
    assert _states(sessions) == {"a2": "published", "b": "published", "c": "published"}


def test_two_articles_do_not_change_texts_because_both_were_renamed_here(
    tmp_path, run_import, sessions, find
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    _do_here(sessions, (rename, "a", "old"), (rename, "b", "a"))
    write_tree(folder, {path: text + "More.\n" for path, text in LINKED.items()})
    report = run_import(folder)
    assert (report.created, report.failed) == (0, ())
    assert "# b" in find("a").source
    assert "# a" in find("old").source


def test_a_pruning_import_keeps_what_was_renamed_here_and_moved_there(
    tmp_path, run_import, sessions
):
    folder = write_tree(tmp_path / "in", LINKED)
    run_import(folder)
    _do_here(sessions, (rename, "a", "a2"))
    (folder / "en/a.md").rename(folder / "en/moved.md")
    assert run_import(folder, prune=True).retired == 0
    assert _states(sessions) == {"a2": "published", "b": "published", "c": "published"}
