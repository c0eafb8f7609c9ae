"""Adds a course to a workspace, or an item to an outline.

Owns the key and the text of what is new. All else in the outline stays as it is, to the letter. The
workspace is read as it will be, before a file is written. It must never overwrite a file, except
that outline, nor make a request.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, InvalidOutlines, Remedy, Shell, UsageError
from coursesync.files import decode, shown, write_new
from coursesync.kinds import ITEMS
from coursesync.kinds.address import (
    COURSE,
    FreeKeys,
    address_of,
    course_address,
    course_of,
    key_of,
    keys_of,
    parse_address,
    proposed_key,
)
from coursesync.kinds.field import Role
from coursesync.operations.config import config_of
from coursesync.operations.import_records import course_key
from coursesync.operations.reading import managed_in, read_outlines
from coursesync.outlines.checks import fields_of
from coursesync.outlines.content_files import Files
from coursesync.outlines.edit import AddItem, SetField, edited
from coursesync.outlines.folder import check_folder, empty_workspace, names_outline, outline_paths
from coursesync.outlines.items import may_be_file
from coursesync.outlines.places import place_for
from coursesync.outlines.rewriting import rewrite
from coursesync.outlines.schema import first_line
from coursesync.outlines.writer import WantedCourse, alike, is_file_name, written
from coursesync.outlines.yaml_writer import document
from coursesync.text import folded, inert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from coursesync.errors import Diagnostic, Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Value
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.places import Place
    from coursesync.outlines.settings import Settings
    from coursesync.outlines.workspace_files import Outlines


@dataclass(frozen=True, slots=True)
class Added:
    """What was added: its address, its place in the outline, and its own file if it has one.

    `file` is a path as shown to people; "" for an item whose fields are in the outline.
    `same_title` is an item of the same list that has the same title. `mistaken` are mistakes in
    other outlines.
    """

    address: Address
    where: Where
    file: str = ""
    same_title: Address | None = None
    mistaken: tuple[Diagnostic, ...] = ()


def new_course(folder: str | os.PathLike[str], title: str, course_id: int) -> Added:
    """Write the outline of one more course, without items.

    Its file is named after its key, which is made from the title.

    Args:
        folder: the workspace.
        title: the course's title.
        course_id: its Id in Nexudus.

    Raises:
        UsageError: there is no such folder, `coursesync.toml` is not valid, the course has an
            outline, or the title can't be one.
        InvalidOutlines: two of the present outlines have the same Id or key.
        CoursesyncError: there is a file of that name already, or it can't be written.

    Example:
        >>> coursesync.new_course("courses", "Member onboarding", 4711).where.path
    """
    root = Path(folder)
    _check_text(title)
    check_folder(root)
    managed = managed_in(root)
    settings = config_of(root).outlines
    present, before = _present(root, settings)
    for outline in present:
        if outline.course_id == course_id:
            raise UsageError(
                f"the course {course_id} has an outline already: {outline.path}",
                "One course is one file: give the Id of another course, or edit that file.",
            )
    taken = {outline.key for outline in present}
    taken |= {alike(PurePosixPath(path).stem) for path, _ in outline_paths(root)}
    named = title if is_file_name(proposed_key(title)) else ""
    key = course_key(course_id, named, taken, {course_of(each) for each in managed})
    name = f"{key}.yaml"
    text = first_line(root, name) + written(WantedCourse(course_id, key, title, ())).text
    new = {name: text.encode()}
    only = (name,) if before else ()
    with _refusing(f"a course can't have the title {_quoted(title)}", before):
        found = read_outlines(root, settings, only, new)
    write_new(root / name, new[name])
    where = _outline_in(found, name).tree.where(("title",))
    return Added(course_address(key), where, mistaken=found.mistaken)


def new_item(
    folder: str | os.PathLike[str],
    kind: str,
    title: str,
    *,
    inside: str = "",
    after: str = "",
    in_file: bool = False,
) -> Added:
    """Add an item with a title and a key of its own to the outline of a course.

    Comments and layout stay as they are.

    Args:
        folder: the workspace.
        kind: the name of its kind.
        title: its title.
        inside: the key or the address of the item or the course to put it in, or the outline's path
            in the workspace; "" if there is only one that it can be in, or if `after` decides.
        after: the key or the address of the item that it follows; by default it is the last one.
        in_file: whether it gets a Markdown file of its own.

    Raises:
        UsageError: there is no such folder, kind or key, `coursesync.toml` is not valid, several
            are meant, or the title can't be one.
        InvalidOutlines: with every mistake of the present outlines, or if `inside` or `after` begin
            with a course's key, of that course.
        CoursesyncError: there is no outline, or it can't be written without a loss.

    Example:
        >>> coursesync.new_item("courses", kind, "House rules", after="welcome").address
    """
    root = Path(folder)
    of_kind = _kind_named(kind, in_file=in_file)
    _check_text(title)
    check_folder(root)
    with _alone(root):
        return _added(root, of_kind, title, (inside, after), in_file=in_file)


def _added(
    root: Path, of_kind: Kind, title: str, where: tuple[str, str], *, in_file: bool
) -> Added:
    kind, (inside, after) = of_kind.name, where
    managed = managed_in(root)
    settings = config_of(root).outlines
    present = _present_for(root, settings, inside or after)
    if not present.outlines:
        raise empty_workspace(root)
    keys = {outline.file: outline.key for outline in present.outlines}
    place, index = place_for(of_kind, present.outlines, keys.get(inside, inside), after)
    outline, at = place.outline, (*place.path, of_kind.plural)
    key = FreeKeys(_taken(place, managed)).take(proposed_key(title) or kind)
    fields: Mapping[str, Value] = {"key": key, of_kind.field(Role.TITLE).name: title}
    items = fields_of(outline.tree.value_at(place.path)).get(of_kind.plural)
    files: dict[str, bytes] = {}
    value: Value = {**fields}
    if in_file:
        path = _free_file(root, place, items, key)
        below = PurePosixPath(outline.file).parent
        files[(below / path).as_posix()] = f"---\n{document(fields)}---\n".encode()
        value = path
    edit = AddItem((*at, index), value) if isinstance(items, list) else SetField(at, [value])
    with _refusing(f"a {kind} with the title {_quoted(title)} can't be added to {outline.path}"):
        before = Files(root).inside(outline.file)
        text = edited(decode(before), outline.path, [edit])
        files[outline.file] = text.encode()
        found = read_outlines(root, settings, present.only, files)
    address = address_of(kind, *keys_of(place.address), key)
    *new, _ = files
    if Files(root).inside(outline.file) != before:
        raise CoursesyncError(
            f"{outline.path} was saved at the same moment", "Nothing was written. Run this again."
        )
    for name in new:
        write_new(root / name, files[name])
    rewrite(root / outline.file, text, keep_mark=True)
    own = next((shown(root / name) for name in new), "")
    place_of_it = _outline_in(found, outline.file).tree.where((*at, index))
    same = (each.address for each in place.items if folded(each.title) == folded(title))
    return Added(address, place_of_it, own, next(same, None), present.mistaken)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one run at a time add to a workspace; others wait for it."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _kind_named(name: str, *, in_file: bool) -> Kind:
    if name not in ITEMS:
        raise UsageError(f"there is no kind {inert(name, 40)}", f"Name one of {', '.join(ITEMS)}.")
    if in_file and not may_be_file(ITEMS[name]):
        files = " and ".join(each.plural for each in ITEMS.values() if may_be_file(each))
        raise UsageError(
            f"a {name} can't have a file of its own",
            Remedy("Leave out", Shell("--file"), f"which is for {files}."),
        )
    return ITEMS[name]


def _taken(place: Place, managed: Collection[Address]) -> set[str]:
    """Return the keys that would make the new item an old one.

    Those are the keys of its neighbours, the former keys in the course, and the keys of records
    that are in no outline but in the state: with one of them, the item would get its Id.
    """
    outline, kind = place.outline, place.kind
    present = {each.address for each in outline.resources}
    former = {each.rpartition(".")[2] for item in outline.resources for each in item.previous_keys}
    gone = {
        key_of(each)
        for each in managed
        if each not in present and each.startswith(f"{kind.name}.{outline.key}.")
    }
    return {*former, *gone, *(key_of(each.address) for each in place.items)}


def _free_file(folder: Path, place: Place, items: Value, key: str) -> str:
    """Return a path from the outline for a new file, if possible beside those of the list."""
    named = [each for each in items if isinstance(each, str)] if isinstance(items, list) else []
    above = PurePosixPath(named[-1]).parent if named else PurePosixPath(*keys_of(place.address))
    stem = key if is_file_name(key) else place.kind.name
    below = folder / PurePosixPath(place.outline.file).parent
    names = (f"{stem}-{number}.md" if number > 1 else f"{stem}.md" for number in count(1))
    paths = ((above / name).as_posix() for name in names)
    return next(path for path in paths if not os.path.lexists(below / path))


def _present(
    folder: Path, settings: Settings
) -> tuple[tuple[Outline, ...], tuple[Diagnostic, ...]]:
    """Return the outlines; or none of them, and the mistakes that some have."""
    try:
        return read_outlines(folder, settings).outlines, ()
    except InvalidOutlines as invalid:
        return (), invalid.diagnostics


def _present_for(folder: Path, settings: Settings, name: str) -> Outlines:
    """Read all outlines; if others have mistakes, only that of the course that a name begins with.

    The full address of an item, or its keys from the course down, is one item whatever the others
    hold. Its key alone may be in them too.
    """
    try:
        return read_outlines(folder, settings)
    except InvalidOutlines:
        address = parse_address(name)
        begins = name if names_outline(name) else name.removeprefix(f"{COURSE}.").partition(".")[0]
        with suppress(UsageError):
            return read_outlines(folder, settings, (course_of(address) if address else begins,))
        raise


def _outline_in(found: Outlines, name: str) -> Outline:
    return next(each for each in found.outlines if each.file == name)


@contextmanager
def _refusing(why: str, before: Collection[Diagnostic] = ()) -> Iterator[None]:
    """Raise UsageError, which begins with `why`, for outlines that would not be valid any more.

    Mistakes that were there `before` are raised as they are.
    """
    try:
        yield
    except InvalidOutlines as invalid:
        new = [each for each in invalid.diagnostics if each not in before]
        if not new:
            raise
        raise UsageError(f"{why}: {new[0].problem}", new[0].remedy) from invalid


def _check_text(title: str) -> None:
    """Raise UsageError for a title that no file can hold, from a terminal without UTF-8."""
    try:
        title.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the title {_quoted(title)} is not in UTF-8",
            "Type it again, in a terminal that uses UTF-8.",
        ) from error


def _quoted(title: str) -> str:
    return f'"{inert(title, 60)}"'
