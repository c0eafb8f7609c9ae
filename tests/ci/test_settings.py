"""What `init --github` finds in the repository's settings, asked for over a socket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from forges.github_settings import GitHubWithSettings
from forges.hosting import NAME, TOKEN
from harness import CommandLine, Ran

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGES = re.compile(r"^ +http\S+/settings(\S*)$", re.MULTILINE)
EVERY_PAGE = ["/environments", "/rules", "/rules/new?target=branch", "/keys", "/actions", ""]


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[GitHubWithSettings]:
    """A GitHub on a loopback socket, whose repository is as it was made."""
    made = GitHubWithSettings(tmp_path / "forge")
    with made.serving() as made.url:
        yield made


@pytest.fixture
def cli(tmp_path: Path, forge: GitHubWithSettings) -> CommandLine:
    """The command line of a person with a token, in a clone of that repository."""
    forge.public = True
    forge.repository.git("clone", "-q", forge.clone_url, str(tmp_path / "clone"))
    variables = {"GITHUB_API_URL": forge.api, "GITHUB_TOKEN": TOKEN}
    return CommandLine(tmp_path / "clone", variables)


def pages(ran: Ran) -> list[str]:
    """Return the pages that are left to go to, from the settings' address on."""
    return PAGES.findall(ran.err)


def test_a_new_repository_needs_at_most_six_pages(
    forge: GitHubWithSettings, cli: CommandLine
) -> None:
    """Each is left once, with its address; what GitHub has by default is not named."""
    ran = cli("init", "--github")

    assert ran.code == ExitCode.DONE, ran.err
    assert "What is left to set on GitHub" in ran.said
    assert pages(ran) == EVERY_PAGE[:5]
    assert f"{forge.url}/{NAME}/settings/environments" in ran.err
    assert (
        "create them; let only the branch `main` deploy; add the secret `NEXUDUS_TOKEN`" in ran.said
    )
    assert "let workflows read only" in ran.said
    assert "allow the actions" not in ran.said
    assert TOKEN not in ran.err


def test_what_is_right_is_not_named(forge: GitHubWithSettings, cli: CommandLine) -> None:
    """With all settings made, none is left, and the next step is the pull request."""
    forge.make_right()
    ran = cli("init", "--github")

    assert pages(ran) == []
    assert "All settings on GitHub are right" in ran.said
    assert ran.err.splitlines()[-1] == "Then open a pull request to see the first plan."


def _open_environment(forge: GitHubWithSettings) -> None:
    forge.branches["drift"] = None


def _other_branches(forge: GitHubWithSettings) -> None:
    forge.branches["production"] = ["main", "release/*"]


def _half_a_login(forge: GitHubWithSettings) -> None:
    forge.environments["production"] = {"NEXUDUS_EMAIL", "COURSESYNC_STATE_KEY"}


def _no_review(forge: GitHubWithSettings) -> None:
    forge.rules["main"][0]["parameters"] = {"required_approving_review_count": 0}


def _no_check(forge: GitHubWithSettings) -> None:
    forge.rules["main"].pop()


def _everyone_may_bypass(forge: GitHubWithSettings) -> None:
    forge.bypass[2].append("RepositoryRole")


def _states_may_be_deleted(forge: GitHubWithSettings) -> None:
    forge.rules["coursesync-state/**"].pop()


def _key_without_secret(forge: GitHubWithSettings) -> None:
    forge.environments["production"].remove("COURSESYNC_STATE_KEY")


def _workflows_approve(forge: GitHubWithSettings) -> None:
    forge.workflows["can_approve_pull_request_reviews"] = True


def _only_own_actions(forge: GitHubWithSettings) -> None:
    forge.actions["allowed_actions"] = "local_only"


def _no_issues(forge: GitHubWithSettings) -> None:
    forge.has_issues = False


@pytest.mark.parametrize(
    ("spoil", "page", "words"),
    [
        (_open_environment, "/environments", "let only the branch `main` deploy"),
        (_other_branches, "/environments", "let only the branch `main` deploy"),
        (_half_a_login, "/environments", "add the secret `NEXUDUS_TOKEN`"),
        (_no_review, "/rules", "with an approval, which a new push dismisses"),
        (_no_check, "/rules", "require the status check `Plan`"),
        (_everyone_may_bypass, "/rules/new?target=branch", "let only deploy keys bypass it"),
        (_states_may_be_deleted, "/rules/new?target=branch", "restrict creations"),
        (_key_without_secret, "/keys", "add a key that may write"),
        (_workflows_approve, "/actions", "not create and approve pull requests"),
        (_only_own_actions, "/actions", "allow the actions of other repositories"),
        (_no_issues, "", "switch issues on"),
    ],
)
def test_one_setting_that_is_wrong_is_named(
    forge: GitHubWithSettings,
    cli: CommandLine,
    spoil: Callable[[GitHubWithSettings], None],
    page: str,
    words: str,
) -> None:
    """It alone is named, with its page."""
    forge.make_right()
    spoil(forge)
    ran = cli("init", "--github")

    assert pages(ran) == [page]
    assert words in ran.said
    assert ran.said.count(";", ran.said.index("1. ")) == 0


def test_the_older_protection_of_a_branch_counts(
    forge: GitHubWithSettings, cli: CommandLine
) -> None:
    """Rules for main may be in a ruleset or in branch protection."""
    forge.make_right()
    forge.rules["main"] = []
    forge.protection = {
        "required_pull_request_reviews": {
            "required_approving_review_count": 2,
            "dismiss_stale_reviews": True,
        },
        "required_status_checks": {"strict": True, "contexts": ["Plan"]},
    }

    assert pages(cli("init", "--github")) == []


def test_who_is_alone_needs_no_approval(forge: GitHubWithSettings, cli: CommandLine) -> None:
    """With `solo = true`, main's rules need a pull request and the check only."""
    forge.make_right()
    _no_review(forge)
    (cli.cwd / "courses").mkdir()
    (cli.cwd / "courses" / "coursesync.toml").write_text('store = "git"\nsolo = true\n')

    assert pages(cli("init", "--github")) == []


def test_a_token_that_sees_little_leaves_the_rest_to_check(
    forge: GitHubWithSettings, cli: CommandLine
) -> None:
    """What it can't see is marked as such, and is not taken for missing."""
    forge.make_right()
    forge.is_admin = False
    ran = cli("init", "--github")

    assert "/environments" in pages(ran)
    assert "This could not be looked at" in ran.said
    assert "switch issues on" not in ran.said


@pytest.mark.parametrize("token", ["t0ken-of-nobody", "t0ken of nobody"])
def test_a_token_that_is_refused_is_named(cli: CommandLine, token: str) -> None:
    """All settings are shown to check; the files are written nevertheless."""
    ran = cli("init", "--github", GITHUB_TOKEN=token)

    assert ran.code == ExitCode.DONE
    assert "GITHUB_TOKEN" in ran.said
    assert token not in ran.err
    assert "Check that these settings are made" in ran.said
    assert pages(ran) == EVERY_PAGE


def test_a_forge_that_is_not_there_is_no_failure(cli: CommandLine) -> None:
    """The files are written, and all settings are shown to check."""
    ran = cli("init", "--github", GITHUB_API_URL="http://127.0.0.1:9/api")

    assert ran.code == ExitCode.DONE
    assert "can't be reached" in ran.said
    assert pages(ran) == EVERY_PAGE


def test_the_doctor_looks_at_the_same_settings(forge: GitHubWithSettings, cli: CommandLine) -> None:
    """One that the job can't work without is wrong; who may write the state is a note."""
    forge.make_right()
    cli("init", "--github")
    right = cli("doctor").out
    _no_check(forge)
    _everyone_may_bypass(forge)
    found = " ".join(cli("doctor").out.split())

    assert "its settings are as the files need them" in right
    assert f"wrong forge: a setting is not right: {forge.url}/{NAME}/settings/rules" in found
    assert "note forge: the state's branch can be written by anyone who may push" in found
    assert "let only deploy keys bypass it" in found


def test_the_doctor_without_a_token_says_so(cli: CommandLine) -> None:
    """Nothing is asked, and nothing is called wrong."""
    cli("init", "--github")
    found = " ".join(cli("doctor", GITHUB_TOKEN="").out.split())

    assert "note forge: its settings are not looked at GITHUB_TOKEN is not set" in found
