"""Every outline that the documentation shows is valid, and so are its fragments and lessons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from docs.pages import AUTHORS, ENGINEER, PAGES, REFERENCE, Block
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

COURSE = "id: 4711\ntitle: Member onboarding\nsections:\n"
SECTION = "  - key: welcome\n    title: Welcome\n    contents: <p>Hello.</p>\n"
AROUND = {
    "above an outline": ("", COURSE + SECTION),
    "of a course": (COURSE.removesuffix("sections:\n"), ""),
    "below a section": (COURSE + SECTION, ""),
}
# Ids, e-mail addresses and times
VARYING = {r"\b\d{7,8}\b": "N", r"\S+@\S+\w": "X", r"\d{4}-[-\d]+ [:\d]+ UTC": "T"}
BLOCKS = [block for page in PAGES for block in page.blocks]
OUTLINES = [each for each in BLOCKS if each.language == "yaml" and not each.note("not an outline")]
LESSONS = [each for each in BLOCKS if each.language == "markdown" and each.text.startswith("---\n")]


def written(courses: Path, outline: str, lesson: str = "---\ntitle: A desk\n---\n\nSit.\n") -> None:
    """Write an outline and the files that it names: lessons as given, other texts short."""
    (courses / "onboarding.yaml").write_text(outline, encoding="utf-8")
    texts = dict.fromkeys(re.findall(r"\{(?:markdown|html): (\S+)\}", outline), "Hello.\n")
    lessons = dict.fromkeys(re.findall(r"^ *- (\S+\.md)$", outline, re.MULTILINE), lesson)
    for name, text in {**texts, **lessons}.items():
        path = courses / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("block", OUTLINES, ids=str)
def test_every_outline_is_valid(block: Block, cli: CommandLine, courses: Path) -> None:
    """Each outline, and each fragment within one, is valid and gets no advice."""
    before, after = AROUND.get(block.note("fragment") or "", ("", ""))
    written(courses, before + block.text + after)
    validated = cli("validate", "--strict")

    assert validated.code == 0, validated.err


@pytest.mark.parametrize("block", LESSONS, ids=str)
def test_every_lesson_in_a_file_is_valid(block: Block, cli: CommandLine, courses: Path) -> None:
    """Each Markdown file that begins with fields is a lesson without advice."""
    written(courses, f"{COURSE}{SECTION}    lessons: \n      - welcome/desk.md\n", block.text)
    validated = cli("validate", "--strict")

    assert validated.code == 0, validated.err


def test_every_other_example_in_yaml_is_yaml() -> None:
    """What is no outline can be read too."""
    others = [each for each in BLOCKS if each.language == "yaml" and each not in OUTLINES]

    assert [str(each) for each in others if not YAML().load(each.text)] == []


def test_the_mistake_is_the_programs(cli: CommandLine, courses: Path) -> None:
    """The message that authors see as an example is the one that they get."""
    title = "title: Welcome to the space"
    written(courses, AUTHORS.noted("outline").text.replace(title, "title: 2024"))
    shown = AUTHORS.noted("mistake").text
    validated = cli("validate")

    assert validated.code == 3
    assert re.sub(r":\d+:\d+:", ":", shown) in re.sub(r":\d+:\d+:", ":", validated.err)


def test_the_advice_is_the_programs(cli: CommandLine, courses: Path) -> None:
    """The piece of advice that the reference shows is the one that the program gives."""
    outline = AUTHORS.noted("outline").text.replace(
        "  - key: welcome", "  - key: welcome\n    active: false"
    )
    written(courses, outline)
    shown = REFERENCE.noted("piece of advice").text
    validated = cli("validate")

    assert validated.code == 0
    assert re.sub(r":\d+:\d+:", ":", shown) in re.sub(r":\d+:\d+:", ":", validated.err)


def plain(text: str) -> str:
    """Return a text without what differs from run to run: Ids, times, names, and line ends."""
    for pattern, word in VARYING.items():
        text = re.sub(pattern, word, text)
    return " ".join(text.split())


def test_the_drift_is_the_programs(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """The drift that the engineer sees as an example is what an edit on the site gives."""
    written(courses, AUTHORS.noted("outline").text)
    assert author("apply", "--auto-approve").code == 0
    first = min(int(str(each["Id"])) for each in api.records())
    api.foreign_change(first, Title="Welcome!")
    found = author("drift")

    assert found.code == 2
    assert plain(ENGINEER.noted("drift").text) in plain(found.out)


def test_the_twin_is_the_programs(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """The twin that the engineer sees as an example is what a second record gives."""
    written(courses, AUTHORS.noted("outline").text)
    assert author("apply", "--auto-approve").code == 0
    contents = "<p>Everything you need on day one.</p>"
    api.foreign_create(4711, "Welcome to the space", SectionContents=contents, DisplayOrder=10)
    found = author("drift")

    assert found.code == 2
    assert plain(ENGINEER.noted("twin").text) in plain(found.out)


def test_the_doubt_is_the_programs(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """The create in doubt that the engineer sees as an example is what a similar record gives."""
    written(courses, AUTHORS.noted("outline").text)
    api.foreign_create(4711, "Welcome to the space", SectionContents="<p>Hi</p>", DisplayOrder=20)
    ran = author("apply", "--auto-approve")

    assert ran.code == 6
    assert plain(ENGINEER.noted("doubt").text) in plain(ran.err)
