"""What an operator can set, read once from KB_* environment variables.

The declarations below are also the table that the README prints; a test holds them together.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import setting_values as values
from app.account_settings import AccountSettings
from app.deflection_settings import DeflectionSettings
from app.delivery_settings import DeliverySettings
from app.errors import KotaeError
from app.link_settings import LinkSettings
from app.setting_fields import SettingDescription
from app.setting_fields import setting as _setting
from app.sign_in_settings import SignInSettings, find_fault
from app.site_settings import SiteSettings
from app.translation_settings import TranslationSettings


class SettingsError(KotaeError):
    """A setting has a value that cannot be used; the message names it and what is allowed."""

    code = "bad-setting"
    status = 500


_PARTS = (
    AccountSettings,
    DeflectionSettings,
    DeliverySettings,
    LinkSettings,
    SignInSettings,
    TranslationSettings,
    SiteSettings,
)


@dataclass(frozen=True)
class Settings(
    AccountSettings,
    DeflectionSettings,
    DeliverySettings,
    LinkSettings,
    SignInSettings,
    TranslationSettings,
    SiteSettings,
):
    """Every setting with its value. Build it by `from_env`, or directly in tests."""

    var_dir: Path = _setting(
        "KB_VAR_DIR",
        "var",
        "Folder for everything that is written",
        values.read_path,
        shown="./var",
    )
    database_url: str = _setting(
        "KB_DATABASE_URL",
        "",
        "Database: `sqlite:////path` or `postgresql://user:password@host/name`",
        values.read_database_url,
        shown="`kotae.sqlite3` in KB_VAR_DIR",
        secret=True,
    )
    articles_dir: Path = _setting(
        "KB_ARTICLES_DIR",
        "articles",
        "Folder of Markdown that `kb serve` imports at its start",
        values.read_path,
        shown="./articles",
    )
    cache_dir: Path = _setting(
        "KB_CACHE_DIR",
        "",
        "Folder of the embedding cache; it may be deleted",
        values.read_path_or_none,
        shown="`cache` in KB_VAR_DIR",
    )
    models_dir: Path = _setting(
        "KB_MODELS_DIR",
        "",
        "Folder of embedding models",
        values.read_path_or_none,
        shown="`models` in KB_VAR_DIR",
    )
    embedding_model: str = _setting(
        "KB_EMBEDDING_MODEL",
        "multilingual-e5-small",
        "Embedding model: a folder in KB_MODELS_DIR, a path, or a hub name such as `BAAI/bge-m3`",
        values.read_text,
    )
    embedding_runtime: str = _setting(
        "KB_EMBEDDING_RUNTIME",
        "auto",
        "What computes embeddings: `auto`, `onnx` or `sentence-transformers`",
        values.read_choice("auto", "onnx", "sentence-transformers"),
    )
    embedding_threads: int = _setting(
        "KB_EMBEDDING_THREADS",
        "1",
        "Threads that one process uses for embedding",
        values.read_whole_number(1, 64),
    )
    query_prompt: str = _setting(
        "KB_QUERY_PROMPT",
        "",
        "Text put before a query when the model does not name one itself",
        str,
        shown="the model's own",
    )
    passage_prompt: str = _setting(
        "KB_PASSAGE_PROMPT",
        "",
        "Text put before a passage when the model does not name one itself",
        str,
        shown="the model's own",
    )
    keyword_engine: str = _setting(
        "KB_KEYWORD_ENGINE",
        "auto",
        "Keyword engine: `whoosh`, `tantivy`, or `auto` (whoosh up to about 500 articles)",
        values.read_choice("auto", "whoosh", "tantivy"),
    )
    secret_key: str = _setting(
        "KB_SECRET_KEY",
        "",
        "Key that signs links and forms; keep it secret and the same on every machine",
        values.read_text,
        shown="made once, kept in KB_VAR_DIR/secret_key",
        secret=True,
    )
    default_locale: str = _setting(
        "KB_DEFAULT_LOCALE",
        "en",
        "Language of articles and visitors that name none",
        values.read_locale,
    )
    locales: tuple[str, ...] = _setting(
        "KB_LOCALES",
        "en,ko,ja,zh,zh-Hant",
        "Languages that the help center offers",
        values.read_locales,
    )
    base_url: str = _setting(
        "KB_BASE_URL",
        "",
        "Public address of the help center, for absolute links",
        values.read_base_url,
        shown="taken from the request",
    )
    contact_email: str = _setting(
        "KB_CONTACT_EMAIL",
        "",
        "Address shown to visitors who need a person",
        values.read_email,
        shown="none",
    )
    allowed_origins: tuple[str, ...] = _setting(
        "KB_ALLOWED_ORIGINS",
        "",
        "Sites whose pages may call the API from a browser: origins separated by commas, or `*`",
        values.read_origins,
        shown="none",
    )
    trusted_proxies: int = _setting(
        "KB_TRUSTED_PROXIES",
        "0",
        "Reverse proxies in front of the server whose headers are believed",
        values.read_whole_number(0, 10),
    )
    rate_suggest: str = _setting(
        "KB_RATE_SUGGEST", "600/minute", "Suggestion requests one client may make", values.read_rate
    )
    rate_search: str = _setting(
        "KB_RATE_SEARCH", "120/minute", "Searches one client may make", values.read_rate
    )
    rate_events: str = _setting(
        "KB_RATE_EVENTS", "240/minute", "Batches of events one client may send", values.read_rate
    )
    rate_tickets: str = _setting(
        "KB_RATE_TICKETS", "10/hour", "Contact forms one client may send", values.read_rate
    )
    demo: str = _setting(
        "KB_DEMO",
        "off",
        "Pages of a made-up shop at `/demo` that embed the widget: `on` or `off`",
        values.read_choice("off", "on"),
    )
    api_token: str = _setting(
        "KB_API_TOKEN",
        "",
        "Bearer token with which other programs write notices",
        values.read_text,
        shown="none: writing is refused",
        secret=True,
    )
    metrics_token: str = _setting(
        "KB_METRICS_TOKEN",
        "",
        "Bearer token that `/metrics` asks for",
        values.read_text,
        shown="none: open",
        secret=True,
    )

    def __post_init__(self) -> None:
        """Fill what is derived from `var_dir` where it was not set."""
        derived: dict[str, object] = {
            "cache_dir": self.var_dir / "cache",
            "models_dir": self.var_dir / "models",
            "database_url": f"sqlite:///{self.var_dir / 'kotae.sqlite3'}",
        }
        for name, value in derived.items():
            if getattr(self, name) in (values.NO_PATH, ""):
                object.__setattr__(self, name, value)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read settings from `environ` (the process's own by default).

        An empty variable counts as not set. Raises SettingsError for the first bad value.
        """
        source = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            description: SettingDescription = field.metadata["setting"]
            text = source.get(description.name, "")
            if text:
                given[field.name] = _read(description, field.metadata["read"], text)
        settings = cls(**given)
        if settings.default_locale not in settings.locales:
            raise SettingsError(
                f"KB_DEFAULT_LOCALE is {settings.default_locale}, which KB_LOCALES does not list."
            )
        fault = find_fault(settings)
        if fault:
            raise SettingsError(fault)
        return settings

    @property
    def index_dir(self) -> Path:
        """Folder of the search index, derived data."""
        return self.var_dir / "index"

    @property
    def calibration_file(self) -> Path:
        """Where `kb calibrate` leaves what it found."""
        return self.var_dir / "calibration.json"

    @property
    def media_dir(self) -> Path:
        """Folder of images and attachments, named by their SHA-256."""
        return self.var_dir / "media"


def describe_settings() -> tuple[SettingDescription, ...]:
    """The settings table, for the README and `kb doctor`: how it runs, then each part's own."""
    later = [{field.name for field in dataclasses.fields(part)} for part in _PARTS]
    fields = sorted(
        dataclasses.fields(Settings),
        key=lambda field: next((n for n, names in enumerate(later, 1) if field.name in names), 0),
    )
    return tuple(field.metadata["setting"] for field in fields)


def _read(description: SettingDescription, read: Callable[[str], Any], text: str) -> Any:
    shown = "its value" if description.secret else repr(text)
    try:
        return read(text)
    except ValueError as error:
        raise SettingsError(f"{description.name} cannot be {shown}; it must be {error}.") from None
