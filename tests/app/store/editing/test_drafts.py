"""Drafts: customers see nothing of them, a stale save never wins, nothing typed is lost."""

from datetime import UTC, datetime

import pytest

from app.db import begin_writing
from app.editing.actors import Actor, Forbidden, Grant
from app.editing.conflicts import (
    EditConflict,
    find_conflict,
    list_conflicts,
    resolve_conflict,
    texts_of,
)
from app.editing.drafts import (
    ArticleExists,
    Held,
    KeptElsewhere,
    discard_draft,
    find_unsaved,
    forget_unsaved,
    keep_unsaved,
    mark_text,
    working_text,
)
from app.editing.lifecycle import archive, delete_article, rename, undelete
from app.editing.publication import unpublish
from app.editing.revisions import ArticleDeleted, WrongName, compare_revisions, list_revisions
from app.editing.scheduling import publish_planned, schedule
from app.editing.transaction import ArticleName
from app.models import Article
from app.reading import ArticleNotFound
from tests.app.store.editing.conftest import NAME, OTHER_WRITER, PUBLISHER, WRITER
from tests.store_helpers import write_tree

TEXT = "# Refunds\n\none\n\ntwo\n\nthree\n"


def test_a_new_draft_is_kept_and_nobody_sees_it(desk, find):
    outcome = desk.save("---\ncategory: Pay Ments\n---\n# Draft", note="first try")
    article = find("pay/refund")
    assert (outcome.revision, outcome.is_merged) == (1, False)
    assert (article.status, article.title, article.category) == ("draft", "Draft", "pay-ments")
    (revision,) = article.revisions
    assert (revision.number, revision.author, revision.author_email) == (1, "Kim", WRITER.email)
    assert (revision.note, revision.origin) == ("first try", "editor")
    assert desk.outbox() == []
    assert desk.actions() == [("Kim", "create", None), ("Kim", "save", 1)]


def test_a_new_article_stands_in_the_folder_of_its_id_as_an_import_would_have_it(desk, find):
    desk.save("# Draft")
    assert find("pay/refund").category == "pay"


def test_a_draft_beside_a_live_article_changes_nothing_that_is_shown(desk, find):
    desk.publish("# One")
    shown = find("pay/refund")
    desk.save("# Two", base=1)
    desk.save("# Three", base=2)
    article = find("pay/refund")
    assert (article.title, article.revision, article.draft_revision) == ("One", 1, 3)
    assert (article.html, article.updated_at) == (shown.html, shown.updated_at)
    assert len(desk.outbox()) == 1


def test_saves_in_different_places_are_merged(desk):
    desk.save(TEXT)
    desk.save(TEXT.replace("one", "ONE"), base=1)
    outcome = desk.save(TEXT.replace("three", "THREE"), base=1, actor=OTHER_WRITER)
    assert outcome.is_merged
    assert outcome.source == TEXT.replace("one", "ONE").replace("three", "THREE")
    assert desk.read(working_text, WRITER, NAME).source == outcome.source


def test_a_stale_save_of_the_same_lines_never_wins_and_both_texts_are_kept(desk, find):
    desk.save(TEXT)
    desk.save(TEXT.replace("one", "hers"), base=1)
    mine = TEXT.replace("one", "mine")
    with pytest.raises(EditConflict, match="Kim") as caught:
        desk.save(mine, base=1, actor=OTHER_WRITER)
    texts = caught.value.texts
    assert (texts.base, texts.mine, texts.their_revision) == (TEXT, mine, 2)
    assert "hers" in texts.theirs
    assert [stretch.kind for stretch in texts.merge.stretches].count("conflict") == 1
    assert "hers" in find("pay/refund").source
    kept = desk.read(find_unsaved, OTHER_WRITER, NAME)
    assert (kept.source, kept.base_revision) == (mine, 1)
    held = Held(kept=mark_text(mine))
    both = TEXT.replace("one", "both")
    desk.save(both, base=texts.their_revision, actor=OTHER_WRITER, held=held)
    assert "both" in find("pay/refund").source
    assert desk.read(find_unsaved, OTHER_WRITER, NAME) is None


def test_saving_what_is_there_makes_no_revision(desk, find):
    desk.save(TEXT)
    outcome = desk.save(TEXT, base=1)
    assert (outcome.revision, outcome.is_changed) == (1, False)
    assert len(find("pay/refund").revisions) == 1


def test_a_text_that_changed_under_a_draft_is_merged_into_it(tmp_path, desk, find, run_import):
    root = write_tree(tmp_path / "in", {"en/pay/refund.md": TEXT})
    run_import(root)
    desk.save(TEXT.replace("one", "ONE"), base=1)
    write_tree(root, {"en/pay/refund.md": TEXT.replace("three", "THREE")})
    run_import(root)
    both = TEXT.replace("one", "ONE").replace("three", "THREE")
    assert desk.read(working_text, WRITER, NAME).source == both
    article = find("pay/refund")
    assert (article.source, article.draft_base) == (TEXT.replace("three", "THREE"), 3)
    assert [(r.origin, r.author) for r in article.revisions][-1] == ("merge", "Kim")
    assert desk.publish().source == both


def test_a_draft_and_a_live_text_in_conflict_are_both_kept_until_somebody_decides(
    tmp_path, desk, find, run_import, sessions
):
    root = write_tree(tmp_path / "in", {"en/pay/refund.md": TEXT})
    run_import(root)
    desk.save(TEXT.replace("one", "mine"), base=1)
    write_tree(root, {"en/pay/refund.md": TEXT.replace("one", "theirs")})
    run_import(root)
    with pytest.raises(EditConflict):
        desk.publish()
    assert "theirs" in find("pay/refund").source
    with sessions() as session:
        (conflict,) = list_conflicts(session)
        texts = texts_of(session, conflict)
        assert (texts.base, "mine" in texts.mine, "theirs" in texts.theirs) == (TEXT, True, True)
    with pytest.raises(EditConflict, match="again"):
        desk(resolve_conflict, WRITER, conflict.id, source=TEXT, site_revision=1)
    resolved = TEXT.replace("one", "ours")
    desk(resolve_conflict, WRITER, conflict.id, source=resolved, site_revision=3)
    assert desk.read(list_conflicts) == []
    assert desk.publish().source == resolved


def put_into_conflict(desk, run_import, root):
    """A draft and a folder that changed the same line; the number of the draft is 2."""
    run_import(write_tree(root, {"en/pay/refund.md": TEXT}))
    desk.save(TEXT.replace("one", "mine"), base=1)
    run_import(write_tree(root, {"en/pay/refund.md": TEXT.replace("one", "theirs")}))
    desk.read(working_text, WRITER, NAME)
    (conflict,) = desk.read(list_conflicts)
    return conflict


def test_a_conflict_goes_on_with_what_is_saved_in_the_draft(tmp_path, desk, find, run_import):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    newer = TEXT.replace("one", "mine").replace("three", "3")
    number = desk.save(newer, base=2).revision
    with desk.sessions() as session:
        assert texts_of(session, find_conflict(session, conflict.id)).mine == newer
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": TEXT.replace("one", "other")}))
    desk.read(working_text, WRITER, NAME)
    (renewed,) = desk.read(list_conflicts)
    assert (renewed.id, renewed.other_revision) == (conflict.id, number)
    assert renewed.site_revision == find("pay/refund").revision


def test_a_conflict_ends_with_its_draft(tmp_path, desk, run_import):
    put_into_conflict(desk, run_import, tmp_path / "in")
    desk.save(TEXT.replace("one", "mine still"), base=2)
    desk(discard_draft, WRITER, NAME)
    assert desk.read(list_conflicts) == []


def test_a_draft_that_was_taken_away_in_conflict_waits_beside_later_ones(
    tmp_path, desk, run_import
):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(unpublish, PUBLISHER, NAME)
    base = desk.publish().revision
    later = desk.save("# Later", base=base).revision
    desk.save("# Later still", base=later)
    desk(discard_draft, WRITER, NAME)
    assert [each.other_revision for each in desk.read(list_conflicts)] == [conflict.other_revision]


def test_a_conflict_survives_a_rename(tmp_path, desk, find, run_import):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(rename, PUBLISHER, "pay/refund", "pay/back")
    name = ArticleName("pay/back", "en")
    with pytest.raises(EditConflict):
        desk.publish(name=name)
    (renewed,) = desk.read(list_conflicts)
    assert renewed.id == conflict.id
    assert renewed.other_revision == find("pay/back").draft_revision


def test_what_was_planned_in_conflict_is_published_as_it_was_resolved(
    tmp_path, desk, find, run_import, sessions
):
    later = datetime(2999, 1, 1, tzinfo=UTC)
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(schedule, PUBLISHER, NAME, publish_at=later)
    desk(resolve_conflict, WRITER, conflict.id, source="# Ours", site_revision=3)
    assert publish_planned(sessions, later) == 1
    assert find("pay/refund").title == "Ours"


def test_a_conflict_of_a_deleted_article_is_not_resolved_into_what_customers_see(
    tmp_path, desk, find, run_import
):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(delete_article, PUBLISHER, NAME)
    with pytest.raises(ArticleDeleted):
        desk(resolve_conflict, WRITER, conflict.id, source="# Ours", site_revision=3)
    desk(undelete, PUBLISHER, NAME)
    assert "theirs" in find("pay/refund").source


def test_a_conflict_of_an_archived_article_is_resolved_into_its_newest_text(
    tmp_path, desk, find, run_import
):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(archive, PUBLISHER, NAME)
    desk(resolve_conflict, WRITER, conflict.id, source="# Ours", site_revision=3)
    assert desk.read(working_text, WRITER, NAME).source == "# Ours"
    assert find("pay/refund").draft_revision is None


def test_a_discarded_draft_stays_in_the_history(desk, find):
    desk.publish("# One")
    desk.save("# Two", base=1)
    desk(discard_draft, WRITER, NAME)
    article = find("pay/refund")
    assert (article.draft_revision, len(article.revisions)) == (None, 2)


def test_what_is_typed_is_kept_for_its_author_alone_however_broken(desk):
    desk(keep_unsaved, WRITER, NAME, source="---\n[ no yaml", base=None)
    desk(keep_unsaved, WRITER, NAME, source="---\n[ no yaml yet", base=None)
    assert desk.read(find_unsaved, WRITER, NAME).source == "---\n[ no yaml yet"
    assert desk.read(find_unsaved, OTHER_WRITER, NAME) is None
    desk(forget_unsaved, WRITER, NAME)
    assert desk.read(find_unsaved, WRITER, NAME) is None


def test_a_kept_text_gives_way_to_who_holds_it_alone(desk):
    desk.save(TEXT)
    desk(keep_unsaved, WRITER, NAME, source="Of the telephone", base=1)
    with pytest.raises(KeptElsewhere):
        desk(keep_unsaved, WRITER, NAME, source="Of the desk", base=1, over="")
    desk(keep_unsaved, WRITER, NAME, source="Of the telephone", base=1, over="")
    desk.save(TEXT + "Of the desk\n", base=1)
    assert desk.read(find_unsaved, WRITER, NAME).source == "Of the telephone"
    held = mark_text("Of the telephone")
    desk(keep_unsaved, WRITER, NAME, source="Of it, more", base=1, over=held)
    desk.save(TEXT + "Of it, more\n", base=2, held=Held(kept=mark_text("Of it, more")))
    assert desk.read(find_unsaved, WRITER, NAME) is None


def test_a_conflict_takes_no_kept_text_away(desk):
    desk.save(TEXT)
    desk.save(TEXT.replace("one", "hers"), base=1, actor=OTHER_WRITER)
    desk(keep_unsaved, WRITER, NAME, source="Of the telephone", base=1)
    with pytest.raises(EditConflict):
        desk.save(TEXT.replace("one", "mine"), base=1)
    assert desk.read(find_unsaved, WRITER, NAME).source == "Of the telephone"


def test_a_save_goes_on_from_what_its_form_sent_before_an_answer_was_lost(desk, find):
    desk.save(TEXT)
    desk.save(TEXT.replace("one", "mine"), base=1)
    held = Held(sent=mark_text(TEXT.replace("one", "mine")))
    with pytest.raises(EditConflict):
        desk.save(TEXT.replace("one", "and more"), base=1, held=held, actor=OTHER_WRITER)
    desk.save(TEXT.replace("one", "mine, and more"), base=1, held=held)
    assert "mine, and more" in find("pay/refund").source


def test_what_was_saved_in_another_window_is_no_lost_answer(desk):
    desk.save(TEXT)
    desk.save(TEXT.replace("one", "other window"), base=1)
    held = Held(sent=mark_text(TEXT.replace("one", "mine")))
    with pytest.raises(EditConflict):
        desk.save(TEXT.replace("one", "mine, and more"), base=1, held=held)


def test_two_new_articles_of_one_name_are_not_mixed(desk):
    desk.save("# One")
    with pytest.raises(ArticleExists):
        desk.save("# Two")


def test_who_looks_waits_for_nobody_who_writes(desk, sessions):
    desk.publish(TEXT)
    desk.save(TEXT + "four\n", base=1)
    with sessions() as other:
        begin_writing(other)
        assert desk(working_text, WRITER, NAME).source == TEXT + "four\n"


def test_a_text_that_names_another_article_is_refused(desk, find):
    with pytest.raises(WrongName, match="elsewhere"):
        desk.save("---\nid: elsewhere\n---\n# A")
    with pytest.raises(WrongName, match="ko"):
        desk.save("---\nlocale: ko\n---\n# A")
    assert find("pay/refund") is None


def test_a_writer_writes_only_where_they_may(desk, find):
    limited = Actor("Kim", "kim", grants=(Grant("writer", categories=frozenset({"pay"})),))
    desk.save("# A", actor=limited)
    with pytest.raises(Forbidden):
        desk.save("---\ncategory: legal\n---\n# A", base=1, actor=limited)
    with pytest.raises(Forbidden):
        desk.save("# A", actor=limited, name=ArticleName("legal/terms", "en"))
    assert find("legal/terms") is None


def test_an_article_that_is_not_there_cannot_be_changed(desk):
    with pytest.raises(ArticleNotFound):
        desk.save("# A", base=1)
    with pytest.raises(ArticleNotFound):
        desk.read(working_text, WRITER, NAME)


def test_the_history_is_listed_and_compared(desk):
    desk.save("# A\none\n")
    desk.save("# A\ntwo\n", base=1, actor=PUBLISHER)
    history = desk.read(list_revisions, NAME)
    assert [(r.number, r.author, r.based_on) for r in history] == [(2, "Choi", 1), (1, "Kim", None)]
    rows = desk.read(compare_revisions, NAME, 1, 2)
    assert [row.kind for row in rows] == ["same", "changed"]


def test_nothing_is_kept_of_a_use_case_that_fails_half_way(desk, sessions, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("power cut")

    monkeypatch.setattr("app.editing.drafts.append_revision", fail)
    with pytest.raises(RuntimeError):
        desk.save("# A")
    with sessions() as session:
        assert session.query(Article).all() == []
    assert desk.actions() == []
