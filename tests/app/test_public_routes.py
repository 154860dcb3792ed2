"""The pages and interfaces of visitors: each route against who is not signed in, and every role."""

import pytest

from app.models import ROLES
from tests.app.test_staff import PUBLIC_BLUEPRINTS

NOBODYS = "0" * 12
ANY_WIDGET = "/widget/<any('v1.js', 'v1.mjs', 'loader.js'):name>"

PUBLIC_ROUTES = {
    ("GET", "/"): {"/": 302},
    ("GET", "/<locale:locale>/"): {"/en/": 200, "/xx-wrong/": 404},
    ("GET", "/<locale:locale>/articles/<path:article_id>"): {
        "/en/articles/refund": 200,
        "/en/articles/escalation": 404,
        "/en/articles/unfinished": 404,
    },
    ("GET", "/<locale:locale>/categories/<path:slug>"): {"/en/categories/payment": 200},
    ("GET", "/<locale:locale>/contact"): {"/en/contact": 200},
    ("POST", "/<locale:locale>/contact"): {"/en/contact": 422},
    ("GET", "/<locale:locale>/contact/sent"): {"/en/contact/sent": 404},
    ("POST", "/<locale:locale>/ease"): {"/en/ease": 400},
    ("POST", "/<locale:locale>/feedback"): {"/en/feedback": 400},
    ("POST", "/<locale:locale>/feedback/reason"): {"/en/feedback/reason": 400},
    ("GET", "/<locale:locale>/for"): {"/en/for?url=https://shop.example.com/": 200},
    ("GET", "/<locale:locale>/offline"): {"/en/offline": 200},
    ("POST", "/<locale:locale>/products"): {"/en/products": 303},
    ("GET", "/<locale:locale>/requests"): {"/en/requests": 200},
    ("GET", "/<locale:locale>/requests/<ticket_id>"): {f"/en/requests/{NOBODYS}": 404},
    ("POST", "/<locale:locale>/requests/<ticket_id>"): {f"/en/requests/{NOBODYS}": 404},
    ("POST", "/<locale:locale>/requests/forget"): {"/en/requests/forget": 303},
    ("GET", "/<locale:locale>/search"): {"/en/search?q=refund": 200},
    ("GET", "/<locale:locale>/status"): {"/en/status": 200},
    ("GET", "/<locale:locale>/your-data"): {"/en/your-data": 200},
    ("GET", "/api/v1/articles"): {"/api/v1/articles?locale=en": 200},
    ("GET", "/api/v1/articles/<path:article_id>"): {
        "/api/v1/articles/refund": 200,
        "/api/v1/articles/escalation": 404,
        "/api/v1/articles/unfinished": 404,
    },
    ("POST", "/api/v1/events"): {"/api/v1/events": 400},
    ("GET", "/api/v1/notices"): {"/api/v1/notices": 200},
    ("POST", "/api/v1/notices"): {"/api/v1/notices": 401},
    ("POST", "/api/v1/notices/<notice_id>/end"): {f"/api/v1/notices/{NOBODYS}/end": 401},
    ("GET", "/api/v1/openapi.json"): {"/api/v1/openapi.json": 200},
    ("GET", "/api/v1/search"): {"/api/v1/search?q=refund": 200},
    ("GET", "/api/v1/suggest"): {"/api/v1/suggest?q=refund": 200},
    ("POST", "/api/v1/tickets"): {"/api/v1/tickets": 400},
    ("POST", "/api/v1/tickets/outcomes"): {"/api/v1/tickets/outcomes": 401},
    ("POST", "/api/v1/visitor/delete"): {"/api/v1/visitor/delete": 400},
    ("POST", "/api/v1/visitor/export"): {"/api/v1/visitor/export": 400},
    ("GET", "/assets/<version>/<path:name>"): {
        f"/assets/{NOBODYS}/site.css": 200,
        f"/assets/{NOBODYS}/../../settings.py": 404,
    },
    ("GET", "/for"): {"/for": 302},
    ("GET", "/healthz"): {"/healthz": 200},
    ("GET", "/media/<sha256>/<name>"): {f"/media/{NOBODYS}/way.svg": 404},
    ("GET", "/metrics"): {"/metrics": 401},
    ("GET", "/offline-worker.js"): {"/offline-worker.js": 200},
    ("GET", "/readyz"): {"/readyz": 200},
    ("GET", "/static/<path:filename>"): {"/static/site.css": 200, "/static/../settings.py": 404},
    ("GET", ANY_WIDGET): {"/widget/v1.js": 200},
    ("GET", "/widget/<version>/<name>"): {f"/widget/{NOBODYS}/panel.js": 404},
    ("GET", "/widget/answers/<tag>.json"): {"/widget/answers/en.json": 200},
}
"""Every route that takes no sign-in, addresses of it, and what a bare request is answered."""

NOT_FOR_VISITORS = ("Escalate a refund", "Unfinished refund", "A refund of old")
"""Titles of what is for agents, not published, or gone; the index names all three."""


def public_routes(application):
    for rule in application.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in PUBLIC_BLUEPRINTS | {"static"}:
            yield from ((method, rule.rule) for method in rule.methods - {"HEAD", "OPTIONS"})


def test_every_public_route_is_in_the_table(client):
    assert set(public_routes(client.application)) == PUBLIC_ROUTES.keys()


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_public_route_answers_every_role_as_it_does_visitors(
    sessions, make_client, sign_in_as, role
):
    options = {"metrics_token": "of the operator", "api_token": "of the operator"}
    client = sign_in_as(role, **options) if role else make_client(**options)
    for (method, _), addresses in PUBLIC_ROUTES.items():
        for address, status in addresses.items():
            response = client.open(address, method=method)
            answered, text = response.status_code, response.text
            response.close()  # or a file that is sent stays open
            assert answered == status, (method, address)
            assert not [title for title in NOT_FOR_VISITORS if title in text], address
            assert "/sign-in" not in response.headers.get("Location", ""), address
