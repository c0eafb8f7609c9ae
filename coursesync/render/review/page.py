"""The review page: one HTML file, for a browser that is online or not.

Its policy lets run just the one script and the styles that are in it, by their digests, and lets
nothing be loaded. Without scripts it shows the plan as text.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.outlines.advice.pieces import Told
from coursesync.render import terminal
from coursesync.render.review.model import MOST_CONTENTS, Allowance, model
from coursesync.render.rows import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.render.rows import PlanView

_MOST_ADVICE = 50
# within the frames that show contents; the page's own policy holds there, too
_FRAME_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:.75rem;overflow-wrap:anywhere;background:#fff;"
    "color:#1f2328}body>:first-child{margin-top:0}.picture{border:1px dashed #8c8c8c;padding:.5rem}"
)


@dataclass(frozen=True, slots=True)
class Assets:
    """The page's template, style and script, as they stand beside this module.

    `most_contents` is how many characters of contents the page may carry.
    """

    template: str
    style: str
    script: str
    most_contents: int = MOST_CONTENTS


def compose(
    view: PlanView, assets: Assets, advice: Told | None = None, *, above: Sequence[str] = ()
) -> str:
    """Write a plan as a page.

    Args:
        view: the plan.
        assets: the page's style and script.
        advice: what there is to say of its outlines.
        above: what a look at the site found, in sentences.

    Returns:
        The whole file; the same plan gives the same bytes.
    """
    from coursesync.render.templates import environment  # noqa: PLC0415 - takes long

    page = environment({"page": assets.template}).get_template("page")
    return page.render(
        view=view,
        assets=assets,
        policy=policy(assets),
        nothing=NOTHING,
        warnings=(*above, *view.warnings),
        advice=advice.first(_MOST_ADVICE) if advice else Told(),
        model=model(view, Allowance(assets.most_contents)),
        text=terminal.compose(view),
        frame_style=_FRAME_STYLE,
    )


def policy(assets: Assets) -> str:
    """Return the page's Content-Security-Policy."""
    styles = " ".join(map(_hashed, (assets.style, _FRAME_STYLE)))
    return (
        f"default-src 'none'; script-src {_hashed(assets.script)}; style-src {styles}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashed(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
