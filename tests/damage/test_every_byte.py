"""Cut at every byte, each bit flipped: a file is read correctly or refused.

In process, because there are tens of thousands of cases; `test_damage` covers the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from damage.remains import ids_in, record, told_by

from coursesync.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from damage.remains import Remains

    from coursesync.state.file_store import StateFile
    from coursesync.state.state import State

BITS = range(8)


def is_refused(store: StateFile) -> bool:
    """Return whether a load fails with a message and a next step."""
    try:
        store.load()
    except StateError as error:
        return bool(error.problem and error.remedy)
    return False


def flipped(path: Path, bit: int) -> Iterator[int]:
    """Yield a file with this bit of each byte flipped, one byte at a time, and the place."""
    whole = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        for place, byte in enumerate(whole):
            file.seek(place)
            file.write(bytes([byte ^ 1 << bit]))
            yield place
            file.seek(place)
            file.write(bytes([byte]))


def known(state: State) -> dict[str, int]:
    """Return the Id at each address."""
    return {address: entry.id for address, entry in state.entries.items()}


def test_a_journal_holds_every_kind_of_line(remains: Remains) -> None:
    """The damaged files are a real run's: it moved, found, doubted, created, and was killed."""
    lines = [record(line) for line in remains.lines]
    told = {(each["record"], each.get("outcome")) for each in lines}

    assert told == {
        ("header", None),
        ("move", None),
        ("look", None),
        ("intent", None),
        ("outcome", "applied"),
        ("outcome", "in doubt"),
    }
    assert any(each.get("doubt") for each in lines)
    assert lines[-1]["record"] == "intent"


def test_the_whole_of_it_is_known(store: StateFile, remains: Remains) -> None:
    """Without damage, every Id and every doubt of state and journal is known."""
    state = store.load()

    assert known(state) == remains.ids
    assert tuple(sorted(state.doubts)) == remains.doubts


def test_a_state_that_was_cut(store: StateFile, remains: Remains) -> None:
    """A state that ends early, after any byte, is refused."""
    believed = []
    for size in reversed(range(len(remains.state))):
        store.path.write_bytes(remains.state[:size])
        if not is_refused(store):
            believed.append(size)

    assert believed == []


@pytest.mark.many(4)
@pytest.mark.parametrize("bit", BITS)
def test_a_state_with_a_bit_turned(store: StateFile, bit: int) -> None:
    """A state that differs in one bit, anywhere, is refused."""
    believed = [place for place in flipped(store.path, bit) if not is_refused(store)]

    assert believed == []


@pytest.mark.many(4)
@pytest.mark.parametrize("bit", BITS)
def test_a_journal_with_a_bit_turned(store: StateFile, bit: int) -> None:
    """A journal that differs in one bit is refused, even in its last line and line end."""
    believed = [place for place in flipped(store.journal_path, bit) if not is_refused(store)]

    assert believed == []


def test_a_journal_that_was_cut(store: StateFile, remains: Remains) -> None:
    """A journal that ends early gives the Ids and doubts of its complete lines."""
    before = set(ids_in(remains.state).values())
    wrong = []
    for size in range(len(remains.journal) + 1):
        kept = remains.journal[:size]
        store.journal_path.write_bytes(kept)
        ids, doubts = told_by(kept.splitlines(keepends=True)[: kept.count(b"\n")])
        state = store.load()
        if set(known(state).values()) != ids | before or state.doubts.keys() != doubts:
            wrong.append(size)

    assert wrong == []


def test_a_journal_that_was_cut_is_saved(store: StateFile, remains: Remains) -> None:
    """The contents of a journal that ends early are saved; then the journal is deleted."""
    for size in range(0, len(remains.journal) + 1, 7):
        store.path.write_bytes(remains.state)
        store.journal_path.write_bytes(remains.journal[:size])
        before = store.load()
        store.recover(before)
        after = store.load()

        assert (known(after), after.doubts) == (known(before), before.doubts)
        assert after.serial == before.serial + 1
        assert not store.journal_path.exists()


def test_a_journal_that_lacks_a_line(store: StateFile, remains: Remains) -> None:
    """If a line is missing, the others are known, or the journal is refused."""
    lines = remains.lines
    for number in range(len(lines)):
        rest = lines[:number] + lines[number + 1 :]
        store.journal_path.write_bytes(b"".join(rest))

        assert is_refused(store) or told_by(rest)[0] <= set(known(store.load()).values()), number


def test_a_journal_in_another_order(store: StateFile, remains: Remains) -> None:
    """If two lines are swapped, or one occurs twice, none of their Ids is lost."""
    lines = remains.lines
    for number in range(len(lines)):
        for other in range(number + 1):
            swapped = list(lines)
            swapped[number], swapped[other] = lines[other], lines[number]
            for spoilt in (swapped, [*lines[:other], lines[number], *lines[other:]]):
                store.journal_path.write_bytes(b"".join(spoilt))

                ids, _ = told_by([line for line in spoilt if b'"header"' not in line])
                assert is_refused(store) or ids <= set(known(store.load()).values())


@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"\n", b" "])
def test_a_block_that_was_lost(store: StateFile, remains: Remains, filler: bytes) -> None:
    """If a file system loses a block of either file, the file is refused."""
    for path, whole in ((store.path, remains.state), (store.journal_path, remains.journal)):
        for start in range(0, len(whole) - 64, 64):
            path.write_bytes(whole[:start] + filler * 64 + whole[start + 64 :])

            assert is_refused(store), (path.name, start)
        path.write_bytes(whole)
