"""Owns the template environment: every value is escaped, and an unknown name is an error.

Templates come in as text; this module must never read a disk. Only what is made for a page, for
example its style, may be marked `safe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from coursesync.errors import Remedy
from coursesync.kinds import LISTED, held_in
from coursesync.kinds.counting import nouns
from coursesync.text import count, inert, to_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coursesync.errors import Sentence


def pages(sources: Mapping[str, str]) -> Callable[..., str]:
    """Return a function that writes a page from a template's name and values, by name.

    `sources` holds the templates by name.
    """
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(count=count, inert=inert, in_html=in_html)
    made.globals.update(nouns=LISTED.plural, inside=nouns(held_in(LISTED)).capitalize())
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return lambda name, **values: made.get_template(name).render(values)


def in_html(sentence: Sentence) -> Markup:
    """Write a sentence as HTML, with commands as code."""
    return Markup(  # noqa: S704 - each piece is escaped
        Remedy(sentence).written(
            lambda typed: f"<code>{escape(to_type(typed))}</code>",
            lambda plain: str(escape(inert(plain, 1_000))),
        )
    )
