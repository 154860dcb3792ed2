"""`kb brand`: how the site will look with the settings as they are."""

from __future__ import annotations

import re
from pathlib import Path

import click

from app.addresses import article_url, contact_url, home_url
from app.branding import contrast, write_tokens
from app.commands.printing import named_errors
from app.commands.workplace import open_search, open_workplace
from app.models import utc_now
from app.reading import most_useful
from app.setting_values import NO_PATH
from app.settings import Settings

_PAPERS = (("light", "#ffffff"), ("dark", "#11171c"))
_ACCENT = re.compile(r"--accent: (#[0-9a-f]{6})")


@click.command("brand")
@click.option(
    "--preview",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write the look, light and dark, to this HTML file.",
)
@named_errors
def brand_command(preview: Path | None) -> None:
    """Check the look: what every KB_* setting of it becomes, and how well it can be read.

    To see it, `--preview look.html` writes pages of this help center into one file; to try it,
    serve it beside the running site: `kb serve --no-import --port 8001`.
    """
    settings = Settings.from_env()
    _tell(settings)
    if preview is not None:
        preview.write_text(_preview(), encoding="utf-8")
        click.echo(f"preview   {preview}")


def _tell(settings: Settings) -> None:
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


def _preview() -> str:
    # The web application takes a second to import; who only checks settings is spared it.
    from app import create_app
    from app.look_preview import compose_preview
    from app.views.scope import Parts

    with open_workplace() as place, open_search(place.settings) as index:
        application = create_app(place.settings, index=index)
        parts: Parts = application.extensions["kotae"]
        client = application.test_client()

        def fetch(address: str) -> tuple[str, bytes]:
            answer = client.get(address)
            if answer.status_code != 200:
                raise click.ClickException(f"{address} answers {answer.status_code}.")
            return answer.mimetype or "", answer.data

        locale = place.settings.default_locale
        addresses = [home_url(locale), contact_url(locale)]
        with place.sessions() as session:
            useful = most_useful(session, locale=locale, now=utc_now(), limit=1)
        addresses[1:1] = [article_url(each.locale, each.article_id) for each in useful]
        try:
            return compose_preview(place.settings.site_name, addresses, fetch)
        finally:
            parts.sessions.kw["bind"].dispose()
