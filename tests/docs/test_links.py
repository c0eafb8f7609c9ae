"""The pages themselves: their links, their pictures, their length and their words."""

from __future__ import annotations

import re

import pytest
from docs.pages import AUTHORS, PAGES, README, Page
from harness import ROOT

LONGEST_README = 60
LARGEST_PICTURE = 150_000
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
# words of people who program; the page for authors does without them
ENGINEERS = {
    *("api", "boolean", "ci", "cli", "credentials", "digest", "endpoint", "environment", "hash"),
    *("http", "idempotent", "integer", "journal", "json", "lineage", "null", "object", "parse"),
    *("regex", "repository", "request", "requests", "schema", "serial", "server", "sandbox"),
    *("stdin", "stdout", "stderr", "string", "token", "utf", "variable", "yaml"),
}


def linked(page: Page) -> str:
    """Return the text of a page without code, in which nothing is a link."""
    return re.sub(r"`[^`\n]*`", "", page.prose)


def targets(page: Page) -> list[str]:
    """Return the targets of the links and pictures of a page."""
    return [one or other for one, other in LINK.findall(linked(page))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Page) -> None:
    """Each link to a file names one that there is, and an anchor leads to a heading of the page."""
    known = {other.path: other for other in PAGES}
    lost = []
    for target in targets(page):
        name, _, heading = target.partition("#")
        if "://" in target:
            continue
        path = (page.path.parent / name).resolve() if name else page.path
        is_there = path.exists() and (not heading or heading in known[path].anchors)
        lost += [] if is_there else [target]

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_has_words_and_is_small(page: Page) -> None:
    """Each picture has a text for those who can't see it, and few bytes."""
    alone = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", linked(page))
    tags = [re.findall(r'alt="([^"]*)"', tag) for tag in re.findall(r"<img [^>]*>", linked(page))]
    files = [each for each in targets(page) if each.endswith(".png")]

    assert all(len(words) > len("a picture") for words, _ in alone)
    assert all(words and words[0] for words in tags)
    assert [
        each for each in files if (page.path.parent / each).stat().st_size > LARGEST_PICTURE
    ] == []


def test_every_page_is_linked_from_the_readme() -> None:
    """Whoever reads the README finds each page of the documentation."""
    found = {(ROOT / each.partition("#")[0]).resolve() for each in targets(README)}

    assert {page.path for page in PAGES} - {README.path} <= found
    assert {*(ROOT / "docs").glob("*.md")} == {page.path for page in PAGES} - {README.path}


def test_the_readme_is_one_screen() -> None:
    """What it is, a picture, two commands and the links: the rest is in docs/."""
    assert len(README.text.splitlines()) <= LONGEST_README


def test_authors_read_no_engineers_words() -> None:
    """The page for authors needs no word of programming; `pull request` is GitHub's."""
    names = r"\]\([^)]*\)|\.yaml\b|\.state\.json\b|pull\s+requests?"
    visible = re.sub(names, " ", AUTHORS.prose.lower())

    assert sorted(set(re.findall(r"[a-z]+", visible)) & ENGINEERS) == []
