"""What a job of a forge works with.

It must never do anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from coursesync.applying.world import Progress
    from coursesync.ci.forges.forge import Forge
    from coursesync.ci.repository import Repository
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.workspace import Project
    from coursesync.state.run_id import RunId


@dataclass(frozen=True)
class Job:
    """What a run works with.

    Attributes:
        project: the workspace of the checkout, whose state is in a branch of the remote.
        branch: the branch whose outlines are applied.
        run: the run that this is.
        clock: the time, and when to stop.
        online: begins to show the progress of so many changes, before the first is sent.
        page: the address of the run's page.
        open_to_all: whether the job pushes the state with a token that anyone who may push has too.
    """

    forge: Forge
    repository: Repository
    project: Project
    branch: str
    run: RunId
    clock: Clock
    online: Callable[[int], AbstractContextManager[Progress]]
    page: str = ""
    open_to_all: bool = False

    @property
    def path(self) -> str:
        """The path of the workspace in the repository."""
        return self.repository.path_of(self.project.folder)
