"""Query parameters of requests, checked and turned into what the use cases take."""

from __future__ import annotations

from collections.abc import Mapping

from app.answers import MOST_ITEMS, MOST_PAGES, MOST_PER_PAGE, Question
from app.deflection.participants import SHORTEST_VISITOR
from app.languages import read_locale
from app.payload import Fields

LONGEST_NAME = 400
LONGEST_ADDRESS = 4000


def read_suggest(arguments: Mapping[str, str], audiences: frozenset[str]) -> Question:
    """The question in a suggest request. Raises BadRequestData."""
    fields = Fields(arguments)
    question = Question(
        text=arguments.get("q", ""),
        locale=_locale(fields),
        category=fields.text("category", longest=LONGEST_NAME) or None,
        products=_products(fields),
        audiences=audiences,
        limit=fields.number("limit", default=5, low=1, high=MOST_ITEMS, clamp=True),
        page_url=fields.text("page", longest=LONGEST_ADDRESS),
        session=fields.text("session", longest=64),
        visitor=_visitor(fields, arguments),
    )
    fields.finish()
    return question


def read_search(
    arguments: Mapping[str, str],
    audiences: frozenset[str],
    products: frozenset[str] = frozenset(),
) -> Question:
    """The question in a search request; `products` count where it names none.

    Raises BadRequestData.
    """
    fields = Fields(arguments)
    question = Question(
        text=arguments.get("q", ""),
        locale=_locale(fields),
        category=fields.text("category", longest=LONGEST_NAME) or None,
        only_locale=read_locale(fields.text("language", longest=LONGEST_NAME)),
        products=_products(fields) or products,
        audiences=audiences,
        page=fields.number("page", default=1, low=1, high=MOST_PAGES),
        per_page=fields.number("per_page", default=10, low=1, high=MOST_PER_PAGE, clamp=True),
        session=fields.text("session", longest=64),
    )
    fields.finish()
    return question


def read_list(arguments: Mapping[str, str]) -> tuple[str | None, str | None, int, int]:
    """Locale, category, page and page size of a list of articles. Raises BadRequestData."""
    fields = Fields(arguments)
    wanted = fields.text("locale", longest=LONGEST_NAME).strip()
    read = (
        # A language nobody knows is not "every language": it is one in which nothing is written.
        (read_locale(wanted) or wanted) if wanted else None,
        fields.text("category", longest=LONGEST_NAME) or None,
        fields.number("page", default=1, low=1, high=1_000_000),
        fields.number("per_page", default=20, low=1, high=100, clamp=True),
    )
    fields.finish()
    return read


def _locale(fields: Fields) -> str | None:
    """The language preferred; one that nobody knows is no preference rather than an error."""
    return read_locale(fields.text("locale", longest=LONGEST_NAME))


def _visitor(fields: Fields, arguments: Mapping[str, str]) -> str:
    """The name that a browser made for the experiment; empty is the same as none."""
    if not arguments.get("visitor"):
        return ""
    return fields.text("visitor", longest=64, shortest=SHORTEST_VISITOR)


def _products(fields: Fields) -> frozenset[str]:
    text = fields.text("products", longest=LONGEST_NAME)
    return frozenset(name.strip() for name in text.split(",") if name.strip())
