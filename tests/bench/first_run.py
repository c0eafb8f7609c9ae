"""Measures a newcomer's first run, from the clone to the plan of a course of their own.

Runs the commands of the documentation in an empty folder with an empty home: what they print must
end in a plan, there may be at most four of them, and together they may take three minutes. Run it
by `make bench`; it installs the program, so it needs a package index.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MOST_COMMANDS, MOST_SECONDS = 4, 180.0
KEPT = {"PATH", "LANG", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy"}
# what a newcomer types; the first clones the repository, and the second starts in the clone
COMMANDS = (
    f"git clone --quiet {shlex.quote(str(ROOT))} coursesync",
    "make --silent -C coursesync .venv/demo",
    "coursesync/.venv/bin/coursesync init our-courses --id 4711",
    "coursesync/.venv/bin/coursesync plan our-courses/courses --sandbox",
)


def main() -> int:
    """Run the commands, print a table of them, and return 1 if a target is missed."""
    lines, shown = ["| command | seconds |", "|---|---:|"], ""
    with TemporaryDirectory(prefix="coursesync-first-run-") as folder:
        kept = {n: each for n, each in os.environ.items() if n in KEPT or n.startswith("PIP_")}
        environment = {**kept, "HOME": folder}
        began = time.monotonic()
        for command in COMMANDS:
            start = time.monotonic()
            ran = subprocess.run(
                shlex.split(command),
                check=False,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
            )
            name, shown = command.replace(str(ROOT), "REPOSITORY"), ran.stdout
            lines.append(f"| `{name}` | {time.monotonic() - start:.1f} |")
            if ran.returncode:
                sys.exit(f"{name}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        total = time.monotonic() - began
    lines.append(f"| {len(COMMANDS)} commands | {total:.1f} |")
    sys.stdout.write("\n".join(lines) + "\n")
    if "to create" not in shown:
        sys.exit(f"the last command shows no plan:\n{shown}")
    if len(COMMANDS) > MOST_COMMANDS or total > MOST_SECONDS:
        sys.exit(f"not met: at most {MOST_COMMANDS} commands and {MOST_SECONDS:.0f} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
