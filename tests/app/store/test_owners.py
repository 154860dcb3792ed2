"""One person is one owner, however the articles spell them."""

import unicodedata

import pytest

from app.editor.listing import Wanted, list_choices, list_for_editors
from app.freshness.worklist import list_work
from app.models import User, utc_now
from app.owners import fold_owner, names_account, read_owners
from tests.store_helpers import write_tree

SPELLINGS = ("kim2@example.com", "Kim2", "KIM2@example.com", " kim2 ")


@pytest.fixture
def owned(tmp_path, run_import):
    """Imports an article for each owner, all of them due for a review."""

    def owned(*owners):
        text = "---\nreview_by: 2020-01-01\nowner: '{}'\n---\n# A\n"
        files = {f"en/a{number}.md": text.format(owner) for number, owner in enumerate(owners)}
        assert run_import(write_tree(tmp_path / "in", files)).failed == ()

    return owned


@pytest.fixture
def hire(sessions):
    def hire(*people):
        with sessions() as session:
            session.add_all(User(email=email, name=name, role="writer") for email, name in people)
            session.commit()

    return hire


@pytest.mark.parametrize("asked", [*SPELLINGS, "kIm2@Example.com"])
def test_a_person_with_an_account_is_one_owner(owned, hire, sessions, settings, index, asked):
    owned(*SPELLINGS, "Lee", "")
    hire(("kim2@example.com", "Kim2"), ("lee@example.com", "Someone Else"))
    now = utc_now()
    with sessions() as session:
        work = list_work(session, settings, now=now, owner=asked)
        assert [(item.article_id, item.owner) for item in work] == [
            (f"a{number}", "Kim2") for number in range(4)
        ]
        found = list_for_editors(session, index, Wanted(owner=asked), now=now)
        assert {row.owner for row in found.rows} == {"Kim2"}
        assert found.total == 4
        assert list_choices(session).owners == ("Kim2", "Lee")


def test_the_work_list_has_one_heading_for_a_person_and_one_for_nobody(
    owned, hire, sessions, settings
):
    owned(*SPELLINGS, "Lee", "")
    hire(("kim2@example.com", "Kim2"))
    with sessions() as session:
        work = list_work(session, settings, now=utc_now())
        assert sorted(item.owner for item in work) == ["", *["Kim2"] * 4, "Lee"]
        nobody = list_work(session, settings, now=utc_now(), owner="")
        assert [item.article_id for item in nobody] == ["a5"]


def test_without_accounts_capitals_and_spaces_make_no_other_owner(owned, sessions, settings):
    owned("Kim Lee", "kim  lee", "KIM LEE", "kim@example.com")
    with sessions() as session:
        work = list_work(session, settings, now=utc_now(), owner="kim lee")
        assert [item.owner for item in work] == ["KIM LEE"] * 3
        assert list_choices(session).owners == ("KIM LEE", "kim@example.com")


def test_a_name_that_two_people_have_is_neither_of_them(owned, hire, sessions):
    owned("Kim", "kim@example.com", "kim@example.org")
    hire(("kim@example.com", "Kim"), ("kim@example.org", "kim"))
    with sessions() as session:
        owners = read_owners(session)
        shown = [owners.show(each) for each in ("kim", "KIM@example.com", "kim@example.org")]
        assert shown == ["Kim", "kim@example.com", "kim@example.org"]
        # Both are told of it all the same: it may be meant for either.
        assert all(names_account("KIM", user) for user in session.query(User))


def test_an_account_without_a_name_owns_nothing_that_nobody_owns(owned, hire, sessions):
    owned("")
    hire(("kim@example.com", ""))
    with sessions() as session:
        assert read_owners(session).show("") == ""
        assert read_owners(session).show("kim@example.com") == "kim@example.com"
        assert not any(names_account("", user) for user in session.query(User))


def test_hangul_in_pieces_is_the_same_name():
    assert fold_owner(unicodedata.normalize("NFD", "김하루")) == fold_owner("김하루")
