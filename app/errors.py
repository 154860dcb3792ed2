"""The root of every error this application raises on purpose.

Each cause has a class of its own, defined beside the code that raises it. The edges (HTTP, the
command line) translate a KotaeError once; anything else that reaches an edge is a defect.
"""

from __future__ import annotations

from typing import ClassVar


class KotaeError(Exception):
    """Something went wrong that the caller can understand and mend.

    The message says what was wrong and what to do. `code` is stable and kebab-case, for programs;
    `status` is the HTTP status an API answers with.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    @property
    def message(self) -> str:
        """What was wrong and what to do, in one or two sentences."""
        return str(self)
