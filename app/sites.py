"""Sites that embed the widget: their keys, and whom they vouch for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deflection.people import Identity, vouches_for
from app.errors import KotaeError
from app.models import SiteKey
from app.payload import Fields
from app.setting_values import read_origins

LONGEST_IDENTITY = 200
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


def add_site(session: Session, name: str, origins: Sequence[str], contact: str = "") -> SiteKey:
    """Make a key for a site whose pages have these origins, commit, and return it with its secret.

    `contact`: a `mailto:` or `https:` address, or empty. Raises BadSite.
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
    )
    session.add(site)
    session.commit()
    return site


def list_sites(session: Session) -> list[SiteKey]:
    """Every site, by name."""
    return list(session.scalars(select(SiteKey).order_by(SiteKey.name, SiteKey.key)))


def remove_site(session: Session, key: str) -> SiteKey:
    """Delete a key and commit: its pages are answered no more. Raises SiteNotFound."""
    site = find_site(session, key)
    session.delete(site)
    session.commit()
    return site


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
