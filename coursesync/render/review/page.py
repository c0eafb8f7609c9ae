"""Writes the review page: one HTML file that also works offline, and can be read without scripts.

Owns its security policy: only its own script and style apply, by their digests, and nothing may be
loaded. The script only searches, filters, and opens or closes what is there.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from markupsafe import Markup

from coursesync.errors import Command, Remedy
from coursesync.outlines.advice.advice import FirstPieces
from coursesync.render.comment.losses import losses
from coursesync.render.comment.page import in_brief
from coursesync.render.comment.words import in_short
from coursesync.render.plan_words import NOTHING
from coursesync.render.review.contents import Allowance
from coursesync.render.review.items import card
from coursesync.render.review.shown import source_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.render.comment.seen import Item
    from coursesync.render.review.labels import Label
    from coursesync.render.rows import PlanView

_MOST_LOST = 200  # of what is taken from members, at the top
_MOST_OPEN = 50  # courses; if there are more, the page begins with a list of their titles


@dataclass(frozen=True, slots=True)
class Assets:
    """The texts of the page's template, style and script."""

    template: str
    style: str
    script: str


def compose(
    view: PlanView,
    assets: Assets,
    advice: FirstPieces | None = None,
    *,
    above: Sequence[Sentence] = (),
    digest: str = "",
    allowance: Allowance | None = None,
) -> str:
    """Write a plan as a page; `above` holds sentences to show above the plan's own warnings.

    `digest` is that of the plan that would be applied, if it is another one. `allowance` limits
    what the page carries. The same plan gives the same bytes.
    """
    from coursesync.render.templates import pages  # noqa: PLC0415 - takes long

    left = allowance or Allowance()
    cards = [card(each, left) for each in view.courses]
    labels: Counter[Label] = sum((each.labels for each in cards), Counter())
    courses = [(each.view, each.seen) for each in cards]
    return pages({"page": assets.template})(
        "page",
        view=view,
        assets=assets,
        policy=policy(assets),
        nothing=NOTHING,
        heading=in_short(item for each in cards for item in each.seen),
        brief=_rendered(line for part in in_brief(courses) for line in part.lines),
        lost=_rendered(_lost(losses(courses, view.plan.courses))),
        above=tuple(above),
        warnings=tuple(view.warnings),
        advice=(advice or FirstPieces()).first(),
        cards=cards,
        labels=labels,
        changes=sum(each.changes for each in cards),
        are_open=len(cards) <= _MOST_OPEN,
        digest=digest or view.plan.digest,
        foot=_in_text(view) if left.lacks_details else None,
        source_line=source_line,
    )


def _lost(lost: Sequence[tuple[Item, str]]) -> Iterator[str]:
    yield from (f"- {words}" for _, words in lost[:_MOST_LOST])
    if (more := len(lost) - _MOST_LOST) > 0:
        yield f"- and {more:,} more, marked below"


def _rendered(lines: Iterable[str]) -> Markup:
    """Render Markdown in which all text from people is escaped; HTML in it stays text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - takes long

    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    return Markup(parser.render("\n".join(lines)))  # noqa: S704 - see above


def _in_text(view: PlanView) -> Remedy:
    return Remedy(
        "Only the first changes have Details: there are too many. For the whole plan as text:",
        view.hint(Command("plan", full=True)),
    )


def policy(assets: Assets) -> str:
    """Return the page's Content-Security-Policy."""
    return (
        f"default-src 'none'; script-src {_hashed(assets.script)}; "
        f"style-src {_hashed(assets.style)}; base-uri 'none'; form-action 'none'"
    )


def _hashed(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
