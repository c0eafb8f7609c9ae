"""The forge of a job: which one, by which address, and with which token.

Owns the names of the variables. A token goes only to the host that the API's address names, over
https or to this machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.ci.api import Api
from coursesync.ci.github import GitHub
from coursesync.ci.rest import Rest
from coursesync.errors import Code, Remedy, UsageError
from coursesync.nexudus.credentials import is_token
from coursesync.nexudus.target import check_target
from coursesync.nexudus.wire import DEADLINE, Wire
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.ci.forge import Forge
    from coursesync.nexudus.ports import Clock

_GITHUB = "https://api.github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


def forge_of(environment: Mapping[str, str], clock: Clock) -> Forge:
    """Return the forge that the variables of a job name.

    Raises UsageError with what to set if they name none, or if its token may not be sent there.
    """
    if environment.get("GITHUB_REPOSITORY"):
        return _github(environment, clock)
    raise UsageError(
        "the environment names no forge: GITHUB_REPOSITORY is not set",
        "This command runs in a job of GitHub Actions or GitLab CI. To try it on your machine, set "
        "GITHUB_REPOSITORY to owner/name, and GITHUB_TOKEN.",
    )


def current_run(environment: Mapping[str, str]) -> RunId:
    """Return the run that this process belongs to; raises UsageError outside of a job."""
    number, attempt = (environment.get(f"GITHUB_RUN_{name}", "") for name in ("ID", "ATTEMPT"))
    if number.isdecimal() and attempt.isdecimal():
        return RunId(number, int(attempt))
    raise UsageError(
        "the environment names no run: GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT are not set",
        "Run this command in a job of GitHub Actions or GitLab CI, which sets them.",
    )


def _github(environment: Mapping[str, str], clock: Clock) -> GitHub:
    rest, root = github_rest(environment["GITHUB_REPOSITORY"], environment, clock)
    in_workflow = environment.get("GITHUB_ACTIONS") == "true"
    return GitHub(rest, clock, root, in_workflow=in_workflow)


def github_rest(repository: str, environment: Mapping[str, str], clock: Clock) -> tuple[Rest, str]:
    """Return what asks GitHub about a repository, and the path of its REST API on the host.

    Raises UsageError as `forge_of`.
    """
    if not _REPOSITORY.fullmatch(repository) or {".", ".."} & {*repository.split("/")}:
        raise UsageError(
            "GITHUB_REPOSITORY is not the name of a repository", "Write it as owner/name."
        )
    token = _token(environment, "GITHUB_TOKEN", Code("GITHUB_TOKEN: ${{ github.token }}"))
    api = Api(
        name="GitHub",
        repository=repository,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        token=token,
        token_name="GITHUB_TOKEN",  # noqa: S106 - the variable's name
        grant="Allow it under `permissions:` of the job, or in the settings of your own token:",
    )
    address = address_of(environment, "GITHUB_API_URL", _GITHUB)
    host = address.removesuffix("/v3")
    return Rest(Wire(host, None, DEADLINE), clock, api), address.removeprefix(host)


def address_of(environment: Mapping[str, str], name: str, default: str) -> str:
    """Return the address of an API; raises UsageError if a token may not be sent there."""
    try:
        return check_target(environment.get(name) or default)
    except UsageError as error:
        raise UsageError(f"{name}: {error.problem}", f"Correct {name}, or unset it.") from None


def _token(environment: Mapping[str, str], name: str, line: Code) -> str:
    token = environment.get(name, "").strip()
    if not token:
        raise UsageError(f"{name} is not set", Remedy("Add it to `env:` of the step:", line))
    if not is_token(token):
        raise UsageError(f"{name} is not a token", Remedy("Set it as in", line))
    return token
