"""Reads the outlines of a workspace, and the files that they name.

Owns which outlines are parsed: if an outline's bytes and its content files' bytes are the ones that
were last applied, it is `settled` and not parsed. It must never write, and reads only regular files
inside the workspace, of bounded size, in UTF-8.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, InvalidOutlines, UnusableFile, Where
from coursesync.files import NotText, decode, shown
from coursesync.kinds.address import course_of, key_of, slug
from coursesync.outlines.advising import Advising
from coursesync.outlines.content_files import Files, path_of, symbolic_link
from coursesync.outlines.folder import outline_paths, unknown_course
from coursesync.outlines.rendering import Renderer
from coursesync.outlines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from coursesync.kinds.address import Address
    from coursesync.outlines.advice.advice import Advice
    from coursesync.outlines.assets import Pictures
    from coursesync.outlines.checks import Claim
    from coursesync.outlines.items import ItemFile
    from coursesync.outlines.outline import Outline, PicturesOf
    from coursesync.state.state import CompleteCourse

MOST_DIAGNOSTICS = 200  # a file
MOST_MISTAKES = 10_000


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines of a workspace.

    `outlines` are the parsed ones, sorted by key; `settled` are the keys of the courses that did
    not change since they were last applied; `advice` is on the parsed ones, in their order;
    `allowed` is how many more pieces comments and the configuration allow.

    If only some courses are wanted, `only` are their keys, `outlines` has no others, `others` are
    the other valid ones that were parsed, and `mistaken` are the mistakes in the rest.
    """

    outlines: tuple[Outline, ...]
    settled: frozenset[str]
    advice: tuple[Advice, ...] = ()
    only: tuple[str, ...] = ()
    others: tuple[Outline, ...] = ()
    mistaken: tuple[Diagnostic, ...] = ()
    allowed: int = 0


def load(
    folder: Path,
    applied: Mapping[str, CompleteCourse] | None = None,
    managed: Callable[[], Iterable[Address]] = tuple,
    unwritten: Mapping[str, bytes] | None = None,
    courses: Sequence[str] = (),
    settings: Settings | None = None,
) -> Outlines:
    """Read the outlines of a workspace.

    Args:
        folder: the workspace's folder.
        applied: the complete courses of the state, by key.
        managed: gives the addresses in the state; called only to propose a new key, or for a course
            that has no outline.
        unwritten: files that are read as if they were in the folder, by their paths in it.
        courses: the wanted courses, each by its key or its outline's path in the workspace; none
            for all. The mistakes of other outlines are then no failure, except two outlines with
            the same key or Id.
        settings: what the configuration says about the outlines.

    Raises:
        UsageError: `folder` is no folder, or it has no such course.
        InvalidOutlines: with every mistake of every wanted outline.
    """
    complete = {course.path: (key, course) for key, course in (applied or {}).items()}
    settings = settings or Settings()
    files = Files(folder, unwritten, settings.assets_url)
    advising = Advising(folder, files, settings)
    with Renderer() as renderer:
        reading = _Reading(folder, files, complete, managed, renderer, advising)
        reading.outlines_in(unwritten or ())
    ids = {*reading.settled.values()}
    if reading.takes_settled_file() or any(
        each.course_id in ids or not reading.settled.keys().isdisjoint({each.key, *each.former})
        for each in reading.claims
    ):
        # only a parsed outline knows the place of the clash
        return load(folder, None, managed, unwritten, courses, settings)
    only = _wanted(reading, courses, managed)
    mistakes: list[Diagnostic] = []
    mistaken: list[Diagnostic] = []
    for path, found in reading.mistakes.items():
        (mistaken if only and reading.keys[path] not in only else mistakes).extend(found)
    if reading.claims:
        from coursesync.outlines.checks import clashes  # noqa: PLC0415 - if one changed

        mistakes += clashes(reading.claims, managed)
        mistakes += reading.files_listed_twice()
    if mistakes:
        raise InvalidOutlines(mistakes)
    parsed = sorted(reading.outlines, key=lambda outline: outline.key)
    settled = frozenset(reading.settled)
    if only:
        outlines = tuple(each for each in parsed if each.key in only)
        others = tuple(each for each in parsed if each.key not in only)
        advice, allowed = advising.result(only)
        return Outlines(outlines, settled, advice, only, others, tuple(mistaken), allowed)
    advising.on_pages(reading.pages, reading.named(), reading.lost)
    advising.on_settings(reading.keys.values())
    advice, allowed = advising.result()
    return Outlines(tuple(parsed), settled, advice, allowed=allowed)


@dataclass(frozen=True, slots=True)
class ValidOutlines:
    """The outlines without mistakes; the Ids of the others, and whether one can't be read."""

    outlines: tuple[Outline, ...] = ()
    mistaken: frozenset[int] = frozenset()
    has_unread: bool = False


def load_valid(folder: Path, settings: Settings) -> ValidOutlines:
    """Read the outlines that have no mistakes; a course that two of them claim has one."""
    files = Files(folder, None, settings.assets_url)
    advising = Advising(folder, files, settings)
    with Renderer() as renderer:
        reading = _Reading(folder, files, {}, tuple, renderer, advising)
        try:
            reading.outlines_in(())
        except InvalidOutlines:
            return ValidOutlines(has_unread=True)
    ids = {each.tree.path: each.course_id for each in reading.claims}
    taken = {each for each, number in Counter(ids.values()).items() if number > 1}
    wrong = {ids.get(shown(folder / path)) for path in reading.mistakes} | taken
    mistaken = frozenset(each for each in wrong if each is not None)
    valid = (each for each in reading.outlines if each.course_id not in taken)
    return ValidOutlines(tuple(valid), mistaken, None in wrong)


def _wanted(
    reading: _Reading, courses: Iterable[str], managed: Callable[[], Iterable[Address]]
) -> tuple[str, ...]:
    """Return the keys of the wanted courses, sorted; raises UsageError for an unknown one."""
    keys = {reading.keys.get(each, each) for each in courses}
    if unknown := keys.difference(reading.keys.values()):
        unknown.difference_update(map(course_of, managed()))
    if unknown:
        raise unknown_course(reading.folder, min(unknown), reading.keys)
    return tuple(sorted(keys))


@dataclass(slots=True)
class _Reading:
    folder: Path
    files: Files
    complete: Mapping[str, tuple[str, CompleteCourse]]  # key and course by its path
    managed: Callable[[], Iterable[Address]]
    renderer: Renderer
    advising: Advising
    outlines: list[Outline] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)  # the courses' Ids by their keys
    keys: dict[str, str] = field(default_factory=dict)  # of the courses, by their outlines' paths
    # by the outline's path
    mistakes: dict[str, list[Diagnostic]] = field(default_factory=dict)
    items: dict[str, ItemFile] = field(default_factory=dict)  # Markdown files, by their paths
    # the outlines that list a Markdown file, by its path
    listed: dict[str, list[str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)  # the Markdown files of the workspace
    pictures: Pictures | None = None

    def takes_settled_file(self) -> bool:
        """Return whether a parsed outline lists a file that a settled one names."""
        complete = self.complete.values() if self.listed else ()
        return any(
            key in self.settled and not self.listed.keys().isdisjoint(course.sources)
            for key, course in complete
        )

    def files_listed_twice(self) -> Iterator[Diagnostic]:
        """Yield a diagnostic for each Markdown file that several outlines list."""
        for path, (first, *others) in self.listed.items():
            if others:
                yield Diagnostic(
                    Where(shown(self.folder / path)),
                    f"this file is listed in {shown(self.folder / others[0])}, and in "
                    f"{shown(self.folder / first)} too",
                    "One file is listed once: copy it, and list the copy in one of them.",
                )

    def outlines_in(self, unwritten: Iterable[str]) -> None:
        """Read the outlines; raises InvalidOutlines if there are too many mistakes."""
        for path, is_link in outline_paths(self.folder, unwritten, self.pages):
            self.outline(path, is_link=is_link)
            if sum(map(len, self.mistakes.values())) > MOST_MISTAKES:
                problem = f"with this file there are more than {MOST_MISTAKES:,} mistakes"
                remedy = "The files after it were not read: correct these first."
                stopped = Diagnostic(Where(shown(self.folder / path)), problem, remedy)
                raise InvalidOutlines([*chain.from_iterable(self.mistakes.values()), stopped])

    def outline(self, path: str, *, is_link: bool) -> None:
        at = shown(self.folder / path)
        self.keys[path] = slug(path.rpartition("/")[2].rpartition(".")[0])
        try:
            _check_name(path)
            if is_link:
                raise symbolic_link(at)
            content = self.files.read(path)
            key, course = self.complete.get(path, ("", None))
            if course and self._unchanged(course, path, content):
                self.settled[key] = course.id
                self.keys[path] = key
                return
            text = decode(content)
        except UnusableFile as unusable:
            where = unusable.at(at) if isinstance(unusable, NotText) else Where(at)
            self.mistakes[path] = [*unusable.diagnostics_at(where)]
            return
        self._parse(path, at, text, digest=self.files.digest_of(content))

    def _parse(self, path: str, at: str, text: str, *, digest: str) -> None:
        from coursesync.outlines.checks import claim  # noqa: PLC0415 - if one changed
        from coursesync.outlines.outline import build  # noqa: PLC0415 - if one changed
        from coursesync.outlines.yaml_reader import parse  # noqa: PLC0415 - if one changed

        sources = {path: digest}
        tree, diagnostics = parse(text, at)
        if tree is not None:
            outline, more = build(
                tree,
                partial(self._contents, path, sources),
                self._managed_in,
                partial(self._item, path, sources),
                self._pictures_of(path),
            )
            # a mistake at a place that has one already follows from it
            reported = {diagnostic.where for diagnostic in diagnostics}
            diagnostics += [each for each in more if each.where not in reported]
            self.claims.append(claim(tree))
            self.keys[path] = self.claims[-1].key
            if outline is not None and not diagnostics:
                outline = replace(outline, file=path, sources=dict(sorted(sources.items())))
                self.outlines.append(outline)
                untracked = self.pictures.untracked() if self.pictures else ()
                self.advising.on_outline(outline, text, self.listed, untracked)
        if diagnostics:
            self.mistakes[path] = _bounded(diagnostics)

    def _pictures_of(self, outline: str) -> PicturesOf:
        from coursesync.outlines.assets import Pictures  # noqa: PLC0415 - if one changed

        self.pictures = self.pictures or Pictures(self.folder, self.files, self.renderer)
        return self.pictures.of(outline)

    def named(self) -> dict[str, AbstractSet[str]]:
        """Return the files that each valid outline names, by the outline's path."""
        named = {each.file: each.sources.keys() for each in self.outlines}
        settled = [each for key, each in self.complete.values() if key in self.settled]
        return {**named, **{each.path: each.sources.keys() for each in settled}}

    def lost(self) -> set[str]:
        """Return the keys of the courses that have records and no outline."""
        return {*map(course_of, self.managed())}.difference(self.keys.values())

    def _unchanged(self, course: CompleteCourse, path: str, content: bytes) -> bool:
        try:
            own = self.files.digest_of(content)
            return all(
                (own if name == path else self.files.digest(name)) == known
                for name, known in course.sources.items()
            )
        except UnusableFile:
            return False

    def _managed_in(self, course: str) -> set[str]:
        return {key_of(address) for address in self.managed() if course_of(address) == course}

    def _contents(self, outline: str, sources: dict[str, str], name: str) -> str:
        path = path_of(outline, name)
        text = self.files.text(path, outline)
        sources[path] = self.files.digest(path)
        return text

    def _item(self, outline: str, sources: dict[str, str], name: str) -> ItemFile:
        from coursesync.outlines.item_files import read_item  # noqa: PLC0415 - if one changed

        path = path_of(outline, name)
        text = self.files.item(path, outline)
        sources[path] = self.files.digest(path)
        if outline not in (outlines := self.listed.setdefault(path, [])):
            outlines.append(outline)
        if path not in self.items:
            self.items[path] = read_item(text, shown(self.folder / path))
        return self.items[path]


def _bounded(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    if len(diagnostics) <= MOST_DIAGNOSTICS:
        return diagnostics
    first = sorted(diagnostics)[:MOST_DIAGNOSTICS]
    more = f"and at least {len(diagnostics) - MOST_DIAGNOSTICS:,} more mistakes in this file"
    return [
        *first,
        Diagnostic(first[-1].where, more, "Correct these first."),
    ]


def _check_name(path: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise UnusableFile(
            "the file's name, or that of its folder, is not in UTF-8",
            "Rename it; letters, digits and hyphens are safe everywhere.",
        )
