"""Writes the review page: one HTML file that also works offline.

Owns its security policy: only its own script and styles apply, by their digests, and nothing may be
loaded. Without scripts the page shows the plan as text.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.outlines.advice.advice import FirstPieces
from coursesync.render import terminal
from coursesync.render.plan_words import NOTHING
from coursesync.render.review.model import Allowance, model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.errors import Sentence
    from coursesync.render.rows import PlanView

# for the frames that show contents; the page's policy applies there too
_FRAME_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:.75rem;overflow-wrap:anywhere;background:#fff;"
    "color:#1f2328}body>:first-child{margin-top:0}.picture{border:1px dashed #8c8c8c;padding:.5rem}"
)


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
) -> str:
    """Write a plan as a page; `above` holds sentences to show above the plan's own warnings.

    The same plan gives the same bytes.
    """
    from coursesync.render.templates import pages  # noqa: PLC0415 - takes long

    return pages({"page": assets.template})(
        "page",
        view=view,
        assets=assets,
        policy=policy(assets),
        nothing=NOTHING,
        warnings=(*above, *view.warnings),
        advice=(advice or FirstPieces()).first(),
        model=model(view, Allowance()),
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
