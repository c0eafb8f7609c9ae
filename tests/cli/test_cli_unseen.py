"""What can't be seen, through the command line: shown as sent, named, refused, never in a key."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from coursesync import load
from coursesync.operations.preview import Site, Viewer

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

WHEN = "2100-01-01T00:00:00Z"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
TITLES = {
    "Persian with its joiner": "می\u200cشود",
    "Sinhala with its joiner": "ශ්\u200dරී",
    "a family of emoji": "Our 👩\u200d👩\u200d👧",
    "a heart in colour": "We \u2764\ufe0f you",
    "right-to-left marks": "\u200fאבג\u200f (1)\u200e",
    "an Arabic letter mark": "درس 1\u061c-2",
    "soft hyphens": "Haus\u00adord\u00adnung",
    "the flag of Wales": f"Cardiff {WALES} office",
    "emoji and characters of tomorrow": "Hi \U0001fae9 \U0002ebf0 \U0003fffd",
    "a Mongolian variation": "ᠤᠷᠤᠭ\u180bᠰ",
}


def outline(courses: Path, title: str, contents: str = "<p>x</p>", key: str = "a") -> None:
    """Write a course of one section."""
    keyed = f"key: {json.dumps(key, ensure_ascii=False)}" if key else "active: true"
    (courses / "a.yaml").write_text(
        f"id: 4711\ntitle: T\nsections:\n  - {keyed}\n"
        f"    title: {json.dumps(title, ensure_ascii=False)}\n"
        f"    contents: {json.dumps(contents, ensure_ascii=False)}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_marks_that_scripts_need_are_shown_as_sent(
    title: str, cli: CommandLine, courses: Path
) -> None:
    """A title is the same, character by character, in the plan, the comment, the page and JSON."""
    outline(courses, title, f"<p>{title}</p>")

    assert title in cli("plan", "--sandbox").out
    assert title in cli("plan", "--sandbox", "--format", "markdown").out.replace("\\", "")
    assert title in html.unescape(cli("plan", "--sandbox", "--format", "html").out)
    (change,) = json.loads(cli("plan", "--sandbox", "--format", "json").out)["changes"]
    assert change["after"]["Title"] == title
    site = httpx.Client(
        transport=httpx.WSGITransport(Site(Viewer(courses).look)), base_url="http://localhost"
    )
    assert title in html.unescape(site.get("/courses/a").text)


def test_contents_with_such_marks_are_compared_as_sent(cli: CommandLine, courses: Path) -> None:
    """The lines of a difference keep joiners, marks and flags as well."""
    outline(courses, "A", f"<p>می\u200cشود {WALES} Haus\u00adordnung</p>")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    outline(courses, "A", f"<p>می\u200cشود {WALES} Haus\u00adordnung und mehr</p>")

    for form in ("text", "markdown"):
        told = cli("plan", "--sandbox", "--format", form).out
        assert told.count("می\u200cشود") == 2
        assert told.count(WALES) == 2
        assert "Haus\u00adordnung und mehr" in told


STRAY = {
    "a tag without a flag": "a\U000e0067b",
    "a flag without an end": WALES[:-1],
    "a flag of no tags": "\U0001f3f4\U000e007f",
    "another emoji with tags": f"\U0001f600{WALES[1:]}",
    "a text hidden in tags": "\U0001f3f4" + "\U000e0061" * 100 + "\U000e007f",
    "an override": "a\u202eb",
    "an embedding": "a\u202ab",
    "an isolate": "a\u2066b",
}


@pytest.mark.parametrize("title", STRAY.values(), ids=STRAY)
def test_what_only_deceives_stays_a_mistake(title: str, cli: CommandLine, courses: Path) -> None:
    """Tags outside a flag, and what reorders the text around it, are refused in any title."""
    outline(courses, title)
    refused = cli("validate")

    assert refused.code == 3
    assert "can't be seen, and is not allowed" in refused.err


def test_all_unseen_characters_of_a_file_are_reported_at_once(
    cli: CommandLine, courses: Path
) -> None:
    """All of a content file and of an outline, each with its line and column; also as escapes."""
    (courses / "a.md").write_text("x\u200by\n\na\u200bb\u2060c\n\n\ufeffz\n", encoding="utf-8")
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: T\u200b\u202e\nsections:\n"
        '  - title: "A\\u200bB\\u202eC"\n    contents: {markdown: a.md}\n',
        encoding="utf-8",
    )
    told = [line for line in cli("validate").err.splitlines() if "U+" in line]

    assert [line.partition(": U+")[0] for line in told] == [
        *(f"{courses.name}/a.md:{place}" for place in ("1:2", "3:2", "3:4", "5:1")),
        *(f"{courses.name}/a.yaml:{place}" for place in ("2:9", "2:10", "4:12", "4:12")),
    ]


@pytest.mark.parametrize("name", ["a.md", "a.yaml"])
def test_thousands_of_them_are_counted(name: str, cli: CommandLine, courses: Path) -> None:
    """The first 100 of a file are listed, the rest are one line."""
    text = "x\u200by\u200b\n" * 5_000
    (courses / "a.md").write_text(text if name == "a.md" else "x\n", encoding="utf-8")
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: T\nsections:\n  - title: A\n    contents: {markdown: a.md}\n"
        + ("" if name == "a.md" else "# x\u200by\u200b\n" * 5_000),
        encoding="utf-8",
    )
    refused = cli("validate")

    assert refused.err.count("U+200B") == 100
    assert "9,900 more characters that can't be seen" in refused.said


@pytest.mark.parametrize(
    "mark", ["\u200c", "\u200d", "\u200f", "\xad", "\ufe0f", "\u061c", "\u034f"]
)
def test_a_typed_key_holds_nothing_unseen(mark: str, cli: CommandLine, courses: Path) -> None:
    """A key that would look like another is refused, and the message says how to write it."""
    outline(courses, "A", key=f"wel{mark}come")
    refused = cli("validate")

    assert refused.code == 3
    assert f"U+{ord(mark):04X}" in refused.err
    if mark not in "\u200c\u200d\u034f":
        assert "key: welcome" in refused.err


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Haus\u00adord\u00adnung", "hausordnung"),
        ("We \u2764\ufe0f you", "we-you"),
        ("\u2764\ufe0f Welcome", "welcome"),
        ("1\ufe0f\u20e3 Intro", "1\u20e3-intro"),
        ("\u200fאבג\u200f", "אבג"),
        (f"Cardiff {WALES}", "cardiff"),
        ("می\u200cشود", "می-شود"),
    ],
)
def test_a_key_made_from_a_title_holds_nothing_unseen(
    title: str, key: str, cli: CommandLine, courses: Path
) -> None:
    """Marks are left out, a joiner ends a word; the key can be typed as it is shown."""
    outline(courses, title, key="")
    (made,) = json.loads(cli("plan", "--sandbox", "--format", "json").out)["changes"]
    assert cli("fmt").code == 0
    (again,) = json.loads(cli("plan", "--sandbox", "--format", "json").out)["changes"]

    assert made["address"] == again["address"] == f"section.a.{key}"
    assert load(courses).outlines[0].resources[0].address == f"section.a.{key}"


def test_import_makes_keys_without_what_cant_be_seen(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Titles of the site with marks become keys that can be typed."""
    api.foreign_create(4711, "We \u2764\ufe0f Haus\u00adordnung")
    made = author("import", "--course", "4711")
    (written,) = courses.glob("*.yaml")

    assert made.code == 0
    assert "key: we-hausordnung\n" in written.read_text(encoding="utf-8")
    assert author("plan").code == 0


def test_a_key_with_a_variation_selector_can_still_be_given_up(
    cli: CommandLine, courses: Path
) -> None:
    """Earlier versions made keys with invisible characters: `previous_keys` accepts them."""
    outline(courses, "A", key="1\u20e3")
    text = (courses / "a.yaml").read_text(encoding="utf-8")
    (courses / "a.yaml").write_text(
        text + '    previous_keys: ["1\ufe0f\u20e3"]\n', encoding="utf-8"
    )

    assert cli("validate").code == 0


def test_a_section_keeps_its_id_when_its_key_loses_a_selector(
    author: CommandLine, courses: Path
) -> None:
    """A section with such a key in the state is recognised by the key that its title gives now."""
    outline(courses, "\u2764\ufe0f Welcome", key="")
    assert author("apply", "--auto-approve").code == 0
    moved = author("state", "mv", "section.a.welcome", "section.a.\ufe0f-welcome")
    plan = json.loads(author("plan", "--format", "json").out)

    assert moved.code == 0, moved.err
    assert [each["action"] for each in plan["changes"]] == ["move"]
    assert plan["changes"][0]["address"] == "section.a.welcome"


def test_a_field_that_only_looks_like_one_is_named(cli: CommandLine, courses: Path) -> None:
    """A soft hyphen in a field's name is shown by its number."""
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: T\nsections:\n  - key: a\n    ti\xadtle: A\n", encoding="utf-8"
    )

    assert "holds U+00AD (SOFT HYPHEN), which can't be seen" in cli("validate").err


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Your first day", "Your first\xa0day", "a no-break space (U+00A0) in place of a space"),
        ("Café", "Cafe\u0301", "the Unicode form of “é” (NFD, not NFC) at character 4"),
        ("Hausordnung", "Haus\xadordnung", "a soft hyphen (U+00AD) at character 5"),
    ],
)
@pytest.mark.parametrize("field", ["title", "contents"])
def test_a_difference_that_cant_be_seen_is_named(
    before: str, after: str, words: str, field: str, cli: CommandLine, courses: Path
) -> None:
    """Plan, comment, page and JSON say in words in what two values differ that look the same."""
    other = "<p>x</p>"
    outline(courses, *((before, other) if field == "title" else ("A", before)))
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    outline(courses, *((after, other) if field == "title" else ("A", after)))

    text = cli("plan", "--sandbox").out
    assert f"differs only in: {words}" in " ".join(text.split())
    assert f"differs only in: {words}" in cli("plan", "--sandbox", "--format", "markdown").out
    page = html.unescape(cli("plan", "--sandbox", "--format", "html").out)
    assert f"differs only in: {words}" in page
    (change,) = json.loads(cli("plan", "--sandbox", "--format", "json").out)["changes"]
    assert words in change["differences"][0]["note"]


def test_drift_that_cant_be_seen_is_named(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """An edit on the site that changes nothing visible is described in words."""
    outline(courses, "Your first day")
    assert author("apply", "--auto-approve").code == 0
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), Title="Your first\u2009day", At=WHEN)
    told = author("drift")

    assert told.code == 2
    assert "differs only in: a thin space (U+2009) in place of a space (U+0020)" in " ".join(
        told.out.split()
    )


def test_a_private_character_is_shown_by_its_number(cli: CommandLine, courses: Path) -> None:
    """Fonts differ in what they draw for it; a reviewer sees that it is there."""
    outline(courses, "Hi \ue000 \U0010fffd")

    for form in ("text", "json", "html"):
        shown = cli("plan", "--sandbox", "--format", form).out
        assert r"\ue000" in shown
        assert "\ue000" not in shown


def test_a_new_character_in_contents_is_in_the_diff(cli: CommandLine, courses: Path) -> None:
    """What a member will read is what a reviewer has read."""
    outline(courses, "T", "<p>one</p>")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    outline(courses, "T", "<p>one \U0001fae9</p>")

    for form in ("text", "markdown", "json"):
        assert "\U0001fae9" in cli("plan", "--sandbox", "--format", form, "--full").out


@pytest.mark.parametrize("character", ["\ufdd0", "\U0001fffe", "\U0010ffff"])
def test_what_is_no_character_is_a_mistake(character: str, cli: CommandLine, courses: Path) -> None:
    """Unicode promises that it never will be one."""
    (courses / "a.md").write_text(f"a{character}\n", encoding="utf-8")
    (courses / "a.yaml").write_text(
        "id: 1\ntitle: T\nsections:\n  - {title: A, contents: {markdown: a.md}}\n"
    )
    ran = cli("validate")

    assert ran.code == 3
    assert f"U+{ord(character):04X} (no character) can't be seen" in ran.err
