"""Measures how long Markdown takes to be checked, by its hardest cases: run it by `make bench`.

Each text has a megabyte, the most that a file may have. It takes less than the limit on one text,
or is a mistake that names it; the last row is a course of four megabytes of prose.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.bench import BIN, environment

COURSESYNC = str(BIN / "coursesync")
MOST = 1_000_000  # characters
LIMIT = 15.0  # seconds of processor time: ten to render a text, the rest for all else
LINE = "The *quick* **brown** fox jumps over [the dog](https://a.example/dog), `twice`.\n"
PROSE = f"## Heading\n\n{LINE * 6}\n- one\n- two\n\n"
CASES = {
    "prose": PROSE,
    "opening brackets": "[",
    "pictures that never end": "![",
    "emphasis that never ends": "*_",
    "strong text in emphasis": "**a *b ",
    "strikethrough": "~~a",
    "code": "`a",
    "lines of one paragraph": "a\n",
    "items of a list": "- a\n",
    "rows of a table": "|a|b|\n|-|-|\n" + "|a|b|\n" * 100_000,
    "columns of a table": "|a" * 150_000 + "|\n" + "|-" * 150_000 + "|\n",
    "quotes in quotes": "> > > > > > > > a\n",
    "a quote with lazy lines": "> > > > > > > > a\n" + "a\n" * 490_000,
    "lists in lists": "".join(f"{'  ' * i}- a\n" for i in range(200)),
    "link references": "".join(f"[{i}]: /u\n" for i in range(70_000)),
    "links by reference": "[a]: /u\n\n" + "[a] " * 240_000,
    "angle brackets": "<",
    "entities": "&",
    "few brackets, many marks": "![" * 3_000 + "*_" * 300_000,
}


def checked(*texts: str) -> tuple[float, str]:
    """Validate a course; return the processor time in seconds, and the first mistake."""
    with tempfile.TemporaryDirectory(prefix="coursesync-markdown-") as folder:
        courses = Path(folder) / "courses"
        courses.mkdir()
        sections = (f"  - {{title: A{i}, contents: {{markdown: {i}.md}}}}\n" for i in range(4))
        listed = "".join(section for section, _ in zip(sections, texts, strict=False))
        (courses / "a.yaml").write_text(f"id: 1\ntitle: A\nsections:\n{listed}")
        for i, text in enumerate(texts):
            (courses / f"{i}.md").write_text(text)
        before = os.times()
        ran = subprocess.run(
            (COURSESYNC, "validate"),
            cwd=folder,
            env=environment(),
            capture_output=True,
            check=False,
        )
        after = os.times()
    seconds = after.children_user - before.children_user
    seconds += after.children_system - before.children_system
    first = ran.stderr.decode().splitlines()[0] if ran.returncode else ""
    return seconds, first.partition("` ")[2]


def main() -> int:
    """Measure, print the table, and return 1 if a text takes longer than the limit."""
    sys.stdout.write("| a megabyte of | processor (s) | |\n|---|---:|---|\n")
    rows = {name: checked((text * (MOST // len(text) + 1))[:MOST]) for name, text in CASES.items()}
    prose = PROSE * (MOST // len(PROSE))
    rows["prose, four of it"] = checked(*(f"{i}\n\n{prose}" for i in range(4)))
    for name, (seconds, mistake) in rows.items():
        sys.stdout.write(f"| {name} | {seconds:.1f} | {mistake} |\n")
    return int(any(seconds > LIMIT for seconds, _ in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
