"""Kotae: a self-service knowledge base. `create_app` assembles the web application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this package too, and needs no Flask to do so
    from flask import Flask

    from app.settings import Settings
    from app.views.scope import ServingIndex
    from search.embed import Embedder


def create_app(
    settings: Settings | None = None,
    *,
    index: ServingIndex | None = None,
    embedder: Embedder | None = None,
) -> Flask:
    """The web application for `settings` (read from the environment by default).

    `index` and `embedder` replace those that the settings name. Nothing is connected to, and no
    thread is started, before the first request. Raises SettingsError.
    """
    from app.assembly import open_embedder, open_index
    from app.db import create_database_engine, session_factory
    from app.metrics import Metrics
    from app.settings import Settings
    from app.views import assemble
    from app.views.scope import Parts

    settings = settings or Settings.from_env()
    if index is None:
        index = open_index(settings, embedder or open_embedder(settings))
    parts = Parts(
        settings=settings,
        sessions=session_factory(create_database_engine(settings)),
        index=index,
        metrics=Metrics(),
    )
    return assemble(parts)
