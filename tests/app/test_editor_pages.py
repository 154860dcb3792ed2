"""The editor's pages without scripts: written, reviewed, published, merged, restored, renamed."""

import io
import re
import struct
import uuid
import zlib
from html import unescape

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select

from app.content import read_content
from app.editing.actors import SYSTEM
from app.editing.revisions import append_revision, show_revision
from app.editing.transaction import ArticleName, Transaction
from app.media import media_path
from app.models import Article, Event, MediaFile, Revision, UnsavedText, utc_now
from tests.app.test_templates import Checker
from tests.editing_fixtures import TEXT, Desk
from tests.fake_index import make_hit


@pytest.fixture
def read(sessions):
    def read(article_id="city/borrow", locale="en"):
        with sessions() as session:
            return session.scalar(
                select(Article).where(Article.article_id == article_id, Article.locale == locale)
            )

    return read


def png(width, height):
    """The smallest file that says how large it is."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def photograph():
    """A JPEG that says where it was taken, and that it stands on its side."""
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = 6
    notes.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (37.0, 33.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(file, "JPEG", exif=notes)
    file.seek(0)
    return file


def test_an_article_is_written_reviewed_and_published(writer, desk_of, read, client):
    assert writer.save(body="Scan the code.\n").status_code == 303
    assert "Saved." in writer.client.get(f"{TEXT}?done=save").text
    assert client.get("/en/articles/city/borrow").status_code == 404
    assert writer.save("submit").headers["Location"] == f"{TEXT}?done=submit"
    reviewer = desk_of("reviewer")
    assert "asked for a review" in reviewer.client.get(TEXT).text
    assert reviewer.step("send-back", note="Say where.").status_code == 303
    assert "Say where." in writer.client.get(TEXT).text
    writer.save("submit", body="Scan the code at the station.\n")
    assert reviewer.step("approve").status_code == 303
    assert writer.step("publish").status_code == 303
    assert "at the station" in client.get("/en/articles/city/borrow").text
    assert read().status == "published"


def test_a_text_sent_after_its_session_ended_is_shown_again_until_it_is_saved(writer, read):
    sent = writer.fields() | {"body": "Not <lost>.\n", "tags": "bike", "do": "save"}
    sent.pop("form_token")
    token = writer.client.get_cookie("kotae_staff").value
    writer.client.delete_cookie("kotae_staff")
    held = writer.post(TEXT, **sent)
    assert held.status_code == 401
    assert "Not &lt;lost&gt;." in held.text
    assert 'name="tags" value="bike"' in held.text
    writer.client.set_cookie("kotae_staff", token)
    writer.token = "of another session"
    again = writer.post(TEXT, **sent)
    assert again.status_code == 403
    assert "save it once more" in again.text
    assert "Not &lt;lost&gt;." in again.text
    writer.token = re.search(r'name="form_token" value="(\w+)"', again.text)[1]
    assert writer.post(TEXT, **sent).status_code == 303
    assert read().source.endswith("Not <lost>.\n")


STEP = TEXT.replace("text", "step", 1)


def boxes(page):
    """What stands in the fields in which one writes."""
    found = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.S)
    return [(name, unescape(text)) for name, text in found if text]


def test_a_remark_that_is_refused_stays_in_its_form(writer):
    refused = writer.step("comment", quote="not <there>", body="Say\nwhere.")
    assert refused.status_code == 422
    assert ("quote", "not <there>") in boxes(refused.text)
    assert ("body", "Say\nwhere.") in boxes(refused.text)
    assert "<details open><summary>Add a remark" in refused.text
    wordless = writer.step("comment", quote="Borrow", body=" ")
    assert ("quote", "Borrow") in boxes(wordless.text)


def test_an_answer_stays_where_it_is_refused(writer, desk_of):
    writer.save("submit", body="One.\n")
    reviewer = desk_of("reviewer")
    base = reviewer.fields()["base"]
    writer.save(body="Two.\n")
    refused = reviewer.post(STEP, do="approve", base=base, note="Well done.")
    assert refused.status_code == 409
    assert ("note", "Well done.") in boxes(refused.text)
    reviewer.step("send-back")
    late = reviewer.step("send-back", note="Say where.")
    assert late.status_code == 409
    assert ("body", "Say where.") in boxes(late.text)  # what is left is to remark it


def test_what_one_says_about_a_change_stays_where_the_save_is_refused(writer):
    refused = writer.save(title="", body="\n", note="Shorter")
    assert refused.status_code == 422
    assert 'name="note" value="Shorter"' in refused.text
    assert 'name="note" value="Shorter"' in writer.save("preview", note="Shorter").text


def test_an_address_that_is_refused_stays_to_be_changed(desk_of):
    publisher = desk_of("publisher")
    publisher.create()
    refused = publisher.post("/edit/rename/city/borrow", locale="en", new_id="No <such> one")
    assert refused.status_code == 422
    assert 'name="new_id" value="No &lt;such&gt; one"' in refused.text


@pytest.mark.parametrize(
    ("do", "words"),
    [("comment", {"quote": "Scan", "body": "Say <where>."}), ("send-back", {"note": "Not <yet>."})],
)
def test_what_was_typed_beside_a_text_is_held_after_its_session_ended(writer, desk_of, do, words):
    writer.save("submit", body="Scan the code.\n")
    reviewer = desk_of("reviewer")
    base, token = reviewer.fields()["base"], reviewer.client.get_cookie("kotae_staff").value
    reviewer.client.delete_cookie("kotae_staff")
    held = reviewer.post(STEP, do=do, base=base, **words)
    assert held.status_code == 401
    assert boxes(held.text) == list(words.items())
    assert f'name="do" value="{do}"' in held.text
    reviewer.client.set_cookie("kotae_staff", token)
    again = reviewer.client.post(STEP, data={"do": do, "base": base} | words)
    assert again.status_code == 403
    assert set(words.items()) <= set(boxes(again.text))
    assert reviewer.step(do, **words).status_code == 303


def test_what_was_sent_elsewhere_after_the_session_ended_is_refused_as_ever(writer):
    writer.token = "of another session"
    assert "This form is too old" in writer.step("publish").text
    assert "This form is too old" in writer.post(TEXT, base="x").text
    assert "This form is too old" in writer.post(TEXT).text


def test_the_page_lets_in_the_style_of_its_own_area_and_no_other(writer, client):
    first, second = (writer.client.get(TEXT) for _ in range(2))
    nonces = [re.search(r'data-nonce="([\w-]{20,})"', page.text)[1] for page in (first, second)]
    assert nonces[0] != nonces[1]
    policy = first.headers["Content-Security-Policy"]
    assert f"style-src 'self' 'nonce-{nonces[0]}';" in policy
    assert "script-src 'self';" in policy
    assert "nonce" not in client.get("/en/").headers["Content-Security-Policy"]
    assert "code-area" not in client.get("/en/").text


def test_a_writer_publishes_nothing_that_nobody_approved(writer, read):
    response = writer.step("publish")
    assert response.status_code == 403
    assert "Your role does not allow this." in response.text
    refused = writer.save("publish", body="Not lost.\n")
    assert refused.status_code == 403
    assert "Not lost." in refused.text
    assert read().status == "draft"


def test_nobody_publishes_what_others_saved_without_having_seen_it(desk_of, read, client):
    publisher, writer = desk_of("publisher"), desk_of("writer")
    publisher.create(body="Scan.\n\nRide.\n\nReturn.\n")
    stale = publisher.fields()
    writer.save(body="Scan. Half a sen\n\nRide.\n\nReturn.\n")
    body = "Scan.\n\nRide.\n\nReturn it.\n"
    answered = publisher.post(TEXT, **(stale | {"do": "publish", "body": body}))
    assert (answered.status_code, read().status) == (303, "draft")
    assert "Scan. Half a sen" in read().source
    assert "Return it." in read().source
    page = publisher.client.get(answered.headers["Location"]).text
    assert "not published yet" in page
    assert re.search(r'class="changes".*?Half a sen.*?</div>', page, re.S)
    assert publisher.step("publish").status_code == 303
    assert "Half a sen" in client.get("/en/articles/city/borrow").text


def test_what_was_saved_after_one_looked_is_neither_scheduled_nor_published_in_the_list(
    desk_of, read
):
    publisher, writer = desk_of("publisher"), desk_of("writer")
    publisher.create()
    seen = publisher.fields()["base"]
    listed = publisher.client.get("/edit").text
    head = re.search(r'name="head:en/city/borrow" value="(\d+)"', listed)[1]
    writer.save(body="Half a sen\n")
    late = publisher.step("schedule", base=seen, publish_at="2999-01-01T09:00", expires_at="")
    assert late.status_code == 409
    ticked = {"action": "publish", "article": "en/city/borrow"}
    for sent in ({"head:en/city/borrow": head}, {}):
        assert "changed after you looked" in publisher.post("/edit", **ticked, **sent).text
    assert (read().status, read().publish_at) == ("draft", None)
    publisher.post("/edit", **ticked, **{"head:en/city/borrow": str(int(head) + 1)})
    assert read().status == "published"


def test_a_live_article_stays_while_its_draft_grows(desk_of, client):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="One.\n")
    publisher.save(body="Two.\n")
    assert "One." in client.get("/en/articles/city/borrow").text
    assert "Unpublished changes" in publisher.client.get("/edit").text
    publisher.step("discard")
    assert publisher.fields()["body"].strip() == "One."


def test_a_preview_saves_nothing_and_loses_nothing(writer, sessions):
    response = writer.save("preview", body="**Bold** <script>alert(1)</script>\n")
    assert "<strong>Bold</strong>" in response.text
    assert "<script>alert" not in response.text
    assert "**Bold** &lt;script&gt;" in response.text
    with sessions() as session:
        assert len(session.scalars(select(Revision)).all()) == 1


def test_a_text_that_cannot_be_saved_is_shown_again_with_the_reason(writer, read):
    response = writer.save(review_by="soon", body="Kept all the same.\n")
    assert response.status_code == 422
    assert "This cannot be saved as it is:" in response.text
    assert "Kept all the same." in response.text
    assert "Kept" not in read().source


def test_two_writers_of_different_lines_are_merged(writer, desk_of, read):
    writer.save(body="One.\n\nTwo.\n\nThree.\n")
    other = desk_of("reviewer")
    begun = other.fields()
    writer.save(body="ONE.\n\nTwo.\n\nThree.\n")
    merged = other.post(TEXT, **(begun | {"do": "save", "body": "One.\n\nTwo.\n\nTHREE.\n"}))
    assert "merged" in merged.headers["Location"]
    assert "ONE.\n\nTwo.\n\nTHREE." in read().source


@pytest.mark.parametrize("base", ["", "x", "²", "9" * 30])
def test_a_form_without_its_revision_is_refused(writer, base):
    assert writer.save(base=base).status_code == 400
    assert writer.step("publish", base=base).status_code == 400


def test_a_conflict_between_a_draft_and_what_is_shown_is_brought_together(desk_of, read, sessions):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="One.\n")
    publisher.save(body="Draft.\n")
    with sessions.begin() as session:
        pulled(session, "One.", "Pulled.")
    assert publisher.step("publish").status_code == 409
    address = "/edit/conflicts/1"
    assert address in publisher.client.get("/edit/conflicts").text
    page = publisher.client.get(address).text
    assert "Pulled." in page
    assert "Draft." in page
    number = re.search(r'name="take-(\d+)"', page)[1]
    shown = re.search(r'name="shown" value="(\d+)"', page)[1]
    other = re.search(r'name="other" value="(\d+)"', page)[1]
    chosen = {"shown": shown, f"take-{number}": "both"}
    publisher.save(body="Draft.\n\nMore.\n")
    assert publisher.post(address, other=other, **chosen).status_code == 409
    other = re.search(r'name="other" value="(\d+)"', publisher.client.get(address).text)[1]
    assert publisher.post(address, other=other, **chosen).status_code == 303
    assert publisher.step("publish").status_code == 303
    assert read().source.endswith("Draft.\n\nMore.\nPulled.\n")


def pulled(session, old, new):
    """Somebody changed the published text in the folder while a draft lay beside it."""
    tx = Transaction(session, SYSTEM, utc_now())
    article = tx.find(ArticleName("city/borrow", "en"))
    content = read_content(article.source.replace(old, new).encode())
    number = append_revision(tx, article, content, note="", origin="git")
    show_revision(tx, article, content, number)


def test_a_stale_save_never_wins_and_both_texts_are_shown(writer, desk_of, read):
    writer.save(body="Free for one hour.\n")
    other = desk_of("reviewer")
    begun = other.fields()
    writer.save(body="Free for two hours.\n")
    stale = other.post(TEXT, **(begun | {"do": "save", "body": "Free all day.\n"}))
    assert stale.headers["Location"] == TEXT.replace("text", "merge", 1)
    page = other.client.get(stale.headers["Location"]).text
    assert "Free for two hours." in page
    assert "Free all day." in page
    assert "Free for two hours." in read().source
    number = re.search(r'name="take-(\d+)"', page)[1]
    seen = seen_by(page)
    taken = other.post(stale.headers["Location"], **seen, **{f"take-{number}": "mine"})
    assert "unsaved=1" in taken.headers["Location"]
    assert "Free for two hours." in read().source
    assert other.save(address=taken.headers["Location"]).status_code == 303
    assert "Free all day." in read().source


def seen_by(page):
    """What a page with two texts says of which ones it shows."""
    return dict(re.findall(r'name="(shown|mine|other)" value="(\w+)"', page))


@pytest.mark.parametrize("changed", ["theirs", "mine"])
def test_a_choice_between_two_texts_counts_for_those_that_were_looked_at(writer, desk_of, changed):
    lines = [f"Line {number}.\n" for number in range(9)]

    def text(**changes):
        return "\n".join(changes.get(f"at{at}", line) for at, line in enumerate(lines))

    writer.save(body=text())
    other = desk_of("reviewer")
    begun = other.fields()
    writer.save(body=text(at6="Theirs.\n"))
    mine = begun | {"body": text(at2="Mine, above.\n", at6="Mine.\n")}
    merge = other.post(TEXT, **(mine | {"do": "save"})).headers["Location"]
    page = other.client.get(merge).text
    number = re.search(r'name="take-(\d+)"', page)[1]
    if changed == "theirs":
        writer.save(body=text(at2="Theirs, above.\n", at6="Theirs.\n"))
    else:
        kept = other.post(
            TEXT.replace("text", "kept", 1),
            **(mine | {"body": text(at6="Mine, again.\n"), "kept": seen_by(page)["mine"]}),
        )
        assert kept.status_code == 200
    again = other.post(merge, **seen_by(page), **{f"take-{number}": "theirs"})
    assert again.status_code == 409
    assert "Choose once more." in again.text
    assert "Mine" in other.client.get(f"{TEXT}?unsaved=1").text
    newer = seen_by(again.text)
    assert newer != seen_by(page)
    taken = other.post(merge, **newer)
    assert taken.status_code == 303
    assert "Mine" in other.fields(taken.headers["Location"])["body"]


def test_what_is_written_in_an_articles_language_goes_the_way_of_its_letters(writer):
    arabic = "/edit/text/ar/city/borrow"
    new = writer.client.get("/edit/new?in=ar&id=city/borrow").text
    made = {"title": "استعارة دراجة", "locale": "ar", "id": "city/borrow"}
    assert writer.post("/edit/new", **made).headers["Location"].startswith(arabic)
    fields = re.findall(r'<(?:input|textarea)[^>]* lang="ar"[^>]*>', new)
    fields += re.findall(
        r'<(?:input|textarea)[^>]* lang="ar"[^>]*>', writer.client.get(arabic).text
    )
    assert len(fields) == 6
    assert [field for field in fields if 'dir="auto"' not in field] == []


def test_what_is_typed_is_kept_for_its_writer_alone(writer, desk_of, sessions):
    kept = writer.post(TEXT.replace("text", "kept", 1), **(writer.fields() | {"body": "Half a th"}))
    assert kept.json["kept"] is True
    page = writer.client.get(TEXT).text
    assert "did not save it" in page
    assert "Half a th" in writer.client.get(f"{TEXT}?unsaved=1").text
    assert "did not save it" not in desk_of("reviewer").client.get(TEXT).text
    writer.save(body="All of it.\n", kept=kept.json["mark"])
    with sessions() as session:
        assert session.scalars(select(Revision)).all()[-1].source.endswith("All of it.\n")
    assert "did not save it" not in writer.client.get(TEXT).text


def test_what_one_typed_on_another_device_stays_until_it_is_taken_up(writer, desk_of, read):
    address = TEXT.replace("text", "kept", 1)
    telephone, desk = writer.fields(), writer.fields()
    first = writer.post(address, **(telephone | {"body": "Of the tele"})).json["mark"]
    more = telephone | {"body": "Of the telephone.\n", "kept": first}
    assert writer.post(address, **more).status_code == 200
    other = desk | {"body": "Of the desk.\n", "do": "save"}
    assert writer.post(address, **other).status_code == 409
    assert writer.post(TEXT, **(other | {"do": "preview"})).status_code == 200
    assert writer.post(TEXT, **(other | {"taken_up": "1"})).status_code == 303
    assert "Of the desk." in read().source
    assert "did not save it" in writer.client.get(TEXT).text
    desk_of("reviewer").save(body="Of the reviewer.\n")
    conflicting = writer.post(TEXT, **(other | {"body": "Of the desk, too.\n"}))
    assert conflicting.status_code == 409
    assert "Of the desk, too." in conflicting.text
    assert "did not save it" in conflicting.text
    taken_up = writer.fields(f"{TEXT}?unsaved=1")
    assert taken_up["body"] == "Of the telephone.\n"
    merge = writer.post(TEXT, **(taken_up | {"do": "save"})).headers["Location"]
    writer.post(merge, **seen_by(writer.client.get(merge).text))
    writer.save(address=f"{TEXT}?unsaved=1")
    assert "Of the telephone." in read().source
    assert "did not save it" not in writer.client.get(TEXT).text


def test_a_picture_is_checked_kept_and_shown(writer, sessions, client):
    file = (photograph(), "My Bike!.jpg")
    response = writer.save("picture", picture=file, alt="A red [bike]")
    source = re.search(r"!\[A red bike\]\((/images/my-bike-[0-9a-f]{8}\.jpg)\)", response.text)
    assert source
    body = f"![A red bike]({source[1]})\n"
    assert 'alt="A red bike"' in writer.save("preview", body=body).text
    with sessions() as session:
        assert session.scalars(select(MediaFile.from_site)).all() == [True]
        kept = session.scalar(select(MediaFile.sha256))
    with Image.open(media_path(writer.media_dir, kept)) as picture:
        assert picture.size == (30, 40), "turned as the camera was held"
        assert dict(picture.getexif()) == {}


@pytest.mark.parametrize(
    ("data", "alt", "words"),
    [
        (
            b"<svg width='9' height='9'><script>alert(1)</script></svg>",
            "x",
            "no PNG",
        ),
        (b"<html>", "x", "no PNG"),
        (png(10_000, 10_000), "x", "too many pixels"),
        (png(4, 4) + b"\0" * 1000, "x", "larger than 5 MB"),
        (png(4, 4), " ", "Say what the picture shows"),
        (b"", "x", "no PNG"),
        (png(4, 4), "x", "damaged"),
    ],
    ids=["svg", "html", "bomb", "large", "wordless", "empty", "damaged"],
)
def test_what_is_no_fit_picture_is_refused_with_the_reason(
    writer, sessions, monkeypatch, data, alt, words
):
    monkeypatch.setattr("app.editor.pictures.LARGEST_PICTURE", 1000)
    response = writer.save("picture", picture=(io.BytesIO(data), "a.png"), alt=alt)
    assert response.status_code == 422
    assert words in response.text
    with sessions() as session:
        assert session.scalars(select(MediaFile)).all() == []


def test_a_deletion_is_undone_and_a_rename_leads_on(desk_of, client):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="Scan.\n")
    deleted = publisher.post("/edit", action="delete", article="en/city/borrow")
    assert "Undo the deletion" in deleted.text
    assert client.get("/en/articles/city/borrow").status_code == 404
    publisher.post("/edit", action="undelete", article="en/city/borrow")
    assert client.get("/en/articles/city/borrow").status_code == 200
    renamed = publisher.post("/edit/rename/city/borrow", new_id="city/hire", locale="en")
    assert renamed.status_code == 303
    assert client.get("/en/articles/city/borrow").headers["Location"] == "/en/articles/city/hire"


def test_what_was_begun_before_a_rename_is_kept_and_saved_where_the_article_is_now(
    desk_of, read, sessions
):
    publisher, writer = desk_of("publisher"), desk_of("writer")
    publisher.create(body="Scan.\n")
    for new_id in ("city/hire", "city/rent"):
        old = read("city/borrow") or read("city/hire")
        address = f"/edit/text/en/{old.article_id}"
        begun = writer.fields(address) | {"body": f"Typed before {new_id}.\n"}
        renamed = publisher.post(f"/edit/rename/{old.article_id}", new_id=new_id, locale="en")
        assert renamed.status_code == 303
        kept = writer.post(address.replace("text", "kept", 1), **begun)
        assert kept.json["kept"] is True
        assert unsaved_ids(sessions) == [new_id]
        saved = writer.post(address, **begun)
        assert saved.headers["Location"].startswith(f"/edit/text/en/{new_id}?")
        assert f"Typed before {new_id}." in read(new_id).source
    assert writer.client.get("/edit/text/en/city/never").status_code == 404


def unsaved_ids(sessions):
    with sessions() as session:
        return list(session.scalars(select(UnsavedText.article_id)))


def test_an_old_revision_is_compared_and_restored(writer, read):
    writer.save(body="One.\n")
    writer.save(body="Two.\n")
    history = TEXT.replace("text", "history", 1)
    page = writer.client.get(f"{history}?old=2&new=3&view=sides").text
    assert "<mark>One</mark>" in page
    assert "<mark>Two</mark>" in page
    assert "<del>" not in page
    inline = writer.client.get(f"{history}?old=2&new=3&view=inline").text
    assert "<del>" in inline
    assert "<ins>" in inline
    writer.post(TEXT.replace("text", "restore", 1), number="2", base="3")
    assert read().source.endswith("One.\n")
    assert "Saved a draft</span> #4" in writer.client.get(history).text


def test_a_remark_stands_on_its_passage_until_it_is_dealt_with(writer, desk_of):
    writer.save(body="Scan the code.\nRide.\n")
    reader = desk_of("reader")
    assert reader.step("comment", body="Which one?", quote="the code").status_code == 303
    assert "Which one?" in writer.client.get(TEXT).text
    assert reader.step("comment", body="?", quote="not there").status_code == 422
    number = re.search(r'name="comment" value="(\d+)"', writer.client.get(TEXT).text)[1]
    writer.step("resolve-comment", comment=number)
    assert "Which one?" not in writer.client.get(TEXT).text


def test_times_are_set_in_the_sites_time_zone(sign_in_as, client, read):
    publisher = Desk(sign_in_as("publisher", time_zone="Asia/Seoul"))
    publisher.create()
    publisher.step("schedule", publish_at="2999-01-01T09:00", expires_at="")
    assert read().publish_at.isoformat() == "2999-01-01T00:00:00+00:00"
    assert 'value="2999-01-01T09:00"' in publisher.client.get(TEXT).text
    wrong = publisher.step("schedule", publish_at="2999-01-02T09:00", expires_at="2999-01-01T09:00")
    assert wrong.status_code == 422


def test_a_translation_says_what_changed_in_its_source(desk_of):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="Free for one hour.\n")
    made = publisher.post(
        "/edit/new", title="자전거 빌리기", locale="ko", id="city/borrow", beside="en"
    )
    korean = made.headers["Location"].partition("?")[0]
    address = f"{korean}?beside=en"
    mark = re.search(
        r'name="translates" value="(en [0-9a-f]{12})"', publisher.client.get(address).text
    )
    publisher.save("publish", korean, body="한 시간 무료.\n", translates=mark[1], beside="en")
    row = re.compile(r'mark-(\w+) state" href="/edit/text/ko/city/borrow')
    assert row.search(publisher.client.get("/edit/translations").text)[1] == "current"
    publisher.save("publish", body="Free for two hours.\n")
    assert row.search(publisher.client.get("/edit/translations?only=stale").text)[1] == "stale"
    page = publisher.client.get(address).text
    assert "Changed since this translation was made" in page
    assert "<mark>two</mark>" in page
    publisher.save("publish", address, title="자전거 빌리는 법")
    assert row.search(publisher.client.get("/edit/translations").text)[1] == "stale"
    new_mark = re.search(r'id="translates" name="translates" value="([^"]+)"', page)[1]
    publisher.save("publish", address, translates=new_mark)
    assert row.search(publisher.client.get("/edit/translations").text)[1] == "current"
    assert publisher.fields(address)["translates"] == new_mark


def ask_in_japanese(sessions, article_id, count):
    with sessions.begin() as session:
        for number in range(count):
            value = {"query": "返金はいつ", "articles": [article_id], "results": 1}
            asked = {"type": "suggest_shown", "at": utc_now(), "value": value}
            session.add(Event(id=str(uuid.uuid4()), session=f"{article_id}-{number}", **asked))


def test_what_most_visitors_miss_in_their_language_stands_first(desk_of, sessions):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="Free for an hour.\n")
    publisher.post("/edit/new", title="Stands before it by its name", locale="en", id="a/a")
    ask_in_japanese(sessions, "city/borrow", 40)
    page = publisher.client.get("/edit/translations").text
    first = page[page.index("<tbody>") : page.index("</tr>", page.index("<tbody>"))]
    assert "Borrow a bike" in first
    cells = dict(re.findall(r"<td>.*?\((\S+)\)</span></a>(.*?)</td>", first))
    assert "asked by 40 visitors" in cells["日本語"]
    assert "asked" not in cells["한국어"]


def test_the_list_says_why_an_article_needs_a_look_and_what_is_asked_for(desk_of, sessions):
    publisher = desk_of("publisher")
    publisher.create(review_by="2020-01-01")
    publisher.save("publish", body="[Gone](nowhere.md)\n")
    publisher.post("/edit/new", title="Fare", locale="ja", id="city/fare")
    publisher.save("publish", "/edit/text/ja/city/fare", body="一時間。\n")
    ask_in_japanese(sessions, "city/fare", 2)
    page = publisher.client.get("/edit?because=dead-links").text
    rows = re.findall(r"<li>(.*?)</li>", page[page.index('class="desk-rows"') :], re.S)
    assert [re.search(r"/edit/text/(\S+)\"", row)[1] for row in rows] == ["en/city/borrow"]
    assert "Needs a look:" in rows[0]
    assert rows[0].index("the day to look at it again") < rows[0].index("links lead nowhere")
    page = publisher.client.get("/edit?order=asked").text
    rows = re.findall(r"<li>(.*?)</li>", page[page.index('class="desk-rows"') :], re.S)
    assert "asked by 2 visitors" in rows[0]
    assert "/edit/text/ja/city/fare" in rows[0]
    assert "/edit/text/en/city/borrow" in publisher.client.get("/edit?state=stale").text
    assert "city/fare" not in publisher.client.get("/edit?state=stale").text


def test_advice_on_a_text_is_found_out_once_until_something_changes(writer, index):
    def asked():
        before = len(index.queries)
        writer.client.get(TEXT)
        return len(index.queries) - before

    assert asked() > 0
    assert asked() == 0
    writer.save(body="Another text.\n")
    assert asked() > 0
    assert asked() == 0


def test_the_list_finds_drafts_by_their_words_and_others_by_the_search(writer, index):
    writer.save(body="A zwerfbike stands at every station.\n")
    page = writer.client.get("/edit?q=zwerfbike").text
    assert "/edit/text/en/city/borrow" in page
    assert index.queries[-1].audiences == {"public", "signed-in", "agents"}
    assert "/edit/text/en/refund" in writer.client.get("/edit?q=arrives+within").text
    assert "/edit/text/en/refund" not in writer.client.get("/edit?state=draft").text
    assert "/edit/text/en/refund" not in writer.client.get("/edit?category=account").text


def test_long_lists_come_in_pages(writer, monkeypatch):
    for module in ("app.editor.listing", "app.views.editor_list"):
        monkeypatch.setattr(f"{module}.PER_PAGE", 2)
    for place in ("/edit", "/edit/translations"):
        first, second = (writer.client.get(f"{place}?page={page}").text for page in (1, 2))
        names = [set(re.findall(r"/edit/text/([\w-]+/[a-z/-]+)", text)) for text in (first, second)]
        assert names[0]
        assert names[1]
        assert not names[0] & names[1]
        assert "page=2" in first
        assert "page=1" in second
        assert writer.client.get(f"{place}?page=x").status_code == 400


ASKED = (
    *("/en/", "/en/articles/{}", "/ko/articles/{}", "/en/search?q=secret", "/en/categories/city"),
    *("/api/v1/search?q=secret", "/api/v1/suggest?q=secret", "/api/v1/suggest?q="),
    *("/api/v1/articles", "/api/v1/articles/{}", "/en/articles/refund", "/en/for?page=/secret"),
    *("/sitemap.xml", "/en/secrett", "/en/contact?q=secret"),
)


@pytest.mark.parametrize("kind", ["draft", "agents", "changed", "deleted", "archived", "planned"])
def test_what_is_not_for_customers_reaches_them_by_no_way(desk_of, client, index, kind):
    publisher = desk_of("publisher")
    publisher.create(title="Zwerfsecret", audience="agents" if kind == "agents" else "public")
    if kind == "changed":
        publisher.save("publish", title="Plain", body="Plain.\n")
    publisher.save(title="Zwerfsecret", body="Zwerfsecret words.\n", category="city")
    if kind in {"agents", "deleted", "archived"}:
        publisher.step("publish")
    if kind == "planned":
        publisher.step("schedule", publish_at="2999-01-01T09:00")
    if kind in {"deleted", "archived"}:
        assert client.get("/en/articles/city/borrow").status_code == 200  # and it is cached
        publisher.step(kind.removesuffix("d").removesuffix("e") + "e")
    # An index that is late goes on naming it.
    if kind != "changed":
        index.hits.append(make_hit("city/borrow", title="Zwerfsecret", answer="secret words"))
    index.did_you_mean = None
    for address in ASKED:
        text = client.get(address.format("city/borrow")).text
        assert "Zwerfsecret" not in text, address


@pytest.mark.parametrize("locale", ["en", "ko", "ja", "zh", "zh-Hant"])
def test_every_page_is_well_formed_in_every_language(writer, desk_of, locale):
    owner = desk_of("owner")
    writer.save(body="One.\n\n#### Deep\n\n[gone](nowhere.md) ![](x.png)\n")
    owner.step("comment", body="Hm", quote="One.")
    writer.save("submit")
    addresses = [
        TEXT,
        TEXT.replace("text", "history", 1),
        "/edit",
        "/edit/new",
        "/edit?state=review",
    ]
    addresses += ["/edit/translations", "/edit/record", "/edit/conflicts", f"{TEXT}?done=save"]
    for address in addresses:
        query = "&" if "?" in address else "?"
        text = owner.client.get(f"{address}{query}lang={locale}").text
        page = Checker(text)
        assert page.faults == [], address
        assert len(page.ids) == len(set(page.ids)), address
        assert set(page.references) <= set(page.ids), address
        assert "%(" not in text
        assert not re.search(r'datetime="[^"]*\.\d{4}', text)
        if locale != "en":
            assert "Save<" not in text
            assert "Articles<" not in text


def test_the_form_for_times_offers_no_beginning_that_is_over(writer, desk_of, read):
    """Sent with only an end filled in, it must not publish what somebody is still writing."""
    publisher = desk_of("publisher")
    writer.save(body="One.\n")
    publisher.step("schedule", publish_at="2999-01-01T09:00")
    begins = 'name="publish_at" type="datetime-local" value="{}"'
    assert begins.format("2999-01-01T09:00") in publisher.client.get(TEXT).text
    publisher.step("schedule", publish_at="2020-01-01T09:00")
    assert read().is_visible(utc_now())
    writer.save(body="Half done.\n")
    assert begins.format("") in publisher.client.get(TEXT).text
    publisher.step("schedule", publish_at="", expires_at="2999-01-01T09:00")
    assert "Half done." not in read().source
    refused = publisher.step("schedule", publish_at="", expires_at="2020-01-01T09:00")
    assert refused.status_code == 422
    assert 'type="datetime-local" value="2020-01-01T09:00"' in refused.text
    assert read().is_visible(utc_now())


def test_the_language_of_the_page_is_not_that_of_the_new_text(writer):
    page = writer.client.get("/edit/new?lang=ja&in=ko").text
    assert re.search(r'<summary>.*?<span lang="ja">日本語</span>', page)
    assert re.search(r'<option value="ko"[^>]* selected>', page)


def test_the_history_shows_what_changed_and_all_lines_where_one_wants_them(writer):
    lines = [f"Line {number}.\n\n" for number in range(20)]
    writer.save(body="".join(lines))
    writer.save(body="".join(lines).replace("Line 12.", "Line twelve."))
    address = TEXT.replace("text", "history", 1)
    for view in ("", "&view=inline", "&view=sides"):
        page = writer.client.get(f"{address}?old=2&new=3{view}").text
        assert "twelve" in page
        assert "Line 2." not in page
        assert re.search(r"\d+ lines that agree", page)
        whole = writer.client.get(f"{address}?old=2&new=3&lines=all{view}").text
        assert "Line 2." in whole
        assert "lines that agree" not in whole


def test_a_review_that_finds_nothing_to_change_is_noted_with_its_next_date(desk_of, read):
    reviewer, publisher = desk_of("reviewer"), desk_of("publisher")
    publisher.create()
    assert "Reviewed, still right" not in reviewer.client.get(TEXT).text
    publisher.save("publish", body="Free for one hour.\n")
    assert "Reviewed, still right" in reviewer.client.get(TEXT).text
    assert reviewer.step("reviewed", next_review="soon").status_code == 422
    done = reviewer.step("reviewed", next_review="2999-05-01")
    assert read().review_by.isoformat() == "2999-05-01"
    assert "was reviewed and is right" in reviewer.client.get(done.location).text
    assert "reviewed" in reviewer.client.get(TEXT.replace("text", "history", 1)).text


def test_a_form_that_is_too_large_says_how_large_it_may_be(writer):
    values = writer.fields() | {"form_token": writer.token, "body": "x" * (8 * 1024 * 1024 + 1)}
    refused = writer.client.post(TEXT, data=values)
    assert refused.status_code == 413
    assert "At most 8 MB can be sent at once." in refused.text
