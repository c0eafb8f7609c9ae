"""A git whose exchanges with a remote fail, before or after they are carried out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GIT = shutil.which("git") or "git"
_FAILING = """\
#!/bin/sh
case " $* " in *" push "*|*" fetch "*|*" ls-remote "*) ;; *) exec {git} "$@" ;; esac
number=$(( $(cat {folder}/count) + 1 ))
echo $number > {folder}/count
if [ $number -ge {first} ] && [ $number -le {last} ]; then
    [ {when} = after ] && {git} "$@" > {folder}/out 2>&1
    echo 'fatal: unable to access the remote' >&2
    exit 128
fi
exec {git} "$@"
"""


@dataclass(frozen=True)
class GitFaults:
    """A git on the path whose exchanges with a remote can fail, before or after they are done."""

    folder: Path

    def set(self, first: int, last: int, when: str) -> None:
        """Let the exchanges of these numbers fail, from 1."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "count").write_text("0")
        script = self.folder / "git"
        script.write_text(
            _FAILING.format(git=GIT, folder=self.folder, first=first, last=last, when=when)
        )
        script.chmod(0o755)

    def met(self) -> int:
        """Return how many exchanges there were."""
        return int((self.folder / "count").read_text())
