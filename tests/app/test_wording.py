"""What people type, made fit for the engine and the database."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server import LONGEST_REQUEST_LINE
from app.wording import LONGEST_QUESTION, QueryTooLong, clean_question, clean_text


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  where   is\tit\n", "where is it "),
        ("환부", "환부"),
        ("refund ", "refund "),
        ("　返金　", "返金 "),
        ("   ", ""),
        ("a\x00b", "a b"),
        ("\ud83d", ""),
        ("💸\ufdd0\uffff\U0010ffff", "💸"),
        ("👩‍💻 ok", "👩‍💻 ok"),
        ("می‌خواهم", "می‌خواهم"),
        ("", ""),
    ],
)
def test_a_question_becomes_one_clean_line(typed, clean):
    assert clean_question(typed) == clean


def test_the_longest_question_is_accepted_and_one_more_character_is_not():
    assert len(clean_question("환" * LONGEST_QUESTION)) == LONGEST_QUESTION
    with pytest.raises(QueryTooLong):
        clean_question("환" * (LONGEST_QUESTION + 1))


def test_the_longest_question_fits_a_request_line_whatever_its_script():
    address = "/api/v1/search?q=" + quote("뷁" * LONGEST_QUESTION)
    assert len(address) + 900 < LONGEST_REQUEST_LINE


def test_a_browser_stops_where_the_server_does(client):
    page = client.get("/en/").get_data(as_text=True)
    assert f'maxlength="{LONGEST_QUESTION}"' in page


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_clean_text_can_be_stored_and_is_clean_already(text):
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean_text(clean) == clean
    assert clean_question(clean_question(text)) == clean_question(text)
