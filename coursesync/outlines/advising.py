"""Collects the advice on the outlines of a workspace, without the pieces that people allow.

Owns which texts have comments that allow advice. It must never import a rule unless an outline is
parsed: most runs give no advice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from coursesync.files import shown
from coursesync.outlines.content_files import path_of
from coursesync.outlines.folder import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from coursesync.kinds.tree import Tree
    from coursesync.outlines.advice.advice import Advice, Source
    from coursesync.outlines.advice.allowed import Comment
    from coursesync.outlines.content_files import Files
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.settings import Settings

_ALLOWS = "coursesync:"  # a text without it has no comment that allows advice


@dataclass(slots=True)
class Advising:
    """The advice on the outlines of a workspace."""

    folder: Path
    files: Files
    settings: Settings
    # by the course's key, "" for none
    _given: dict[str, list[Advice]] = field(default_factory=dict)
    _allowed: dict[str, list[Advice]] = field(default_factory=dict)

    def on_outline(
        self,
        outline: Outline,
        text: str,
        listed: Collection[str],
        untracked: Iterable[Advice],
    ) -> None:
        """Add the advice on an outline.

        Args:
            outline: a valid one.
            text: the text of its file.
            listed: the Markdown files that are items, by their paths in the workspace.
            untracked: the advice on its pictures.
        """
        from coursesync.kinds.content_spec import is_markdown_path  # noqa: PLC0415 - if one changed
        from coursesync.outlines.advice.advice import Source  # noqa: PLC0415 - if one changed
        from coursesync.outlines.advice.rules import advise  # noqa: PLC0415 - if one changed

        path = outline.file

        def source(name: str) -> Source:
            file = path_of(path, name)
            read = self.files.item if file in listed else self.files.text
            return Source(shown(self.folder / file), read(file, path), is_markdown_path(file))

        comments = _comments(text, outline.path)
        for each in [file for file in outline.sources if file in listed]:
            comments += _comments(self.files.item(each, path), shown(self.folder / each))
        everywhere = self.settings.in_course(outline.key)
        advice = chain(advise(outline, source), untracked)
        self._sift(outline.key, advice, comments, everywhere, outline.tree)

    def on_pages(
        self,
        pages: Collection[str],
        named: Mapping[str, AbstractSet[str]],
        lost: Callable[[], Collection[str]],
    ) -> None:
        """Add the advice on Markdown files that no outline names.

        Args:
            pages: the Markdown files of the workspace, by their paths in it.
            named: the files that each valid outline names, by the outline's path.
            lost: gives the keys of courses that have records and no outline.
        """
        if not {*pages}.difference(*named.values()):
            return
        from coursesync.outlines.advice.unlisted import START, unlisted  # noqa: PLC0415 - if any

        found = unlisted(
            pages,
            named,
            lambda page: self.files.start_of(page, START),
            lambda path: shown(self.folder / path),
            lost,
        )
        for page, piece in found:
            comments = _comments(self.files.start_of(page, START), piece.tree.path)
            self._sift("", [piece], comments, self.settings.everywhere, piece.tree)

    def on_settings(self, known: Collection[str]) -> None:
        """Add the advice on courses that only the configuration names; `known` are all others."""
        if lines := self.settings.lines:
            from coursesync.outlines.advice.allowed import unknown_courses  # noqa: PLC0415 - if any

            found = unknown_courses(lines, known, self.settings.path)
            self._given.setdefault("", []).extend(found)

    def result(self, only: Collection[str] = ()) -> tuple[tuple[Advice, ...], int]:
        """Return the advice, or that on some courses, and how many more pieces are allowed."""
        given = _of(self._given, only)
        allowed = _of(self._allowed, only)
        if not given and not allowed:
            return (), 0
        from coursesync.outlines.advice.advice import distinct  # noqa: PLC0415 - if one changed

        return distinct(given), len(distinct(allowed))

    def _sift(
        self,
        course: str,
        advice: Iterable[Advice],
        comments: Sequence[Comment],
        everywhere: frozenset[str],
        tree: Tree,
    ) -> None:
        """Keep advice, except those pieces that are allowed."""
        given = self._given.setdefault(course, [])
        if not comments and not everywhere:
            given += advice
            return
        from coursesync.outlines.advice.allowed import sifted  # noqa: PLC0415 - if any is allowed

        found = sifted(advice, comments, everywhere, tree)
        given += found.given
        self._allowed.setdefault(course, []).extend(found.allowed)


def _of(pieces: Mapping[str, list[Advice]], only: Collection[str]) -> list[Advice]:
    """Return the pieces on some courses, by default on all; those on no course come last."""
    keys = sorted(pieces, key=lambda key: not key)
    return [piece for key in keys if not only or key in only for piece in pieces[key]]


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
