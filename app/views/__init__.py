"""The faces of the application: pages for people, JSON for programs, checks for operators."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from app.cli import register_commands
from app.settings import Settings
from app.views.accounts import accounts_blueprint
from app.views.api import api_blueprint
from app.views.assets import install_assets
from app.views.contact import contact_blueprint
from app.views.contextual import contextual_blueprint
from app.views.demo import demo_blueprint
from app.views.ease import ease_blueprint
from app.views.editor import editor_blueprint
from app.views.failures import install_failures
from app.views.headers import install_headers
from app.views.help import help_blueprint
from app.views.improvements import improvements_blueprint
from app.views.insights import insights_blueprint
from app.views.media import media_blueprint
from app.views.my_requests import requests_blueprint
from app.views.notices import notices_blueprint
from app.views.notifications import notifications_blueprint
from app.views.oidc import oidc_blueprint
from app.views.ops import install_measuring, ops_blueprint
from app.views.pages import install_pages
from app.views.results import results_blueprint
from app.views.scope import Parts, install_scope, site
from app.views.widget import widget_blueprint
from app.views.your_data import your_data_blueprint

LARGEST_BODY = 512 * 1024
"""Bytes of a request's body; a hundred events with their values fit."""


def assemble(parts: Parts) -> Flask:
    """The Flask application around `parts`."""
    app = Flask("app")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _trust_proxies(app, parts.settings)
    install_scope(app, parts)
    install_measuring(app)
    install_failures(app)
    install_headers(app)
    install_pages(app)
    install_assets(app, parts.settings)
    limiter = _limit_rates(app)
    app.register_blueprint(api_blueprint(parts.settings, limiter))
    app.register_blueprint(notices_blueprint())
    app.register_blueprint(ops_blueprint())
    app.register_blueprint(media_blueprint())
    app.register_blueprint(widget_blueprint())
    if parts.settings.demo == "on":
        app.register_blueprint(demo_blueprint())
    app.register_blueprint(contact_blueprint(parts.settings, limiter))
    app.register_blueprint(requests_blueprint(parts.settings, limiter))
    app.register_blueprint(contextual_blueprint(parts.settings, limiter))
    app.register_blueprint(results_blueprint(parts.settings, limiter))
    app.register_blueprint(help_blueprint(parts.settings, limiter))
    app.register_blueprint(ease_blueprint(parts.settings, limiter))
    app.register_blueprint(your_data_blueprint())
    app.register_blueprint(accounts_blueprint(limiter))
    app.register_blueprint(oidc_blueprint(parts.settings, limiter))
    app.register_blueprint(notifications_blueprint())
    app.register_blueprint(editor_blueprint())
    app.register_blueprint(insights_blueprint())
    app.register_blueprint(improvements_blueprint())
    register_commands(app)
    return app


def _trust_proxies(app: Flask, settings: Settings) -> None:
    count = settings.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=0
        )


def _client() -> str:
    """Who is counted: an address, for each embedding site anew. Unknown keys are refused before."""
    embedding = site()
    address = get_remote_address()
    return f"{embedding.key} {address}" if embedding else address


def _limit_rates(app: Flask) -> Limiter:
    """Counts are kept in each worker's memory: with n workers a client may make up to n times as
    many requests. That keeps floods out without a store to run; a proxy can be stricter."""
    return Limiter(
        _client,
        app=app,
        storage_uri="memory://",
        strategy="moving-window",
        headers_enabled=True,
    )
