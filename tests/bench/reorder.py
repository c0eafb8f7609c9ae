"""Compares the writes of a reorder with the fewest possible: run it by `make bench`.

Sections that are numbered in tens get another order; counted are the sections whose number
`ordering.assign` changes or sets. The fewest possible writes are computed in another way than by
coursesync: for short lists by trying every choice of sections that keep their numbers; for long
lists by the textbook's quadratic algorithm for the longest rising run of numbers that leaves room
for the sections between them.

The last column is n minus the longest rising run, with or without room: the minimum if numbers
could have fractions. If many sections are shuffled, whole numbers take a few more writes.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from planning.room import has_room

from coursesync.planning.ordering import assign

SHORT = 12  # up to this number of sections, every choice can be tried
SIZE = 1_000
LARGE = 10_000
SECONDS = 0.050  # the limit for 10,000 sections
ROUNDS = 5
Numbers = list[int | None]


@dataclass(frozen=True)
class Reorder:
    """A new order: the earlier position of each section, from 0; None for a new section."""

    name: str
    places: Sequence[int | None]

    @property
    def prior(self) -> Numbers:
        """The earlier numbers of the sections."""
        return [None if place is None else 10 * (place + 1) for place in self.places]

    @property
    def least(self) -> int:
        """The fewest possible writes."""
        short = len(self.places) <= SHORT
        return by_trying(self.prior) if short else len(self.places) - most_kept(self.prior, 1)

    @property
    def bound(self) -> int:
        """The fewest possible writes if there were always room between two numbers."""
        return len(self.places) - most_kept(self.prior, 0)

    @property
    def writes(self) -> int:
        """The writes: creates, and sections whose number changes."""
        return written(self.prior)


def written(prior: Numbers) -> int:
    """Count the sections that must be written, as coursesync numbers them."""
    numbers = assign(prior, [None] * len(prior))
    if any(one >= other for one, other in pairwise(numbers)):
        sys.exit(f"the numbers do not rise: {numbers}")
    return sum(before != now for before, now in zip(prior, numbers, strict=True))


def by_trying(prior: Numbers) -> int:
    """Return the fewest possible writes, by trying every choice of sections that stay."""
    there = [i for i, number in enumerate(prior) if number is not None]
    for size in range(len(there), 0, -1):
        for stay in combinations(there, size):
            if has_room(number if i in stay else None for i, number in enumerate(prior)):
                return len(prior) - size
    return len(prior)


def most_kept(prior: Numbers, room: int) -> int:
    """Return the length of the longest rising run, by the quadratic algorithm.

    Between two numbers of the run, and below the first, there are at least `room` numbers for each
    section.
    """
    ends: list[int] = []
    there = [(i, number) for i, number in enumerate(prior) if number is not None]
    for i, number in there:
        before = (
            kept
            for kept, (k, other) in zip(ends, there, strict=False)
            if kept and number > other and number - other >= room * (i - k)
        )
        ends.append(1 + max(before, default=0) if number >= room * i else 0)
    return max(ends, default=0)


def reorders() -> Iterator[Reorder]:
    """Yield the orders to measure."""
    shuffled = list(range(SIZE))
    random.Random(20).shuffle(shuffled)  # noqa: S311 - no secret hangs on it
    for size in (10, SIZE):
        every: list[int | None] = list(range(size))
        half, last = size // 2, size - 1
        yield Reorder(f"put one between, of {size:,}", [*every[:half], None, *every[half:]])
        yield Reorder(f"put one first, of {size:,}", [None, *every])
        yield Reorder(f"move one down, of {size:,}", [*every[1:half], 0, *every[half:]])
        yield Reorder(f"move the last first, of {size:,}", [last, *every[:last]])
        yield Reorder(f"swap neighbours, of {size:,}", [1, 0, *every[2:]])
        yield Reorder(f"swap first and last, of {size:,}", [last, *every[1:last], 0])
        yield Reorder(f"rotate by a third, of {size:,}", [*every[size // 3 :], *every[: size // 3]])
        yield Reorder(f"reverse {size:,}", every[::-1])
    yield Reorder(f"shuffle {SIZE:,}", shuffled)


def seconds() -> float:
    """Return the seconds for numbering 10,000 shuffled sections: the best of some rounds."""
    prior: Numbers = [10 * (place + 1) for place in range(LARGE)]
    random.Random(20).shuffle(prior)  # noqa: S311 - chance, not a secret
    return min(timed(prior) for _ in range(ROUNDS))


def timed(prior: Numbers) -> float:
    """Return the seconds for numbering sections once."""
    begun = time.perf_counter()
    assign(prior, [None] * len(prior))
    return time.perf_counter() - begun


def main() -> None:
    """Run all, print the table, and fail if there are too many writes or it takes too long."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = ["| reorder | writes | least | with endless room |", "|---|---:|---:|---:|"]
    failures = []
    for reorder in reorders():
        writes, least = reorder.writes, reorder.least
        lines.append(f"| {reorder.name} | {writes:,} | {least:,} | {reorder.bound:,} |")
        if writes != least:
            failures.append(f"{reorder.name}: {writes:,} writes, and {least:,} would do")
    took = seconds()
    lines.append(f"\n{LARGE:,} sections: {took * 1_000:.1f} ms (limit {SECONDS * 1_000:.0f} ms)")
    if took > SECONDS:
        failures.append(f"{LARGE:,} sections take {took * 1_000:.1f} ms")
    sys.stdout.write("\n".join(lines) + "\n")
    if failures:
        sys.exit("not met: " + "; ".join(failures))


if __name__ == "__main__":
    main()
