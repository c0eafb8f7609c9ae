"""Requests to a forge that go wrong, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forges.hosting import NAME, TOKEN

from coursesync.ci.forges.job_forge import current_run, forge_of
from coursesync.errors import CoursesyncError, ExitCode, RemoteError, TryLater, UsageError
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from forges.github import GitHub
    from forges.gitlab import GitLab
    from virtual import VirtualClock

    from coursesync.ci.forges.forge import Forge


@pytest.fixture
def forge(github_forge: GitHub, clock: VirtualClock) -> Forge:
    """The port, in a job."""
    return forge_of(github_forge.environment(), clock)


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [("throttled=2", 2), ("secondary=7", 7), ("throttled", 60), ("secondary", 60)],
)
def test_a_request_that_came_too_early(
    github_forge: GitHub, forge: Forge, clock: VirtualClock, kind: str, seconds: int
) -> None:
    """It is sent again after the stated time, or after a minute; a comment is added once."""
    number = github_forge.propose()
    github_forge.faults.add("POST */comments", kind)

    forge.comment(number, "The plan")

    assert len(github_forge.comments_on(number)) == 1
    assert clock.seconds == seconds


def test_the_limit_of_the_hour(github_forge: GitHub, forge: Forge, clock: VirtualClock) -> None:
    """It ends at a time of the forge's clock, which is another than ours."""
    github_forge.faults.add("GET *", "spent=30")

    assert forge.open_reviews("main") == []
    assert 29 <= clock.seconds <= 31


@pytest.mark.parametrize(
    ("kind", "times", "words"),
    [
        ("throttled=3600", 1, "GitHub accepts no more requests for 1 hour"),
        ("spent=3000", 1, "its rate limit is reached"),
        ("throttled=0", 50, "its rate limit is reached"),
        ("throttled=100", 9, "its rate limit is reached"),
    ],
)
def test_a_limit_that_lasts(
    github_forge: GitHub, forge: Forge, clock: VirtualClock, kind: str, times: int, words: str
) -> None:
    """A job does not wait for it."""
    github_forge.faults.add("GET *", kind, times=times)

    with pytest.raises(TryLater, match=words):
        forge.open_reviews("main")

    assert clock.seconds <= 300


@pytest.mark.parametrize("kind", ["status=500", "status=503", "lost-before", "lost-after"])
def test_a_forge_that_fails_once(github_forge: GitHub, forge: Forge, kind: str) -> None:
    """What may be sent twice is sent again."""
    number = github_forge.propose()
    made = forge.comment(number, "The plan")
    github_forge.faults.add("PATCH *", kind)

    forge.edit_comment(made.id, "The new plan")

    assert github_forge.note(made.id).body == "The new plan"


@pytest.mark.parametrize("kind", ["status=500", "status=503", "lost-before", "html", "unreadable"])
def test_a_forge_that_keeps_failing(
    github_forge: GitHub, forge: Forge, clock: VirtualClock, kind: str
) -> None:
    """After 15 seconds the command ends with the exit code for another try."""
    github_forge.faults.add("GET *", kind, times=100)

    with pytest.raises(TryLater, match="GitHub") as caught:
        forge.open_reviews("main")

    assert caught.value.exit_code is ExitCode.TRY_LATER
    assert caught.value.remedy
    assert clock.seconds <= 15


def test_a_create_that_keeps_failing(github_forge: GitHub, forge: Forge) -> None:
    """A comment that was never added is sent four times, and looked for in between."""
    number = github_forge.propose()
    github_forge.faults.add("POST */comments", "lost-before", times=100)

    with pytest.raises(TryLater, match="GitHub can't be reached"):
        forge.comment(number, "The plan")

    asked = [each.partition("?")[0] for each in github_forge.requests if "comments" in each]
    path = f"/api/repos/{NAME}/issues/{number}/comments"
    assert asked == [*[f"POST {path}", f"GET {path}"] * 3, f"POST {path}"]


def test_a_forge_that_is_not_there(github_forge: GitHub, clock: VirtualClock) -> None:
    """Without a connection the message says so."""
    job = {**github_forge.environment(), "GITHUB_API_URL": "http://127.0.0.1:9"}

    with pytest.raises(TryLater, match="GitHub can't be reached: there is no connection"):
        forge_of(job, clock).open_reviews("main")


def test_a_cancelled_job(github_forge: GitHub, forge: Forge, clock: VirtualClock) -> None:
    """A job that is asked to stop waits no longer."""
    clock.stopped = True
    github_forge.faults.add("GET *", "throttled=60")

    with pytest.raises(TryLater, match="the job was cancelled"):
        forge.open_reviews("main")


def test_a_renamed_repository(github_forge: GitHub, forge: Forge) -> None:
    """No redirect is followed: the token stays with the host that it is for."""
    github_forge.faults.add("GET *", "redirect")

    with pytest.raises(RemoteError, match=f"{NAME} was renamed or moved"):
        forge.open_reviews("main")


def test_a_list_without_end(github_forge: GitHub, forge: Forge) -> None:
    """A list is read to a bound."""
    github_forge.page_size = 1
    for _ in range(102):
        github_forge.comment("ben", 1, "Hello")

    with pytest.raises(RemoteError, match="lists more than 10,000 entries"):
        forge.comments(1)


def test_a_bad_token(github_forge: GitHub, clock: VirtualClock) -> None:
    """A token that the forge does not know is named by its variable only."""
    job = {**github_forge.environment(), "GITHUB_TOKEN": "forge-token-of-yesterday"}

    with pytest.raises(RemoteError, match="does not accept the token in GITHUB_TOKEN") as caught:
        forge_of(job, clock).open_reviews("main")

    assert "yesterday" not in _shown(caught.value)


def test_an_answer_that_repeats_the_token(github_forge: GitHub, forge: Forge) -> None:
    """What a forge says is shown without the token."""
    github_forge.faults.add("GET *", "echo")

    with pytest.raises(RemoteError, match="refuses to read the pull requests") as caught:
        forge.open_reviews("main")

    assert TOKEN not in _shown(caught.value)


def _shown(error: CoursesyncError) -> str:
    return f"{error.problem} {error.remedy}"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"GITHUB_REPOSITORY": ""}, "neither GITHUB_REPOSITORY nor CI_API_V4_URL is set"),
        ({"GITHUB_REPOSITORY": "../x"}, "GITHUB_REPOSITORY is not the name of a repository"),
        ({"GITHUB_REPOSITORY": "a/b/c"}, "GITHUB_REPOSITORY is not the name of a repository"),
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "a b"}, "GITHUB_TOKEN is not a token"),
        ({"GITHUB_API_URL": "http://forge.example"}, "GITHUB_API_URL: .* unencrypted"),
        ({"GITHUB_API_URL": "https://ada@forge.example"}, "GITHUB_API_URL: "),
    ],
)
def test_a_job_of_github_that_is_not_complete(
    github_forge: GitHub, clock: VirtualClock, changed: dict[str, str], words: str
) -> None:
    """The message names the variable to set; nothing is sent."""
    with pytest.raises(UsageError, match=words) as caught:
        forge_of({**github_forge.environment(), **changed}, clock)

    assert caught.value.remedy
    assert github_forge.requests == []


def test_a_job_of_gitlab_without_a_token(gitlab_forge: GitLab, clock: VirtualClock) -> None:
    """The message says which token to make, and where."""
    job = {**gitlab_forge.environment(), "COURSESYNC_GITLAB_TOKEN": "", "CI_JOB_TOKEN": ""}

    with pytest.raises(UsageError, match="COURSESYNC_GITLAB_TOKEN is not set") as caught:
        forge_of(job, clock)

    assert "Make a project access token" in str(caught.value.remedy)


def test_what_was_deleted(github_forge: GitHub, forge: Forge) -> None:
    """What is gone and what may not be seen look the same, and the message names both."""
    made = forge.comment(github_forge.propose(), "The plan")
    github_forge.faults.add("PATCH *", "status=404")

    with pytest.raises(RemoteError, match="it was deleted, or the token in GITHUB_TOKEN may not"):
        forge.edit_comment(made.id, "The new plan")


@pytest.mark.parametrize(
    "changed",
    [{"CI_PROJECT_ID": ""}, {"CI_PROJECT_PATH": ""}, {"CI_API_V4_URL": "https://gitlab.example"}],
)
def test_a_job_of_gitlab_that_is_not_complete(clock: VirtualClock, changed: dict[str, str]) -> None:
    """The message names the variables that GitLab sets."""
    job = {
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "42",
        "CI_PROJECT_PATH": "space/courses",
        "CI_JOB_TOKEN": "token-of-the-job-alone",
    }

    with pytest.raises(UsageError, match="CI_API_V4_URL, CI_PROJECT_ID and CI_PROJECT_PATH"):
        forge_of({**job, **changed}, clock)


def test_the_current_run() -> None:
    """GitHub counts the attempts of a run; a job that GitLab runs again has a new Id."""
    on_github = {"GITHUB_RUN_ID": "31", "GITHUB_RUN_ATTEMPT": "2"}

    assert current_run(on_github) == RunId("31", 2)
    assert current_run({"CI_JOB_ID": "77"}) == RunId("77")
    with pytest.raises(UsageError, match="neither GITHUB_RUN_ID nor CI_JOB_ID is set"):
        current_run({})
