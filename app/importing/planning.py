"""Deciding what an import will do, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.errors import KotaeError
from app.importing.known import Known, KnownArticle
from app.importing.parsing import (
    ParsedFile,
    Reading,
    RenderedFile,
    parse_files,
    read_hash,
    render_files,
)
from app.importing.pool import run_all
from app.importing.report import FileProblem
from app.importing.shelving import Shelf, read_shelves
from app.importing.tree import Tree, TreeFile
from app.linking import LinkTable, Origin
from app.media import StoredMedia, check_size, store_media
from app.picture_checks import check_picture
from search.document import Progress


@dataclass(slots=True)
class Plan:
    """What the files say, ready to be stored."""

    rendered: list[RenderedFile] = field(default_factory=list)
    unchanged: list[tuple[TreeFile, KnownArticle]] = field(default_factory=list)
    renamed: list[tuple[TreeFile, KnownArticle]] = field(default_factory=list)
    """Files whose articles have another name here; their texts are left as they are."""
    relinked: list[tuple[TreeFile, KnownArticle]] = field(default_factory=list)
    """Those of them, and of the unchanged, that show another text than their files, and whose links
    lead elsewhere now."""
    known_names: Set[tuple[str, str]] = frozenset()
    """Ids and locales of all articles there were when this was planned."""
    table: LinkTable = field(default_factory=LinkTable)
    """Where links lead once this is stored."""
    media: dict[str, StoredMedia] = field(default_factory=dict)
    """By path in the folder."""
    shelves: list[Shelf] = field(default_factory=list)
    failed: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)


def plan_import(
    tree: Tree, reading: Reading, known: Known, *, media_dir: Path, progress: Progress
) -> Plan:
    """Read, check and render what changed in `tree` since the last import.

    Attachments are copied into `media_dir` here: a copy nobody refers to does no harm.
    """
    plan = Plan(
        failed=list(tree.failed), warnings=list(tree.warnings), known_names=known.articles.keys()
    )
    plan.shelves, problems = read_shelves(tree, reading)
    plan.failed += problems
    plan.media = _copy_media(tree, media_dir, plan, progress)
    changed = _find_changed(tree, reading, known, plan, progress)
    parsed = _parse(reading, changed, plan, progress)
    parsed = _leave_renamed(parsed, reading, known, plan)
    parsed = _refuse_taken_names(parsed, reading, known, plan)
    plan.table = build_link_table(parsed, plan, known)
    parsed += _parse_relinked(reading, plan, progress)
    _render(parsed, plan, progress)
    return plan


def build_link_table(parsed: Sequence[ParsedFile], plan: Plan, known: Known) -> LinkTable:
    """Everything the articles of this import may link to: each other, and what is published."""
    kept = [*plan.unchanged, *plan.renamed]
    paths = {file.path: article.name for file, article in kept if article.is_published}
    redirects = dict(known.redirects)
    audiences: dict[str, dict[str, str]] = defaultdict(dict)
    for article in known.articles.values():
        if article.is_published:
            audiences[article.article_id][article.locale] = article.audience
    for file in parsed:
        audience = _foresee_audience(file, known.articles.get(file.name))
        audiences[file.article_id].pop(file.locale, None)
        if audience is not None:
            audiences[file.article_id][file.locale] = audience
            paths[file.file.path] = file.name
            redirects.update(dict.fromkeys(file.content.redirect_from, file.article_id))
    media = {path: stored.sha256 for path, stored in plan.media.items()}
    published = {article_id: versions for article_id, versions in audiences.items() if versions}
    return LinkTable(paths, published, redirects, media)


def _foresee_audience(file: ParsedFile, stored: KnownArticle | None) -> str | None:
    """Who may read the article once the import is done; None when it is not published."""
    if stored is not None and stored.keeps_edit(file.content.source_hash):
        return stored.audience if stored.is_published else None
    return file.content.audience if file.content.status == "published" else None


def _copy_media(
    tree: Tree, media_dir: Path, plan: Plan, progress: Progress
) -> dict[str, StoredMedia]:
    stored: dict[str, StoredMedia] = {}
    for done, file in enumerate(tree.attachments, start=1):
        try:
            check_size(tree.root / file.path)
            check_picture(tree.root / file.path)
            stored[file.path] = store_media(tree.root / file.path, media_dir)
        except KotaeError as error:
            plan.failed.append(FileProblem(file.path, error.code, error.message))
        except OSError as error:
            reason = f"It cannot be copied: {error.strerror}."
            plan.failed.append(FileProblem(file.path, "unreadable", reason))
        progress("Copying attachments", done, len(tree.attachments))
    return stored


def _find_changed(
    tree: Tree, reading: Reading, known: Known, plan: Plan, progress: Progress
) -> list[TreeFile]:
    changed = []
    for done, file in enumerate(tree.articles, start=1):
        source_hash = read_hash(tree.root / file.path)
        key = source_hash and reading.import_key(file.path, source_hash)
        article = known.unchanged(str(tree.root), key) if key else None
        if article is None:
            changed.append(file)
        else:
            plan.unchanged.append((file, article))
        progress("Looking for changes", done, len(tree.articles))
    return changed


def _parse(
    reading: Reading, files: Sequence[TreeFile], plan: Plan, progress: Progress
) -> list[ParsedFile]:
    outcomes = run_all(partial(parse_files, reading), files, label="Reading", progress=progress)
    plan.failed += [outcome for outcome in outcomes if isinstance(outcome, FileProblem)]
    return [outcome for outcome in outcomes if isinstance(outcome, ParsedFile)]


def _leave_renamed(
    parsed: Sequence[ParsedFile], reading: Reading, known: Known, plan: Plan
) -> list[ParsedFile]:
    """Leave out each file whose article was given another name here: by its old one it would become
    a second article, be the first archived or not. A sync writes the new name into it."""
    others = []
    for file in parsed:
        article = known.renamed_from(str(reading.root), file.file.path, file.name)
        if article is None or reading.forced_locale not in {None, article.locale}:
            others.append(file)
            continue
        plan.renamed.append((file.file, article))
        if article.import_key is None or article.imported_hash != file.content.source_hash:
            reason = f"It is {article.article_id!r} here; `kb sync` brings both together."
            plan.warnings.append(FileProblem(file.file.path, "changed-twice", reason))
    return others


def _refuse_taken_names(
    parsed: Sequence[ParsedFile], reading: Reading, known: Known, plan: Plan
) -> list[ParsedFile]:
    """Leave out each file whose id and language another file or article has, and say which."""
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in parsed:
        holders[file.name].append(file.file.path)
    for tree_file, article in [*plan.unchanged, *plan.renamed]:
        holders[article.name].append(tree_file.path)
    free = []
    for file in parsed:
        others = [path for path in holders[file.name] if path != file.file.path]
        elsewhere = known.owner_elsewhere(file.name, str(reading.root))
        owners = others + ([elsewhere] if elsewhere else [])
        if owners:
            plan.failed.append(say_duplicate(file.file.path, file.name, owners))
        else:
            free.append(file)
    return free


def say_duplicate(path: str, name: tuple[str, str], owners: Iterable[str]) -> FileProblem:
    """That a file has the id and language of others."""
    article_id, locale = name
    reason = (
        f"The id {article_id!r} in {locale} is also that of {', '.join(owners)}; "
        "give one of them another `id`, or remove one."
    )
    return FileProblem(path, "duplicate-id", reason)


def _parse_relinked(reading: Reading, plan: Plan, progress: Progress) -> list[ParsedFile]:
    """Read those of the unchanged files anew whose links lead elsewhere now.

    Whose article shows another text, or has another name, is left to that text: by its file it
    would become what it was before, or a second article.
    """
    moved = [
        (file, article) for file, article in plan.unchanged if _leads_elsewhere(plan, file, article)
    ]
    renamed = [
        (file, article) for file, article in plan.renamed if _leads_elsewhere(plan, file, article)
    ]
    again = {file.path: article for file, article in moved if not article.is_edited}
    files = [file for file, _ in moved if file.path in again]
    parsed = [
        file
        for file in _parse(reading, files, plan, progress)
        if file.name == again[file.file.path].name
    ]
    taken = {file.file.path for file in parsed}
    plan.relinked = renamed + [each for each in moved if each[0].path not in taken]
    plan.unchanged = [each for each in plan.unchanged if each[0].path not in taken]
    return parsed


def _leads_elsewhere(plan: Plan, file: TreeFile, article: KnownArticle) -> bool:
    origin = Origin(file.path, article.locale, article.audience)
    return any(
        plan.table.resolve(origin, link) != address for link, address in article.links.items()
    )


def _render(parsed: Sequence[ParsedFile], plan: Plan, progress: Progress) -> None:
    follow = partial(render_files, plan.table)
    outcomes = run_all(follow, parsed, label="Rendering", progress=progress)
    for outcome in outcomes:
        if isinstance(outcome, FileProblem):
            plan.failed.append(outcome)
            continue
        plan.rendered.append(outcome)
        path = outcome.parsed.file.path
        plan.warnings += [
            FileProblem(path, each.code, each.message) for each in outcome.rendered.warnings
        ]
