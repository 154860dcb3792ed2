"""The help center that was left: which addresses are its own, whatever host an export names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True)
class OldSite:
    """What is known of how a service publishes."""

    domains: tuple[str, ...] = ()
    """Where it serves help centers, and their files: each with what is below it."""
    buckets: tuple[str, ...] = ()
    """Beginnings of paths that are its own on a store of files that many share."""
    elsewhere: frozenset[str] = frozenset()
    """Hosts below its domains that are the vendor's own: its documentation, its shop."""
    article: re.Pattern[str] | None = None
    """The path of an article by its number (the first group), on whatever host."""
    attachment: re.Pattern[str] | None = None
    """The path of an attachment by its number (the first group)."""

    def is_host(self, host: str) -> bool:
        """Whether help centers of this service, or their files, are served there."""
        name = host.lower().partition(":")[0]
        below = any(name == each or name.endswith(f".{each}") for each in self.domains)
        return below and name not in self.elsewhere

    def has(self, parts: SplitResult) -> bool:
        """Whether an address is one of a help center of this service, or of its files."""
        return self.is_host(parts.netloc) or parts.path.lstrip("/").startswith(self.buckets)

    def find_article(self, path: str) -> str:
        """The number of the article that has this path; empty for none."""
        found = self.article.match(path) if self.article else None
        return found[1] if found else ""

    def find_attachment(self, path: str) -> str:
        """The number of the attachment that has this path; empty for none."""
        found = self.attachment.match(path) if self.attachment else None
        return found[1] if found else ""


UNKNOWN_SITE = OldSite()
ZENDESK = OldSite(
    domains=("zendesk.com", "zdassets.com", "zdusercontent.com"),
    elsewhere=frozenset({"www.zendesk.com", "support.zendesk.com", "developer.zendesk.com"}),
    article=re.compile(r"/hc/(?:[A-Za-z-]+/)?articles/(\d+)"),
    attachment=re.compile(r"/hc/(?:[A-Za-z-]+/)?article_attachments/(\d+)"),
)
INTERCOM = OldSite(
    domains=(
        *("intercom.help", "intercomcdn.com", "intercomcdn.eu", "intercomassets.com"),
        *("intercom-attachments.com", "intercom-attachments.eu"),
        *(f"intercom-attachments-{number}.com" for number in range(1, 10)),
    ),
)
FRESHDESK = OldSite(
    domains=("freshdesk.com",),
    buckets=("cdn.freshdesk.com/", "euc-cdn.freshdesk.com/", "fdcdn.freshdesk.com/"),
    elsewhere=frozenset(
        {"www.freshdesk.com", "support.freshdesk.com", "developers.freshdesk.com"},
    ),
    article=re.compile(
        r"/(?:[A-Za-z-]+/)?(?:support/|a/)?solutions?/(?:\w+/\d+/)*articles/(\d+)",
    ),
)


def split_address(address: str) -> SplitResult:
    """An address in its parts; all of them empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
