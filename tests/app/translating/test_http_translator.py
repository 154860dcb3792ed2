"""A translation service, slow or strange, against what an editor waits for."""

import dataclasses

import pytest

from app.translating.http_translator import open_translator
from app.translating.translator import TranslationFailed, TranslationTurn, TranslatorBusy
from tests.slow_server import slow_server

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


def ready(text):
    body = b'{"translatedText": ["%s"]}' % text
    return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.fixture
def opened(settings):
    def opened(url, **options):
        return open_translator(dataclasses.replace(settings, translate_url=url), **options)

    return opened


def test_a_service_that_drips_its_answer_is_given_up(opened):
    with slow_server(BEGUN, drips=b" ") as slow, pytest.raises(TranslationFailed):
        opened(slow.url, seconds=0.3).translate(["Take the key."], source="en", target="ja")


def test_the_deadline_is_for_all_that_an_article_asks(opened):
    with slow_server(BEGUN, drips=b" ") as slow:
        translator = opened(slow.url, seconds=0.3)
        for _ in range(3):
            with pytest.raises(TranslationFailed):
                translator.translate(["Take the key."], source="en", target="ja")
        assert slow.count == 1


@pytest.mark.parametrize("text", [b"", b" ", b"<x></x>"])
def test_words_for_which_nothing_is_answered_are_a_failure(opened, text):
    with slow_server(ready(text)) as service, pytest.raises(TranslationFailed, match="nothing"):
        opened(service.url).translate(["Take the key."], source="en", target="ja")


def test_what_has_no_words_may_become_nothing(opened):
    with slow_server(ready(b"")) as service:
        made = opened(service.url).translate(['<x id="1"></x> 3.'], source="en", target="ja")
    assert made == [""]


def test_a_turn_is_given_back_even_after_a_failure():
    turn = TranslationTurn()
    with turn.take(), pytest.raises(TranslatorBusy), turn.take():
        raise AssertionError("two have the turn")
    with pytest.raises(TranslationFailed), turn.take():
        raise TranslationFailed("away")
    with turn.take():
        pass
