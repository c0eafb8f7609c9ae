"""Lists of edits, drawn by Hypothesis for an outline, and the outline that they lead to."""

from __future__ import annotations

import json
import re
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is re-exported
from ruamel.yaml.events import ScalarEvent, StreamEndEvent

from coursesync.outlines.checks import item_key
from coursesync.outlines.edit import AddItem, Edit, LayOut, Move, PinKey, Remove, SetField

if TYPE_CHECKING:
    from coursesync.kinds.tree import Path, Value

TEXTS = st.sampled_from(
    [
        *("Welcome", "C# basics", "a: b", "#1", "- x", "it's", 'say "hi"', "null", "0x1F", ""),
        *("[a], {b}", "日本語 🎉", " blanks ", "two\nlines\n", "\n\n  deep\n  # none\n", "a\n\n\n"),
        *("<p>" + "long " * 60 + "</p>", "# no comment\n", "???", "a\\b", "“Hi”", "---\n...\n"),
    ]
)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "key": st.sampled_from(["a", "2024", "null", "part-1"]),
    "previous_keys": st.lists(st.sampled_from(["old", "a.b", "2024"]), max_size=3),
    "title": TEXTS,
    "unlock": st.sampled_from(["sequential", {"after_days": 7}, {}]),
    "display_order": st.integers(0, 90),
    "active": st.booleans(),
    "image": st.sampled_from([None, "https://cdn.example.com/a.png?x=1#y"]),
    "contents": TEXTS | st.sampled_from([{"html": "a.html"}, {"markdown": "b, c.md"}]),
}
KINDS = ["set", "set", "add", "add", "remove field", "pin", "lay out"]
LIST_KINDS = ["move", "move", "remove item", "set item", "lay out a list"]
LESSON = st.fixed_dictionaries({}, optional=VALUES)
LISTS: dict[str, st.SearchStrategy[Value]] = {
    "lessons": st.lists(LESSON | st.just("welcome/tour.md"), max_size=3)
}
FIELDS = {**VALUES, **LISTS}
SECTION = st.fixed_dictionaries({}, optional=FIELDS)
ITEMS = {"sections": SECTION, "lessons": LESSON | st.just("welcome/tour.md")}


def _paths(value: Value, kind: type, path: Path = ()) -> list[Path]:
    """Return the paths of all mappings, or lists, in a value."""
    found: list[Path] = [path] if isinstance(value, kind) else []
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for step, each in inner:
        found += _paths(each, kind, (*path, step))
    return found


def at(value: Value, path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    """Return the value at a path."""
    for step in path:
        value = value[step]  # type: ignore[index]  # it is there
    return value


@st.composite
def edits(draw: st.DrawFn, value: Value, *, most: int = 6) -> list[Edit]:
    """Return some edits, each of which can be made after those before it."""
    value = deepcopy(value)
    done: list[Edit] = []
    for _ in range(draw(st.integers(1, most))):
        lists = [path for path in _paths(value, list) if at(value, path)]
        kinds = [*KINDS, *LIST_KINDS] if lists else KINDS
        kind = draw(st.sampled_from(kinds))
        edit = draw(_edit(value, kind, lists))
        if edit is not None:
            done.append(edit)
            carry_out(value, edit)
    return done


@st.composite
def _edit(draw: st.DrawFn, value: Value, kind: str, lists: list[Path]) -> Edit | None:
    mapping = draw(st.sampled_from(_paths(value, dict)))
    fields = sorted(at(value, mapping))
    name = draw(st.sampled_from([*fields, *FIELDS]))
    edit: Edit | None = None
    match kind:
        case "set" if name != "sections":
            edit = SetField((*mapping, name), draw(FIELDS.get(name, TEXTS)))
        case "pin" if mapping and isinstance(mapping[-1], int):
            edit = PinKey(mapping)
        case "remove field" if fields:
            edit = Remove((*mapping, draw(st.sampled_from(fields))))
        case "lay out":
            names = tuple(draw(st.permutations(fields)))
            edit = LayOut(mapping, 2 * len(mapping), names)
        case "add" if found := _paths(value, list):
            path = draw(st.sampled_from(found))
            index = draw(st.integers(0, len(at(value, path))))
            edit = AddItem((*path, index), draw(ITEMS.get(str(path[-1]), TEXTS)))
        case "set item":
            path = draw(st.sampled_from(lists))
            place = (*path, draw(st.integers(0, len(at(value, path)) - 1)))
            edit = SetField(place, draw(SECTION | TEXTS))
        case "lay out a list":
            path = draw(st.sampled_from(lists))
            edit = LayOut(path, 2 * len(path))
        case "remove item":
            path = draw(st.sampled_from(lists))
            edit = Remove((*path, draw(st.integers(0, len(at(value, path)) - 1))))
        case "move":
            edit = draw(_move(value, lists))
    return edit


@st.composite
def _move(draw: st.DrawFn, value: Value, lists: list[Path]) -> Edit:
    path = draw(st.sampled_from(lists))
    taken = (*path, draw(st.integers(0, len(at(value, path)) - 1)))
    rest = deepcopy(value)
    carry_out(rest, Remove(taken))
    to = draw(st.sampled_from([path, *_paths(rest, list)]))
    return Move(taken, (*to, draw(st.integers(0, len(at(rest, to))))))


def carry_out(value: Value, edit: Edit) -> None:
    """Do to a value what an edit is to do to an outline."""
    parent, step = at(value, edit.path[:-1]), edit.path[-1] if edit.path else ""
    match edit:
        case SetField():
            parent[step] = json.loads(json.dumps(edit.value))
        case AddItem():
            parent.insert(step, json.loads(json.dumps(edit.value)))
        case Remove():
            del parent[step]
        case Move():
            taken = parent.pop(step)
            at(value, edit.to[:-1]).insert(edit.to[-1], taken)
        case PinKey():
            parent[step] = {"key": item_key(parent[step]), **parent[step]}
        case _:
            pass


def comments(text: str) -> Counter[str]:
    """Find all comments by what lies between the parser's scalars."""
    advance, at, found = CParser(text).get_event, 0, Counter[str]()
    while not isinstance(event := advance(), StreamEndEvent):
        if isinstance(event, ScalarEvent) and event.end_mark.index > event.start_mark.index:
            start, end = event.start_mark.index, event.end_mark.index
            header = text[start : text.find("\n", start)] if event.style in {"|", ">"} else ""
            found.update(re.findall(r"#[^\n]*", text[at:start] + "\n" + header))
            at = end
    found.update(re.findall(r"#[^\n]*", text[at:]))
    return found
