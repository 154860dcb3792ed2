"""A sync: what one side changed goes to the other, what both changed is merged or kept twice."""

import pytest

from app.editing.conflicts import list_conflicts, resolve_conflict, texts_of
from app.editing.drafts import find_unsaved, keep_unsaved
from app.editing.lifecycle import archive, delete_article, rename, take_out_of_archive, undelete
from app.editing.publication import publish, unpublish
from app.editing.transaction import ArticleName
from app.editor.records import list_record
from app.importing import import_folder
from app.models import utc_now
from app.reading import find_redirect
from app.syncing import TooMuchMissing
from tests.store_helpers import EDITOR, PNG, save_source

NAME = ArticleName("pay/refund", "en")
PATH = "en/pay/refund.md"
TEXT = "---\ntitle: Refunds # kept\nowner: Kim\n---\none\n\ntwo\n\nthree\n"
FILES = {PATH: TEXT, "ko/pay/refund.md": "# 환불\r\n", "en/cat.png": PNG}


def is_settled(pair):
    """Whether both sides have the same texts, and another sync has nothing to do."""
    texts = {path: data for path, data in pair.files().items() if path.endswith(".md")}
    return pair.shown() == texts and pair.sync().counts == {}


def conflicts(pair):
    with pair.sessions() as session:
        found = list_conflicts(session)
        return [(conflict.id, texts_of(session, conflict)) for conflict in found]


def test_a_folder_becomes_articles_and_stays_as_it_is(pair, find):
    pair.write(FILES)
    before = pair.files()
    assert pair.sync().counts == {"create": 2}
    assert pair.files() == before
    assert is_settled(pair)
    (revision,) = find("pay/refund").revisions
    assert (revision.origin, revision.author) == ("import", "folder")


def test_an_article_of_the_site_becomes_a_file(pair):
    pair.publish("pay/new", "# New\n")
    assert pair.sync().counts == {"add": 1}
    assert pair.read("en/pay/new.md") == "# New\n"
    assert is_settled(pair)


def test_a_publication_is_written_over_the_file_and_nothing_else_is_touched(pair):
    pair.write(FILES)
    pair.sync()
    before = (pair.root / "ko/pay/refund.md").stat()
    pair.publish("pay/refund", TEXT.replace("two", "TWO"))
    assert pair.sync().counts == {"push": 1}
    assert pair.read(PATH) == TEXT.replace("two", "TWO")
    assert (pair.root / "ko/pay/refund.md").stat().st_mtime_ns == before.st_mtime_ns
    assert is_settled(pair)


def test_a_draft_stays_on_the_site_until_it_is_published(pair):
    pair.write(FILES)
    pair.sync()
    with pair.sessions() as session:
        save_source(session, article_id="pay/refund", locale="en", source="# Draft\n")
    with pair.sessions() as session:
        save_source(session, article_id="new", locale="en", source="# Never published\n")
    assert pair.sync().counts == {}
    assert pair.read(PATH) == TEXT
    pair.do(publish, NAME)
    pair.sync()
    assert pair.read(PATH) == "# Draft\n"


def test_a_change_in_the_folder_becomes_a_revision(pair, find):
    pair.write(FILES)
    pair.sync()
    pair.write({PATH: TEXT.replace("one", "ONE")})
    assert pair.sync().counts == {"pull": 1}
    article = find("pay/refund")
    assert [revision.number for revision in article.revisions] == [1, 2]
    assert "ONE" in article.html
    assert is_settled(pair)


def test_changes_of_both_sides_are_brought_together(pair, find):
    pair.write(FILES)
    pair.sync()
    pair.publish("pay/refund", TEXT.replace("one", "ONE"))
    pair.write({PATH: TEXT.replace("three", "THREE")})
    assert pair.sync().counts == {"merge": 1, "push": 1}
    both = TEXT.replace("one", "ONE").replace("three", "THREE")
    assert pair.read(PATH) == both
    article = find("pay/refund")
    assert article.source == both
    assert "THREE" in article.html
    assert [revision.origin for revision in article.revisions] == [
        *("import", "editor", "import", "merge")
    ]
    assert is_settled(pair)


def test_a_conflict_keeps_both_texts_where_they_are_until_somebody_decides(pair):
    pair.write(FILES)
    pair.sync()
    site, file = TEXT.replace("two", "site"), TEXT.replace("two", "file")
    pair.publish("pay/refund", site)
    pair.write({PATH: file})
    for _ in range(2):
        assert pair.sync().conflicts == (PATH,)
        assert pair.read(PATH) == file
        assert pair.shown()[PATH].decode() == site
    ((number, texts),) = conflicts(pair)
    assert (texts.base, texts.mine, texts.theirs) == (TEXT, file, site)
    both = TEXT.replace("two", "site and file")
    pair.do(resolve_conflict, number, source=both, site_revision=texts.their_revision)
    assert pair.sync().conflicts == ()
    assert pair.read(PATH) == both
    assert is_settled(pair)


@pytest.mark.parametrize("chosen", ["mine", "theirs"])
def test_a_conflict_may_be_resolved_by_taking_one_text(pair, chosen):
    pair.write(FILES)
    pair.sync()
    pair.publish("pay/refund", TEXT.replace("two", "site"))
    pair.write({PATH: TEXT.replace("two", "file")})
    pair.sync()
    ((number, texts),) = conflicts(pair)
    source = getattr(texts, chosen)
    pair.do(resolve_conflict, number, source=source, site_revision=texts.their_revision)
    pair.sync()
    assert pair.read(PATH) == source
    assert is_settled(pair)


def test_a_conflict_ends_when_the_file_becomes_what_the_site_has(pair):
    pair.write(FILES)
    pair.sync()
    site = TEXT.replace("two", "site")
    pair.publish("pay/refund", site)
    pair.write({PATH: TEXT.replace("two", "file")})
    pair.sync()
    pair.write({PATH: site})
    assert pair.sync().conflicts == ()
    assert is_settled(pair)


def test_two_new_articles_of_one_name_are_a_conflict(pair):
    pair.publish("pay/refund", "# Site\n")
    pair.write({PATH: "# File\n"})
    assert pair.sync().conflicts == (PATH,)
    assert pair.read(PATH) == "# File\n"
    assert [shown.decode() for shown in pair.shown().values()] == ["# Site\n"]


def test_a_new_file_that_resembles_a_deleted_one_is_still_the_article_of_its_own_name(pair, find):
    lines = "".join(f"line {number}\n\n" for number in range(6))
    pair.write({"en/a.md": f"# A\n\n{lines}"})
    pair.sync()
    pair.publish("b", f"# B\n\n{lines}From the site.\n")
    pair.write({"en/b.md": f"# B\n\n{lines}From the folder.\n"})
    (pair.root / "en/a.md").unlink()
    report = pair.sync()
    assert (report.counts, report.failed) == ({"archive": 1, "conflict": 1}, ())
    assert report.conflicts == ("en/b.md",)
    assert find("a").status == "archived"


def test_two_new_articles_of_one_name_and_text_are_one(pair):
    pair.publish("pay/refund", "# Same\n")
    pair.write({PATH: "# Same\n"})
    pair.sync()
    assert is_settled(pair)


def test_a_deleted_file_archives_the_article(pair, find):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    assert pair.sync().counts == {"archive": 1}
    assert find("pay/refund").status == "archived"
    assert is_settled(pair)
    pair.write({PATH: TEXT})
    pair.sync()
    assert find("pay/refund").is_visible(utc_now())


def test_an_article_archived_with_its_file_comes_back_on_the_site_and_gets_a_file(pair, find):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    pair.sync()
    pair.do(take_out_of_archive, NAME)
    assert pair.sync().counts == {"add": 1}
    pair.do(publish, NAME)
    report = pair.sync()
    assert (report.counts, report.conflicts) == ({"push": 1}, ())
    assert find("pay/refund").is_visible(utc_now())
    assert is_settled(pair)


def test_an_article_that_comes_back_published_gets_its_file_where_it_was(pair, find):
    path = "en/Elsewhere/Money back.md"
    pair.write({path: "---\nid: pay/refund\n---\n" + "# Refunds\n"})
    pair.sync()
    (pair.root / path).unlink()
    pair.sync()
    pair.do(take_out_of_archive, NAME)
    pair.do(publish, NAME)
    for counts in ({"add": 1}, {}):
        assert pair.sync().counts == counts
        assert list(pair.files()) == [path]
    assert find("pay/refund").is_visible(utc_now())


@pytest.mark.parametrize("changed", [False, True])
def test_a_deleted_file_that_comes_back_brings_its_article_and_history(pair, find, changed):
    pair.write(FILES)
    pair.sync()
    pair.publish("pay/refund", TEXT.replace("one", "ONE"))
    pair.sync()
    text = pair.read(PATH)
    (pair.root / PATH).unlink()
    pair.sync()
    pk = find("pay/refund").id
    pair.write({PATH: text.replace("two", "TWO") if changed else text})
    assert pair.sync().counts == {"pull": 1}
    article = find("pay/refund")
    assert (article.id, article.is_visible(utc_now())) == (pk, True)
    assert len(article.revisions) == 2 + changed
    assert is_settled(pair)


def test_what_came_back_on_both_sides_in_other_words_is_a_conflict(pair, find):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    pair.sync()
    pair.do(take_out_of_archive, NAME)
    edited = TEXT.replace("one", "ONE")
    pair.write({PATH: edited})
    assert pair.sync().conflicts == (PATH,)
    assert pair.read(PATH) == edited
    assert find("pay/refund").status == "draft"


@pytest.mark.parametrize("new_id", ["pay/refund", "money-back"])
def test_what_comes_back_leaves_its_place_to_the_article_that_stands_there(pair, find, new_id):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    pair.sync()
    if new_id == "pay/refund":
        pair.write({PATH: "---\nid: other\n---\n# Other\n"})
        pair.sync()
        pair.do(take_out_of_archive, NAME)
    else:
        pair.do(rename, "pay/refund", new_id)
        pair.do(take_out_of_archive, ArticleName(new_id, "en"))
        pair.write({PATH: "---\nid: other\n---\n# Other\n"})
    report = pair.sync()
    assert (report.failed, report.conflicts) == ((), ())
    assert is_settled(pair)
    assert find("other").source_path == PATH
    assert find(new_id).status == "draft"
    assert find(new_id).source_path not in {PATH, None}


@pytest.fixture
def place_of_two(pair):
    """A file that was one article's, archived when it was deleted, and is `other`'s now."""
    for text in (TEXT, None, "---\nid: other\n---\n# Other\n"):
        pair.write({PATH: text}) if text else (pair.root / PATH).unlink()
        pair.sync()
    return pair


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_comes_back_has_no_say_about_a_place_that_another_leaves(place_of_two, find, when):
    pair = place_of_two
    (pair.root / PATH).unlink()
    if when == "after":
        pair.sync()
        pair.do(take_out_of_archive, ArticleName("other", "en"))
    pair.do(take_out_of_archive, NAME)
    report = pair.sync()
    assert report.failed == ()
    assert report.counts == ({"archive": 1, "add": 1} if when == "before" else {"add": 2})
    assert is_settled(pair)


def test_what_comes_back_has_no_say_about_a_file_that_another_is_to_lose(place_of_two, find):
    pair = place_of_two
    pair.do(archive, ArticleName("other", "en"))
    pair.do(take_out_of_archive, NAME)
    report = pair.sync()
    assert (report.failed, report.conflicts) == ((), ())
    assert report.counts == {"remove": 1, "add": 1}
    assert is_settled(pair)


def test_what_comes_back_and_what_is_new_do_not_get_one_file(pair, find):
    pair.write({PATH: TEXT})
    pair.sync()
    (pair.root / PATH).unlink()
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    pair.do(take_out_of_archive, ArticleName("money-back", "en"))
    pair.publish("pay/refund", "# New\n")
    report = pair.sync()
    assert (report.counts, report.failed) == ({"add": 2}, ())
    assert is_settled(pair)


def test_what_comes_back_is_not_taken_for_a_new_file_that_is_like_it(pair, find):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    pair.sync()
    pair.do(take_out_of_archive, NAME)
    pair.write({"en/like.md": TEXT.replace("one", "ONE")})
    assert pair.sync().counts == {"create": 1, "add": 1}
    assert is_settled(pair)


def test_what_was_pruned_and_comes_back_on_the_site_stays(pair, find):
    pair.write(FILES)
    prune = {"session_factory": pair.sessions, "settings": pair.settings, "prune": True}
    import_folder(pair.root, **prune)
    (pair.root / PATH).unlink()
    assert import_folder(pair.root, **prune).retired == 1
    pair.do(take_out_of_archive, NAME)
    pair.do(publish, NAME)
    assert import_folder(pair.root, **prune).retired == 0
    assert pair.sync().counts == {"add": 1}
    assert find("pay/refund").is_visible(utc_now())


@pytest.mark.parametrize("put_away", [archive, delete_article])
def test_an_article_that_is_put_away_loses_its_file(pair, put_away):
    pair.write(FILES)
    pair.sync()
    pair.do(put_away, NAME)
    assert pair.sync().counts == {"remove": 1}
    assert not (pair.root / "en/pay").exists()
    assert is_settled(pair)


def test_an_article_that_is_taken_back_gets_its_file_back(pair):
    pair.write(FILES)
    pair.sync()
    pair.do(delete_article, NAME)
    pair.sync()
    pair.do(undelete, NAME)
    assert pair.sync().counts == {"add": 1}
    assert pair.read(PATH) == TEXT
    pair.do(archive, NAME)
    pair.do(take_out_of_archive, NAME)
    pair.sync()
    assert "status: draft" in pair.read(PATH)
    assert is_settled(pair)


def test_what_was_edited_here_and_deleted_there_is_a_conflict(pair, find):
    pair.write(FILES)
    pair.sync()
    edited = TEXT.replace("one", "ONE")
    pair.publish("pay/refund", edited)
    (pair.root / PATH).unlink()
    assert pair.sync().conflicts == (PATH,)
    assert find("pay/refund").is_visible(utc_now())
    ((number, texts),) = conflicts(pair)
    assert (texts.mine, texts.theirs) == ("", edited)
    pair.do(resolve_conflict, number, source=edited, site_revision=texts.their_revision)
    pair.sync()
    assert pair.read(PATH) == edited
    assert is_settled(pair)


@pytest.mark.parametrize("put_away", [archive, delete_article])
def test_what_was_put_away_and_renamed_here_is_a_conflict_with_an_edit_there(pair, find, put_away):
    pair.write(FILES)
    pair.sync()
    pair.do(put_away, NAME)
    pair.do(rename, "pay/refund", "money/back")
    edited = TEXT.replace("one", "ONE")
    pair.write({PATH: edited})
    for _ in range(2):
        assert pair.sync().conflicts == (PATH,)
        assert pair.read(PATH) == edited
        assert find("pay/refund") is None
        assert not find("money/back").is_visible(utc_now())


@pytest.mark.parametrize("put_away", [archive, delete_article])
def test_what_was_put_away_and_renamed_here_loses_its_file(pair, find, put_away):
    pair.write(FILES)
    pair.sync()
    pair.do(put_away, NAME)
    pair.do(rename, "pay/refund", "money/back")
    assert pair.sync().counts == {"remove": 1, "push": 1}  # the other language lives on
    assert not (pair.root / PATH).exists()
    assert find("pay/refund") is None
    assert is_settled(pair)


@pytest.mark.parametrize("comes_back", [True, False])
def test_what_was_put_away_here_and_edited_there_is_a_conflict(pair, find, comes_back):
    pair.write(FILES)
    pair.sync()
    pair.do(archive, NAME)
    edited = TEXT.replace("one", "ONE")
    pair.write({PATH: edited})
    assert pair.sync().conflicts == (PATH,)
    assert (find("pay/refund").status, pair.read(PATH)) == ("archived", edited)
    ((number, texts),) = conflicts(pair)
    source = texts.mine if comes_back else texts.theirs
    pair.do(resolve_conflict, number, source=source, site_revision=texts.their_revision)
    pair.sync()
    assert find("pay/refund").is_visible(utc_now()) is comes_back
    assert (pair.root / PATH).exists() is comes_back
    assert is_settled(pair)


def test_a_renamed_file_keeps_its_history_and_its_old_address(pair, find, sessions):
    pair.write(FILES)
    pair.sync()
    pair.publish("pay/refund", TEXT.replace("one", "ONE"))
    (pair.root / PATH).rename(pair.root / "en/money-back.md")
    assert pair.sync().counts == {"rename": 1, "push": 1}
    article = find("money-back")
    assert [revision.number for revision in article.revisions] == [1, 2]
    assert pair.read("en/money-back.md") == TEXT.replace("one", "ONE")
    assert find("pay/refund") is None
    with sessions() as session:
        old = "/en/articles/pay/refund"
        assert find_redirect(session, old, wanted=["en"], now=utc_now()).id == article.id
    pair.write({"en/money-back.md": TEXT})
    pair.sync()
    with sessions() as session:
        assert find_redirect(session, old, wanted=["en"], now=utc_now()).id == article.id
    assert is_settled(pair)


def test_what_was_done_to_an_article_follows_a_renamed_file(pair, sessions):
    pair.write(FILES)
    pair.sync()
    pair.publish("pay/refund", TEXT.replace("one", "ONE"))
    pair.sync()
    pair.do(keep_unsaved, ArticleName("pay/refund", "en"), source="# Typed\n", base=2)
    (pair.root / PATH).rename(pair.root / "en/money-back.md")
    pair.sync()
    with sessions() as session:
        deeds = list_record(session, ArticleName("money-back", "en"))
        assert [deed.action for deed in deeds][:3] == ["rename", "publish", "save"]
        assert list_record(session, ArticleName("pay/refund", "en")) == []
        assert find_unsaved(session, EDITOR, ArticleName("money-back", "en")).source == "# Typed\n"


def test_a_file_that_was_renamed_and_changed_is_followed_by_its_lines(pair, find):
    pair.write(FILES)
    pair.sync()
    (pair.root / PATH).unlink()
    pair.write({"en/refunds.md": TEXT.replace("one", "ONE")})
    pair.sync()
    assert [revision.number for revision in find("refunds").revisions] == [1, 2]
    assert find("pay/refund") is None


@pytest.mark.parametrize(("before", "after"), [("\r\n", "\r\n"), ("\n", "\r\n"), ("\r\n", "\n")])
def test_a_file_that_was_renamed_and_changed_is_followed_whatever_ends_its_lines(
    pair, find, before, after
):
    pair.write({PATH: TEXT.replace("\n", before)})
    pair.sync()
    (pair.root / PATH).unlink()
    pair.write({"en/refunds.md": TEXT.replace("one", "ONE").replace("\n", after)})
    assert pair.sync().counts == {"pull": 1, "rename": 1}
    assert [revision.number for revision in find("refunds").revisions] == [1, 2]


def test_a_file_that_only_moved_keeps_an_id_that_it_names(pair, find):
    named = "---\nid: refunds\n---\n# Refunds\n"
    pair.write({PATH: named})
    pair.sync()
    (pair.root / PATH).rename(pair.root / "en/elsewhere.md")
    assert pair.sync().counts == {"rename": 1}
    assert find("refunds").source_path == "en/elsewhere.md"
    assert is_settled(pair)


def test_a_file_that_names_another_id_renames_the_article(pair, find):
    pair.write({PATH: "# Refunds\n"})
    pair.sync()
    pair.write({PATH: "---\nid: refunds\n---\n# Refunds\n"})
    pair.sync()
    assert [revision.number for revision in find("refunds").revisions] == [1, 2]
    assert find("pay/refund") is None
    assert is_settled(pair)


def test_a_rename_on_the_site_is_written_into_the_file(pair):
    pair.write(FILES)
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    pair.sync()
    assert "id: money-back" in pair.read(PATH)
    assert "owner: Kim" in pair.read(PATH)
    assert is_settled(pair)


@pytest.mark.parametrize("path", [PATH, "en/pay/moved.md"])
def test_a_rename_on_the_site_outlives_a_change_of_the_file(pair, find, path):
    pair.write(FILES)
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    (pair.root / PATH).unlink()
    pair.write({path: TEXT.replace("two", "TWO")})
    report = pair.sync()
    assert report.failed == ()
    assert find("money-back").source_path == path
    assert "id: money-back" in pair.read(path)
    assert "TWO" in pair.read(path)
    assert is_settled(pair)
    pair.publish("money-back", pair.read(path) + "more\n")
    assert pair.sync().counts == {"push": 1}


def test_a_rename_on_the_site_and_another_in_the_file_wait_for_a_person(pair, find):
    pair.write(FILES)
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    pair.write({PATH: TEXT.replace("owner: Kim\n", "owner: Kim\nid: elsewhere\n")})
    for _ in range(2):
        report = pair.sync()
        assert (report.failed, report.conflicts) == ((), (PATH,))
    assert find("money-back").source_path == PATH


def test_a_file_that_only_moved_goes_on_being_what_the_site_called_it(pair, find):
    pair.write(FILES)
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    (pair.root / PATH).rename(pair.root / "en/moved.md")
    assert pair.sync().failed == ()
    assert find("money-back").source_path == "en/moved.md"
    assert "id: money-back" in pair.read("en/moved.md")
    assert is_settled(pair)


@pytest.mark.parametrize("moved", [TEXT, TEXT.replace("one", "ONE")], ids=["as-it-was", "edited"])
@pytest.mark.parametrize("new_name", ["money-back", "pay/refund-2"])
def test_a_file_renamed_on_both_sides_leaves_its_place_to_another(pair, find, new_name, moved):
    pair.write(FILES)
    pair.sync()
    pk = find("pay/refund").id
    pair.do(rename, "pay/refund", new_name)
    (pair.root / PATH).unlink()
    pair.write({f"en/{new_name}.md": moved, PATH: "# Refunds of today\n"})
    assert pair.sync().failed == ()
    assert is_settled(pair)
    assert (find(new_name).id, find(new_name).source_path) == (pk, f"en/{new_name}.md")
    assert find("pay/refund").title == "Refunds of today"


def test_a_changed_file_stays_its_articles_beside_a_new_one_of_the_new_name(pair, find):
    pair.write(FILES)
    pair.sync()
    pk = find("pay/refund").id
    pair.do(rename, "pay/refund", "money-back")
    pair.write({PATH: TEXT.replace("two", "TWO"), "en/money-back.md": "# Of chance\n"})
    (problem,) = pair.sync().failed
    assert (problem.code, problem.path) == ("duplicate-id", "en/money-back.md")
    assert find("money-back").id == pk
    assert "TWO" in pair.read(PATH)
    assert pair.read("en/money-back.md") == "# Of chance\n"


def test_a_new_file_in_the_place_of_one_that_both_sides_let_go_is_an_article(pair, find):
    pair.write({"en/a.md": "# A\n", "en/b.md": "# B\n"})
    pair.sync()
    (pair.root / "en/a.md").unlink()
    pair.sync(allow_missing=True)
    pair.do(rename, "a", "a2")
    pair.write({"en/a.md": "# Another\n"})
    assert pair.sync().counts == {"create": 1}
    assert is_settled(pair)
    assert (find("a").title, find("a2").status) == ("Another", "archived")


@pytest.mark.parametrize("put_away", [archive, delete_article])
def test_another_article_in_the_file_of_a_renamed_and_put_away_one_is_new(pair, find, put_away):
    pair.write(FILES)
    pair.sync()
    pair.do(rename, "pay/refund", "money-back")
    pair.do(put_away, ArticleName("money-back", "en"))
    pair.write({PATH: "---\nid: other\n---\n# Quite another\n"})
    assert pair.sync().counts["create"] == 1
    assert is_settled(pair)
    assert find("other").title == "Quite another"


def test_a_merge_that_would_be_no_article_is_a_conflict_and_holds_up_nothing(pair, find):
    text = "---\nowner: Kim\ntitle: Refunds\n---\nintro\n\nzero\n\n# Refunds\n\none\n\ntwo\n"
    pair.write({PATH: text})
    pair.sync()
    pair.publish("pay/refund", text.replace("title: Refunds\n", ""))
    pair.write({PATH: text.replace("# Refunds\n\n", ""), "en/new.md": "# New\n"})
    report = pair.sync()
    assert (report.failed, report.conflicts) == ((), (PATH,))
    assert find("new").title == "New"


def test_unpublishing_says_so_in_the_file(pair):
    pair.write(FILES)
    pair.sync()
    pair.do(unpublish, NAME)
    pair.sync()
    assert pair.read(PATH) == TEXT.replace("owner: Kim\n", "owner: Kim\nstatus: draft\n")
    assert is_settled(pair)


def test_a_new_file_says_what_its_path_cannot(pair, find):
    pair.publish("Über/Geld.2", "---\ncategory: pay\n---\n# Geld\n")
    pair.sync()
    assert "id: " in pair.read("en/Über/Geld.2.md")
    assert is_settled(pair)
    assert find("Über/Geld.2").category == "pay"


def test_a_dry_run_says_everything_and_does_nothing(pair):
    pair.write(FILES | {"en/gone.md": "# Gone\nonly here\n", "en/old.md": TEXT + "unique\n"})
    pair.sync()
    pair.publish("new", "# New\n")
    pair.publish("pay/refund", TEXT.replace("two", "site"))
    pair.publish("pay/refund", "# 환불\r\n환불\r\n", locale="ko")
    pair.write({PATH: TEXT.replace("two", "file"), "en/fresh.md": "# Fresh\n"})
    (pair.root / "en/gone.md").unlink()
    (pair.root / "en/old.md").rename(pair.root / "en/renamed.md")
    files, shown = pair.files(), pair.shown()
    report = pair.sync(dry_run=True)
    assert {(step.action, step.path) for step in report.steps} == {
        ("add", "en/new.md"),
        ("archive", "en/gone.md"),
        ("conflict", PATH),
        ("create", "en/fresh.md"),
        ("push", "ko/pay/refund.md"),
        ("rename", "en/renamed.md"),
    }
    assert (pair.files(), pair.shown()) == (files, shown)
    assert pair.sync().counts == report.counts


def test_an_empty_folder_is_taken_for_a_mistake(pair):
    pair.write({f"en/{number}.md": f"# {number}\n" for number in range(20)})
    pair.sync()
    for file in (pair.root / "en").iterdir():
        file.unlink()
    with pytest.raises(TooMuchMissing, match="20 of 20"):
        pair.sync()
    assert len(pair.shown()) == 20
    assert pair.sync(allow_missing=True).counts == {"archive": 20}


def test_a_broken_file_is_named_and_its_article_stays(pair, find):
    pair.write(FILES)
    pair.sync()
    pair.write({PATH: "---\ntitle: [\n---\n"})
    report = pair.sync()
    assert [(problem.path, problem.code) for problem in report.failed] == [
        (PATH, "bad-front-matter")
    ]
    assert find("pay/refund").source == TEXT


def test_a_dry_run_names_what_cannot_be_taken_in(pair):
    pair.write(FILES)
    pair.sync()
    pair.write({PATH: "---\ntitle: [\n---\n", "en/bomb.md": "---\na: &a [1]\nb: *a\n---\n"})
    pair.write({"en/long.md": b"# Long\n" + b"word " * 500_000})
    foreseen, report = pair.sync(dry_run=True), pair.sync()
    assert foreseen.steps == ()
    assert foreseen.failed == report.failed
    assert [(problem.path, problem.code) for problem in report.failed] == [
        ("en/bomb.md", "bad-front-matter"),
        ("en/long.md", "article-too-large"),
        (PATH, "bad-front-matter"),
    ]


def test_a_broken_file_and_an_edit_leave_each_other_alone(pair, find):
    pair.write(FILES)
    pair.sync()
    edited = TEXT.replace("one", "ONE")
    pair.publish("pay/refund", edited)
    pair.write({PATH: "---\ntitle: [\n---\n"})
    report = pair.sync()
    assert [problem.path for problem in report.failed] == [PATH]
    assert (find("pay/refund").source, pair.read(PATH)) == (edited, "---\ntitle: [\n---\n")


def test_links_between_the_files_still_lead_somewhere_after_a_sync(pair, find):
    pair.write({"en/a.md": "# A\n\n[b](b.md)\n", "en/b.md": "# B\n"})
    pair.sync()
    pair.publish("b", "# B2\n")
    pair.write({"en/a.md": "# A2\n\n[b](b.md)\n"})
    pair.sync()
    assert 'href="/en/articles/b"' in find("a").html


@pytest.fixture
def shared(pair):
    """Two articles that are shown, `a` and `z`, of one file: an import took its new id for one."""
    pair.write({"en/a.md": "---\nid: a\n---\n# A\n"})
    pair.sync()
    pair.write({"en/a.md": "---\nid: z\n---\n# A\n"})
    import_folder(pair.root, session_factory=pair.sessions, settings=pair.settings)
    return pair


@pytest.mark.parametrize("changed", [False, True])
def test_two_articles_of_one_file_are_reported_and_left_alone(shared, find, changed):
    if changed:
        shared.publish("a", "---\nid: a\n---\n# A\n\nEdited.\n")
    before = shared.files()
    for options in ({"dry_run": True}, {}, {}):
        report = shared.sync(**options)
        assert [(each.path, each.code) for each in report.failed] == [("en/a.md", "shared-file")]
        assert "'a' and 'z'" in report.failed[0].reason
        assert (report.steps, report.counts) == ((), {})
    assert shared.files() == before
    assert (find("a").status, find("z").status) == ("published", "published")


def test_a_file_stays_when_one_of_its_two_articles_is_put_away(shared, find):
    shared.do(archive, ArticleName("a", "en"))
    shared.sync()
    assert is_settled(shared)
    assert list(shared.files()) == ["en/a.md"]
    assert (find("a").status, find("z").status) == ("archived", "published")


def test_a_file_that_names_an_article_put_away_waits_for_its_name(shared, find):
    shared.do(archive, ArticleName("z", "en"))
    assert [each.code for each in shared.sync().failed] == ["shared-file"]
    shared.write({"en/a.md": "---\nid: a\n---\n# A\n\nMore.\n"})
    assert shared.sync().failed == ()
    assert is_settled(shared)
    assert (find("a").status, find("z").status) == ("published", "archived")
    assert "More." in find("a").source
