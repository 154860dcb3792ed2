"""A small help center: its articles, and the hits an index would give for them."""

from datetime import UTC, datetime

from app.models import Article, Category
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
