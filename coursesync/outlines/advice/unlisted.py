"""The advice on Markdown files that look like items, and that no outline lists.

Owns which file looks so: its front matter has a title, and no field that such an item can't have.
It must never object to a draft that says so, to a README, or to a page of another tool.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, Remedy, Where
from coursesync.kinds import ITEMS
from coursesync.kinds.field import Role
from coursesync.kinds.inline import scalar
from coursesync.kinds.tree import Tree
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.items import may_be_file
from coursesync.outlines.leftovers import FRONT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from coursesync.kinds.kind import Kind

START = 2_048  # bytes of a file that are looked at
_MOST_FILES = 500  # that are looked at
_FIELD = re.compile(r"(?P<name>\w+):(?:[ \t]+(?P<value>.*))?")
_OTHER_LINE = re.compile(r"[ \t]*(?:#.*)?|[ \t].*|-[ \t].*")


def unlisted(
    pages: Iterable[str],
    outlines: Mapping[str, AbstractSet[str]],
    start_of: Callable[[str], str],
    at: Callable[[str], str],
    lost: Callable[[], Collection[str]],
) -> Iterator[tuple[str, Advice]]:
    """Yield the files that look like items and are in no outline, each with the advice on it.

    Args:
        pages: the Markdown files of the workspace, by their paths in it.
        outlines: the files that each valid outline names, by the outline's path; the same there.
        start_of: gives the first characters of a file, "" if they can't be read.
        at: gives a path as shown to people.
        lost: gives the keys of courses that have records and no outline.
    """
    named = frozenset().union(*outlines.values())
    for page in islice((each for each in pages if each not in named), _MOST_FILES):
        is_readme = page.rpartition("/")[2].lower().startswith("readme")
        kind = None if is_readme else _kind_of(start_of(page))
        near = _near(page, outlines) if kind else None
        if kind and near:
            tree = Tree(at(page), {}, lambda: (0, 0, None, {}))
            problem = f"this looks like a {kind.name}, and no outline lists it"
            gone = next((each for each in _folders_of(page) if each in lost()), "")
            remedy = _to_restore(gone) if gone else _to_list(page, near, kind, at)
            yield page, Advice(tree, (), problem, remedy, Rule.UNLISTED_FILE, at=Where(at(page)))


def _kind_of(start: str) -> Kind | None:
    """Return the kind that a file's front matter fits, None if it fits none, or is a draft."""
    front = FRONT.match(start)
    lines = front["fields"].splitlines() if front else []
    fields = [_FIELD.fullmatch(line) for line in lines if not _OTHER_LINE.fullmatch(line)]
    given = {each["name"]: each["value"] or "" for each in fields if each}
    for kind in filter(may_be_file, ITEMS.values()):
        title, active = kind.names(Role.TITLE, Role.ACTIVE)
        known = {field.name for field in kind.fields}
        is_draft = given.get(active, "").startswith("false")
        if all(fields) and title in given and known >= given.keys() and not is_draft:
            return kind
    return None


def _near(page: str, outlines: Mapping[str, AbstractSet[str]]) -> tuple[str, str] | None:
    """Return the nearest folder above a file that has outlines, and the likely one of these.

    It is likely if it names a file in the same folder, if a folder above the file has its name, or
    if it is alone beside the file; "" if none is, or several are. None without an outline.
    """
    folder = above = _folder_of(page)
    while True:
        if near := [each for each in outlines if _folder_of(each) == above]:
            likely = [
                each
                for each in near
                if any(_folder_of(file) == folder for file in outlines[each] - {each})
                or _stem_of(each) in _folders_of(page)
            ]
            if folder == above and not likely:
                likely = near
            return above, likely[0] if len(likely) == 1 else ""
        if not above:
            return None
        above = _folder_of(above)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _folders_of(path: str) -> list[str]:
    return path.split("/")[:-1]


def _stem_of(outline: str) -> str:
    return outline.rpartition("/")[2].rpartition(".")[0]


def _to_restore(course: str) -> Remedy:
    is_gone = f"The course {course} has records in the state, and its outline is gone. This says"
    return Remedy(f"{is_gone} how to restore it:", Command("doctor"))


def _to_list(page: str, near: tuple[str, str], kind: Kind, at: Callable[[str], str]) -> Remedy:
    folder, outline = near
    path = page[len(folder) :].lstrip("/")
    where = f"in {at(outline)}." if outline else "in its outline."
    return Remedy(
        "If members should see it, write",
        Code(f"- {scalar(path)}"),
        "below",
        Code(f"{kind.plural}:"),
        f"{where} If it is a draft, write",
        Code(f"{kind.field(Role.ACTIVE).name}: false"),
        "into its front matter.",
    )
