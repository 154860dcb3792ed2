"""Errors as programs and people are told them."""

import importlib
import pkgutil

import pytest

import app
from app import problems
from app.errors import KotaeError
from app.problems import BadRequestData, FieldProblem


def _classes(base):
    for child in base.__subclasses__():
        yield child
        yield from _classes(child)


def test_a_domain_error_keeps_its_code_status_and_words():
    class Broken(KotaeError):
        code = "broken"
        status = 409

    problem = problems.from_domain(Broken("It broke; mend it."))
    assert problem.to_json("/x") == {
        "type": "urn:kotae:problem:broken",
        "title": "Conflict",
        "status": 409,
        "detail": "It broke; mend it.",
        "code": "broken",
        "instance": "/x",
    }


def test_field_problems_are_listed():
    error = BadRequestData((FieldProblem("email", "missing", "This field is required."),))
    assert problems.from_domain(error).to_json("/x")["errors"] == [
        {"field": "email", "code": "missing", "detail": "This field is required."}
    ]


def test_a_status_nobody_registered_still_has_a_title():
    assert problems.from_http(599, "odd").title == "Error"


def test_every_error_has_a_code_of_its_own():
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    codes = {}
    for error in set(_classes(KotaeError)):
        if error.__module__.startswith("app."):
            codes.setdefault(error.code, []).append(f"{error.__module__}.{error.__qualname__}")
    assert len(codes) > 30
    assert "error" not in codes
    assert {code: names for code, names in codes.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "This page does not exist"),
        ("ko", "페이지를 찾을 수 없습니다"),
        ("ja", "ページが見つかりません"),
        ("zh", "找不到该页面"),
    ],
)
def test_people_get_a_page_in_their_language(client, locale, words):
    by_address = client.get(f"/{locale}/nothing")
    by_browser = client.get("/nothing", headers={"Accept-Language": locale})
    for response in (by_address, by_browser):
        assert response.status_code == 404
        assert words in response.get_data(as_text=True)
        assert f'href="/{locale}/contact"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("POST", "/en/", 405, "This request could not be handled"),
        ("GET", "/en/search?q=%ff", 400, "This request could not be handled"),
    ],
)
def test_other_errors_of_pages_are_pages_too(client, method, path, status, words):
    response = client.open(path, method=method)
    assert response.status_code == status
    assert words in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_that_breaks_apologises(client, index, caplog):
    def fail(query):
        raise RuntimeError("the secret inside")

    index.search = fail
    response = client.get("/ko/search?q=x")
    assert response.status_code == 500
    assert "서버에 문제가 생겼습니다" in response.get_data(as_text=True)
    assert "secret" not in response.get_data(as_text=True)
