"""Small exports in the shapes that the services' APIs give, and the files to go with them."""

import json
import struct
import zlib


def png(width=2, height=2):
    """A PNG whose header says this size; its pixels are those of a much smaller one."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 16)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )


def write(folder, files):
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode()
        target.write_bytes(content)
    return folder


ZENDESK = {
    "articles-1.json": {
        "count": 2,
        "next_page": None,
        "articles": [
            {
                "id": 101,
                "title": "Send it back",
                "body": "<h1>Send it back</h1><p>Within <strong>14 days</strong>. See <a href="
                '"/hc/en-us/articles/102-Shipping#how">shipping</a>, <a href="https://acme.zendesk.'
                'com/hc/ko/articles/102">again</a>, <a href="https://example.com/x">this</a> and '
                '<a href="/hc/en-us/articles/999">that</a>.</p><img src="https://acme.zendesk.com/'
                'hc/article_attachments/7/box.png" alt="A box"><iframe src="//player.example.com/1"'
                "></iframe>",
                "locale": "en-us",
                "source_locale": "en-us",
                "section_id": 11,
                "label_names": ["returns", "14 days"],
                "draft": False,
                "user_segment_id": None,
                "vote_count": 3,
                "html_url": "https://acme.zendesk.com/hc/en-us/articles/101-Send-it-back",
            },
            {
                "id": 102,
                "title": "Shipping",
                "body": "<p>By post.</p>",
                "locale": "en-us",
                "section_id": 12,
                "draft": True,
                "user_segment_id": 5,
                "html_url": "https://acme.zendesk.com/hc/en-us/articles/102-Shipping",
            },
        ],
    },
    "translations.json": {
        "translations": [
            {
                "source_id": 101,
                "source_type": "Article",
                "locale": "ko",
                "title": "반품하기",
                "body": '<p>14일 안에. <a href="/hc/ko/articles/102">배송</a></p>',
                "html_url": "https://acme.zendesk.com/hc/ko/articles/101",
            }
        ]
    },
    "sections.json": {
        "sections": [
            {"id": 11, "name": "Returns", "category_id": 1, "locale": "en-us"},
            {"id": 11, "name": "반품", "category_id": 1, "locale": "ko"},
            {"id": 12, "name": "Parcels", "parent_section_id": 11, "locale": "en-us"},
        ]
    },
    "categories.json": {
        "categories": [{"id": 1, "name": "Orders", "description": "All of it", "locale": "en-us"}]
    },
    "article_attachments.json": {
        "article_attachments": [
            {
                "id": 7,
                "article_id": 101,
                "file_name": "box.png",
                "inline": True,
                "content_url": "https://acme.zendesk.com/hc/article_attachments/7/box.png",
            },
            {
                "id": 8,
                "article_id": 101,
                "file_name": "form.pdf",
                "inline": False,
                "content_url": "https://acme.zendesk.com/hc/article_attachments/8/form.pdf",
            },
            {
                "id": 9,
                "article_id": 101,
                "file_name": "gone.pdf",
                "content_url": "https://acme.zendesk.com/hc/article_attachments/9/gone.pdf",
            },
        ]
    },
    "user_segments.json": {"user_segments": [{"id": 5, "user_type": "staff"}]},
    "attachments/7/box.png": png(),
    "attachments/8-form.pdf": b"%PDF-1.4 form",
}

INTERCOM = {
    "articles.json": {
        "type": "list",
        "data": [
            {
                "type": "article",
                "id": "31",
                "title": "Reset a password",
                "body": '<p>Press <b>Reset</b>.</p><img src="https://downloads.intercomcdn.com/i/'
                'key.png?x=1">',
                "state": "published",
                "url": "https://help.acme.com/en/articles/31-reset-a-password",
                "parent_id": 2,
                "parent_type": "collection",
                "default_locale": "en",
                "tags": {"type": "tag.list", "tags": [{"type": "tag", "name": "login"}]},
                "translated_content": {
                    "type": "article_translated_content",
                    "ja": {
                        "type": "article_content",
                        "title": "パスワードの再設定",
                        "body": "<p>押してください。</p>",
                        "state": "draft",
                        "url": "https://help.acme.com/ja/articles/31",
                    },
                    "fr": None,
                },
            }
        ],
    },
    "collections.json": {
        "type": "list",
        "data": [
            {"type": "collection", "id": "1", "name": "Account"},
            {"type": "collection", "id": "2", "name": "Sign-in", "parent_id": "1"},
        ],
    },
    "images/key.png": png(),
}

FRESHDESK = {
    "categories.json": [{"id": 1, "name": "General"}],
    "folders_1.json": [
        {"id": 5, "name": "Billing", "category_id": 1, "visibility": 3},
        {"id": 6, "name": "Start", "category_id": 1, "visibility": 1},
    ],
    "articles_5.json": [
        {
            "id": 51,
            "title": "Refund a card",
            "description": "<p>Agents do <em>this</em>.</p>",
            "status": 2,
            "folder_id": 5,
            "tags": ["card"],
            "attachments": [
                {"id": 3, "name": "list.csv", "attachment_url": "https://s3.example.com/list.csv"}
            ],
        }
    ],
    "articles_6.json": [
        {
            "id": 61,
            "title": "Begin here",
            "description": '<p><a href="/support/solutions/articles/51-refund-a-card">card</a></p>',
            "status": 1,
            "folder_id": 6,
        }
    ],
    "attachments/list.csv": b"a,b\n1,2\n",
}

HTML = {
    "guide/setup.html": '<!doctype html><html lang="en"><head><title>Acme | Set up</title>'
    "<style>p{}</style></head><body><nav>Menu</nav><main><h1>Set up</h1><p>First "
    '<a href="../faq.html#b">read</a> <a href="../files/a.pdf">a file</a>.</p>'
    '<img src="../img/x.png" alt="X"></main><footer>(c)</footer></body></html>',
    "faq.html": "<html><head><title>Questions</title></head><body><p>Answers.</p></body></html>",
    "ko/faq.html": "<title>질문</title><body><p>답.</p></body>",
    "empty.html": "<html><body></body></html>",
    "img/x.png": png(),
    "files/a.pdf": b"%PDF-1.4 a",
}
