"""Keeping a folder of Markdown, mostly a git work tree, and the site equal in both directions.

What only one side changed goes to the other; what both changed is merged line by line; where both
changed the same lines, both texts are kept and a person decides. The site's half is one
transaction; a file is written whole or not at all; and what is still to do is read from what is
there, never from a journal: a sync that was killed is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from app.content import renderer_fingerprint
from app.editing.actors import SYSTEM
from app.editing.transaction import writing
from app.errors import KotaeError
from app.importing import FileProblem, only_import
from app.importing.attachments import forget_gone_attachments
from app.importing.known import load_known
from app.importing.parsing import Reading
from app.importing.planning import plan_import, say_duplicate
from app.importing.storing import Attribution, store_plan
from app.importing.tree import Tree, find_root, scan_tree
from app.models import Article
from app.settings import Settings
from app.syncing.committing import commit_all, own_text
from app.syncing.files import sweep_drafts
from app.syncing.git import GitFolder, find_git
from app.syncing.holders import shared_paths
from app.syncing.plan import Step, decide, namesakes
from app.syncing.previewing import find_unusable, foresee, waiting_paths
from app.syncing.pulling import (
    UNCOMMITTED,
    Pulling,
    apply_to_site,
    follow_renames,
)
from app.syncing.pushing import (
    Pushing,
    agree_on,
    name_in_text,
    push_all,
    push_media,
)
from app.syncing.states import Name, look
from search.document import Progress, no_progress

_MOST_MISSING = 0.5
_FEW = 10
_PUSHED = frozenset({"add", "push", "remove"})


class TooMuchMissing(KotaeError):
    """Most files are gone from the folder: more likely a mistake than a decision."""

    code = "too-much-missing"
    status = 409


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, or with a dry run what it would do."""

    steps: tuple[Step, ...]
    """What was decided, in the order of paths."""
    counts: dict[str, int]
    """How often each action was done."""
    commits: int = 0
    conflicts: tuple[str, ...] = ()
    """Paths whose two texts wait for a person."""
    failed: tuple[FileProblem, ...] = ()
    warnings: tuple[FileProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What every stage needs."""

    sessions: sessionmaker[Session]
    settings: Settings
    tree: Tree
    reading: Reading
    git: GitFolder | None
    progress: Progress
    is_detached: bool
    """Whether git has no branch checked out: the folder is read, and not written."""

    @property
    def root(self) -> Path:
        return self.tree.root


def sync_folder(
    directory: Path,
    *,
    session_factory: sessionmaker[Session],
    settings: Settings,
    dry_run: bool = False,
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> SyncReport:
    """Make the Markdown in `directory` and the articles of the site the same.

    With `dry_run` nothing is written on either side. `allow_missing`: also when most files are
    gone, which otherwise is refused. Raises ImportRefused, TooMuchMissing, GitBusy, GitFailed.
    """
    root = find_root(directory)
    git = find_git(root)
    reading = Reading(root, None, settings.default_locale, renderer_fingerprint())
    with only_import(settings):
        if git is not None:
            git.require_rest()
        tree = scan_tree(root)
        is_detached = git is not None and git.is_detached()
        work = _Work(session_factory, settings, tree, reading, git, progress, is_detached)
        steps, refused = _decide(work, allow_missing)
        tree.failed.extend(refused)
        if dry_run:
            return _preview(work, steps)
        sweep_drafts(root)
        return _carry_out(work, steps)


def _decide(work: _Work, allow_missing: bool) -> tuple[list[Step], list[FileProblem]]:
    """What to do, and the files with which nothing can be done."""
    with work.sessions() as session:
        sides = look(session, work.tree, work.reading, work.progress)
        steps = decide(sides)
    known = sum(
        article.path is not None and article.presence == "shown" for article in sides.articles
    )
    missing = sum(step.action == "archive" for step in steps)
    if not allow_missing and missing > max(_FEW, known * _MOST_MISSING):
        raise TooMuchMissing(
            f"{missing} of {known} files are gone from {work.root}. Is it the right folder, and "
            "there as a whole? If they were deleted on purpose, allow it (--allow-missing)."
        )
    taken = namesakes(sides, steps)
    refused = [_say_shared(*each) for each in shared_paths(sides).items()]
    refused += [say_duplicate(path, name, [other]) for path, (name, other) in taken.items()]
    steps = [step for step in steps if step.path not in taken]
    refused += _refuse_unwritten(work, steps)
    return [step for step in steps if not _is_unwritten(work, step)], refused


def _say_shared(path: str, names: Sequence[Name]) -> FileProblem:
    ids = " and ".join(repr(article_id) for article_id, _ in names)
    reason = f"It is the file of {ids}; archive all but the one that it names."
    return FileProblem(path, "shared-file", reason)


def _refuse_unwritten(work: _Work, steps: Sequence[Step]) -> list[FileProblem]:
    """What would be written into a folder that no branch keeps; it waits until one is there."""
    reason = "It waits: git has no branch checked out, and would lose it; check one out."
    unwritten = (step.path for step in steps if _is_unwritten(work, step))
    return [FileProblem(path, "detached-head", reason) for path in unwritten]


def _is_unwritten(work: _Work, step: Step) -> bool:
    return work.is_detached and step.action in _PUSHED


def _preview(work: _Work, steps: Sequence[Step]) -> SyncReport:
    bad = find_unusable(work.tree, work.reading, steps)
    with work.sessions() as session:
        foreseen = [foresee(session, work.root, step) for step in steps if step.path not in bad]
    shown = tuple(step for step in foreseen if step.action != "agree")
    counts: dict[str, int] = {}
    for step in shown:
        counts[step.action] = counts.get(step.action, 0) + 1
    return SyncReport(
        steps=shown,
        counts=counts,
        conflicts=tuple(step.path for step in shown if step.action == "conflict"),
        failed=tuple(sorted([*work.tree.failed, *bad.values()])),
        warnings=tuple(work.tree.warnings),
    )


def _carry_out(work: _Work, steps: list[Step]) -> SyncReport:
    counts: dict[str, int] = {}
    attributions = _attribute(work, steps)
    with work.sessions() as session, writing(session, SYSTEM) as tx:
        pulling = Pulling(tx, work.root, work.reading, attributions)
        follow_renames(pulling, steps)
    renamed = sum(step.old_path is not None for step in steps)
    if renamed:
        counts["rename"] = renamed
    failed, warnings = _pull(work, steps, attributions, counts)
    pushed = _push(work)
    for action, count in pushed.counts.items():
        counts[action] = counts.get(action, 0) + count
    counts.pop("agree", None)
    with work.sessions() as session:
        waiting = waiting_paths(session)
    return SyncReport(
        steps=tuple(step for step in steps if step.action != "agree"),
        counts=counts,
        commits=pushed.commits,
        conflicts=waiting,
        failed=tuple(sorted({*failed, *pushed.problems})),
        warnings=tuple(sorted(warnings)),
    )


def _attribute(work: _Work, steps: Sequence[Step]) -> dict[str, Attribution]:
    """Who changed the files that are taken in."""
    if work.git is None:
        return {}
    pulled = {"create", "pull", "both", "conflict"}
    return work.git.attributions(step.path for step in steps if step.action in pulled)


def _pull(
    work: _Work,
    steps: Sequence[Step],
    attributions: dict[str, Attribution],
    counts: dict[str, int],
) -> tuple[list[FileProblem], list[FileProblem]]:
    """The site's half, as one transaction; returns what failed and what to look at."""
    with work.sessions() as session:
        known = load_known(session)
    tree = _without_others(work.tree, steps)
    media = work.settings.media_dir
    plan = plan_import(tree, work.reading, known, media_dir=media, progress=work.progress)
    named = {file.parsed.file.path: UNCOMMITTED for file in plan.rendered}
    named |= {path: by for path, by in attributions.items() if path in named}
    with work.sessions() as session, writing(session, SYSTEM) as tx:
        store_plan(
            session,
            tree,
            plan,
            work.reading,
            prune=False,
            now=tx.now,
            progress=work.progress,
            attributions=named,
            keep_edits=True,
        )
        pulling = Pulling(tx, work.root, work.reading, attributions)
        apply_to_site(pulling, steps, counts)
        forget_gone_attachments(session, work.tree)
    bad = {problem.path for problem in plan.failed}
    for action in ("create", "pull"):
        done = sum(step.action == action and step.path not in bad for step in steps)
        if done:
            counts[action] = done
    # What was changed twice is being merged, or is in conflict, and is said as such.
    return plan.failed, [each for each in plan.warnings if each.code != "changed-twice"]


def _without_others(tree: Tree, steps: Sequence[Step]) -> Tree:
    """The folder without files that are other articles by their own words: they are merged or
    written as what they are, or refused."""
    left = {problem.path for problem in tree.failed if problem.code == "duplicate-id"}
    return replace(tree, articles=[file for file in tree.articles if file.path not in left])


def _push(work: _Work) -> Pushing:
    """The folder's half: decided anew, so that what was merged just now is written too."""
    done = Pushing()
    tree = scan_tree(work.root)
    with work.sessions() as session:
        decided = decide(look(session, tree, work.reading, no_progress))
    done.problems += _refuse_unwritten(work, decided)
    if work.is_detached:
        return done
    steps = [step for step in decided if step.action in _PUSHED]
    with work.sessions() as session, writing(session, SYSTEM) as tx:
        for step in steps:
            if step.action == "add":
                name_in_text(tx, session.get_one(Article, step.pk), step.path)
            if step.action != "remove" and work.git is not None:
                own_text(tx, session.get_one(Article, step.pk))
    with work.sessions() as session:
        written = push_all(session, work.root, steps, done, work.progress)
    with work.sessions() as session, writing(session, SYSTEM) as tx:
        agree_on(tx, work.root, work.reading, written)
        push_media(session, work.root, work.settings.media_dir, done)
    if work.git is not None:
        with work.sessions() as session:
            commit_all(session, work.root, work.git, done)
    return done
