"""Runs git.

Owns how git is started: without hooks, without questions, and with few variables of the
environment, so that no secret reaches it but the one that a caller passes. It must never run a
program that a file of the repository names.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# what git needs to find itself, its settings, and a remote through a proxy or by SSH
_KEPT = (
    *("PATH", "HOME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO"),
    *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_CONFIG_GLOBAL", "TMPDIR"),
)
_SAFE = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "protocol.ext.allow": "never",
    "gc.auto": "0",
}
# variables with a token and the forge that it is for, and the user that git names to it
_TOKENS = (
    ("GITHUB_TOKEN", "GITHUB_SERVER_URL", "x-access-token"),
    ("COURSESYNC_GITLAB_TOKEN", "CI_SERVER_URL", "oauth2"),
    ("CI_JOB_TOKEN", "CI_SERVER_URL", "gitlab-ci-token"),
)
# the author and the committer of commits that coursesync makes
AS_COURSESYNC = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "coursesync"), ("EMAIL", "coursesync@localhost"))
}
_REASONS = ("fatal:", "error:", "remote:", "! ")  # lines of git's output begin with these
_USER = re.compile(r"//[^/@\s]*@")  # in an address: it may be a password
_DENIED = re.compile(r"Authentication failed|could not read (Username|Password)|error: 40[13]")
_SAFE_HOST = re.compile(r"https://[^/@]+$|http://(127\.0\.0\.1|localhost)(:\d+)?$")


class GitFailed(Exception):  # noqa: N818 - names what happened
    """Git is missing, answered with an error, or did not answer in time.

    `code` is git's exit code, None if it did not end; `output` is what it printed on stderr, with
    text from a remote: show people `reason`.
    """

    def __init__(self, code: int | None, output: str) -> None:
        super().__init__(output)
        self.code = code
        self.output = output

    @property
    def is_denied(self) -> bool:
        """Whether a remote wants a token, or another one."""
        return _DENIED.search(self.output) is not None

    @property
    def reason(self) -> str:
        """Git's reason in one line: inert, and without the user that an address names."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        reasons = [line for line in lines if line.startswith(_REASONS)] or lines
        if not reasons:
            return "git gives no reason"
        return inert(_USER.sub("//", reasons[0]).removeprefix("fatal: "), 200).rstrip(".")


def git(
    folder: Path,
    *words: str,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
    patience: float = 60.0,
) -> bytes:
    """Run a git command in a folder, and return what it prints on stdout.

    Args:
        folder: the folder to run it in.
        words: the command and its arguments.
        given: its standard input.
        environment: more variables, as from `forge_environment` for a command that needs a remote.
        patience: seconds to wait for its end.

    Raises:
        GitFailed: it can't be run, fails, or does not end in time.
    """
    import subprocess  # noqa: PLC0415 - few runs ask git

    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    given_settings, more = _settings_in(environment or {})
    every = [*_SAFE.items(), *given_settings]
    settings = [word for name, value in every for word in ("-c", f"{name}={value}")]
    command = ("git", *settings, "--no-optional-locks", *words)
    try:
        ended = subprocess.run(  # noqa: S603 - all words are the program's own
            command,
            cwd=folder,
            env={**kept, **more},
            input=given,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitFailed(None, f"git did not end within {patience:g} seconds") from error
    except OSError as error:
        raise GitFailed(None, f"git can't be run: {error.strerror}") from error
    if ended.returncode:
        raise GitFailed(ended.returncode, ended.stderr.decode(errors="replace").strip())
    return ended.stdout


def _settings_in(
    environment: Mapping[str, str],
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return the settings that variables give to git, and the other variables.

    As arguments, git before 2.31 takes them too; none holds a secret.
    """
    rest = {name: text for name, text in environment.items() if not name.startswith("GIT_CONFIG_")}
    numbers = range(int(environment.get("GIT_CONFIG_COUNT", "0")))
    every = (tuple(environment[f"GIT_CONFIG_{w}_{i}"] for w in ("KEY", "VALUE")) for i in numbers)
    return [(name, value) for name, value in every], rest


def token_environment(token: str, user: str = "x-access-token", host: str = "") -> dict[str, str]:
    """Return the variables by which git sends a token to an https remote.

    The token is in the environment alone: in no argument, URL or file. `git` above passes the
    settings that GIT_CONFIG_... hold, by which git finds it there. Helpers of the machine are
    switched off, so that they don't store it. With a `host`, as in "https://github.com", no other
    one gets the token, also by a redirection:
    https://git-scm.com/docs/gitcredentials#_credential_contexts
    """
    answer = 'printf "username=%s\\npassword=%s\\n" "$GIT_USER" "$GIT_TOKEN"'
    return {
        "GIT_USER": user,
        "GIT_TOKEN": token,
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "credential.helper",
        "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": f"credential.{host}.helper" if host else "credential.helper",
        "GIT_CONFIG_VALUE_1": f'!f() {{ test "$1" = get && {answer}; }}; f',
    }


def forge_environment(url: str) -> dict[str, str]:
    """Return the variables by which git sends the job's token to the forge of this job.

    GITHUB_SERVER_URL names the forge for GITHUB_TOKEN, CI_SERVER_URL for COURSESYNC_GITLAB_TOKEN
    and CI_JOB_TOKEN; no other host gets them, and none without TLS but this machine:
    https://docs.github.com/actions/reference/workflows-and-actions/variables,
    https://docs.gitlab.com/ci/jobs/ci_job_token/#to-git-clone-a-private-projects-repository

    Args:
        url: the address of the remote.
    """
    for name, server, user in _TOKENS:
        host, token = os.environ.get(server, "").rstrip("/"), os.environ.get(name, "")
        if token and url.startswith(f"{host}/") and _SAFE_HOST.match(host):
            return _with_key(token_environment(token, user, host), url)
    return {}


def _with_key(environment: dict[str, str], url: str) -> dict[str, str]:
    """Add the deploy key for pushes, if there is one."""
    if not (key := os.environ.get("COURSESYNC_STATE_KEY", "").strip()):
        return environment
    from coursesync.files.deploy_key import with_key  # noqa: PLC0415 - few runs have one

    return with_key(environment, key, url)
