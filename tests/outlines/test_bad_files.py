"""Names in a workspace that are no outline: a FIFO, a folder, a link out, odd bytes."""

from __future__ import annotations

import os
import re
import socket
from typing import TYPE_CHECKING

import pytest
from outlines.refused import HEAD, diagnostics_of, only

from coursesync.errors import ExitCode, Where
from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_link_out(path: Path) -> None:
    outside = path.parent.parent / "outside"
    outside.write_text(HEAD)
    path.symlink_to(outside)


def make_endless_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


MAKERS = {
    make_fifo: "is not a file",
    make_folder: "is not a file",
    make_link_out: "is a symbolic link",
    make_endless_link: "is a symbolic link",
    make_dead_link: "is a symbolic link",
    make_loop: "is a symbolic link",
}


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["b.yaml", "b.html"])
def test_anything_but_a_file_of_the_workspace_is_refused_by_name(
    make: object, name: str, courses: Path
) -> None:
    """A FIFO, a folder, a link out: refused by name, as an outline and as a content file."""
    if name == "b.html":
        (courses / "a.yaml").write_text(HEAD + "    contents: {html: b.html}\n")
    assert callable(make)
    make(courses / name)

    _, _, problem = only(courses)

    assert problem == f"{courses / name} {MAKERS[make]}"


def test_a_socket_is_no_outline(courses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket named as an outline is refused, not read."""
    monkeypatch.chdir(courses)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("b.yaml")

        _, _, problem = only(courses)

    assert problem.startswith(f"{courses / 'b.yaml'} can't be read: ")


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"a\x1b[31m.yaml", b"two\nlines.yaml"])
def test_a_file_name_can_hold_any_byte(name: bytes, cli: CommandLine, courses: Path) -> None:
    """A mistake in a file whose name can't be shown is reported on one line, in plain letters."""
    (courses / os.fsdecode(name)).write_text("id: x\ntitle: T\nsections: []\n")

    ran = cli("validate")

    assert ran.code == ExitCode.INVALID
    assert re.fullmatch(r"[ -~]+:\d:\d: [ -~]+", ran.err.partition("\n")[0])


def test_a_name_that_the_state_cant_hold_is_refused_before_anything_is_sent(
    cli: CommandLine, courses: Path
) -> None:
    """A file whose name is not in UTF-8 is invalid, because the state could not name it."""
    (courses / os.fsdecode(b"caf\xe9.yaml")).write_text(HEAD)

    ran = cli("apply", "--sandbox", "--auto-approve")

    assert ran.code == ExitCode.INVALID
    assert "is not in UTF-8" in ran.err


def test_an_emoji_for_a_file_name_gives_no_key(courses: Path) -> None:
    """A file whose name has no letter asks for a name or a key."""
    (courses / "🎉.yaml").write_text(HEAD)

    _, _, problem = only(courses)

    assert problem.startswith("no key can be made from the file's name")


def test_hidden_files_are_left_alone(courses: Path) -> None:
    """Files and folders whose names start with a dot are no outlines."""
    (courses / ".git").mkdir()
    for name in (".draft.yaml", ".git/a.yaml", "notes.txt"):
        (courses / name).write_text("[")

    assert load(courses).outlines == ()


def test_the_mistakes_of_folders_come_at_once_in_the_order_of_their_paths(courses: Path) -> None:
    """Diagnostics of several files are sorted by path, line and column, unreadable ones too."""
    (courses / "team").mkdir()
    (courses / "team" / "a.yml").write_bytes(b"\xff")
    (courses / "z.yaml").write_text("title: 1\nid: x\n")
    (courses / "b.yaml").mkdir()

    found = [diagnostic.where for diagnostic in diagnostics_of(courses)]

    assert found == [
        Where(str(courses / name), line, column)
        for name, line, column in [
            ("b.yaml", 1, 1),
            ("team/a.yml", 1, 1),
            ("z.yaml", 1, 1),
            ("z.yaml", 1, 8),
            ("z.yaml", 2, 5),
        ]
    ]


def test_a_file_is_looked_for_whatever_else_is_wrong(courses: Path) -> None:
    """The missing file of a section with another mistake is reported at once, too."""
    wrong = f"{HEAD}    unlock: sequental\n    contents: {{markdown: gone.md}}\n"
    (courses / "a.yaml").write_text(wrong)
    first, second = diagnostics_of(courses)

    assert first.problem == '`unlock` can\'t be "sequental"'
    assert (second.where.line, second.where.column) == (7, 15)
    assert second.problem.startswith("there is no file ")
