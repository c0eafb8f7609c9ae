"""What a workspace's configuration says about its outlines.

Light, because every command reads the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules that give no advice, everywhere or in some courses; and where pictures are.

    Attributes:
        path: the configuration's path as shown to people.
        everywhere: the rules that are allowed in each course.
        by_course: the rules that are allowed in a course, by its key.
        lines: the line of each of these courses in the configuration.
        assets_url: the web address of the workspace's files, with a slash at its end; "" for none.
    """

    path: str = ""
    everywhere: frozenset[str] = frozenset()
    by_course: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    assets_url: str = ""

    def in_course(self, key: str) -> frozenset[str]:
        """Return the rules that are allowed in a course."""
        return self.everywhere | self.by_course.get(key, frozenset())
