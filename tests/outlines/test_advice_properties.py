"""Properties of advice on any valid outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.kinds.contents import to_html
from coursesync.kinds.html import same_html
from coursesync.outlines.advice.advice import Source, distinct, first_pieces
from coursesync.outlines.advice.contents import findings, is_empty, unlinked
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.rules import advise
from coursesync.outlines.html_to_markdown import markdown_of
from coursesync.outlines.outline import build
from coursesync.outlines.yaml_reader import parse
from coursesync.text import on_one_line

if TYPE_CHECKING:
    from outlines.author import Author

    from coursesync.errors import Diagnostic

PIECES = [
    *("<", ">", "</", "/>", "=", '"', "'", " ", "\n", "&", ";", "&#10;", "&colon;", "<!--", "-->"),
    *("p", "b", "a", "td", "table", "tr", "li", "ul", "script", "style", "svg", "iframe", "title"),
    *("<p>", "</p>", "<b>", "</b>", "<table>", "<td>", "</table>", "<script>", "</script>", "<i "),
    *("<textarea>", "<svg>", "<math>", "<template>", "<select>", "<frameset>", "<plaintext>"),
    *("&#", "&#x", "&#0", "9" * 5_000, "0" * 5_000, "²", "start=", "colspan="),
    *(
        "file:",
        "C:\\",
        "../",
        "localhost",
        "srcset=",
        "blob:",
        "//",
        "www.",
        "#",
        "&lt;",
        "](",
        "![",
    ),
    *("href=", "src=", "onclick=", "javascript:", "data:", "http://", "https://", "é", "\t", "::"),
]
HTML = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)
UNLOCKS = st.sampled_from(["immediate", "sequential", "{after_days: 0}", "{after_days: 9}"])


@settings(deadline=None, max_examples=examples(600))
@given(HTML)
def test_any_contents_at_all_are_judged_and_none_raises(html: str) -> None:
    """Checking any contents ends, and gives the same again."""
    found = findings(html)
    findings.cache_clear()

    assert findings(html) == found
    assert all(each.problem and each.remedy for each in found)
    assert is_empty(html) or html.strip()
    assert all(each.problem and each.remedy for each in unlinked(to_html(html)))
    assert same_html(html, html + " ")
    assert (markdown := markdown_of(html)) is None or to_html(markdown) == html


@pytest.mark.parametrize("number", ["9" * 5_000, "0" * 5_000 + "65", "x" + "f" * 5_000])
@pytest.mark.parametrize(
    "form", ["<p>&#{};</p>", '<a href="&#{}">a</a>', "a<i title='&#{};'>b</i>"]
)
@pytest.mark.parametrize("kind", ["html", "markdown", "in place"])
def test_a_character_of_thousands_of_digits_is_contents(
    number: str, form: str, kind: str, writer: Author
) -> None:
    """It is read as any browser does, and neither checking nor planning ends in a traceback."""
    html = form.format(number)
    named = {"html": "{html: a.html}", "markdown": "{markdown: a.md}", "in place": f"|\n    {html}"}
    for name in ("a.html", "a.md"):
        (writer.courses / name).write_text(html)
    writer.write(f"- title: A\n  contents: {named[kind]}\n")

    assert writer.cli("validate").code == 0
    assert html in str(writer.sent()[0]["SectionContents"]) or kind == "markdown"


@st.composite
def outlines(draw: st.DrawFn) -> str:
    """A valid outline, as text."""
    lines = ["id: 1", "title: T", "sections:"]
    for number in range(draw(st.integers(1, 6))):
        title = draw(st.sampled_from(["A", "a", "B " * 120 + "x", "ß", "SS"]))
        lines += [f"  - key: part-{number}", f"    title: {title}"]
        lines += [f"    unlock: {draw(UNLOCKS)}", f"    active: {str(draw(st.booleans())).lower()}"]
        kind = draw(st.sampled_from(["", "html", "markdown"]))
        ending = "md" if kind == "markdown" else "html"
        lines += [f"    contents: {{{kind}: {number % 2}.{ending}}}"] if kind else []
    return "\n".join(lines) + "\n"


def all_advice(text: str, html: str) -> list[Diagnostic]:
    """Give all advice on an outline whose content files hold this HTML."""
    tree, mistakes = parse(text, "courses/a.yaml")
    assert tree is not None
    outline, more = build(tree, lambda _: html)
    assert outline is not None, mistakes + more
    pieces = distinct(advise(outline, lambda name: Source(f"courses/{name}", html)))
    return list(first_pieces(pieces, len(pieces)).shown)


@settings(deadline=None, max_examples=examples(300))
@given(outlines(), HTML)
def test_any_valid_outline_gets_the_same_advice_again(text: str, html: str) -> None:
    """Advice never fails, is sorted by place, lies inside its file, and is the same each time."""
    pieces = all_advice(text, html)
    lines = {"courses/a.yaml": text.count("\n") + 1}

    assert pieces == sorted(pieces) == all_advice(text, html)
    for each in pieces:
        most = lines.get(each.where.path, html.count("\n") + 1)
        assert 1 <= each.where.line <= most
        assert each.where.column >= 1
        assert each.problem == on_one_line(each.problem)
        assert str(each.remedy) == on_one_line(str(each.remedy))


LEAVES = ["a", " ", "&lt;", "<br>", '<img src="https://a.example/b.png" alt="c">']
WRAPS = ["p", "h2", "strong", "em", "i", "ul", "ol", "li", "div", "blockquote", "table", "tbody"]
WRAPS += ["thead", "tr", "td", "th", 'a href="https://a.example/?b=c&copy=d"', 'p class="x"']


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put some pieces of HTML into a tag."""
    several = st.lists(inner, max_size=3).map("".join)
    return st.builds(
        lambda tag, text: f"<{tag}>{text}</{tag.split()[0]}>", st.sampled_from(WRAPS), several
    )


@settings(deadline=None, max_examples=examples(1_000))
@given(st.recursive(st.sampled_from(LEAVES), wrapped, max_leaves=8))
def test_plain_html_is_html_without_advice(html: str) -> None:
    """Plain HTML would get no advice: with a tag that is not plain added, it still gets none."""
    assert not is_plain(html) or findings(f"{html}<bdi>a</bdi>") == ()
