"""No text of an outline moves a cursor, commands a CI job, pings, links or breaks a table."""

from __future__ import annotations

import json as standard_json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from values import AT, EMPTY, Section, address, course, plan_of, state_of

from coursesync.kinds.address import Address
from coursesync.render import json, markdown, terminal
from coursesync.render.rows import PlanView
from coursesync.state.state import Doubt
from coursesync.text import harmless, inert, on_one_line

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

    from coursesync.planning.plan import Plan
    from coursesync.state.json_values import Sent

HOSTILE = [
    "::error::gone",
    " ::set-output name=a::b",
    "##[group]gone",
    "a ##[add-mask]b",
    "[red]painted[/red]",
    "@everyone, @octocat/team",
    "<img src=x onerror=alert(1)>",
    "[link](https://evil.example) ![p](x)",
    "``` ~~~ | --- |",
    "</details><script>",
    "#1 GH-1 octo/repo#1",
]
# what only a state that was written elsewhere can hold: outlines refuse it
WORSE = [
    "\x1b[31mred\x1b[0m",
    "a\n::error::b",
    "a\r::error::b",
    "\u2028::error::",
    "\x9b31m",
    "\u202e",
]
PIECES = st.lists(st.sampled_from([*HOSTILE, *WORSE, "\n", "\r", " ", "x"]) | st.text(max_size=4))


def plan_with(words: str) -> Plan:
    """Return a plan that shows these words as a title, contents, a reason and a course."""
    sent: Sent = {"Title": words, "DisplayOrder": 90, "CourseId": 4711, "SectionContents": words}
    doubt = Doubt(sent=sent, reason=words, since=AT)
    before = state_of(Section("A", "a", "old"), Section("B", "b", "old"))
    entries = {
        at: replace(entry, sent={**entry.known, "SectionContents": words})
        for at, entry in before.entries.items()
    }
    state = replace(before, doubts={address("k9"): doubt}, entries=entries)
    return plan_of(course(Section("A", "a", "new"), Section("C")), state)


def is_inert(written: str) -> bool:
    """Return whether a terminal, a GitHub log and a reader see only text."""
    lines = re.split(r"[\n\r\x85\u2028\u2029]", written)
    return not (
        re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", written)
        or "##[" in written
        or any(line.lstrip().startswith("::") for line in lines)
    )


@settings(deadline=None, max_examples=examples(150))
@given(PIECES.map("".join))
def test_no_rendering_lets_text_act(words: str) -> None:
    """No rendering of any state or outline moves a cursor or commands a log."""
    plan = plan_with(words)

    assert all(
        is_inert(form(PlanView(plan)))
        for form in (terminal.compose, markdown.compose, json.compose)
    )


@settings(deadline=None, max_examples=examples(150))
@given(PIECES.map("".join))
def test_json_says_what_it_was_given(words: str) -> None:
    """Escaped text in JSON is unchanged when it is read."""
    told = standard_json.loads(json.compose(PlanView(plan_with(words))))

    assert words in [(change["before"] or {}).get("SectionContents") for change in told["changes"]]


@settings(deadline=None, max_examples=examples(200))
@given(PIECES.map("".join))
def test_no_sentence_lets_text_act(words: str) -> None:
    """Every printed line is harmless, also in a failure."""
    assert is_inert(on_one_line(words).replace("\t", " "))
    assert is_inert(inert(words))
    assert is_inert(harmless(words).replace("\t", " "))


@pytest.mark.parametrize("title", HOSTILE)
def test_the_heading_of_a_course_is_inert(title: str) -> None:
    """The title of a course at the start of a line commands nothing."""
    plan = plan_of(course("A", title=title.strip()), EMPTY)

    assert all(
        is_inert(form(PlanView(plan)))
        for form in (terminal.compose, markdown.compose, json.compose)
    )


def test_markdown_neither_pings_nor_links() -> None:
    """In Markdown no at sign mentions anybody, and no bracket or address makes a link."""
    titles = [*HOSTILE, "https://evil.example www.evil.example"]
    sections = [Section(title.strip(), f"k{number}") for number, title in enumerate(titles)]
    written = markdown.compose(PlanView(plan_of(course(*sections))))
    written = written.partition("<sub>")[0]

    assert not re.search(
        r"@\w|(?<!\\)\]\(|(?<!\\)!\[|(?<!\\)://|www\.|<(?!/?sub>)|[^;&]#\d", written
    )


def test_the_summary_of_a_change_links_nowhere() -> None:
    """Between HTML tags, where nothing can be escaped, a joiner breaks an address."""
    title = "https://evil.example and www.evil.example"
    before = state_of(Section(title, "a", "old"))
    written = markdown.compose(PlanView(plan_of(course(Section(title, "a", "new")), before)))
    (summary,) = re.findall(r"<summary>(.*)</summary>", written)

    assert not re.search(r"://|www\.", summary)


def test_an_address_of_a_foreign_state_is_inert() -> None:
    """An address with control characters is shown without them."""
    sent: Sent = {"Title": "A", "DisplayOrder": 90, "CourseId": 4711}
    doubt = Doubt(sent=sent, reason="lost", since=AT)
    state = replace(EMPTY, doubts={Address("section.c.\x1b[2J\n::error::"): doubt})
    plan = plan_of(course("A"), state)

    assert all(
        is_inert(form(PlanView(plan)))
        for form in (terminal.compose, markdown.compose, json.compose)
    )


@pytest.mark.parametrize("title", HOSTILE)
def test_the_program_prints_inert_text(title: str, cli: CommandLine, courses: Path) -> None:
    """Plan, apply and the next plan print only harmless text, on both streams."""
    quoted = standard_json.dumps(title.strip())
    (courses / "a.yaml").write_text(
        f"id: 1\ntitle: {quoted}\nsections:\n  - {{title: {quoted}, key: a, contents: {quoted}}}\n"
    )
    ran = [cli("plan", "--format", form) for form in ("text", "markdown", "json")]
    ran.append(cli("apply", "--sandbox", "--auto-approve"))

    assert [each.code for each in ran] == [0] * 4
    assert all(is_inert(each.out) and is_inert(each.err) for each in ran)


BAD = [
    'id: "::error::x"',
    '"::error::x": 1',
    '"a\\n::error::x": 1',
    'sections: "a\\r::error::x"',
    'key: "\\n::error::x"',
    'sections: [{title: a, contents: {html: "a\\n::error::x"}}]',
    'sections: [{title: a, contents: {html: "a\\n::error::x.html"}}]',
    'sections: [{title: a, unlock: "\\n ##[error]x"}]',
    'sections: [{title: a, image: "a\\n::error::.exe"}]',
    'sections: [{title: a, previous_keys: ["\\n::error::"]}]',
]


@pytest.mark.parametrize("line", BAD)
@pytest.mark.parametrize(
    "name", ["a.yaml", "::error::x.yaml", "\x1b[31m.yaml", "a\n::error::.yaml"]
)
def test_a_failure_is_inert(line: str, name: str, cli: CommandLine, courses: Path) -> None:
    """A mistake that quotes an outline, or a file with such a name, commands nothing."""
    (courses / name).write_text(f"{line}\n")
    ran = [cli("validate"), cli("plan", ".", "--format", "json", timeout=60)]
    here = type(cli)(courses)("validate", ".")

    for each in [*ran, here]:
        assert each.code == 3
        assert is_inert(each.out)
        assert is_inert(each.err)
