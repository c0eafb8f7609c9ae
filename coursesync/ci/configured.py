"""Which settings differ between two configurations of a workspace.

Owns the name of each value, as coursesync.toml has it.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from coursesync.render.comment.configured import SettingChange

if TYPE_CHECKING:
    from coursesync.operations.config import Config

_OTHERWISE = {"limits", "pages", "sets", "outlines"}  # they are no plain values


def settings_between(before: Config, after: Config) -> tuple[SettingChange, ...]:
    """Return each setting whose value differs; one that a file leaves out has its default."""
    old, new = _values(before), _values(after)
    return tuple(
        SettingChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )


def _values(config: Config) -> dict[str, object]:
    outlines = config.outlines
    return {
        **{e.name: getattr(config, e.name) for e in fields(config) if e.name not in _OTHERWISE},
        "assets_url": outlines.assets_url,
        "allow": tuple(sorted(outlines.everywhere)),
        **{f"limits.{name}": value for name, value in asdict(config.limits).items()},
        **{f"pages.{name}": value for name, value in config.pages.items()},
        **{f"allow_in.{key}": tuple(sorted(rules)) for key, rules in outlines.by_course.items()},
    }
