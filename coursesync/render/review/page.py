"""The review page: one HTML file, for a browser that is online or not. Pure.

Its policy lets run just the one script and the styles that are in it, by their digests, and lets
nothing be loaded. Without scripts it shows the plan as text.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from coursesync.nexudus.limits import PUBLISHED, Limits
from coursesync.render import terminal
from coursesync.render.plan_words import NOTHING, bare, cost, summary, warnings
from coursesync.render.review.model import MOST_CONTENTS, Allowance, model
from coursesync.render.sentences import in_html
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.outlines.advice.pieces import Told
    from coursesync.planning.plan import Plan
    from coursesync.render.plan_words import Hint

_MOST_ADVICE = 50
# within the frames that show contents; the page's own policy holds there, too
_FRAME_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:.75rem;overflow-wrap:anywhere;background:#fff;"
    "color:#1f2328}body>:first-child{margin-top:0}.picture{border:1px dashed #8c8c8c;padding:.5rem}"
)


@dataclass(frozen=True, slots=True)
class Assets:
    """The page's own style and script, as they stand beside this module.

    `most_contents` is how many characters of contents the page may carry.
    """

    style: str
    script: str
    most_contents: int = MOST_CONTENTS


def compose(
    plan: Plan,
    assets: Assets,
    limits: Limits = PUBLISHED,
    advice: Told | None = None,
    *,
    above: Sequence[Sentence] = (),
    hint: Hint = bare,
) -> str:
    """Write a plan as a page.

    Args:
        plan: the plan.
        assets: the page's style and script.
        limits: what the API allows, for the time that it takes.
        advice: what there is to say of its outlines.
        above: what a look at the site found, in sentences.
        hint: writes a command so that it can be typed as it stands.

    Returns:
        The whole file; the same plan gives the same bytes.
    """
    head = (*_head(plan, limits, advice, above),)
    told = model(plan, Allowance(assets.most_contents), hint)
    silent = terminal.compose(plan, hint=hint, limits=limits)
    return "\n".join(_lines(plan, assets, head, told, silent)) + "\n"


def policy(assets: Assets) -> str:
    """Return the page's Content-Security-Policy."""
    styles = " ".join(map(_hashed, (assets.style, _FRAME_STYLE)))
    return (
        f"default-src 'none'; script-src {_hashed(assets.script)}; style-src {styles}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashed(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


def _lines(
    plan: Plan, assets: Assets, head: Iterable[str], told: str, silent: str
) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy(assets)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(summary(plan))}</title>"
    yield f"<style>{assets.style}</style>"
    yield "</head>"
    yield "<body>"
    yield '<a class="skip" href="#courses">Skip to the courses</a>'
    yield '<header><p class="product">coursesync plan</p>'
    yield '<button type="button" id="theme" hidden>Dark or light</button></header>'
    yield "<main>"
    yield from head
    yield from _controls()
    yield '<div id="courses" tabindex="-1"></div>'
    yield f"<noscript><pre>{escape(silent)}</pre></noscript>"
    yield "</main>"
    yield from _foot(plan)
    yield f'<script type="application/json" id="model">{told}</script>'
    yield f'<template id="frame"><style>{_FRAME_STYLE}</style></template>'
    yield f"<script>{assets.script}</script>"
    yield "</body>"
    yield "</html>"


def _head(
    plan: Plan, limits: Limits, advice: Told | None, above: Sequence[Sentence]
) -> Iterator[str]:
    yield f"<h1>{escape(summary(plan) if plan.changes else NOTHING)}</h1>"
    if told := cost(plan, limits):
        yield f"<p>{escape(told)}</p>"
    if warned := (*above, *warnings(plan)):
        yield '<ul class="warnings">'
        yield from (f"<li>{in_html(each)}</li>" for each in warned)
        yield "</ul>"
    if advice and (shown := advice.first(_MOST_ADVICE)).shown:
        number = len(advice.shown) + advice.more
        yield f"<details class=advice><summary>{count(number, 'piece')} of advice</summary><ul>"
        for each in shown.shown:
            where, problem = escape(inert(str(each.where))), escape(inert(each.problem))
            yield f"<li><code>{where}</code> {problem}<br>{in_html(each.remedy)}</li>"
        if shown.more:
            yield f"<li>and {shown.more:,} more</li>"
        yield "</ul></details>"


def _controls() -> Iterator[str]:
    yield '<form id="controls" role="search" hidden autocomplete="off">'
    yield '<p><label for="search">Search titles and addresses</label>'
    yield '<input type="search" id="search" aria-keyshortcuts="/"></p>'
    yield '<p><label for="course">Course</label><select id="course"></select></p>'
    yield '<fieldset id="actions"><legend>What becomes of sections</legend></fieldset>'
    yield "</form>"
    yield '<p id="found" role="status"></p>'


def _foot(plan: Plan) -> Iterator[str]:
    yield f"<footer><p>Target <code>{escape(inert(plan.target))}</code></p>"
    yield f"<p>Digest <code>{plan.digest}</code></p></footer>"
