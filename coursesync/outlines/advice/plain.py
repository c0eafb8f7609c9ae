"""What contents mostly are: paragraphs, lists, tables, links and pictures, well nested.

Pure. It knows the tags that nothing can be said about, so that little else is looked at closely;
what it does not know is no verdict. One pass, and it ends at the first tag that it doesn't know.
"""

from __future__ import annotations

import re
from functools import lru_cache

DEEPEST = 50
_TAG = re.compile(r"<[^>]*+>?+")
_ADDRESS = (
    r"(?![-a-zA-Z0-9.]*(?i:localhost))[a-zA-Z][-a-zA-Z0-9.]*+(?:[/?#][-\w.~/?=&;%+@,#:!]*+)?+"
)
_WITH_ATTRIBUTES = re.compile(
    r"<([a-z][a-z0-9]*+)(?:"
    r' (?:alt|class|colspan|height|id|lang|rel|rowspan|start|style|target|title|width)="[^"<>&]*+"'
    rf'| href="(?:https?://{_ADDRESS}|mailto:[-\w.+@]++(?:\?[-\w.=%&;+]*+)?+)"'
    rf'| src="https://{_ADDRESS}"'
    r")*+ ?/?>"
)
_LINE = (
    r"(?:[^<]++|<br ?/?>|"
    + "|".join(f"<{tag}>[^<]*+</{tag}>" for tag in ("strong", "em", "b", "i", "code"))
    + rf'|<a href="https?://{_ADDRESS}">[^<]*+</a>)*+'
)
# most of it, in a third of the time
_PLAINEST = re.compile(
    rf"(?:[^<]++|<p>{_LINE}</p>|<h2>[^<]*+</h2>|<h3>[^<]*+</h3>"
    rf"|<ul>\s*+(?:<li>{_LINE}</li>\s*+)*+</ul>)*+"
)
_MARKS = frozenset({"a", "abbr", "b", "code", "em", "i", "s", "small", "span", "strong", "u"})
_IN_LINE = _MARKS | {"br", "img", "sub", "sup"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"blockquote", "div", "hr", "ol", "p", "pre", "table", "ul"}
_MAY_HOLD = {
    **dict.fromkeys(_MARKS | _HEADINGS | {"p", "pre", "sub", "sup"}, _IN_LINE),
    **dict.fromkeys(("", "blockquote", "div", "li", "td", "th"), _IN_LINE | _BLOCKS),
    **dict.fromkeys(("ol", "ul"), frozenset({"li"})),
    "table": frozenset({"thead", "tbody"}),
    **dict.fromkeys(("thead", "tbody"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
}
# by the tag as it is written, where it has no attributes: the tag that ends it, "" for none
_ENDS = {f"<{name}>": f"</{name}>" for name in _MAY_HOLD if name}
_STARTS = {f"</{name}>": {f"<{held}>" for held in held} for name, held in _MAY_HOLD.items()}
_SINGLE = frozenset({"<br>", "<br/>", "<br />", "<hr>", "<hr/>", "<hr />"})
_TOP = "</>"


@lru_cache(maxsize=512)  # each rule on contents asks
def is_plain(text: str) -> bool:
    """Say whether HTML is so simple that there can't be anything wrong with its tags."""
    return "<" not in text or _PLAINEST.fullmatch(text) is not None or _is_well_nested(text)


def _is_well_nested(text: str) -> bool:
    ends = [_TOP]
    for tag in _TAG.findall(text):
        if tag == ends[-1] and len(ends) > 1:
            ends.pop()
            continue
        start = tag if tag in _ENDS or tag in _SINGLE else _without_attributes(tag)
        if start in _SINGLE:
            continue
        if start not in _STARTS[ends[-1]] or len(ends) > DEEPEST:
            return False
        if start in _ENDS:
            ends.append(_ENDS[start])
    return len(ends) == 1


def _without_attributes(tag: str) -> str:
    found = _WITH_ATTRIBUTES.fullmatch(tag)
    return f"<{found[1]}>" if found else ""
