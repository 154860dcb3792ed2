"""A small help center: its articles, and the hits an index would give for them."""

from datetime import UTC, datetime, timedelta

from app.models import Article, ArticleMedia, Category, Media, Notice, Ticket, TicketReply
from app.render import render
from tests.fake_index import make_hit

UPDATED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def make_article(article_id, locale="en", title="Title", **values):
    """A published article with everything a test does not care about filled in."""
    given = {
        "article_id": article_id,
        "locale": locale,
        "title": title,
        "status": "published",
        "html": f"<p>Text of {title}.</p>",
        "sections": [{"path": [], "anchor": "", "text": f"Text of {title}."}],
        "source": f"# {title}\n",
        "source_hash": "0" * 64,
        "updated_at": UPDATED,
        "published_at": UPDATED,
    }
    return Article(**(given | values))


def small_help_center():
    """Articles and categories: one topic in four languages, one in English only, one not public."""
    return [
        make_article(
            "refund",
            title="Get a refund",
            category="payment",
            quality=0.9,
            html='<h2 id="when">When it arrives</h2><p>Within <strong>five</strong> days.</p>',
            headings=[{"level": 2, "text": "When it arrives", "anchor": "when"}],
            tags=["money"],
        ),
        make_article("refund", "ko", "환불 받기", category="payment", quality=0.9),
        make_article("refund", "ja", "返金を受ける", category="payment", quality=0.9),
        make_article("refund", "zh", "申请退款", category="payment", quality=0.9),
        make_article("gift-cards", title="Use a gift card", category="payment/cards", quality=0.5),
        make_article("sign-in", title="Sign in again", category="account", quality=0.4),
        make_article("escalation", title="Escalate a refund", audience="agents"),
        make_article("unfinished", title="Unfinished refund", status="draft"),
        Category(locale="en", slug="payment", title="Payment", description="Cards and refunds"),
        Category(locale="ko", slug="payment", title="결제", description="카드와 환불"),
        Category(locale="ja", slug="payment", title="お支払い"),
        Category(locale="zh", slug="payment", title="支付"),
    ]


def hits_of_help_center():
    """Hits for every article above, the ones that must never be shown included."""
    return [
        make_hit(
            "refund",
            title="Get a refund",
            title_highlights=((6, 12),),
            answer="The refund arrives within five days.",
            answer_highlights=((4, 10),),
            anchor="when",
            heading="When it arrives",
            score=0.91234,
            why=("title", "meaning"),
            category="payment",
        ),
        make_hit(
            "refund",
            "ko",
            "환불 받기",
            title_highlights=((0, 2),),
            answer="5일 안에 환불됩니다.",
            answer_highlights=((6, 8),),
            foreign=True,
        ),
        make_hit("gift-cards", title="Use a gift card", category="payment/cards"),
        make_hit("escalation", title="Escalate a refund"),
        make_hit("unfinished", title="Unfinished refund"),
        make_hit("deleted-long-ago", title="A refund of old"),
    ]


def hits_in_each_language():
    """One answer to "visa" in every language, as found for who reads any of them."""
    named = {"en": "refund", "ko": "refund", "ja": "refund", "zh": "refund", "zh-Hant": "film"}
    return [
        make_hit(article_id, locale, f"Visa ({locale})", answer="Visa.")
        for locale, article_id in named.items()
    ]


PICTURE_SHA = "cd" + "0" * 62
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="150"><path d="M0 0h9v9z"/></svg>'
)
LONG_ARTICLE = (
    """The first paragraph with an [external link](https://example.com) and `code`.

![The way of a parcel](way.svg)

## Steps

1. Open **Orders**.
2. Choose the parcel.

    A second paragraph of the step.

3. Confirm.

## Callouts

!!! note
    Something to know.

!!! tip "By the way"
    Something good.

!!! warning
    Something to mind.

!!! danger
    Something to fear.

??? info "More"
    Folded away.

## Code and tables

```python
answer = "yes"  # not 42
```

| Card | Days |
|---|---|
| Visa | 3 |

> Somebody said so.

### A smaller heading

Term
:   What it means.
"""
    + "\nMore words, so that the page can be scrolled.\n" * 40
)


FILM_ARTICLE = """Watch it once.

![How to pack a parcel](pack.mp4)

Then do it.
"""


def rich_help_center(media_dir):
    """An article with everything a page can show, a film, notices, and a ticket with a reply."""
    path = media_dir / PICTURE_SHA[:2] / PICTURE_SHA
    path.parent.mkdir(parents=True)
    path.write_bytes(PICTURE)
    rendered, film = (
        render(
            text,
            resolve_link=lambda address: address,
            resolve_media=lambda address: f"/media/{PICTURE_SHA}/{address}",
        )
        for text in (LONG_ARTICLE, FILM_ARTICLE)
    )
    now = datetime.now(UTC)
    return [
        make_article(
            "everything",
            title="Everything at once",
            category="account",
            html=rendered.html,
            headings=[
                {"level": each.level, "text": each.text, "anchor": each.anchor}
                for each in rendered.headings
            ],
            media=[ArticleMedia(sha256=PICTURE_SHA)],
        ),
        make_article("film", title="See how to pack", category="account", html=film.html),
        make_article("film", "zh-Hant", "打包影片", category="account", html=film.html),
        Media(sha256=PICTURE_SHA, media_type="image/svg+xml", size=len(PICTURE)),
        *(
            Notice(
                id=kind,
                kind=kind,
                texts={
                    "en": {"title": f"A {kind} notice", "body": "What it is about."},
                    "ko": {"title": "알려 드립니다", "body": "무슨 일인지 적혀 있어요."},
                },
                pages=["*/status", "*/articles/everything"],
                starts_at=now - timedelta(hours=1),
                ends_at=now + timedelta(days=9),
            )
            for kind in ("problem", "planned", "info")
        ),
        Ticket(id="00000000000000aa", email="kim@example.com", subject="환불", body="언제 와요?"),
        TicketReply(ticket_id="00000000000000aa", author="support", body="내일 도착해요.", at=now),
    ]
