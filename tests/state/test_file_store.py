"""The state's file and journal, on a disk that records every effect."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from forgetful import ForgetfulDisk, Inode
from values import AT, EMPTY, TARGET, address, but

from coursesync.errors import StateError, StateLocked
from coursesync.state.file_store import StateFile
from coursesync.state.journal import Header, Intent, Look, line
from coursesync.state.replay import CUT_OFF, fold
from coursesync.state.state import State
from coursesync.state.state_text import checksum_of, parse, serialise

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = Path("/courses/s.json")
JOURNAL, BACKUP = Path("/courses/s.json.journal"), Path("/courses/s.json.backup")
TEMPORARY = Path("/courses/.s.json.tmp")
SAVED = replace(EMPTY, lineage="a-line", serial=3)
RUN = Header(lineage="a-line", serial=3, target=TARGET)
INTENT = Intent(
    address=address("one"),
    attributes={"CourseId": 4711, "DisplayOrder": 10, "Title": "One"},
    attempt=1,
    at=AT,
)
FOUND = Look(address=address("one"), at=AT)


@dataclass
class Log:
    """Records the effects, and fails at some of them."""

    effects: list[str] = field(default_factory=list)
    fails_at: tuple[str, ...] = ()
    error: OSError = field(default_factory=lambda: OSError(errno.ENOSPC, "No space left"))

    def __call__(self, effect: str) -> None:
        """Record an effect, and raise the error if it is one that fails."""
        self.effects.append(effect)
        if effect in self.fails_at:
            raise self.error


@dataclass
class Closed(ForgetfulDisk):
    """A disk that can read only some files, and can't say whether a lock is held."""

    number: int = errno.EACCES

    def read(self, path: Path) -> bytes:
        """Read a file that exists; raise the error for any other."""
        if path in self.names:
            return super().read(path)
        raise OSError(self.number, "It can't be", str(path))

    def is_locked(self, path: Path) -> bool:
        """Raise the error."""
        raise OSError(self.number, "It can't be", str(path))


def begun_from(state: State) -> bytes:
    """Return the first line of a run's journal."""
    checksum = checksum_of(serialise(state))
    run = Header(checksum=checksum, lineage=state.lineage, serial=state.serial, target=state.target)
    return line(run)


def disk_of(log: Log | None = None, **files: bytes) -> ForgetfulDisk:
    """Make a disk with a state, a journal or a backup."""
    names = {"state": PATH, "journal": JOURNAL, "backup": BACKUP, "temporary": TEMPORARY}
    inodes = {names[name]: Inode(content, content) for name, content in files.items()}
    return ForgetfulDisk(log or Log(), dict(inodes), dict(inodes))


def contents(disk: ForgetfulDisk) -> dict[Path, bytes]:
    return {path: inode.content for path, inode in disk.names.items()}


def refusal(call: Callable[[], object]) -> StateError:
    """Return the error with which a call is refused."""
    with pytest.raises(StateError) as caught:
        call()
    return caught.value


PAST = {"write": "written", "create": "created", "rename": "renamed", "remove": "removed"}


def done(*effects: str) -> list[str]:
    """Return effects as they are recorded: before and after each."""
    told = []
    for effect in effects:
        verb, *rest = effect.split(" ", 1)
        told += [effect, " ".join([PAST.get(verb, "fsynced"), *rest])]
    return told


SAVING = ("create .s.json.tmp", "write", "fsync", "rename s.json", "fsync the folder")
OPENING = ("create s.json.journal", "write", "fsync", "fsync the folder")
BACKING_UP = ("create .s.json.backup.tmp", "write", "fsync", "rename s.json.backup")


def test_a_new_state_reaches_the_disk_in_order() -> None:
    """Safe in this order: the bytes, their name, the journal, and then a request may be sent."""
    log = Log()
    disk = disk_of(log)
    begun = StateFile(PATH, TARGET, disk).begin(State(target=TARGET))

    assert log.effects == done(*SAVING, "fsync the folder", *OPENING)
    assert begun.serial == 1
    assert str(UUID(begun.lineage)) == begun.lineage
    assert contents(disk) == {PATH: serialise(begun), JOURNAL: begun_from(begun)}
    assert disk.names[JOURNAL].locked
    assert disk.safe_names == disk.names


def test_a_run_begins_with_a_backup() -> None:
    """The backup is safe before anything else happens; the state is not saved again."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED), backup=b"old")

    assert StateFile(PATH, TARGET, disk).begin(SAVED) == SAVED
    assert log.effects == done(*BACKING_UP, "fsync the folder", *OPENING)
    assert contents(disk) == {
        PATH: serialise(SAVED),
        BACKUP: serialise(SAVED),
        JOURNAL: begun_from(SAVED),
    }


def test_the_backup_is_what_the_journal_begins_from() -> None:
    """The journal begins from the backup, even if an earlier run's journal was applied first."""
    disk = disk_of(state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    begun = store.begin(store.load())
    del disk.names[PATH]
    disk.names[PATH] = Inode(contents(disk)[BACKUP])

    assert begun.serial == SAVED.serial + 1
    assert StateFile(PATH, TARGET, disk).load() == begun


FIRST = Header(lineage="a-line", serial=1, target=TARGET)


def test_a_first_runs_journal_replaces_its_missing_state() -> None:
    """The first run began from an empty state: its journal alone leads to the same state."""
    disk = disk_of(journal=line(FIRST) + line(INTENT))
    began = State(target=TARGET, lineage="a-line", serial=1)

    assert StateFile(PATH, TARGET, disk).load() == fold(began, [INTENT])


def test_a_first_runs_journal_is_saved_as_the_next_state() -> None:
    """The lineage stays the same, and serial 1 remains that of the empty state."""
    disk = disk_of(journal=line(FIRST) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    saved = store.recover(store.load())

    assert (saved.lineage, saved.serial) == ("a-line", 2)
    assert contents(disk) == {PATH: serialise(saved)}


def test_a_journal_that_people_moved_away_still_says_what_may_exist() -> None:
    """It is no journal of the state any more, but the only trace of what its run created."""
    disk = disk_of(state=serialise(SAVED))
    aside = JOURNAL.with_name(f"{JOURNAL.name}.aside")
    disk.names[aside] = disk_of(journal=line(FIRST) + line(INTENT)).names[JOURNAL]

    assert [list(each.doubts) for each in StateFile(PATH, TARGET, disk).elsewhere()] == [
        [INTENT.address]
    ]


@pytest.mark.parametrize("update", [{"target": "https://other.example"}, {"serial": 2}])
def test_a_journal_whose_state_is_missing_blocks_nothing(update: dict[str, object]) -> None:
    """A journal of another target or a later run is kept; records of this target are looked for."""
    told = line(but(FIRST, **update)) + line(INTENT)
    disk = disk_of(journal=told)
    store = StateFile(PATH, TARGET, disk)
    state = store.load()
    begun = store.begin(state)
    made = [list(each.doubts) for each in store.elsewhere() if each.doubts]

    assert state == State(target=TARGET)
    assert begun.serial == 1
    assert [disk.safe_names[path].safe for path in disk.safe_names if is_aside(path)] == [told]
    assert contents(disk)[JOURNAL] == begun_from(begun)
    assert made == ([[INTENT.address]] if "serial" in update else [])


def is_aside(path: Path) -> bool:
    """Return whether a path is that of a journal that was set aside."""
    return path.name.startswith(f"{JOURNAL.name}-")


OTHER = replace(SAVED, strangers={"section": (7,)})  # a sister: the same lineage and serial
LEFT = begun_from(OTHER) + line(INTENT)


@pytest.mark.parametrize("saving", ["begin", "recover"])
def test_a_sisters_journal_is_kept_until_its_state_comes_back(saving: str) -> None:
    """If a checkout changes the state and another changes it back, nothing is lost."""
    disk = disk_of(state=serialise(SAVED), journal=LEFT)
    store = StateFile(PATH, TARGET, disk)
    state = store.load()
    (store.begin if saving == "begin" else store.recover)(state)
    kept = [path for path in disk.safe_names if is_aside(path)]
    disk.remove(JOURNAL)
    disk.names[PATH] = Inode(serialise(OTHER))
    back = store.load()
    saved = store.recover(back)

    assert state == SAVED
    assert [path.name for path in kept] == [f"{JOURNAL.name}-{checksum_of(serialise(OTHER))[:12]}"]
    assert (store.foreign, back) == (None, fold(OTHER, [INTENT]))
    assert saved.serial == 4
    assert not any(map(is_aside, disk.names))


def test_a_load_moves_nothing() -> None:
    """A load names the foreign journal and its new path, and writes nothing."""
    log = Log()
    store = StateFile(PATH, TARGET, disk_of(log, state=serialise(SAVED), journal=LEFT))

    assert store.load() == SAVED
    assert store.foreign is not None
    assert is_aside(store.foreign.path)
    assert log.effects == []


@pytest.mark.parametrize("there", [b"another", LEFT])
def test_a_journal_that_is_set_aside_takes_no_others_place(there: bytes) -> None:
    """A different journal that was set aside before is not overwritten."""
    disk = disk_of(state=serialise(SAVED), journal=LEFT)
    first = Path(f"{JOURNAL}-{checksum_of(serialise(OTHER))[:12]}")
    disk.names[first] = Inode(there)
    store = StateFile(PATH, TARGET, disk)
    store.recover(store.load())
    kept = sorted(contents(disk)[path] for path in disk.names if is_aside(path))

    assert kept == sorted({there, LEFT})


@pytest.mark.parametrize("effect", ["rename s.json.journal-", "renamed s.json.journal-"])
def test_a_journal_that_can_not_be_set_aside_ends_the_run(effect: str) -> None:
    """Nothing is sent before the journal is safe, under its old name or the new one."""
    name = f"{effect}{checksum_of(serialise(OTHER))[:12]}"
    disk = disk_of(Log(fails_at=(name,)), state=serialise(SAVED), journal=LEFT)
    store = StateFile(PATH, TARGET, disk)
    error = refusal(lambda: store.begin(store.load()))

    assert error.problem == "the state can't be written in /courses: No space left"
    assert LEFT in contents(disk).values()


def test_a_damaged_journal_that_was_set_aside_blocks_nothing() -> None:
    """Even if its state comes back: the journal stays, and its readable lines are used."""
    disk = disk_of(state=serialise(OTHER))
    kept = Path(f"{JOURNAL}-{checksum_of(serialise(OTHER))[:12]}")
    disk.names[kept] = Inode(LEFT + b"damaged\n")
    store = StateFile(PATH, TARGET, disk)
    begun = store.begin(store.load())

    assert begun == OTHER
    assert kept in disk.names
    assert INTENT.address in {at for each in store.elsewhere() for at in each.doubts}


def test_a_damaged_journal_without_its_state_is_named() -> None:
    """No state is made from a journal that can't be read."""
    error = refusal(StateFile(PATH, TARGET, disk_of(journal=line(INTENT))).load)

    assert error.problem == f"the journal {JOURNAL} is damaged at line 1"


def test_a_journal_that_was_just_begun_makes_no_state() -> None:
    """If the first line is not whole, the run had not done anything."""
    begun = disk_of(journal=line(FIRST)[:-1])

    assert StateFile(PATH, TARGET, begun).load() == State(target=TARGET)


def test_a_left_journal_is_saved_before_a_new_one() -> None:
    """The journal of a cut-off run is saved in the state before the next run begins."""
    disk = disk_of(state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    state = store.load()
    begun = store.begin(state)

    assert begun.serial == 4
    assert begun.doubts == state.doubts
    assert [doubt.reason for doubt in state.doubts.values()] == [CUT_OFF]
    assert contents(disk)[JOURNAL] == begun_from(begun)


def test_a_left_temporary_file_is_no_hindrance() -> None:
    """The temporary file of a cut-off save is removed before a run and before a save."""
    disk = disk_of(state=serialise(SAVED), temporary=b"half")
    StateFile(PATH, TARGET, disk).begin(SAVED)
    assert TEMPORARY not in disk.names

    disk = disk_of(state=serialise(SAVED), temporary=b"half")
    StateFile(PATH, TARGET, disk).finish(SAVED)
    assert parse(contents(disk)[PATH], PATH).serial == 4


def test_a_step_is_safe_before_the_request() -> None:
    """Each step is one line, written and fsynced."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    log.effects.clear()
    store.append(INTENT)
    store.append(FOUND)

    assert log.effects == done("write", "fsync") * 2
    assert disk.names[JOURNAL].safe == begun_from(SAVED) + line(INTENT) + line(FOUND)


def test_the_end_of_a_run_saves_before_it_drops_the_journal() -> None:
    """The journal is closed and removed after the state that it led to is safe."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    journal = disk.names[JOURNAL]
    store.append(INTENT)
    log.effects.clear()
    folded = fold(SAVED, [INTENT])
    saved = store.finish(folded)

    assert log.effects == done(*SAVING, "remove s.json.journal", "fsync the folder")
    assert saved == replace(folded, serial=4)
    assert contents(disk)[PATH] == serialise(saved)
    assert not journal.locked
    assert disk.safe_names == disk.names
    assert store.finish(saved).serial == 5
    assert StateFile(PATH, TARGET, disk).load().doubts == folded.doubts


def test_nothing_is_recovered_where_nothing_was_left() -> None:
    """Without a journal there is nothing to save."""
    log = Log()
    store = StateFile(PATH, TARGET, disk_of(log, state=serialise(SAVED)))

    assert store.recover(SAVED) is SAVED
    assert log.effects == []


@pytest.mark.parametrize("update", [{"serial": 4}, {"lineage": "b-line"}])
def test_a_state_that_was_changed_meanwhile_is_not_overwritten(update: dict[str, object]) -> None:
    """A state that others saved during the run stays; what the run did is in its journal."""
    theirs = serialise(but(SAVED, **update))
    disk = disk_of(state=theirs)
    error = refusal(lambda: StateFile(PATH, TARGET, disk).finish(SAVED))

    assert error.problem.startswith(f"{PATH} was changed while this ran")
    assert str(JOURNAL) in str(error.remedy)
    assert contents(disk) == {PATH: theirs}


def test_no_file_is_a_state_of_the_target() -> None:
    """Without a file, the state is empty and has serial 0."""
    assert StateFile(PATH, TARGET, disk_of()).load() == State(target=TARGET)


def test_the_state_of_another_target_is_refused() -> None:
    """The Ids of one site mean nothing on another."""
    disk = disk_of(state=serialise(replace(SAVED, target="x" * 101)))
    error = refusal(StateFile(PATH, TARGET, disk).load)

    assert error.problem == f"the state {PATH} belongs to another target: {'x' * 99}…"
    assert TARGET in str(error.remedy)


def test_damage_names_the_file_that_has_it() -> None:
    """The message names the damaged file: the state or its journal."""
    state = StateFile(PATH, TARGET, disk_of(state=b""))
    journal = StateFile(PATH, TARGET, disk_of(state=serialise(SAVED), journal=line(INTENT)))
    other = line(replace(RUN, serial=9))
    both = StateFile(PATH, TARGET, disk_of(state=serialise(SAVED), journal=other))

    assert f"the state {PATH} is damaged" in refusal(state.load).problem
    assert f"the journal {JOURNAL} is damaged" in refusal(journal.load).problem
    assert both.load() == SAVED


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ELOOP, "is a link or not a file"),
        (errno.EINVAL, "is a link or not a file"),
        (errno.ENXIO, "is a link or not a file"),
        (errno.EACCES, "can't be read: It can't be"),
    ],
)
def test_an_unreadable_state_is_an_error(number: int, words: str) -> None:
    """A link, a folder or an unreadable file is never treated as a missing file."""
    store = StateFile(PATH, TARGET, Closed(Log(), number=number))
    read, recovered = refusal(store.load), refusal(lambda: store.recover(SAVED))

    begun = refusal(lambda: store.begin(SAVED))
    half = Closed(Log(), {PATH: Inode(serialise(SAVED))}, number=number)

    assert read.problem == begun.problem == f"the state {PATH} {words}"
    told = refusal(StateFile(PATH, TARGET, half).load)
    assert told.problem == f"the journal {JOURNAL} {words}"
    assert recovered.problem == f"the journal {JOURNAL} {words}"
    assert read.remedy


@pytest.mark.parametrize("effect", ["create .s.json.backup.tmp", "write", "rename s.json.backup"])
def test_a_backup_that_can_not_be_made_ends_the_run(effect: str) -> None:
    """A full disk is reported before anything is sent, and no file is left behind."""
    before = serialise(SAVED)
    disk = disk_of(Log(fails_at=(effect,)), state=before)
    error = refusal(lambda: StateFile(PATH, TARGET, disk).begin(SAVED))

    assert error.problem == "the state can't be written in /courses: No space left"
    assert str(error.remedy).endswith("that the disk has space.")
    assert contents(disk) == {PATH: before}


@pytest.mark.parametrize("effect", ["write", "fsync", "rename s.json"])
def test_a_save_that_fails_leaves_all_as_it_was(effect: str) -> None:
    """After a save that failed, the journal and the old state are still there."""
    before = {"state": serialise(SAVED), "journal": line(RUN) + line(INTENT)}
    disk = disk_of(Log(fails_at=(effect,)), **before)
    store = StateFile(PATH, TARGET, disk)

    refusal(lambda: store.recover(store.load()))
    assert contents(disk) == {PATH: before["state"], JOURNAL: before["journal"]}


def test_the_first_failure_is_reported_if_the_clean_up_fails_too() -> None:
    """The message is about the first failure, not about that of the clean-up."""
    log = Log(fails_at=("rename s.json", "remove .s.json.tmp"))
    error = refusal(lambda: StateFile(PATH, TARGET, disk_of(log)).finish(State(target=TARGET)))

    assert "No space left" in error.problem


@pytest.mark.parametrize("effect", ["remove s.json.journal", "removed s.json.journal"])
def test_a_new_name_is_safe_before_the_journal_goes(effect: str) -> None:
    """If the journal can't be removed, the state that it led to is saved even so."""
    disk = disk_of(Log(fails_at=(effect,)), state=serialise(SAVED), journal=line(RUN))
    saved = StateFile(PATH, TARGET, disk).finish(SAVED)

    assert parse(disk.safe_names[PATH].safe, PATH) == saved
    assert StateFile(PATH, TARGET, disk).load() == saved
    assert saved.serial == 4


def test_nothing_goes_on_beside_a_journal_that_can_not_be_dropped() -> None:
    """The message says that the state has all of the journal; no other save follows."""
    log = Log(fails_at=("remove s.json.journal",))
    disk = disk_of(log, state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    error = refusal(lambda: store.recover(store.load()))

    assert error.problem == f"the journal {JOURNAL} can't be removed: No space left"
    assert str(error.remedy) == "The state s.json has all of it: you may remove it yourself."
    assert parse(disk.safe_names[PATH].safe, PATH) == store.load()
    assert "can't be removed" in refusal(lambda: store.begin(store.load())).problem


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EIO, "Broken"), "Broken"),
        (OSError(errno.EIO, "Broken", "/a/b"), "Broken (b)"),
        (OSError(errno.EIO, "Broken", "/a/b", None, "/a/c"), "Broken (c)"),
        (OSError("odd"), "odd"),
    ],
)
def test_what_can_not_be_written_is_named(error: OSError, words: str) -> None:
    """The message names the file of the system's error, the second one if there are two."""
    disk = disk_of(Log(fails_at=("create s.json.journal",), error=error), state=serialise(SAVED))
    told = refusal(lambda: StateFile(PATH, TARGET, disk).begin(SAVED))

    assert told.problem == f"the state can't be written in /courses: {words}"


@pytest.mark.parametrize("effect", ["write", "fsync"])
def test_no_line_follows_half_a_line(effect: str) -> None:
    """After half a line, no other line is written; the next run writes again."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    log.fails_at = (effect,)
    first = refusal(lambda: store.append(INTENT))
    log.fails_at, log.effects = (), []
    second = refusal(lambda: store.append(INTENT))

    assert "No space left" in first.problem
    assert second.problem.endswith("/courses: the journal ends in the middle of a line")
    assert log.effects == []
    store.begin(store.recover(SAVED))
    store.append(INTENT)


def test_a_journal_that_was_taken_away_is_not_written() -> None:
    """If another apply removed the journal, nobody would read what is written to it."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    disk.remove(JOURNAL)
    log.effects.clear()
    error = refusal(lambda: store.append(INTENT))

    assert error.problem == f"the journal {JOURNAL} was removed while this ran"
    assert error.remedy
    assert log.effects == []


def test_a_live_journal_keeps_others_out(tmp_path: Path) -> None:
    """A run whose lock was deleted is still a run."""
    path = tmp_path / "s.json"
    disk = ForgetfulDisk(Log(), {tmp_path / "s.json.journal": Inode(locked=True)})
    store = StateFile(path, TARGET, disk)

    with pytest.raises(StateLocked, match="in use by another apply"), store.held():
        pytest.fail("it was held")


def test_a_journal_whose_lock_can_not_be_checked_is_not_live(tmp_path: Path) -> None:
    """A lock that can't be checked does no harm; the error is reported when the files are read."""
    store = StateFile(tmp_path / "s.json", TARGET, Closed(Log()))
    with store.held():
        error = refusal(store.load)

    assert "s.json can't be read" in error.problem


def test_a_run_that_ends_by_itself_lets_its_journal_go(tmp_path: Path) -> None:
    """After the hold, the journal is no longer locked, and stays for the next run."""
    path = tmp_path / "s.json"
    disk = ForgetfulDisk(Log())
    store = StateFile(path, TARGET, disk)
    with store.held():
        store.begin(store.load())
        assert disk.names[store.journal_path].locked

    assert not disk.names[store.journal_path].locked


DAMAGED = b"{}"
LATER_RUN = Header(lineage="a-line", serial=3, target=TARGET)


def way_back(**files: bytes) -> str:
    """Return the advice on a state that is damaged."""
    return str(refusal(StateFile(PATH, TARGET, disk_of(None, state=DAMAGED, **files)).load).remedy)


def test_a_damaged_state_beside_a_journal_is_put_back_from_the_backup_that_fits() -> None:
    """If the journal begins from the backup, the message has the command that restores it."""
    told = way_back(journal=line(LATER_RUN), backup=serialise(SAVED))

    assert told == (
        "An interrupted run left a journal beside it, which began from the backup. Restore the "
        f"backup: `cp {BACKUP} {PATH}`"
    )


@pytest.mark.parametrize(
    "backup",
    [
        b"damaged",
        serialise(replace(SAVED, serial=2)),
        serialise(replace(SAVED, lineage="b-line")),
    ],
)
def test_a_backup_that_does_not_fit_is_not_named(backup: bytes) -> None:
    """If the backup does not fit, the message names the serial of the state to restore from git."""
    told = (
        "An interrupted run left a journal beside it, which began from serial 3: restore that "
        "state from git."
    )

    assert way_back(journal=line(LATER_RUN), backup=backup) == told
    assert way_back(journal=line(LATER_RUN)) == told


def test_a_first_runs_journal_needs_no_state() -> None:
    """A damaged state beside a first run's journal was empty, and can be deleted."""
    assert way_back(journal=line(FIRST)) == (
        "An interrupted run left a journal beside it. The journal alone can restore the state. "
        f"Delete only the state file: `rm {PATH}`"
    )


def test_a_journal_without_a_whole_line_is_not_reported() -> None:
    """A journal without a whole line counts as no journal."""
    assert way_back().startswith("Restore it from git: `git -C ")
    assert way_back(journal=line(FIRST)[:-1]) == way_back()


def test_a_damaged_journal_beside_a_damaged_state_is_named() -> None:
    """The message names the file to repair first."""
    files = {"state": DAMAGED, "journal": line(INTENT)}
    error = refusal(StateFile(PATH, TARGET, disk_of(None, **files)).load)

    assert error.problem == f"the journal {JOURNAL} is damaged at line 1"


def test_what_is_whole_and_no_state_has_the_same_way_back() -> None:
    """Invalid contents with a valid checksum are refused like a damaged state."""
    rest = b'  "x": 1\n}\n'
    whole = b'{\n  "checksum": "' + sha256(rest).hexdigest().encode() + b'",\n' + rest
    files = {"state": whole, "journal": line(LATER_RUN), "backup": serialise(SAVED)}
    error = refusal(StateFile(PATH, TARGET, disk_of(None, **files)).load)

    assert f"cp {BACKUP} {PATH}" in str(error.remedy)


def test_a_save_ends_what_was_read_before_it() -> None:
    """`hold` is a new object after each save, and None without the lock."""
    store = StateFile(PATH, TARGET, disk_of(None, state=serialise(SAVED)))
    alone = store.finish(SAVED)

    assert store.hold is None
    with store.held():
        first = store.hold
        store.finish(alone)
        assert None is not store.hold is not first
