"""Files on the contact form: checked by their content, bounded, and kept with the ticket."""

import io

import pytest

from app import attachments
from app.attachments import LARGEST_FILE, AttachmentRefused, read_attachments
from app.models import Ticket, TicketAttachment

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
GOOD = {"email": "kim@example.com", "subject": "Refund", "body": "Where is it?"}


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("shot.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 9, "image/jpeg"),
        ("bill.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("로그.log", "오류 404\n".encode(), "text/plain"),
    ],
)
def test_what_a_person_can_safely_open_is_taken(name, data, kind):
    (file,) = read_attachments([(name, data)])
    assert (file.name, file.media_type) == (name, kind)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", b"MZ\x90\x00 a program"),
        ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("page.txt", b"<!doctype html><script>alert(1)</script>"),
        ("archive.pdf", b"PK\x03\x04rest"),
        ("notes.txt", b"innocent " * 500 + b"\0\0program"),
        ("notes.txt", b"innocent " * 500 + b"\xff\xfe"),
    ],
)
def test_what_lies_about_its_kind_is_refused(name, data):
    with pytest.raises(AttachmentRefused) as refused:
        read_attachments([(name, data)])
    assert refused.value.reason == "wrong-kind"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\temp\\run.exe", "run.exe.txt"),
        ('a"b\r\nX-Evil: 1.txt', "abX-Evil 1.txt"),
        ("...", "file.txt"),
        ("gnp\u202etxt.txt", "gnptxt.txt"),
        ("x" * 500 + ".txt", "x" * 116 + ".txt"),
    ],
)
def test_a_name_is_only_a_name(name, kept):
    (file,) = read_attachments([(name, b"words")])
    assert file.name == kept


def test_too_many_too_large_and_empty_are_told_apart(monkeypatch):
    monkeypatch.setattr(attachments, "LARGEST_FILE", 50)
    monkeypatch.setattr(attachments, "LARGEST_TOGETHER", 100)
    cases = {
        "too-many": [("a.png", PNG)] * 6,
        "empty": [("a.png", b"")],
        "too-large": [("a.png", PNG + b"\0" * 9)],
    }
    for reason, files in cases.items():
        with pytest.raises(AttachmentRefused) as refused:
            read_attachments(files)
        assert refused.value.reason == reason
    with pytest.raises(AttachmentRefused):
        read_attachments([("a.png", PNG)] * 3)


def test_a_file_goes_with_the_message(client, sessions):
    data = GOOD | {"attachment": [(io.BytesIO(PNG), "shot.png"), (io.BytesIO(b"log"), "a.log")]}
    assert client.post("/en/contact", data=data).status_code == 303
    with sessions() as session:
        kept = session.query(TicketAttachment).all()
        assert [(each.name, each.media_type, each.size) for each in kept] == [
            ("shot.png", "image/png", 48),
            ("a.log", "text/plain", 3),
        ]
        assert kept[0].data == PNG


def test_a_refused_file_keeps_the_message_on_the_form(client, sessions):
    data = GOOD | {"attachment": [(io.BytesIO(b"MZ\x90\x00"), "shot.png")]}
    response = client.post("/en/contact", data=data)
    assert response.status_code == 422
    assert "Where is it?" in response.text
    assert "Pictures, PDF, videos and plain text" in response.text
    with sessions() as session:
        assert session.query(Ticket).count() == 0


def test_more_than_any_form_holds_is_turned_away_unread(client):
    kind = "multipart/form-data; boundary=x"
    for address, size in (("/en/contact", 11 * 1024**2), ("/en/feedback", 600_000)):
        response = client.post(address, data=b"\0" * size, content_type=kind)
        assert response.status_code == 413


def test_a_file_as_large_as_allowed_is_taken(client, sessions):
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    fields = [(name.encode(), b"", value.encode()) for name, value in GOOD.items()]
    fields.append((b"attachment", b'; filename="a.png"', PNG.ljust(LARGEST_FILE, b"\0")))
    body = b"".join(part % field for field in fields) + b"--x--\r\n"
    response = client.post("/en/contact", data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 303
    with sessions() as session:
        assert session.query(TicketAttachment).one().size == LARGEST_FILE


def test_what_was_tried_goes_along_as_long_as_it_is_ticked(client, sessions):
    form = client.get("/en/contact?q=refund+late&page=/en/articles/refund").text
    assert "You have searched for: refund late" in form
    tried = {"asked": ["refund late"], "read": ["refund", "escalation"], "rejected": ["refund"]}
    client.post("/en/contact", data=GOOD | tried)
    client.post("/en/contact", data=GOOD | {"body": "Again.", "rejected": ["refund"]})
    with sessions() as session:
        first, second = (each.custom for each in session.query(Ticket).order_by(Ticket.created_at))
    assert first == {"asked": ["refund late"], "read": ["refund"], "rejected": ["refund"]}
    assert second == {}
