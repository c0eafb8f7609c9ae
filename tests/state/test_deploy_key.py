"""A deploy key: only pushes go by SSH, and the key is in a file of this process alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from forges.hosting import NAME

from coursesync.files.run_git import GitFailed, forge_environment, git

if TYPE_CHECKING:
    from forges.github import GitHub

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----"
# stands in for OpenSSH: notes its key and its words, and does what the forge's server would do
SSH = """\
#!/bin/sh
printf '%s\\n' "$*" >> {notes}/words
while [ $# -gt 1 ]; do
  if [ "$1" = -i ]; then cp "$2" {notes}/key; stat -c %a "$2" > {notes}/mode; fi
  shift
done
cd {root} && exec sh -c "$(printf '%s' "$1" | sed "s#'/#'./#")"
"""


@pytest.fixture
def clone(github_forge: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone in a job that has the key, on a machine whose `ssh` is the script above."""
    notes = tmp_path / "notes"
    notes.mkdir()
    script = tmp_path / "bin" / "ssh"
    script.parent.mkdir()
    script.write_text(SSH.format(notes=notes, root=github_forge.repository.root))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    for name, value in {**github_forge.environment(), "COURSESYNC_STATE_KEY": KEY}.items():
        monkeypatch.setenv(name, value)
    environment = forge_environment(github_forge.clone_url)
    git(tmp_path, "clone", "-q", github_forge.clone_url, "clone", environment=environment)
    assert not (notes / "words").exists()
    return tmp_path / "clone"


def test_a_push_goes_by_the_key(github_forge: GitHub, clone: Path, tmp_path: Path) -> None:
    """The forge gets the commit by SSH; the key has a line end, and nobody else may read it."""
    environment = forge_environment(github_forge.clone_url)
    git(clone, "push", "-q", "origin", "HEAD:coursesync-state/a", environment=environment)
    words = (tmp_path / "notes" / "words").read_text()

    assert "coursesync-state/a" in github_forge.repository.refs()
    assert (tmp_path / "notes" / "key").read_text() == f"{KEY}\n"
    assert (tmp_path / "notes" / "mode").read_text() == "600\n"
    assert f"git-receive-pack '/{NAME}.git'" in words
    assert "StrictHostKeyChecking" in words
    assert "c2VjcmV0" not in words


def test_reading_goes_by_the_token(github_forge: GitHub, clone: Path, tmp_path: Path) -> None:
    """What was pushed is seen by another way: SSH is not used for it."""
    environment = forge_environment(github_forge.clone_url)
    git(clone, "ls-remote", "origin", environment=environment)

    assert not (tmp_path / "notes" / "words").exists()


def test_a_known_host_must_have_its_key() -> None:
    """GitHub's host key is the one that GitHub publishes; no other is accepted."""
    code = (
        "import os; from coursesync.files.run_git import forge_environment as e;"
        "print(e('https://github.com/ada/our-courses')['GIT_SSH_COMMAND'])"
    )
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_TOKEN": "t"}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**variables, "COURSESYNC_STATE_KEY": KEY},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    (folder,) = {Path(e).parent for e in ran.stdout.split() if e.endswith("/key")}

    assert "StrictHostKeyChecking=yes" in ran.stdout
    assert not folder.exists()  # the process is over


def test_without_the_key_the_token_pushes(
    github_forge: GitHub, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is a choice; a key that is not set changes nothing."""
    monkeypatch.setenv("COURSESYNC_STATE_KEY", "")
    environment = forge_environment(github_forge.clone_url)
    git(clone, "push", "-q", "origin", "HEAD:coursesync-state/a", environment=environment)

    assert "coursesync-state/a" in github_forge.repository.refs()
    assert not (tmp_path / "notes" / "words").exists()


def test_another_remote_gets_no_key(clone: Path) -> None:
    """Neither the token nor the key is for a server that the job does not name."""
    assert forge_environment("https://git.example.com/a/b.git") == {}
    with pytest.raises(GitFailed):
        git(clone, "ls-remote", "https://127.0.0.1:1/a/b.git")
