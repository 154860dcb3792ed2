"""`kb search` and `kb suggest`: the production path from a question to answers, printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import click
from sqlalchemy.orm import Session

from app.addresses import contact_url
from app.answers import Answer, Answers, Index, Question, search, suggest
from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_search, open_workplace
from app.languages import interface_locale
from app.locales import normalise_locale
from search.document import Explanation, LegScore


class _Ask(Protocol):
    """`search` or `suggest`."""

    def __call__(self, question: Question, *, session: Session, index: Index) -> Answers: ...


def _question_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        json_option,
        click.option("--explain", is_flag=True, help="Say how each answer came to its place."),
        click.option("--category", help="Only articles of this category."),
        click.option("--locale", help="Language of the person who asks."),
    ):
        command = option(command)
    return click.argument("text")(command)


@click.command("search")
@_question_options
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True)
@click.option("--page", type=click.IntRange(1, 100), default=1, show_default=True)
@named_errors
def search_command(
    text: str,
    locale: str | None,
    category: str | None,
    explain: bool,
    limit: int,
    page: int,
    as_json: bool,
) -> None:
    """Answer the finished question TEXT as the search page does."""
    question = Question(text, _known(locale), category, page=page, per_page=limit, explain=explain)
    answers, contact = _ask(search, question)
    _print(answers, answers.to_search_json(contact) if as_json else None)


@click.command("suggest")
@_question_options
@click.option("--limit", type=click.IntRange(1, 10), default=5, show_default=True)
@named_errors
def suggest_command(
    text: str, locale: str | None, category: str | None, explain: bool, limit: int, as_json: bool
) -> None:
    """Answer TEXT, which may be unfinished, as the search box does while one types."""
    question = Question(text, _known(locale), category, limit=limit, explain=explain)
    answers, contact = _ask(suggest, question)
    _print(answers, answers.to_json(contact) if as_json else None)


def _known(locale: str | None) -> str | None:
    return normalise_locale(locale) if locale else None


def _ask(ask: _Ask, question: Question) -> tuple[Answers, str]:
    """Return the answers, and where a person can be reached in the asker's language."""
    with (
        open_workplace() as place,
        open_search(place.settings) as index,
        place.sessions() as session,
    ):
        answers = ask(question, session=session, index=index)
        default = place.settings.default_locale
    return answers, contact_url(interface_locale(question.locale or "", default))


def _print(answers: Answers, as_json: dict[str, object] | None) -> None:
    if as_json is not None:
        print_json(as_json)
        return
    if answers.no_answer:
        click.echo("No good answer." + (" The nearest articles:" if answers.items else ""))
    for number, item in enumerate(answers.items, start=1):
        _print_answer(number, item)
    if answers.degraded:
        click.echo("Degraded: not everything that should answer did; see `kb doctor`.", err=True)


def _print_answer(number: int, item: Answer) -> None:
    language = f" [{item.locale}]" if item.foreign else ""
    why = ", ".join(item.why)
    click.echo(f"{number}. {item.title}{language}  ({item.score:.2f}{why and ': ' + why})")
    if item.text:
        click.echo(f"   {' '.join(item.text.split())}")
    click.echo(f"   {item.url}")
    if item.explanation:
        _print_explanation(item.explanation)


def _print_explanation(told: Explanation) -> None:
    for name, leg in (("keywords", told.words), ("keys", told.keys), ("meaning", told.meaning)):
        click.echo(f"      {name:9} {_leg(leg)}")
    clears = ">=" if told.fused >= told.floor else "<"
    click.echo(f"      fused     {told.fused:.3f} {clears} floor {told.floor:.3f}")
    click.echo(f"      score     {told.score:.3f}")
    click.echo(f"      terms     {' '.join(told.terms) or '(none)'}")
    if told.heading:
        click.echo(f"      nearest   {told.heading}")


def _leg(leg: LegScore) -> str:
    return f"{leg.score:.3f}  rank {leg.rank}" if leg.rank else "-"
