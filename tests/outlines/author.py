"""Someone who writes outlines and looks at what they become."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

HEAD = "id: 4711\ntitle: Member onboarding\nsections:\n"


@dataclass(frozen=True)
class Author:
    """Someone who writes outlines and looks at what they become."""

    cli: CommandLine
    courses: Path

    def write(self, sections: str, name: str = "onboarding.yaml", head: str = HEAD) -> None:
        """Save an outline: its head, and its sections as they stand at the margin."""
        path = self.courses / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + textwrap.indent(textwrap.dedent(sections), "  "), encoding="utf-8")

    def changes(self) -> list[dict[str, object]]:
        """Return the changes of the plan."""
        ran = self.cli("plan", "--format", "json")
        assert ran.code == 0, ran.err
        changes = json.loads(ran.out)["changes"]
        assert isinstance(changes, list)
        return changes

    def sent(self) -> list[dict[str, object]]:
        """Return the attributes of each section that would be created."""
        found = [change["after"] for change in self.changes()]
        return [attributes for attributes in found if isinstance(attributes, dict)]

    def addresses(self) -> list[object]:
        """Return the address of each change."""
        return [change["address"] for change in self.changes()]

    def of_each(self, *fields: str) -> list[dict[str, object]]:
        """Return what sections become that have a key and one of these fields each."""
        self.write("".join(f"- key: part-{i}\n  {field}\n" for i, field in enumerate(fields)))
        return self.sent()
