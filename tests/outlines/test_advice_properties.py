"""What holds for advice on whatever is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.outlines.advice.contents import findings, is_empty
from coursesync.outlines.advice.pieces import distinct, told
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.rules import Source, advise
from coursesync.outlines.outline import build
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from coursesync.errors import Diagnostic

PIECES = [
    *("<", ">", "</", "/>", "=", '"', "'", " ", "\n", "&", ";", "&#10;", "&colon;", "<!--", "-->"),
    *("p", "b", "a", "td", "table", "tr", "li", "ul", "script", "style", "svg", "iframe", "title"),
    *("<p>", "</p>", "<b>", "</b>", "<table>", "<td>", "</table>", "<script>", "</script>", "<i "),
    *("<textarea>", "<svg>", "<math>", "<template>", "<select>", "<frameset>", "<plaintext>"),
    *("href=", "src=", "onclick=", "javascript:", "data:", "http://", "https://", "é", "\t", "::"),
]
HTML = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)
UNLOCKS = st.sampled_from(["immediate", "sequential", "{after_days: 0}", "{after_days: 9}"])


@settings(deadline=None, max_examples=examples(600))
@given(HTML)
def test_any_contents_at_all_are_judged_and_none_raises(html: str) -> None:
    """Whatever contents are, judging them ends, says the same again, and points inside them."""
    found = findings(html)
    findings.cache_clear()

    assert findings(html) == found
    assert all(0 <= each.start <= len(html) and each.problem and each.remedy for each in found)
    assert is_empty(html) or html.strip()


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


def everything_told(text: str, html: str) -> list[Diagnostic]:
    """Give all advice on an outline whose content files hold this HTML."""
    tree, mistakes = parse(text, "courses/a.yaml")
    assert tree is not None
    outline, more = build(tree, lambda _: html)
    assert outline is not None, mistakes + more
    pieces = distinct(advise(outline, lambda name: Source(f"courses/{name}", html)))
    return list(told(pieces, len(pieces)).shown)


@settings(deadline=None, max_examples=examples(300))
@given(outlines(), HTML)
def test_any_valid_outline_gets_the_same_advice_again(text: str, html: str) -> None:
    """Advice never fails, is sorted by place, lies inside its file, and is the same each time."""
    pieces = everything_told(text, html)
    lines = {"courses/a.yaml": text.count("\n") + 1}

    assert pieces == sorted(pieces) == everything_told(text, html)
    for each in pieces:
        most = lines.get(each.where.path, html.count("\n") + 1)
        assert 1 <= each.where.line <= most
        assert each.where.column >= 1
        assert each.problem.isprintable()
        assert each.remedy.isprintable()


LEAVES = ["a", " ", "&lt;", "<br>", '<img src="https://a.example/b.png" alt="c">']
WRAPS = ["p", "h2", "strong", "em", "i", "ul", "ol", "li", "div", "blockquote", "table", "tbody"]
WRAPS += ["thead", "tr", "td", "th", 'a href="https://a.example/?b=c&copy=d"', 'p class="x"']


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put some pieces of HTML into a tag, wherever that may belong."""
    several = st.lists(inner, max_size=3).map("".join)
    return st.builds(
        lambda tag, text: f"<{tag}>{text}</{tag.split()[0]}>", st.sampled_from(WRAPS), several
    )


@settings(deadline=None, max_examples=examples(1_000))
@given(st.recursive(st.sampled_from(LEAVES), wrapped, max_leaves=8))
def test_what_passes_for_plain_is_what_the_judge_would_pass(html: str) -> None:
    """No short cut is taken past something to say: with a tag that is not plain, it is judged."""
    assert not is_plain(html) or findings(f"{html}<bdi>a</bdi>") == ()
