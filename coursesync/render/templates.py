"""Pages from templates, in which every value is escaped and a name that is not known is an error.

Owns how templates are read. They are handed over as text: nothing is read from a disk here. Only
what is made for a page, such as its style, may stand in it as it is (`safe`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, StrictUndefined

from coursesync.kinds import LISTED
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    made.globals.update(count=count, inert=inert, noun=LISTED.name)
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return made
