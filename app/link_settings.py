"""The setting that lets other sites be asked whether links to them still lead somewhere."""

from __future__ import annotations

from dataclasses import dataclass

from app import setting_values as values
from app.setting_fields import setting


@dataclass(frozen=True)
class LinkSettings:
    """The part of the settings that concerns links to other sites."""

    check_links: str = setting(
        "KB_CHECK_LINKS",
        "off",
        "Whether the server asks other sites now and then if what articles link to is still there: "
        "`on` or `off`",
        values.read_choice("off", "on"),
    )
