"""What a sync would do with texts that both sides changed, and which ones wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from app.editing.conflicts import list_conflicts
from app.editing.revisions import revision_with_hash
from app.importing.parsing import Reading, parse_files
from app.importing.report import FileProblem
from app.importing.tree import Tree
from app.merging import merge_sources
from app.models import Article
from app.syncing.plan import Step


def find_unusable(tree: Tree, reading: Reading, steps: Sequence[Step]) -> Mapping[str, FileProblem]:
    """The files that would be taken in and can be no article, by path, and why."""
    wanted = {step.path for step in steps if step.action in {"create", "pull", "both"}}
    outcomes = parse_files(reading, [file for file in tree.articles if file.path in wanted])
    return {each.path: each for each in outcomes if isinstance(each, FileProblem)}


def foresee(session: Session, root: Path, step: Step) -> Step:
    """The step, and for texts that both sides changed whether they merge."""
    if step.action != "both":
        return step
    article = session.get_one(Article, step.pk)
    base = revision_with_hash(session, article, step.base) if step.base else None
    try:
        text = (root / step.path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return replace(step, action="conflict")
    merged = base and merge_sources(base.source, article.source, text)
    return replace(step, action="merge" if merged else "conflict")


def waiting_paths(session: Session) -> tuple[str, ...]:
    """The files whose two texts wait for somebody to bring them together."""
    return tuple(
        conflict.article.source_path
        or f"{conflict.article.locale}/{conflict.article.article_id}.md"
        for conflict in list_conflicts(session)
        if conflict.kind == "folder"
    )
