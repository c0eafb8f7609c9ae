"""Compares coursesync's plan with octoDNS's on comparable inputs: run it by `make bench`.

Both run as whole processes, which it times from start to exit, output included.

It compares 1,000 courses of 20 sections with 1,000 zones of 20 TXT records, each record
with the same text as a section's contents (about 500 bytes). octoDNS's set-up is in its
favour where it has a choice:

- the records are formatted as by its own dumper. Its YAML loader is PyYAML's pure-Python
  `SafeLoader`, fixed in `octodns/yaml.py` (1.22): no setting selects libyaml's. Most of its time
  is spent there;
- one dynamic zone (`'*'`), not a config that names 1,000; `enforce_order: false`; one worker
  (the default), as its threads only contend for the interpreter's lock here; `--quiet`, which
  leaves the plan as the only output;
- an empty target, so that it reads only one side, even when coursesync has a full state.

Against noise, the contenders are interleaved (A B C A B C ...), so that a slow period of
the machine affects all of them; every figure is a median over the rounds; and each ratio and
difference is first taken within one round, then its median over the rounds. One run of each
contender beforehand, untimed, warms the byte code and the page cache.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COURSES = 1_000
SECTIONS = 20
RECORDS = COURSES * SECTIONS
BIN = Path(sys.executable).parent
EXAMPLES = Path(__file__).resolve().parents[2] / "courses"

YAML_PROVIDER = "class: octodns.provider.yaml.YamlProvider, enforce_order: false"
OCTODNS_CONFIG = f"""\
providers:
  source: {{{YAML_PROVIDER}, directory: ./zones}}
  target: {{{YAML_PROVIDER}, directory: ./target}}
zones:
  '*': {{sources: [source], targets: [target]}}
"""


@dataclass(frozen=True)
class Contender:
    """A command line, its folder, the lines that it must print, and whether to drop its state."""

    name: str
    command: tuple[str, ...]
    folder: Path
    least_lines: int = 0
    most_lines: int = sys.maxsize
    forgets: bool = False


@dataclass(frozen=True)
class Sample:
    """One run: wall time in seconds, peak resident memory and output in megabytes."""

    wall: float
    peak: float
    output: float


@dataclass(frozen=True)
class Target:
    """A limit for speed or memory, and the measurement."""

    promise: str
    measure: float
    limit: float


def write_courses(folder: Path, courses: int = COURSES) -> None:
    """Write the workspace: per section a key, a title, an unlock rule and 500 bytes of HTML."""
    folder.mkdir(parents=True)
    for course in range(courses):
        lines = [f"id: {10_000 + course}", f"title: Course {course}", "sections:"]
        for section in range(SECTIONS):
            lines += section_lines(course, section)
        (folder / f"course-{course:04}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def section_lines(course: int, section: int) -> list[str]:
    """Return one section's YAML; every fifth section has an image."""
    lines = [f"  - key: section-{section}", f"    title: Section {section} of course {course}"]
    lines += [f"    unlock: {{after_days: {section * 7}}}", "    contents: |"]
    lines += [f"      <p>{prose(course, section, part)}</p>" for part in range(6)]
    if section % 5 == 0:
        lines.append(f"    image: https://cdn.example.com/{course}/{section}.png")
    return lines


def prose(course: int, section: int, part: int) -> str:
    """Return a paragraph without `;`, which would need an escape in octoDNS."""
    topic = f"topic {section} in course {course}"
    return f"Paragraph {part}: everything that you need to know about {topic}."


def write_zones(folder: Path) -> None:
    """Write the octoDNS config, its zones and its empty target under a folder."""
    zones = folder / "zones"
    zones.mkdir(parents=True)
    (folder / "target").mkdir()
    (folder / "config.yaml").write_text(OCTODNS_CONFIG, "utf-8")
    for course in range(COURSES):
        lines = ["---"]
        for section in range(SECTIONS):
            text = " ".join(prose(course, section, part) for part in range(6))
            folded = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
            lines += [f"section-{section}:", "  type: TXT", f"  value: '{folded[0]}"]
            lines += [f"    {line}" for line in folded[1:]]
            lines[-1] += "'"
        (zones / f"course-{course:04}.example.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def environment() -> dict[str, str]:
    """Return this process's environment without coursesync's variables."""
    steering = ("COURSESYNC_", "NEXUDUS_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def run(contender: Contender) -> Sample:
    """Run one command to its end.

    The peak is Linux's figure (in KiB) for that child alone. It is never below this process's
    own size at the fork, so the generators here hold one file at a time.

    Raises:
        SystemExit: The command failed, or its output shows that it did other work than meant.
    """
    for kept in [*contender.folder.rglob(".coursesync")] if contender.forgets else ():
        shutil.rmtree(kept)
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            contender.command,
            cwd=contender.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        size = output.seek(0, os.SEEK_END)
        output.seek(0)
        lines = sum(1 for _ in output)
        output.seek(max(0, size - 2_000))
        tail = output.read().decode(errors="replace")
    if child.returncode != 0:
        sys.exit(f"{contender.name}: exit {child.returncode}\n{tail}")
    if not contender.least_lines <= lines <= contender.most_lines:
        sys.exit(f"{contender.name}: {lines} lines: not the work to be measured\n{tail}")
    return Sample(wall, usage.ru_maxrss * 1024 / 1e6, size / 1e6)


def contenders(root: Path) -> list[Contender]:
    """Generate all inputs under a folder, and return the contenders.

    Two equal workspaces, one of them applied, let both plans share a round and a command line.
    """
    coursesync = str(BIN / "coursesync")
    cold, applied, dns = root / "cold", root / "applied", root / "dns"
    write_courses(cold / "courses")
    shutil.copytree(cold, applied)
    write_zones(dns)
    plan = (coursesync, "plan", "courses", "--sandbox", "--full")
    apply = (coursesync, "apply", "courses", "--sandbox", "--auto-approve")
    took = run(Contender("coursesync apply", apply, applied)).wall
    examples = root / "examples"
    made = shutil.ignore_patterns(".coursesync", "*.state*")
    shutil.copytree(EXAMPLES, examples / "courses", ignore=made)
    run(Contender("coursesync apply", apply, examples))
    sys.stderr.write(f"applied {RECORDS:,} sections to the sandbox in {took:.1f} s\n")
    octodns = (str(BIN / "octodns-sync"), "--quiet", "--config-file", "config.yaml")
    return [
        Contender("`coursesync plan`, nothing applied", plan, cold, RECORDS, forgets=True),
        Contender("`coursesync plan`, everything applied", plan, applied, most_lines=COURSES),
        Contender("`octodns-sync`, planning", octodns, dns, least_lines=RECORDS),
        Contender("`coursesync --version`", (coursesync, "--version"), root),
        Contender("`coursesync plan`, three courses, all applied", plan[:-1], examples),
        Contender("`python -c 'import click'`", (sys.executable, "-c", "import click"), root),
    ]


def measure(entries: Sequence[Contender], rounds: int) -> list[list[Sample]]:
    """Return each contender's samples, one per round, after one uncounted round."""
    samples: list[list[Sample]] = [[] for _ in entries]
    for number in range(rounds + 1):
        for entry, taken in zip(entries, samples, strict=True):
            sample = run(entry)
            sys.stderr.write(f"round {number}: {sample.wall:8.3f} s  {entry.name}\n")
            if number > 0:
                taken.append(sample)
    return samples


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """Return the median over the rounds of our wall time as a share of theirs."""
    return statistics.median(a.wall / b.wall for a, b in zip(ours, theirs, strict=True))


def table(entries: Sequence[Contender], samples: Sequence[Sequence[Sample]]) -> str:
    """Render the measurements as a Markdown table."""
    octodns = samples[2]
    rows = ["| command | median wall (s) | ratio to octoDNS | peak (MB) | output (MB) |"]
    rows.append("|---|---:|---:|---:|---:|")
    for entry, taken in zip(entries, samples, strict=True):
        wall = statistics.median(sample.wall for sample in taken)
        peak = max(sample.peak for sample in taken)
        rows.append(
            f"| {entry.name} | {wall:.3f} | {ratio(taken, octodns):.4f} "
            f"| {peak:.0f} | {taken[-1].output:.2f} |"
        )
    return "\n".join(rows)


def targets(samples: Sequence[Sequence[Sample]]) -> list[Target]:
    """Return the targets with their measurements."""
    cold, applied, octodns, version, examples, click = samples
    peaks = [max(sample.peak for sample in taken) for taken in (cold, applied)]
    return [
        Target("nothing applied: 1/8 of octoDNS's time", ratio(cold, octodns), 1 / 8),
        Target("everything applied: 1/30 of octoDNS's time", ratio(applied, octodns), 1 / 30),
        Target("nothing applied: peak MB", peaks[0], 300),
        Target("everything applied: peak MB", peaks[1], 300),
        Target("`--version`: times `import click`", ratio(version, click), 1.25),
        Target("three courses, all applied: times `import click`", ratio(examples, click), 3),
    ]


def main() -> int:
    """Generate, measure, print the table and the targets; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Measure coursesync's plan against octoDNS's.")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds (default: 3)")
    rounds: int = max(1, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory(prefix="coursesync-bench-") as folder:
        samples = measure(entries := contenders(Path(folder)), rounds)
    lines = [table(entries, samples), "", "| target | limit | measured | |", "|---|---:|---:|---|"]
    missed = 0
    for target in targets(samples):
        met = target.measure <= target.limit
        missed += not met
        figures = f"{target.limit:.4g} | {target.measure:.4g}"
        lines.append(f"| {target.promise} | {figures} | {'met' if met else '**missed**'} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
