"""A plan as text, Markdown and JSON is readable, safe to print and deterministic."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from shares import examples
from values import AT, EMPTY, Section, address, applied, course, plan_of, state_of

from coursesync.errors import Diagnostic, InvalidOutlines, Shell, StalePlan, Where
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render import json as json_form
from coursesync.render import markdown, terminal
from coursesync.render.rows import PlanView
from coursesync.state.state import Doubt
from coursesync.text import holds_unseen, inert

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan
    from coursesync.state.json_values import Sent

DELETE = Policy(OnRemoval.DELETE, prune=True)
SEEN = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]).filter(
    lambda each: not holds_unseen(each)
)
HOSTILE = [
    "a | b || c",
    "`code` ``x`` ```fence ~~~",
    "<script>alert(1)</script> <b>bold</b> <!-- gone -->",
    "</summary></details><img src=x onerror=alert(1)>",
    "@everyone and @octocat/team",
    "[click](https://evil.example) ![img](https://evil.example/x.png) [ref]",
    "https://evil.example www.evil.example <https://evil.example> me@evil.example",
    "*em* **strong** _em_ __strong__ ~~gone~~",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "&lt;b&gt; &amp; &#64; &nbsp;",
    "\\| \\` \\",
    "back\\",
    "|---|---|",
    "=== --- ***",
    "$math$ :emoji: #123 GH-123 gh-123",
    "0123456789abcdef0123456789abcdef01234567 and deadbee",
    "<details><summary>x</summary>",
    "]]> ]( [](x) {x}",
    "Part 1: the kitchen's 'best' (and \"only\") view!",
]


def all_kinds(title: str) -> Plan:
    """Return a plan with a change of every action, each with this title."""
    sections = [Section(f"{title} {n}", f"k{n}", f"c{n}") for n in range(4)]
    course_id = {"title": f"{title} course"}
    before = applied(plan_of(course(*sections, **course_id)))  # type: ignore[arg-type]
    doubt = Doubt(
        sent={"Title": f"{title} 9", "DisplayOrder": 90, "CourseId": 4711},
        reason=f"{title} again",
        since=AT,
    )
    state = replace(before, doubts={address("k9"): doubt})
    now = [
        Section(f"{title} 0", "k0", f"{title} new"),
        Section(f"{title} changed", "k1", "c1"),
        Section(f"{title} 2", "k7", "c2"),
        Section(f"{title} 5", "k5", "c5"),
    ]
    return plan_of(course(*now, **course_id), state)  # type: ignore[arg-type]


def skeleton(document: str) -> list[str]:
    """Return the structure of a Markdown document: its tokens without their text."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found: list[str] = []
    for token in parser.parse(document):
        tags = re.findall(r"</?[a-z]+", token.content) if token.type == "html_block" else []
        children = [child.type for child in token.children or () if child.type != "text"]
        found += [token.type, *tags, *(kind for kind in children if kind != "text_special")]
    return found


def cells(document: str) -> list[str]:
    """Return the text of every cell of the tables of a Markdown document, as a reader sees it."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    inline = [token for token in parser.parse(document) if token.type == "inline"]
    return ["".join(child.content for child in token.children or ()) for token in inline]


def test_text_keeps_to_eighty_columns() -> None:
    """With titles as people write them, no line of a plan's text is longer than 80 columns."""
    titles = ["Welcome", "Wi-Fi, printing and everything with a plug", "Your first week with us"]
    sections = [Section(title, more={"active": False}) for title in titles]
    plan = plan_of(course(*sections, "One more"), state_of("Welcome", "Gone by now"))

    assert max(map(len, terminal.compose(PlanView(plan)).splitlines())) <= 80


def test_text_has_no_colour_by_default() -> None:
    """A log gets no escape sequence, for any title."""
    sent: Sent = {"Title": "\x1b[31mred", "DisplayOrder": 90, "CourseId": 4711}
    doubt = Doubt(sent=sent, reason="\x1b[2Jgone", since=AT)
    state = replace(EMPTY, doubts={address("k9"): doubt})

    assert "\x1b" not in terminal.compose(PlanView(plan_of(course("A"), state)))


def test_text_is_coloured_on_a_terminal() -> None:
    """A terminal gets the same words in colour."""
    plan = all_kinds("Welcome")
    painted = terminal.compose(PlanView(plan), lambda style, words: f"<{style}>{words}</>")

    assert "<green>" in painted
    assert re.sub(r"<\w+>|</>", "", painted) == terminal.compose(PlanView(plan))


def test_a_plan_of_nothing_says_so() -> None:
    """A plan without changes says that there is nothing to do."""
    nothing = plan_of(course("A"), state_of("A"))

    assert terminal.compose(PlanView(nothing)).startswith("Nothing to do")
    assert "Nothing to do" in markdown.compose(PlanView(nothing))


@pytest.mark.parametrize("title", HOSTILE)
def test_markdown_takes_a_title_for_text(title: str) -> None:
    """No title makes a link, HTML, code or a cell: the document's structure stays the same."""
    assert skeleton(markdown.compose(PlanView(all_kinds("Welcome")))) == skeleton(
        markdown.compose(PlanView(all_kinds(title)))
    )


@pytest.mark.parametrize("title", HOSTILE)
def test_markdown_shows_a_title_as_it_is(title: str) -> None:
    """A reader sees the title unchanged, except for invisible joiners."""
    seen = [
        cell.replace("\u2060", "") for cell in cells(markdown.compose(PlanView(all_kinds(title))))
    ]

    assert inert(f"{title} course") in seen
    assert inert(f"{title} 5") in seen


@pytest.mark.parametrize("title", HOSTILE)
def test_the_summary_of_a_change_shows_the_title_as_it_is(title: str) -> None:
    """Between HTML tags no backslash is left over from escaping Markdown."""
    summaries = re.findall(
        r"<summary>(.*?)</summary>", markdown.compose(PlanView(all_kinds(title)))
    )

    assert summaries
    assert all(summary.count("\\") == title.count("\\") for summary in summaries)


@pytest.mark.parametrize("title", HOSTILE)
def test_markdown_mentions_nobody(title: str) -> None:
    """No at sign or number sign of a title is followed by a name that GitHub would look up.

    Nor does a commit's number stand whole; in tables as in the words of what is folded.
    """
    written = markdown.compose(PlanView(all_kinds(title)))
    folded = re.findall(r"<summary>(.*?)</summary>", written)
    commit = r"(?<![0-9a-zA-Z])[0-9a-f]{7,40}(?![0-9a-zA-Z])"
    seen = " ".join([*cells(written), *map(unescape, folded)])

    assert folded
    assert not re.search(rf"@\w|#\d|(?i:gh)-\d|{commit}", seen.replace(all_kinds(title).digest, ""))


@settings(deadline=None, max_examples=examples(100))
@given(st.text(SEEN, min_size=1, max_size=30))
def test_markdown_takes_any_text_for_text(words: str) -> None:
    """The document's structure is the same for any characters in an attribute."""
    before = state_of(Section("A", contents="x"))
    plain = plan_of(course(Section("A", contents="plain")), before)
    other = plan_of(course(Section("A", contents=f"y {words}")), before)

    assert not other.changes or skeleton(markdown.compose(PlanView(plain))) == skeleton(
        markdown.compose(PlanView(other))
    )


def test_json_has_its_format_version_and_every_name() -> None:
    """The JSON document has its version, and each change has all names."""
    document = json.loads(json_form.compose(PlanView(all_kinds("Welcome"))))

    assert document["format_version"] == 1
    assert {name for change in document["changes"] for name in change} == {
        *("acknowledged", "action", "address", "after", "before", "candidates", "course_id"),
        *("differences", "home_course_id", "id", "kind", "lead", "parent"),
        *("previous_address", "protected", "reason", "waits_for", "where"),
    }
    assert document["summary"] == {
        "create": 1,
        "deactivate": 0,
        "delete": 0,
        "doubt": 1,
        "keep": 1,
        "move": 1,
        "protect": 0,
        "update": 2,
    }


def test_json_says_a_failure_with_its_diagnostics() -> None:
    """A failed command writes a document of the same format, with the mistakes in order."""
    second = Diagnostic(Where("b.yaml", 2, 3), "wrong", "mend it")
    first = Diagnostic(Where("a.yaml", 9, 1), "wrong too")

    document = json.loads(json_form.compose_failure(InvalidOutlines([second, first])))

    assert document["format_version"] == 1
    assert document["error"]["exit_code"] == 3
    assert [each["path"] for each in document["diagnostics"]] == ["a.yaml", "b.yaml"]


def test_json_says_any_failure() -> None:
    """A failure that no outline caused has its words and its exit code."""
    document = json.loads(json_form.compose_failure(StalePlan("it moved", "plan again")))

    assert document["error"] == {"exit_code": 4, "problem": "it moved", "remedy": "plan again"}


@pytest.mark.parametrize("form", [terminal.compose, markdown.compose, json_form.compose])
def test_the_same_plan_is_the_same_bytes(form: object) -> None:
    """Each rendering is deterministic and ends with one line end."""
    assert callable(form)
    once, again = form(PlanView(all_kinds("Größe 🎉"))), form(PlanView(all_kinds("Größe 🎉")))

    assert once == again
    assert once.endswith("\n")
    assert not once.endswith("\n\n")


def test_no_rendering_hides_a_change() -> None:
    """Every change of a plan is in every rendering."""
    plan = plan_of(course(*(f"Part {n:03}" for n in range(200))), EMPTY)
    forms = (terminal.compose, markdown.compose, json_form.compose)
    renderings = [form(PlanView(plan)) for form in forms]
    of_all_kinds = all_kinds("Welcome")
    titles = [change.title for change in of_all_kinds.changes]

    assert all(f"Part {n:03}" in rendered for n in range(200) for rendered in renderings)
    assert len(set(titles)) == len(titles)
    assert all(title in form(PlanView(of_all_kinds)) for title in titles for form in forms)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=60),
    st.integers(4_000, 20_000),
)
def test_markdown_keeps_to_its_bound_and_says_what_it_left_out(
    titles: list[str], most: int
) -> None:
    """Whole parts are left out; the summary, the cost and the digest stay."""
    sections = [
        Section(f"{number} {' '.join(title.split())}", f"s-{number}", "<p>after</p>\n" * 20)
        for number, title in enumerate(titles)
        if title.isprintable()
    ]
    before = [Section(each.title, each.key, "<p>before</p>\n" * 20) for each in sections]
    plan = plan_of(course(*sections), state_of(*before))
    whole, written = markdown.compose(PlanView(plan)), markdown.compose(PlanView(plan), most=most)

    assert len(written.encode()) <= most or not sections
    assert (written == whole) == (len(whole.encode()) <= most)
    assert ("Left out here" in written) == (written != whole)
    if sections:
        assert written.startswith(f"**{PlanView(plan).summary}**\n")
        assert plan.digest in written
    assert written.count("<details>") == written.count("</details>")


def test_markdown_counts_what_it_leaves_out() -> None:
    """Sections without a row are counted, with the command that shows all."""
    plan = plan_of(course(*(f"Section {number} {'x' * 200}" for number in range(1_000))))
    shown = PlanView(plan, hint=lambda command: Shell(*command.in_words().words, "here"))
    written = markdown.compose(shown, most=30_000)
    (number,) = re.findall(r"size: ([0-9,]+) sections to create[.]", written)

    assert written.count("`+` create") + int(number.replace(",", "")) == 1_000
    assert "To see everything: `coursesync plan --full here`" in written


def test_what_is_deleted_comes_before_what_is_hidden() -> None:
    """A document keeps to its size for any number of hidden sections and any titles."""
    wide = "\U0001f600#" * 245
    long = [Section(f"{number:02}{wide}", f"s-{number}") for number in range(15)]
    hidden = [replace(each, more={"active": False}) for each in long]
    plan = plan_of(course(*hidden), state_of(*long, Section("Precious", "zz")), DELETE)
    written = markdown.compose(PlanView(plan), most=4_000)

    assert len(written.encode()) <= 4_000
    assert "| Precious |" in written
    assert "| `~` update |" in written


def test_a_bound_holds_whatever_the_workspace_is_called() -> None:
    """The command that shows everything is left out if it is itself too long."""
    plan = plan_of(course(*(f"Section {number} {'x' * 200}" for number in range(100))))
    folder = "/".join(["\U0001f600" * 60] * 6)
    shown = PlanView(plan, hint=lambda command: Shell(*command.in_words().words, folder))
    written = markdown.compose(shown, most=4_000)

    assert len(written.encode()) <= 4_000
    assert "Left out here" in written


def test_a_long_plan_lists_the_weighty_changes() -> None:
    """A section that is hidden, or may have been moved, has its row in the longest plan."""
    shown, hidden = Section("Shown", "shown"), Section("Shown", "shown", more={"active": False})
    moved = Section("Moved", "moved", "<p>Moved.</p>")
    new = [Section(f"New {number}") for number in range(20)]
    plan = plan_of(
        [course(*new, hidden), course(moved, course_id=4712, key="d")], state_of(shown, moved)
    )
    written = terminal.compose(PlanView(plan), most=10)

    assert "  + 20 to create\n" in written
    assert "New 7" not in written
    assert re.search(r"~ +\d+  Shown", written)
    assert "Is this section.c.moved, moved here?" in written


def test_a_deletion_says_whose_progress_is_and_what_hides_instead() -> None:
    """Progress belongs to lessons; no form of a plan says that a section has any."""
    plan = plan_of(course("A"), state_of("A", "B"), DELETE)
    told = (
        "Members' progress belongs to lessons, and lessons are not deleted or moved with their "
        "section."
    )
    as_text = " ".join(terminal.compose(PlanView(plan)).split())

    assert told in as_text
    hide = "To hide a section from members instead of deleting it, use `--on-removal deactivate`"
    assert hide in as_text
    assert f"> {told}" in markdown.compose(PlanView(plan))
    assert told not in " ".join(
        terminal.compose(PlanView(plan_of(course("A", "C"), state_of("A")))).split()
    )


def test_no_padding_hides_what_is_taken_from_members() -> None:
    """Rows of deleted and hidden sections come first, for any number of new sections."""
    shown, hidden = Section("Shown", "shown"), Section("Shown", "shown", more={"active": False})
    padding = [Section(f"{number} {'x' * 240}", f"s-{number}") for number in range(360)]
    plan = plan_of(course(*padding, hidden), state_of(Section("Gone", "gone"), shown), DELETE)
    written = markdown.compose(PlanView(plan), most=4_000)

    assert len(written.encode()) <= 4_000
    assert "| `-` delete | 10 | Gone |" in written
    assert "| `~` update | " in written
    assert written.index("Gone") < written.index("| `+` create")
    assert re.search(r"size: 3[0-9]{2} sections to create, what changes in 1 section[.]", written)
