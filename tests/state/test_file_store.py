"""The state's file and journal, effect by effect, on a disk that tells each of them."""

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
from coursesync.state.journal import Header, Intent, Look
from coursesync.state.journal_text import line
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
    address=address("one"), attributes={"Title": "One"}, parent_id=4711, attempt=1, at=AT
)
FOUND = Look(address=address("one"), at=AT)


@dataclass
class Log:
    """Keeps the effects, and fails at some of them."""

    effects: list[str] = field(default_factory=list)
    fails_at: tuple[str, ...] = ()
    error: OSError = field(default_factory=lambda: OSError(errno.ENOSPC, "No space left"))

    def __call__(self, effect: str) -> None:
        """Keep an effect; raises the error at those chosen."""
        self.effects.append(effect)
        if effect in self.fails_at:
            raise self.error


@dataclass
class Closed(ForgetfulDisk):
    """A disk that lets nothing more be read, and says of no lock whether it is held."""

    number: int = errno.EACCES

    def read(self, path: Path) -> bytes:
        """Read what is there; raise the error for all else."""
        if path in self.names:
            return super().read(path)
        raise OSError(self.number, "It can't be", str(path))

    def is_locked(self, path: Path) -> bool:
        """Raise the error."""
        raise OSError(self.number, "It can't be", str(path))


def begun_from(state: State) -> bytes:
    """Return the line that a run begins its journal with."""
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
    """Write effects as they are told: before each, and after it."""
    told = []
    for effect in effects:
        verb, *rest = effect.split(" ", 1)
        told += [effect, " ".join([PAST.get(verb, "fsynced"), *rest])]
    return told


SAVING = ("create .s.json.tmp", "write", "fsync", "rename s.json", "fsync the folder")
OPENING = ("create s.json.journal", "write", "fsync", "fsync the folder")
BACKING_UP = ("create .s.json.backup.tmp", "write", "fsync", "rename s.json.backup")


def test_a_new_state_reaches_the_disk_in_order() -> None:
    """Bytes before their name, the name before the journal, the journal before any request."""
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
    """What stood before is safe under its name before anything else happens; it is not saved."""
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
    """Also where an earlier run's journal is folded in first: no Id is in neither of the two."""
    disk = disk_of(state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    begun = store.begin(store.load())
    del disk.names[PATH]
    disk.names[PATH] = Inode(contents(disk)[BACKUP])

    assert begun.serial == SAVED.serial + 1
    assert StateFile(PATH, TARGET, disk).load() == begun


FIRST = Header(lineage="a-line", serial=1, target=TARGET)


def test_a_first_runs_journal_tells_all_where_its_state_is_gone() -> None:
    """What the first run saved was empty: its journal alone leads to the same state."""
    disk = disk_of(journal=line(FIRST) + line(INTENT))
    began = State(target=TARGET, lineage="a-line", serial=1)

    assert StateFile(PATH, TARGET, disk).load() == fold(began, [INTENT])


def test_what_a_first_runs_journal_tells_is_saved_as_its_next_state() -> None:
    """The lineage goes on, and serial 1 stays that of the empty state."""
    disk = disk_of(journal=line(FIRST) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    saved = store.recover(store.load())

    assert (saved.lineage, saved.serial) == ("a-line", 2)
    assert contents(disk) == {PATH: serialise(saved)}


@pytest.mark.parametrize("update", [{"target": "https://other.example"}, {"serial": 2}])
def test_a_journal_whose_state_is_missing_blocks_nothing(update: dict[str, object]) -> None:
    """Another target's, or a later run's: it is kept, and what was made is looked for."""
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
    """Say whether that is where a journal is kept that was set aside."""
    return path.name.startswith(f"{JOURNAL.name}-")


OTHER = replace(SAVED, strangers=(7,))  # a sister: the same lineage and serial
LEFT = begun_from(OTHER) + line(INTENT)


@pytest.mark.parametrize("saving", ["begin", "recover"])
def test_a_sisters_journal_is_kept_until_its_state_comes_back(saving: str) -> None:
    """A checkout changes the state under a journal, and changes it back: nothing is lost."""
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
    """A plan says what is in the journal's place, and where it is to be kept."""
    log = Log()
    store = StateFile(PATH, TARGET, disk_of(log, state=serialise(SAVED), journal=LEFT))

    assert store.load() == SAVED
    assert store.foreign is not None
    assert is_aside(store.foreign.path)
    assert log.effects == []


@pytest.mark.parametrize("there", [b"another", LEFT])
def test_a_journal_that_is_set_aside_takes_no_others_place(there: bytes) -> None:
    """What is kept there already stays, unless it is the same."""
    disk = disk_of(state=serialise(SAVED), journal=LEFT)
    first = Path(f"{JOURNAL}-{checksum_of(serialise(OTHER))[:12]}")
    disk.names[first] = Inode(there)
    store = StateFile(PATH, TARGET, disk)
    store.recover(store.load())
    kept = sorted(contents(disk)[path] for path in disk.names if is_aside(path))

    assert kept == sorted({there, LEFT})


@pytest.mark.parametrize("effect", ["rename s.json.journal-", "renamed s.json.journal-"])
def test_a_journal_that_can_not_be_set_aside_ends_the_run(effect: str) -> None:
    """Nothing is sent before it is safe, under one name or the other."""
    name = f"{effect}{checksum_of(serialise(OTHER))[:12]}"
    disk = disk_of(Log(fails_at=(name,)), state=serialise(SAVED), journal=LEFT)
    store = StateFile(PATH, TARGET, disk)
    error = refusal(lambda: store.begin(store.load()))

    assert error.problem == "the state can't be written in /courses: No space left"
    assert LEFT in contents(disk).values()


def test_a_damaged_journal_that_was_set_aside_blocks_nothing() -> None:
    """Also where its state is back: it stays, and tells what can be read of it."""
    disk = disk_of(state=serialise(OTHER))
    kept = Path(f"{JOURNAL}-{checksum_of(serialise(OTHER))[:12]}")
    disk.names[kept] = Inode(LEFT + b"damaged\n")
    store = StateFile(PATH, TARGET, disk)
    begun = store.begin(store.load())

    assert begun == OTHER
    assert kept in disk.names
    assert INTENT.address in {at for each in store.elsewhere() for at in each.doubts}


def test_a_damaged_journal_without_its_state_is_named() -> None:
    """Nothing is rebuilt from what can't be understood."""
    error = refusal(StateFile(PATH, TARGET, disk_of(journal=line(INTENT))).load)

    assert error.problem == f"the journal {JOURNAL} is damaged at line 1"


def test_a_journal_that_was_just_begun_makes_no_state() -> None:
    """Without a whole first line nobody knows which run it was, and nothing was done."""
    begun = disk_of(journal=line(FIRST)[:-1])

    assert StateFile(PATH, TARGET, begun).load() == State(target=TARGET)


def test_a_left_journal_is_saved_before_a_new_one() -> None:
    """A run that was cut off is in the state before the next one begins."""
    disk = disk_of(state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    state = store.load()
    begun = store.begin(state)

    assert begun.serial == 4
    assert begun.doubts == state.doubts
    assert [doubt.reason for doubt in state.doubts.values()] == [CUT_OFF]
    assert contents(disk)[JOURNAL] == begun_from(begun)


def test_a_left_temporary_file_is_no_hindrance() -> None:
    """What a cut-off save left is cleared away before a run, and before a save."""
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
    """The journal goes when the state that it led to is safe, and is open no more."""
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
    """What somebody else saved while this ran stands; what this did is in its journal."""
    theirs = serialise(but(SAVED, **update))
    disk = disk_of(state=theirs)
    error = refusal(lambda: StateFile(PATH, TARGET, disk).finish(SAVED))

    assert error.problem.startswith(f"{PATH} was changed while this ran")
    assert str(JOURNAL) in str(error.remedy)
    assert contents(disk) == {PATH: theirs}


def test_no_file_is_a_state_of_the_target() -> None:
    """A site of which nothing is known yet has the state of serial 0."""
    assert StateFile(PATH, TARGET, disk_of()).load() == State(target=TARGET)


def test_the_state_of_another_target_is_refused() -> None:
    """Ids of one site say nothing on another."""
    disk = disk_of(state=serialise(replace(SAVED, target="x" * 101)))
    error = refusal(StateFile(PATH, TARGET, disk).load)

    assert error.problem == f"the state {PATH} is of another target: {'x' * 99}…"
    assert TARGET in str(error.remedy)


def test_damage_names_the_file_that_has_it() -> None:
    """Whether the state or its journal is damaged, it is that one which is named."""
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
        (errno.ELOOP, "is a link or no file"),
        (errno.EINVAL, "is a link or no file"),
        (errno.ENXIO, "is a link or no file"),
        (errno.EACCES, "can't be read: It can't be"),
    ],
)
def test_what_can_not_be_read_is_told(number: int, words: str) -> None:
    """A link, a folder or a file without leave to read is never taken for no file."""
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
    """A disk without room is told before anything is sent, and nothing is left of the try."""
    before = serialise(SAVED)
    disk = disk_of(Log(fails_at=(effect,)), state=before)
    error = refusal(lambda: StateFile(PATH, TARGET, disk).begin(SAVED))

    assert error.problem == "the state can't be written in /courses: No space left"
    assert str(error.remedy).endswith("that the disk has room.")
    assert contents(disk) == {PATH: before}


@pytest.mark.parametrize("effect", ["write", "fsync", "rename s.json"])
def test_a_save_that_fails_leaves_all_as_it_was(effect: str) -> None:
    """The journal outlives a save that failed, and no half of a file is left."""
    before = {"state": serialise(SAVED), "journal": line(RUN) + line(INTENT)}
    disk = disk_of(Log(fails_at=(effect,)), **before)
    store = StateFile(PATH, TARGET, disk)

    refusal(lambda: store.recover(store.load()))
    assert contents(disk) == {PATH: before["state"], JOURNAL: before["journal"]}


def test_a_failure_is_told_though_nothing_can_be_cleared_away() -> None:
    """It is the first failure that a person has to know of."""
    log = Log(fails_at=("rename s.json", "remove .s.json.tmp"))
    error = refusal(lambda: StateFile(PATH, TARGET, disk_of(log)).finish(State(target=TARGET)))

    assert "No space left" in error.problem


@pytest.mark.parametrize("effect", ["remove s.json.journal", "removed s.json.journal"])
def test_a_new_name_is_safe_before_the_journal_goes(effect: str) -> None:
    """Where the journal can't be dropped, the state that it led to is saved all the same."""
    disk = disk_of(Log(fails_at=(effect,)), state=serialise(SAVED), journal=line(RUN))
    saved = StateFile(PATH, TARGET, disk).finish(SAVED)

    assert parse(disk.safe_names[PATH].safe, PATH) == saved
    assert StateFile(PATH, TARGET, disk).load() == saved
    assert saved.serial == 4


def test_nothing_goes_on_beside_a_journal_that_can_not_be_dropped() -> None:
    """What it tells is saved, and that is said; another save would leave it behind for good."""
    log = Log(fails_at=("remove s.json.journal",))
    disk = disk_of(log, state=serialise(SAVED), journal=line(RUN) + line(INTENT))
    store = StateFile(PATH, TARGET, disk)
    error = refusal(lambda: store.recover(store.load()))

    assert error.problem == f"the journal {JOURNAL} can't be removed: No space left"
    assert str(error.remedy) == "What it tells is saved in s.json: you may remove it yourself."
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
    """The file that the system speaks of is told, the later one of two."""
    disk = disk_of(Log(fails_at=("create s.json.journal",), error=error), state=serialise(SAVED))
    told = refusal(lambda: StateFile(PATH, TARGET, disk).begin(SAVED))

    assert told.problem == f"the state can't be written in /courses: {words}"


@pytest.mark.parametrize("effect", ["write", "fsync"])
def test_no_line_follows_half_a_line(effect: str) -> None:
    """Where a step may be torn no other is written behind it; the next run writes again."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    log.fails_at = (effect,)
    first = refusal(lambda: store.append(INTENT))
    log.fails_at, log.effects = (), []
    second = refusal(lambda: store.append(INTENT))

    assert "No space left" in first.problem
    assert second.problem.endswith("/courses: the journal ends within a line")
    assert log.effects == []
    store.begin(store.recover(SAVED))
    store.append(INTENT)


def test_a_journal_that_was_taken_away_is_not_written() -> None:
    """Another apply has begun: what is written would be read by nobody."""
    log = Log()
    disk = disk_of(log, state=serialise(SAVED))
    store = StateFile(PATH, TARGET, disk)
    store.begin(SAVED)
    disk.remove(JOURNAL)
    log.effects.clear()
    error = refusal(lambda: store.append(INTENT))

    assert error.problem == f"the journal {JOURNAL} was taken away while this ran"
    assert error.remedy
    assert log.effects == []


def test_a_live_journal_keeps_others_out(tmp_path: Path) -> None:
    """A run whose lock was deleted is still a run."""
    path = tmp_path / "s.json"
    disk = ForgetfulDisk(Log(), {tmp_path / "s.json.journal": Inode(locked=True)})
    store = StateFile(path, TARGET, disk)

    with pytest.raises(StateLocked, match="in use by another apply"), store.held():
        pytest.fail("it was held")


def test_a_journal_of_which_nothing_can_be_said_is_not_live(tmp_path: Path) -> None:
    """Reading it will say what is wrong; holding it does no harm."""
    with StateFile(tmp_path / "s.json", TARGET, Closed(Log())).held():
        pass


def test_a_run_that_ends_by_itself_lets_its_journal_go(tmp_path: Path) -> None:
    """Whatever ends the hold, the journal is no longer locked, and stays for the next run."""
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
    """The backup is what the journal begins from: the command is told as it can be typed."""
    told = way_back(journal=line(LATER_RUN), backup=serialise(SAVED))

    assert told == (
        "A cut-off run's journal stands beside it, and begins from the backup:  "
        f"cp {BACKUP} {PATH}  Then go on."
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
    """Then git has the state, by its serial."""
    told = (
        "A cut-off run's journal stands beside it: put back the state of serial 3 that it begins "
        "from, from git."
    )

    assert way_back(journal=line(LATER_RUN), backup=backup) == told
    assert way_back(journal=line(LATER_RUN)) == told


def test_a_first_runs_journal_needs_no_state() -> None:
    """What is damaged beside it was empty: it can be deleted."""
    assert way_back(journal=line(FIRST)) == (
        "A cut-off run's journal stands beside it, and tells all that there is: delete the state, "
        f"and nothing else:  rm {PATH}"
    )


def test_without_a_journal_nothing_is_said_of_one() -> None:
    """A journal without a whole line tells of no run either."""
    assert way_back().startswith("Restore it from git:  git checkout -- ")
    assert way_back(journal=line(FIRST)[:-1]) == way_back()


def test_a_damaged_journal_beside_a_damaged_state_is_named() -> None:
    """Which of the two is to be mended first is said."""
    files = {"state": DAMAGED, "journal": line(INTENT)}
    error = refusal(StateFile(PATH, TARGET, disk_of(None, **files)).load)

    assert error.problem == f"the journal {JOURNAL} is damaged at line 1"


def test_what_is_whole_and_no_state_has_the_same_way_back() -> None:
    """A right checksum over what is never written helps nobody."""
    rest = b'  "x": 1\n}\n'
    whole = b'{\n  "checksum": "' + sha256(rest).hexdigest().encode() + b'",\n' + rest
    files = {"state": whole, "journal": line(LATER_RUN), "backup": serialise(SAVED)}
    error = refusal(StateFile(PATH, TARGET, disk_of(None, **files)).load)

    assert f"cp {BACKUP} {PATH}" in str(error.remedy)


def test_a_save_ends_what_was_read_before_it() -> None:
    """Who holds the state holds another one after each save; who does not holds none."""
    store = StateFile(PATH, TARGET, disk_of(None, state=serialise(SAVED)))
    alone = store.finish(SAVED)

    assert store.hold is None
    with store.held():
        first = store.hold
        store.finish(alone)
        assert None is not store.hold is not first
