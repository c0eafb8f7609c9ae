"""The review page is deterministic, and no text in it becomes HTML."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import SQUARE, bounded_time, examples, growth
from values import Section, course, plan_of, state_of

from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.review.model import Allowance, model
from coursesync.render.review.page import Assets, compose, policy
from coursesync.render.rows import PlanView

TEMPLATE = files("coursesync.render.review").joinpath("review.html").read_text("utf-8")
ASSETS = Assets(TEMPLATE, "p{margin:0}", '"use strict";')
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


def model_in(page: str) -> list[dict[str, object]]:
    """Return the data that the page carries for its script."""
    (found,) = re.findall(r'<script type="application/json" id="model">(.*?)</script>', page)
    return cast("list[dict[str, object]]", json.loads(found))


def titled(title: str, contents: str) -> Section:
    """Make a section with any title and contents."""
    return Section(" ".join(f"x{title}x".split()) or "x", "a", contents)


@settings(deadline=None, max_examples=80)
@given(HOSTILE, HOSTILE)
def test_no_text_breaks_out_of_the_page(title: str, contents: str) -> None:
    """The page has the same tags for a hostile outline as for a plain one."""
    seen = "".join(c for c in title if c.isprintable())
    words = "".join(c for c in contents if c.isprintable())
    plain = compose(PlanView(plan_of(course(titled("A", "B")))), ASSETS)
    page = compose(PlanView(plan_of(course(titled(seen, words)))), ASSETS)

    assert tags(page) == tags(plain)


def test_the_same_plan_gives_the_same_bytes() -> None:
    """The same plan gives the same page, without a trace of the machine or the time."""
    plan = plan_of(course("A", "B"), state_of("A"))

    assert compose(PlanView(plan), ASSETS) == compose(PlanView(plan), ASSETS)
    assert plan.digest in compose(PlanView(plan), ASSETS)


def test_a_course_is_there_whole_before_and_after() -> None:
    """Unchanged sections are shown among the changed ones, on both sides."""
    (shown,) = model_in(
        compose(PlanView(plan_of(course("A", "C", "B"), state_of("A", "B"))), ASSETS)
    )
    titles = {
        side: [each["title"] for each in cast("list[dict[str, object]]", shown[side])]
        for side in ("before", "after")
    }

    assert titles == {"before": ["A", "B"], "after": ["A", "C", "B"]}


def test_contents_beyond_the_bound_are_left_out_with_a_note() -> None:
    """The size of a page is bounded; it marks contents that are too long."""
    sections = [Section(f"S{n}", f"s-{n}", "x" * 100) for n in range(5)]
    (shown,) = model(PlanView(plan_of(course(*sections))), Allowance(250))
    changes = cast("list[dict[str, dict[str, object]]]", shown["changes"])
    cut = [each["contents"]["cut"] for each in changes]

    assert cut == [False, False, True, True, True]


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else() -> None:
    """The page's security policy names no source, only the digests of its own script and styles."""
    told = policy(ASSETS)

    assert "unsafe" not in told
    assert "http" not in told
    assert told.startswith("default-src 'none'; script-src 'sha256-")
    assert f'content="{told}"' in compose(PlanView(plan_of(course("A"))), ASSETS)


def test_without_scripts_the_plan_is_there_as_text() -> None:
    """The plan can be read without scripts."""
    page = compose(PlanView(plan_of(course("A title"))), ASSETS)
    (text,) = re.findall(r"<noscript><pre>(.*?)</pre></noscript>", page, re.DOTALL)

    assert "+   10  A title" in text


def test_what_is_deleted_is_read_once_more() -> None:
    """A deletion shows the contents that are lost."""
    gone = Section("Gone", "gone", "<p>Precious.</p>")
    plan = plan_of(course("A"), state_of("A", gone), Policy(OnRemoval.DELETE, prune=True))
    (shown,) = model_in(compose(PlanView(plan), ASSETS))
    (change,) = cast("list[dict[str, dict[str, object]]]", shown["changes"])

    assert change["contents"]["was"] == "<p>Precious.</p>"
    assert change["contents"]["now"] is None
    assert change["contents"]["cut"] is False


REFERENCES = (
    "& &amp; &amp &ampx &lt; &nbsp; &nbsp &#160; &#38 &#x26; &notit; &notin; &copy= &copy &#x &# "
    '&#1; &a &bogus; &#128; é <p> </p> <b> < > ; = " <img\talt="'
)
PIECES = [*REFERENCES.split(" "), " ", "\n", "\xa0", "\xad", "\x80"]


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_long_contents_are_read_as_short_ones_are(html: str) -> None:
    """The replacements that keep the parser fast don't change what is read."""
    short, long = (Allowance().of(f"{html}<p>{rest}") for rest in ("end", "end" * 10_000))

    assert long == f"{short}".replace("end", "end" * 10_000)


@pytest.mark.parametrize(
    "piece",
    ["&", "&amp;", "&a", "&#", "&nbsp;", "\xa0", "a\xad", "<", '"', "x", "x\n", "👩\u200d💻"],
)
def test_very_long_contents_take_no_longer_than_they_are(piece: str) -> None:
    """The time grows with the size, not with its square, for any character."""

    def page(size: int) -> str:
        html = (piece * size)[:size]
        before = state_of(Section("A", "a", "x"))
        return compose(PlanView(plan_of(course(Section("A", "a", html)), before)), ASSETS)

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
        page = compose(PlanView(plan_of(course(Section("A", "a", f"{html}&lt;words")))), ASSETS)

    (shown,) = model_in(page)
    (change,) = cast("list[dict[str, dict[str, object]]]", shown["changes"])
    assert "&lt;words" in str(change["contents"]["now"])


ORDINARY = {
    "paragraphs without ends": "<p>one<br>two\n" * 20_000,
    "a table without ends": f"<table>{'<tr><td>a<td>b' * 15_000}</table>",
    "a list of lists": f"<ul>{'<li>a<ul><li>b</ul>' * 15_000}</ul>",
    "divisions": "<div><p>one <b>two</b></p></div>\n" * 20_000,
}


@pytest.mark.parametrize("html", ORDINARY.values(), ids=ORDINARY)
def test_long_contents_of_ordinary_tags_are_shown_as_members_read_them(html: str) -> None:
    """Optional end tags that are left out don't count as nesting."""
    page = compose(PlanView(plan_of(course(Section("A", "a", html)))), ASSETS)

    assert "the text alone" not in page
