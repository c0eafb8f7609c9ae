"""Writes which settings of coursesync.toml a pull request changes, and what that means.

Owns these words. Values come from people, and are escaped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.render.markdown_escape import code
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_VALUE = 200
_MOST = 20  # settings
_MOST_NAMED = 3  # in a status
_MEANS = {
    ("require_review", True): (
        "a merged pull request is applied only if somebody else approved its last commit"
    ),
    ("require_review", False): "a merged pull request is applied although nobody approved it",
    ("solo", True): (
        "nobody else has to approve: a person may merge their own pull request unread, and may "
        "approve what they pushed"
    ),
    ("solo", False): "`require_review` says whether somebody else has to approve",
    ("on_removal", "keep"): "what leaves an outline, or has left it, stays on the site",
    ("on_removal", "deactivate"): (
        "what leaves an outline, or has left it, is hidden from members"
    ),
    ("on_removal", "delete"): "what leaves an outline, or has left it, is deleted on the site",
    ("store", "git"): "the state is kept in a branch of its own, as jobs need it",
    ("store", "file"): (
        "the state is looked for in a file, and no job can apply any more; carry it over first, "
        "with `coursesync state move`"
    ),
}
_MEANS_ALWAYS = {
    "base_url": "courses are applied to another address, which has another state",
}


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting with its value before and after; None where it has none."""

    name: str
    old: object
    new: object


def changed_settings(changes: Sequence[SettingChange]) -> Iterator[str]:
    """Yield a list of the settings that change, after a blank line; nothing if there are none."""
    if not changes:
        return
    yield ""
    yield (
        "This pull request changes these settings in `coursesync.toml`. Let the engineer confirm "
        "them first:"
    )
    yield ""
    for each in changes[:_MOST]:
        known = _MEANS.get((each.name, each.new)) if isinstance(each.new, str | bool) else None
        means = known or _MEANS_ALWAYS.get(each.name)
        ending = f": {means}." if means else "."
        name = code(inert(each.name, _LONGEST_VALUE))
        yield f"- {name} changes from {_value(each.old)} to {_value(each.new)}{ending}"
    if (more := len(changes) - _MOST) > 0:
        yield f"- and {more:,} more."


def settings_in_short(changes: Sequence[SettingChange]) -> str:
    """Return which settings change, for a status."""
    return f"{listed([each.name for each in changes], _MOST_NAMED)} in coursesync.toml"


def _value(value: object) -> str:
    if value in {None, "", ()}:
        return "nothing"
    return code(inert(json.dumps(value, ensure_ascii=False), _LONGEST_VALUE))
