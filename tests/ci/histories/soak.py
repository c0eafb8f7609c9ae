"""Plays many random histories in parallel: `make soak`, or `python -m ci.histories.soak`."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from ci.histories.story import BrokenError, Story

if TYPE_CHECKING:
    from collections.abc import Sequence

_BATCH = 250


def play(seeds: Sequence[int]) -> tuple[Counter[str], list[str]]:
    """Play histories; return what was counted, and what broke, by seed."""
    counts, broken = Counter[str](), []
    for seed in seeds:
        story = Story(seed)
        try:
            story.play()
        except BrokenError as error:
            broken.append(f"seed {seed}: {error}")
        counts += story.counts
    return counts, broken


def main(arguments: Sequence[str]) -> int:
    """Run; returns 1 if a history broke what must always hold."""
    parser = argparse.ArgumentParser(prog="histories", description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000, metavar="N")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--replay", type=int, metavar="SEED", help="play just this one")
    chosen = parser.parse_args(arguments)
    if chosen.replay is not None:
        counts, broken = play([chosen.replay])
        sys.stdout.writelines(f"{each}\n" for each in broken)
        _tell(counts, broken)
        return 1 if broken else 0
    every = range(chosen.seed, chosen.seed + chosen.histories)
    batches = [every[i : i + _BATCH] for i in range(0, len(every), _BATCH)]
    counts, broken = Counter[str](), []
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        for found, wrong in pool.map(play, batches):
            counts += found
            broken += wrong
            for each in wrong:
                sys.stdout.write(f"{each}\n")
    _tell(counts, broken)
    return 1 if broken else 0


def _tell(counts: Counter[str], broken: Sequence[str]) -> None:
    number = counts.pop("histories", 0) + len(broken)
    beside = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    sys.stdout.write(f"{number:,} histories, {len(broken)} broken; {beside}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
