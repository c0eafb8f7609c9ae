"""Nothing that people write has an effect in a comment, and a comment is never too long."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from render.commented import ALLOW, comments_with, plan_with
from shares import examples

from coursesync.errors import Diagnostic, InvalidOutlines, Where
from coursesync.render.comment.notices import NotLive, result, unplanned
from coursesync.render.comment.page import compose
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from markdown_it.token import Token

HOSTILE = [
    "a | b || c",
    "`code` ``x`` ```fence ~~~",
    "<script>alert(1)</script> <b>bold</b> <!-- gone -->",
    "</summary></details><img src=x onerror=alert(1)>",
    "@everyone and @octocat/team",
    "[click](https://evil.example) ![img](https://evil.example/x.png) [ref] [^1]",
    "https://evil.example www.evil.example <https://evil.example> me@evil.example ftp://evil",
    "*em* **strong** _em_ __strong__ ~~gone~~ ~x~",
    "# heading",
    "- item",
    "> [!CAUTION]",
    "&lt;b&gt; &amp; &#64;octocat &nbsp;",
    "\\| \\` \\",
    "|---|---|",
    "=== --- ***",
    "$math$ :octocat: #123 GH-123 gh-123 octo/repo#1 octo/repo@deadbeef1",
    "0123456789abcdef0123456789abcdef01234567 and deadbee",
    '!1 %2 %"next" &3 $4 ~bug ~"to do" group/project!5',
    "/coursesync approve 0123456789abcdef",
    "::error::gone ##[group]gone",
    "\u202eoctocat\u2066 \u200b@\u2060octocat",
    "a colon at the end :octocat",
    "mailto:a@b.example xmpp:a@b.example",
    "",
]
PIECES = st.lists(st.sampled_from([*HOSTILE, "\n", " ", "*", "~~", "`", "\\", "x"])).map(
    lambda pieces: "".join(pieces)[:900]  # no title is longer
)
TEXTS = PIECES | st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=40
)
INLINE = {
    *("text", "text_special", "softbreak", "code_inline", "html_inline"),
    *(f"{name}_{side}" for name in ("strong", "em", "s") for side in ("open", "close")),
}
TAGS = {"<details-summary>", "</summary>", "</details>", "<br>"}
# what GitHub looks up in the text that a reader sees, and what it links while it parses:
# https://github.github.com/gfm/#autolinks-extension-
COMMIT = r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-z])"
OF_GITLAB = r"[!%&$~]\d|[%~][\w\"]"
LOOKED_UP = re.compile(rf"@\w|#\d|gh-\d|:\d*[a-z_+-][\w+-]*:|{OF_GITLAB}|{COMMIT}", re.IGNORECASE)
LINKED = re.compile(r"\w://|www\.|\w@\w", re.IGNORECASE)


def parsed(document: str) -> list[Token]:
    """Return the blocks of a document of GitHub-flavoured Markdown."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)


def read(block: Token) -> str:
    """Return the text of a block as a reader sees it, without code."""
    texts = {"text", "text_special"}
    return "".join(e.content if e.type in texts else "\n" for e in block.children or ())


def check_inert(document: str) -> None:
    """Fail if anything in a document has an effect, apart from the layout."""
    blocks = parsed(document)
    children = [child for block in blocks for child in block.children or ()]
    inline = {child.type for child in children}
    html = [each.content for each in (*blocks, *children) if each.type.startswith("html_")]
    tags = re.findall(r"<[^>]*>", "".join(html).replace("<details><summary>", "<details-summary>"))
    folded = re.findall(r"<summary>(.*?)</summary>", "".join(html))
    source = re.sub(r"^(`{3,})diff\n.*?^\1$", "", document, flags=re.MULTILINE | re.DOTALL)
    source = source.replace(f"\n    {ALLOW}\n", "\n", 1)  # the program's own

    assert inline <= INLINE
    assert {*tags} <= TAGS
    assert tags.count("<details-summary>") == tags.count("</details>")
    assert not re.search(r"^\s*/", source, re.MULTILINE)
    assert not LINKED.search(re.sub(r"(`+) ?.*? ?\1", "", source))
    assert not LOOKED_UP.search("\n".join([*map(read, blocks), *map(unescape, folded)]))
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b]", document)


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_have_an_effect(words: str) -> None:
    """No text makes a link, a picture, HTML, a mention, a reference or a command."""
    for document in comments_with(words):
        check_inert(document)


@settings(deadline=None, max_examples=examples(60))
@given(TEXTS)
def test_no_text_has_an_effect(words: str) -> None:
    """The same holds for any text."""
    for document in comments_with(words):
        check_inert(document)


@settings(deadline=None, max_examples=examples(20))
@given(TEXTS, st.integers(1, 60), st.integers(1, 40), st.sampled_from([32_768, 65_536]))
def test_a_comment_is_never_too_long(words: str, times: int, number: int, most: int) -> None:
    """It stays within its bound for any text and any number of changes, and loses no tag."""
    document = compose(PlanView(plan_with((words * times)[:900], number)), most=most)

    assert len(document.encode()) <= most
    check_inert(document)


def shown(document: str, words: str) -> int:
    """Return how many records a comment names with a change that begins with some words."""
    taken = re.findall(rf"^> - \*\*.*?\*\*[^:]*: {words}", document, re.MULTILINE)
    return len(taken) + len(re.findall(rf"^\| \*\*.*? \| {words}", document, re.MULTILINE))


LIMITS = [32_768, 65_536, 1_000_000]
GROUPS = ("deleted", "hidden from members", "(renamed|moved)", "new, ")  # the heaviest first


@settings(deadline=None, max_examples=examples(12))
@given(st.sampled_from(LIMITS), st.integers(1, 250), st.integers(2, 80))
def test_what_is_heavier_is_never_left_out_before_what_is_lighter(
    most: int, number: int, length: int
) -> None:
    """A flood of new records hides no deletion: whatever is left out, all that follows is, too."""
    view = PlanView(plan_with("A title".ljust(length, "x")[:length].strip(), number))
    document, whole = compose(view, most=most), compose(view, most=10**9)
    left = [shown(whole, words) - shown(document, words) for words in GROUPS]
    cut = [at for at, each in enumerate(left) if each]

    assert len(document) <= len(document.encode()) <= most
    assert shown(whole, "deleted") >= number
    assert ("Left out here" in document) == (document != whole)
    if cut:
        assert [shown(document, words) for words in GROUPS[cut[0] + 1 :]] == [
            0 for _ in GROUPS[cut[0] + 1 :]
        ]


@pytest.mark.parametrize(("most", "number"), [(32_768, 180), (65_536, 360)])
def test_the_lightest_rows_are_left_out(most: int, number: int) -> None:
    """A comment that must be cut keeps what is taken from members, and counts what it lacks."""
    view = PlanView(plan_with("A title of a usual length", number))
    document, whole = compose(view, most=most), compose(view, most=10**9)
    left = re.search(r"\*\*Left out here, because of its size: ([\d,]+) lighter rows", document)

    assert most * 0.9 < len(document.encode()) <= most
    assert left
    assert document.count("\n| **") + int(left[1].replace(",", "")) == whole.count("\n| **")
    assert [each for each in ("deleted", "new, ") if shown(whole, each)] == ["deleted", "new, "]
    assert [each for each in ("deleted", "new, ") if shown(document, each)] == ["deleted"]


def test_a_forge_that_takes_more_gets_more() -> None:
    """A comment of GitLab has every row of a large change, and leaves out differences alone."""
    view = PlanView(plan_with("A title of a usual length", 540))
    document = compose(view, most=1_000_000)

    assert 900_000 < len(document.encode()) <= 1_000_000
    assert [shown(document, words) for words in ("deleted", "new, ")] == [540, 540]
    assert "Left out here, because of its size: details for the engineer." in document


def test_the_other_comments_are_bounded() -> None:
    """Mistakes, and what waits, are cut and counted too."""
    mistakes = [Diagnostic(Where("a.yaml", n), "x" * 300, "y" * 300) for n in range(1, 500)]
    waiting = [NotLive("x" * 300, "y" * 300, "z" * 300)] * 500

    for document in (
        unplanned(InvalidOutlines(mistakes), most=32_768),
        result(None, waiting, most=32_768),
    ):
        assert len(document.encode()) <= 32_768
        assert re.search(r"Left out here, because of its size: \d+ more (mistake|line)s", document)
