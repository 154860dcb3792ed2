"""What a page of figures is about: which days, which language, product, page and article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 28
MOST_DAYS = 731
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of one time zone, the first and the last included."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first moment that does not belong to it any more."""
        return datetime.combine(self.last + _DAY, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """As many days that end the day before it begins."""
        length = timedelta(days=self.days)
        return replace(self, first=self.first - length, last=self.last - length)

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Selection:
    """A period and what is looked at in it; "" means all."""

    period: Period
    locale: str = ""
    product: str = ""
    page: str = ""
    article: str = ""
    questions: tuple[str, ...] = ()
    """Only needs in which one of these was asked, letters' case aside."""
    compares: bool = False
    """Whether the days before are shown beside."""
    closed_before: datetime | None = None
    """Needs that ended later are not decided, whatever became of them so far: tickets come at once,
    their absence is known when the window has closed."""

    ignores_days: bool = False
    """Whether it is of other days than were asked for, since those make no sense."""

    @property
    def is_filtered(self) -> bool:
        """Whether it is about less than everything in its days."""
        return bool(self.locale or self.product or self.page or self.article or self.questions)

    @property
    def is_narrowed(self) -> bool:
        """Whether it is of a group: by filters, or by fewer days than are shown unasked."""
        return self.is_filtered or self.period.days < DEFAULT_DAYS

    def before(self) -> Selection:
        """The same of the days before."""
        return replace(self, period=self.period.before())

    def parameters(self) -> dict[str, str]:
        """As parameters of an address; what says nothing is left out."""
        given = {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "locale": self.locale,
            "product": self.product,
            "page": self.page,
            "article": self.article,
            "questions": "\n".join(self.questions),
            "compare": "1" if self.compares else "",
        }
        return {name: value for name, value in given.items() if value}


def read_selection(values: Mapping[str, str], *, zone: str, now: datetime) -> Selection:
    """The selection that an address asks for; days that make no sense give the last four weeks."""
    today = now.astimezone(ZoneInfo(zone)).date()
    asked = [values.get(name, "") for name in ("from", "to")]
    begin, end = map(_day, asked)
    has_sense = all(text == "" or _day(text) for text in asked)
    last = end or today
    first = begin or last - timedelta(days=DEFAULT_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        has_sense = False
        first, last = today - timedelta(days=DEFAULT_DAYS - 1), today
    return Selection(
        period=Period(first, last, zone),
        locale=values.get("locale", "")[:35],
        product=values.get("product", "")[:64],
        page=values.get("page", "")[:2000],
        article=values.get("article", "")[:400],
        questions=tuple(filter(None, values.get("questions", "")[:4000].splitlines())),
        compares=values.get("compare", "") == "1",
        ignores_days=not has_sense,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
