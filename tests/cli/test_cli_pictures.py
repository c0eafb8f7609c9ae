"""Pictures beside the outline: their addresses, what is wrong with one, and the way back."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

GIT = shutil.which("git") or "git"
WEB = "https://cdn.example.com/courses/"
OUTLINE = """\
id: 4711
title: Course a
sections:
  - key: one
    title: One
    contents: {markdown: welcome/find.md}
    lessons:
      - welcome/tour.md
"""
FIND = "Hello.\n\n![A desk](desk.png)\n\nBye.\n"
TOUR = "---\ntitle: Tour\n---\n\nSee *it*.\n"
LINK = "Replace it with a copy of its target: a checkout without links would hold only a path."
LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
def pictures(courses: Path) -> Path:
    """A workspace whose pictures are on the web."""
    (courses / "welcome").mkdir()
    (courses / "coursesync.toml").write_text(f'assets_url = "{WEB}"\n')
    (courses / "a.yaml").write_text(OUTLINE)
    (courses / "welcome" / "find.md").write_text(FIND)
    (courses / "welcome" / "tour.md").write_text(TOUR)
    for name in ("welcome/desk.png", "welcome/my desk.png", "plan é.png"):
        (courses / name).write_bytes(b"\x89PNG")
    return courses


def git(*words: str | Path) -> None:
    """Run git."""
    subprocess.run([GIT, *words], check=True)


def contents(cli: CommandLine, markdown: str, courses: Path) -> str:
    """Return the HTML that a text in `welcome/` becomes."""
    (courses / "welcome" / "find.md").write_text(markdown)
    ran = cli("plan", "--format", "json")
    assert ran.code == 0, ran.err
    (html,) = (
        change["after"]["SectionContents"]
        for change in json.loads(ran.out)["changes"]
        if "SectionContents" in change["after"]
    )
    assert isinstance(html, str)
    return html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("![A](desk.png)\n", f'<p><img src="{WEB}welcome/desk.png" alt="A" /></p>\n'),
        ("![A](./desk.png)\n", f'<p><img src="{WEB}welcome/desk.png" alt="A" /></p>\n'),
        ("![A](<my desk.png>)\n", f'<p><img src="{WEB}welcome/my%20desk.png" alt="A" /></p>\n'),
        ("![A](my%20desk.png)\n", f'<p><img src="{WEB}welcome/my%20desk.png" alt="A" /></p>\n'),
        ("![A](<../plan é.png>)\n", f'<p><img src="{WEB}plan%20%C3%A9.png" alt="A" /></p>\n'),
        (
            "![A](desk.png?v=2&w=3 'B')\n",
            f'<p><img src="{WEB}welcome/desk.png?v=2&amp;w=3" alt="A" title="B" /></p>\n',
        ),
        ("<img alt='A' src='desk.png'>\n", f"<img alt='A' src='{WEB}welcome/desk.png'>\n"),
        ('A <img src="desk.png"/> B\n', f'<p>A <img src="{WEB}welcome/desk.png"/> B</p>\n'),
        ("`![A](none.png)`\n", "<p><code>![A](none.png)</code></p>\n"),
        (
            "[![A][d]](/x)\n\n[d]: desk.png\n",
            f'<p><a href="/x"><img src="{WEB}welcome/desk.png" alt="A" /></a></p>\n',
        ),
        (
            "![A](https://example.com/none.png)\n",
            '<p><img src="https://example.com/none.png" alt="A" /></p>\n',
        ),
        ("<!-- <img src='none.png'> -->\n", "<!-- <img src='none.png'> -->\n"),
    ],
)
def test_a_relative_picture_becomes_an_address(
    markdown: str, html: str, cli: CommandLine, pictures: Path
) -> None:
    """It counts from the file that names it; all other text stays to the letter."""
    assert contents(cli, markdown, pictures) == html


def test_the_picture_field_may_be_relative(cli: CommandLine, pictures: Path) -> None:
    """In the outline it counts from the outline, in a lesson's file from that file."""
    (pictures / "a.yaml").write_text(f"{OUTLINE}    image: welcome/desk.png\n")
    (pictures / "welcome" / "tour.md").write_text(TOUR.replace("---\n\n", "image: desk.png\n---\n"))

    changes = json.loads(cli("plan", "--format", "json").out)["changes"]

    assert [each["after"]["NewImageUrl"] for each in changes] == [f"{WEB}welcome/desk.png"] * 2


@pytest.mark.parametrize(
    ("name", "problem", "remedy"),
    [
        (
            "dek.png",
            "there is no picture courses/welcome/dek.png",
            "Did you mean desk.png or my desk.png ?",
        ),
        (
            "Desk.png",
            "there is no picture courses/welcome/Desk.png",
            "Did you mean desk.png ? Capital and small letters count.",
        ),
        (
            "../../out.png",
            "the picture `../../out.png` leads out of the workspace",
            "Copy it into the workspace, and name the copy.",
        ),
        (
            "%2e%2e/%2e%2e/out.png",
            "the picture `../../out.png` leads out of the workspace",
            "Copy it into the workspace, and name the copy.",
        ),
        (
            "../.git/x.png",
            "the picture `../.git/x.png` is a hidden file or in a hidden folder",
            "Move it to a path in which no name starts with a dot.",
        ),
        ("../welcome", "courses/welcome is not a file", "Name the picture itself."),
        (
            "link.png",
            "courses/welcome/link.png is a symbolic link",
            LINK,
        ),
    ],
)
def test_a_picture_that_is_not_there_is_a_mistake_at_its_place(
    name: str, problem: str, remedy: str, cli: CommandLine, pictures: Path
) -> None:
    """Each one is named with its line, because members would see a gap."""
    (pictures / "welcome" / "link.png").symlink_to("desk.png")
    (pictures.parent / "out.png").write_bytes(b"")
    (pictures / "welcome" / "find.md").write_text(f"Hi.\n\nA ![A]({name})\n\n![B](nowhere.gif)\n")

    ran = cli("validate")
    first, second = found_in(ran.err, "welcome/find.md")

    assert ran.code == 3
    assert first == ["3:8", problem, remedy]
    assert second[:2] == ["5:6", "there is no picture courses/welcome/nowhere.gif"]


def test_a_picture_that_git_does_not_have_is_advice(cli: CommandLine, pictures: Path) -> None:
    """Without git or a repository, it is enough that the file is there."""
    assert cli("validate").err == ""
    git("init", "-q", pictures.parent)

    ((place, problem, remedy),) = found_in(cli("validate").err, "welcome/find.md")
    assert place == "3:11"
    assert problem == (
        "advice: git does not have the picture courses/welcome/desk.png: members may see a gap "
        "[untracked-picture]"
    )
    assert remedy == "To add it: git add courses/welcome/desk.png"
    git("-C", pictures.parent, "add", "courses")
    assert cli("validate", "--strict").code == 0


def test_without_an_address_nothing_changes(cli: CommandLine, pictures: Path) -> None:
    """A relative picture stays as it is written, and the advice on it names `assets_url`."""
    (pictures / "coursesync.toml").unlink()

    assert contents(cli, FIND, pictures).count('<img src="desk.png" alt="A desk" />') == 1
    ((_, problem, remedy),) = found_in(cli("validate").err, "welcome/find.md")
    assert problem.endswith(": members see a gap [bad-link]")
    assert "set assets_url in coursesync.toml" in remedy
    (pictures / "a.yaml").write_text(f"{OUTLINE}    image: welcome/desk.png\n")
    ((_, problem, remedy),) = found_in(cli("validate").err, "a.yaml")
    assert problem == "the image is not the address of a picture on the web"
    assert "set assets_url in coursesync.toml" in remedy


@pytest.mark.parametrize("url", ["http://a.b/", "a.b", "https://u@a.b/", "https://a.b/?x", "", 7])
def test_the_address_must_be_on_the_web(url: object, cli: CommandLine, pictures: Path) -> None:
    """Members' browsers must open it without a password."""
    (pictures / "coursesync.toml").write_text(f"assets_url = {json.dumps(url)}\n")

    ran = cli("validate")

    assert ran.code == 64
    assert "`assets_url` must be a web address that starts with https://" in ran.said
    assert f'assets_url = "{WEB}"' in ran.said


def test_another_address_is_planned_though_no_file_changed(
    author: CommandLine, pictures: Path
) -> None:
    """What was applied with the old address is read again."""
    assert author("apply", "--auto-approve").code == 0
    assert author("plan", "--detailed-exitcode").code == 0
    (pictures / "coursesync.toml").write_text('assets_url = "https://example.org"\n')

    changes = json.loads(author("plan", "--format", "json").out)["changes"]

    assert [change["action"] for change in changes] == ["update"]
    assert "https://example.org/welcome/desk.png" in changes[0]["after"]["SectionContents"]


def test_pull_writes_relative_pictures(
    author: CommandLine, api: SandboxServer, pictures: Path
) -> None:
    """An address below `assets_url` becomes the path of its file, and the plan is empty then."""
    assert author("apply", "--auto-approve").code == 0
    changed = '<p>Hello!</p>\n<p><img src="{0}welcome/desk.png" alt="A desk" /></p>\n<p>Bye.</p>\n'
    api.foreign_change(1000001, SectionContents=changed.format(WEB), At=LATER)
    added = '<p>See <em>it</em>.</p>\n<p><img src="{0}plan%20%C3%A9.png" alt="Plan" /></p>\n'
    other = f'{added.format(WEB)}<p><img src="{WEB}none.png" alt="None" /></p>\n'
    api.change_lesson(2000001, LessonContents=other, At=LATER)

    ran = author("pull")

    assert ran.code == 0, ran.err
    assert (pictures / "welcome" / "find.md").read_text() == FIND.replace("Hello.", "Hello!")
    assert (pictures / "welcome" / "tour.md").read_text() == (
        f"{TOUR}\n![Plan](../plan%20%C3%A9.png)\n\n![None]({WEB}none.png)\n"
    )
    (pictures / "none.png").write_bytes(b"")
    assert author("plan", "--detailed-exitcode").code == 0
    assert author("drift").code == 0


def test_import_writes_relative_pictures(
    author: CommandLine, api: SandboxServer, pictures: Path
) -> None:
    """A course that was made from these files comes back as it was."""
    assert author("apply", "--auto-approve").code == 0
    text, picture = "word " * 300, f'<img src="{WEB}welcome/desk.png" alt="A" />'
    api.foreign_change(1000001, SectionContents=f"<p>{text.strip()}</p>\n<p>{picture}</p>\n")
    for each in ("a.yaml", "coursesync.state.json", "welcome/find.md", "welcome/tour.md"):
        (pictures / each).unlink()

    ran = author("import", "--course", "4711")

    assert ran.code == 0, ran.err
    (file,) = pictures.rglob("*.md")
    up = "/".join([".."] * len(file.relative_to(pictures).parent.parts))
    assert f"![A]({up}/welcome/desk.png)" in file.read_text()
    assert author("plan", "--detailed-exitcode").code == 0
