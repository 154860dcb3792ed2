"""Files that mean harm: refused with the reason by every way in, in a terminal and in forms."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import main
from app.models import Article, Media
from tests.app.importing_from.exports import png
from tests.staff_fixtures import form_token
from tests.store_helpers import publish_source, write_tree

FIFTY_MEGABYTES = 50 * 1024 * 1024
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)
HOSTILE = {
    "lying.png": (b"<html><script>alert(1)</script>", "Its name says image/png"),
    "lying.jpg": (b"GIF89a" + b"\0" * 50, "it is image/gif"),
    "bomb.png": (png(8000, 5001), "8000 x 5001 pixels, and 40,000,000 are the most"),
    "script.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "holds a <script>"),
    "onload.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "runs a script"),
    "entities.svg": (
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
        "declares entities",
    ),
}
ARTICLES = {
    "bomb.md": (f"---\n{BOMB}---\n# Bomb\n".encode(), "anchors and aliases"),
    "deep.md": (b"---\na: " + b"[" * 1000 + b"\n---\n# Deep\n", "nested too deep"),
    "long.md": (b"# Long\n\n" + b"word " * (FIFTY_MEGABYTES // 5), "more than 2 MB"),
}


@pytest.fixture
def kb(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KB_ARTICLES_DIR", str(tmp_path / "articles"))
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.parametrize("command", [("import", "--no-index"), ("sync",), ("sync", "--dry-run")])
def test_a_folder_of_hostile_files_gives_the_one_honest_article(tmp_path, kb, command):
    given = {name: data for name, (data, _) in {**HOSTILE, **ARTICLES}.items()}
    shown = "# Fine\n" + "".join(f"![x]({name})\n" for name in HOSTILE)
    folder = write_tree(tmp_path / "in" / "en", given | {"fine.md": shown}).parent
    kb("migrate")
    done = kb(command[0], folder, *command[1:])
    for name, (_, reason) in {**HOSTILE, **ARTICLES}.items():
        if "--dry-run" in command and name in HOSTILE:
            continue  # pictures are looked at when they are taken in
        lines = [line for line in done.stderr.splitlines() if f"en/{name}: " in line]
        assert any(reason in line for line in lines), (name, lines)
    assert done.exit_code == 1
    assert not list((tmp_path / "var" / "media").rglob("*"))


def test_an_import_from_elsewhere_leaves_hostile_pictures_behind(tmp_path, kb):
    shown = "".join(f'<img src="{name}" alt="x">' for name in HOSTILE)
    page = f"<html><body><h1>Fine</h1><p>Text. {shown}</p></body></html>"
    long = b"<html><body><h1>Long</h1><p>" + ARTICLES["long.md"][0] + b"</p></body></html>"
    given = {name: data for name, (data, _) in HOSTILE.items()}
    folder = write_tree(tmp_path / "in", given | {"fine.html": page, "long.html": long})
    done = kb("import-from", "html", folder, "--only-write", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["articles"], report["attachments"]) == (1, 1, 0)
    for name, (_, reason) in HOSTILE.items():
        said = [problem["reason"] for problem in report["failed"] if problem["path"] == name]
        assert said
        assert reason in said[0]
    assert [each["code"] for each in report["lost"] if each["path"] == "long.html"] == [
        "article-too-large"
    ]
    assert [path.name for path in (tmp_path / "articles").rglob("*.*")] == ["fine.md"]


@pytest.mark.parametrize("name", ["../../slipped.md", "/slipped.md", "a/../../slipped.md"])
def test_an_archive_that_leads_out_of_its_folder_is_refused_whole(tmp_path, kb, name):
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr("fine.html", "<html><body><h1>Fine</h1></body></html>")
        archive.writestr(name, "# Slipped")
    done = kb("import-from", "html", tmp_path / "slip.zip", "--only-write")
    assert done.exit_code == 1
    assert f"holds {name!r}, which leads out of its folder" in done.stderr
    assert not list(tmp_path.rglob("*slipped*"))
    assert not list((tmp_path / "articles").rglob("*.md"))


@pytest.fixture
def writer(sign_in_as, sessions):
    client = sign_in_as("writer")
    with sessions() as session:
        publish_source(session, article_id="fine", locale="en", source="# Fine\n")
    return client


@pytest.mark.parametrize("name", HOSTILE)
def test_the_editor_takes_no_hostile_picture(writer, sessions, name):
    file = (io.BytesIO(HOSTILE[name][0]), name)
    form = {"form_token": form_token(writer), "alt": "A way", "picture": file}
    refused = writer.post("/edit/pictures/en/fine", data=form)
    assert refused.status_code == 422
    reasons = {"bomb.png": "too-many-pixels", "lying.jpg": "broken"}
    assert refused.json["reason"] == reasons.get(name, "wrong-kind")
    assert refused.json["fault"]
    with sessions() as session:
        assert session.scalars(select(Media)).all() == []


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("word " * (FIFTY_MEGABYTES // 5), 413, "At most 8 MB can be sent at once"),
        ("word " * 600_000, 422, "The article is too long. Split it in two."),
        (f"---\n{BOMB}---\nText\n", 422, "anchors and aliases"),
    ],
)
def test_the_editor_takes_no_hostile_text(writer, sessions, body, status, words):
    form = {"form_token": form_token(writer), "base": "1", "title": "Fine", "body": body}
    refused = writer.post("/edit/text/en/fine", data=form | {"do": "save"})
    assert refused.status_code == status
    assert words in refused.text
    with sessions() as session:
        article = session.scalar(select(Article).where(Article.article_id == "fine"))
        assert (article.source, article.draft_revision) == ("# Fine\n", None)
