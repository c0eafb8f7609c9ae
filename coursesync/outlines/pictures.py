"""Pictures beside an outline: the path that a text names, and the web address for it.

Owns which pictures are relative, and how a path becomes an address and is found in one. It must
never accept a path that leads out of the workspace.
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from coursesync.errors import Code, Remedy, UnusableFile, Where
from coursesync.kinds.contents import pictures_replaced
from coursesync.kinds.picture import is_picture
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\?#]|www\.|\s*$", re.IGNORECASE)
_PARTS = re.compile(r"(?P<path>[^?#]*)(?P<more>.*)", re.DOTALL)


def is_relative(written: str) -> bool:
    """Return whether the address of a picture is the path of a file beside the text."""
    return not _ELSEWHERE.match(written)


def is_relative_picture(value: object) -> bool:
    """Return whether a value is the relative path of a picture, and nothing else."""
    return isinstance(value, str) and is_relative(value) and is_picture(value)


def has_pictures(markdown: str) -> bool:
    """Return whether a text may have a picture."""
    return "![" in markdown or "<img" in markdown.lower()


def path_of_picture(written: str, file: str) -> tuple[str, str]:
    """Return the path in the workspace of a picture, and what follows it in the address.

    Args:
        written: the relative path, as in an address: `%20` is a space.
        file: the path in the workspace of the file that names it.

    Raises:
        UnusableFile: the path is not allowed.
    """
    found = _PARTS.match(written)
    path, more = (unquote(found["path"]), found["more"]) if found else (written, "")
    shown = inert(path, 60)
    if "\\" in path:
        slashes = Code(inert(path.replace("\\", "/"), 60))
        problem = f"the picture `{shown}` has a backslash; between folders, write /"
        raise UnusableFile(problem, Remedy("Write", slashes))
    inside = normpath(join(dirname(file), path))
    if inside.startswith("../") or inside in {"..", "."}:
        raise UnusableFile(
            f"the picture `{shown}` leads out of the workspace",
            "Copy it into the workspace, and name the copy.",
        )
    if any(part.startswith(".") for part in inside.split("/")) or "\0" in path:
        raise UnusableFile(
            f"the picture `{shown}` is a hidden file or in a hidden folder",
            "Move it to a path in which no name starts with a dot.",
        )
    return inside, more


def address_of_picture(url: str, path: str, more: str = "") -> str:
    """Return the web address of a file of the workspace, whose own address is `url`."""
    return f"{url}{quote(path, safe='/~')}{more}"


def with_relative(html: str, url: str, file: str, exists: Callable[[str], bool]) -> str:
    """Give the pictures in HTML relative paths where these are files of the workspace.

    Args:
        html: contents.
        url: the web address of the workspace's files; "" for none.
        file: the path in the workspace of the file that will hold the contents.
        exists: returns whether there is a picture at a path in the workspace.
    """

    def relative(written: str) -> str:
        path, more = path_in_address(url, written)
        if not path or not exists(path):
            return written
        return f"{quote(_from(dirname(file), path), safe='/~')}{more}"

    return pictures_replaced(html, relative) if url and url in html else html


def path_in_address(url: str, address: str) -> tuple[str, str]:
    """Return the path that `address_of_picture` makes an address of, and what follows it there.

    The path is "" if the address is none of the workspace, whose own address is `url`.
    """
    found = _PARTS.match(address.removeprefix(url)) if url and address.startswith(url) else None
    path, more = (unquote(found["path"]), found["more"]) if found else ("", "")
    is_inside = path and normpath(path) == path and not path.startswith(("../", "/"))
    is_same = is_inside and address_of_picture(url, path, more) == address
    return (path, more) if is_same else ("", "")


def _from(folder: str, path: str) -> str:
    """Return the way from a folder to a path, both in the workspace."""
    above, parts = folder.split("/") if folder else [], path.split("/")
    while above and len(parts) > 1 and above[0] == parts[0]:
        above, parts = above[1:], parts[1:]
    return "/".join([".."] * len(above) + parts)


def place_of(written: str, text: str, line: int, path: str) -> Where:
    """Return where a text names a picture, from a line on, counted from 0."""
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
    found = (text.find(each, start) for each in (written, unquote(written)))
    at = next((index for index in found if index >= 0), start)
    return Where(path, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
