"""The names of the files that an import writes, which every machine can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, SandboxServer, files_below, saved

if TYPE_CHECKING:
    from pathlib import Path

LONG = f"<p>{'All that you need. ' * 80}</p>\n"
RESERVED = ("con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9")


@pytest.mark.parametrize("name", RESERVED)
def test_no_name_that_windows_keeps_for_itself(
    author: CommandLine, api: SandboxServer, courses: Path, name: str
) -> None:
    """Neither an outline, nor a folder, nor a content file has it, whatever its ending."""
    api.add_course(4999, name.title())
    api.foreign_create(4999, name.upper(), SectionContents=LONG, Active=True)
    ran = author("import", "--course", "4999")
    stems = {part.partition(".")[0] for path in files_below(courses) for part in path.split("/")}

    assert ran.code == 0, ran.err
    assert f"{name}-4999" in stems
    assert stems & set(RESERVED) == set()
    assert len(saved(courses).entries) == 1
    assert author("plan", "--detailed-exitcode").code == 0
