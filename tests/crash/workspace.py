"""A workspace of one course, as a crash finds it and leaves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness import STATE, Saved, saved

if TYPE_CHECKING:
    from pathlib import Path

    from crash.program import Ended, Program
    from crash.stage import Stage

CONFIG = "[limits]\ngap = 0.0\n"  # what coursesync.toml holds
KEY = "a"


@dataclass
class Workspace:
    """A workspace, its course, and all that was run in it.

    Attributes:
        folder: the workspace.
        course: the Id of its course.
        stage: where it stands.
        program: the command line, beside the workspace and pointed at the server.
        titles: the title of each section of the outline, by address.
        ran: each command that has ended.
        options: of each apply and plan.
    """

    folder: Path
    course: int
    stage: Stage
    program: Program
    titles: dict[str, str] = field(default_factory=dict)
    ran: list[Ended] = field(default_factory=list)
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / "coursesync.toml").write_text(CONFIG)

    def outline(self, **titles: str) -> None:
        """Write the outline: the title of each section by its key."""
        sections = "".join(f"  - {{key: {key}, title: {titles[key]}}}\n" for key in titles)
        text = f"id: {self.course}\ntitle: A course\nsections:\n{sections}"
        (self.folder / f"{KEY}.yaml").write_text(text)
        self.titles = {address(key): title for key, title in titles.items()}

    def run(self, *command: str, kill_at: int | None = None) -> Ended:
        """Run a command until it ends, or is killed at that effect; see `Order.kill_at`."""
        ended = self.program(*command, kill_at=kill_at)
        self.ran.append(ended)
        if ended.awaited_an_answer:
            self.stage.come_to_rest()
        return ended

    def apply(self, kill_at: int | None = None) -> Ended:
        """Run an apply until it ends, or is killed at that effect."""
        return self.run("apply", "--auto-approve", *self.options, kill_at=kill_at)

    def known(self) -> dict[str, str]:
        """Return what the program says of each address: its Id, or `in doubt`."""
        told = self.run("state", "list").out.splitlines()
        return {where: what for where, _, what in (line.partition(" ") for line in told)}

    def records(self) -> dict[int, str]:
        """Return the titles that the course has on the server, by Id."""
        return self.stage.records(self.course)

    def saved(self) -> Saved:
        """Read the state."""
        return saved(self.folder)

    def left_over(self) -> list[str]:
        """Return the names of the files that only a run in progress has."""
        beside = {f"{STATE}.{what}" for what in ("lock", "backup", "requests")}
        lasting = {f"{KEY}.yaml", "coursesync.toml", STATE} | beside
        return sorted({path.name for path in self.folder.iterdir()} - lasting)


def address(key: str) -> str:
    """Return the address of the section with that key."""
    return f"section.{KEY}.{key}"
