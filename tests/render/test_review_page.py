"""The review page is deterministic, and no text in it becomes HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from render.reviewed import ASSETS, all_items, courses, items, page_of
from shares import SQUARE, bounded_time, examples, growth
from values import Section, course, plan_of, state_of

from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.comment.page import compose as compose_comment
from coursesync.render.review.contents import Allowance
from coursesync.render.review.page import compose, policy
from coursesync.render.review.sanitise import sanitised
from coursesync.render.rows import PlanView

HOSTILE = st.text("<>&\"'/!-= scriptyle\u2028\u202e\x00]", max_size=40)


class Tags(HTMLParser):
    """Counts the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, and assert that it has no handler and no style."""
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.tags.append(tag)


def tags(page: str) -> list[str]:
    """Return the tags of a page in order."""
    parser = Tags()
    parser.feed(page)
    return parser.tags


def titled(title: str, contents: str) -> Section:
    """Make a section with any title and contents."""
    return Section(" ".join(f"x{title}x".split()) or "x", "a", contents)


@settings(deadline=None, max_examples=80)
@given(HOSTILE, HOSTILE)
def test_no_text_breaks_out_of_the_page(title: str, contents: str) -> None:
    """The page has the same tags for a hostile outline as for a plain one, but for its contents."""
    seen = "".join(c for c in title if c.isprintable())
    words = "".join(c for c in contents if c.isprintable())
    plain = page_of(plan_of(course(titled("A", "B"))))
    page = page_of(plan_of(course(titled(seen, words))))

    assert {*tags(page)} <= {*tags(plain), "p", "code", "s", "i", "u", "q"}
    for tag in ("script", "style", "details", "li", "h2", "h3", "template"):
        assert tags(page).count(tag) == tags(plain).count(tag)


def test_the_same_plan_gives_the_same_bytes() -> None:
    """The same plan gives the same page, without a trace of the machine or the time."""
    plan = plan_of(course("A", "B"), state_of("A"))

    assert page_of(plan) == page_of(plan)
    assert plan.digest in page_of(plan)


def test_a_course_is_there_whole() -> None:
    """Unchanged sections are shown among the changed ones, and deleted ones where they were."""
    pruned = Policy(OnRemoval.DELETE, prune=True)
    plan = plan_of(
        course("A", "C", "B"), state_of("A", Section("Z", "z", "<p>Old.</p>"), "B"), pruned
    )

    assert [(each.title, each.labels, each.past) for each in all_items(page_of(plan))] == [
        ("A", (), False),
        ("Z", ("Deleted",), True),
        ("C", ("New",), False),
        ("B", (), False),
    ]


def test_a_record_that_moves_is_shown_at_both_places() -> None:
    """Where it was, the page says so, and where it is now; both are distinguished from changes."""
    shown = all_items(page_of(plan_of(course("B", "C", "A"), state_of("A", "B", "C"))))

    assert [(each.title, each.labels, each.past) for each in shown] == [
        ("A", ("Was here",), True),
        ("B", (), False),
        ("C", (), False),
        ("A", ("Moved",), False),
    ]
    assert shown[0].notes == ("moved to the end, after “C”",)


def test_changes_are_marked_in_the_words_of_the_page() -> None:
    """A new title, another day and edited contents are marked in place, word by word."""
    was = Section("The first day", "a", "<p>We open at 9:00.</p>", more={"unlock": "immediate"})
    now = Section("The first week", "a", "<p>We open at 8:30.</p>", more={"unlock": "sequential"})
    (shown,) = all_items(page_of(plan_of(course(now), state_of(was))))

    assert shown.labels == ("Locked", "Renamed", "Reworded")
    assert shown.title == "The first <del>day</del><ins>week</ins>"
    assert shown.when.startswith("<del>open from the start</del> <ins>unlocks after the section")
    assert shown.contents == "<p>We open at <del>9:00</del><ins>8:30</ins>.</p>"


def test_a_section_that_is_hidden_is_labelled_so() -> None:
    """`active: false` reads as hidden, not as a change of a field."""
    was, now = Section("A", "a"), Section("A", "a", more={"active": False})
    (hidden,) = all_items(page_of(plan_of(course(now), state_of(was))))
    (back,) = all_items(page_of(plan_of(course(was), state_of(now))))

    assert (hidden.labels, back.labels) == (("Hidden",), ("No longer hidden",))
    assert hidden.when == "open from the start<ins>; hidden from members</ins>"


def test_the_top_says_what_members_see_and_lose() -> None:
    """The same number and the same words as in the comment, and a list of what is taken."""
    first, later = (Section("A", "a", more={"unlock": {"after_days": days}}) for days in (7, 10))
    next_one = Section("B", "b", more={"unlock": "sequential"})
    pruned = Policy(OnRemoval.DELETE, prune=True)
    plan = plan_of(course(later, next_one), state_of(first, next_one, "C"), pruned)
    page = BeautifulSoup(page_of(plan), "html.parser")
    comment = compose_comment(PlanView(plan))
    brief = page.select_one(".brief")
    assert brief is not None

    assert [each.text for each in page.select("h1")] == ["3 sections change for members"]
    assert brief.text.strip() == "3 sections of Onboarding: 1 deleted · 2 open later"
    assert f"{brief.text.strip()}\n" in re.sub(r"[*]", "", comment)
    assert [each.text for each in page.select(".lost li")] == [
        "C: deleted",
        "A: opens after 7 10 days",
        "B: opens on day 7 10, because A comes before it",
    ]
    counts = page.select_one(".counts")
    assert counts is not None
    assert counts.text == "2 open later, 1 deleted"
    labels = [(each.title, each.labels) for each in all_items(page_of(plan))]
    assert ("B", ("Opens later",)) in labels
    assert page.select_one("#found").attrs["data-changes"] == "3"  # type: ignore[union-attr]


def test_html_that_reads_the_same_is_named() -> None:
    """If only tags that members don't see change, the page says that the text stays."""
    was, now = Section("A", "a", "<p>x</p>"), Section("A", "a", "<p class=b>x</p>")
    (shown,) = all_items(page_of(plan_of(course(now), state_of(was))))

    assert shown.contents == "<p>x</p>"
    assert "Members read the same text. Only its HTML changes." in shown.notes


def test_contents_beyond_the_bound_are_left_out_with_a_note() -> None:
    """The size of a page is bounded; it marks contents that are too long."""
    sections = [Section(f"S{n}", f"s-{n}", "x" * 100) for n in range(5)]
    view = PlanView(plan_of(course(*sections)))
    (card,) = courses(compose(view, ASSETS, allowance=Allowance(250)))
    cut = [each.notes == ("The contents are too long to show here.",) for each in items(card)]

    assert cut == [False, False, True, True, True]


def test_details_beyond_the_bound_are_left_out_with_a_command() -> None:
    """Of very many changes, the first have details; the page names the command for the others."""
    was, now = ([Section(f"{word} {n}", f"s-{n}") for n in range(3)] for word in ("Was", "Now"))
    view = PlanView(plan_of(course(*now), state_of(*was)))
    (short,) = courses(compose(view, ASSETS, allowance=Allowance(details=2)))
    (whole,) = courses(compose(view, ASSETS, allowance=Allowance(details=3)))

    assert (len(short.select(".more")), len(whole.select(".more"))) == (2, 3)
    assert "coursesync plan --full" in compose(view, ASSETS, allowance=Allowance(details=2))
    assert "--full" not in compose(view, ASSETS)


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else() -> None:
    """The page's security policy names no source, only the digests of its own script and styles."""
    told = policy(ASSETS)

    assert "unsafe" not in told
    assert "http" not in told
    assert told.startswith("default-src 'none'; script-src 'sha256-")
    assert f'content="{told}"' in compose(PlanView(plan_of(course("A"))), ASSETS)


def test_what_is_deleted_is_read_once_more() -> None:
    """A deletion shows the contents that are lost."""
    gone = Section("Gone", "gone", "<p>Precious.</p>")
    plan = plan_of(course("A"), state_of("A", gone), Policy(OnRemoval.DELETE, prune=True))
    page = page_of(plan)

    assert '<del class="contents"><p>Precious.</p></del>' in page
    assert "ins class" not in page


REFERENCES = (
    "& &amp; &amp &ampx &lt; &nbsp; &nbsp &#160; &#38 &#x26; &notit; &notin; &copy= &copy &#x &# "
    '&#1; &a &bogus; &#128; é <p> </p> <b> < > ; = " <img\talt="'
)
PIECES = [*REFERENCES.split(" "), " ", "\n", "\xa0", "\xad", "\x80"]


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_long_contents_are_read_as_short_ones_are(html: str) -> None:
    """The replacements that keep the parser fast don't change what is read."""
    short, long = (sanitised(f"{html}<p>{rest}") for rest in ("end", "end" * 10_000))

    assert long == short.replace("end", "end" * 10_000)


@pytest.mark.parametrize(
    "piece",
    ["&", "&amp;", "&a", "&#", "&nbsp;", "\xa0", "a\xad", "<", '"', "x", "x\n", "👩\u200d💻"],
)
def test_very_long_contents_take_no_longer_than_they_are(piece: str) -> None:
    """The time grows with the size, not with its square, for any character."""

    def page(size: int) -> str:
        html = (piece * size)[:size]
        before = state_of(Section("A", "a", "x"))
        return page_of(plan_of(course(Section("A", "a", html)), before))

    assert len(page(900_000)) > 900_000
    assert growth(page, 900_000) < SQUARE


DEEP = {
    "divisions": "<div>" * 80_000,
    "lists": "<ul><li>" * 40_000,
    "quotations": "<blockquote>" * 80_000,
    "words in bold that never end": "".join(f"<b id=b{i}>" for i in range(2_000)) + "<p>x" * 9_000,
    "the same, in short": "".join(f"<b id=b{i}>" for i in range(500)) + "<p>x" * 3_000,
    "words in bold, each in its own": "".join(f"<p><b id=b{i}>x</p>" for i in range(20_000)),
    "ends that close nothing": "<div><table><td></div>" * 30_000,
    "ends in comments": "<div><!-- </div> -->" * 40_000,
    "ends in attributes": '<div title="</div>">' * 40_000,
    "ends in styles": "<div><style></div></style>" * 30_000,
    "a comment in a style": "<style><!-- </style><div> --></style>" * 25_000,
    "a title in a drawing": f"<svg><title>{'<div>' * 80_000}</title></svg>",
    "raw text in a drawing": "<svg><![CDATA[></svg>]]>" * 30_000,
    "links in links": "<a href=x><div>" * 50_000,
    "tables in tables": "<table><tr><td>" * 50_000,
    "items within divisions": "<li><div></li>" * 50_000,
    "buttons and paragraphs": "<button><p><tr>" * 50_000,
}


@pytest.mark.parametrize("html", DEEP.values(), ids=DEEP)
def test_deep_contents_are_on_the_page_quickly(html: str) -> None:
    """Contents that would keep a parser busy are shown only as text, with a note."""
    with bounded_time(6):  # it took minutes
        page = page_of(plan_of(course(Section("A", "a", f"{html}&lt;words"))))

    assert "&lt;words" in page


ORDINARY = {
    "paragraphs without ends": "<p>one<br>two\n" * 20_000,
    "a table without ends": f"<table>{'<tr><td>a<td>b' * 15_000}</table>",
    "a list of lists": f"<ul>{'<li>a<ul><li>b</ul>' * 15_000}</ul>",
    "divisions": "<div><p>one <b>two</b></p></div>\n" * 20_000,
}


@pytest.mark.parametrize("html", ORDINARY.values(), ids=ORDINARY)
def test_long_contents_of_ordinary_tags_are_shown_as_members_read_them(html: str) -> None:
    """Optional end tags that are left out don't count as nesting."""
    page = page_of(plan_of(course(Section("A", "a", html))))

    assert "This is only the text" not in page
