"""Leftovers of git and other tools in place of text: no member gets to see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import bounded_time, examples

from coursesync.outlines.leftovers import in_contents, in_outline

if TYPE_CHECKING:
    from outlines.author import Author

MERGE = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\n"
DIFF3 = "<<<<<<< HEAD\nours\n||||||| 0123abc\nold\n=======\ntheirs\n>>>>>>> topic\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
FRONT = "---\ntitle: The kitchen\nminutes: 5\n---\n\nBody.\n"
SECONDS = 10  # far more than it takes
PLACE = re.compile(r"^(courses/\S+:\d+:\d+): (.+)$", re.MULTILINE)


def mistakes(writer: Author) -> list[tuple[str, str]]:
    """Return the place and the problem of each mistake in the workspace."""
    ran = writer.cli("validate")
    assert ran.code in {0, 3}, ran.err
    return PLACE.findall(ran.err) if ran.code else []


def of_file(writer: Author, text: str, name: str = "a.md") -> list[str]:
    """Return the problems of a section whose contents come from a file with this text."""
    kind = "markdown" if name.endswith("md") else "html"
    writer.write(f"- title: A\n  contents: {{{kind}: {name}}}\n")
    (writer.courses / name).write_bytes(text.encode())
    found = mistakes(writer)
    assert {place for place, _ in found} <= {"courses/onboarding.yaml:5:15"}
    return [problem for _, problem in found]


MERGES = {
    "of two sides": (MERGE, "1, 3, 5"),
    "with its base": (f"Hello\n{DIFF3}", "2, 4, 6, 8"),
    "with a label of several words": (MERGE.replace("topic", "0123abc (Add tour)"), "1, 3, 5"),
    "without labels": (MERGE.replace(" HEAD", "").replace(" topic", ""), "1, 3, 5"),
    "two of them": (MERGE + "between\n" + MERGE, "1, 3, 5, 7, 9, 11"),
    "a base that was merged": (
        DIFF3.replace("old\n", "<<<<<<<<< one\na\n=========\nb\n>>>>>>>>> two\n"),
        "1, 3, 4, 6, 8, 9, 11",
    ),
    "its start is gone": ("ours\n=======\ntheirs\n>>>>>>> topic\n", "2, 4"),
    "its start and end are gone": ("ours\n||||||| 0123abc\nold\n=======\ntheirs\n", "2, 4"),
    "its end is gone": ("<<<<<<< HEAD\nours\n=======\ntheirs\n", "1, 3"),
    "without a last line end": (MERGE.rstrip("\n"), "1, 3, 5"),
    "before a quotation": (f"{MERGE}> Hello\n", "1, 3, 5"),
    "below an example": (f"```\n{MERGE}```\n\n{MERGE}", "9, 11, 13"),
    "around a fence": (MERGE.replace("ours", "```").replace("theirs", "~~~"), "1, 3, 5"),
    "half in a fence": ("```\n" + MERGE.replace("theirs", "```"), "2, 4, 6"),
    "below half an example": (f"````\n```\n<<<<<<< a\n````\n{MERGE}", "5, 7, 9"),
    "in a fence without an end": (f"```\n{MERGE}", "2, 4, 6"),
    "below a heading": (f"Hello\n=======\n\n{MERGE}", "4, 6, 8"),
}


@pytest.mark.parametrize("name", ["a.md", "a.html"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "lines"), MERGES.values(), ids=MERGES)
def test_an_unsettled_merge_in_a_content_file_is_named_with_its_lines(
    text: str, lines: str, end: str, name: str, writer: Author
) -> None:
    """Every marker's line is named, with any line ends, even if some markers are gone."""
    (problem,) = of_file(writer, text.replace("\n", end), name)

    first = lines.partition(",")[0]
    assert problem.startswith(f"courses/{name}:{first}:1: the file holds ")
    assert "unsettled merge" in problem
    assert re.search(rf"(markers are on lines|marker is on line) {lines}$", problem)


TEXTS = [
    "Welcome\n=======\n\n>>>>>>> a deep quotation\n> and its answer\n",
    "A heading\n=======\n\nText.\n",
    "A heading\n=======\n\n| a | b |\n|---|---|\n|||||||\n",
    "> > > > > > > deep\n",
    ">>>>>>> quoted\n>>>>>> less\n",
    "<<<<<<<<\n\nHello\n\n>>>>>>>>\n",
    "    <<<<<<< HEAD\n    ours\n    =======\n    theirs\n    >>>>>>> topic\n",
    "<p>&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD</p>\n",
    "---\n\nHello: this is text.\n\n---\n\nMore.\n",
    "---\nAfter a line comes text, as here: nobody takes it for a field.\nAnd more text.\n---\n",
    "---\n---\n",
    "---\n\nQ: Where?\n\nA: There.\n\n---",
    "---\n\nAddress: Street 1\nPhone: 123\n\n---\n",
    "---\n# Heading\n\nTime: 10:00\n\n---",
    "---\n- one\nTime: 10:00\n---\n",
    "---\n\nWho: we\n\n---\n\n---\n",
    "{\nno: JSON\n}\n",
    "{\n}\n",
    '{"a": 1} is an object\n',
    "---\ntitle: a field, but nothing ends it\n",
    "Hello\n\n---\ntitle: not at the start\n---\n",
    "+++\n",
    "See https://git-lfs.github.com/spec/v1\nversion https://git-lfs.github.com/spec/v1\n",
    "Hello\n\n<<<<<<< back to start\n\nHello\n",
    "Hello\n\n>>>>>>> original message\n\nHello\n",
    "||||||| 0123abc\n",
    f"Git shows\n\n```\n{MERGE}```\n",
    f"Git shows\n\n~~~~ text\n~~~\n{DIFF3}~~~~\n\n```\n{MERGE}```\n",
    f"<p>Git shows</p>\n<pre class='a'>\n{MERGE}</pre>\n",
    *("www.example.com/tour.html\n", "//cdn.example.com/x.html", "example.com:80/a/b.html"),
    *("/and/or\n", "/yes/no/", "..\n", ".", "/", "../", "/usr", "/etc/passwd", "./\n"),
    "and/or\n",
    "Hello\n",
    "9.5\n",
    "https://example.com/page.html\n",
    "See ../other/page.md\n",
    "../ leads up\n",
    "../other/page.md\nand more\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_for_members_is_left_alone(text: str, writer: Author) -> None:
    """Headings, tables, quotations, lines across the page and short words are contents."""
    assert of_file(writer, text) == []


def test_in_an_outline_each_merge_is_a_mistake_of_its_own(writer: Author) -> None:
    """The parser's complaints, which only follow from the markers, are not reported beside them."""
    writer.write(f"- title: A\n{MERGE}- title: B\n{DIFF3}".replace("\n", "\r\n"), head="")
    head = "id: 4711\ntitle: T\nsections:\n"
    outline = head + MERGE.replace("ours", "  - title: A") + DIFF3.replace("ours", "  - title: B")
    (writer.courses / "onboarding.yaml").write_bytes(outline.replace("\n", "\r\n").encode())

    assert mistakes(writer) == [
        (
            "courses/onboarding.yaml:4:1",
            "the file holds an unsettled merge: the markers are on lines 4, 6, 8",
        ),
        (
            "courses/onboarding.yaml:9:1",
            "the file holds an unsettled merge: the markers are on lines 9, 11, 13, 15",
        ),
    ]


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "|||||||", "=======", ">>>>>>> topic"])
def test_a_marker_that_was_left_alone_in_an_outline_is_named(marker: str, writer: Author) -> None:
    """If the YAML can't be read because of it, only its line is reported."""
    outline = f"id: 4711\ntitle: T\nsections:\n  - title: A\n{marker}\n  - title: B\n"
    (writer.courses / "onboarding.yaml").write_text(outline)

    assert mistakes(writer) == [
        (
            "courses/onboarding.yaml:5:1",
            "the file holds an unsettled merge: its marker is on line 5",
        )
    ]


def test_a_marker_in_a_quoted_text_of_an_outline_is_named(writer: Author) -> None:
    """Members would see it: the text can be read, and holds the marker."""
    contents = 'id: 1\ntitle: T\nsections:\n- title: A\n  contents: "<p>a\n>>>>>>> topic\n   b"\n'
    (writer.courses / "onboarding.yaml").write_text(contents)

    assert [place for place, _ in mistakes(writer)] == ["courses/onboarding.yaml:6:1"]


def test_a_row_of_signs_in_contents_is_text(writer: Author) -> None:
    """In an outline as in a content file, one line of signs makes no merge."""
    writer.write("- title: A\n  contents: |\n    <<<<<<< back\n\n    A\n")

    assert mistakes(writer) == []


def test_a_merge_in_contents_hides_no_other_mistake(writer: Author) -> None:
    """Where the outline can be read with its markers, the rest of it is checked at once."""
    block = "".join(f"    {line}\n" for line in MERGE.splitlines())
    writer.write(f"- title: A\n  contents: |\n{block}- title: B\n  unlock: later\n")

    assert [place for place, _ in mistakes(writer)] == [
        "courses/onboarding.yaml:6:7",
        "courses/onboarding.yaml:12:13",
    ]


WHOLE = {
    "a pointer": (POINTER, "is a pointer of Git LFS"),
    "a pointer of Windows": (POINTER.replace("\n", "\r\n"), "is a pointer of Git LFS"),
    "a pointer's first line alone": (POINTER.partition("\n")[0], "is a pointer of Git LFS"),
    "a path upwards": ("../other/page.md", "holds only a path, `../other/page.md`"),
    "a path upwards without an ending": ("../other/page", "holds only a path"),
    "a path with a blank": ("../The house/page one.md", "holds only a path"),
    "a path beside it": ("page.md\n", "holds only a path"),
    "a path below it": ("other/page.html", "holds only a path"),
    "a path from the root": ("/srv/other/page.html", "holds only a path"),
    "a path of Windows": ("..\\other\\page.md", "holds only a path"),
    "a path of an outline": ("../other/onboarding.yaml", "holds only a path"),
}


@pytest.mark.parametrize("name", ["a.md", "a.html", "onboarding.yaml"])
@pytest.mark.parametrize(("text", "problem"), WHOLE.values(), ids=WHOLE)
def test_a_file_that_stands_for_another_is_a_mistake(
    text: str, problem: str, name: str, writer: Author
) -> None:
    """The file that a checkout without LFS or without links has is sent to nobody."""
    if name.endswith("yaml"):
        (writer.courses / name).write_bytes(text.encode())
        found = [each for _, each in mistakes(writer)]
    else:
        found = of_file(writer, text, name)

    assert len(found) == 1
    assert problem in found[0]


def test_a_path_that_leads_to_a_file_needs_no_ending(writer: Author) -> None:
    """A text that is the name of a file that is there is a path, however that is written."""
    (writer.courses / "The house").mkdir()
    (writer.courses / "The house" / "page one").write_text("Hello\n")

    (problem,) = of_file(writer, "The house/page one")

    assert "holds only a path" in problem


FRONTS = {
    "of YAML": (FRONT, "1 to 4"),
    "of Windows": (FRONT.replace("\n", "\r\n"), "1 to 4"),
    "behind blank lines": (f"\n\n{FRONT}", "3 to 6"),
    "with lists, remarks and texts": (
        "---\ntags:\n# for the site\n- a\nlast edit: 2024-01-01\nabout: >\n  One\n\n  Two\n---\n",
        "1 to 10",
    ),
    "with quotes": ('---\n"title": "A: b"\n---\n', "1 to 3"),
    "that YAML can't read": ("---\ntitle: Part 1: the kitchen\n---\n", "1 to 3"),
    "that ends in dots": ("---\ntitle: A\n...\nBody\n", "1 to 3"),
    "before blank lines": ("---\ntitle: A\nminutes: 5\n\n---\n", "1 to 5"),
    "of JSON": ('{\n  "title": "A"\n}\n\nBody\n', "1 to 3"),
    "in braces": ('---\n{"title": "A"}\n---\n', "1 to 3"),
    "of TOML": ('+++\ntitle = "A"\n[extra]\na = 1\n+++\nBody\n', "1 to 5"),
    "alone": ("---\ntitle: A\n---", "1 to 3"),
}


@pytest.mark.parametrize("name", ["a.md", "a.html"])
@pytest.mark.parametrize(("text", "lines"), FRONTS.values(), ids=FRONTS)
def test_front_matter_is_a_mistake(text: str, lines: str, name: str, writer: Author) -> None:
    """Members would see it as text, so its lines are named."""
    (problem,) = of_file(writer, text, name)

    assert f"begins with front matter, on lines {lines}: members would see it" in problem
    assert "write `***`" in writer.cli("validate").said


LINES = [
    *("<<<<<<< a", "<<<<<<<", "||||||| b", "=======", ">>>>>>> c", ">>>>>>>>> d", "> e", "---"),
    *("+++", "", "title: a", "a = 1", "- b", "text", "../a.md", "{a: b}", POINTER[:42]),
]


@settings(deadline=None, max_examples=examples(600))
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=5), max_size=12).map("\n".join))
def test_any_file_is_checked(text: str) -> None:
    """The search ends, points inside the file, and names only lines with a marker."""
    lines = text.split("\n")
    in_file = in_contents(text, "a.md")
    found = [*([in_file] if in_file else []), *in_outline(text, "a.yaml")]

    for each in found:
        assert 1 <= each.where.line <= len(lines)
        named = re.findall(r"\d+", each.problem.partition(" on line")[2])
        if "unsettled" in each.problem:
            assert all(lines[int(number) - 1].lstrip()[:7] in MARKERS for number in named)


MARKERS = {sign * 7 for sign in "<|=>"}


def test_a_megabyte_of_markers_is_checked_quickly(writer: Author) -> None:
    """However many markers there are, the first are named, and that there are more."""
    with bounded_time(SECONDS):
        (problem,) = of_file(writer, MERGE * 20_000, "a.html")

    assert problem.startswith(
        "courses/a.html:1:1: the file holds unsettled merges: the markers are"
    )
    assert problem.endswith(" and more")


LINKS = {
    "a folder": ("linked", "real", "welcome.md"),
    "an outline": ("linked.yaml", "onboarding.yaml", "welcome.md"),
    "a content file": ("linked.md", "welcome.md", "linked.md"),
}


@pytest.mark.parametrize(("link", "target", "named"), LINKS.values(), ids=LINKS)
def test_a_symbolic_link_is_a_mistake_wherever_it_leads(
    link: str, target: str, named: str, writer: Author
) -> None:
    """A checkout without links would hold its path: so it is refused on every machine."""
    (writer.courses / "real").mkdir()
    (writer.courses / "welcome.md").write_text("Hello\n")
    writer.write(f"- title: A\n  contents: {{markdown: {named}}}\n")
    (writer.courses / link).symlink_to(target)

    assert [problem for _, problem in mistakes(writer)] == [f"courses/{link} is a symbolic link"]


def test_a_link_within_a_path_is_a_mistake_too(writer: Author) -> None:
    """A content file in a folder that is a link is refused with the folder."""
    (writer.courses / ".elsewhere").mkdir()
    (writer.courses / ".elsewhere" / "a.md").write_text("Hello\n")
    (writer.courses / "texts").symlink_to(".elsewhere")
    writer.write("- title: A\n  contents: {markdown: texts/a.md}\n")

    assert mistakes(writer) == [
        ("courses/onboarding.yaml:5:15", "courses/texts is a symbolic link"),
        ("courses/texts:1:1", "courses/texts is a symbolic link"),
    ]


def test_a_link_that_no_outline_names_is_none_of_ours(writer: Author) -> None:
    """A picture or a note that is a link is sent to nobody."""
    writer.write("- title: A\n")
    (writer.courses / "notes.txt").symlink_to("nowhere")

    assert mistakes(writer) == []


NAMES = {
    "capital letters": ("Welcome.md", "welcome.md", "Capital and small letters count"),
    "small letters": ("welcome.md", "WELCOME.MD", "Capital and small letters count"),
    "a folder's": ("texts/a.md", "Texts/a.md", "Capital and small letters count"),
    "a folder's and a file's": ("texts/deep/a.md", "Texts/Deep/A.md", "small letters count"),
    "composed": (
        "caf\u00e9.md",
        "cafe\u0301.md",
        r"is stored as `cafe\u0301.md` and not as `caf\xe9",
    ),
    "decomposed": (
        "cafe\u0301.md",
        "caf\u00e9.md",
        r"is stored as `caf\xe9.md` and not as `cafe\u0301",
    ),
    "a folder's form": ("\u00e9/a.md", "e\u0301/a.md", "It looks the same"),
    "a no-break space": (
        "my\xa0file.md",
        "my file.md",
        r"as `my file.md` and not as `my\xa0file.md`",
    ),
    "a ligature": ("\ufb01.md", "fi.md", r"is stored as `fi.md` and not as `\ufb01.md`"),
    "both": ("\u00c9.md", "e\u0301.md", "Capital and small letters count"),
}


@pytest.mark.parametrize(("wanted", "there", "why"), NAMES.values(), ids=NAMES)
def test_a_name_in_another_form_is_reported_with_the_one_that_is_there(
    wanted: str, there: str, why: str, writer: Author
) -> None:
    """Each part of the path may differ in Unicode form or in capital letters."""
    (writer.courses / there).parent.mkdir(parents=True, exist_ok=True)
    (writer.courses / there).write_text("Hello\n")
    writer.write(f"- title: A\n  contents: {{markdown: {wanted}}}\n")
    ran = writer.cli("validate")

    assert ran.code == 3
    shown = wanted if wanted.isprintable() else ascii(wanted)[1:-1]
    assert f"there is no file courses/{shown}" in ran.err
    assert f"Did you mean `{there}`? " in ran.said
    assert why in ran.said


def test_of_several_names_that_are_alike_each_is_reported(writer: Author) -> None:
    """The author knows which one is meant."""
    for name in ("WELCOME.md", "welcome.md"):
        (writer.courses / name).write_text("Hello\n")
    writer.write("- title: A\n  contents: {markdown: Welcome.md}\n")

    said = writer.cli("validate").said

    assert "Did you mean `WELCOME.md` or `welcome.md`? Capital" in said
