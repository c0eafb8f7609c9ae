"""The limits: kept within a run and across runs, and announced before the first write."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from harness import REQUESTS, SECTIONS, STATE, pointed_at, sandbox_here, saved, write_outline

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import CommandLine, SandboxServer

TITLES = ("One", "Two", "Three", "Four", "Five")


def titles(server: SandboxServer) -> list[object]:
    """Return the titles of the server's sections, in the order of their making."""
    return [record["Title"] for record in server.records()]


@pytest.mark.parametrize("kind", ["sliding", "fixed"])
def test_forty_creates_are_one_burst(cli: CommandLine, courses: Path, kind: str) -> None:
    """Within a minute's allowance a run waits only for the gap, and nothing is throttled."""
    write_outline(courses, "a", 4711, *(f"Section {number}" for number in range(40)))
    with sandbox_here(Settings(limits="sliding" if kind == "sliding" else "fixed")) as server:
        applied = pointed_at(cli, server)("apply", "--auto-approve")
        log = server.log()
    times = [float(str(met["at"])) for met in log]

    assert applied.code == 0, applied.err
    assert {met["status"] for met in log} == {200}
    assert len(log) == 44  # looks: two before, for there is no state, at the course, and a last one
    assert times[-1] - times[0] < 10


def test_a_minute_s_writes_are_remembered_by_the_next_run(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A second run in the same minute waits for the rest of the first one's minute."""
    (courses / "coursesync.toml").write_text("[limits]\nwrites_a_minute = 2\n")
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    first = author("apply", "--auto-approve", "--max-writes", "2")
    with author.start("apply", "--auto-approve") as process:
        assert process.stderr is not None
        told = next((line for line in process.stderr if "waiting" in line), "")
        process.terminate()
        process.communicate(timeout=60)

    assert first.code == 6
    assert "waiting" in told
    assert "the API's limits" in told
    assert process.returncode == 143
    assert titles(api) == ["One", "Two"]


@pytest.mark.parametrize("page", ["GET", "POST"])
def test_a_wait_that_was_asked_for_is_kept_by_the_next_run(
    author: CommandLine, api: SandboxServer, courses: Path, page: str
) -> None:
    """Told to wait and interrupted, a run is followed by one that sends nothing till it is over."""
    write_outline(courses, "a", 4711, "One")
    api.fault(f"{page} {SECTIONS}@1:throttled=600")
    with author.start("apply", "--auto-approve") as process:
        assert process.stderr is not None
        assert any("waiting 10 minutes" in line for line in process.stderr)
        process.terminate()
        process.communicate(timeout=60)
    met = len(api.log())
    with author.start("apply", "--auto-approve") as process:
        assert process.stderr is not None
        told = next((line for line in process.stderr if "waiting" in line), "")
        process.terminate()
        process.communicate(timeout=60)

    assert re.search("waiting (10 minutes|9 minutes [0-9]+ seconds): the API's limits", told)
    assert len(api.log()) == met


def test_max_writes_ends_a_run_and_the_next_goes_on(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With --max-writes a run sends so many, ends with 6, and loses nothing; the next goes on."""
    write_outline(courses, "a", 4711, *TITLES)
    none = author("apply", "--auto-approve", "--max-writes", "0")
    sent, exists = len(api.creates()), (courses / STATE).exists()
    two = author("apply", "--auto-approve", COURSESYNC_MAX_WRITES="2")
    then = titles(api)
    rest = author("apply", "--auto-approve", "--max-writes", "3")

    assert (none.code, sent, exists) == (6, 0, False)
    assert "Stopped: 0 writes sent, which is all that --max-writes allows." in none.err
    assert "Apply: 5 not tried." in none.err
    assert (two.code, then) == (6, ["One", "Two"])
    assert "Apply: 2 created, 3 not tried." in two.err
    assert (rest.code, titles(api)) == (0, list(TITLES))
    assert author("plan", "--detailed-exitcode").code == 0


def test_a_throttled_create_is_no_write_of_those_allowed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What the API turned away was not carried out, and does not count."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(1, "throttled=1")
    applied = author("apply", "--auto-approve", "--max-writes", "2")

    assert applied.code == 0, applied.err
    assert titles(api) == ["One", "Two"]


def test_the_days_allowance_is_reported_before_the_first_write(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Over two runs a day's three writes are made, and the second says how far it gets."""
    (courses / "coursesync.toml").write_text("[limits]\nwrites_a_day = 3\n")
    write_outline(courses, "a", 4711, "One", "Two")
    first = author("apply", "--auto-approve")
    write_outline(courses, "a", 4711, *TITLES)
    second = author("apply", "--auto-approve")
    then = titles(api)
    third = author("apply", "--auto-approve")
    told = (
        "The day's allowance is enough for 1 of these 3 writes: this run stops after\n"
        "section.a.three at the latest, with exit 6. Run the same command again then; it\n"
        "continues from there.\n"
    )

    assert (first.code, second.code, third.code) == (0, 6, 6)
    assert "The day's allowance" not in first.err
    assert told in second.err.partition("created, Id")[0]
    assert "Apply: 1 created, 2 not tried." in second.err
    # within 24 hours of the first, told in hours or rounded up
    assert re.search(r"the next request may be sent in (23 hours|1 day)\b", second.err)
    assert re.search(
        r"The day's allowance is used up: none of these 2 writes can be sent before\n"
        r"20[0-9-]{8} [0-9:]{5} UTC, in (23 hours|1 day)",
        third.err,
    )
    assert then == titles(api) == ["One", "Two", "Three"]
    assert len(saved(courses).entries) == 3


def test_a_reviewed_plan_that_stopped_has_to_be_made_again(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What a day's allowance leaves of a plan that was reviewed is another plan."""
    (courses / "coursesync.toml").write_text("[limits]\nwrites_a_day = 1\n")
    write_outline(courses, "a", 4711, "One", "Two")
    author("plan", "--out", "plan.json")
    applied = author("apply", "--plan", "plan.json")
    told = applied.err.partition("created, Id")[0]

    assert applied.code == 6
    assert "Then make and review a plan of what is left:" in " ".join(told.split())
    assert "Run the same command" not in told
    assert max(map(len, told.partition("The day's")[2].splitlines())) <= 80
    assert len(api.records()) == 1


def test_what_max_writes_leaves_room_for_is_no_warning(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A run that sends no more than the day allows gives no warning."""
    (courses / "coursesync.toml").write_text("[limits]\nwrites_a_day = 2\n")
    write_outline(courses, "a", 4711, *TITLES)
    applied = author("apply", "--auto-approve", "--max-writes", "2")

    assert "The day's allowance" not in applied.err
    assert len(api.records()) == 2


def _of_yesterday() -> bytes:
    return b"".join(b"%.1f w\n" % (time.time() - 90_000 - n) for n in range(10_000))


def _of_tomorrow() -> bytes:
    return b"%.1f r\n" % (time.time() + 90_000)


def _of_another_machine() -> bytes:
    now = time.time()
    told = [b"%.1f w" % (now - n) for n in range(6_000)] + [b"%.1f h86400" % now]
    return b"".join(b"%08x %b\n" % (crc32(b"%d %b" % (7, each)), each) for each in told)


def _of_an_earlier_version() -> bytes:
    return b"".join(b"%.1f w\n" % (time.time() - n) for n in range(6_000))


GARBAGE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no lines": lambda: b"\x00\xff" * 10_000,
    "words": lambda: b"yesterday w\n-5.0 w\n1e9 w\nnan r\n" * 100,
    "a torn line": lambda: b"1795447600.0 w\n179544",
    "old requests": _of_yesterday,
    "times to come": _of_tomorrow,
    "another machine's": _of_another_machine,
    "an earlier version's": _of_an_earlier_version,
    "a merge conflict": lambda: b"<<<<<<< HEAD\n" + _of_another_machine() + b">>>>>>> theirs\n",
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_a_request_log_of_any_content_stops_nothing(
    author: CommandLine, courses: Path, content: Callable[[], bytes]
) -> None:
    """What does not count any more, or never did, is dropped; the log does not grow for ever."""
    (courses / REQUESTS).write_bytes(content())
    write_outline(courses, "a", 4711, "One", "Two")
    applied = author("apply", "--auto-approve")
    lines = (courses / REQUESTS).read_text().splitlines()

    assert applied.code == 0, applied.err
    assert 6 <= len(lines) <= 7
    assert [line[-1] for line in lines[-5:]] == ["r", "r", "w", "w", "r"]


def test_a_request_log_that_is_none_stops_nothing(author: CommandLine, courses: Path) -> None:
    """A folder or a link in its place is left alone: the log is a courtesy."""
    (courses / REQUESTS).mkdir()
    write_outline(courses, "a", 4711, "One")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert (courses / REQUESTS).is_dir()


def test_a_link_is_not_written_through(author: CommandLine, courses: Path) -> None:
    """A log that was made a link to some other file does that file no harm."""
    (courses.parent / "precious").write_text("mine")
    (courses / REQUESTS).symlink_to(courses.parent / "precious")
    write_outline(courses, "a", 4711, "One")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert (courses.parent / "precious").read_text() == "mine"
