"""What a person does where a create is in doubt: look on the server, and say what is there.

To be deleted once apply settles doubts by itself; only `aftermath.come_right` calls it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crash.workspace import Workspace


def settle_doubts(workspace: Workspace) -> None:
    """Resolve each create that is in doubt by what the server has."""
    for where, told in workspace.known().items():
        if told == "in doubt":
            ids = {title: record_id for record_id, title in workspace.records().items()}
            found = ids.get(workspace.titles[where])
            how = ("--id", str(found)) if found else ("--not-created",)
            workspace.run("resolve", where, *how)
