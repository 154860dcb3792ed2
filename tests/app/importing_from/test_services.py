"""Each service's export becomes a folder that imports without an error, and says what it lost."""

import re

import pytest

from app.importing_from.collected import SourceRefused
from app.importing_from.collecting import collect
from app.importing_from.opening import opened
from app.importing_from.writing import write_folder
from search.document import no_progress
from tests.app.importing_from.exports import FRESHDESK, HTML, INTERCOM, ZENDESK, png, write
from tests.store_helpers import read_tree

LOCALES = ("en", "ko", "ja", "zh", "zh-Hant")


@pytest.fixture
def carry(tmp_path):
    def carry(service, files):
        source = write(tmp_path / "export", files)
        root = (tmp_path / "out").resolve()
        root.mkdir(exist_ok=True)
        with opened(source) as folder:
            collected = collect(service, source, folder, "en")
            report = write_folder(collected, root, locales=LOCALES, progress=no_progress)
        return report, {
            path: data.decode(errors="replace") for path, data in read_tree(root).items()
        }

    return carry


def lost(report):
    return sorted((problem.code, problem.path) for problem in report.lost)


def test_zendesk_articles_keep_text_place_and_old_addresses(carry):
    report, files = carry("zendesk", ZENDESK)
    assert files["en/orders/returns/send-it-back.md"] == (
        "---\n"
        "title: Send it back\n"
        "id: send-it-back\n"
        'tags: [returns, "14 days"]\n'
        'redirect_from: ["/hc/en-us/articles/101-Send-it-back", "/hc/en-us/articles/101"]\n'
        "---\n\n"
        "Within **14 days**. See [shipping](parcels/shipping.md#how), "
        "[again](parcels/shipping.md), [this](https://example.com/x) and that.\n\n"
        "![A box](../../../attachments/101/box.png)\n\n"
        "<https://player.example.com/1>\n\n"
        "- [form.pdf](../../../attachments/101/form.pdf)\n"
    )
    assert "id: send-it-back\n" in files["ko/orders/returns/send-it-back.md"]
    shipping = files["en/orders/returns/parcels/shipping.md"]
    assert "status: draft\n" in shipping
    assert "audience: agents\n" in shipping
    assert files["en/orders/_category.md"] == "---\ntitle: Orders\ndescription: All of it\n---\n"
    assert files["ko/orders/returns/_category.md"] == "---\ntitle: 반품\n---\n"
    assert (report.articles, report.attachments, report.failed) == (3, 2, [])
    assert lost(report) == [
        ("attachment-missing", "article 101"),
        ("dead-link", "en/orders/returns/send-it-back.md"),
        ("lost-iframe", "en/orders/returns/send-it-back.md"),
        ("votes", "article 101 (en-us)"),
        ("votes", "article 101 (ko)"),
    ]


def test_intercom_articles_bring_their_languages_and_collections(carry):
    report, files = carry("intercom", INTERCOM)
    english = files["en/account/sign-in/reset-a-password.md"]
    assert "tags: [login]\n" in english
    assert "Press **Reset**." in english
    assert "](../../../attachments/31/key.png)" in english
    assert '"/en/articles/31-reset-a-password", "/en/articles/31"' in english
    japanese = files["ja/account/sign-in/reset-a-password.md"]
    assert "title: パスワードの再設定\n" in japanese
    assert "status: draft\n" in japanese
    assert (report.articles, report.failed, report.lost) == (2, [], [])


def test_freshdesk_articles_keep_who_may_read_them(carry):
    report, files = carry("freshdesk", FRESHDESK)
    refund = files["en/general/billing/refund-a-card.md"]
    assert "audience: agents\n" in refund
    assert "Agents do *this*." in refund
    assert "- [list.csv](../../../attachments/51/list.csv)" in refund
    assert "/support/solutions/articles/51-refund-a-card" in refund
    begin = files["en/general/start/begin-here.md"]
    assert "status: draft\n" in begin
    assert "[card](../billing/refund-a-card.md)" in begin
    assert (report.articles, report.failed, report.lost) == (2, [], [])


@pytest.mark.parametrize(
    ("article", "audience", "noted"),
    [
        ({"user_segment_ids": []}, "public", False),
        ({"user_segment_ids": [5]}, "agents", False),
        ({"user_segment_ids": [6]}, "signed-in", False),
        ({"user_segment_ids": [6, 5]}, "agents", True),
        ({"user_segment_id": 6, "user_segment_ids": [6]}, "signed-in", False),
        ({"user_segment_ids": [7]}, "signed-in", True),
        ({"user_segment_id": 99}, "agents", True),
        ({"user_segment_ids": [6, 99]}, "agents", True),
    ],
)
def test_a_zendesk_article_for_some_is_never_for_more(carry, article, audience, noted):
    segments = [
        {"id": 5, "user_type": "staff"},
        {"id": 6, "user_type": "signed_in_users", "built_in": True, "tags": []},
        {"id": 7, "user_type": "signed_in_users", "tags": ["gold"]},
    ]
    record = {"id": 1, "title": "Prices", "body": "<p>Text</p>", "locale": "en", **article}
    given = {
        "articles.json": {"articles": [record]},
        "user_segments.json": {"user_segments": segments},
    }
    report, files = carry("zendesk", given)
    found = re.search("audience: (.*)", files["en/prices.md"])
    assert (found[1] if found else "public") == audience
    assert [problem.code for problem in report.lost] == ["user-segment"] * noted


@pytest.mark.parametrize(
    ("folders", "audience", "noted"),
    [
        ([{"id": 4, "visibility": 1}], "public", False),
        ([{"id": 4, "visibility": 2}], "signed-in", False),
        ([{"id": 4, "visibility": 4}], "signed-in", True),
        ([{"id": 4, "visibility": 7}], "agents", True),
        ([{"id": 4}], "agents", True),
        ([{"id": 5, "visibility": 1}], "agents", True),
        ([], "agents", True),
    ],
)
def test_a_freshdesk_article_of_an_unknown_folder_is_for_agents(carry, folders, audience, noted):
    record = {"id": 1, "title": "Prices", "description": "<p>Text</p>", "folder_id": 4}
    given = {"articles.json": [record], "folders.json": folders}
    report, files = carry("freshdesk", given)
    found = re.search("audience: (.*)", files["en/prices.md"])
    assert (found[1] if found else "public") == audience
    assert [problem.code for problem in report.lost] == ["visibility"] * noted


def test_html_pages_lose_what_stands_around_their_text(carry):
    report, files = carry("html", HTML)
    setup = files["en/guide/set-up.md"]
    assert setup.endswith(
        "First [read](../questions.md#b) [a file](../../attachments/guide-setup/a.pdf).\n\n"
        "![X](../../attachments/guide-setup/x.png)\n"
    )
    assert '"/guide/setup.html", "/guide/setup"' in setup
    # The same page in two languages is one article.
    assert "id: questions\n" in files["ko/questions.md"]
    assert lost(report) == [("no-article", "empty.html")]


@pytest.mark.parametrize(
    ("service", "files"),
    [("zendesk", ZENDESK), ("intercom", INTERCOM), ("freshdesk", FRESHDESK), ("html", HTML)],
)
def test_what_was_written_is_imported_and_a_second_run_changes_nothing(
    tmp_path, carry, service, files, request
):
    from app.db import create_database_engine, session_factory
    from app.importing import import_folder
    from app.migrating import upgrade
    from app.settings import Settings

    first, written = carry(service, files)
    second, again = carry(service, files)
    assert (second.articles, second.unchanged, second.failed) == (0, first.articles, [])
    assert again == written
    settings = Settings(var_dir=tmp_path / "var")
    upgrade(settings)
    engine = create_database_engine(settings)
    report = import_folder(
        tmp_path / "out", session_factory=session_factory(engine), settings=settings
    )
    engine.dispose()
    assert (report.failed, report.created) == ((), first.articles)


def test_a_file_that_is_there_is_never_overwritten(tmp_path, carry):
    write(tmp_path / "out", {"en/orders/returns/send-it-back.md": "# Mine\n"})
    report, files = carry("zendesk", ZENDESK)
    assert files["en/orders/returns/send-it-back.md"] == "# Mine\n"
    assert [problem.code for problem in report.failed] == ["file-exists"]


def test_two_articles_of_one_title_get_different_ids(carry):
    article = {"title": "Same", "body": "<p>x</p>", "locale": "en"}
    records = {"articles": [article | {"id": 1}, article | {"id": 2}]}
    _, files = carry("zendesk", {"articles.json": records})
    assert sorted(path for path in files if path.endswith(".md")) == ["en/same-2.md", "en/same.md"]


def test_an_article_of_50_megabytes_is_refused_and_the_others_come(carry):
    huge = {"id": 1, "title": "Huge", "body": "<p>" + "x" * 50_000_000 + "</p>", "locale": "en"}
    small = {"id": 2, "title": "Small", "body": "<p>x</p>", "locale": "en"}
    report, files = carry("zendesk", {"articles.json": {"articles": [huge, small]}})
    assert list(files) == ["en/small.md"]
    (problem,) = report.failed
    assert (problem.code, "50000007 bytes" in problem.reason) == ("inconvertible", True)


@pytest.mark.parametrize("service", ["zendesk", "intercom", "freshdesk", "html"])
@pytest.mark.parametrize(
    "files", [{}, {"articles.json": "[]"}, {"articles.json": "{"}, {"articles.json": "7"}]
)
def test_what_is_no_export_is_refused(carry, service, files):
    with pytest.raises(SourceRefused):
        carry(service, files | {".hidden": ""})


def test_strange_records_break_nothing(carry):
    strange = [
        {"id": None, "title": ["x"], "body": {"a": 1}, "locale": 7},
        {"id": 1, "title": "A", "body": None, "locale": "en", "section_id": {"x": 1}},
        {"id": 4, "title": "C", "body": "<p>c</p>", "locale": "en", "html_url": "https://[x"},
        {"id": 2, "title": "B", "body": "<p>b</p>", "locale": "nonsense-language-tag"},
    ]
    sections = [{"id": 3, "parent_section_id": 3, "name": "Loop"}]
    report, files = carry("zendesk", {"articles.json": {"articles": strange, "sections": sections}})
    assert sorted(files) == ["en/a.md", "en/c.md"]
    assert {problem.code for problem in report.lost} >= {"bad-locale"}


def zendesk(body, attachments=()):
    address = "https://acme.zendesk.com/hc/en-us/articles/1"
    article = {"id": 1, "title": "A", "body": body, "locale": "en-us", "html_url": address}
    other = {"id": 2, "title": "B", "body": "<p>b</p>", "locale": "en-us"}
    records = {"articles": [article, other], "article_attachments": list(attachments)}
    return {"articles.json": records}


def intercom(body):
    address = "https://help.acme.com/en/articles/1-a"
    article = {"id": "1", "title": "A", "body": body, "state": "published", "url": address}
    other = {"id": "2", "title": "B", "body": "<p>b</p>", "state": "published", "url": None}
    return {"articles.json": {"type": "list", "data": [article, other]}}


def freshdesk(body):
    article = {"id": 1, "title": "A", "description": body, "status": 2, "folder_id": 4}
    other = {"id": 2, "title": "B", "description": "<p>b</p>", "status": 2, "folder_id": 4}
    return {"articles.json": [article, other], "folders.json": [{"id": 4, "visibility": 1}]}


@pytest.mark.parametrize(
    ("service", "export", "address"),
    [
        ("zendesk", zendesk, "https://acme.zendesk.com/hc/article_attachments/9/y.png"),
        ("intercom", intercom, "https://downloads.intercomcdn.com/i/o/1/x.png"),
        ("freshdesk", freshdesk, "https://s3.amazonaws.com/cdn.freshdesk.com/data/1/p.png"),
        ("html", None, "//pictures.example.com/p.png"),
    ],
)
def test_an_image_that_is_still_on_another_site_is_named(carry, service, export, address):
    body = f'<p><img src="{address}" alt="q"> <img src="{address}" alt="q"></p>'
    page = f"<title>A</title><body><p>Text</p>{body}</body>"
    report, files = carry(service, export(body) if export else {"a.html": page})
    assert f"![q]({address})" in files["en/a.md"]
    (problem,) = report.lost
    assert (problem.path, problem.code) == ("en/a.md", "image-elsewhere")
    assert f"{address} is still loaded from {address.split('/')[2]};" in problem.reason


@pytest.mark.parametrize(
    ("service", "export", "address"),
    [
        ("zendesk", zendesk, "https://ACME.zendesk.com/hc/en-us/articles/777"),
        ("zendesk", zendesk, "https://acme.zendesk.com/hc/en-us/requests/new"),
        ("zendesk", zendesk, "https://acme.zendesk.com/hc/article_attachments/8/manual.pdf"),
        ("zendesk", zendesk, "https://p20.zdassets.com/hc/theme_assets/1/manual.pdf"),
        ("intercom", intercom, "https://Help.Acme.com/en/collections/5"),
        ("intercom", intercom, "https://intercom.help/acme/en/articles/777"),
        ("intercom", intercom, "https://acme.intercom-attachments-7.com/i/o/9/manual.pdf"),
        ("freshdesk", freshdesk, "https://acme.freshdesk.com/support/solutions/articles/777"),
        ("freshdesk", freshdesk, "https://s3.amazonaws.com/cdn.freshdesk.com/data/manual.pdf"),
    ],
)
def test_a_link_that_still_leads_to_the_old_help_center_is_named(carry, service, export, address):
    report, files = carry(service, export(f'<p><a href="{address}">there</a></p>'))
    assert f"[there]({address})" in files["en/a.md"]
    (problem,) = report.lost
    assert (problem.path, problem.code) == ("en/a.md", "link-elsewhere")
    assert address in problem.reason


@pytest.mark.parametrize(
    ("service", "export"),
    [("zendesk", zendesk), ("intercom", intercom), ("freshdesk", freshdesk)],
)
@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/articles/2",
        "https://s3.amazonaws.com/mine/manual.pdf",
        "https://support.zendesk.com/hc/en-us/articles/777",
        "https://notzendesk.com/x",
        "https://[x",
    ],
)
def test_a_link_to_somebody_elses_site_stays_and_is_not_named(carry, service, export, address):
    report, files = carry(service, export(f'<p><a href="{address}">there</a></p>'))
    codes = [problem.code for problem in report.lost]
    assert codes == (["dead-link"] if address == "https://[x" else [])
    assert (f"({address})" in files["en/a.md"]) is not bool(codes)


@pytest.mark.parametrize(
    ("service", "export", "address"),
    [
        ("freshdesk", freshdesk, "https://help.acme.com/support/solutions/articles/2"),
        ("freshdesk", freshdesk, "https://acme.freshdesk.com/ko/support/solutions/articles/2-b"),
        ("freshdesk", freshdesk, "https://acme.freshdesk.com/a/solutions/articles/2"),
        ("freshdesk", freshdesk, "/solution/categories/7/folders/4/articles/2-b"),
        ("zendesk", zendesk, "https://help.acme.com/hc/en-us/articles/2-B"),
        ("zendesk", zendesk, "https://acme.zendesk.com/hc/articles/2"),
        ("intercom", intercom, "https://intercom.help/acme/en/articles/2-b"),
    ],
)
def test_an_article_is_found_by_its_number_whatever_its_host(carry, service, export, address):
    report, files = carry(service, export(f'<p><a href="{address}#x">there</a></p>'))
    assert "[there](b.md#x)" in files["en/a.md"]
    assert report.lost == []


@pytest.mark.parametrize(
    "address",
    [
        "/hc/en-us/article_attachments/55/pic.png",
        "/hc/article_attachments/55",
        "https://acme.zendesk.com/hc/en-us/article_attachments/55/pic.png",
        "https://help.acme.com/hc/ko/article_attachments/55",
    ],
)
def test_a_zendesk_attachment_is_found_whatever_language_its_address_has(carry, address):
    content = "https://help.acme.com/hc/article_attachments/55/pic.png"
    record = {"id": 55, "article_id": 1, "file_name": "pic.png", "inline": True}
    files = zendesk(f'<p><img src="{address}" alt="q"></p>', [record | {"content_url": content}])
    report, files = carry("zendesk", files | {"attachments/55/pic.png": png()})
    assert re.search(r"!\[q\]\(\.\./attachments/1/[\w-]+\.png\)", files["en/a.md"])
    assert report.lost == []
