"""The fixtures of the fake forges; `tests/conftest.py` offers them to every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forges.github import GitHub
from forges.gitlab import GitLab
from forges.hosting import Hosting
from virtual import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def github_forge(tmp_path: Path) -> Iterator[GitHub]:
    """A GitHub on a loopback socket, whose repository's main has one commit."""
    forge = GitHub(tmp_path / "forge")
    with forge.serving() as forge.url:
        yield forge


@pytest.fixture
def gitlab_forge(tmp_path: Path) -> Iterator[GitLab]:
    """A GitLab on a loopback socket, whose repository's main has one commit."""
    forge = GitLab(tmp_path / "forge")
    with forge.serving() as forge.url:
        yield forge


@pytest.fixture(params=["github_forge", "gitlab_forge"])
def hosting(request: pytest.FixtureRequest) -> Hosting:
    """Each of the fake forges."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Hosting)
    return found


@pytest.fixture
def clock() -> VirtualClock:
    """The time, which passes as soon as someone waits."""
    return VirtualClock()
