"""Sets a repository up for a forge: its files, and the settings that are left to a person.

Owns which forge is asked with which token. It must never change a setting, nor write a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coursesync.ci.forges.github_settings import GitHubSettings
from coursesync.ci.forges.gitlab_settings import GitLabSettings
from coursesync.ci.forges.job_forge import GITHUB_API, GITLAB_API, github_rest, gitlab_rest
from coursesync.ci.forges.settings import Settings
from coursesync.errors import (
    Code,
    CoursesyncError,
    Remedy,
    RemoteError,
    Shell,
    TryLater,
    UsageError,
)
from coursesync.files import shown
from coursesync.files.ask_git import answer, root_of
from coursesync.nexudus.target import check_target
from coursesync.operations.config import config_of, config_target
from coursesync.operations.forge_files import ForgeFiles, ForgeName, forge_of_files
from coursesync.operations.origin import origin_of_this
from coursesync.operations.remote import Remote, remote_of
from coursesync.render.checks import Check, Level
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from coursesync.ci.forges.rest import Rest
    from coursesync.ci.forges.settings import Setting
    from coursesync.nexudus.ports import Clock

_HOSTS = {ForgeName.GITHUB: "github.com", ForgeName.GITLAB: "gitlab.com"}
_APIS = {
    ForgeName.GITHUB: ("GITHUB_API_URL", GITHUB_API, "GITHUB_TOKEN"),
    ForgeName.GITLAB: ("CI_API_V4_URL", GITLAB_API, "COURSESYNC_GITLAB_TOKEN"),
}
_NO_NAME = "OWNER/REPOSITORY"  # in an address, while the repository has no remote


def forge_files(
    folder: Path, workspace: Path, forge: ForgeName, base_url: str | None
) -> ForgeFiles:
    """Return what the files for a forge depend on.

    Args:
        folder: the repository's folder.
        workspace: the folder of the outlines.
        forge: the forge.
        base_url: the address of the API; None for that of `coursesync.toml`.

    Raises:
        UsageError: the folder is inside of a repository, not its root; or an address is not valid.
    """
    root = root_of(folder)
    if root and (answer(folder, "rev-parse", "--show-prefix") or "").strip():
        raise UsageError(
            f"{shown(folder)} is in the repository {shown(root)}, and a forge reads its files at "
            "the root",
            Remedy("Run it there:", Shell("cd", root)),
        )
    target = check_target(base_url) if base_url else config_target(workspace, config_of(workspace))
    remote = remote_of(folder) if root else None
    return ForgeFiles(forge, origin_of_this(), target, remote.host if remote else "")


def settings_of(
    folder: Path,
    workspace: Path,
    forge: ForgeName,
    environment: Mapping[str, str],
    clock: Clock,
) -> Settings:
    """Return the settings that the files for a forge need, as they are now where that is known.

    Args:
        folder: the repository's folder.
        workspace: the folder of the outlines.
        forge: the forge.
        environment: the variables, with the token and the address of the API.
        clock: how to wait.
    """
    remote = remote_of(folder)
    needs_review = config_of(workspace).needs_approval
    if remote is None or not remote.web:
        nowhere = Remote("", "", _NO_NAME, f"https://{_HOSTS[forge]}/{_NO_NAME}", "")
        found = _of(forge, nowhere, needs_review=needs_review)
        return Settings(found, "the repository has no remote on a forge yet.")
    try:
        _check_sent(forge, remote, environment)
        ask = github_rest if forge is ForgeName.GITHUB else gitlab_rest
        asking = ask(remote.path, environment, clock)
        return Settings(_of(forge, remote, *asking, needs_review=needs_review))
    except (RemoteError, TryLater, UsageError) as error:
        unknown = Remedy(f"{error.problem}.", error.remedy)
        return Settings(_of(forge, remote, needs_review=needs_review), unknown)


def check_settings(
    workspace: Path, environment: Mapping[str, str], clock: Clock
) -> Iterator[Check]:
    """Check the settings of the repository that a workspace is in, if it has a forge's files."""
    root = root_of(workspace)
    forge = forge_of_files(root) if root else None
    if root is None or forge is None:
        return
    try:
        found = settings_of(root, workspace, forge, environment, clock)
    except CoursesyncError:
        return  # of coursesync.toml, which is checked before
    if found.unknown:
        yield Check("forge", Level.NOTE, "its settings are not looked at", found.unknown)
        return
    if not found.left:
        yield Check("forge", Level.OK, "its settings are as the files need them")
    for each in found.left:
        yield _checked(each)


def _checked(setting: Setting) -> Check:
    if setting.is_right is None:
        return Check("forge", Level.NOTE, f"can't be looked at: {setting.page}", setting.todo)
    level = Level.NOTE if setting.without else Level.WRONG
    found = f"{setting.without or 'a setting is not right'}: {setting.page}"
    return Check("forge", level, found, setting.todo)


def _check_sent(forge: ForgeName, remote: Remote, environment: Mapping[str, str]) -> None:
    """Raise UsageError unless there is a token for the API of the remote's host."""
    name, default, token = _APIS[forge]
    if not environment.get(token):
        raise UsageError(
            f"{token} is not set", "Set it to a token of yours to have them looked at."
        )
    host = urlsplit(environment.get(name) or default).hostname or ""
    if host.removeprefix("api.") != remote.host:
        raise UsageError(
            f"the remote is {remote.words}, and {token} is for {inert(host, 100)}",
            Remedy("For another server, set the address of its API:", Code(f"{name}=https://…")),
        )


def _of(
    forge: ForgeName,
    remote: Remote,
    rest: Rest | None = None,
    root: str = "",
    *,
    needs_review: bool,
) -> tuple[Setting, ...]:
    """Return the settings of a repository, asked for if there is something to ask with."""
    path, web = remote.path, remote.web
    if forge is ForgeName.GITHUB:
        return GitHubSettings(path, web, rest, root=root, needs_review=needs_review).all()
    return GitLabSettings(path, web, rest, root=root).all()
