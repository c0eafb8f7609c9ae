"""Measures the plan of courses with lessons against sections alone: run it by `make bench`.

Three workspaces of 200 courses hold the same 9,600 records, each with the same texts: 48 sections
in each course; 8 sections of 5 lessons, written in place; the same, each lesson in a Markdown file
with front matter. A fourth has the same 8 sections in each course, without lessons. Whole processes
plan each of them, with nothing applied and with everything applied.

The figures are processor times (user and system), because other programs disturb those less than
the time on the clock. The workspaces take turns; a ratio is taken within one round, and then its
median over the rounds. It is that of a record's time.

There are two targets for lessons in place. Against the same courses without their lessons, a record
takes no more time; as a lesson is added to a course that is read anyway, that is met. Against as
many records that are all sections, it is missed (the figures are in docs/how-it-works.md): a lesson
has three properties more, and the words for when it opens depend on its section. The measurement
fails above `LIMITS`, which leave room for noise. A Markdown file is one more file to read, one more
document to parse and one more text to render, so its ratio is only shown.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.bench import BIN, environment, prose

COURSES, SECTIONS, LESSONS = 200, 8, 5
IN_A_COURSE = SECTIONS * (1 + LESSONS)
RECORDS = COURSES * IN_A_COURSE
NOTHING, EVERYTHING = "nothing applied", "everything applied"
ALONE, IN_PLACE, IN_FILES = "sections alone", "lessons in place", "lessons in files"
WITHOUT = "the same courses without lessons"
LIMITS = {NOTHING: 1.15, EVERYTHING: 1.12}
PEAK = 300  # MB
PROGRAM = str(BIN / "coursesync")


@dataclass(frozen=True)
class Sample:
    """One run: processor time in seconds, and peak resident memory in megabytes."""

    seconds: float
    peak: float


def write_alone(folder: Path, course: int) -> None:
    """Write an outline of sections without lessons."""
    lines = [line for number in range(IN_A_COURSE) for line in item(course, number, "  ")]
    write_outline(folder, course, lines)


def write_without(folder: Path, course: int) -> None:
    """Write the outline that `write_in_place` writes, without its lessons."""
    lines = [line for numbers in by_section() for line in item(course, numbers[0], "  ")]
    write_outline(folder, course, lines)


def write_in_place(folder: Path, course: int) -> None:
    """Write an outline with lessons."""
    lines: list[str] = []
    for numbers in by_section():
        first, *others = (item(course, number, "      ") for number in numbers)
        lines += (line.removeprefix("    ") for line in first)
        lines += ["    lessons:", *(line for lesson in others for line in lesson)]
    write_outline(folder, course, lines)


def write_in_files(folder: Path, course: int) -> None:
    """Write an outline, and each lesson as a file beside it."""
    beside, lines = folder / name_of(course), list[str]()
    beside.mkdir(parents=True)
    for first, *others in by_section():
        lines += [*item(course, first, "  "), "    lessons:"]
        for number in others:
            lines.append(f"      - {beside.name}/item-{number}.md")
            text = ["---", *fields(course, number)[1:], "---", "", *paragraphs(course, number)]
            (beside / f"item-{number}.md").write_text("\n".join(text) + "\n", "utf-8")
    write_outline(folder, course, lines)


def by_section() -> Iterator[range]:
    """Yield the numbers of each section and its lessons."""
    for section in range(SECTIONS):
        yield range(section * (1 + LESSONS), (section + 1) * (1 + LESSONS))


def item(course: int, number: int, indent: str) -> list[str]:
    """Return the lines of a record in its list."""
    key, *others = fields(course, number)
    text = (f"    {line}" for line in paragraphs(course, number))
    lines = [f"- {key}", *(f"  {line}" for line in (*others, "contents: |")), *text]
    return [indent + line for line in lines]


def fields(course: int, number: int) -> list[str]:
    """Return the lines of a record's fields, its key first; no advice is given on them."""
    lines = [f"key: item-{number}", f"title: Item {number} of course {course}"]
    lines.append(f"unlock: {{after_days: {max(0, number - 1)}}}")
    if number % 5 == 0:
        lines.append(f"image: https://cdn.example.com/{course}/{number}.png")
    return lines


def paragraphs(course: int, number: int) -> list[str]:
    """Return the lines of a record's contents, about 500 bytes."""
    return [f"<p>{prose(course, number, part)}</p>" for part in range(6)]


def name_of(course: int) -> str:
    """Return the name of an outline, without its ending."""
    return f"course-{course:04}"


def write_outline(folder: Path, course: int, sections: Sequence[str]) -> None:
    """Write an outline with the lines of its sections."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"id: {10_000 + course}", f"title: Course {course}", "sections:", *sections]
    (folder / f"{name_of(course)}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


FORMS: dict[str, Callable[[Path, int], None]] = {
    ALONE: write_alone,
    WITHOUT: write_without,
    IN_PLACE: write_in_place,
    IN_FILES: write_in_files,
}


def records_of(form: str) -> int:
    """Return how many records a workspace of this form has."""
    return COURSES * SECTIONS if form == WITHOUT else RECORDS


def per_record(taken: Sequence[Sample], others: Sequence[Sample], factor: float) -> float:
    """Return the time of a record, relative to one of others.

    `factor` is how many times as many records the others have.
    """
    pairs = zip(taken, others, strict=True)
    return statistics.median(sample.seconds / other.seconds * factor for sample, other in pairs)


def run(folder: Path, *words: str) -> Sample:
    """Run coursesync on a workspace; exit if it fails, or if it gives advice."""
    command = (PROGRAM, *words, "courses", "--sandbox")
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        told = errors.read().decode(errors="replace")
    if child.returncode or "advice" in told:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}\n{told[-2_000:]}")
    return Sample(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def measured(root: Path, rounds: int) -> dict[tuple[str, str], list[Sample]]:
    """Return the samples of each workspace with nothing and with everything applied."""
    folders: dict[tuple[str, str], Path] = {}
    for form, write in FORMS.items():
        for applied in (NOTHING, EVERYTHING):
            folders[applied, form] = root / form / applied
            for course in range(COURSES):
                write(folders[applied, form] / "courses", course)
        run(folders[EVERYTHING, form], "apply", "--auto-approve", "--quiet")
    samples: dict[tuple[str, str], list[Sample]] = {each: [] for each in folders}
    for number in range(rounds + 1):
        for (applied, form), folder in folders.items():
            if applied == NOTHING:
                shutil.rmtree(folder / "courses" / ".coursesync", ignore_errors=True)
            sample = run(folder, "plan", "--full")
            if number:  # the first round fills the caches
                samples[applied, form].append(sample)
    return samples


def main() -> int:
    """Measure, print the table, and return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds (default: 7)")
    with tempfile.TemporaryDirectory(prefix="coursesync-lessons-") as folder:
        samples = measured(Path(folder), parser.parse_args().rounds)
    lines = ["| plan of 200 x 8 x 5 | processor (s) | a record (µs) | ratio | peak (MB) |"]
    lines.append("|---|---:|---:|---:|---:|")
    failures = []
    for (applied, form), taken in samples.items():
        alone = samples[applied, ALONE]
        seconds = statistics.median(sample.seconds for sample in taken)
        ratio = per_record(taken, alone, RECORDS / records_of(form))
        peak = max(sample.peak for sample in taken)
        each = seconds / records_of(form) * 1e6
        lines.append(
            f"| {form}, {applied} | {seconds:.3f} | {each:.0f} | {ratio:.3f} | {peak:.0f} |"
        )
        if (form == IN_PLACE and ratio > LIMITS[applied]) or peak > PEAK:
            failures.append(f"{form}, {applied}: {ratio:.3f} of the time, {peak:.0f} MB")
        if form == IN_PLACE:
            without = samples[applied, WITHOUT]
            to_these = per_record(taken, without, records_of(WITHOUT) / RECORDS)
            if to_these > 1:
                failures.append(f"{applied}: {to_these:.3f} of the time a record without lessons")
    sys.stdout.write("\n".join(lines) + "\n")
    if failures:
        sys.exit("not met: " + "; ".join(failures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
