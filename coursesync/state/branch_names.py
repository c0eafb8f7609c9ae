"""The names of the branches that hold states: one for each workspace and target."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit

from coursesync.kinds.address import slug


def branch_name(workspace: str, target: str) -> str:
    """Return the name of the branch of a workspace's state.

    Args:
        workspace: the path of the workspace in its repository, as in "courses".
        target: the API's base URL.
    """
    own = slug(workspace) or "workspace"
    if own != workspace:  # so that no two workspaces share a branch
        own = f"{own}-{sha256(workspace.encode()).hexdigest()[:6]}"
    parts = urlsplit(target)
    return f"coursesync-state/{own}/{slug(parts.netloc + parts.path)}"
