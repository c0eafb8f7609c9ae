"""Pages from templates, in which every value is escaped and a name that is not known is an error.

Owns how templates are read. They are handed over as text: nothing is read from a disk here. Only
what is made for a page, such as its style, may stand in it as it is (`safe`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from coursesync.errors import Remedy
from coursesync.kinds import LISTED
from coursesync.text import count, inert, to_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence


def environment(sources: Mapping[str, str]) -> Environment:
    """Return the templates of these names and texts."""
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(count=count, inert=inert, in_html=in_html, noun=LISTED.name)
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return made


def in_html(sentence: Sentence) -> Markup:
    """Write a sentence as HTML; what is to be typed is code."""
    return Markup(  # noqa: S704 - each piece is escaped
        Remedy(sentence).written(
            lambda typed: f"<code>{escape(to_type(typed))}</code>",
            lambda plain: str(escape(inert(plain, 1_000))),
            gap=" ",
        )
    )
