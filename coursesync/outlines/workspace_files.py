"""Reads the outlines of a workspace, and the files that they name.

Owns which outlines are parsed: if an outline's bytes and its content files' bytes are the ones that
were last applied, it is `settled` and not parsed. It must never write, and reads only regular files
inside the workspace, of bounded size, in UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, InvalidOutlines, UnusableFile, Where
from coursesync.files import NotText, decode, shown
from coursesync.kinds.address import course_of, key_of
from coursesync.outlines.content_files import Files, path_of, symbolic_link
from coursesync.outlines.folder import ENDINGS, outline_paths
from coursesync.outlines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.kinds.address import Address
    from coursesync.kinds.tree import Tree
    from coursesync.outlines.advice.advice import Advice
    from coursesync.outlines.advice.allowed import Comment
    from coursesync.outlines.assets import Pictures
    from coursesync.outlines.checks import Claim
    from coursesync.outlines.items import ItemFile
    from coursesync.outlines.outline import Outline, PicturesOf
    from coursesync.state.state import CompleteCourse

MOST_DIAGNOSTICS = 200  # a file
MOST_MISTAKES = 10_000
_ALLOWS = "coursesync:"  # a text without it has no comment that allows advice


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines of a workspace.

    `outlines` are the parsed ones, sorted by key; `settled` are the keys of the courses that did
    not change since they were last applied; `advice` is on the parsed ones, in their order;
    `allowed` is how many more pieces comments and the configuration allow.
    """

    outlines: tuple[Outline, ...]
    settled: frozenset[str]
    advice: tuple[Advice, ...] = ()
    allowed: int = 0


def load(
    folder: Path,
    applied: Mapping[str, CompleteCourse] | None = None,
    managed: Callable[[], Iterable[Address]] = tuple,
    unwritten: Mapping[str, bytes] | None = None,
    settings: Settings | None = None,
) -> Outlines:
    """Read the outlines of a workspace.

    Args:
        folder: the workspace's folder.
        applied: the complete courses of the state, by key.
        managed: gives the addresses in the state; called only to propose a new key.
        unwritten: files that are read as if they were in the folder, by their paths in it.
        settings: the advice that the configuration allows.

    Raises:
        UsageError: `folder` is no folder.
        InvalidOutlines: with every mistake of every outline.
    """
    complete = {course.path: (key, course) for key, course in (applied or {}).items()}
    settings = settings or Settings()
    files = Files(folder, unwritten, settings.assets_url)
    reading = _Reading(folder, files, complete, managed, settings)
    for path, is_link in outline_paths(folder, unwritten or (), reading.pages):
        reading.outline(path, is_link=is_link)
        if len(reading.diagnostics) > MOST_MISTAKES:
            problem = f"with this file there are more than {MOST_MISTAKES:,} mistakes"
            remedy = "The files after it were not read: correct these first, and validate again."
            reading.diagnostics.append(Diagnostic(Where(shown(folder / path)), problem, remedy))
            break
    ids = {*reading.settled.values()}
    if reading.takes_settled_file() or any(
        each.key in reading.settled or each.course_id in ids for each in reading.claims
    ):
        # only a parsed outline knows the place of the clash
        return load(folder, None, managed, unwritten, settings)
    if reading.claims:
        from coursesync.outlines.checks import clashes  # noqa: PLC0415 - if one changed

        reading.diagnostics += clashes(reading.claims)
        reading.diagnostics += reading.files_listed_twice()
    if reading.diagnostics:
        raise InvalidOutlines(reading.diagnostics)
    outlines = tuple(sorted(reading.outlines, key=lambda outline: outline.key))
    reading.advise_on_pages()
    reading.advise_on_settings()
    advice: tuple[Advice, ...] = ()
    allowed = 0
    if reading.advice or reading.allowed:
        from coursesync.outlines.advice.advice import distinct  # noqa: PLC0415 - if one changed

        advice, allowed = distinct(reading.advice), len(distinct(reading.allowed))
    return Outlines(outlines, frozenset(reading.settled), advice, allowed)


@dataclass(slots=True)
class _Reading:
    folder: Path
    files: Files
    complete: Mapping[str, tuple[str, CompleteCourse]]  # key and course by its path
    managed: Callable[[], Iterable[Address]]
    settings: Settings
    outlines: list[Outline] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)  # the courses' Ids by their keys
    advice: list[Advice] = field(default_factory=list)
    allowed: list[Advice] = field(default_factory=list)  # that nobody wants
    diagnostics: list[Diagnostic] = field(default_factory=list)
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

    def outline(self, path: str, *, is_link: bool) -> None:
        at = shown(self.folder / path)
        try:
            _check_name(path)
            if is_link:
                raise symbolic_link(at)
            content = self.files.read(path)
            key, course = self.complete.get(path, ("", None))
            if course and self._unchanged(course, path, content):
                self.settled[key] = course.id
                return
            text = decode(content)
        except UnusableFile as unusable:
            where = unusable.at(at) if isinstance(unusable, NotText) else Where(at)
            self.diagnostics += unusable.diagnostics_at(where)
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
            if outline is not None and not diagnostics:
                outline = replace(outline, file=path, sources=dict(sorted(sources.items())))
                self.outlines.append(outline)
                self._advise(outline, path, text)
        self.diagnostics += _bounded(diagnostics)

    def _pictures_of(self, outline: str) -> PicturesOf:
        from coursesync.outlines.assets import Pictures  # noqa: PLC0415 - if one changed

        self.pictures = self.pictures or Pictures(self.folder, self.files)
        return self.pictures.of(outline)

    def _advise(self, outline: Outline, path: str, text: str) -> None:
        from coursesync.outlines.advice.advice import Source  # noqa: PLC0415 - if one changed
        from coursesync.outlines.advice.rules import advise  # noqa: PLC0415 - if one changed

        def source(name: str) -> Source:
            file = path_of(path, name)
            if file in self.listed:
                return Source(shown(self.folder / file), self.files.item(file, path))
            return Source(shown(self.folder / file), self.files.text(file, path))

        comments = _comments(text, outline.path)
        for each in [file for file in outline.sources if file in self.listed]:
            comments += _comments(self.files.item(each, path), shown(self.folder / each))
        everywhere = self.settings.in_course(outline.key)
        untracked = self.pictures.untracked() if self.pictures else ()
        advice = chain(advise(outline, source), untracked)
        self._sift(advice, comments, everywhere, outline.tree)

    def _sift(
        self,
        advice: Iterable[Advice],
        comments: Sequence[Comment],
        everywhere: frozenset[str],
        tree: Tree,
    ) -> None:
        """Keep advice, except those pieces that are allowed."""
        if not comments and not everywhere:
            self.advice += advice
            return
        from coursesync.outlines.advice.allowed import sifted  # noqa: PLC0415 - if any is allowed

        found = sifted(advice, comments, everywhere, tree)
        self.advice += found.given
        self.allowed += found.allowed

    def advise_on_settings(self) -> None:
        """Add advice on courses that only the configuration names."""
        if lines := self.settings.lines:
            from coursesync.outlines.advice.allowed import unknown_courses  # noqa: PLC0415 - if any

            known = {*self.settled, *(each.key for each in self.outlines)}
            self.advice += unknown_courses(lines, known, self.settings.path)

    def advise_on_pages(self) -> None:
        """Add the advice on Markdown files that no outline names."""
        named = {each.file: each.sources.keys() for each in self.outlines}
        named |= {
            course.path: course.sources.keys()
            for key, course in self.complete.values()
            if key in self.settled
        }
        if {*self.pages}.difference(*named.values()):
            from coursesync.outlines.advice.unlisted import START, unlisted  # noqa: PLC0415 - if any

            found = unlisted(
                self.pages,
                named,
                lambda page: self.files.start_of(page, START),
                lambda path: shown(self.folder / path),
            )
            for page, piece in found:
                comments = _comments(self.files.start_of(page, START), piece.tree.path)
                self._sift([piece], comments, self.settings.everywhere, piece.tree)

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


def _comments(text: str, path: str) -> list[Comment]:
    """Return the rules that the comments of an outline, or of a file's front matter, allow."""
    if _ALLOWS not in text:
        return []
    from coursesync.outlines.advice.allowed import comments_of  # noqa: PLC0415 - if there may be any
    from coursesync.outlines.leftovers import FRONT  # noqa: PLC0415 - if there may be any
    from coursesync.outlines.pieces_reader import comments_in  # noqa: PLC0415 - if there may be any

    front = None if path.lower().endswith(ENDINGS) else FRONT.match(text)
    above = text.count("\n", 0, front.start("fields")) if front else None
    return [*comments_of(front["fields"] if front else text, path, comments_in, above=above)]


def _bounded(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    if len(diagnostics) <= MOST_DIAGNOSTICS:
        return diagnostics
    first = sorted(diagnostics)[:MOST_DIAGNOSTICS]
    more = f"and at least {len(diagnostics) - MOST_DIAGNOSTICS:,} more mistakes in this file"
    return [*first, Diagnostic(first[-1].where, more, "Correct these first, and validate again.")]


def _check_name(path: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise UnusableFile(
            "the file's name, or that of its folder, is not in UTF-8",
            "Rename it; letters, digits and hyphens are safe everywhere.",
        )
