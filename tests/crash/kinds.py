"""Kinds of effects: those that a short test must not leave out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind: TypeAlias = tuple[int | str, ...]
_RANDOM = re.compile(r"\.[0-9a-f]{16}\.")  # in the name of a file that lasts for a moment
_SHARE = 32
_PUSHES = 3  # of a run: at its begin, each minute, and at its end


def kinds_of(effects: Iterable[str]) -> Iterator[Kind]:
    """Yield the kind of each effect: what it is, and what the two before it are.

    So a write to the journal after an answer is another kind than one before a request. An effect
    of git also counts the pushes so far: the one that begins a run is another than that at its end.
    """
    before: tuple[str, ...] = ("", "")
    pushes = 0
    for effect in effects:
        name = _RANDOM.sub(".", effect)
        pushes = min(pushes + (name == "before start git push"), _PUSHES)
        yield (pushes if " git " in name else 0, *before, name)
        before = (before[-1], name)


def to_play(effects: Sequence[str], known: Iterable[Sequence[str]]) -> list[int]:
    """Return the numbers, from 1, of the effects that a short test dies at.

    Those are the first of each kind that no known effects have, and each so manieth of them all.
    """
    met = {kind for each in known for kind in kinds_of(each)}
    played = {*range(_SHARE // 2, len(effects) + 1, _SHARE)}
    for number, kind in enumerate(kinds_of(effects), 1):
        if kind not in met:
            met.add(kind)
            played.add(number)
    return sorted(played)
