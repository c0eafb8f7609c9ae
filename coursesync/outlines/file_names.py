"""The names in the folders of a workspace, and those that a wrong name may mean.

Owns which names are alike. It must never read a file, and searches only a few folders.
"""

from __future__ import annotations

import os
import re
import unicodedata
from difflib import get_close_matches
from functools import partial
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.files import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.errors import Sentence

_MOST_ALIKE = 3  # names of files
_CLOSE = 0.7  # lower ones are mostly other names
_FEW, _MOST_SEARCHES = 200, 100  # names in a folder, folders that are searched for them
_FILE = re.compile(r"\.\w{1,8}$")
_MOST_FOLDERS = 50  # below an outline, in which a file of a shorter name is searched for
_composed = partial(unicodedata.normalize, "NFC")


class Names:
    """The names in the folders of a workspace; each folder is listed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # by the folder's path in the workspace
        self._listed: dict[str, frozenset[str]] = {}
        self._forms: dict[str, Mapping[str, Sequence[str]]] = {}  # names by what they share
        self._folders: dict[str, list[str]] = {}  # those below a folder
        self._searches = 0  # for names that are nearly the same

    def of(self, folder: str, otherwise: str) -> frozenset[str]:
        """Return the names in a folder; if it can't be read, only `otherwise`."""
        if folder not in self._listed:
            try:
                names = os.listdir(self._folder / folder)  # noqa: PTH208 - names alone
            except OSError:
                return frozenset({otherwise})  # reading the file reports why
            self._listed[folder] = frozenset(names)
        return self._listed[folder]

    def proposed(self, path: str, outline: str) -> Sentence:
        """Propose names for a content file that is not there, as the outline would write them."""
        folder = PurePosixPath(outline).parent
        name = PurePosixPath(path).relative_to(folder)
        above = "" if folder == PurePosixPath() else folder.as_posix()
        found = [*islice(self._alike(above, name.parts), _MOST_ALIKE)]
        elsewhere = [] if found else self._elsewhere(above, name.parts)
        near = [] if found or elsewhere else self._near(above, name.parts)
        paths = (PurePosixPath(each) for each in (*found, *elsewhere, *near)[:_MOST_ALIKE])
        if not (alike := [each.relative_to(folder).as_posix() for each in paths]):
            return ""
        names = [piece for each in alike for piece in ("or", Code(shown(each)))][1:]
        more = _difference(name.as_posix(), alike[0]) if found else ""
        if elsewhere:
            more = "A name counts from the folder of the outline."
        return Remedy("Did you mean", *names, "?", more)

    def _elsewhere(self, above: str, parts: tuple[str, ...]) -> list[str]:
        """Find a path's file with fewer folders before it, or in a folder further down."""
        folders = self._folders_in(above)
        for number in range(len(parts)):
            within = (self._alike(folder, parts[number:]) for folder in folders)
            if found := [*islice(chain.from_iterable(within), _MOST_ALIKE)]:
                return found
        return []

    def _folders_in(self, above: str) -> list[str]:
        """Return a folder, and the folders below it, the nearest first."""
        if above not in self._folders:
            self._folders[above] = folders = [above]
            for folder in islice(folders, _MOST_FOLDERS):
                names = filter(None, self._few_names(folder))
                found = (name for name in names if not _FILE.search(name))
                folders += [f"{folder}/{name}" if folder else name for name in found]
        return self._folders[above]

    def _near(self, above: str, parts: tuple[str, ...]) -> list[str]:
        """Find files in the same folder whose names are nearly the same."""
        for folder in islice(self._alike(above, parts[:-1]), 1):
            names = [each for each in self._few_names(folder) if not each.startswith(".")]
            close = get_close_matches(parts[-1], names, n=_MOST_ALIKE, cutoff=_CLOSE)
            same = [
                each
                for each in close
                if PurePosixPath(each).suffix == PurePosixPath(parts[-1]).suffix
            ]
            return [f"{folder}/{each}" if folder else each for each in same]
        return []

    def _few_names(self, folder: str) -> list[str]:
        """Return the names in a folder, none if there are many or enough were searched."""
        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            return []
        names = sorted(self.of(folder, ""))
        return [each for each in names if not each.startswith(".")] if len(names) <= _FEW else []

    def _alike(self, above: str, parts: tuple[str, ...]) -> Iterator[str]:
        """Find the paths below `above` that differ from `parts` in Unicode form or case only."""
        if not parts:
            yield above
            return
        for name in self._in_other_forms(above).get(_folded(parts[0]), ()):
            yield from self._alike(f"{above}/{name}" if above else name, parts[1:])

    def _in_other_forms(self, folder: str) -> Mapping[str, Sequence[str]]:
        if folder not in self._forms:
            forms: dict[str, list[str]] = {}
            for name in sorted(self.of(folder, "")):
                forms.setdefault(_folded(name), []).append(name)
            self._forms[folder] = forms
        return self._forms[folder]


def _difference(path: str, alike: str) -> Sentence:
    """Say in what a path differs from one that is there; both have the same `_folded` form."""
    one, other = _composed(path), _composed(alike)
    if one != other and one.lower() == other.lower():
        return "Capital and small letters count."
    return Remedy(
        "It looks the same, but is stored as" if one == other else "It is stored as",
        Code(ascii(alike)[1:-1]),
        "and not as",
        Code(ascii(path)[1:-1]),
        "Rename the file, or copy its name into the outline.",
    )


def _folded(name: str) -> str:
    return _composed(unicodedata.normalize("NFKC", name).casefold())
