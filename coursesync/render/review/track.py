"""Marks in contents, as members read them, what is new and what is gone: track changes.

Both texts are compared block by block (paragraphs, items, cells), and blocks that replace others
word by word. Without the insertions, the words are those of the old text; without the deletions,
those of the new one. Where a text is too long, or has too many changes, whole blocks are marked.

lxml's htmldiff shows neither a paragraph that becomes a heading nor one that is split, and puts
cells outside tables; so this is our own.
"""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from coursesync.render.review.blocks import in_html, read, words_of, written
from coursesync.render.text_diff import Effort, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.render.review.blocks import Block, Part, Word

_LONGEST = 50_000  # characters of a text that is compared word by word
_ALIKE = 0.4  # the share of equal words from which on a block counts as edited, not as replaced
_MOST_PAIRS = (
    2_500  # blocks that replace others x these others; beyond that, they go by their order
)


class _Pair(NamedTuple):
    """A block of the old text, one of the new, or one that is in both."""

    old: Block | None
    new: Block | None


def shown(html: str) -> str:
    """Return contents as members read them, without marks; `html` is sanitised."""
    blocks = read(html, by_word=False)
    return written((each.path, in_html(each.words)) for each in blocks)


def tracked(before: str, after: str, effort: Effort) -> str:
    """Return contents as members read them, with `<ins>` and `<del>`; both texts are sanitised.

    Spends `effort`; if it is not enough, more counts as replaced.
    """
    by_word = max(len(before), len(after)) <= _LONGEST
    old, new = read(before, -1, by_word=by_word), read(after, by_word=by_word)
    pairs = [*_paired(old, new, effort)]
    same = _same_parts(pairs)
    return written((_path(each, same), _marked(each, effort)) for each in pairs)


def tracked_words(before: str, after: str, effort: Effort) -> str:
    """Return a short plain text as HTML, with `<ins>` and `<del>`."""
    old, new = words_of(before), words_of(after)
    bags = [Counter(each.html for each in side) for side in (old, new)]
    if _common(*bags):
        return _by_word(old, new, effort)
    return f"{_changed('del', old)} {_changed('ins', new)}"


def _paired(old: Sequence[Block], new: Sequence[Block], effort: Effort) -> Iterator[_Pair]:
    """Yield all blocks in order; what is gone comes before what replaces it."""
    at = to = 0
    for run in stretches([each.key for each in old], [each.key for each in new], effort):
        gone, fresh = old[at : at + len(run.before)], new[to : to + len(run.after)]
        if run.same:
            yield from map(_Pair, gone, fresh)
        else:
            last = _Pair(old[at - 1], new[to - 1]) if at and to else _Pair(None, None)
            yield from _edited(gone, fresh, last, effort)
        at, to = at + len(gone), to + len(fresh)


def _edited(
    old: Sequence[Block], new: Sequence[Block], last: _Pair, effort: Effort
) -> Iterator[_Pair]:
    """Pair each block with the one that it was edited from, if there is one."""
    at = to = 0
    for i, j in [*_edits(old, new, effort), (len(old), len(new))]:
        yield from _replaced(old[at:i], new[to:j], last)
        if i < len(old):
            last = _Pair(old[i], new[j])
            yield last
        at, to = i + 1, j + 1


def _replaced(old: Sequence[Block], new: Sequence[Block], last: _Pair) -> Iterator[_Pair]:
    """Pair the cells of a table that replace others, so that none is shifted; `last` is before."""
    cells = [*takewhile(_are_cells, zip(old, new, strict=False))]
    if not (len(old) == len(new) == len(cells)):
        rows = last.old and last.old.row, last.new and last.new.row
        cells = [*takewhile(lambda each: (each[0].row, each[1].row) == rows, cells)]
    yield from (_Pair(*each) for each in cells)
    yield from (_Pair(each, None) for each in old[len(cells) :])
    yield from (_Pair(None, each) for each in new[len(cells) :])


def _are_cells(blocks: tuple[Block, Block]) -> bool:
    one, other = blocks
    return one.form == other.form and one.row is not None


def _edits(old: Sequence[Block], new: Sequence[Block], effort: Effort) -> list[tuple[int, int]]:
    """Choose the pairs of blocks, in order, that have the most words in common."""
    words = sum(len(each.words) for each in (*old, *new))
    if not (old and new) or not effort.pays(words):
        return []
    bags = [[Counter(each.key for each in block.words) for block in side] for side in (old, new)]
    ones, others = bags
    if len(old) * len(new) > _MOST_PAIRS or not effort.pays(len(old) * len(new)):
        both = range(min(len(old), len(new)))
        return [(i, i) for i in both if _alike(old[i], new[i], ones[i], others[i])]
    # the usual table of the heaviest common subsequence, from the end
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [
        [_alike(a, b, ones[i], others[j]) for j, b in enumerate(new)] for i, a in enumerate(old)
    ]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            both_ = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both_)
    return [*_along(best, alike)]


def _along(best: list[list[int]], alike: list[list[int]]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(alike) and j < len(alike[i]):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _alike(one: Block, other: Block, words: Counter[str], others: Counter[str]) -> int:
    """Return how many words two blocks have in common; 0 if one is no edit of the other."""
    return _common(words, others) if one.form == other.form else 0


def _common(words: Counter[str], others: Counter[str]) -> int:
    """Return how many words two texts have in common; 0 if these are few."""
    common = sum(min(number, others[word]) for word, number in words.items() if word != " ")
    most = max(words.total() - words[" "], others.total() - others[" "])
    return common if common >= _ALIKE * most else 0


def _same_parts(pairs: Sequence[_Pair]) -> dict[Part, Part]:
    """Return the elements of the old text that are still there, as they are in the new text."""
    same: dict[Part, Part] = {}
    taken: set[Part] = set()
    for old, new in pairs:
        if old is None or new is None:
            continue
        for one, other in zip(old.path[:-1], new.path[:-1], strict=False):
            if one not in same and other not in taken and one[:2] == other[:2]:
                same[one] = other
                taken.add(other)
            if same.get(one) != other:
                break
    return same


def _path(pair: _Pair, same: Mapping[Part, Part]) -> tuple[Part, ...]:
    """Return where to show a pair; one that is gone is shown among those that were beside it.

    Elements that are wholly new, or gone, have an attribute that says so.
    """
    old, new = pair
    if new is None:
        path = old.path if old else ()
        kept = next((n for n, part in enumerate(path) if part not in same), len(path))
        return (*(same[part] for part in path[:kept]), *(_with(" data-out", path[kept:])))
    if old is not None:
        return new.path
    stay = {*same.values()}
    kept = next((n for n, part in enumerate(new.path) if part not in stay), len(new.path))
    return (*new.path[:kept], *_with(" data-in", new.path[kept:]))


def _with(attribute: str, parts: Sequence[Part]) -> Iterator[Part]:
    return (each._replace(attributes=f"{each.attributes}{attribute}") for each in parts)


def _marked(pair: _Pair, effort: Effort) -> str:
    old, new = (each.words if each else () for each in pair)
    if pair.old is None:
        return _changed("ins", new)
    if pair.new is None:
        return _changed("del", old)
    if pair.old.key == pair.new.key:
        return in_html(new)
    return _by_word(old, new, effort)


def _by_word(old: Sequence[Word], new: Sequence[Word], effort: Effort) -> str:
    at = to = 0
    out = []
    keys = [each.key for each in old], [each.key for each in new]
    for run in stretches(*keys, effort, str.isspace):
        gone, fresh = old[at : at + len(run.before)], new[to : to + len(run.after)]
        at, to = at + len(gone), to + len(fresh)
        out += [in_html(fresh)] if run.same else [_changed("del", gone), _changed("ins", fresh)]
    return "".join(out)


def _changed(tag: str, words: Sequence[Word]) -> str:
    return f"<{tag}>{in_html(words)}</{tag}>" if words else ""
