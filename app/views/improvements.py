"""The improvement list: gaps planned, changed, checked, kept or dropped."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.insights.improvements import (
    BadImprovement,
    Check,
    check,
    find_improvement,
    list_improvements,
    note_change,
    plan_improvement,
    settle,
)
from app.models import Improvement
from app.views.exports import csv_of_rows, download
from app.views.insights import insight_page
from app.views.scope import database, now, settings
from app.views.staff import current_user, required_role, staff_blueprint


def improvements_blueprint() -> Blueprint:
    """The routes; everybody reads the list, writers and above change it."""
    improvements = staff_blueprint("improvements")
    improvements.get("/insights/improvements")(improvement_list)
    improvements.post("/insights/improvements")(plan)
    improvements.get("/insights/improvements/<int:number>")(improvement)
    improvements.post("/insights/improvements/<int:number>")(change)
    improvements.post("/insights/improvements/<int:number>/settle")(settle_improvement)
    return improvements


def _check(item: Improvement) -> Check:
    return check(database(), item, window=settings().ticket_window, now=now())


@required_role("reader")
def improvement_list() -> Response:
    """Every item with what its check says now."""
    items = list_improvements(database())
    checks = {item.id: _check(item) for item in items}
    if request.args.get("format") == "json":
        return jsonify([_members(item) | {"check": checks[item.id].to_json()} for item in items])
    if request.args.get("format") == "csv":
        rows = [_members(item) | _checked(checks[item.id]) for item in items]
        return download(csv_of_rows(rows), "kotae-improvements.csv")
    return insight_page("improvements.html", items=items, checks=checks, fault="")


@required_role("writer")
def plan() -> AnyResponse:
    """Put a gap on the list."""
    given = request.form
    values = {name: given.get(name, "") for name in ("kind", "article", "locale", "title", "plan")}
    values_with = values | {"questions": given.getlist("questions")}
    actor = Actor.of(current_user())
    try:
        item = plan_improvement(database(), values_with, actor=actor, now=now())
    except BadImprovement as error:
        items = list_improvements(database())
        checks = {each.id: _check(each) for each in items}
        return insight_page("improvements.html", 422, items=items, checks=checks, fault=error.code)
    return redirect(url_for("improvements.improvement", number=item.id), 303)


@required_role("reader")
def improvement(number: int) -> Response:
    """One item: its plan, what was done, and the check."""
    item = find_improvement(database(), number)
    return insight_page("improvement.html", item=item, found=_check(item))


@required_role("writer")
def change(number: int) -> AnyResponse:
    """Take the plan and what was done."""
    item = find_improvement(database(), number)
    note_change(
        database(),
        item,
        plan=request.form.get("plan", ""),
        change=request.form.get("change", ""),
        actor=Actor.of(current_user()),
        now=now(),
    )
    return redirect(url_for("improvements.improvement", number=number), 303)


@required_role("writer")
def settle_improvement(number: int) -> AnyResponse:
    """Keep or drop it."""
    item = find_improvement(database(), number)
    keeps = request.form.get("keep") == "1"
    settle(
        database(),
        item,
        keeps=keeps,
        actor=Actor.of(current_user()),
        window=settings().ticket_window,
        now=now(),
    )
    return redirect(url_for("improvements.improvement", number=number), 303)


def _checked(found: Check) -> dict[str, object]:
    """What a check says, in single cells."""
    limits = found.difference
    return {
        "verdict": found.verdict,
        "failed_before": found.before[0],
        "of_before": found.before[1],
        "failed_after": found.after[0],
        "of_after": found.after[1],
        "difference": limits and limits.value,
        "low": limits and limits.low,
        "high": limits and limits.high,
    }


def _members(item: Improvement) -> dict[str, object]:
    return {
        "id": item.id,
        "kind": item.kind,
        "state": item.state,
        "article_id": item.article_id,
        "locale": item.locale,
        "title": item.title,
        "questions": item.questions,
        "plan": item.plan,
        "change": item.change,
        "created_at": item.created_at.isoformat(),
        "changed_at": item.changed_at and item.changed_at.isoformat(),
        "settled_at": item.settled_at and item.settled_at.isoformat(),
    }
