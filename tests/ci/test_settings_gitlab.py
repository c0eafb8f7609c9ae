"""What `init --gitlab` finds in the project's settings, asked for over a socket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from forges.gitlab_settings import GitLabWithSettings
from forges.hosting import NAME, TOKEN
from harness import CommandLine, Ran

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGES = re.compile(r"^ +http\S+/-(/\S+)$", re.MULTILINE)
TOKENS, VARIABLES = "/settings/access_tokens", "/settings/ci_cd#js-cicd-variables-settings"
BRANCHES = "/settings/repository#js-protected-branches-settings"
MERGES, SCHEDULES = "/settings/merge_requests", "/pipeline_schedules"


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[GitLabWithSettings]:
    """A GitLab on a loopback socket, whose project is as it was made."""
    made = GitLabWithSettings(tmp_path / "forge")
    with made.serving() as made.url:
        yield made


@pytest.fixture
def cli(tmp_path: Path, forge: GitLabWithSettings) -> CommandLine:
    """The command line of a person with a token, in a clone of that project."""
    forge.public = True
    forge.repository.git("clone", "-q", f"{forge.url}/{NAME}.git", str(tmp_path / "clone"))
    variables = {"CI_API_V4_URL": f"{forge.url}/api/v4", "COURSESYNC_GITLAB_TOKEN": TOKEN}
    return CommandLine(tmp_path / "clone", variables)


def pages(ran: Ran) -> list[str]:
    """Return the pages that are left to go to."""
    return PAGES.findall(ran.err)


def test_a_new_project_needs_at_most_six_pages(forge: GitLabWithSettings, cli: CommandLine) -> None:
    """Each is named with its address, and the last line says what comes next."""
    ran = cli("init", "--gitlab")

    assert ran.code == ExitCode.DONE, ran.err
    assert pages(ran) == [TOKENS, VARIABLES, BRANCHES, BRANCHES, MERGES, SCHEDULES]
    assert f"{forge.url}/{NAME}/-{VARIABLES}" in ran.err
    assert ran.err.splitlines()[-1] == "Then open a merge request to see the first plan."
    assert TOKEN not in ran.err


def test_what_is_right_is_not_named(forge: GitLabWithSettings, cli: CommandLine) -> None:
    """With all settings made, none is left."""
    forge.make_right()
    ran = cli("init", "--gitlab")

    assert pages(ran) == []
    assert "All settings on GitLab are right" in ran.said
    assert "s3cret" not in ran.err


def _open_variable(forge: GitLabWithSettings) -> None:
    forge.variables["NEXUDUS_TOKEN"] = False


def _open_main(forge: GitLabWithSettings) -> None:
    forge.pushing["main"] = 40


def _open_state(forge: GitLabWithSettings) -> None:
    forge.pushing["coursesync-state/*"] = 30


def _no_check(forge: GitLabWithSettings) -> None:
    forge.must_succeed = False


def _fast_forward(forge: GitLabWithSettings) -> None:
    forge.merge_method = "ff"


def _other_schedule(forge: GitLabWithSettings) -> None:
    forge.schedules[0] = ("refs/heads/release", "hourly")


def _no_drift(forge: GitLabWithSettings) -> None:
    forge.schedules.pop()


@pytest.mark.parametrize(
    ("spoil", "page", "words"),
    [
        (_open_variable, VARIABLES, "add `NEXUDUS_TOKEN`"),
        (_open_main, BRANCHES, "let nobody push to `main`"),
        (_open_state, BRANCHES, "protect `coursesync-state/*`"),
        (_no_check, MERGES, "pipelines must succeed"),
        (_fast_forward, MERGES, "choose a merge commit as the merge method"),
        (_other_schedule, SCHEDULES, "add one for each hour on `main`."),
        (_no_drift, SCHEDULES, "with the description `drift`"),
    ],
)
def test_one_setting_that_is_wrong_is_named(
    forge: GitLabWithSettings,
    cli: CommandLine,
    spoil: Callable[[GitLabWithSettings], None],
    page: str,
    words: str,
) -> None:
    """It alone is named, with its page."""
    forge.make_right()
    spoil(forge)
    ran = cli("init", "--gitlab")

    assert pages(ran) == [page]
    assert words in ran.said


def test_squashing_makes_a_commit_of_a_fast_forward(
    forge: GitLabWithSettings, cli: CommandLine
) -> None:
    """If it is required, nothing is left to set."""
    forge.make_right()
    forge.merge_method, forge.squash = "ff", "always"
    ran = cli("init", "--gitlab")

    assert pages(ran) == []


def test_a_token_without_rights_leaves_it_to_check(
    forge: GitLabWithSettings, cli: CommandLine
) -> None:
    """The permission is named, and every setting is shown to check."""
    forge.denied.add("api")
    ran = cli("init", "--gitlab")

    assert ran.code == ExitCode.DONE
    assert "the token in COURSESYNC_GITLAB_TOKEN may not read the settings" in ran.said
    assert "Check that these settings are made on GitLab" in ran.said
    assert len(pages(ran)) == 6
