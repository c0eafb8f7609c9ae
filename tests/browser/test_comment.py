"""The comments on a pull request as GitHub shows them, on a desktop and on a telephone.

markdown-it parses GitHub's dialect, with its links of bare addresses, and the style is GitHub's
own. What GitHub makes of a block that begins with `[!WARNING]` is made here in the same way, and
the keyboard can scroll a block of code, as in browsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.looking import AXE
from browser.pictures import keep_picture
from render.commented import comments_with
from render.edited import EVERYTHING, ONBOARDING, plan_of_edits

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy, Where
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.comment.layout import Links
from coursesync.render.comment.notices import NotLive, conflicting, result, unplanned, untouched
from coursesync.render.comment.outlook import Outlook, stops_of
from coursesync.render.comment.page import compose
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from browser.looking import Look

MODULES = AXE.parents[1]
PARSER = MODULES / "markdown-it" / "dist" / "browser" / "markdown-it.umd.min.js"
STYLE = MODULES / "github-markdown-css" / "github-markdown-light.css"
# the page around a comment, as wide as GitHub's
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A pull request</title>
<meta name="viewport" content="width=device-width"><style>{style}
body {{ margin: 0 auto; max-width: 780px; padding: 16px; }}
main {{ border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; }}</style>
<main><h1>A change</h1><h2>Conversation</h2><article class="markdown-body"></article></main>
</html>"""
SHOW = """
(text) => {
    const main = document.querySelector("article");
    main.innerHTML = markdownit({html: true, linkify: true}).render(text);
    for (const code of main.querySelectorAll("pre")) code.tabIndex = 0;
    for (const quote of main.querySelectorAll("blockquote")) {
        const first = quote.querySelector("p");
        if (!first || !first.innerHTML.startsWith("[!WARNING]")) continue;
        const alert = document.createElement("div");
        alert.className = "markdown-alert markdown-alert-warning";
        first.innerHTML = first.innerHTML.replace("[!WARNING]", "").trim();
        alert.innerHTML = `<p class="markdown-alert-title">Warning</p>${quote.innerHTML}`;
        quote.replaceWith(alert);
    }
}
"""
TOO_WIDE = """
() => [...document.querySelectorAll("article > :not(details, pre)")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => each.outerHTML.slice(0, 200))
"""
WIDTHS = {"desktop": 1280, "phone": 390}
LINKS = Links(
    pages="https://example.com/run#artifacts",
    run="https://example.com/run",
    files="https://example.com/files",
)
pytestmark = pytest.mark.xdist_group("preview")  # starting a browser takes longer than the tests


def show(look: Look, written: str) -> None:
    """Show a comment."""
    look.page.set_content(PAGE.format(style=STYLE.read_text(encoding="utf-8")))
    look.page.evaluate(PARSER.read_text(encoding="utf-8"))
    look.page.evaluate(SHOW, written)


def of_everything(courses: Path) -> str:
    """Write the comment on an edit of all kinds."""
    plan = plan_of_edits(courses, *EVERYTHING)
    line = "/coursesync allow large-change 0123456789abcdef"
    return compose(PlanView(plan), LINKS, outlook=Outlook(stops_of(plan), [line]))


def of_one_word(courses: Path) -> str:
    """Write the comment on an edit of a word."""
    return compose(PlanView(plan_of_edits(courses, EVERYTHING[0])), LINKS)


def of_a_deletion(courses: Path) -> str:
    """Write the comment on the deletion of a lesson that members have completed."""
    gone = (ONBOARDING, "      - onboarding/bring-a-guest.md\n", "")
    plan = plan_of_edits(courses, gone, policy=Policy(OnRemoval.DELETE, prune=True))
    return compose(PlanView(plan), LINKS)


def of_mistakes(_: Path) -> str:
    """Write the comment on outlines with mistakes."""
    outline, page = "courses/onboarding.yaml", "courses/onboarding/find-your-desk.md"
    remedy = Remedy("Did you mean", Code("unlock"), "?")
    first = Diagnostic(Where(outline, 31, 5), "“unlok” is no field of a section", remedy)
    second = Diagnostic(Where(page, 2), "title is missing", "Write what members see in the list.")
    return unplanned(InvalidOutlines([first, second]), LINKS)


def of_an_apply(courses: Path) -> str:
    """Write the comment on an apply of which a part waits."""
    why = "0123abc set “opens after 7 days”, and no pull request showed that."
    approve = Code("/coursesync approve 0123456789abcdef")
    todo = Remedy("To put it on the site, somebody else with write access comments", approve)
    waits = [NotLive("Host an event at Tannery Yard", why, todo)]
    return result(PlanView(plan_of_edits(courses, *EVERYTHING)), waits, LINKS)


COMMENTS: dict[str, Callable[[Path], str]] = {
    "everything": of_everything,
    "one-word": of_one_word,
    "deletion": of_a_deletion,
    "mistakes": of_mistakes,
    "conflict": lambda _: conflicting("main", ["courses/onboarding.yaml"], LINKS),
    "untouched": lambda _: untouched([".github/workflows/plan.yml", "courses/x.toml"], LINKS),
    "apply": of_an_apply,
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_can_be_read(look: Look, examples: Path, name: str, width: str) -> None:
    """Nothing is wider than the page, and axe-core finds no barrier; with the details open too.

    A line to copy scrolls in its own box.
    """
    look.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    show(look, COMMENTS[name](examples))
    keep_picture(look.page, f"comment-{name}-{width}")

    assert look.page.evaluate(TOO_WIDE) == []
    assert look.barriers() == []

    look.page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    keep_picture(look.page, f"comment-{name}-{width}-open")

    assert look.page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


def test_the_warning_is_a_block_of_its_own(look: Look, examples: Path) -> None:
    """What is taken from members is in GitHub's warning, with what follows outside."""
    show(look, of_everything(examples))
    warning = look.page.locator(".markdown-alert-warning")

    assert warning.locator("li").count() == 4
    assert warning.locator("table").count() == 0


def test_no_text_links_in_a_browser(look: Look) -> None:
    """Bare addresses of any form become no links, and nothing is loaded or run."""
    texts = (
        "https://evil.example www.evil.example evil.example //evil.example me@evil.example "
        "<img src=x onerror=alert(1)> [a](https://evil.example) ![b](https://evil.example/x.png)"
    )
    for written in comments_with(texts):
        show(look, written)

        assert look.page.locator("article :is(a, img, script, iframe, style)").count() == 0
