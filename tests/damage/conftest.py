"""The fixtures of the tests of damage: the files that killed and complete runs left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from damage.remains import Remains, leave

from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import CommandLine


@pytest.fixture(scope="session")
def remains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remains]:
    """The files of a run that was killed: its journal has each kind of line."""
    yield from leave(tmp_path_factory.mktemp("remains"))


@pytest.fixture
def left(cli: CommandLine, courses: Path, remains: Remains) -> CommandLine:
    """The command line beside all these files; its target is no longer used."""
    remains.put_in(courses)
    return remains.beside(cli)


@pytest.fixture
def store(courses: Path, remains: Remains) -> StateFile:
    """The store of that state and journal, in this process."""
    remains.put_in(courses)
    return StateFile(courses / "coursesync.state.json", remains.target)
