"""Measures how the time of `import --all` grows with the account: run it by `make bench`.

It applies an account to the sandbox, deletes the outlines and the state, and imports everything
again, as a whole process. If the time is linear, `TIMES` as many courses take little more than
`TIMES` as long.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.bench import BIN, SECTIONS, environment, write_courses

FEW, TIMES, ALLOWED = 250, 4, 4.5
COURSESYNC = str(BIN / "coursesync")


@contextmanager
def account(courses: int) -> Iterator[Path]:
    """Yield a folder whose sandbox holds `courses` courses of `SECTIONS` sections."""
    with tempfile.TemporaryDirectory(prefix="coursesync-scale-") as folder:
        root = Path(folder)
        write_courses(root / "courses", courses)
        apply = (COURSESYNC, "apply", "courses", "--sandbox", "--auto-approve", "--quiet")
        subprocess.run(apply, cwd=root, env=environment(), check=True)
        yield root


def imported(root: Path) -> float:
    """Import the whole account again, and return the processor time in seconds."""
    for path in [*(root / "courses").glob("*.yaml"), *root.rglob("*.state.json*")]:
        path.unlink()
    for name in {path.parent for path in (root / "courses").glob("*/*.html")}:
        shutil.rmtree(name)
    before = os.times()
    imports = (COURSESYNC, "import", "--all", "--sandbox")
    subprocess.run(imports, cwd=root, env=environment(), check=True, capture_output=True)
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def main() -> int:
    """Measure both accounts in turn, print the ratio, and return 1 if growth is not linear."""
    with account(FEW) as small, account(FEW * TIMES) as large:
        ratios = sorted(imported(large) / imported(small) for _ in range(5))
    grown = ratios[len(ratios) // 2]
    sys.stdout.write(
        f"`import --all` of {FEW * TIMES:,} x {SECTIONS} takes {grown:.2f} times as long as "
        f"of {FEW:,} x {SECTIONS} (limit {ALLOWED})\n"
    )
    return 0 if grown <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
