"""Reading what a service exported, whichever it is."""

from __future__ import annotations

from pathlib import Path

from app.importing_from.collected import Collected, SourceRefused
from app.importing_from.freshdesk import collect_freshdesk
from app.importing_from.html_folder import collect_html
from app.importing_from.intercom import collect_intercom
from app.importing_from.zendesk import collect_zendesk


def collect(service: str, source: Path, folder: Path, locale: str) -> Collected:
    """Everything of an export; `folder` holds it, unpacked. Raises SourceRefused."""
    if service == "zendesk":
        collected = collect_zendesk(source, folder)
    elif service == "intercom":
        collected = collect_intercom(source, folder)
    elif service == "freshdesk":
        collected = collect_freshdesk(source, folder, locale=locale)
    else:
        collected = collect_html(source, folder, locale=locale)
    if not collected.articles and not collected.lost:
        raise SourceRefused(f"{source} holds no articles of {service}; is it the right export?")
    return collected
