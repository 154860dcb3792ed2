"""Which article is there in which language, and what changed since it was translated.

A translation may say which text it says the same as: `translates: en 3f2a9c04d1e8` in its front
matter, a language and the beginning of the hash of that file. The key goes with the file through
git. Where it is missing, the text that was shown when the translation was last written counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.content import hash_source
from app.differences import InlineLine, compare_texts, to_inline
from app.editing.actors import SYSTEM, Actor, Place, is_allowed
from app.editing.covering import covered
from app.editing.transaction import ArticleName, look_up_article, place_of
from app.editor.demand import Demand
from app.front_matter import parse_source
from app.machine_texts import is_machine_made
from app.models import Article, Revision
from app.originals import is_reworded, read_wording, shown_at

_HASH_DIGITS = 12
_OPEN = frozenset({"missing", "stale"})
_LONG = (Article.html, Article.sections, Article.headings, Article.links, Article.source)


@dataclass(frozen=True, slots=True)
class Version:
    """An article in one language, beside the language it is translated from."""

    state: str
    """`source`, `current`, `stale`, `draft`, `machine` or `missing`."""
    title: str = ""
    asked: int = 0
    """How many visitors of this language wanted it lately; see `app.editor.demand`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One article in every language."""

    article_id: str
    title: str
    source_locale: str
    versions: Mapping[str, Version]
    readable: frozenset[str]
    """Languages of versions that who looks may read."""
    writable: frozenset[str]
    """Languages in which who looks may write it, be it there or not."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a translation is made from."""

    locale: str
    title: str
    body: str
    mark: str
    """What `translates` says in a translation of this text."""
    changes: tuple[InlineLine, ...]
    """What changed since the translation; empty where nothing did, or nothing is known."""


def mark_of(locale: str, source: str) -> str:
    """What a translation of this text says in `translates`."""
    return f"{locale} {hash_source(source.encode('utf-8'))[:_HASH_DIGITS]}"


def list_coverage(
    session: Session,
    locales: Sequence[str],
    default_locale: str,
    *,
    demand: Demand,
    only: str = "",
    actor: Actor = SYSTEM,
) -> list[Coverage]:
    """Every article that is not put away and that `actor` may read in some language, in each of
    `locales`.


    First those whose missing and stale texts most visitors wanted, then the least complete.
    `only`: a state of which each listed article has a version.
    """
    kept = select(Article).where(Article.deleted_at.is_(None), Article.status != "archived")
    # A table of thousands of articles needs their names; texts only where one may be stale.
    kept = kept.options(*(defer(column) for column in _LONG))
    changes = select(Revision.article_pk).group_by(Revision.article_pk)
    revised = frozenset(session.scalars(changes.having(func.count() > 1)))
    rows: dict[str, dict[str, Article]] = {}
    for article in session.scalars(kept.order_by(Article.article_id)):
        rows.setdefault(article.article_id, {})[article.locale] = article
    covered = [
        _with_demand(_cover(session, versions, locales, default_locale, revised, actor), demand)
        for versions in rows.values()
        if any(is_allowed(actor, "read", place_of(version)) for version in versions.values())
    ]
    if only:
        covered = [each for each in covered if any(v.state == only for v in each.versions.values())]
    return sorted(covered, key=lambda each: (-_asked(each), -_open_work(each), each.article_id))


def source_for(
    session: Session,
    article_id: str,
    locale: str,
    *,
    wanted: str,
    default_locale: str,
    actor: Actor = SYSTEM,
) -> SourceText | None:
    """The text to translate from, of those that `actor` may read: in the language `wanted`, else
    the default one, else any."""
    found = select(Article).where(
        Article.article_id == article_id,
        Article.locale != locale,
        Article.deleted_at.is_(None),
        covered(actor, "read"),
    )
    versions = {article.locale: article for article in session.scalars(found)}
    if not versions:
        return None
    chosen = next((tag for tag in (wanted, default_locale) if tag in versions), min(versions))
    source = versions[chosen]
    mine = look_up_article(session, ArticleName(article_id, locale))
    before = _translated_from(session, source, mine) if mine else None
    changes: tuple[InlineLine, ...] = ()
    if before is not None and is_reworded(before, source.source):
        texts = (read_wording(text).lines for text in (before, source.source))
        changes = to_inline(compare_texts(*texts))
    body = parse_source(source.source.encode("utf-8")).body
    return SourceText(chosen, source.title, body, mark_of(chosen, source.source), changes)


def _cover(
    session: Session,
    versions: Mapping[str, Article],
    locales: Sequence[str],
    default_locale: str,
    revised: frozenset[int],
    actor: Actor,
) -> Coverage:
    """`revised`: articles that ever changed; a translation of any other is up to date."""
    source_locale = default_locale if default_locale in versions else min(versions)
    source = versions[source_locale]
    states = {}
    for locale in dict.fromkeys((*locales, *versions)):
        mine = versions.get(locale)
        if mine is None:
            states[locale] = Version("missing")
        elif locale == source_locale:
            states[locale] = Version("source", mine.title)
        elif mine.status != "published":
            made = is_machine_made(parse_source(mine.source.encode("utf-8")).raw)
            states[locale] = Version("machine" if made else "draft", mine.title)
        else:
            stale = source.id in revised and is_stale(session, source, mine)
            states[locale] = Version("stale" if stale else "current", mine.title)
    readable = frozenset(
        locale for locale, mine in versions.items() if is_allowed(actor, "read", place_of(mine))
    )
    shown = source if source_locale in readable else versions[min(readable)]
    places = {
        tag: place_of(versions[tag]) if tag in versions else Place(source.category, tag)
        for tag in states
    }
    writable = frozenset(tag for tag, place in places.items() if is_allowed(actor, "write", place))
    return Coverage(source.article_id, shown.title, source_locale, states, readable, writable)


def _with_demand(each: Coverage, demand: Demand) -> Coverage:
    counted = {
        locale: replace(version, asked=demand.get((each.article_id, locale), 0))
        for locale, version in each.versions.items()
    }
    return replace(each, versions=counted)


def is_stale(session: Session, source: Article, translation: Article) -> bool:
    """Whether what is translated of `source` changed since `translation` was made of it."""
    before = _translated_from(session, source, translation)
    return before is not None and is_reworded(before, source.source)


def _translated_from(session: Session, source: Article, mine: Article) -> str | None:
    """The text of `source` that `mine` was made from; None where that cannot be told."""
    language, _, digits = _mark(mine.source).partition(" ")
    if language == source.locale and digits:
        marked = select(Revision.source).where(
            Revision.article_pk == source.id,
            Revision.source_hash.startswith(digits, autoescape=True),
        )
        return session.scalar(marked.limit(1))
    written = select(Revision.created_at).where(
        Revision.article_pk == mine.id, Revision.number == mine.revision
    )
    at = session.scalar(written)
    return None if at is None else shown_at(session, source, at)


def _mark(source: str) -> str:
    value = parse_source(source.encode("utf-8")).raw.get("translates")
    return value if isinstance(value, str) else ""


def _open_work(each: Coverage) -> int:
    return sum(version.state in _OPEN for version in each.versions.values())


def _asked(each: Coverage) -> int:
    return sum(version.asked for version in each.versions.values() if version.state in _OPEN)
