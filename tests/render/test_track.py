"""Track changes: both texts can be read in what is marked, and it is always well-formed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import SQUARE, examples, growth

from coursesync.render.review.blocks import read
from coursesync.render.review.sanitise import sanitised
from coursesync.render.review.track import shown, tracked
from coursesync.render.text_diff import Effort

TAGS = (
    *("p", "b", "em", "a href=https://a", "a href=https://b", "code", "ins", "del", "h1", "h3"),
    *("ul", "ol start=3", "li", "div", "blockquote", "table", "tr", "td", "td colspan=2", "th"),
    *("pre", "dl", "dt", "dd", "span", "section", "details", "summary", "figure", "caption"),
)
WORDS = (
    "one",
    "two",
    "three",
    "9:00",
    "8:30",
    "don't",
    "&amp;",
    "&lt;b&gt;",
    "é",
    "日本",
    "👩‍💻",
    ".",
)
WORD = st.sampled_from(WORDS)
ALONE = st.sampled_from(("<br>", "<hr>", "<img src=a.png alt=A>", "<img src=b>", "&nbsp;", "\n"))
HTML = st.recursive(
    st.lists(WORD, max_size=4).map(" ".join) | ALONE,
    lambda inner: st.builds(
        lambda tag, inside: f"<{tag}>{' '.join(inside)}</{tag.split()[0]}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
HOSTILE = st.lists(
    st.sampled_from(
        (
            *(
                "<script>x()</script>",
                "<p onclick=x()>",
                "<a href='javascript:x()'>",
                "<svg onload=x>",
            ),
            *(
                "<iframe src='https://e/\"><script>'>",
                "</iframe>",
                "<img src=x onerror=x alt='\"><b>'>",
            ),
            *("<style>p{}</style>", "<form action=x>", "<math><mtext>", "<table><b>", "</table>"),
            *(
                "</div></ins></del>",
                "<ins>",
                "</del>",
                "<p>",
                "<ul><li>",
                "<!--",
                "-->",
                "<a ",
                '"',
            ),
            *(
                "<template>",
                "<noscript>",
                "<b",
                "x",
                "&#60;script&#62;",
                "<td>",
                "<h1><div>",
                "</p>",
            ),
        )
    ),
    max_size=12,
).map("".join)
EITHER = HTML | HOSTILE
VOID = {"br", "hr"}
SAFE = {"class", "start", "colspan", "data-to", "data-in", "data-out"}


class Strict(HTMLParser):
    """Asserts that each tag is closed where it must be, and does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag; it is none that runs, loads or leads anywhere."""
        assert tag not in {"script", "style", "iframe", "img", "svg", "math", "form", "template"}
        assert {name for name, _ in attrs} <= SAFE
        if tag not in VOID:
            assert "p" not in self.open or tag not in {"p", "div", "ul", "ol", "li", "table", "pre"}
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag."""
        assert self.open.pop() == tag


def without(html: str, gone: str, kept: str) -> list[str]:
    """Return the texts of the blocks of HTML once one kind of mark is gone, blanks as one."""
    soup = BeautifulSoup(html, "html.parser")
    for each in soup.find_all(gone):
        each.decompose()
    for each in soup.find_all(kept):
        each.unwrap()
    return texts(str(soup).replace("/>", ">"))


def texts(html: str) -> list[str]:
    """Return the text of each block of HTML that the page shows."""
    read_ = (
        BeautifulSoup("".join(word.html for word in block.words), "html.parser")
        for block in read(html)
    )
    found = (" ".join(each.get_text().split()) for each in read_)
    return [each for each in found if each]


@settings(deadline=None, max_examples=examples(400))
@given(EITHER, EITHER, st.sampled_from([0, 60, 100_000]))
def test_both_texts_are_in_what_is_marked(before: str, after: str, effort: int) -> None:
    """Without insertions it reads as before, without deletions as after, with any effort."""
    old, new = sanitised(before), sanitised(after)
    marked = tracked(old, new, Effort(effort))

    assert without(marked, "ins", "del") == texts(shown(old))
    assert without(marked, "del", "ins") == texts(shown(new))


@settings(deadline=None, max_examples=examples(400))
@given(EITHER)
def test_no_word_is_lost(html: str) -> None:
    """Each letter of sanitised contents is shown, in order; pictures and pages are described."""
    clean = sanitised(html)

    described = r'<span class="picture".*?</span>'
    assert letters(re.sub(described, "", shown(clean))) == letters(
        re.sub("<iframe.*?</iframe>", "", clean, flags=re.DOTALL)
    )


def letters(html: str) -> str:
    """Return the text of HTML without blanks."""
    return "".join(BeautifulSoup(html, "html.parser").get_text().split())


@settings(deadline=None, max_examples=examples(400))
@given(EITHER, EITHER, st.sampled_from([0, 60, 100_000]))
def test_what_is_marked_is_well_formed_and_does_nothing(
    before: str, after: str, effort: int
) -> None:
    """Each tag is closed in its place; nothing in it could run, load or lead anywhere."""
    old, new = sanitised(before), sanitised(after)
    for html in (shown(new), tracked(old, new, Effort(effort))):
        strict = Strict()
        strict.feed(html)
        strict.close()
        assert strict.open == []


@settings(deadline=None, max_examples=examples(100))
@given(EITHER)
def test_a_text_is_no_change_of_itself(html: str) -> None:
    """The same text twice has no mark."""
    clean = sanitised(html)

    assert tracked(clean, clean, Effort(0)) == tracked(clean, clean, Effort(100_000))
    assert "<ins>" not in tracked(clean, clean, Effort(0))
    assert "<del>" not in tracked(clean, clean, Effort(0))


OUT = "<{0} data-out><div data-out><del>{1}</del></div></{0}>"
IN = "<{0} data-in><div data-in><ins>{1}</ins></div></{0}>"
EXAMPLES = {
    "a time": ("<p>at 9:00.</p>", "<p>at 8:30.</p>", "<p>at <del>9:00</del><ins>8:30</ins>.</p>"),
    "bold": ("<p>a b</p>", "<p>a <b>b</b></p>", "<p>a <del>b</del><ins><b>b</b></ins></p>"),
    "where a link leads": (
        "<p>It is <a href=https://a>here</a></p>",
        "<p>It is <a href=https://b>here</a></p>",
        "<p>It is <del>{a}</del><ins>{b}</ins></p>".format(
            a='<a data-to="https://a">here</a>', b='<a data-to="https://b">here</a>'
        ),
    ),
    "a picture with the same words": (
        "Look: <img src=a alt=A>",
        "Look: <img src=b alt=A>",
        "<div>Look: <del>{a}</del><ins>{b}</ins></div>".format(
            a='<span class="picture" data-to="a">Picture: A</span>',
            b='<span class="picture" data-to="b">Picture: A</span>',
        ),
    ),
    "another video": (
        "<p>Look: <iframe src=https://y/1></iframe></p>",
        "<p>Look: <iframe src=https://y/2></iframe></p>",
        "<p>Look: <del>{a}</del><ins>{b}</ins></p>".format(
            a='<span class="picture">Embedded page: https://y/1</span>',
            b='<span class="picture">Embedded page: https://y/2</span>',
        ),
    ),
    "a paragraph that becomes a heading": (
        "<p>A</p>",
        "<h2>A</h2>",
        '<p data-out><del>A</del></p><p class="h2" data-in><ins>A</ins></p>',
    ),
    "a paragraph that is rewritten": (
        "<p>A</p>",
        "<p>B</p>",
        "<p data-out><del>A</del></p><p data-in><ins>B</ins></p>",
    ),
    "an item in a list": (
        "<ul><li>a</li><li>b</li><li>c</li></ul>",
        "<ul><li>a</li><li>c</li><li>d</li></ul>",
        (
            f"<ul><li><div>a</div></li>{OUT.format('li', 'b')}<li><div>c</div></li>"
            f"{IN.format('li', 'd')}</ul>"
        ),
    ),
    "a column that goes": (
        "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
        "<table><tr><td>a<tr><td>c</table>",
        (
            f"<table><tbody><tr><td><div>a</div></td>{OUT.format('td', 'b')}</tr>"
            f"<tr><td><div>c</div></td>{OUT.format('td', 'd')}</tr></tbody></table>"
        ),
    ),
    "a row that is new": (
        "<table><tr><td>a<td>b</table>",
        "<table><tr><td>c<td>d<tr><td>a<td>b</table>",
        (
            "<table><tbody><tr data-in><td data-in><div data-in><ins>c</ins></div></td>"
            "<td data-in><div data-in><ins>d</ins></div></td></tr>"
            "<tr><td><div>a</div></td><td><div>b</div></td></tr></tbody></table>"
        ),
    ),
    "a cell, beside an empty one, and a new row": (
        "<table><tr><td><td>b</table>",
        "<table><tr><td><td>c<tr><td>d<td></table>",
        (
            "<table><tbody><tr><td></td><td><div><del>b</del><ins>c</ins></div></td></tr>"
            f"<tr data-in>{IN.format('td', 'd')}<td data-in></td></tr></tbody></table>"
        ),
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_changes_are_marked_where_members_read_them(before: str, after: str, expected: str) -> None:
    """What members notice is marked: words, styles, links, pictures, videos, items and cells."""
    assert tracked(sanitised(before), sanitised(after), Effort(10_000)) == expected


def test_long_texts_take_no_longer_than_they_are() -> None:
    """The time grows with the size, not with its square, where everything differs."""

    def mark(size: int) -> str:
        old, new = (
            sanitised("".join(f"<p>{word}{n} a b</p>" for n in range(size))) for word in "xy"
        )
        return tracked(old, new, Effort(200_000))

    assert growth(mark, 20_000) < SQUARE
