"""Texts that a machine made say so in their front matter, wherever they go.

`translated_by: machine` makes an article a draft, whatever its `status` says. A person takes the
line out when they have checked the text.
"""

from __future__ import annotations

from collections.abc import Mapping

MARK = "translated_by"
MACHINE = "machine"


def is_machine_made(front_matter: Mapping[str, object]) -> bool:
    """Whether the front matter of a text says that a machine made it, and nobody checked it."""
    value = front_matter.get(MARK)
    return isinstance(value, str) and value.strip().lower() == MACHINE
