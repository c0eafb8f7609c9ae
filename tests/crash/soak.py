"""Crashes by the thousand, at random: run it by `make soak`.

Batches of cases run side by side until so many crashes have happened. What breaks a promise is
told with the case, which `--replay` plays again, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from crash.play import Case, play
from crash.sources import SOURCES
from crash.stage import staged
from walk import cut_at_random, story_at_random, together_at_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crash.verdict import Verdict


@dataclass(frozen=True)
class Batch:
    """Cases of one source that chance picks by one seed."""

    source: str
    seed: str


@dataclass
class Tally:
    """The counts of all cases so far, and the cases that failed."""

    crashes: int = 0
    runs: int = 0
    duplicates: int = 0
    lost: int = 0
    twins: int = 0
    wiped: int = 0
    unreported: int = 0
    broken: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def add(self, verdict: Verdict) -> None:
        """Count a verdict."""
        self.crashes += verdict.crashes
        self.runs += verdict.runs
        self.duplicates += len(verdict.duplicates)
        self.lost += len(verdict.lost)
        self.twins += verdict.twins
        self.wiped += len(verdict.wiped)
        self.unreported += len(verdict.unreported)
        if not verdict.is_good:
            self.broken.append(verdict.case)

    def __str__(self) -> str:
        """Return the counts in a line."""
        seconds = time.monotonic() - self._began
        return (
            f"{self.crashes} crashes and faulted runs, {self.runs} runs, "
            f"{self.duplicates} duplicates, {self.lost} lost Ids, {self.wiped} wiped properties, "
            f"{self.unreported} of {self.twins} twins unreported, {len(self.broken)} cases broken; "
            f"{seconds:.0f} s, {self.crashes / seconds:.1f} crashes a second"
        )


def main(arguments: list[str]) -> int:
    """Soak, or play one case again; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.replay:
        return _replay(options.replay)
    tell(f"seed {options.seed}")
    tally = soak(options.crashes, options.workers, batches(options.seed, options.source))
    tell(*(f"broken: {case}" for case in tally.broken), tally)
    return 1 if tally.broken else 0


def batches(seed: int, sources: list[str]) -> Iterator[Batch]:
    """Yield batches for ever, from each source in turn."""
    for number in count():
        yield Batch(sources[number % len(sources)], f"{seed}/{number}")


def soak(crashes: int, workers: int, todo: Iterator[Batch]) -> Tally:
    """Play batches in parallel until there were so many crashes; print the progress."""
    tally = Tally()
    for batch, verdicts in _played(todo, workers, lambda: tally.crashes >= crashes):
        for verdict in verdicts:
            tally.add(verdict)
            if not verdict.is_good:
                tell(f"seed {batch.seed}, {verdict}")
        tell(tally)
    return tally


def _played(
    todo: Iterator[Batch], workers: int, is_enough: Callable[[], bool]
) -> Iterator[tuple[Batch, list[Verdict]]]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(play_batch, batch): batch for batch in islice(todo, workers)}
        while running:
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(ended), ended.result()
                if not is_enough():
                    batch = next(todo)
                    running[pool.submit(play_batch, batch)] = batch


def play_batch(batch: Batch) -> list[Verdict]:
    """Play a batch to its end."""
    return list(SOURCES[batch.source](Random(batch.seed)))  # noqa: S311 - chance, not a secret


def tell(*lines: object) -> None:
    """Print lines at once."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _replay(case: str) -> int:
    source, _, seed = case.partition(":")
    with TemporaryDirectory() as folder:
        if source == "unplugged":
            verdict = cut_at_random(Path(folder) / "courses", Random(int(seed)), case)  # noqa: S311 - chance, not a secret
        elif source == "told":
            verdict = story_at_random(Random(int(seed)), case)  # noqa: S311 - chance, not a secret
        elif source == "doubled":
            verdict = together_at_random(Path(folder), Random(int(seed)), case)  # noqa: S311 - chance, not a secret
        else:
            with staged(Path(folder)) as stage:
                verdict = play(stage, Case.parse(case))
    tell(verdict)
    return 0 if verdict.is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--crashes", type=int, default=10_000, metavar="N")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--source", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument(
        "--replay", metavar="CASE", help="play just this one, as in  first:17,4  or  told:1234"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
