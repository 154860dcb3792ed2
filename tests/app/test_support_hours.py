"""When somebody is there."""

from datetime import UTC, datetime

import pytest

from app.support_hours import is_open, read_hours

# 2026-03-02 is a Monday; Seoul is nine hours ahead.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "zone", "day", "hour", "answer"),
    [
        ("Mon-Fri 09:00-18:00", "UTC", 2, 9, True),
        ("Mon-Fri 09:00-18:00", "UTC", 2, 18, False),
        ("Mon-Fri 09:00-18:00", "UTC", 7, 10, False),
        ("Mon-Fri 09:00-18:00", "Asia/Seoul", 2, 0, True),
        ("Mon-Fri 09:00-18:00", "Asia/Seoul", 2, 9, False),
        ("Mon-Fri 09:00-18:00, Sat 10:00-14:00", "UTC", 7, 10, True),
        ("Sat-Mon 00:00-24:00", "UTC", 2, 23, True),
        ("Sat-Mon 00:00-24:00", "UTC", 3, 0, False),
        ("", "UTC", 2, 9, False),
    ],
)
def test_somebody_is_there_in_the_hours_of_the_place(rules, zone, day, hour, answer):
    assert is_open(read_hours(rules), zone, MONDAY.replace(day=day, hour=hour)) is answer


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ("Mon–Fri 9:00\u202fAM–6:00\u202fPM", "within 24 hours", "Asia/Seoul")),
        (
            "ko",
            (
                "월–금 09:00–18:00",
                "24시간 안에",
            ),
        ),
        ("ja", ("月–金 09:00–18:00", "24 時間以内")),
        ("zh", ("周一–周五 09:00–18:00", "24小时内")),
        ("zh-Hant", ("週一–週五 09:00–18:00", "24 小時內")),
    ],
)
def test_hours_are_told_in_the_readers_language(sessions, make_client, locale, words):
    client = make_client(
        answer_hours=24, support_hours=read_hours("Mon-Fri 09:00-18:00"), time_zone="Asia/Seoul"
    )
    text = client.get(f"/{locale}/contact").get_data(as_text=True)
    for each in words:
        assert each in text
