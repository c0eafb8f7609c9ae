"""Workspaces that are refused: why, in good time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shares import bounded_time

from coursesync.errors import InvalidOutlines
from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.errors import Diagnostic

HEAD = "id: 4711\ntitle: Member onboarding\nsections:\n  - key: welcome\n    title: Welcome\n"
SECONDS = 10  # far more than any of these takes; an endless one would take longer


def diagnostics_of(courses: Path) -> tuple[Diagnostic, ...]:
    """Load a workspace that is to be refused in good time, and return why."""
    with bounded_time(SECONDS), pytest.raises(InvalidOutlines) as refused:
        load(courses)
    assert all(diagnostic.remedy for diagnostic in refused.value.diagnostics)
    return refused.value.diagnostics


def only(courses: Path) -> tuple[int, int, str]:
    """Return line, column and problem of the one mistake in a workspace."""
    (diagnostic,) = diagnostics_of(courses)
    return diagnostic.where.line, diagnostic.where.column, diagnostic.problem


def found_in(err: str, name: str) -> list[list[str]]:
    """Read the mistakes in a file: the place, the problem, and the remedy with single spaces."""
    found: list[list[str]] = []
    is_here = False
    for line in err.splitlines():
        if not line.startswith("    "):
            if is_here := line.startswith(f"courses/{name}:"):
                row, column, problem = line.removeprefix(f"courses/{name}:").split(":", 2)
                found.append([f"{row}:{column}", problem.strip(), ""])
        elif is_here:
            found[-1][2] = " ".join(f"{found[-1][2]} {line}".split())
    return found
