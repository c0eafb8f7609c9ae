"""The forge of a job: which one, by which address, and with which token.

Owns the names of the variables. A token goes only to the host that the API's address names, over
https or to this machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Api
from coursesync.ci.forges.github import GitHub
from coursesync.ci.forges.gitlab import GitLab
from coursesync.ci.forges.rest import Rest
from coursesync.errors import Code, Remedy, UsageError
from coursesync.nexudus.credentials import is_token
from coursesync.nexudus.target import check_target
from coursesync.nexudus.wire import DEADLINE, Wire
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.ci.forges.forge import Forge
    from coursesync.errors import Sentence
    from coursesync.nexudus.ports import Clock

GITHUB_API, GITLAB_API = "https://api.github.com", "https://gitlab.com/api/v4"
_V4 = "/v4"
_NUMBER = re.compile(r"[0-9]{1,18}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")

_OF_THE_JOB = Code("GITHUB_TOKEN: ${{ github.token }}")
_FOR_GITLAB = (
    "Make a project access token with the scope api and the role Maintainer (Settings > Access "
    "tokens), and save it as COURSESYNC_GITLAB_TOKEN (Settings > CI/CD > Variables)."
)
# a comment on GitLab has up to 1,000,000 characters, each of up to 6 bytes in JSON
_LONGEST = 8_000_000


def forge_of(environment: Mapping[str, str], clock: Clock) -> Forge:
    """Return the forge that the variables of a job name.

    GitHub: GITHUB_REPOSITORY, GITHUB_TOKEN, and GITHUB_API_URL unless it is github.com. GitLab:
    CI_API_V4_URL, CI_PROJECT_ID, CI_PROJECT_PATH, and COURSESYNC_GITLAB_TOKEN or CI_JOB_TOKEN.

    Raises UsageError with what to set if they name none, or if the token may not be sent there.
    """
    if environment.get("GITHUB_REPOSITORY"):
        return _github(environment, clock)
    if environment.get("CI_API_V4_URL"):
        return _gitlab(environment, clock)
    raise UsageError(
        "the environment names no forge: neither GITHUB_REPOSITORY nor CI_API_V4_URL is set",
        "This command runs in a job of GitHub Actions or GitLab CI. To try it on your machine, set "
        "GITHUB_REPOSITORY to owner/name, and GITHUB_TOKEN.",
    )


def current_run(environment: Mapping[str, str]) -> RunId:
    """Return the run that this process belongs to; raises UsageError outside of a job.

    On GitLab it is the job, which has a new Id when it is run again.
    """
    attempt = environment.get("GITHUB_RUN_ATTEMPT", "1")
    number = environment.get("GITHUB_RUN_ID") or environment.get("CI_JOB_ID", "")
    if _NUMBER.fullmatch(number) and _NUMBER.fullmatch(attempt):
        return RunId(number, int(attempt))
    raise UsageError(
        "the environment names no run: neither GITHUB_RUN_ID nor CI_JOB_ID is set",
        "Run this command in a job of GitHub Actions or GitLab CI, which sets them.",
    )


def page_of_run(environment: Mapping[str, str]) -> str:
    """Return the address of the page of this process's run; "" outside of a job."""
    if number := environment.get("GITHUB_RUN_ID"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
        return f"{server}/{environment.get('GITHUB_REPOSITORY', '')}/actions/runs/{number}"
    return environment.get("CI_JOB_URL", "")


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
    token = _token(
        environment, "GITHUB_TOKEN", Remedy("Set it in the environment of this step:", _OF_THE_JOB)
    )
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
        grant="Add this to the permissions of the job, or of your own token:",
        renew=Remedy("In a workflow, set", _OF_THE_JOB, "On your machine, use a token of yours."),
    )
    address = _address(environment, "GITHUB_API_URL", GITHUB_API)
    host = address.removesuffix("/v3")
    rest = Rest(Wire(host, None, DEADLINE, _LONGEST), clock, api)
    return rest, address.removeprefix(host)


def _gitlab(environment: Mapping[str, str], clock: Clock) -> GitLab:
    address = environment.get("CI_API_V4_URL", "")
    project, path = (environment.get(f"CI_PROJECT_{name}", "") for name in ("ID", "PATH"))
    if not address.rstrip("/").endswith(_V4) or not _NUMBER.fullmatch(project) or not path:
        raise UsageError(
            "CI_API_V4_URL, CI_PROJECT_ID and CI_PROJECT_PATH do not name a project of GitLab",
            "GitLab CI sets them. On your machine, copy them from the log of a job.",
        )
    return GitLab(gitlab_rest(path, environment, clock)[0], clock, int(project))


def gitlab_rest(path: str, environment: Mapping[str, str], clock: Clock) -> tuple[Rest, str]:
    """Return what asks GitLab about a project, and the path of its API after its address.

    Raises UsageError as `forge_of`.
    """
    names = "COURSESYNC_GITLAB_TOKEN", "CI_JOB_TOKEN"
    name = next((each for each in names if environment.get(each)), names[0])
    token = _token(environment, name, _FOR_GITLAB)
    api = Api(
        name="GitLab",
        repository=path,
        # REST and GraphQL both take this one: https://docs.gitlab.com/api/rest/authentication/
        headers={"Authorization": f"Bearer {token}"} if name == names[0] else {"JOB-TOKEN": token},
        token=token,
        token_name=name,
        grant=_FOR_GITLAB,
        renew=_FOR_GITLAB,
    )
    host = _address(environment, "CI_API_V4_URL", GITLAB_API).removesuffix(_V4)
    return Rest(Wire(host, None, DEADLINE, _LONGEST), clock, api), _V4


def _address(environment: Mapping[str, str], name: str, default: str) -> str:
    """Return the address of an API; raises UsageError if a token may not be sent there."""
    try:
        return check_target(environment.get(name) or default)
    except UsageError as error:
        raise UsageError(f"{name}: {error.problem}", f"Correct {name}, or unset it.") from None


def _token(environment: Mapping[str, str], name: str, remedy: Sentence) -> str:
    """Return a token; raises UsageError if there is none, or if it can't be sent."""
    token = environment.get(name, "").strip()
    if not is_token(token):
        what = "is not a token: it has characters that none has" if token else "is not set"
        raise UsageError(f"{name} {what}", remedy)
    return token
