"""What every page shares: its language, its helpers in templates, how it is sent."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import date, datetime

from flask import Flask, Response, make_response, render_template, request
from flask_babel import (  # type: ignore[import-untyped]
    Babel,
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    gettext,
)
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from app import addresses
from app.answers import Answer
from app.branding import choose_text
from app.languages import INTERFACE_LOCALES, language_name, language_of, same_writing
from app.notices import ShownNotice
from app.reading import locales_in_use
from app.views.scope import (
    chosen_products,
    database,
    notices_here,
    now,
    page_locale,
    settings,
    spoken_locale,
)

_UNNAMED = "Help center"
"""KB_SITE_NAME unless it is set: a description rather than a name, and so translated."""
_WORTH_PACKING = 1000
_MOMENTS = {"en": "d MMM y, HH:mm", "ko": "y년 M월 d일 HH:mm", "zh": "y年M月d日 HH:mm"}
"""CLDR's own short forms mix "AM" into Korean, and leave out what a date of the year is."""


class LocaleConverter(BaseConverter):
    """A language tag as the first part of an address, written the usual way: `ko`, `zh-TW`.

    Other spellings are other addresses, which `moved_address` leads here.
    """

    regex = "(?:[a-z]{2}|ast|cmn|fil|haw|hmn|kab|yue)(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"


def install_pages(app: Flask) -> None:
    """Give routes their converter and templates their helpers and translations."""
    app.url_map.converters["locale"] = LocaleConverter
    Babel(
        app,
        default_locale="en",
        locale_selector=lambda: spoken_locale().replace("-", "_"),
        timezone_selector=lambda: settings().time_zone,
    )
    app.context_processor(_page_context)
    app.after_request(_send_pages)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.template_filter("marked")(mark_spans)
    app.template_filter("decimal")(format_decimal)
    app.template_filter("moment")(moment_words)
    app.template_filter("day")(day_words)
    app.template_filter("language_name")(language_name)
    app.jinja_env.globals.update(
        article_url=addresses.article_url,
        category_url=addresses.category_url,
        contact_url=addresses.contact_url,
        entry_url=addresses.entry_url,
        home_url=addresses.home_url,
        offline_url=addresses.offline_url,
        request_url=addresses.request_url,
        requests_url=addresses.requests_url,
        search_url=addresses.search_url,
        status_url=addresses.status_url,
        your_data_url=addresses.your_data_url,
        notice_word=notice_word,
        notices_here=notices_here,
        passage_url=_passage_url,
        same_writing=same_writing,
        state_word=state_word,
        window_of=window_of,
    )


def page(template: str, status: int = 200, **values: object) -> Response:
    """A page from a template; errors are not kept by caches."""
    return make_response(render_template(template, **values), status)


def checked(response: Response) -> Response:
    """The response as caches may keep it, on condition that they ask before each use."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def mark_spans(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """The text, escaped, with <mark> around the given half-open ranges of code points."""
    pieces: list[Markup] = []
    end = 0
    for start, stop in spans:
        pieces += (escape(text[end:start]), Markup("<mark>%s</mark>") % text[start:stop])
        end = stop
    return Markup("").join((*pieces, escape(text[end:])))


def notice_word(kind: str) -> str:
    """What a notice of this kind is called."""
    words = {
        "problem": gettext("Known problem"),
        "planned": gettext("Planned work"),
        "info": gettext("Notice"),
    }
    return str(words[kind])


def state_word(state: str) -> str:
    """How a request stands, in words."""
    words = {
        "new": gettext("Received"),
        "open": gettext("Being worked on"),
        "answered": gettext("Answered"),
        "solved": gettext("Solved"),
        "closed": gettext("Closed"),
    }
    return str(words[state])


def window_of(notice: ShownNotice) -> str:
    """From when to when a notice is in force, in the reader's words and the site's time zone."""
    start, zone = moment_words(notice.starts_at), settings().time_zone.replace("_", " ")
    if notice.ends_at is None:
        words = gettext("since %(start)s", start=start)
    else:
        ends = notice.ends_at
        same_day = day_words(notice.starts_at) == day_words(ends)
        end = format_datetime(ends, "HH:mm") if same_day else moment_words(ends)
        words = gettext("%(start)s to %(end)s", start=start, end=end)
    return f"{words} ({zone})"


def require_offered_locale() -> None:
    """Raise NotFound unless the site is offered, or something written, in the page's language."""
    locale = (request.view_args or {}).get("locale")
    if locale is None or locale in settings().locales:
        return
    if locale not in locales_in_use(database(), now=now()):
        raise NotFound("This help center does not speak that language.")


def moment_words(moment: datetime) -> str:
    """A moment in the site's time zone: 24 hours, as notices and letters are dated everywhere."""
    shape = _MOMENTS.get(language_of(spoken_locale()), _MOMENTS["zh"])
    return str(format_datetime(moment, shape))


def day_words(day: date) -> str:
    """A day; of a moment, the day it is in the site's time zone."""
    shape = _MOMENTS.get(language_of(spoken_locale()), _MOMENTS["zh"]).partition("HH")[0]
    return str(
        (format_datetime if isinstance(day, datetime) else format_date)(day, shape.rstrip(", "))
    )


def _passage_url(item: Answer) -> str:
    return addresses.passage_url(item.url, item.text)


def _page_context() -> dict[str, object]:
    named, locale = settings().site_name, page_locale()
    babel_locale = get_locale()
    return {
        "locale": locale,
        "spoken": spoken_locale(),
        "direction": babel_locale.text_direction if babel_locale else "ltr",
        "site": settings(),
        "site_name": gettext("Help center") if named == _UNNAMED else named,
        "home_text": choose_text(settings().home_text, spoken_locale()),
        "footer_links": settings().footer_links,
        "products": settings().products,
        "chosen_products": sorted(chosen_products()),
        "offered": [tag for tag in settings().locales if tag in INTERFACE_LOCALES]
        or list(INTERFACE_LOCALES),
    }


def _send_pages(response: Response) -> Response:
    """Pages may be kept on condition that one asks before each use; they travel packed."""
    moved = 300 <= response.status_code < 400
    if response.mimetype != "text/html" or response.direct_passthrough or moved:
        return response
    if response.status_code == 200 and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag(weak=True)
        response.make_conditional(request)
    if settings().products:
        response.vary.add("Cookie")
    if response.status_code == 304 or response.calculate_content_length() is None:
        return response
    response.vary.add("Accept-Encoding")
    data = response.get_data()
    if request.accept_encodings.quality("gzip") > 0 and len(data) >= _WORTH_PACKING:
        response.set_data(gzip.compress(data, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
