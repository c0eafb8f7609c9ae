"""Pages in the browser: those of records in Nexudus, and the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import STATE, doubted, read_until, saved, write_outline

import coursesync

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

PAGES = """\
[pages]
course = "https://dashboard.example.com/courses/{id}#c{course_id}"
section = "https://dashboard.example.com/courses/{course_id}/sections/{id}?edit"
"""


@pytest.fixture
def browser(cli: CommandLine) -> Path:
    """A browser that writes the address that it is given into a file; returns the program."""
    program = cli.cwd / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {cli.cwd}/opened\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A workspace with one applied section and another one, and patterns of pages."""
    write_outline(courses, "a", 4711, "One")
    (courses / "coursesync.toml").write_text(PAGES)
    assert author("apply", "--auto-approve").code == 0
    write_outline(courses, "a", 4711, "One", "Two", "Same")
    write_outline(courses, "b", 4712, "Three", "Same")
    return author


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("section.a.one", "courses/4711/sections/1000001?edit"),
        ("a.one", "courses/4711/sections/1000001?edit"),
        ("one", "courses/4711/sections/1000001?edit"),
        ("a", "courses/4711#c4711"),
        ("courses/a.yaml", "courses/4711#c4711"),
        ("course.a", "courses/4711#c4711"),
        ("b", "courses/4712#c4712"),
    ],
)
def test_a_page_is_printed(
    applied: CommandLine, api: SandboxServer, address: str, page: str
) -> None:
    """The Ids come from the state, or from the outline for a course; no request is made."""
    before = len(api.log())
    ran = applied("open", address, "--print", NEXUDUS_TOKEN="")

    assert (ran.code, ran.out) == (0, f"https://dashboard.example.com/{page}\n"), ran.err
    assert ran.err == ""
    assert len(api.log()) == before


def test_a_page_is_opened(applied: CommandLine, browser: Path) -> None:
    """The browser of this machine gets the address."""
    ran = applied("open", "section.a.one", BROWSER=str(browser))

    assert (ran.code, ran.out) == (0, "")
    page = "https://dashboard.example.com/courses/4711/sections/1000001?edit"
    assert f"Opened {page}" in ran.err
    assert (applied.cwd / "opened").read_text() == page


@pytest.mark.parametrize("browser", ["", "/nowhere/browser"])
def test_without_a_browser_the_page_is_named(applied: CommandLine, browser: str) -> None:
    """On a machine that has none, the address is printed."""
    ran = applied("open", "a", BROWSER=browser, PATH="/nowhere")

    assert (ran.code, ran.out) == (0, "https://dashboard.example.com/courses/4711#c4711\n")
    assert "No web browser was found on this computer" in ran.err


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("section.a.two", 1, "has no Id yet: it is in its outline, and was not applied"),
        ("section.a.twoo", 64, "Did you mean `section.a.two`?"),
        ("two", 1, "section.a.two has no Id yet"),
        ("section.a.xyzzy-and-more-of-it", 64, "See the addresses that there are:"),
        ("c", 64, "there is nothing at the address c"),
        ("course.c", 64, "there is nothing at the address c"),
        ("lesson.a.x", 64, "no pattern for the page of a lesson is configured"),
        ("courses/c.yaml", 64, "there is no outline c.yaml"),
        ("same", 64, "coursesync open section.a.same"),
    ],
)
def test_what_has_no_page(applied: CommandLine, address: str, code: int, words: str) -> None:
    """The message says why, and what to do."""
    ran = applied("open", address, "--print")

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.said


def test_the_remedy_for_a_missing_pattern_works(applied: CommandLine, courses: Path) -> None:
    """What it says to write is a valid pattern."""
    (courses / "coursesync.toml").unlink()
    ran = applied("open", "section.a.one")
    lines = ran.err.partition("[pages]")
    (courses / "coursesync.toml").write_text("".join(lines[1:]))
    again = applied("open", "section.a.one", "--print")

    assert ran.code == 64
    assert again.out == "https://dashboard.example.com/sections/1000001\n"


def test_a_create_in_doubt_has_no_page(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It says how to settle it first."""
    write_outline(courses, "a", 4711, "One")
    (courses / "coursesync.toml").write_text(PAGES)
    doubted(author, api)
    ran = author("open", "section.a.one")

    assert saved(courses).doubts == ("section.a.one",)
    assert ran.code == 1
    assert "coursesync resolve section.a.one" in ran.err


def test_the_sandbox_has_no_pages(applied: CommandLine, courses: Path) -> None:
    """The Ids of the sandbox would lead to the pages of other records."""
    ran = applied("open", "a", "--sandbox")

    assert (ran.code, ran.out) == (1, "")
    assert "coursesync preview courses" in ran.err
    assert (courses / STATE).exists()


@pytest.mark.parametrize(
    "pattern",
    [
        "http://dashboard.example.com/{id}",
        "https://ada:secret-word@dashboard.example.com/{id}",
        "https://{id}.example.com/",
        "https://dashboard.example.com/{ID}",
        "https://dashboard.example.com/{id",
        "javascript:alert({id})",
        "file:///etc/{id}",
        "//dashboard.example.com/{id}",
        "https://dashboard.example.com\\\\@evil.example/{id}",
        "https://dashboard.example.com/ {id}",
        "https://dashboard.example.com/\\u202e{id}",
        "{id}",
        "",
    ],
)
def test_a_pattern_that_is_not_one(applied: CommandLine, courses: Path, pattern: str) -> None:
    """Only https, a fixed host, and the two placeholders; a password is not repeated."""
    (courses / "coursesync.toml").write_text(f'[pages]\nsection = "{pattern}"\n')
    ran = applied("open", "section.a.one", "--print")

    assert (ran.code, ran.out) == (64, "")
    assert "`pages.section` must be the https address of a page" in ran.said
    assert "secret-word" not in ran.err


def test_a_page_may_be_on_this_machine(applied: CommandLine, courses: Path) -> None:
    """Plain http is allowed where nobody else can listen."""
    (courses / "coursesync.toml").write_text('[pages]\ncourse = "http://localhost:8080/{id}"\n')

    assert applied("open", "a", "--print").out == "http://localhost:8080/4711\n"


def test_a_script_can_ask_for_a_page(applied: CommandLine, courses: Path) -> None:
    """From Python, it is a text."""
    project = coursesync.open_project(courses, base_url=applied.environment["COURSESYNC_BASE_URL"])

    assert coursesync.page_of(project, "a") == "https://dashboard.example.com/courses/4711#c4711"


def test_the_preview_opens_in_the_browser(
    cli: CommandLine, onboarding: Path, browser: Path
) -> None:
    """`preview --open` gives the browser the address that it prints."""
    ran = cli("preview", "--open", "--stop-after", "0", BROWSER=str(browser))

    assert ran.code == 0
    assert (cli.cwd / "opened").read_text() == ran.out.strip()
    assert "Opened in your browser. It shows what you save immediately." in ran.err
    assert onboarding.exists()


def test_a_preview_without_a_browser_says_where_it_is(cli: CommandLine, onboarding: Path) -> None:
    """On a machine that has none, the address is still served."""
    with cli.start("preview", "--open", "--stop-after", "60", PATH="/nowhere") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline()
        said = " ".join(read_until("Open this address", process.stderr))
        process.terminate()
        process.communicate(timeout=60)

    assert address.startswith("http://127.0.0.1:")
    assert "No web browser was found on this computer" in said
    assert onboarding.exists()


@pytest.mark.parametrize("placeholder", ["{Id}", "{ID}", "{ id }", ""])
def test_a_pattern_needs_the_id_of_the_record(
    applied: CommandLine, courses: Path, placeholder: str
) -> None:
    """Without it every record would have the same page; a misspelt one is shown corrected."""
    page = f"https://dashboard.example.com/{placeholder}"
    (courses / "coursesync.toml").write_text(f'[pages]\nsection = "{page}"\nlesso = "{page}"\n')
    ran = applied("open", "section.a.one", "--print")

    assert (ran.code, ran.out) == (64, "")
    meant = 'Did you mean `section = "https://dashboard.example.com/{id}"`?'
    assert (meant if placeholder else '[pages] section = "https://') in ran.said
    assert "Did you mean `lesson`?" in ran.said
