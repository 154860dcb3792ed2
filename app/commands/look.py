"""`kb brand`: how the site will look with the settings as they are."""

from __future__ import annotations

import re

import click

from app.branding import contrast, write_tokens
from app.commands.printing import named_errors
from app.setting_values import NO_PATH
from app.settings import Settings

_PAPERS = (("light", "#ffffff"), ("dark", "#11171c"))
_ACCENT = re.compile(r"--accent: (#[0-9a-f]{6})")


@click.command("brand")
@named_errors
def brand_command() -> None:
    """Check the look: what every KB_* setting of it becomes, and how well it can be read.

    To see it, serve it beside the running site: `kb serve --no-import --port 8001`.
    """
    settings = Settings.from_env()
    click.echo(f"name      {settings.site_name}")
    click.echo(f"logo      {_shown(str(settings.logo), settings.logo == NO_PATH)}")
    click.echo(f"own style {_shown(str(settings.custom_css), settings.custom_css == NO_PATH)}")
    click.echo(f"home text {_shown(settings.home_text, not settings.home_text)}")
    for link in settings.footer_links:
        click.echo(f"link      {link.label}: {link.address}")
    for product in settings.products:
        click.echo(f"product   {product.id}: {product.label}")
    if not settings.accent_color:
        click.echo("accent    the usual one")
        return
    accents = _ACCENT.findall(write_tokens(settings.accent_color))
    for accent, (theme, paper) in zip(accents, _PAPERS, strict=True):
        ratio = contrast(accent, paper)
        click.echo(f"accent    {accent} in the {theme} theme, {ratio:.1f}:1 against the page")


def _shown(text: str, absent: bool) -> str:
    return "none" if absent else text
