"""The figures for staff: sheets with filters in the address, their exports, what lies behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.insights.costs import RELATIVE_COSTS, BadCosts, load_costs, read_costs, save_costs
from app.insights.drawing import HEIGHT, WIDTH, draw_band, draw_bars, draw_steps
from app.insights.episode_list import describe, list_episodes
from app.insights.figures import Sheet
from app.insights.journeys import load_journeys, titles_of
from app.insights.selection import Selection, read_selection
from app.insights.sheets import SHEETS, Sources, make_sheet
from app.insights.speed import make_speed
from app.views.bearer import token_scope
from app.views.exports import csv_of_sheet, download
from app.views.insight_definitions import DEFINED, definition
from app.views.insight_words import label, note, value_words
from app.views.scope import database, now, parts, settings, spoken_locale
from app.views.staff import current_user, required_role, staff_blueprint, staff_page

PAGES = (*SHEETS, "speed")


def insights_blueprint() -> Blueprint:
    """The routes of the sheets; the improvement list has its own."""
    insights = staff_blueprint("insights")
    insights.get("/insights")(overview)
    insights.get("/insights/<any(articles,questions,worth,speed):name>")(sheet)
    insights.get("/insights/episodes")(episodes)
    insights.get("/insights/definitions")(definitions)
    insights.post("/insights/costs")(change_costs)
    return insights


@token_scope("insights:read")
@required_role("reader")
def overview() -> Response:
    """How needs for help ended."""
    return _show("overview")


@token_scope("insights:read")
@required_role("reader")
def sheet(name: str) -> Response:
    """Another sheet."""
    return _show(name)


@token_scope("insights:read")
@required_role("reader")
def episodes() -> Response:
    """The episodes behind a number."""
    closed_before = now() - settings().ticket_window
    selection = replace(current_selection(), closed_before=closed_before)
    outcome = request.args.get("outcome", "")
    found = list_episodes(load_journeys(database(), selection), outcome)
    if request.args.get("format") == "json":
        return jsonify(total=found.total, episodes=[describe(each) for each in found.journeys])
    named = {name for each in found.journeys for name in (*each.seen, *each.read)}
    return insight_page(
        "insight_episodes.html",
        found=found,
        outcome=outcome,
        titles=titles_of(database(), named, spoken_locale()),
    )


@required_role("reader")
def definitions() -> Response:
    """How every figure is counted."""
    entries = [(name, label(name), definition(name)) for name in DEFINED]
    hours = settings().ticket_window_hours
    return insight_page("insight_definitions.html", entries=entries, hours=hours)


@required_role("admin")
def change_costs() -> AnyResponse:
    """Take what contacts cost."""
    try:
        costs = read_costs(request.form)
    except BadCosts:
        return _show("worth", fault=True)
    save_costs(database(), costs, actor=Actor.of(current_user()))
    return redirect(url_for("insights.sheet", name="worth", saved=1), 303)


def current_selection() -> Selection:
    """What the address asks for."""
    return read_selection(request.args, zone=settings().time_zone, now=now())


def insight_page(template: str, status: int = 200, **values: Any) -> Response:
    """A page of figures, with the filters of its address."""
    costs = load_costs(database())
    return staff_page(
        template,
        status,
        selection=current_selection(),
        pages=PAGES,
        label=label,
        note=note,
        definition=definition,
        defined=DEFINED,
        in_words=lambda kind, value: value_words(kind, value, costs.currency),
        costs=costs,
        channels=RELATIVE_COSTS,
        **values,
    )


def _show(name: str, *, fault: bool = False) -> Response:
    found = _make(name)
    wanted = request.args.get("format")
    if wanted == "json":
        selection = current_selection().parameters()
        return jsonify(found.to_json() | {"selection": selection})
    if wanted == "csv":
        return download(csv_of_sheet(found), f"kotae-{name}.csv")
    if wanted:
        raise NotFound("Sheets are exported as csv and json.")
    return insight_page(
        "insights.html",
        422 if fault else 200,
        sheet=found,
        fault=fault,
        saved=request.args.get("saved") == "1",
        draw_band=draw_band,
        draw_bars=draw_bars,
        draw_steps=draw_steps,
        width=WIDTH,
        height=HEIGHT,
    )


def _make(name: str) -> Sheet:
    if name == "speed":
        state = parts().index.state()
        return make_speed(parts().metrics.exposition(), state)
    sources = Sources(parts().sessions, settings(), parts().index)
    return make_sheet(name, sources, current_selection(), locale=spoken_locale(), now=now())
