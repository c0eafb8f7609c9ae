"""Someone who keeps courses by outlines for a long time, and looks at all there is after each step.

The outlines are values here, each section with the Id of its record: its lessons know it by that,
so it is held fast from the first step to the last.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness import Ran, saved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness import CommandLine, SandboxServer

UNLOCKS: Mapping[str, tuple[int, int]] = {"immediate": (1, 0), "sequential": (2, 0)}
STAMPS = {"Active", "UpdatedOn", "UpdatedBy"}
Record = dict[str, object]


@dataclass
class Section:
    """A section as its author writes it, and the Id of its record once it has one."""

    title: str
    says: dict[str, object] = field(default_factory=dict)
    id: int = 0

    @property
    def key(self) -> str:
        """The key that it is known by."""
        return str(self.says.get("key", self.title.lower()))

    @property
    def lines(self) -> str:
        """Its lines in the outline."""
        fields = {"title": self.title, **self.says}
        told = [f"{name}: {json.dumps(value)}" for name, value in fields.items()]
        return "  - " + "\n    ".join(told) + "\n"

    def as_record(self, course: int) -> Record:
        """Return what its record has to hold, whatever its number is."""
        unlock = self.says.get("unlock", "immediate")
        timed = (3, unlock["after_days"]) if isinstance(unlock, dict) else UNLOCKS[str(unlock)]
        return {
            "Active": self.says.get("active", True),
            "CourseId": course,
            "SectionContents": self.says.get("contents", ""),
            "Title": self.title,
            "UnlockAfterDays": timed[1],
            "UnlockType": timed[0],
        }


@dataclass
class Outline:
    """A course's Id and its sections in order."""

    course: int
    sections: list[Section]

    @property
    def text(self) -> str:
        """The outline as its file has it."""
        sections = "\n" + "".join(section.lines for section in self.sections)
        told = sections if self.sections else " []\n"
        return f"id: {self.course}\ntitle: Course {self.course}\nsections:{told}"


@dataclass(frozen=True)
class Typed:
    """A command, the requests that it takes (as in "1 GET, 2 PUT"), its code, and what it says."""

    command: str
    requests: str
    code: int = 0
    says: str = ""


def least_in(typed: Typed) -> int:
    """Return the number in "at least 5 GET, 1 POST"."""
    return int(typed.requests.removeprefix("at least ").partition(" ")[0])


@dataclass(frozen=True)
class Step:
    """What an author does, what is typed then, and what the site shows of each course.

    `site` has the titles in the members' order, hidden ones in brackets, with a | between courses;
    `options` are those by which the plan that follows is empty.
    """

    name: str
    edit: Callable[[Teller], object]
    typed: tuple[Typed, ...]
    site: str
    options: str = ""


@dataclass(frozen=True)
class Seen:
    """All that a step is judged by."""

    step: str
    typed: tuple[Typed, ...]
    site: str
    plan_is_empty: bool = True
    wrong: tuple[str, ...] = ()


@dataclass
class Typist:
    """Someone at the command line, with a site on a socket."""

    cli: CommandLine
    courses: Path
    api: SandboxServer

    def run(self, command: str) -> Ran:
        """Type a command."""
        return self.cli(*shlex.split(command))

    def type(self, expected: Typed) -> Typed:
        """Type a command, and return what came of it: as expected, or what it printed instead."""
        met = len(self.api.log())
        ran = self.run(expected.command)
        met_since = Counter(str(each["method"]) for each in self.api.log()[met:])
        requests = ", ".join(f"{number} {method}" for method, number in sorted(met_since.items()))
        # how often a lost record is looked for depends on the machine
        if expected.requests.startswith("at least ") and met_since["GET"] >= least_in(expected):
            requests = f"at least {least_in(expected)} GET{requests.partition(' GET')[2]}"
        said = expected.says in ran.out + ran.err or expected.says in ran.said
        return Typed(
            expected.command, requests, ran.code, expected.says if said else ran.out + ran.err
        )


@dataclass
class Teller(Typist):
    """An author, the outlines by the stem of their files, and the site."""

    outlines: dict[str, Outline]
    apart: dict[str, Section] = field(default_factory=dict)

    def find(self, title: str) -> Section:
        """Return the section of that title."""
        (found,) = [each for _, each in self.wanted() if each.title == title]
        return found

    def wanted(self) -> list[tuple[Outline, Section]]:
        """Return all sections, each with its outline."""
        return [(outline, each) for outline in self.outlines.values() for each in outline.sections]

    def say(self, *titles: str, **fields: object) -> None:
        """Write fields of sections."""
        for title in titles:
            self.find(title).says.update(fields)

    def unsay(self, title: str, name: str) -> None:
        """Delete a field's line."""
        del self.find(title).says[name]

    def retitle(self, title: str, to: str) -> None:
        """Write another title."""
        self.find(title).title = to

    def put(self, title: str, before: str, outline: str) -> None:
        """Write a new section before another one, or at the end where that is ""."""
        self._insert(Section(title), before, self.outlines[outline].sections)

    def move(self, title: str, before: str) -> None:
        """Let a section stand before another one of its course."""
        section = self.find(title)
        (home,) = [each.sections for each in self.outlines.values() if section in each.sections]
        home.remove(section)
        self._insert(section, before, home)

    def take_out(self, title: str) -> None:
        """Delete a section's lines."""
        section = self.find(title)
        for outline in self.outlines.values():
            outline.sections = [each for each in outline.sections if each is not section]
        self.apart[title] = section

    def put_back(self, title: str, before: str, outline: str) -> None:
        """Write a section's lines again that were deleted."""
        self._insert(self.apart.pop(title), before, self.outlines[outline].sections)

    def take_to(self, outline: str, title: str) -> None:
        """Move a section's lines to another course's outline, and say where it was."""
        home = next(n for n, each in self.outlines.items() if self.find(title) in each.sections)
        self.take_out(title)
        section = self.apart.pop(title)
        section.says["previous_keys"] = [f"{home}.{section.key}"]
        self.outlines[outline].sections.append(section)

    def _insert(self, section: Section, before: str, sections: list[Section]) -> None:
        titles = [each.title for each in sections]
        sections.insert(titles.index(before) if before else len(titles), section)

    def save(self) -> None:
        """Write the outlines, and those alone."""
        for path in self.courses.glob("*.yaml"):
            path.unlink()
        for name, outline in self.outlines.items():
            (self.courses / f"{name}.yaml").write_text(outline.text)

    def play(self, step: Step) -> Seen:
        """Take a step, and look at all there is."""
        step.edit(self)
        before = {record["Id"]: record for record in self.api.records()}
        self.save()
        typed = tuple(self.type(each) for each in step.typed)
        after = {record["Id"]: record for record in self.api.records()}
        self._learn(after)
        planned = self.run(f"plan --detailed-exitcode {step.options}")
        wrong = [*self._wrong(after), *self._touched(before, after), *self._misfiled()]
        return Seen(step.name, typed, self.site(), planned.code == 0, tuple(wrong))

    def _learn(self, records: Mapping[object, Record]) -> None:
        """Note the Id of each section that is on the site for the first time."""
        known = {section.id for _, section in self.wanted()}
        for record_id in records.keys() - known:
            place = (records[record_id]["CourseId"], records[record_id]["Title"])
            for outline, section in self.wanted():
                if not section.id and place == (outline.course, section.title):
                    section.id = int(str(record_id))

    def site(self) -> str:
        """Return what members see of each course: its titles in order, hidden ones in brackets."""
        shown: dict[object, list[str]] = {}
        by_place = sorted(self.api.records(), key=lambda each: (each["DisplayOrder"], each["Id"]))
        for record in by_place:
            title = str(record["Title"])
            line = shown.setdefault(record["CourseId"], [])
            line.append(title if record["Active"] else f"({title})")
        return " | ".join(" ".join(shown[course]) for course in sorted(shown, key=str))

    def _wrong(self, records: Mapping[object, Record]) -> list[str]:
        """Find the sections whose record is not as their outline says."""
        return [
            f"{section.title}: {name} is {has.get(name)!r} on the site, not {value!r}"
            for outline, section in self.wanted()
            for has in [records.get(section.id, {})]
            for name, value in self._whole(outline, section, has).items()
            if (has.get(name) or "") != (value or "")
        ]

    def _whole(self, outline: Outline, section: Section, has: Record) -> Record:
        pictured = bool(section.says.get("image"))
        shows = bool(has.get("ImageFileName"))
        name = has.get("ImageFileName") if pictured == shows else f"(a picture: {pictured})"
        return {**section.as_record(outline.course), "ImageFileName": name}

    def _touched(
        self, before: Mapping[object, Record], after: Mapping[object, Record]
    ) -> list[str]:
        """Find the records in no outline of which more has changed than whether they are shown."""
        ours = {section.id for _, section in self.wanted()}
        return [
            f"{record['Title']}: {name} is {record[name]!r}, and was {value!r}"
            for record_id, record in after.items()
            if record_id not in ours
            for name, value in before.get(record_id, {"Id": "nowhere"}).items()
            if name not in STAMPS and record[name] != value
        ]

    def _misfiled(self) -> list[str]:
        """Find the sections of which the state does not know which record they are."""
        state = saved(self.courses)
        names = {id(each): name for name, each in self.outlines.items()}
        wanted = {f"section.{names[id(o)]}.{each.key}": each.id for o, each in self.wanted()}
        kept = {address: each for address, each in state.entries.items() if address not in wanted}
        twice = set(kept.values()) & set(wanted.values())
        lacking = [each for each in wanted if wanted[each] != state.entries.get(each)]
        return [*lacking, *map(str, sorted(twice)), *state.doubts]
