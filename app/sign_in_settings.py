"""Settings of how staff sign in: by an organisation's OpenID provider, by passwords, or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from app import setting_values as values
from app.locales import is_locale, normalise_locale
from app.models.user import ROLES
from app.naming import slugify_path
from app.setting_fields import setting

LIMITABLE = ROLES[: ROLES.index("admin")]
"""Roles that may count in some places only."""

Share = tuple[str, str, str]
"""A role, a category and a language in which it counts; the latter two "" for all."""


def is_safe_address(address: str) -> bool:
    """Whether what is sent to `address` stays secret: by TLS, or within this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) or parts.scheme == "http" and _is_loopback(host)


def read_issuer(value: str) -> str:
    """An issuer's identifier, to the letter: a final slash is part of it (OpenID Connect
    Discovery 1.0, section 4.3)."""
    text = value.strip()
    parts = urlsplit(text)
    if text and (not is_safe_address(text) or parts.query or parts.fragment):
        raise ValueError("an https address such as https://login.example.com")
    return text


def read_scopes(value: str) -> tuple[str, ...]:
    """Scopes separated by blanks; `openid` is always among them."""
    return tuple(dict.fromkeys(("openid", *value.replace(",", " ").split())))


def read_group_roles(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a group and a role, separated by semicolons: a group's name may have commas and
    equals signs, as `cn=Help,ou=Groups` has."""
    pairs = [part.rpartition("=") for part in value.split(";") if part.strip()]
    found = tuple((group.strip(), role.strip().lower()) for group, _, role in pairs)
    if not all(group and role in ROLES for group, role in found):
        raise ValueError("pairs like help-writers=writer; help-leads=publisher")
    return found


def read_group_grants(value: str) -> tuple[tuple[str, Share], ...]:
    """Pairs of a group and where it may do what: `role@category:language`, a star for all."""
    pairs = [part.rpartition("=") for part in value.split(";") if part.strip()]
    found = tuple((group.strip(), _read_share(given)) for group, _, given in pairs)
    if not all(group and share for group, share in found):
        raise ValueError("pairs like help-korea=writer@*:ko; help-pay=publisher@payment")
    return tuple((group, share) for group, share in found if share)


def _read_share(given: str) -> Share | None:
    role, _, place = given.strip().partition("@")
    category, _, locale = ("" if part == "*" else part for part in place.partition(":"))
    category, locale = category.strip(), locale.strip()
    if role.lower() not in LIMITABLE or not (category or locale):
        return None
    is_path = not category or slugify_path(category) == category
    if not is_path or (locale and not is_locale(locale)):
        return None
    return role.lower(), category, normalise_locale(locale) if locale else ""


def read_role(value: str) -> str:
    """A role, or nothing."""
    role = value.strip().lower()
    if role and role not in ROLES:
        raise ValueError("one of " + ", ".join(ROLES))
    return role


@dataclass(frozen=True)
class SignInSettings:
    """The part of the settings that says how staff sign in."""

    password_sign_in: str = setting(
        "KB_PASSWORD_SIGN_IN",
        "on",
        "Whether staff may sign in by password: `on`, or `off` where KB_OIDC_ISSUER is set",
        values.read_choice("on", "off"),
    )
    oidc_issuer: str = setting(
        "KB_OIDC_ISSUER",
        "",
        "OpenID provider by which staff sign in: `https://login.example.com`",
        read_issuer,
        shown="none",
    )
    oidc_client_id: str = setting(
        "KB_OIDC_CLIENT_ID",
        "",
        "What the provider knows this help center by",
        values.read_text,
        shown="none",
    )
    oidc_client_secret_file: Path = setting(
        "KB_OIDC_CLIENT_SECRET_FILE",
        "",
        "File with the secret that the provider gave it",
        values.read_path_or_none,
        shown="none: a public client",
    )
    oidc_name: str = setting(
        "KB_OIDC_NAME",
        "",
        "What people call the provider, on the sign-in page",
        values.read_text,
        shown="its host",
    )
    oidc_scopes: tuple[str, ...] = setting(
        "KB_OIDC_SCOPES",
        "openid email profile",
        "Scopes that are asked for, separated by blanks",
        read_scopes,
    )
    oidc_group_claim: str = setting(
        "KB_OIDC_GROUP_CLAIM",
        "groups",
        "Claim that lists somebody's groups",
        values.read_text,
    )
    oidc_roles: tuple[tuple[str, str], ...] = setting(
        "KB_OIDC_ROLES",
        "",
        "Role of each group: `help-writers=writer; help-leads=publisher`; the highest counts",
        read_group_roles,
        shown="none",
    )
    oidc_default_role: str = setting(
        "KB_OIDC_DEFAULT_ROLE",
        "",
        "Role of whoever signs in and is in none of these groups",
        read_role,
        shown="none: they are refused",
    )
    oidc_grants: tuple[tuple[str, Share], ...] = setting(
        "KB_OIDC_GRANTS",
        "",
        "Role of each group in a category and a language only: `help-korea=writer@*:ko; "
        "help-pay=publisher@payment`; a star stands for all",
        read_group_grants,
        shown="none",
    )

    @property
    def allows_passwords(self) -> bool:
        """Whether staff may sign in by password."""
        return self.password_sign_in == "on"


def find_fault(settings: SignInSettings) -> str:
    """Why nobody could sign in by these settings, or by a part of them; "" where they fit."""
    if not settings.oidc_issuer:
        return "" if settings.allows_passwords else "KB_PASSWORD_SIGN_IN=off needs KB_OIDC_ISSUER."
    if not settings.oidc_client_id:
        return "KB_OIDC_ISSUER asks for KB_OIDC_CLIENT_ID, which is not set."
    if not (settings.oidc_roles or settings.oidc_grants or settings.oidc_default_role):
        return (
            "KB_OIDC_ISSUER asks for KB_OIDC_ROLES, KB_OIDC_GRANTS or KB_OIDC_DEFAULT_ROLE: "
            "who may do what."
        )
    return ""


def role_for(settings: SignInSettings, groups: Sequence[str]) -> str | None:
    """The highest role that one of `groups` has somewhere, else the default one; None where there
    is none."""
    limited = [role for role, _, _ in _limited(settings, groups)]
    held = [*limited, *_unlimited(settings, groups)]
    return max(held, key=ROLES.index, default=settings.oidc_default_role or None)


def shares_for(settings: SignInSettings, groups: Sequence[str]) -> frozenset[Share]:
    """Where the roles of `groups` count; none where the highest counts everywhere."""
    everywhere = max(_unlimited(settings, groups), key=ROLES.index, default=None)
    limited = _limited(settings, groups)
    if everywhere is None:
        return limited
    # What counts everywhere anyway needs no place.
    higher = {each for each in limited if ROLES.index(each[0]) > ROLES.index(everywhere)}
    return frozenset({*higher, (everywhere, "", "")} if higher else ())


def _limited(settings: SignInSettings, groups: Sequence[str]) -> frozenset[Share]:
    return frozenset(share for group, share in settings.oidc_grants if group in groups)


def _unlimited(settings: SignInSettings, groups: Sequence[str]) -> list[str]:
    return [role for group, role in settings.oidc_roles if group in groups]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
