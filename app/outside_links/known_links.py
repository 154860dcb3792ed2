"""The links to other sites that visitors can see, and which of them are known to be dead.

One that leads nowhere once may be back in an hour; it counts as dead when it led nowhere for a day,
every time it was asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urldefrag

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import Article, OutsideLink
from app.models.outside_link import LONGEST_LINK
from app.settings import Settings

_DEAD_AFTER = timedelta(days=1)
_FEWEST_FAILURES = 2
_AT_ONCE = 500
_ADDRESS = re.compile(r'(?:href|src)="(https?://[^"]+)"')


def note_links(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> None:
    """Make the table name every link to another site that visitors can see, and no other."""
    found: set[tuple[int, str]] = set()
    with sessions() as session:
        shown = select(Article.id, Article.html).where(Article.visible(now))
        for number, html in session.execute(shown.execution_options(yield_per=100)):
            found |= {(number, url) for url in addresses_in(html, settings.base_url)}
        rows = session.execute(select(OutsideLink.article_pk, OutsideLink.url, OutsideLink.id))
        known = {(number, url): row for number, url, row in rows}
    gone = [row for name, row in known.items() if name not in found]
    new = sorted(found - known.keys())
    if not gone and not new:
        return
    with sessions() as session:
        begin_writing(session)
        for start in range(0, len(gone), _AT_ONCE):
            part = gone[start : start + _AT_ONCE]
            session.execute(delete(OutsideLink).where(OutsideLink.id.in_(part)))
        there = set(session.scalars(select(Article.id)))
        session.add_all(
            OutsideLink(article_pk=number, url=url) for number, url in new if number in there
        )
        session.commit()


def addresses_in(html: str, base_url: str = "") -> set[str]:
    """Addresses of other sites than `base_url` in clean HTML, without their fragments."""
    found = {urldefrag(unescape(address))[0] for address in _ADDRESS.findall(html)}
    own = f"{base_url}/" if base_url else ""
    return {
        url for url in found if len(url) <= LONGEST_LINK and not (own and f"{url}/".startswith(own))
    }


def dead_outside(session: Session, articles: Iterable[Article]) -> Mapping[int, tuple[str, ...]]:
    """Links to other sites that are dead, by the article's number; a text that changed since they
    were asked may have lost them."""
    changed = {article.id: article.updated_at for article in articles}
    failing = select(OutsideLink).where(OutsideLink.failures >= _FEWEST_FAILURES)
    found: dict[int, list[str]] = defaultdict(list)
    for link in session.scalars(failing.order_by(OutsideLink.url)):
        checked, since = link.checked_at, link.failing_since
        if checked is None or since is None or checked - since < _DEAD_AFTER:
            continue
        if link.article_pk in changed and changed[link.article_pk] <= checked:
            found[link.article_pk].append(f"{link.url} ({link.said})")
    return {number: tuple(urls) for number, urls in found.items()}
