"""What one request has at hand: the application's parts, a database session, the visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session, sessionmaker

from app.editor.trying import TriedIndex
from app.health import IndexState
from app.insights.questions import AskedIndex
from app.languages import choose_locale, interface_locale, read_locale
from app.metrics import Metrics
from app.models import Notice, SiteKey
from app.notices import ShownNotice, Visit, notices_for, notices_in_force
from app.payload import Fields
from app.reading import PUBLIC
from app.settings import Settings
from app.simulation import HEADER, LOOPBACK, SimulationRefused, is_simulation
from app.sites import find_site
from app.translating.translator import TranslationTurn

PRODUCTS_COOKIE = "kotae_products"
_NAME = "kotae"


class ServingIndex(AskedIndex, TriedIndex, Protocol):
    """An index that answers and can say how it is."""

    def state(self) -> IndexState:
        """What it holds and what it lacks."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application was assembled from."""

    settings: Settings
    sessions: sessionmaker[Session]
    index: ServingIndex
    metrics: Metrics
    translation_turn: TranslationTurn = field(default_factory=TranslationTurn)
    """Of this process."""


def install_scope(app: Flask, parts: Parts) -> None:
    """Make `parts` reachable from requests, and close each request's session at its end."""
    app.extensions[_NAME] = parts
    app.teardown_appcontext(_close_session)


def parts() -> Parts:
    """The parts of the application that answers this request."""
    return cast(Parts, current_app.extensions[_NAME])


def settings() -> Settings:
    """The settings of the application that answers this request."""
    return parts().settings


def database() -> Session:
    """This request's session, opened when first asked for."""
    if "database" not in g:
        g.database = parts().sessions()
    return cast(Session, g.database)


def now() -> datetime:
    """The moment of this request: one and the same for all that it reads."""
    if "now" not in g:
        g.now = _simulated_now() if HEADER in request.headers else datetime.now(UTC)
    return cast(datetime, g.now)


def _simulated_now() -> datetime:
    """What the request says what time it is. Raises SimulationRefused where nobody may say so."""
    near = request.remote_addr in LOOPBACK and not request.headers.get("X-Forwarded-For")
    if not settings().is_simulated or not near or not is_simulation(database()):
        raise SimulationRefused("This server goes by its own clock.")
    fields = Fields({HEADER: request.headers[HEADER]})
    moment = fields.moment(HEADER)
    fields.finish()
    return moment


def site() -> SiteKey | None:
    """The embedding site whose key the request names; None where it names none.

    Raises SiteNotFound.
    """
    key = request.args.get("site")
    if "site" not in g:
        g.site = None if key is None else find_site(database(), key)
    return cast("SiteKey | None", g.site)


def audiences() -> frozenset[str]:
    """Whose articles the visitor may read."""
    return PUBLIC


def page_locale() -> str:
    """The language of the page asked for: the one in its address, else the visitor's best.

    The pages of staff have none in their addresses; `app.views.staff` says which was chosen.
    """
    if "page_locale" in g:
        return cast(str, g.page_locale)
    named = request.path.removeprefix("/demo").lstrip("/").split("/", 1)[0]
    return read_locale(named) or accepted_locale()


def accepted_locale() -> str:
    """The offered language that suits the visitor's browser best, else the default one."""
    wanted = [tag for tag, _ in request.accept_languages]
    return choose_locale(wanted, settings().locales) or settings().default_locale


def wanted_locales(locale: str | None) -> tuple[str, ...]:
    """Languages in which to look for an article: the given one, then the site's default."""
    default = settings().default_locale
    return (default,) if locale is None else (locale, default)


def spoken_locale() -> str:
    """The language of the interface around this page."""
    return interface_locale(page_locale(), settings().default_locale)


def chosen_products() -> frozenset[str]:
    """The products that the visitor said they use, of those that the site knows."""
    chosen = request.cookies.get(PRODUCTS_COOKIE, "").split(".")
    return frozenset(product.id for product in settings().products if product.id in chosen)


def notices_in_force_now() -> list[Notice]:
    """Every notice in force at the moment of this request."""
    if "notices" not in g:
        g.notices = notices_in_force(database(), now())
    return cast("list[Notice]", g.notices)


def notices_here(question: str = "", page: str = "") -> tuple[ShownNotice, ...]:
    """The notices for the page asked for, or for another `page` that the visitor comes from."""
    visit = Visit(page_locale(), chosen_products(), page or request.base_url, question)
    return notices_for(notices_in_force_now(), visit)


def _close_session(_error: BaseException | None) -> None:
    session = g.pop("database", None)
    if session is not None:
        session.close()
