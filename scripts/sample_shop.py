#!/usr/bin/env python3
"""The sample shop: its look, and `sample_shop.py` announces its notices.

Reading the look needs the standard library only. Announcing needs the project's environment: it
puts the shop's notices into the database that KB_* names, unless somebody else's are there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
ZONE = "Asia/Seoul"
NIGHT = timedelta(hours=2)
"""How long the shop's payments pause."""
LOOK = {
    "KB_SITE_NAME": "Haru",
    "KB_PRODUCTS": "web=Website, ios=iPhone, android=Android",
    "KB_HOME_TEXT": "en=Orders, delivery, returns: ask in your own words.; "
    "ko=주문, 배송, 반품까지 편하게 물어보세요.; "
    "ja=ご注文・配送・返品のことを、ふだんの言葉でどうぞ。; "
    "zh=订单、配送、退换货，用您习惯的说法提问就好。; "
    "zh-Hant=訂單、配送、退換貨，用您習慣的說法提問就好。",
    "KB_FOOTER_LINKS": "haru.example.com=https://haru.example.com",
    "KB_ANSWER_HOURS": "24",
    "KB_SUPPORT_HOURS": "Mon-Fri 09:00-18:00, Sat 10:00-14:00",
    "KB_TIME_ZONE": ZONE,
}
PLANNED = {
    "kind": "planned",
    "phrases": ["card", "카드", "カード", "银行卡", "刷卡"],
    "pages": ["*/categories/payment"],
    "texts": {
        "en": {"title": "Card payments pause on Sunday from 02:00",
               "body": "Orders placed are safe."},
        "ko": {"title": "일요일 02:00~04:00 카드 결제 점검",
               "body": "이미 하신 주문은 그대로 진행됩니다."},
        "ja": {"title": "日曜 2:00〜4:00 カード決済を停止",
               "body": "ご注文済みの商品に影響はありません。"},
        "zh": {"title": "周日 02:00–04:00暂停银行卡支付", "body": "已提交的订单不受影响。"},
        "zh-Hant": {"title": "週日 02:00–04:00暫停刷卡付款", "body": "已成立的訂單不受影響。"},
    },
}  # fmt: skip
PROBLEM = {
    "kind": "problem",
    "texts": {
        "en": {"title": "Tracking pages are slow today", "body": "Deliveries are on time."},
        "ko": {"title": "오늘 배송 조회가 느려요", "body": "배송은 예정대로 진행되고 있어요."},
        "ja": {"title": "本日、配送状況の表示が遅れています", "body": "お届けは予定どおりです。"},
        "zh": {"title": "今天物流信息更新较慢", "body": "包裹正常配送，只是页面更新有延迟。"},
        "zh-Hant": {"title": "今天物流資訊更新較慢", "body": "包裹正常配送，只是頁面更新有延遲。"},
    },
}


def look(root: Path) -> dict[str, str]:
    """The settings that make a help center the shop's."""
    return LOOK | {"KB_LOGO": str(root / "articles" / "images" / "haru.svg")}


def next_pause(now: datetime) -> datetime:
    """When payments pause next: Sunday at 02:00 in the shop's time, after `now`."""
    night = now.astimezone(ZoneInfo(ZONE)).replace(hour=2, minute=0, second=0, microsecond=0)
    night += timedelta(days=(6 - night.weekday()) % 7)
    return night if night > now else night + timedelta(days=7)


def wanted(kept: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """The notices to announce beside the `kept` ones (`app.models.Notice`).

    None beside a notice of somebody's own, and none again that somebody ended; but a pause that is
    over is followed by the next one, so that something is always planned.
    """
    if any(each.texts not in (PLANNED["texts"], PROBLEM["texts"]) for each in kept):
        return []
    start = next_pause(now)
    moments = {"starts_at": _rfc_3339(start), "ends_at": _rfc_3339(start + NIGHT)}
    if not kept:
        return [PLANNED | moments, PROBLEM]
    pauses = [each for each in kept if each.texts == PLANNED["texts"]]
    ran_out = all(
        each.ends_at and each.ends_at <= now and each.ends_at - each.starts_at == NIGHT
        for each in pauses
    )
    return [PLANNED | moments] if ran_out else []


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from app.commands.workplace import open_workplace
    from app.errors import KotaeError
    from app.notice_fields import read_notice
    from app.notices import add_notice, list_notices

    now = datetime.now(UTC)
    try:
        with open_workplace(migrate=True) as place, place.sessions() as session:
            for values in wanted(list_notices(session), now):
                add_notice(session, read_notice(values, now=now))
    except KotaeError as error:
        print(f"The sample's notices were not announced: {error}", file=sys.stderr)
        return 1
    return 0


def _rfc_3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    raise SystemExit(main())
