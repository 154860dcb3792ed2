"""What hostile files, requests and archives must not be able to do; each was possible once."""

import io
import json
import logging
import re
import stat
import subprocess
import sys
import tarfile

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.backup import backup
from app.db import create_database_engine
from app.migrating import upgrade
from app.models import Article, ArticleMedia, Media, Redirect, Ticket, TicketOutcome
from app.payload import BadJson, parse_json
from app.restoring import RestoreRefused, restore
from app.server import _Server
from app.settings import Settings
from app.ticket_outcomes import Outcome, record_outcome
from tests.help_center import UPDATED

SECONDS = 10
"""More than any of the timed calls takes by a factor of a hundred; without their bounds, days."""


def run_for_at_most(statement):
    """Run Python in a process of its own: a regular expression cannot be interrupted."""
    subprocess.run([sys.executable, "-c", statement], timeout=SECONDS, check=True)


@pytest.mark.parametrize("end", ["\\r\\n", "\\n", "\\r"])
def test_a_rule_at_the_top_of_a_long_file_is_read_at_once(end):
    run_for_at_most(
        "from app.front_matter import parse_source\n"
        f"text = b'---{end}' + b'Not front matter.{end}' * 20000\n"
        "assert parse_source(text).body == text.decode()"
    )


def test_a_row_of_comments_is_sniffed_at_once():
    run_for_at_most(
        "from app.media import sniff_media_type\n"
        "assert sniff_media_type(b'<!---->' * 500 + b'x') == 'text/plain'\n"
        "assert sniff_media_type(b'<!---->' * 500 + b'<svg>') == 'image/svg+xml'"
    )


@pytest.mark.parametrize("heading", ["'a' + ' ' * 500000 + 'b'", "'*a ' * 500000"])
def test_a_monstrous_first_heading_is_read_at_once(heading):
    run_for_at_most(
        "from app.article_fields import find_title\n"
        f"assert find_title('# ' + {heading}).startswith(('a', '*a *a'))"
    )


def test_a_line_of_nothing_but_list_marks_is_rendered_at_once():
    run_for_at_most(
        "from app.render import render\n"
        "nothing = lambda target: None\n"
        "for text in ('- ' * 100000 + 'x', '1. ' * 100000 + 'x', '- ' * 50000 + 'x -'):\n"
        "    done = render(text, resolve_link=nothing, resolve_media=nothing)\n"
        "    assert 'x' in done.html and done.warnings"
    )


def test_line_breaks_in_the_name_of_a_file_are_no_header(client, sessions, settings):
    sha256 = "ab" + "0" * 62
    path = settings.media_dir / "ab" / sha256
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    with sessions.begin() as session:
        session.add(Media(sha256=sha256, media_type="text/plain", size=1, created_at=UPDATED))
        refund = session.scalars(select(Article).where(Article.article_id == "refund")).first()
        session.add(ArticleMedia(article_pk=refund.id, sha256=sha256))
    with client.get(f"/media/{sha256}/a.txt") as shown:
        assert shown.status_code == 200
    refused = client.get(f"/media/{sha256}/a%0d%0aX-Forged:%201")
    assert refused.status_code == 404
    assert "X-Forged" not in refused.headers


def test_invented_methods_make_no_time_series(client):
    for number in range(3):
        client.open("/healthz", method=f"INVENTED{number}")
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    assert not any("INVENTED" in line for line in lines)
    assert 'kotae_requests_total{method="(other)",route="(none)",status="405"} 3.0' in lines


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_beyond_measure_is_no_json(number):
    with pytest.raises(BadJson, match="beyond measure"):
        parse_json(f'{{"value": [{number}]}}'.encode())


def test_an_ordinary_number_is_read_as_it_is():
    assert parse_json(b'{"value": [1.5, -2e3, 7]}') == {"value": [1.5, -2000.0, 7]}


def test_an_address_without_its_slash_leads_to_this_site_whatever_host_is_claimed(client):
    response = client.get("/en?a=%C3%A9", headers={"Host": "forged.example"})
    assert response.status_code == 308
    assert response.headers["Location"] == "/en/?a=%C3%A9"


def test_an_old_address_is_asked_for_anew_in_each_language(client, sessions):
    with sessions.begin() as session:
        for article in session.query(Article).filter(Article.article_id == "refund"):
            session.add(Redirect(path="/old-refunds", article_pk=article.id))
    for language in ("en", "ko"):
        response = client.get("/old-refunds", headers={"Accept-Language": language})
        assert response.headers["Location"] == f"/{language}/articles/refund"
        assert response.headers["Vary"] == "Accept-Language"
        assert response.headers["Cache-Control"] == "no-cache"


def test_what_visitors_wrote_is_not_in_the_words_of_database_errors(sessions):
    twice = [Ticket(id="1", email="kim@example.com", subject="Card", body="4111") for _ in "12"]
    with sessions() as session:
        session.add(twice[0])
        session.commit()
    with sessions() as session:
        session.add(twice[1])
        with pytest.raises(IntegrityError) as failure:
            session.commit()
    assert "INSERT INTO tickets" in str(failure.value)
    assert not re.search("kim@|Card|4111", str(failure.value))


def test_an_outcome_sent_again_does_not_bring_an_old_reference_back(sessions):
    told = dict(ticket_id="1", outcome="solved", at=UPDATED, data={})
    with sessions() as session:
        session.add(Ticket(id="1", email="kim@example.com", subject="Card", body="Where?"))
        session.commit()
        for delivery, reference in (("a", "OLD"), ("b", "NEW"), ("a", "OLD"), ("c", "")):
            record_outcome(session, Outcome(id=delivery, reference=reference, **told))
        assert session.get(Ticket, "1").reference == "NEW"
        assert session.query(TicketOutcome).count() == 3


def test_a_database_and_its_backup_are_for_their_owner_only(tmp_path):
    settings = Settings(var_dir=tmp_path / "var")
    upgrade(settings)
    engine = create_database_engine(settings)
    with engine.connect():
        files = list((tmp_path / "var").glob("kotae.sqlite3*"))
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    engine.dispose()
    backup(tmp_path / "kept.tar.gz", settings=settings)
    assert stat.S_IMODE((tmp_path / "kept.tar.gz").stat().st_mode) == 0o600
    restored = Settings(var_dir=tmp_path / "restored")
    restore(tmp_path / "kept.tar.gz", settings=restored)
    assert stat.S_IMODE((restored.var_dir / "kotae.sqlite3").stat().st_mode) == 0o600


def test_the_rights_of_a_database_that_exists_are_left_alone(tmp_path):
    file = tmp_path / "kotae.sqlite3"
    file.touch()
    file.chmod(0o640)
    engine = create_database_engine(Settings(var_dir=tmp_path))
    with engine.connect():
        pass
    engine.dispose()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def archive_with(manifest):
    """A backup file that holds this manifest and nothing else."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(manifest)
        archive.addfile(member, io.BytesIO(manifest))
    return file.getvalue()


def infinite_size():
    entry = {"name": "database.sqlite3", "size": "SIZE", "sha256": ""}
    manifest = json.dumps({"format": 1, "files": [entry]})
    return archive_with(manifest.replace('"SIZE"', "1e999").encode())


def broken_stream(folder):
    """A backup with bytes in its compressed stream that mean nothing."""
    settings = Settings(var_dir=folder / "source")
    upgrade(settings)
    backup(folder / "whole.tar.gz", settings=settings)
    raw = bytearray((folder / "whole.tar.gz").read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 200] = b"\xff" * 200
    return bytes(raw)


@pytest.mark.parametrize("damage", ["deep", "infinite", "stream"])
def test_a_forged_or_damaged_backup_is_refused_in_words(tmp_path, damage):
    raw = {
        "deep": lambda: archive_with(b"[" * 200_000),
        "infinite": infinite_size,
        "stream": lambda: broken_stream(tmp_path),
    }[damage]()
    (tmp_path / "bad.tar.gz").write_bytes(raw)
    with pytest.raises(RestoreRefused):
        restore(tmp_path / "bad.tar.gz", settings=Settings(var_dir=tmp_path / "target"))
    assert not (tmp_path / "target" / "kotae.sqlite3").exists()


def test_the_server_believes_no_forwarding_header_by_itself(tmp_path):
    config = _Server(Settings(var_dir=tmp_path), "127.0.0.1", 8000, 1).cfg
    assert config.forwarded_allow_ips == []
    assert config.forwarder_headers == []


def test_the_server_takes_questions_as_long_as_it_can(tmp_path):
    config = _Server(Settings(var_dir=tmp_path), "127.0.0.1", 8000, 1).cfg
    assert config.limit_request_line == 8190


def test_a_failing_database_is_logged_without_what_was_to_be_written(client, sessions, caplog):
    with sessions() as session:
        session.connection().exec_driver_sql("DROP TABLE tickets")
        session.commit()
    ticket = {"email": "kim@example.com", "subject": "Card", "body": "4111"}
    with caplog.at_level(logging.ERROR):
        response = client.post("/api/v1/tickets", json=ticket)
    assert response.status_code == 503
    assert "FROM tickets" in caplog.text
    assert not re.search("kim@|Card|4111", caplog.text)
