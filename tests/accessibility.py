"""What axe finds on a page that a browser shows."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe


def faults(page):
    """A report of every rule of axe that the page breaks as it is shown now; "" for none.

    Half a megabyte of rules is read once a document: later looks at it, in other colours, find
    them there.
    """
    is_there = page.evaluate("typeof axe === 'object'")
    found = (Axe("") if is_there else Axe()).run(page)
    return found.generate_report() if found.violations_count else ""
