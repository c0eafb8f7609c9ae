"""The preview as files: what a reviewer opens without a server, and what may run in it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from coursesync.errors import CoursesyncError
from coursesync.operations.preview_files import write_preview

if TYPE_CHECKING:
    from pathlib import Path


def test_each_course_has_a_page_that_stands_alone(onboarding: Path, tmp_path: Path) -> None:
    """The front page leads to it, contents are in it, and nothing is loaded from a server."""
    write_preview(onboarding.parent, tmp_path / "preview")
    front = (tmp_path / "preview" / "index.html").read_text()
    page = (tmp_path / "preview" / "1-onboarding.html").read_text()

    assert 'href="1-onboarding.html"' in front
    assert 'href="index.html"' in page
    assert "Everything for day one." in unescape(page)
    assert re.findall(r'(?:href|src)="/', front + page) == []


def test_contents_stay_in_their_frame(onboarding: Path, tmp_path: Path) -> None:
    """Whatever an author writes, the document around the frame gets no element of it."""
    onboarding.write_text(
        "id: 1\ntitle: x\nsections:\n  - key: a\n    title: a\n"
        '    contents: |\n      <p>"></iframe><script>alert(1)</script></p>\n'
    )
    write_preview(onboarding.parent, tmp_path / "preview")
    page = (tmp_path / "preview" / "1-onboarding.html").read_text()

    assert page.count("<script") == 1
    assert "alert(1)" in unescape(page)


def test_pictures_are_copied_beside_the_pages(onboarding: Path, tmp_path: Path) -> None:
    """A picture of the workspace is shown from its copy; other files are not copied."""
    courses = onboarding.parent
    (courses / "coursesync.toml").write_text('assets_url = "https://cdn.example.com/c/"\n')
    for name in ("my desk.png", "other.png"):
        (courses / name).write_bytes(b"picture")
    onboarding.write_text(
        "id: 1\ntitle: x\nsections:\n  - key: a\n    title: a\n    contents: {markdown: a.md}\n"
    )
    (courses / "a.md").write_text("![desk](<my desk.png>)\n")
    write_preview(courses, tmp_path / "preview")
    page = unescape((tmp_path / "preview" / "1-onboarding.html").read_text())

    assert 'src="pictures/my%20desk.png"' in page
    assert [e.name for e in (tmp_path / "preview" / "pictures").iterdir()] == ["my desk.png"]


def test_a_folder_that_can_not_be_written_is_named(onboarding: Path, tmp_path: Path) -> None:
    """The message names the folder and the variable that chooses another one."""
    (tmp_path / "file").write_text("")

    with pytest.raises(CoursesyncError, match="can't be written") as caught:
        write_preview(onboarding.parent, tmp_path / "file" / "preview")

    assert "COURSESYNC_ARTIFACTS" in str(caught.value.remedy)
