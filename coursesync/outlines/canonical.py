"""The canonical layout of an outline: what `coursesync fmt` writes.

Keys stand in every section, fields in one order, two blanks an indent; comments, blank lines,
quotes and texts stay to the letter. Pure: text and tree in, text out; says nothing about whether
what came out still means the same (`rewriting` does).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.course_spec import CourseSpec
from coursesync.outlines.checks import ITEMS, item_key
from coursesync.outlines.layout import FieldLines, SectionLines, layout_of
from coursesync.outlines.yaml_writer import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.kinds.tree import Tree

COURSE_FIELDS = tuple(CourseSpec.model_fields)
ITEM_FIELDS = tuple(field.name for field in LISTED.fields)
DASH, FIELD = 2, 4  # the columns of a section's dash and of its fields


def canonical(text: str, tree: Tree) -> str:
    """Return an outline in its canonical layout.

    Args:
        text: a valid outline, every line end a line feed, without a byte order mark.
        tree: what was read from that text.

    Raises:
        UnusualLayout: it is one mapping in braces, or has a key after a question mark.
    """
    layout = layout_of(text, tree)
    lines = _with_keys_in_braces(layout.lines, tree)
    keys = _derived_keys(tree)
    done = list(lines[: layout.fields[0].start])
    for field in sorted(layout.fields, key=lambda field: COURSE_FIELDS.index(field.name)):
        done += _moved(lines[field.lead : field.start], -field.column)
        if field.name != ITEMS or layout.sections is None:
            done += _field(lines, field, "")
            continue
        done.append(lines[field.start][field.column :])
        for i, section in enumerate(layout.sections):
            done += _section(lines, section, layout.dash, keys.get(i, ""))
        done += _moved(lines[layout.sections[-1].end : field.end], DASH - layout.dash)
    # indented, they would be the last section's, which stands above them now
    done += [line.lstrip() for line in _without_last_blanks(lines[layout.fields[-1].end :])]
    return "\n".join(done) + "\n"


def _derived_keys(tree: Tree) -> dict[int, str]:
    sections = tree.value_at((ITEMS,))
    assert isinstance(sections, list)  # noqa: S101 - a valid outline's are
    return {
        i: scalar(item_key(section))
        for i, section in enumerate(sections)
        if isinstance(section, dict) and "key" not in section
    }


def _with_keys_in_braces(lines: Sequence[str], tree: Tree) -> list[str]:
    """Write the keys into the sections that stand in braces, `{title: Welcome}`."""
    done = list(lines)
    wanted: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for i, key in _derived_keys(tree).items():
        line, column, *_ = tree.find((ITEMS, i))[0]
        if lines[line][column : column + 1] == "{":
            wanted[line].append((column + 1, key))
    for line, keys in wanted.items():
        done[line] = "".join(_with_keys(lines[line], keys))
    return done


def _with_keys(text: str, keys: list[tuple[int, str]]) -> Iterator[str]:
    at = 0
    for column, key in sorted(keys):
        yield text[at:column]
        after = text[column : column + 1]
        yield f"key: {key}, " if after and not after.isspace() else f" key: {key},"
        at = column
    yield text[at:]


def _section(lines: Sequence[str], section: SectionLines, dash: int, key: str) -> Iterator[str]:
    yield from _moved(lines[section.lead : section.dash], DASH - dash)
    if section.dash != section.start:
        comment = lines[section.dash].partition("#")
        yield from [" " * DASH + "#" + comment[2]] if comment[1] else []
        inner = lines[section.dash + 1 : section.start]
        yield from _comments(inner, section.column, DASH, at_most=True)
    first, after_block = "  - ", False
    if key and section.fields:
        yield f"{first}key: {key}"
        first = ""
    for field in sorted(section.fields, key=lambda field: ITEM_FIELDS.index(field.name)):
        column = FIELD if not first else DASH
        lead = lines[field.lead : field.start]
        yield from _comments(lead, field.column, column, at_most=after_block or bool(first))
        yield from _field(lines, field, first or " " * FIELD)
        first, after_block = "", field.is_block
    own = section.fields or (_in_braces(section),)
    if not section.fields:
        yield from _field(lines, own[0], first)
    last = lines[max(field.end for field in own) : section.end]
    yield from _comments(last, section.column, FIELD, at_most=after_block)


def _comments(lines: Sequence[str], old: int, new: int, *, at_most: bool) -> Iterator[str]:
    """Move comments from one column to another, and `at_most` to there: a block may be above."""
    for line in _moved(lines, new - old):
        yield " " * new + line.lstrip() if at_most and line[:new].isspace() else line


def _in_braces(section: SectionLines) -> FieldLines:
    return FieldLines("", section.dash, section.start, section.end, section.column)


def _field(lines: Sequence[str], field: FieldLines, prefix: str) -> Iterator[str]:
    yield prefix + lines[field.start][field.column :]
    below = lines[field.start + 1 : field.end]
    to = len(prefix)
    yield from _moved(below, to - field.column if field.inner is None else to + 2 - field.inner)


def _moved(lines: Sequence[str], by: int) -> Iterator[str]:
    """Move lines to the right, or to the left as far as there are blanks."""
    for line in lines:
        blanks = len(line) - len(line.lstrip(" "))
        yield line[min(-by, blanks) :] if by <= 0 else " " * by + line if line else line


def _without_last_blanks(lines: Sequence[str]) -> Sequence[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
