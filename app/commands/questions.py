"""`kb search` and `kb suggest`: the production path from a question to answers, printed."""

from __future__ import annotations

from collections.abc import Callable

import click

from app.addresses import contact_url
from app.answers import Answers, Question, search, suggest
from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_search, open_workplace
from app.languages import interface_locale
from app.locales import normalise_locale


def _question_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--category", help="Only articles of this category."),
        click.option("--locale", help="Language of the person who asks."),
    ):
        command = option(command)
    return click.argument("text")(command)


@click.command("search")
@_question_options
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True)
@click.option("--page", type=click.IntRange(1, 100), default=1, show_default=True)
@json_option
@named_errors
def search_command(
    text: str, locale: str | None, category: str | None, limit: int, page: int, as_json: bool
) -> None:
    """Answer the finished question TEXT as the search page does."""
    wanted = normalise_locale(locale) if locale else None
    question = Question(text, wanted, category, page=page, per_page=limit)
    with (
        open_workplace() as place,
        open_search(place.settings) as index,
        place.sessions() as session,
    ):
        answers = search(question, session=session, index=index)
        contact = contact_url(interface_locale(wanted or "", place.settings.default_locale))
    if as_json:
        print_json(answers.to_search_json(contact))
    else:
        _print_answers(answers)


@click.command("suggest")
@_question_options
@click.option("--limit", type=click.IntRange(1, 10), default=5, show_default=True)
@json_option
@named_errors
def suggest_command(
    text: str, locale: str | None, category: str | None, limit: int, as_json: bool
) -> None:
    """Answer TEXT, which may be unfinished, as the search box does while one types."""
    wanted = normalise_locale(locale) if locale else None
    question = Question(text, wanted, category, limit=limit)
    with (
        open_workplace() as place,
        open_search(place.settings) as index,
        place.sessions() as session,
    ):
        answers = suggest(question, session=session, index=index)
        contact = contact_url(interface_locale(wanted or "", place.settings.default_locale))
    if as_json:
        print_json(answers.to_json(contact))
    else:
        _print_answers(answers)


def _print_answers(answers: Answers) -> None:
    if answers.no_answer:
        click.echo("No good answer." + (" The nearest articles:" if answers.items else ""))
    for number, item in enumerate(answers.items, start=1):
        language = f" [{item.locale}]" if item.foreign else ""
        why = ", ".join(item.why)
        click.echo(f"{number}. {item.title}{language}  ({item.score:.2f}{why and ': ' + why})")
        if item.text:
            click.echo(f"   {' '.join(item.text.split())}")
        click.echo(f"   {item.url}")
    if answers.degraded:
        click.echo("Degraded: not everything that should answer did; see `kb doctor`.", err=True)
