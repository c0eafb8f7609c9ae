"""The fake forges are what a job and people see of a forge: git over HTTP, and refs that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forges.hosting import TOKEN, Hosting

from coursesync.files.run_git import GitFailed, git, token_environment

if TYPE_CHECKING:
    from pathlib import Path

COURSE = "courses/a.yaml"


def test_git_over_http(hosting: Hosting, tmp_path: Path) -> None:
    """With a token, a job clones and pushes; a push moves the head of its pull request."""
    number = hosting.propose()
    with_token = token_environment(TOKEN)
    git(tmp_path, "clone", "-q", "-b", "a", hosting.clone_url, "clone", environment=with_token)
    clone = tmp_path / "clone"
    (clone / COURSE).write_text("title: B\n")
    ada = ("-c", "user.name=ada", "-c", "user.email=ada@space.example")
    git(clone, *ada, "commit", "-q", "-a", "-m", "Change")

    git(clone, "push", "-q", "origin", "HEAD", environment=with_token)

    head = git(clone, "rev-parse", "HEAD").decode().strip()
    assert hosting.pulls[number].head == head
    fetched = ("fetch", "-q", "origin", hosting.pull_ref.format(number))
    git(clone, *fetched, environment=with_token)
    assert git(clone, "rev-parse", "FETCH_HEAD").decode().strip() == head


def test_git_without_a_token(hosting: Hosting, tmp_path: Path) -> None:
    """A private repository can't be read without a token, and no repository written."""
    with pytest.raises(GitFailed):
        git(tmp_path, "clone", "-q", hosting.clone_url, "clone")
    hosting.public = True
    git(tmp_path, "clone", "-q", hosting.clone_url, "clone")

    with pytest.raises(GitFailed):
        git(tmp_path / "clone", "push", "-q", "origin", "HEAD:other")

    assert set(hosting.repository.refs()) == {"main"}


def test_a_lost_push(hosting: Hosting, tmp_path: Path) -> None:
    """A push whose answer is lost has moved the branch."""
    with_token = token_environment(TOKEN)
    git(tmp_path, "clone", "-q", hosting.clone_url, "clone", environment=with_token)
    hosting.faults.add("POST *git-receive-pack", "lost-after")

    with pytest.raises(GitFailed):
        git(tmp_path / "clone", "push", "-q", "origin", "HEAD:other", environment=with_token)

    assert set(hosting.repository.refs()) == {"main", "other"}


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "queue"])
def test_a_merge(hosting: Hosting, how: str) -> None:
    """A merge brings both sides together; only a merge commit keeps the branch's commits."""
    number = hosting.propose("a")
    hosting.commit("a", {COURSE: "title: B\n"})
    hosting.commit("main", {"courses/b.yaml": "title: Other\n"})

    tip = hosting.merge(number, how=how)

    files = hosting.repository.files(tip)
    assert (files[COURSE], files["courses/b.yaml"]) == ("title: B\n", "title: Other\n")
    kept = hosting.repository.contains(tip, hosting.pulls[number].head)
    assert kept == (how in {"merge", "queue"})
    assert hosting.repository.tip() == tip


def test_a_merge_of_lines(hosting: Hosting) -> None:
    """Changes of one file on both sides are merged by lines."""
    hosting.commit("main", {COURSE: "one\ntwo\nthree\nfour\n"})
    hosting.commit("a", {COURSE: "ONE\ntwo\nthree\nfour\n"})
    number = hosting.open_pull("a")
    hosting.commit("main", {COURSE: "one\ntwo\nthree\nFOUR\n"})

    hosting.merge(number)

    assert hosting.repository.files()[COURSE] == "ONE\ntwo\nthree\nFOUR\n"
