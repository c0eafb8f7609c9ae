"""Runs git.

Owns how git is started: without hooks, without questions, and with few variables of the
environment, so that no secret reaches it but the one that a caller passes. It must never run a
program that a file of the repository names.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

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


class GitFailed(Exception):  # noqa: N818 - names what happened
    """Git is missing, answered with an error, or did not answer in time.

    `code` is git's exit code, None if it did not end; `output` is what it printed on stderr, and
    may hold text from a remote: show it inert.
    """

    def __init__(self, code: int | None, output: str) -> None:
        super().__init__(output)
        self.code = code
        self.output = output


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
        environment: more variables, as from `token_environment` for a command that needs a remote.
        patience: seconds to wait for its end.

    Raises:
        GitFailed: it can't be run, fails, or does not end in time.
    """
    import subprocess  # noqa: PLC0415 - few runs ask git

    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    settings = [word for name, value in _SAFE.items() for word in ("-c", f"{name}={value}")]
    command = ("git", *settings, "--no-optional-locks", *words)
    try:
        ended = subprocess.run(  # noqa: S603 - all words are the program's own
            command,
            cwd=folder,
            env={**kept, **(environment or {})},
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


def token_environment(token: str, user: str = "x-access-token") -> dict[str, str]:
    """Return the variables by which git sends a token to an https remote.

    The token is in the environment alone: in no argument, URL or file. Helpers of the machine are
    switched off, so that they don't store it.
    """
    answer = 'printf "username=%s\\npassword=%s\\n" "$GIT_USER" "$GIT_TOKEN"'
    return {
        "GIT_USER": user,
        "GIT_TOKEN": token,
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "credential.helper",
        "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": "credential.helper",
        "GIT_CONFIG_VALUE_1": f'!f() {{ test "$1" = get && {answer}; }}; f',
    }
