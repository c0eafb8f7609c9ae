"""Writes a pull in memory, reads it back, then puts it on the disk.

What would be read differently from what the site has is left out and named. It must never write to
the site.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, InvalidOutlines, Remedy, UnusableFile
from coursesync.files import decode, shown, write_new
from coursesync.kinds.address import Address, keys_of
from coursesync.kinds.field import Role
from coursesync.operations.import_files import most_that_fit
from coursesync.operations.state import save_entries
from coursesync.outlines.rewriting import rewrite
from coursesync.outlines.updating import Update, shared_files, updated
from coursesync.planning.live_diff import same
from coursesync.planning.pulled_items import Conflict, own_home
from coursesync.planning.pulled_moves import new_address
from coursesync.state.journal import Forget, Look, Move

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.resource import Resource
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.import_ import Imported
    from coursesync.operations.workspace import Project
    from coursesync.outlines.rearranging import List
    from coursesync.outlines.updating import Updated
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.drift import Drifted
    from coursesync.planning.pulled import Pull, Taken
    from coursesync.state.state import Entry, State


_UNTRIED = "too much else can't be pulled; make those changes by hand, then pull again"


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
        at: the item whose fields are taken, by its address in the state.
        home: the list that gets another order, or other items; without either, what is removed.
    """

    file: str
    at: Address | None = None
    home: List | None = None


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
        self._files = project.files()
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
        parts += [_Part(p.outline.file, home=home) for p in self._planned for home in p.lists]
        self._parts = frozenset(parts)
        parts += [_Part(each.outline.file) for each in self._planned if self._gone(each)]
        fit, unfit = most_that_fit(parts, self._problem, _UNTRIED)
        self._parts = frozenset(fit)
        updates = self._updated(self._parts)
        self._texts = _contents(updates)
        self._after = _resources(self._project.load_all(self._texts))
        conflicts = [conflict for each in self._planned for conflict in each.conflicts]
        conflicts += [self._conflict(part, why) for part, why in unfit]
        conflicts += self._kept() if self._removes else []
        removed = [at for each in self._planned for at in self._forgotten(each)]
        return Pulled(
            tuple(item for each in self._planned for item in self._taken(each)),
            tuple(conflicts),
            {
                path: (self._before(path), text)
                for update in updates.values()
                for path, text in update.texts.items()
            },
            tuple(path for update in updates.values() for path in update.left),
            tuple(removed),
            tuple(at for each in self._planned for at in each.deleted if at not in removed),
        )

    def save(self, done: Pulled, clock: Clock) -> None:
        """Write the files, then the state; raises CoursesyncError if a file was saved since.

        A state that people don't commit is left alone: the apply of the files records it.
        """
        self._check_unchanged()
        for path, (before, text) in done.texts.items():
            if before is None:
                write_new(self._project.folder / path, text.encode())
            else:
                rewrite(self._project.folder / path, text, keep_mark=True)
        if self._project.store.is_file:
            save_entries(self._project, self._known, [*self._steps(done, clock)])

    def _check_unchanged(self) -> None:
        """Raise CoursesyncError if a file is not as it was when the outlines were loaded."""
        files = self._project.files()
        for each in self._planned:
            for path, before in each.outline.sources.items() if each.has_changes else ():
                if files.digest(path) != before:
                    raise CoursesyncError(
                        f"{shown(self._project.folder / path)} was saved while coursesync was "
                        "looking at the site",
                        Remedy("Nothing was written. Pull again:", Command("pull")),
                    )

    def _steps(self, done: Pulled, clock: Clock) -> Iterator[Move | Look | Forget]:
        addresses = self._addresses()
        moved = {item.at: at for item, at in addresses if at != item.resource.address}
        if moved:
            yield Move(to=moved, at=clock.stamp())
        for item, address in addresses:
            entry = self._entry(item, self._after[address])
            yield Look(address=moved.get(item.at, item.at), entry=entry, at=clock.stamp())
        for at in done.removed:
            yield Forget(address=at, id=self._known.entries[at].id, at=clock.stamp())

    def _addresses(self) -> list[tuple[Taken, Address]]:
        """Return each item that takes something, with its address from now on."""
        return [(item, new_address(item)) for each in self._planned for item in self._taken(each)]

    def _entry(self, item: Taken, resource: Resource) -> Entry:
        """Return an item's entry: what it took is no longer what we sent, but what a look found."""
        entry, names = item.entry, item.names | item.placed
        was = self._known.entries[item.at]
        sent = {name: value for name, value in entry.sent.items() if name not in names}
        # the outline's own way to write it: otherwise the next plan would send it
        own = {n: v for n, v in resource.attributes.items() if n in names and n not in item.placed}
        reads = {**entry.known, **own}
        differ = {*was.known, *entry.known} - names
        left = [name for name in differ if was.known.get(name) != entry.known.get(name)]
        if not left:
            return replace(entry, sent=sent).reading(dict(sorted(reads.items())), entry.updated_on)
        # apply still has to find that these were edited
        reads = {name: value for name, value in reads.items() if name not in left}
        reads |= {name: was.known[name] for name in left if name in was.known}
        return replace(entry, sent=sent).reading(dict(sorted(reads.items())), was.updated_on)

    def _is_placed(self, pull: Pull, item: Taken) -> bool:
        """Return whether the list of an item gets the order that the site has."""
        return item.home not in pull.lists or (
            _Part(pull.outline.file, home=item.home) in self._parts
        )

    def _forgotten(self, pull: Pull) -> list[Address]:
        """Return the addresses of deleted records that no item of the outline has any more."""
        if not self._removes:
            return []
        removed = self._gone(pull) if _Part(pull.outline.file) in self._parts else []
        return [at for at, each in pull.deleted.items() if each is None or each.address in removed]

    def _gone(self, pull: Pull) -> list[Address]:
        """Return the items of an outline to remove, what is in another before that."""
        stuck = {
            item.resource.parent
            for item in pull.taken
            if item.home != own_home(item) and not self._is_placed(pull, item)
        }
        found = [
            each.address
            for at, each in pull.deleted.items()
            if each is not None and at not in pull.kept and each.address not in stuck
        ]
        return sorted(found, key=lambda each: -len(keys_of(each))) if self._removes else []

    def _kept(self) -> Iterator[Conflict]:
        for each in self._planned:
            for at, why in each.kept.items():
                if (resource := each.deleted[at]) is not None:
                    yield Conflict(resource, ("deletion",), why)

    def _taken(self, pull: Pull) -> Iterator[Taken]:
        """Yield the items of an outline, each with only what it takes by the present parts."""
        for item in pull.taken:
            is_written = not item.fields or _Part(pull.outline.file, item.at) in self._parts
            is_placed = self._is_placed(pull, item)
            pinned = item.kind.field(Role.ORDER).name in item.fields
            placed = item.placed if is_placed else frozenset()
            if pinned and not is_written:
                placed -= {item.kind.order_property}
            names = item.names if is_written else frozenset()
            if names or placed:
                yield replace(
                    item,
                    fields=item.fields if is_written else {},
                    names=names,
                    placed=placed,
                    home=item.home if is_placed else own_home(item),
                )

    def _conflict(self, part: _Part, why: str) -> Conflict:
        (pull,) = (each for each in self._planned if each.outline.file == part.file)
        if part.at is not None:
            (item,) = (each for each in pull.taken if each.at == part.at)
            return Conflict(item.resource, tuple(item.fields), why)
        if part.home is None:
            gone = next(each for each in pull.deleted.values() if each is not None)
            return Conflict(gone, ("deletion",), why)
        there = [each.resource for each in pull.taken if part.home in {each.home, own_home(each)}]
        return Conflict(there[0], ("order",), why)

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
            fields = {
                item.resource.address: item.fields
                for item in each.taken
                if _Part(file, item.at) in parts
            }
            lists = {h: order for h, order in each.lists.items() if _Part(file, home=h) in parts}
            removed = tuple(self._gone(each)) if _Part(file) in parts else ()
            if fields or lists or removed:
                update = Update(fields, lists, removed)
                taken = [path for other in found.values() for path in other.texts]
                found[file] = updated(
                    self._project.folder, self._files, each.outline, update, self._shared, taken
                )
        return found

    def _problem(self, parts: Sequence[_Part]) -> str:
        """Return why some parts can't be taken together; "" if they can."""
        self._parts = frozenset(parts)
        try:
            texts = _contents(self._updated(self._parts))
            there = _resources(self._project.load_all(texts))
        except InvalidOutlines as invalid:
            return invalid.diagnostics[0].problem
        except CoursesyncError as error:
            return error.problem
        addresses = self._addresses()
        left = {item.at for item, at in addresses if at != item.resource.address}
        for item, at in addresses:
            if at != item.resource.address and at in self._known.entries.keys() - left:
                return f"the state has another record at {at}"
            if not _has_taken(there.get(at), item):
                return "coursesync would read it differently"
        return ""


def _has_taken(read: Resource | None, item: Taken) -> bool:
    kind, live = item.kind, item.entry.known
    return read is not None and all(
        same(name, read.attributes, live, kind)
        or read.attributes.get(name) == live.get(name)
        or name in kind.idle(live)
        for name in item.names
    )


def _resources(outlines: Outlines) -> dict[Address, Resource]:
    return {each.address: each for outline in outlines.outlines for each in outline.resources}


def _contents(updates: Mapping[str, Updated]) -> dict[str, bytes]:
    return {p: text.encode() for each in updates.values() for p, text in each.texts.items()}
