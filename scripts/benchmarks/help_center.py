"""A help center to serve: articles imported and indexed in a folder of its own, by Kotae itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import say
from benchmarks.growing import ROOT, find_corpora, grow, read_originals

SAMPLE = ROOT / "articles"
LANGUAGES = ("en", "ko", "ja", "zh")


class HelpCenterFailed(Exception):
    """The help center could not be made, or did not start."""


@contextmanager
def imported(count: int) -> Iterator[dict[str, str]]:
    """Import and index `count` grown articles (0: the sample) in a folder that is deleted after.

    Yields the settings of that help center. Raises HelpCenterFailed.
    """
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name:
        env = environment(Path(name) / "var", write_articles(count, Path(name) / "articles"))
        import_and_index(env)
        yield env


def environment(folder: Path, articles: Path) -> dict[str, str]:
    """Return the settings of a help center in `folder`; the model and its cache are shared."""
    from app.settings import Settings

    settings = Settings.from_env()
    return os.environ | {
        "KB_VAR_DIR": str(folder),
        "KB_ARTICLES_DIR": str(articles),
        "KB_MODELS_DIR": str(settings.models_dir),
        "KB_CACHE_DIR": str(settings.cache_dir),
        "KB_RATE_SUGGEST": "100000000/minute",
        "KB_RATE_SEARCH": "100000000/minute",
    }


def write_articles(count: int, folder: Path) -> Path:
    """Return the folder of Markdown to serve: the sample, or `count` grown articles."""
    if not count:
        return SAMPLE
    folders, _ = find_corpora()
    for article in grow(read_originals(folders), count):
        path = folder / article.locale / f"{article.number % 100:02}" / f"{article.number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = "\n\n".join(f"## {h}\n\n{text}" if h else text for h, text in article.sections)
        title = json.dumps(article.title, ensure_ascii=False)
        path.write_text(f"---\ntitle: {title}\n---\n{body}\n", encoding="utf-8")
    return folder


def import_and_index(env: dict[str, str]) -> None:
    """Run `kb migrate` and `kb import`. Raises HelpCenterFailed."""
    say("importing and indexing the articles")
    for command in (["migrate"], ["import", env["KB_ARTICLES_DIR"], "--no-progress"]):
        done = subprocess.run(kb(*command), env=env, cwd=ROOT, capture_output=True, text=True)
        # Grown Markdown may hold what an importer refuses; what was imported is served.
        if done.returncode and command[0] == "migrate":
            raise HelpCenterFailed(done.stderr.strip()[-1000:])


def kb(*arguments: str) -> list[str]:
    """Return the command that runs `kb` with this interpreter."""
    return [sys.executable, "-m", "app.cli", *arguments]


def real_questions() -> Iterator[tuple[str, str]]:
    """Yield (question, locale): what the sample articles say that people ask."""
    from app.content import read_content
    from app.errors import KotaeError

    for locale in LANGUAGES:
        for path in sorted((SAMPLE / locale).rglob("*.md")):
            try:
                content = read_content(path.read_bytes())
            except KotaeError:
                continue
            if not path.name.startswith("_"):
                yield from ((text, locale) for text in (content.title, *content.questions))
