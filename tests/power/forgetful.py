"""A file system that keeps only what was fsynced when the power fails.

Bytes that were not fsynced may be gone, torn or there; names in a folder that was not fsynced may
be the old ones or the new ones, each by itself and in any order. What POSIX says of fsync and
rename is all that is kept: https://pubs.opengroup.org/onlinepubs/9799919799/functions/fsync.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.state.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random


class PowerCut(BaseException):
    """The machine is off; nothing runs any more."""


@dataclass(eq=False)
class Inode:
    """A file: what a reader sees, and what is on the disk for certain."""

    content: bytes = b""
    safe: bytes = b""
    locked: bool = False


@dataclass
class ForgetfulDisk(Disk):
    """Keeps files in memory. Calls `effect` before and after each effect."""

    effect: Callable[[str], None]
    names: dict[Path, Inode] = field(default_factory=dict)
    safe_names: dict[Path, Inode] = field(default_factory=dict)
    pending: list[tuple[Path, Inode | None]] = field(default_factory=list)
    open_files: dict[int, Inode] = field(default_factory=dict)

    def read(self, path: Path) -> bytes:
        """Return a file's bytes."""
        if path not in self.names:
            raise FileNotFoundError(2, "No such file or directory")
        return self.names[path].content

    def beside(self, path: Path) -> list[Path]:
        """Return the files whose names begin with that of `path`."""
        return sorted(each for each in self.names if each.name.startswith(path.name))

    def create(self, path: Path) -> int:
        """Make and open a file that is not there yet."""
        if path in self.names:
            raise FileExistsError(17, "File exists")
        self.effect(f"create {path.name}")
        inode = Inode()
        self._name(path, inode)
        number = len(self.open_files) + 100
        self.open_files[number] = inode
        self.effect(f"created {path.name}")
        return number

    def append(self, file: int, content: bytes) -> None:
        """Write at the end of an open file."""
        self.effect("write")
        self.open_files[file].content += content
        self.effect("written")

    def sync(self, file: int) -> None:
        """Keep an open file's bytes."""
        self.effect("fsync")
        self.open_files[file].safe = self.open_files[file].content
        self.effect("fsynced")

    def sync_file(self, path: Path) -> None:
        """Keep the bytes of a file that somebody else wrote."""
        self.effect("fsync")
        self.names[path].safe = self.names[path].content
        self.effect("fsynced")

    def close(self, file: int) -> None:
        """Close an open file; this does not make its bytes safe."""
        self.open_files[file].locked = False

    def has_name(self, file: int) -> bool:
        """Return whether an open file still has a name in a folder."""
        return any(inode is self.open_files[file] for inode in self.names.values())

    def lock(self, file: int) -> None:
        """Lock an open file."""
        self.open_files[file].locked = True

    def is_locked(self, path: Path) -> bool:
        """Return whether a file is locked."""
        return path in self.names and self.names[path].locked

    def replace(self, path: Path, other: Path) -> None:
        """Put a file in the place of another."""
        self.effect(f"rename {other.name}")
        inode = self.names[path]
        self._name(other, inode)
        self._name(path, None)
        self.effect(f"renamed {other.name}")

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        if path in self.names:
            self.effect(f"remove {path.name}")
            self._name(path, None)
            self.effect(f"removed {path.name}")

    def sync_folder(self, folder: Path) -> None:
        """Keep the names in a folder."""
        self.effect("fsync the folder")
        self.safe_names = {path: i for path, i in self.names.items() if path.parent == folder}
        self.pending.clear()
        self.effect("fsynced the folder")

    def after_a_kill(self, effect: Callable[[str], None]) -> ForgetfulDisk:
        """Return the disk as a killed process leaves it: the kernel has all that was written."""
        for inode in self.names.values():
            inode.locked = False
        return ForgetfulDisk(effect, self.names, self.safe_names, self.pending)

    def after_a_power_cut(
        self, effect: Callable[[str], None], random: Random | None
    ) -> ForgetfulDisk:
        """Return the disk as it may come up again: nothing unsafe survives, or what chance will."""
        names = dict(self.safe_names)
        for path, inode in self.pending:
            if random is not None and random.random() < 1 / 2:
                if inode is None:
                    names.pop(path, None)
                else:
                    names[path] = inode
        kept = {path: _kept(inode, random) for path, inode in names.items()}
        return ForgetfulDisk(effect, kept, dict(kept))

    def _name(self, path: Path, inode: Inode | None) -> None:
        self.pending.append((path, inode))
        if inode is None:
            del self.names[path]
        else:
            self.names[path] = inode


def _kept(inode: Inode, random: Random | None) -> Inode:
    unsafe = inode.content[len(inode.safe) :]
    more = b"" if random is None else unsafe[: random.randint(0, len(unsafe))]
    return Inode(inode.safe + more, inode.safe + more)
