"""Deciding what a sync does: pure, from what both sides are and what they last agreed on."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from app.syncing.holders import without_shared
from app.syncing.states import FileState, Name, Sides, SiteState

_LIKE = 0.5
"""Share of lines from which git, too, takes a file for a renamed one."""
_MOST_PAIRS = 2_500

ACTIONS: Mapping[str, str] = {
    "create": "new in the folder: becomes an article",
    "pull": "changed in the folder: becomes a revision",
    "rename": "renamed in the folder: the article keeps its history and its old address",
    "archive": "deleted in the folder: the article is archived",
    "add": "new on the site: becomes a file",
    "push": "changed on the site: the file is written",
    "remove": "put away on the site: the file is deleted",
    "merge": "changed on both sides: the lines of both are brought together",
    "conflict": "changed on both sides in the same lines: both texts are kept for a person",
}
"""Every step, and what it means."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a sync does."""

    path: str
    """The file; of a rename the new one."""
    action: str
    """A key of ACTIONS, or `both` before it is known whether the texts merge, or `agree`."""
    pk: int | None = None
    """The article; None for one that is still to be made."""
    revision: int | None = None
    """What the site showed when this was decided."""
    file_hash: str | None = None
    """What the file held then; None where there was none."""
    base: str | None = None
    old_path: str | None = None
    """Of a rename."""
    new_name: Name | None = None
    """Of a rename that changes the article's id or language."""
    is_outnamed: bool = False
    """Whether the site gave the article another name, of which its file does not know yet."""


def decide(sides: Sides) -> list[Step]:
    """Every step, in the order of paths; what is equal on both sides needs none."""
    sides = without_shared(sides)
    linked, unlinked = _link(sides)
    taken = {file.path for _, file in linked if file is not None}
    held = {*sides.files, *(article.path or "" for article, _ in linked)}
    steps: list[Step] = []
    for article, file in linked:
        steps += _decide_known(sides, article, file)
    new = [file for path, file in sides.files.items() if path not in taken]
    by_name = {article.name: article for article in unlinked}
    for file in new:
        waiting = by_name.pop(file.name, None) if file.name else None
        if waiting is None:
            steps.append(Step(file.path, "create", file_hash=file.hash))
        else:
            steps += _decide_known(sides, waiting, file)
    for article in by_name.values():
        if article.presence == "shown":
            path = new_path(article.name, held)
            steps.append(Step(path, "add", article.pk, article.revision, base=article.base))
    return sorted(steps, key=lambda step: (step.path, step.action != "rename"))


def namesakes(sides: Sides, steps: Iterable[Step]) -> dict[str, tuple[Name, str]]:
    """New files by the name that the site gave an article of another file: the name, that file.

    Nothing is to be done about them, and a person has to be told: they are no article's, and the
    other file does not bear the name yet.
    """
    names = {article.pk: article.name for article in sides.articles}
    holders = {names[step.pk]: step.path for step in steps if step.is_outnamed and step.pk}
    created = [sides.files[step.path] for step in steps if step.action == "create"]
    return {
        file.path: (file.name, holders[file.name])
        for file in created
        if file.name is not None and file.name in holders
    }


def new_path(name: Name, taken: Container[str]) -> str:
    """Where an article that was written on the site gets its file."""
    bare = f"{name[1]}/{name[0]}"
    return next(
        path
        for path in chain([f"{bare}.md"], (f"{bare}-{number}.md" for number in count(2)))
        if path not in taken
    )


def _link(
    sides: Sides,
) -> tuple[list[tuple[SiteState, FileState | None]], list[SiteState]]:
    """Each article of the folder with its file, renamed ones with the new; and the others."""
    mine = [article for article in sides.articles if article.path is not None]
    unlinked = [article for article in sides.articles if article.path is None]
    known = {article.path for article in mine}
    fresh = [file for path, file in sides.files.items() if path not in known]
    named = {file.name: file for file in fresh}
    lost = [a for a in mine if a.presence != "gone" and _has_left(sides, a, named.get(a.name))]
    others = {article.name for article in sides.articles} - {article.name for article in lost}
    # However alike: what has the name of another article is that one's.
    renamed = match_renames(lost, [f for f in fresh if f.name not in others], sides.likeness)
    linked: list[tuple[SiteState, FileState | None]] = []
    for article in mine:
        file = renamed.get(article.pk) or sides.files.get(article.path or "")
        if article.presence == "gone" and (file is None or not _is_its_file(sides, article, file)):
            # Nothing of it is left in the folder; its name is free for a new file.
            unlinked.append(replace(article, path=None))
            continue
        linked.append((article, file))
    return linked, unlinked


def _has_left(sides: Sides, article: SiteState, namesake: FileState | None) -> bool:
    """Whether an article's file is not at its path any more: nothing is, or something else.

    Something else is what calls itself otherwise than the article, where a new file, the
    `namesake`, calls itself as the article does and is no less like it.
    """
    file = sides.files.get(article.path or "")
    if file is None:
        return True
    if namesake is None or file.hash == article.base or file.name in {None, article.name}:
        return False
    is_moved = namesake.hash == article.base
    return is_moved or sides.likeness(article, namesake) >= sides.likeness(article, file)


def match_renames(
    lost: Iterable[SiteState],
    fresh: Iterable[FileState],
    likeness: Callable[[SiteState, FileState], float],
) -> dict[int, FileState]:
    """Which new file is a missing one under another name.

    The one of the same id; else of the same bytes; else the likest, when half its lines are.
    """
    left = {file.path: file for file in fresh}
    found: dict[int, FileState] = {}
    waiting = []
    for article in lost:
        same = next((f for f in left.values() if f.name == article.name), None)
        if same is None:
            waiting.append(article)
        else:
            found[article.pk] = left.pop(same.path)
    for article in [*waiting]:
        same = next((f for f in left.values() if f.hash and f.hash == article.base), None)
        if same is not None:
            found[article.pk] = left.pop(same.path)
            waiting.remove(article)
    if len(waiting) * len(left) > _MOST_PAIRS:
        return found
    pairs = [(likeness(a, f), a.pk, path) for a in waiting for path, f in left.items()]
    for share, pk, path in sorted(pairs, key=lambda pair: -pair[0]):
        if share >= _LIKE and pk not in found and path in left:
            found[pk] = left.pop(path)
    return found


def _decide_known(sides: Sides, article: SiteState, file: FileState | None) -> list[Step]:
    """What to do about an article that the folder knows, or is about to."""
    if file is not None and file.is_hidden:
        return []  # it may be as it was
    path = file.path if file else article.path or ""
    made = Step(path, "", article.pk, article.revision, file.hash if file else None, article.base)
    steps = []
    if file is not None:
        differs = file.name is not None and file.name != article.name
        made = replace(made, is_outnamed=differs and _is_renamed_on_site(sides, article))
        is_free = differs and all(other.name != file.name for other in sides.articles)
        new_name = file.name if is_free and not made.is_outnamed else None
        if file.path != article.path or (new_name is not None and file.hash != article.base):
            renamed = replace(made, action="rename", old_path=article.path, new_name=new_name)
            steps.append(renamed)
    action = _choose(article, file)
    if action:
        steps.append(replace(made, action=action))
    return steps


def _is_its_file(sides: Sides, article: SiteState, file: FileState) -> bool:
    """Whether a file has the name of a gone article: of today, or the agreed one where the site
    renamed it since and put it away. What the folder let go of has no file by an old name."""
    if file.name in {None, article.name}:
        return True
    return article.is_put_away and file.name == sides.name_at_base(article)


def _is_renamed_on_site(sides: Sides, article: SiteState) -> bool:
    """Whether the article has another name than both sides last agreed on: its text says it."""
    return sides.name_at_base(article) not in {None, article.name}


def _choose(article: SiteState, file: FileState | None) -> str:
    """The action; empty for none."""
    if file is None:
        return _choose_without_file(article)
    if file.hash is None:
        return "pull"  # unreadable: the import names what is wrong with it
    is_file_changed = file.hash != article.base
    if article.presence == "gone":
        if not is_file_changed:
            return "remove" if article.is_put_away else "pull"
        return "conflict" if article.is_put_away else "pull"
    if file.hash == article.hash:
        return "agree" if is_file_changed else ""
    if not article.is_changed:
        return "pull"
    if not is_file_changed:
        return "push" if article.presence == "shown" else ""
    return "both"


def _choose_without_file(article: SiteState) -> str:
    if article.presence == "withheld":
        return ""
    if article.base is None:
        return "add"
    return "conflict" if article.is_changed else "archive"
