"""Randomly damaged examples fail only in expected ways, and within the bounds."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import ROOT
from hostile.limits import bounded
from hypothesis import given, settings
from hypothesis import strategies as st

from coursesync.errors import CoursesyncError
from coursesync.outlines.workspace_files import load
from coursesync.planning.diff import plan_of
from coursesync.render import json, markdown, terminal
from coursesync.render.rows import PlanView
from coursesync.state.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

NASTY = [
    *(b"&a ", b"*a", b"<<: *a\n", b"!!binary ", b"!!python/name:os.system ", b"%YAML 1.1\n---\n"),
    *(
        b"---\n",
        b"...\n",
        b"? ",
        b"[" * 40,
        b"{a: " * 40,
        b"- " * 40,
        b"\t",
        b"\r",
        b"\0",
        b"\x1b[2J",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xe2\x80\xae",
        b"\xf0\x9f",
        b"\x80",
        b"\xc2\x85",
    ),
    *(
        b'"\\ud800"',
        b'"\\u202e"',
        b'"\\N"',
        b"'",
        b'"',
        b"`",
        b"|\n",
        b">-\n",
        b" #",
        b" # a",
        b": ",
    ),
    *(
        b"0x" + b"f" * 400,
        b"9" * 400,
        b".inf",
        b"-.inf",
        b".nan",
        b"1e999",
        b"~",
        b"null",
        b"=",
        b"",
    ),
    *(b"::error::x", b"##[group]", b"@everyone", b"<script>", b"[a](b)", b"\n\n\n", b"x" * 3_000),
    *(
        b"contents: {markdown: ../../etc/passwd.md}",
        b"contents: {html: .git/config}",
        b"image: null",
    ),
    *(b"display_order: 1", b"previous_keys: [welcome, welcome]", b"unlock: {after_days: -1}"),
    *("a\u0316\u0301".encode() * 100, "\u0456d: 1\n".encode(), "\ufb01".encode()),
]


@cache
def originals() -> dict[str, bytes]:
    """Return the example outlines and their content files, by their paths."""
    paths = [path for path in sorted((ROOT / "courses").rglob("*")) if path.is_file()]
    kept = [path for path in paths if path.suffix in {".yaml", ".md", ".html"}]
    return {str(path.relative_to(ROOT / "courses")): path.read_bytes() for path in kept}


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """An example file with some bytes, tokens or lines changed."""
    name = draw(st.sampled_from([*originals()]))
    content = originals()[name]
    for _ in range(draw(st.integers(1, 4))):
        content = draw(st.sampled_from(MUTATIONS))(draw, content)
    return name, content


def _splice(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.sampled_from(NASTY)) + content[at + draw(st.integers(0, 8)) :]


def _flip(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, max(0, len(content) - 1)))
    return content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]


def _value(draw: st.DrawFn, content: bytes) -> bytes:
    head, colon, tail = content.partition(draw(st.sampled_from([b"title: ", b"key: ", b"id: "])))
    return head + colon + draw(st.sampled_from(NASTY)) + tail


def _lines(draw: st.DrawFn, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at, to = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    moved = draw(st.sampled_from([[lines[to]], [], [lines[at]] * 3, [b"  " + lines[at]]]))
    return b"".join([*lines[:at], *moved, *lines[at + 1 :]])


MUTATIONS: list[Callable[[st.DrawFn, bytes], bytes]] = [_splice, _flip, _value, _lines]


def lay_out(courses: Path, name: str, content: bytes) -> None:
    """Write the examples into a folder, one of them damaged."""
    shutil.copytree(ROOT / "courses", courses, ignore=shutil.ignore_patterns(".*", "*.state*"))
    (courses / name).write_bytes(content)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(spoilt())
def test_a_spoilt_workspace_is_planned_or_refused(found: tuple[str, bytes]) -> None:
    """An outline or content file of any bytes is planned, or refused with a message of ours."""
    with tempfile.TemporaryDirectory() as folder:
        courses = Path(folder) / "courses"
        lay_out(courses, *found)
        try:
            plan = plan_of(load(courses), State(target="https://spaces.nexudus.com"))
        except CoursesyncError:  # in words; anything else is a bug
            return
    for form in (terminal.compose, markdown.compose, json.compose):
        assert "\x1b" not in form(PlanView(plan))


PROCESSED = [b"[" * 3_000, b"\xed\xa0\x80", b"\0", b"&a [*a]", "a\u0316\u0301".encode() * 9_000]


@pytest.mark.parametrize("put", PROCESSED, ids=range(len(PROCESSED)))
def test_a_spoilt_workspace_ends_the_process_in_order(put: bytes, cli_folder: Path) -> None:
    """On a damaged workspace the program exits with 3, in time and without a traceback."""
    (cli_folder / "courses").rmdir()
    content = originals()["onboarding.yaml"].replace(b"title: ", b"title: " + put, 1)
    lay_out(cli_folder / "courses", "onboarding.yaml", content)

    took = bounded(cli_folder, "plan")

    assert took.code == 3
    assert took.within_bounds()
    assert "Traceback" not in took.err
