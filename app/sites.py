"""Sites that embed the widget: their keys, and whom they vouch for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import COMMAND_LINE, note_deed
from app.deflection.people import Identity, vouches_for
from app.errors import KotaeError
from app.models import SiteKey
from app.payload import Fields
from app.setting_values import read_origins

LONGEST_IDENTITY = 200
MOST_HELD_OUT = 50
"""Percent of visitors, as in the settings."""
_KEY = re.compile(r"site_[0-9a-f]{24}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTACT = re.compile(r"mailto:[^\s@]+@[^\s@]+|https?://[^\s/]+\S*")


class SiteNotFound(KotaeError):
    """A request names a site key that does not exist, or does not any more."""

    code = "unknown-site"
    status = 403


class BadSite(KotaeError):
    """What a site is to be made from cannot be used."""

    code = "bad-site"
    status = 400


class IdentityRefused(KotaeError):
    """Somebody says who they are without their site's word for it."""

    code = "identity-refused"
    status = 403


def add_site(
    session: Session,
    name: str,
    origins: Sequence[str],
    contact: str = "",
    holdout_percent: int | None = None,
) -> SiteKey:
    """Make a key for a site whose pages have these origins, commit, and return it with its secret.

    `contact`: a `mailto:` or `https:` address, or empty. `holdout_percent`: see `set_holdout`.
    Raises BadSite.
    """
    try:
        allowed = read_origins(",".join(origins))
    except ValueError as error:
        raise BadSite(f"The origins must be {error}.") from None
    if not name.strip() or not allowed:
        raise BadSite("A site needs a name and at least one origin.")
    if contact and not _CONTACT.fullmatch(contact):
        raise BadSite(f"{contact!r} is no mailto: or https: address.")
    site = SiteKey(
        key=f"site_{secrets.token_hex(12)}",
        name=name.strip(),
        origins=list(allowed),
        secret=secrets.token_urlsafe(32),
        contact=contact,
        holdout_percent=_checked_share(holdout_percent),
    )
    session.add(site)
    note_deed(session, COMMAND_LINE, "site.add", f"site:{site.key}", name=site.name)
    session.commit()
    return site


def list_sites(session: Session) -> list[SiteKey]:
    """Every site, by name."""
    return list(session.scalars(select(SiteKey).order_by(SiteKey.name, SiteKey.key)))


def remove_site(session: Session, key: str) -> SiteKey:
    """Delete a key and commit: its pages are answered no more. Raises SiteNotFound."""
    site = find_site(session, key)
    session.delete(site)
    note_deed(session, COMMAND_LINE, "site.remove", f"site:{key}", name=site.name)
    session.commit()
    return site


def set_holdout(session: Session, key: str, percent: int | None) -> None:
    """Hold suggestions back from `percent` of a site's visitors, and commit.

    0 is none of them; None the share of the server's settings. Raises SiteNotFound, BadSite.
    """
    find_site(session, key).holdout_percent = _checked_share(percent)
    note_deed(session, COMMAND_LINE, "site.holdout", f"site:{key}", percent=percent)
    session.commit()


def holdout_shares(session: Session) -> dict[str, int]:
    """Of the sites that have a share of their own: key -> percent."""
    return {
        each.key: each.holdout_percent
        for each in list_sites(session)
        if each.holdout_percent is not None
    }


def _checked_share(percent: int | None) -> int | None:
    if percent is not None and not 0 <= percent <= MOST_HELD_OUT:
        raise BadSite(f"The share of visitors held out is from 0 to {MOST_HELD_OUT} percent.")
    return percent


def find_site(session: Session, key: str) -> SiteKey:
    """The site with this key. Raises SiteNotFound."""
    site = session.get(SiteKey, key) if _KEY.fullmatch(key) else None
    if site is None:
        raise SiteNotFound(f"There is no site key {key[:40]!r} here; see `kb site list`.")
    return site


def read_identity(secret: str, value: object) -> str | None:
    """The id in a request's `identity` ({"id": ..., "hash": ...}), once it is proved; None without.

    `secret`: the one that the embedding site signs with. Raises BadRequestData for what is no such
    object, IdentityRefused for what it did not sign: a ticket never carries a name that somebody
    only claimed.
    """
    if value is None:
        return None
    fields = Fields.from_object(value, "identity")
    identity = fields.text("id", longest=LONGEST_IDENTITY, shortest=1, required=True)
    given = fields.matching("hash", _HASH, "64 hexadecimal digits", required=True)
    fields.finish()
    if not vouches_for(secret, Identity(identity, given)):
        raise IdentityRefused("The identity is not signed with this site's secret.")
    return identity
