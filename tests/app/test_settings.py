"""Settings: defaults, every kind of value, and errors that name the variable."""

import stat
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from app.settings import Settings, SettingsError, describe_settings
from app.sign_in_settings import is_safe_address, role_for, shares_for
from app.signing import signing_key


def test_without_any_variable_everything_lies_in_var_of_the_working_directory(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({})
    assert settings.var_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/kotae.sqlite3"
    assert settings.cache_dir == tmp_path / "var" / "cache"
    assert settings.models_dir == tmp_path / "var" / "models"
    assert settings.articles_dir == tmp_path / "articles"
    assert settings.locales == ("en", "ko", "ja", "zh", "zh-Hant")


def test_a_folder_that_was_set_is_not_derived_even_if_it_is_the_usual_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({"KB_VAR_DIR": "elsewhere", "KB_CACHE_DIR": "var/cache"})
    assert settings.cache_dir == tmp_path / "var" / "cache"
    assert settings.models_dir == tmp_path / "elsewhere" / "models"


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_env({"KB_SITE_NAME": ""}).site_name == "Help center"


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("KB_DATABASE_URL", "postgres://u:p@h/n", "database_url", "postgresql+psycopg://u:p@h/n"),
        ("KB_DATABASE_URL", "sqlite:////tmp/x.db", "database_url", "sqlite:////tmp/x.db"),
        ("KB_LOCALES", "en, zh-tw ,en", "locales", ("en", "zh-TW")),
        (
            "KB_ALLOWED_ORIGINS",
            "https://A.example/,*",
            "allowed_origins",
            ("https://a.example", "*"),
        ),
        ("KB_BASE_URL", "https://help.example.com/", "base_url", "https://help.example.com"),
        ("KB_RATE_SEARCH", "10 Per Hour", "rate_search", "10 per hour"),
        ("KB_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("KB_KEYWORD_ENGINE", "Tantivy", "keyword_engine", "tantivy"),
        ("KB_PASSAGE_PROMPT", "passage: ", "passage_prompt", "passage: "),
        ("KB_ARTICLES_DIR", "/srv/articles", "articles_dir", Path("/srv/articles")),
    ],
)
def test_a_good_value_is_read(name, text, field, value):
    assert getattr(Settings.from_env({name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("KB_DATABASE_URL", "mysql://h/n", "sqlite:"),
        ("KB_DATABASE_URL", "sqlite://", "sqlite:"),
        ("KB_DATABASE_URL", "nonsense", "sqlite:"),
        ("KB_EMBEDDING_RUNTIME", "torch", "auto, onnx, sentence-transformers"),
        ("KB_EMBEDDING_THREADS", "0", "from 1 to 64"),
        ("KB_EMBEDDING_THREADS", "two", "from 1 to 64"),
        ("KB_EMBEDDING_THREADS", "9" * 5000, "from 1 to 64"),
        ("KB_DEFAULT_LOCALE", "english", "language tag"),
        ("KB_LOCALES", " , ", "language tags"),
        ("KB_LOCALES", "en,faq", "language tag"),
        ("KB_ALLOWED_ORIGINS", "shop.example.com", "origins"),
        ("KB_ALLOWED_ORIGINS", "https://shop.example.com/help", "origins"),
        ("KB_ALLOWED_ORIGINS", "https://[::1", "origins"),
        ("KB_BASE_URL", "help.example.com", "https://"),
        ("KB_CONTACT_EMAIL", "somebody", "e-mail"),
        ("KB_RATE_EVENTS", "often", "60/minute"),
        ("KB_RATE_EVENTS", "0/minute", "60/minute"),
        ("KB_EVENT_RETENTION_DAYS", "-1", "from 1"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_what_is_allowed(name, text, allowed):
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({name: text})
    assert name in refused.value.message
    assert allowed in refused.value.message


def test_a_default_language_that_is_not_offered_is_refused():
    with pytest.raises(SettingsError, match="KB_DEFAULT_LOCALE"):
        Settings.from_env({"KB_DEFAULT_LOCALE": "fr"})


def test_no_secret_shows_in_errors_or_in_the_representation():
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"KB_DATABASE_URL": "mysql://user:hunter2@h/n"})
    assert "hunter2" not in refused.value.message
    secrets = {
        "KB_DATABASE_URL": "postgresql://u:hunter2@h/n",
        "KB_SECRET_KEY": "hunter2",
        "KB_OUTCOMES_SECRET": "hunter2",
        "KB_METRICS_TOKEN": "hunter2",
    }
    assert "hunter2" not in repr(Settings.from_env(secrets))


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().site_name = "Other"


def test_every_setting_is_described_once():
    described = describe_settings()
    assert len({each.name for each in described}) == len(described)
    assert all(each.name.startswith("KB_") and each.meaning for each in described)
    assert {each.name for each in described if each.secret} >= {"KB_SECRET_KEY", "KB_DATABASE_URL"}


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    settings = Settings(var_dir=tmp_path / "var")
    key = signing_key(settings)
    assert len(key) >= 48
    assert signing_key(settings) == key
    path = settings.var_dir / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in settings.var_dir.iterdir()] == ["secret_key"]


def test_a_key_that_was_set_is_used_and_nothing_is_written(tmp_path):
    settings = Settings(var_dir=tmp_path / "var", secret_key="k" * 40)
    assert signing_key(settings) == "k" * 40
    assert not settings.var_dir.exists()


def test_processes_that_start_together_get_the_same_key(tmp_path):
    settings = Settings(var_dir=tmp_path / "var")
    barrier = threading.Barrier(8)
    keys = []

    def ask():
        barrier.wait()
        keys.append(signing_key(settings))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert len(keys) == 8


def test_a_key_file_that_was_cut_short_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("short", encoding="ascii")
    with pytest.raises(SettingsError, match="too short"):
        signing_key(Settings(var_dir=tmp_path))


PROVIDER = {
    "KB_OIDC_ISSUER": "https://login.example.com/staff/",
    "KB_OIDC_CLIENT_ID": "kotae",
    "KB_OIDC_ROLES": "help=writer; cn=Leads,ou=Help=Publisher;",
}


def test_a_provider_is_read_to_the_letter():
    settings = Settings.from_env(PROVIDER | {"KB_OIDC_SCOPES": "email,groups"})
    assert settings.oidc_issuer == "https://login.example.com/staff/"
    assert settings.oidc_roles == (("help", "writer"), ("cn=Leads,ou=Help", "publisher"))
    assert settings.oidc_scopes == ("openid", "email", "groups")
    assert settings.allows_passwords
    assert role_for(settings, ["help", "cn=Leads,ou=Help"]) == "publisher"
    assert role_for(settings, ["else"]) is None


LIMITED = "korea=writer@*:ko; cn=Pay,ou=Help=Publisher@payment; cards=reviewer@pay/cards:zh-hant"


@pytest.mark.parametrize(
    ("groups", "role", "shares"),
    [
        (["korea"], "writer", {("writer", "", "ko")}),
        (["cn=Pay,ou=Help"], "publisher", {("publisher", "payment", "")}),
        (
            ["cards", "korea"],
            "reviewer",
            {("reviewer", "pay/cards", "zh-Hant"), ("writer", "", "ko")},
        ),
        (["korea", "all-read"], "writer", {("writer", "", "ko"), ("reader", "", "")}),
        (["korea", "help"], "writer", set()),
        (["cards", "help"], "reviewer", {("reviewer", "pay/cards", "zh-Hant"), ("writer", "", "")}),
        (["korea", "boss"], "owner", set()),
        (["else"], "reader", set()),
    ],
)
def test_a_group_may_have_a_role_in_some_places_only(groups, role, shares):
    roles = PROVIDER["KB_OIDC_ROLES"] + "all-read=reader; boss=owner"
    given = {"KB_OIDC_ROLES": roles, "KB_OIDC_GRANTS": LIMITED, "KB_OIDC_DEFAULT_ROLE": "reader"}
    settings = Settings.from_env(PROVIDER | given)
    assert role_for(settings, groups) == role
    assert shares_for(settings, groups) == shares


def test_groups_that_are_limited_are_enough_to_sign_in():
    only = PROVIDER | {"KB_OIDC_ROLES": "", "KB_OIDC_GRANTS": LIMITED}
    settings = Settings.from_env(only)
    assert role_for(settings, ["korea"]) == "writer"
    assert role_for(settings, ["else"]) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"KB_OIDC_GRANTS": "korea=writer"},
        {"KB_OIDC_GRANTS": "korea=writer@*:*"},
        {"KB_OIDC_GRANTS": "korea=admin@pay"},
        {"KB_OIDC_GRANTS": "korea=writer@No Path"},
        {"KB_OIDC_GRANTS": "korea=writer@pay:no-language-at-all"},
        {"KB_OIDC_GRANTS": "=writer@pay"},
        {"KB_OIDC_ISSUER": "http://login.example.com"},
        {"KB_OIDC_ISSUER": "https://login.example.com?x=1"},
        {"KB_OIDC_CLIENT_ID": ""},
        {"KB_OIDC_ROLES": ""},
        {"KB_OIDC_ROLES": "help=boss"},
        {"KB_OIDC_ROLES": "writer"},
        {"KB_OIDC_DEFAULT_ROLE": "boss"},
        {"KB_OIDC_ISSUER": "", "KB_PASSWORD_SIGN_IN": "off"},
    ],
)
def test_a_provider_by_which_nobody_could_sign_in_is_refused(changes):
    with pytest.raises(SettingsError):
        Settings.from_env(PROVIDER | changes)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example.com/x", True),
        ("http://localhost:9400", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]/", True),
        ("http://10.0.0.1/", False),
        ("http://localhost.example.com/", False),
        ("https:///x", False),
        ("ftp://localhost/", False),
        ("http://[", False),
    ],
)
def test_secrets_go_by_tls_or_stay_on_this_machine(address, safe):
    assert is_safe_address(address) is safe
