"""The pictures of a workspace's outlines, which are on the web at `assets_url`.

Owns the check that such a picture is there. It must never ask git unless an outline names one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from posixpath import dirname, join
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Shell, UnusableFile, Where
from coursesync.files import shown
from coursesync.files.ask_git import composed, tracked_in
from coursesync.kinds.tree import Tree
from coursesync.outlines.content_files import path_of
from coursesync.outlines.outline import PicturesOf
from coursesync.outlines.pictures import (
    address_of_picture,
    has_pictures,
    is_relative,
    path_of_picture,
    place_of,
    with_relative,
)
from coursesync.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coursesync.kinds.tree import Mark
    from coursesync.outlines.advice.advice import Advice
    from coursesync.outlines.content_files import Files
    from coursesync.outlines.rendering import Renderer


@dataclass
class Pictures:
    """The pictures that texts name; `used` are those of the outline that is being read."""

    folder: Path
    files: Files
    renderer: Renderer
    used: dict[str, Where] = field(default_factory=dict)

    def of(self, outline: str) -> PicturesOf:
        """Return how pictures become addresses in an outline, by its path in the workspace."""
        self.used.clear()

        def address(name: str, written: str, where: Where) -> str:
            file = path_of(outline, name) if name else outline
            return self.address(written, file, where) if self.url else written

        return PicturesOf(lambda name, text: self.html_of(text, path_of(outline, name)), address)

    @property
    def url(self) -> str:
        """The web address of the workspace's files."""
        return self.files.assets_url

    @cached_property
    def _tracked(self) -> frozenset[str] | None:
        return tracked_in(self.folder)

    def html_of(self, markdown: str, file: str) -> str:
        """Render the Markdown of a file, by its path in the workspace.

        Raises:
            UnusableFile: with each picture that can't be used, or as `Renderer` does.
        """
        if not self.url or not has_pictures(markdown):
            return self.renderer.html(markdown)
        wrong: list[Diagnostic] = []
        addresses: dict[str, str] = {}
        for written, line in self.renderer.pictures(markdown):
            if not is_relative(written):
                continue
            where = place_of(written, markdown, line, shown(self.folder / file))
            try:
                addresses[written] = self.address(written, file, where)
            except UnusableFile as unusable:
                wrong.append(Diagnostic(where, unusable.problem, unusable.remedy))
        if wrong:
            raise UnusableFile(wrong[0].problem, wrong[0].remedy, tuple(sorted(wrong)))
        return self.renderer.with_addresses(markdown, addresses)

    def address(self, written: str, file: str, where: Where) -> str:
        """Return the web address of a picture that a file names at a place.

        Raises:
            UnusableFile: there is no such picture, or its path is not allowed.
        """
        path, more = path_of_picture(written, file)
        self.files.check_picture(path, file)
        self.used.setdefault(path, where)
        return address_of_picture(self.url, path, more)

    def untracked(self) -> Iterator[Advice]:
        """Yield advice on the pictures of this outline that git does not have."""
        if not self.used or self._tracked is None:
            return
        from coursesync.outlines.advice.advice import Advice  # noqa: PLC0415 - if there is any
        from coursesync.outlines.advice.rule import Rule  # noqa: PLC0415 - if there is any

        for path, where in self.used.items():
            if composed(path) not in self._tracked:
                tree = Tree(where.path, {}, partial(_mark, where))
                at = shown(self.folder / path)
                problem = f"git does not have the picture {at}: members may see a gap"
                remedy = Remedy("To add it:", Shell("git", "add", as_argument(self.folder / path)))
                yield Advice(tree, (), problem, remedy, Rule.UNTRACKED_PICTURE, at=where)


def _mark(where: Where) -> Mark:
    return where.line - 1, where.column - 1, None, None


def relative_in(files: Files) -> Callable[[str], Callable[[str, str], str]]:
    """Return what gives pictures relative paths where these are files of the workspace.

    It takes the path of an outline in the workspace, and returns a function that takes contents,
    and the path from the outline's folder of the file that will hold them.
    """

    def of(outline: str) -> Callable[[str, str], str]:
        folder = dirname(outline)
        return lambda html, path: with_relative(
            html, files.assets_url, join(folder, path), files.has_picture
        )

    return of
