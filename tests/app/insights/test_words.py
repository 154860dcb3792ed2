"""Values as people read them."""

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from app.views.insight_words import value_words


@pytest.fixture(autouse=True)
def page():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("locale", "currency", "value", "words"),
    [
        ("en", "USD", 775.6, "$776"),
        ("en", "USD", -1710.2, "-$1,710"),
        ("ko", "KRW", 1_234_567.0, "₩1,234,567"),
        ("ja", "JPY", 980.0, "￥980"),
        ("zh", "EUR", 12.5, "€12"),
        ("de", "EUR", 1776.0, "1.776\xa0€"),
    ],
)
def test_money_is_told_without_cents(locale, currency, value, words):
    with force_locale(locale):
        assert value_words("money", value, currency) == words


def test_what_is_not_known_is_a_dash():
    assert value_words("money", None) == "–"
