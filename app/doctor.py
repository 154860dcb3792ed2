"""Looking an installation over: what is well, what is not, and how to mend it."""

from __future__ import annotations

import difflib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.db import create_database_engine, session_factory
from app.errors import KotaeError
from app.indexing import count_waiting
from app.media import media_path
from app.migrating import head_revision, require_current
from app.models import Article, Media, utc_now
from app.notifications.sending import count_dead_letters
from app.notifications.ways import open_ways
from app.private_folders import is_open_to_others
from app.settings import Settings, SettingsError, describe_settings
from app.signing import signing_key
from app.ticket_delivery.channels import open_channels
from app.ticket_delivery.queue import count_dead

Level = Literal["ok", "warn", "fail"]
_LEAST_FREE_BYTES = 500 * 1024**2
_OTHER_VARIABLES = frozenset({"KB_SHARED_DIR"})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    level: Level
    finding: str
    mend: str = ""
    """What to do; empty when nothing is to be done."""

    def to_line(self) -> str:
        """One line for people."""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{self.level:4}  {self.name}: {self.finding}{mend}"

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "name": self.name,
            "level": self.level,
            "finding": self.finding,
            "mend": self.mend,
        }


def examine(environ: Mapping[str, str] | None = None) -> list[Check]:
    """Look at everything; never raises for what it finds, and changes nothing but the secret key.

    `environ` holds the settings (the process's own by default).
    """
    variables = os.environ if environ is None else environ
    checks = [_check_python(), *_check_names(variables)]
    try:
        settings = Settings.from_env(variables)
    except KotaeError as error:
        return [*checks, Check("settings", "fail", error.message, "correct the variable")]
    checks.append(Check("settings", "ok", "all values can be used"))
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _check_folder,
        _check_secret,
        _check_holdout,
        _check_articles_folder,
        _check_model,
        _check_database,
    )
    for look in looks:
        checks.extend(look(settings))
    return checks


def _check_python() -> Check:
    # An older Python does not come this far: the distribution refuses to be installed.
    return Check("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _check_names(variables: Mapping[str, str]) -> Iterator[Check]:
    known = [description.name for description in describe_settings()]
    for name in sorted(variables):
        if name.startswith("KB_") and name not in known and name not in _OTHER_VARIABLES:
            near = difflib.get_close_matches(name, known, 1)
            mend = f"did you mean {near[0]}?" if near else "remove it"
            yield Check("settings", "warn", f"{name} is not a setting", mend)


def _check_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.var_dir
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK | os.X_OK):
        mend = "give this user the right to write there, or set KB_VAR_DIR"
        yield Check("folder", "fail", f"{folder} cannot be written", mend)
        return
    free = shutil.disk_usage(existing).free
    finding = f"{folder}, {free / 1024**3:.1f} GB free"
    if free < _LEAST_FREE_BYTES:
        yield Check("folder", "fail", finding, "make room on the disk")
    elif folder.exists() and is_open_to_others(folder):
        yield Check("folder", "warn", f"others may look into {finding}", f"chmod 700 {folder}")
    else:
        yield Check("folder", "ok", finding)


def _check_secret(settings: Settings) -> Iterator[Check]:
    if settings.secret_key:
        short = len(settings.secret_key) < 32
        level: Level = "warn" if short else "ok"
        mend = "set at least 32 random characters" if short else ""
        yield Check("secret key", level, "KB_SECRET_KEY is " + ("short" if short else "set"), mend)
        return
    path = settings.var_dir / "secret_key"
    try:
        signing_key(settings)
    except KotaeError as error:
        yield Check("secret key", "fail", error.message, "mend the file or set KB_SECRET_KEY")
        return
    if is_open_to_others(path):
        yield Check("secret key", "warn", f"others may read {path}", f"chmod 600 {path}")
    else:
        yield Check("secret key", "ok", str(path))


def _check_holdout(settings: Settings) -> Iterator[Check]:
    """Fewer than 5% take very long to tell anything, more than 20% do without help for little."""
    percent = settings.holdout_percent
    if percent and not 5 <= percent <= 20:
        finding = f"{percent}% of visitors are held out"
        yield Check("holdout", "warn", finding, "set KB_HOLDOUT_PERCENT from 5 to 20, or to 0")


def _check_articles_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.articles_dir
    if folder.is_dir():
        yield Check("articles folder", "ok", str(folder))
    else:
        mend = "set KB_ARTICLES_DIR, or ignore this and use `kb import DIR`"
        yield Check("articles folder", "warn", f"{folder} is not a folder", mend)


def _check_model(settings: Settings) -> Iterator[Check]:
    from search.embed import EmbedderUnavailable, load_embedder

    try:
        embedder = load_embedder(
            settings.embedding_model,
            models_dir=settings.models_dir,
            runtime=settings.embedding_runtime,  # type: ignore[arg-type]  # checked when read
            threads=settings.embedding_threads,
            query_prompt=settings.query_prompt or None,
            passage_prompt=settings.passage_prompt or None,
        )
        # Really computes one: a file may be there and be damaged.
        vector = embedder.encode_queries(["answer"])
    except EmbedderUnavailable as error:
        yield Check(
            "model", "warn", f"search is by keywords only: {error}", "./scripts/fetch_model"
        )
        return
    finding = f"{settings.embedding_model}, {vector.shape[1]} dimensions, {embedder.fingerprint}"
    yield Check("model", "ok", finding)
    yield _check_calibration(settings, embedder.fingerprint)


def _check_calibration(settings: Settings, fingerprint: str) -> Check:
    from app.assembly import calibration_file
    from search.calibration import Calibration, CalibrationError, is_shipped

    path = calibration_file(settings)
    try:
        own = Calibration.read(path)
    except CalibrationError as error:
        return Check("calibration", "warn", f"as shipped: {error}", "kb calibrate, or delete it")
    if own is not None and own.fingerprint == fingerprint:
        return Check("calibration", "ok", f"{path}, floor {own.floor:.3f}")
    if own is not None:
        finding = f"as shipped: {path} was made with another model"
        return Check("calibration", "warn", finding, "kb calibrate, or delete it")
    if is_shipped(fingerprint):
        return Check("calibration", "ok", "as shipped for this model")
    finding = "none is known for this model: its scores are a guess, and so is when to be silent"
    return Check("calibration", "warn", finding, "kb calibrate")


def _check_database(settings: Settings) -> Iterator[Check]:
    try:
        engine = create_database_engine(settings)
    except KotaeError as error:
        yield Check("database", "fail", error.message, "correct KB_DATABASE_URL or KB_VAR_DIR")
        return
    shown = engine.url.render_as_string()
    try:
        with engine.connect() as connection:
            require_current(connection)
        yield _judge_database(engine, f"{shown}, schema {head_revision()}")
        yield from _check_content(engine, settings)
    except KotaeError as error:
        yield Check("database", "fail", f"{shown}: {error.message}", "kb migrate")
    except DBAPIError as error:
        mend = "start the database, or correct KB_DATABASE_URL"
        yield Check("database", "fail", f"{shown} does not answer: {error.orig}", mend)
    finally:
        engine.dispose()


def _judge_database(engine: Engine, finding: str) -> Check:
    """The database answers; whether its file, if it is one, is for its owner only."""
    file = Path(engine.url.database or "")
    is_file = engine.url.get_backend_name() == "sqlite" and file.is_file()
    # Nobody comes at a file whose folder they cannot enter.
    if is_file and is_open_to_others(file) and is_open_to_others(file.parent):
        return Check("database", "warn", f"others may read {finding}", f"chmod 600 {file}*")
    return Check("database", "ok", finding)


def _check_content(engine: Engine, settings: Settings) -> Iterator[Check]:
    sessions = session_factory(engine)
    with sessions() as session:
        visible = select(func.count()).select_from(Article).where(Article.visible(utc_now()))
        articles = session.scalar(visible) or 0
        hashes = session.scalars(select(Media.sha256)).all()
    missing = [name for name in hashes if not media_path(settings.media_dir, name).is_file()]
    if articles:
        yield Check("articles", "ok", f"{articles} published")
    else:
        yield Check("articles", "warn", "none is published", "kb import DIR")
    if missing:
        finding = (
            f"{len(missing)} of {len(hashes)} attachments are missing from {settings.media_dir}"
        )
        yield Check("attachments", "fail", finding, "kb import the folder again, or kb restore")
    else:
        yield Check("attachments", "ok", f"{len(hashes)} stored")
    yield _check_deliveries(sessions, settings)
    yield _check_letters(sessions, settings)
    yield from _check_index(settings, articles, count_waiting(sessions))


def _check_deliveries(sessions: sessionmaker[Session], settings: Settings) -> Check:
    """Whether tickets can leave, and whether any was given up."""
    try:
        ways = ", ".join(open_channels(settings)) or "the database only"
    except SettingsError as error:
        return Check("tickets", "fail", error.message, "set it, or change KB_TICKET_DELIVERY")
    dead = count_dead(sessions)
    if dead:
        return Check("tickets", "warn", f"{dead} deliveries were given up", "kb ticket deliveries")
    return Check("tickets", "ok", f"go to {ways}")


def _check_letters(sessions: sessionmaker[Session], settings: Settings) -> Check:
    """Whether staff can be told of what happened, and whether any letter was given up."""
    try:
        ways = ", ".join(open_ways(settings))
    except SettingsError as error:
        return Check("letters to staff", "fail", error.message, "set it")
    dead = count_dead_letters(sessions)
    if dead:
        hint = "their readers see why under /account/notifications"
        return Check("letters to staff", "warn", f"{dead} were given up in 30 days", hint)
    return Check("letters to staff", "ok", f"go by {ways}" if ways else "nobody is told")


def _check_index(settings: Settings, articles: int, waiting: int) -> Iterator[Check]:
    from app.assembly import open_embedder, open_index

    index = open_index(settings, open_embedder(settings))
    try:
        state = index.state()
    finally:
        index.close()
    finding = f"{state.documents} documents, {state.engine or 'no engine'}, {waiting} waiting"
    if state.stale:
        yield Check("index", "fail", f"{finding}: {state.degraded}", "kb reindex")
    elif waiting:
        yield Check("index", "warn", finding, "kb reindex, or start the server")
    elif state.documents != articles:
        mend = "kb reindex --all"
        yield Check("index", "fail", f"{finding}, but {articles} articles are published", mend)
    elif state.degraded:
        yield Check("index", "warn", f"{finding}: {state.degraded}", "see the line about the model")
    else:
        yield Check("index", "ok", finding)
