"""The doctor: each ill is found, named, and a remedy given."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app import assembly, doctor
from app.doctor import examine
from app.importing import import_folder
from app.indexing import finish_indexing
from app.media import media_path
from app.models import Article, Letter, Media, OutboxEntry, User
from search.calibration import Calibration
from search.fusion import Weights
from tests.store_helpers import PNG, write_tree
from tests.tiny_embedder import TinyEmbedder

OWN = Calibration.of(TinyEmbedder().fingerprint, Weights())


@pytest.fixture
def installation(tmp_path, settings, sessions, monkeypatch):
    """An installation that is well; returns its environment."""
    embedder = TinyEmbedder()
    monkeypatch.setattr("app.assembly.open_embedder", lambda settings: embedder)
    monkeypatch.setattr("search.embed.load_embedder", lambda *names, **options: embedder)
    OWN.write(assembly.calibration_file(settings), {})
    root = write_tree(tmp_path / "articles", {"en/a.md": "# A\nText.", "en/x.png": PNG})
    import_folder(root, session_factory=sessions, settings=settings)
    index = assembly.open_index(settings, embedder)
    finish_indexing(settings, sessions, index)
    index.close()
    return {"KB_VAR_DIR": str(settings.var_dir), "KB_ARTICLES_DIR": str(root)}


def find(environ, name):
    found = [check for check in examine(environ) if check.name == name]
    assert found, f"the doctor did not look at {name}"
    return found[-1]


def test_a_good_installation_is_well(installation):
    levels = {check.name: check.level for check in examine(installation)}
    assert set(levels.values()) == {"ok"}
    assert set(levels) == {
        *("python", "settings", "folder", "secret key", "articles folder", "model"),
        "calibration",
        *("database", "articles", "attachments", "tickets", "letters to staff", "index"),
    }


def test_letters_that_cannot_leave_or_were_given_up_are_noticed(installation, sessions):
    hook = {"KB_NOTIFY_WEBHOOK": "https://chat.example.com"}
    check = find(installation | hook, "letters to staff")
    assert check.level == "fail"
    assert "KB_NOTIFY_WEBHOOK_SECRET" in check.finding
    with sessions.begin() as session:
        kim = User(email="kim@example.com", name="Kim", role="writer")
        session.add(kim)
        session.flush()
        dead = Letter(user_id=kim.id, way="email", article_id="a", locale="en", state="dead")
        session.add(dead)
    check = find(installation, "letters to staff")
    assert (check.level, check.finding) == ("warn", "1 were given up in 30 days")


def test_a_misspelt_setting_is_noticed(installation):
    check = next(c for c in examine(installation | {"KB_SITE_NAM": "x"}) if c.level == "warn")
    assert "KB_SITE_NAM " in check.finding
    assert check.mend == "did you mean KB_SITE_NAME?"


@pytest.mark.parametrize(
    ("percent", "warned"), [(0, False), (4, True), (5, False), (20, False), (21, True)]
)
def test_an_unusual_share_held_out_is_a_warning(installation, percent, warned):
    checks = examine(installation | {"KB_HOLDOUT_PERCENT": str(percent)})
    assert [check.level for check in checks if check.name == "holdout"] == ["warn"] * warned


def test_a_bad_setting_ends_the_examination(installation):
    checks = examine(installation | {"KB_TRUSTED_PROXIES": "many"})
    assert checks[-1].level == "fail"
    assert "KB_TRUSTED_PROXIES" in checks[-1].finding


def test_a_full_disk_is_noticed(installation, monkeypatch):
    monkeypatch.setattr(doctor, "_LEAST_FREE_BYTES", 1 << 62)
    assert find(installation, "folder").level == "fail"


def test_a_folder_that_others_may_look_into_is_noticed(installation, settings):
    settings.var_dir.chmod(0o755)
    check = find(installation, "folder")
    assert (check.level, check.mend) == ("warn", f"chmod 700 {settings.var_dir}")


@pytest.mark.parametrize("rights", [0o640, 0o604])
def test_a_database_that_others_may_read_is_noticed(installation, settings, rights):
    file = settings.var_dir / "kotae.sqlite3"
    file.chmod(rights)
    assert find(installation, "database").level == "ok", "nobody else can enter its folder"
    settings.var_dir.chmod(0o755)
    check = find(installation, "database")
    assert (check.level, check.mend) == ("warn", f"chmod 600 {file}*")
    file.chmod(0o600)
    assert find(installation, "database").level == "ok"


def test_a_key_that_others_may_read_is_noticed(installation, settings):
    find(installation, "secret key")
    (settings.var_dir / "secret_key").chmod(0o644)
    check = find(installation, "secret key")
    assert (check.level, check.mend) == ("warn", f"chmod 600 {settings.var_dir / 'secret_key'}")


def test_a_short_key_is_noticed(installation):
    assert find(installation | {"KB_SECRET_KEY": "abc"}, "secret key").level == "warn"


def test_a_missing_model_is_a_warning_since_keywords_go_on(installation, monkeypatch):
    from search.embed import EmbedderUnavailable

    def fail(*names, **options):
        raise EmbedderUnavailable("There is no model.")

    monkeypatch.setattr("search.embed.load_embedder", fail)
    check = find(installation, "model")
    assert (check.level, check.mend) == ("warn", "./scripts/fetch_model")
    assert "There is no model." in check.finding


def test_a_model_of_which_no_calibration_is_known_is_a_warning(installation, settings):
    assembly.calibration_file(settings).unlink()
    check = find(installation, "calibration")
    assert (check.level, check.mend) == ("warn", "kb calibrate")
    assert "a guess" in check.finding


def test_the_model_that_is_shipped_calibrated_needs_no_calibration(
    installation, settings, monkeypatch
):
    assembly.calibration_file(settings).unlink()
    monkeypatch.setattr("search.calibration.DEFAULT_MODEL", TinyEmbedder().fingerprint)
    assert find(installation, "calibration").level == "ok"


@pytest.mark.parametrize("content", ["{", None], ids=["damaged", "of another model"])
def test_a_calibration_that_is_not_used_is_a_warning(installation, settings, content):
    path = assembly.calibration_file(settings)
    if content is None:
        replace(OWN, fingerprint="another").write(path, {})
    else:
        path.write_text(content)
    check = find(installation, "calibration")
    assert check.level == "warn"
    assert "as shipped" in check.finding
    assert str(path) in check.finding


def test_a_missing_folder_of_articles_is_a_warning(installation, tmp_path):
    environ = installation | {"KB_ARTICLES_DIR": str(tmp_path / "nowhere")}
    assert find(environ, "articles folder").level == "warn"


def test_a_database_without_tables_wants_migrating(tmp_path):
    check = find({"KB_VAR_DIR": str(tmp_path / "fresh")}, "database")
    assert (check.level, check.mend) == ("fail", "kb migrate")


def test_a_database_that_does_not_answer_is_named_without_its_password(installation):
    environ = installation | {"KB_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/n"}
    check = find(environ, "database")
    assert check.level == "fail"
    assert "127.0.0.1" in check.finding
    assert "hunter2" not in check.finding


def test_a_missing_attachment_is_noticed(installation, settings, sessions):
    with sessions() as session:
        media_path(settings.media_dir, session.scalars(select(Media.sha256)).one()).unlink()
    check = find(installation, "attachments")
    assert check.level == "fail"
    assert check.finding.startswith("1 of 1")


def test_changes_that_wait_are_noticed(installation, sessions):
    with sessions() as session:
        session.add(OutboxEntry(document_id="a@en", action="put"))
        session.commit()
    check = find(installation, "index")
    assert (check.level, "1 waiting" in check.finding) == ("warn", True)


def test_an_index_that_lost_articles_is_noticed(installation, sessions):
    with sessions() as session:
        session.scalars(select(Article)).one().status = "draft"
        session.commit()
    assert find(installation, "articles").level == "warn"
    check = find(installation, "index")
    assert (check.level, check.mend) == ("fail", "kb reindex --all")


def test_a_missing_index_is_noticed(installation, settings):
    (settings.index_dir / "CURRENT").unlink()
    for folder in settings.index_dir.iterdir():
        if folder.is_dir():
            folder.rename(settings.var_dir / folder.name)
    check = find(installation, "index")
    assert (check.level, check.mend) == ("fail", "kb reindex")
