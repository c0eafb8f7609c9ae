"""An author who edits the lines of an outline with lessons, and a site whose every change shows.

The author knows items by their keys, and moves their lines. What a step changed on the site is
found by Id, so a record that was deleted and created again is two changes.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.storyteller import Typed, Typist
from harness import files_below, saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Record = dict[str, object]
DERIVED = {"CourseTitle", "SectionTitle", "SectionDisplayOrder", "ToStringText"}
STAMPS = {"UpdatedOn", "UpdatedBy"}
OF_EACH = {"Id", "UniqueId", "CreatedOn", "SystemId", "CourseId", "Title"}
AS_CREATED: Record = {
    "UnlockType": 1,
    "UnlockAfterDays": 0,
    "CompletionType": 2,
    "Active": True,
    "IsNew": False,
}


@dataclass(frozen=True)
class Edit:
    """What an author or a colleague does, what is typed then, and all that changes on the site.

    `options` are those by which the plan that follows is empty.
    """

    name: str
    edit: Callable[[LessonTeller], object]
    typed: tuple[Typed, ...]
    changes: tuple[str, ...] = ()
    options: str = ""


@dataclass(frozen=True)
class Seen:
    """All that an edit is judged by."""

    edit: str
    typed: tuple[Typed, ...]
    changes: tuple[str, ...]
    plan: Typed
    drift: Typed
    wrong: tuple[str, ...] = ()


def expected(edit: Edit) -> Seen:
    """Return what is seen where all is well: the next plan is empty, and nothing has drifted."""
    return Seen(edit.name, edit.typed, edit.changes, empty_plan(edit), *NO_DRIFT)


def empty_plan(edit: Edit) -> Typed:
    """Return the plan that follows an edit: it asks the site nothing, and has nothing to do."""
    return Typed(f"plan --detailed-exitcode {edit.options}".strip(), "")


NO_DRIFT = (Typed("drift", "2 GET"),)


@dataclass
class LessonTeller(Typist):
    """An author with one outline, and the site."""

    outline: str = "course-4711.yaml"
    apart: dict[str, str] = field(default_factory=dict)

    def play(self, edit: Edit) -> Seen:
        """Make an edit, and look at all that comes of it."""
        before = self._records()
        edit.edit(self)
        typed = tuple(self.type(each) for each in edit.typed)
        changes = tuple(self._changes(before))
        plan, drift = self.type(empty_plan(edit)), self.type(*NO_DRIFT)
        return Seen(edit.name, typed, changes, plan, drift, tuple(self._misfiled()))

    # the author's edits

    def say(self, key: str, field: str) -> None:
        """Write a field, as in `title: Desk`, over the one of that name or else as the last."""
        lines = self._lines()
        first, end = _item(lines, key)
        indent = " " * (_indent(lines[first]) + 2)
        name = field.partition(":")[0]
        own = [at for at in range(first + 1, end) if lines[at].startswith(f"{indent}{name}:")]
        if own:
            lines[own[0]] = f"{indent}{field}"
        else:
            lines.insert(first + 1, f"{indent}{field}")
        self._save(lines)

    def say_of(self, keys: tuple[str, ...], field: str) -> None:
        """Write the same field of several items."""
        for key in keys:
            self.say(key, field)

    def rename(self, key: str, to: str, previous: str = "") -> None:
        """Write another key, and what it was before where that is said."""
        self.replace(f"- key: {key}\n", f"- key: {to}\n")
        if previous:
            self.say(to, f"previous_keys: [{previous}]")

    def unsay(self, key: str, name: str) -> None:
        """Delete a field's line."""
        lines = self._lines()
        first, end = _item(lines, key)
        del lines[next(at for at in range(first, end) if lines[at].strip().startswith(f"{name}:"))]
        self._save(lines)

    def cut(self, key: str) -> str:
        """Take an item's lines out, and return them."""
        lines = self._lines()
        first, end = _item(lines, key)
        item = textwrap.dedent("\n".join(lines[first:end]))
        del lines[first:end]
        above = first - 1
        nothing_left = first == len(lines) or _indent(lines[first]) <= _indent(lines[above])
        if lines[above].endswith("lessons:") and nothing_left:
            lines[above] += " []"
        self._save(lines)
        return item

    def take_out(self, key: str) -> None:
        """Delete an item's lines, which may be put back later."""
        self.apart[key] = self.cut(key)

    def put_back(self, key: str, *, before: str = "", into: str = "") -> None:
        """Write an item's lines again that were deleted."""
        self.put(self.apart.pop(key), before=before, into=into)

    def put(self, item: str, *, before: str = "", into: str = "") -> None:
        """Write an item's lines before another, or last in a section or in the course."""
        lines = self._lines()
        at, depth = (
            (_item(lines, before)[0], _indent(lines[_item(lines, before)[0]]))
            if before
            else _end_of_list(lines, into)
        )
        lines[at:at] = textwrap.indent(item.strip(), " " * depth).splitlines()
        self._save(lines)

    def move(self, *keys: str, before: str = "", into: str = "") -> None:
        """Move items' lines."""
        for key in keys:
            self.put(self.cut(key), before=before, into=into)

    def write(self, name: str, text: str) -> None:
        """Write a file beside the outline."""
        path = self.courses / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def replace(self, old: str, new: str, name: str = "") -> None:
        """Write other words, which stand once in a file."""
        path = self.courses / (name or self.outline)
        text = path.read_text()
        assert text.count(old) == 1, (old, text)
        path.write_text(text.replace(old, new))

    def _lines(self) -> list[str]:
        text = (self.courses / self.outline).read_text()
        return [line for line in text.splitlines() if line.strip()]

    def _save(self, lines: list[str]) -> None:
        (self.courses / self.outline).write_text("\n".join(lines) + "\n")

    def plan(self) -> None:
        """Write a plan file, which is applied later."""
        assert self.run("plan --out plan.json").code == 0

    # a colleague on the site

    def id_of(self, title: str) -> int:
        """Return the Id of the one record of that title."""
        (found,) = [key for key, each in self._records().items() if each["Title"] == title]
        return found

    # what there is to see

    def _records(self) -> dict[int, Record]:
        """Return all records by their Ids, each section and lesson without what is derived."""
        return {
            int(str(each["Id"])): {name: each[name] for name in each if name not in DERIVED}
            for each in (*self.api.records(), *self.api.lessons())
        }

    def _changes(self, before: Mapping[int, Record]) -> Iterator[str]:
        """Yield each difference of the site, as in `~ Desk: Active=False`."""
        after = self._records()
        for key in sorted(before.keys() | after.keys()):
            if key not in after:
                yield f"- {before[key]['Title']}"
            elif key not in before:
                shown = self._told(AS_CREATED, after[key], OF_EACH | STAMPS, after)
                yield f"+ {after[key]['Title']}: {shown}"
            elif shown := self._told(before[key], after[key], STAMPS, after):
                yield f"~ {before[key]['Title']}: {shown}"

    def _told(
        self, before: Record, after: Record, aside: set[str], all_: Mapping[int, Record]
    ) -> str:
        return ", ".join(
            f"{name}={_named(name, after[name], all_)}"
            for name in after
            if name not in aside and (before.get(name) or None) != (after[name] or None)
        )

    def _misfiled(self) -> Iterator[str]:
        """Yield what the state has wrong, and files that should not be left."""
        state, records = saved(self.courses), self._records()
        for address, key in state.entries.items():
            if key not in records:
                yield f"{address} is {key}, which is not on the site"
            elif ("SectionId" in records[key]) != address.startswith("lesson."):
                yield f"{address} is {key}, which is of the other kind"
        if len(set(state.entries.values())) < len(state.entries):
            yield "an Id is in the state twice"
        yield from state.doubts
        yield from (name for name in files_below(self.courses) if name.endswith(".journal"))


def _named(name: str, value: object, records: Mapping[int, Record]) -> str:
    if name == "SectionId" and isinstance(value, int):
        return str(records[value]["Title"])
    return str(value)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _item(lines: list[str], key: str) -> tuple[int, int]:
    """Return where an item's lines begin and end."""
    (first,) = [
        at
        for at, line in enumerate(lines)
        if line.strip() == f"- key: {key}" or line.strip().endswith(f"{key}.md")
    ]
    after = (
        at for at in range(first + 1, len(lines)) if _indent(lines[at]) <= _indent(lines[first])
    )
    return first, next(after, len(lines))


def _end_of_list(lines: list[str], section: str) -> tuple[int, int]:
    """Return where the list of a section's lessons, or of the course's, ends, and its indent."""
    first, end = _item(lines, section) if section else (0, len(lines))
    indent = _indent(lines[first]) + 2 if section else 0
    (head,) = [at for at in range(first, end) if lines[at].startswith(f"{' ' * indent}lessons:")]
    lines[head] = lines[head].removesuffix(" []")
    after = (at for at in range(head + 1, end) if _indent(lines[at]) <= indent)
    return next(after, end), indent + 2
