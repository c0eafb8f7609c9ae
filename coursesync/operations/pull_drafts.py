"""Writes a pull in memory, reads it back, then puts it on the disk.

What would be read differently from what the site has is left out and named. It must never write to
the site.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, InvalidOutlines, Remedy, UnusableFile
from coursesync.files import decode, shown
from coursesync.kinds.address import (
    Address,
    address_of,
    keys_of,
)
from coursesync.operations.import_files import most_that_fit, write_new
from coursesync.outlines.content_files import Files, digest
from coursesync.outlines.rewriting import rewrite
from coursesync.outlines.updating import Update, shared_files, updated
from coursesync.outlines.workspace_files import load
from coursesync.planning.live_diff import same
from coursesync.planning.pulled_items import Conflict
from coursesync.state.journal import Forget, Look, Move
from coursesync.state.logbook import Logbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.kind import Resource
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.import_ import Imported
    from coursesync.operations.workspace import Project
    from coursesync.outlines.updating import Updated
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.drift import Drifted
    from coursesync.planning.pulled import Pull, Taken
    from coursesync.state.state import Entry, State


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of a pull.

    Attributes:
        taken: the items that took something, in the outlines' order.
        conflicts: what stays different, and why.
        texts: the new texts of the files, by path in the workspace, and the old ones; None for a
            new file.
        left: the files that no outline names any more, by path in the workspace.
        removed: the addresses whose records were deleted on the site, and that the outline no
            longer has.
        deleted: the addresses whose records were deleted on the site, and that stay.
        new: the records that the outlines do not have, as a look found them.
        imported: what was added of these, by course.
    """

    taken: tuple[Taken, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    texts: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    removed: tuple[Address, ...] = ()
    deleted: tuple[Address, ...] = ()
    new: tuple[Drifted, ...] = ()
    imported: tuple[Imported, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pull that is taken as a whole.

    Attributes:
        file: the outline.
        at: the item whose fields are taken, by its address in the state; None for the order of the
            outline's lists, with what is removed from them.
    """

    file: str
    at: Address | None = None


class PullDraft:
    """The writing of a pull: in memory, read back, then on the disk."""

    def __init__(
        self,
        project: Project,
        known: State,
        loaded: Outlines,
        planned: Sequence[Pull],
        *,
        deleted: bool,
    ) -> None:
        self._project, self._known = project, known
        self._planned = planned
        self._files = Files(project.folder)
        self._shared = shared_files(loaded.outlines)
        self._removes = deleted
        self._parts: Collection[_Part] = ()
        self._texts: Mapping[str, bytes] = {}
        self._after: Mapping[Address, Resource] = {}

    def prepared(self) -> Pulled:
        """Write in memory what can be read back as it is on the site."""
        parts = [
            _Part(each.outline.file, item.at)
            for each in self._planned
            for item in each.taken
            if item.fields
        ]
        parts += [
            _Part(each.outline.file) for each in self._planned if each.lists or self._gone(each)
        ]
        fit, unfit = most_that_fit(parts, self._problem)
        self._parts = frozenset(fit)
        updates = self._updated(self._parts)
        self._texts = _contents(updates)
        self._after = _resources(load(self._project.folder, unwritten=self._texts))
        conflicts = [conflict for each in self._planned for conflict in each.conflicts]
        conflicts += [self._conflict(part, why) for part, why in unfit]
        conflicts += self._kept() if self._removes else []
        gone = [at for each in self._planned for at in each.deleted]
        kept = {at for each in self._planned if not self._takes_order(each) for at in each.deleted}
        kept |= {at for each in self._planned for at in each.kept}
        removed = [at for at in gone if self._removes and at not in kept]
        return Pulled(
            tuple(item for each in self._planned for item in each.taken if self._names(each, item)),
            tuple(conflicts),
            {
                path: (self._before(path), text)
                for update in updates.values()
                for path, text in update.texts.items()
            },
            tuple(path for update in updates.values() for path in update.left),
            tuple(removed),
            tuple(at for at in gone if at not in removed),
        )

    def save(self, done: Pulled, clock: Clock) -> None:
        """Write the files, then the state; raises CoursesyncError if a file was saved since."""
        self._check_unchanged()
        for path, (before, text) in done.texts.items():
            if before is None:
                write_new(self._project.folder / path, text.encode())
            else:
                rewrite(self._project.folder / path, text)
        steps = [*self._steps(done, clock)]
        if not steps:
            self._project.store.recover(self._known)
            return
        log = Logbook(self._project.store, self._known)
        for step in steps:
            if isinstance(step, Look):
                log.record(step)
            else:
                log.announce(step)
        log.check()
        self._project.store.finish(log.led_to())

    def _check_unchanged(self) -> None:
        """Raise CoursesyncError if a file is not as it was when the outlines were loaded."""
        files = Files(self._project.folder)
        for each in self._planned:
            for path, before in each.outline.sources.items() if each.has_changes else ():
                if digest(files.inside(path)) != before:
                    raise CoursesyncError(
                        f"{shown(self._project.folder / path)} was saved while coursesync was "
                        "looking at the site",
                        Remedy("Nothing was written. Pull again:", Command("pull")),
                    )

    def _steps(self, done: Pulled, clock: Clock) -> Iterator[Move | Look | Forget]:
        moved = {
            item.at: self._address(each, item)
            for each in self._planned
            for item in each.taken
            if self._address(each, item) != item.resource.address
        }
        if moved:
            yield Move(to=moved, at=clock.stamp())
        for each in self._planned:
            for item in each.taken:
                if names := self._names(each, item):
                    at = moved.get(item.at, item.at)
                    entry = self._entry(item, names, self._after[self._address(each, item)])
                    yield Look(address=at, entry=entry, at=clock.stamp())
        for at in done.removed:
            yield Forget(address=at, id=self._known.entries[at].id, at=clock.stamp())

    def _entry(self, item: Taken, names: Collection[str], resource: Resource) -> Entry:
        """Return an item's entry: what it took is no longer what we sent, but what a look found."""
        entry = item.entry
        sent = {name: value for name, value in entry.sent.items() if name not in names}
        # the outline's own way to write it: otherwise the next plan would send it
        own = {n: v for n, v in resource.attributes.items() if n in names and n not in item.placed}
        reads = {**entry.known, **own}
        return replace(entry, sent=sent).reading(dict(sorted(reads.items())), entry.updated_on)

    def _gone(self, pull: Pull) -> list[Address]:
        """Return the items of an outline to remove, what is in another before that."""
        if not self._removes:
            return []
        found = [
            each.address
            for at, each in pull.deleted.items()
            if each is not None and at not in pull.kept
        ]
        return sorted(found, key=lambda each: -len(keys_of(each)))

    def _kept(self) -> Iterator[Conflict]:
        for each in self._planned:
            for at, why in each.kept.items():
                if (resource := each.deleted[at]) is not None:
                    yield Conflict(resource, ("deletion",), why)

    def _takes_order(self, pull: Pull) -> bool:
        needs = pull.lists or self._gone(pull)
        return not needs or _Part(pull.outline.file) in self._parts

    def _names(self, pull: Pull, item: Taken) -> frozenset[str]:
        """Return the properties of an item that the outline has now as the site has them."""
        is_written = not item.fields or _Part(pull.outline.file, item.at) in self._parts
        names = item.names if is_written else frozenset()
        return names | (item.placed if self._takes_order(pull) else frozenset())

    def _address(self, pull: Pull, item: Taken) -> Address:
        """Return the address of an item from now on."""
        resource, (kind, holder) = item.resource, item.home
        if (kind, holder) == (resource.kind, resource.parent) or not self._takes_order(pull):
            return resource.address
        return address_of(kind.name, *keys_of(holder), resource.key)

    def _conflict(self, part: _Part, why: str) -> Conflict:
        (pull,) = (each for each in self._planned if each.outline.file == part.file)
        if part.at is not None:
            (item,) = (each for each in pull.taken if each.at == part.at)
            return Conflict(item.resource, tuple(item.fields), why)
        moved = (each.resource for each in pull.taken if each.placed)
        gone = (each for each in pull.deleted.values() if each is not None)
        return Conflict(next(chain(moved, gone)), ("order",), why)

    def _before(self, path: str) -> str | None:
        try:
            return decode(self._files.inside(path))
        except UnusableFile:
            return None

    def _updated(self, parts: Collection[_Part]) -> dict[str, Updated]:
        """Return the updates of the outlines that some parts change, by the outlines' paths."""
        found: dict[str, Updated] = {}
        for each in self._planned:
            file = each.outline.file
            orders = _Part(file) in parts
            fields = {
                item.resource.address: item.fields
                for item in each.taken
                if _Part(file, item.at) in parts
            }
            if fields or orders:
                lists = each.lists if orders else {}
                update = Update(fields, lists, tuple(self._gone(each)) if orders else ())
                found[file] = updated(
                    self._project.folder, self._files, each.outline, update, self._shared
                )
        return found

    def _problem(self, parts: Sequence[_Part]) -> str:
        """Return why some parts can't be taken together; "" if they can."""
        self._parts = frozenset(parts)
        try:
            texts = _contents(self._updated(self._parts))
            there = _resources(load(self._project.folder, unwritten=texts))
        except InvalidOutlines as invalid:
            return invalid.diagnostics[0].problem
        except CoursesyncError as error:
            return error.problem
        for each in self._planned:
            for item in each.taken:
                kind, read = item.resource.kind, there.get(self._address(each, item))
                names = self._names(each, item) - item.placed
                if read is None or not all(
                    same(name, read.attributes, item.entry.known, kind)
                    or read.attributes.get(name) == item.entry.known.get(name)
                    or name in kind.idle(item.entry.known)
                    for name in names
                ):
                    return "coursesync would read it differently"
        return ""


def _resources(outlines: Outlines) -> dict[Address, Resource]:
    return {each.address: each for outline in outlines.outlines for each in outline.resources}


def _contents(updates: Mapping[str, Updated]) -> dict[str, bytes]:
    return {p: text.encode() for each in updates.values() for p, text in each.texts.items()}
