"""Pictures of articles: each for whoever may read an article that shows it, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.api_tokens import TokenWish, make_token
from app.accounts.audit import COMMAND_LINE, Actor, note_deed
from app.accounts.grants import add_grant
from app.accounts.users import add_user, find_user
from app.editing.actors import SYSTEM
from app.editing.drafts import keep_unsaved, save_draft
from app.editing.lifecycle import archive, delete_article
from app.editing.publication import publish_text, unpublish
from app.editing.scheduling import publish_planned
from app.editing.transaction import ArticleName
from app.editor.people import actor_of
from app.editor.previewing import preview_source
from app.importing import import_folder
from app.media import media_path
from app.models import ROLES, Article, Media, MediaFile, PlannedPublication, utc_now
from tests.staff_fixtures import form_token
from tests.store_helpers import newest, write_tree

SHA = {name: f"{number:02d}" + "a" * 62 for number, name in enumerate("pqrs")}
PNG = b"\x89PNG\r\n\x1a\n"
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def kept(sessions, settings):
    """Stores four pictures that no text shows yet, as files of the editor's folder."""
    with sessions.begin() as session:
        for name, sha256 in SHA.items():
            path = media_path(settings.media_dir, sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PNG + name.encode())
            session.add(Media(sha256=sha256, media_type="image/png", size=9))
            session.flush()
            file = f"images/{name} 1.png"
            session.add(MediaFile(source_root="", source_path=file, sha256=sha256, from_site=True))


@pytest.fixture
def write(kept, sessions):
    """Publishes or drafts a text that shows a picture: `write("a", "p", audience="agents")`."""

    def write(article_id, picture, locale="en", use_case=publish_text, **fields):
        name = ArticleName(article_id, locale)
        header = "".join(f"{key}: {value}\n" for key, value in fields.items())
        shown = f"![A way](</images/{picture} 1.png>)\n" if picture else ""
        source = f"---\ntitle: {article_id}\n{header}---\nText.\n\n{shown}"
        with sessions() as session:
            base = newest(session, name)
            use_case(session, SYSTEM, name, source=source, base=base)
        return name

    return write


@pytest.fixture
def token_of(sessions):
    def token_of(role, scope="articles:read"):
        with sessions() as session:
            email = f"bot-{role}@example.com"
            user = add_user(
                session, email=email, name="", role=role, password=None, actor=COMMAND_LINE
            )
            wish = TokenWish("test", (scope,), 7)
            text, _ = make_token(session, user, wish, actor=COMMAND_LINE, now=utc_now())
        return {"Authorization": f"Bearer {text}"}

    return token_of


def look(client, picture, **options):
    """(status, Cache-Control) of a picture."""
    with client.get(f"/media/{SHA[picture]}/way.png", **options) as response:
        return response.status_code, response.headers["Cache-Control"]


GONE = (404, "no-store")
OWN = (200, "no-cache, private")


def sorted_words(answer):
    return answer[0], sorted(answer[1].replace(" ", "").split(","))


def see(client, picture, **options):
    return sorted_words(look(client, picture, **options))


def test_what_everybody_may_read_every_cache_may_keep(client, write):
    write("a", "p")
    assert see(client, "p") == sorted_words((200, YEAR))
    assert see(client, "q") == sorted_words(GONE)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_pictures_of_what_is_not_public_are_for_staff(
    client, sign_in_as, sessions, write, role, settings
):
    """Agents' articles, drafts, and a draft beside a live article, for every role."""
    write("agents-only", "p", audience="agents")
    write("begun", "q", use_case=save_draft)
    write("live", None)
    write("live", "r", use_case=save_draft)
    asking = sign_in_as(role) if role else client
    for picture in "pqr":
        assert see(asking, picture) == sorted_words(OWN if role else GONE)
    if role:
        with asking.get(f"/media/{SHA['p']}/way.png") as response:
            etag = response.headers["ETag"]
            assert {"Cookie", "Authorization"} <= set(response.vary)
        known = {"If-None-Match": etag}
        with asking.get(f"/media/{SHA['p']}/way.png", headers=known) as again:
            assert again.status_code == 304
        unseen = client.get(f"/media/{SHA['p']}/way.png", headers=known)
        assert unseen.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"publish_at": (utc_now() + timedelta(days=1)).isoformat()},
        {"expires_at": (utc_now() - timedelta(days=1)).isoformat()},
        {"audience": "signed-in"},
    ],
)
def test_what_is_not_yet_or_no_longer_or_not_for_all_is_for_staff(
    client, write, sign_in_as, fields
):
    write("a", "p", **fields)
    assert see(client, "p") == sorted_words(GONE)
    assert see(sign_in_as("reader"), "p") == sorted_words(OWN)


@pytest.mark.parametrize("take_away", [archive, delete_article, unpublish])
def test_a_picture_goes_with_its_last_article(client, write, sessions, take_away):
    one, other = write("a", "p"), write("b", "p")
    with sessions() as session:
        take_away(session, SYSTEM, one)
    assert look(client, "p")[0] == 200
    with sessions() as session:
        take_away(session, SYSTEM, other)
    assert see(client, "p") == sorted_words(GONE)


def test_a_picture_taken_out_of_a_text_goes_with_it(client, write):
    write("a", "p")
    write("a", "q")
    assert [look(client, picture)[0] for picture in "pq"] == [404, 200]


def test_a_picture_of_an_imported_article_follows_its_audience(
    client, sessions, settings, tmp_path
):
    picture = PNG + b"\0" * 40
    text = "---\naudience: {}\n---\n# A\n\n![A way](../way.png)\n\n[Save it](../way.png)\n"
    folder = write_tree(tmp_path / "folder", {"en/a.md": text.format("agents"), "way.png": picture})
    import_folder(folder, session_factory=sessions, settings=settings)
    with sessions() as session:
        sha256 = session.scalar(select(MediaFile.sha256))
    assert client.get(f"/media/{sha256}/way.png").status_code == 404
    write_tree(folder, {"en/a.md": text.format("public")})
    import_folder(folder, session_factory=sessions, settings=settings)
    with client.get(f"/media/{sha256}/way.png") as response:
        assert response.status_code == 200


@pytest.fixture
def korean_writer(sessions, sign_in_as):
    client = sign_in_as("writer")
    with sessions() as session:
        user = find_user(session, "writer@example.com")
        add_grant(session, user, "writer", locale="ko", actor=COMMAND_LINE)
    return client


def test_who_is_narrowed_sees_the_pictures_of_what_they_may_read(korean_writer, write):
    write("a", "p", use_case=save_draft)
    write("b", "q", locale="ko", use_case=save_draft)
    write("live", None)
    write("live", None, locale="ko")
    write("live", "r", use_case=save_draft)
    write("live", "s", locale="ko", use_case=save_draft)
    assert [look(korean_writer, picture)[0] for picture in "pqrs"] == [404, 200, 404, 200]


def test_a_draft_that_names_another_file_of_the_same_name_shows_only_its_own(
    korean_writer, write, sessions
):
    with sessions.begin() as session:
        row = session.scalar(select(MediaFile).where(MediaFile.sha256 == SHA["p"]))
        row.source_path = "secret/q 1.png"
    write("live", None, locale="ko")
    write("live", "q", locale="ko", use_case=save_draft)
    assert [look(korean_writer, picture)[0] for picture in "pq"] == [404, 200]


def test_who_added_a_picture_sees_it_and_who_only_types_its_name_does_not(
    korean_writer, write, sessions
):
    name = write("b", None, locale="ko")
    with sessions() as session:
        user = find_user(session, "writer@example.com")
        note_deed(session, Actor.of(user), "picture.add", "picture:images/p 1.png")
        note_deed(session, COMMAND_LINE, "picture.add", "picture:images/r 1.png")
        session.commit()
        source = "# B\n\n![A way](/images/q%201.png)\n"
        keep_unsaved(session, actor_of(session, user), name, source=source, base=1)
        keep_unsaved(session, SYSTEM, name, source=source.replace("q%", "s%"), base=1)
    assert [look(korean_writer, picture)[0] for picture in "pqrs"] == [200, 404, 404, 404]


@pytest.fixture
def korean(sessions, korean_writer):
    """Writes and publishes as one who may do both in Korean only."""
    with sessions.begin() as session:
        find_user(session, "writer@example.com").role = "publisher"
    with sessions() as session:
        user = find_user(session, "writer@example.com")
        add_grant(session, user, "publisher", locale="ko", actor=COMMAND_LINE)

    def korean(use_case, article_id, source):
        name = ArticleName(article_id, "ko")
        with sessions() as session:
            actor = actor_of(session, find_user(session, "writer@example.com"))
            use_case(session, actor, name, source=source, base=newest(session, name))

    return korean


@pytest.mark.parametrize("use_case", [save_draft, publish_text])
@pytest.mark.parametrize("is_live", [False, True])
def test_who_may_not_read_a_picture_gets_it_by_no_text_of_their_own(
    korean, korean_writer, client, write, sessions, use_case, is_live
):
    write("secret", "p", audience="agents")
    write("other", "q", locale="ko")
    if is_live:
        write("mine", None, locale="ko")
    shown = "![A way](</images/p 1.png>)\n\n![Another](</images/q 1.png>)\n"
    korean(use_case, "mine", f"# Mine\n\n{shown}")
    assert [look(korean_writer, picture)[0] for picture in "pq"] == [404, 200]
    assert look(client, "p")[0] == 404
    with sessions() as session:
        actor = actor_of(session, find_user(session, "writer@example.com"))
        article = session.scalar(select(Article).where(Article.article_id == "mine"))
        preview = preview_source(
            session, actor, ArticleName("mine", "ko"), f"# M\n{shown}", article
        )
    assert SHA["p"] not in preview.rendered.html
    assert SHA["q"] in preview.rendered.html
    assert [warning.code for warning in preview.rendered.warnings] == ["missing-file"]


def test_a_plan_shows_no_picture_that_its_writer_may_not_read(
    korean, korean_writer, client, write, sessions
):
    write("secret", "p", audience="agents")
    at = utc_now() + timedelta(hours=1)
    source = f"---\npublish_at: {at.isoformat()}\n---\n# Mine\n\n![A way](</images/p 1.png>)\n"
    write("mine", None, locale="ko")
    korean(publish_text, "mine", source)
    with sessions() as session:
        assert session.scalar(select(PlannedPublication)) is not None
    assert publish_planned(sessions, now=at + timedelta(hours=1)) == 1
    with sessions() as session:
        article = session.scalar(select(Article).where(Article.article_id == "mine"))
        assert "A way" in article.html
        assert SHA["p"] not in article.html
    assert [look(each, "p")[0] for each in (korean_writer, client)] == [404, 404]


@pytest.mark.parametrize("is_synced", [False, True])
def test_a_file_gives_no_right_to_a_picture_that_its_writer_may_not_read(
    korean, client, sessions, settings, tmp_path, is_synced
):
    shown = "[c](c.md)\n\n![A way](../way.png)\n"
    files = {"en/secret.md": f"---\naudience: agents\n---\n# S\n\n{shown}"}
    files |= {"way.png": PNG + b"\0" * 40, "ko/mine.md": "# Mine\n", "ko/c.md": "# C\n"}
    folder = write_tree(tmp_path / "folder", files)
    import_folder(folder, session_factory=sessions, settings=settings)
    korean(publish_text, "mine", f"# Mine\n\n{shown}")
    if is_synced:
        # As a sync does; what else the site has here, none can write.
        write_tree(folder, {"ko/mine.md": f"# Mine\n\n{shown}"})
    else:
        with sessions() as session:
            archive(session, SYSTEM, ArticleName("c", "ko"))
    import_folder(folder, session_factory=sessions, settings=settings)
    with sessions() as session:
        sha256 = session.scalar(select(MediaFile.sha256))
        links = session.scalar(select(Article.links).where(Article.article_id == "mine"))
    assert links == {"c.md": "/ko/articles/c" if is_synced else None, "../way.png": None}
    assert client.get(f"/media/{sha256}/way.png").status_code == 404


def test_what_somebody_with_the_right_put_into_a_text_stays_for_those_who_go_on_with_it(
    korean, korean_writer, client, write
):
    write("mine", None, locale="ko")
    write("mine", "p", locale="ko", use_case=save_draft)
    assert look(korean_writer, "p")[0] == 200
    korean(save_draft, "mine", "# Mine\n\nMore.\n\n![A way](</images/p 1.png>)\n")
    assert look(korean_writer, "p")[0] == 200
    korean(publish_text, "mine", "# Mine\n\nAnd more.\n\n![A way](</images/p 1.png>)\n")
    assert look(client, "p")[0] == 200


@pytest.mark.parametrize("setting", ["off", "reader"])
def test_who_lacks_the_second_factor_sees_what_visitors_see(write, sign_in_as, sessions, setting):
    write("a", "p", audience="agents")
    client = sign_in_as("reader", second_factor=setting)
    with sessions.begin() as session:
        find_user(session, "reader@example.com").password_hash = "of a password"
    assert look(client, "p")[0] == (200 if setting == "off" else 404)


def test_a_program_sees_the_pictures_of_published_articles(client, write, token_of):
    write("a", "p", audience="agents")
    write("b", "q", use_case=save_draft)
    headers = token_of("owner")
    assert see(client, "p", headers=headers) == sorted_words(OWN)
    assert look(client, "q", headers=headers)[0] == 404
    other = token_of("admin", "metrics:read")
    assert client.get(f"/media/{SHA['p']}/x.png", headers=other).status_code == 403
    wrong = {"Authorization": "Bearer kotae_wrong"}
    assert client.get(f"/media/{SHA['p']}/x.png", headers=wrong).status_code == 401


def test_signing_out_ends_it(write, sign_in_as):
    write("a", "p", audience="agents")
    client = sign_in_as("owner")
    assert look(client, "p")[0] == 200
    client.post("/sign-out", data={"form_token": form_token(client)})
    assert see(client, "p") == sorted_words(GONE)


def test_an_article_deleted_from_the_database_leaves_no_trace_of_its_pictures(sessions, write):
    from app.models import ArticleMedia

    write("a", "p")
    with sessions.begin() as session:
        session.delete(session.scalar(select(Article).where(Article.article_id == "a")))
    with sessions() as session:
        assert session.scalars(select(ArticleMedia)).all() == []
