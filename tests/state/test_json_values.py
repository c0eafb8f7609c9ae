"""Values as JSON: everything that is written can be read, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.state.journal import Conclusion, Forget, Header, Intent, Look, Move, Protect
from coursesync.state.json_values import read_value, written
from coursesync.state.state import Candidate, CompleteCourse, Doubt, Entry, State

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SENT = {"CourseId": 1, "Title": "One", "DisplayOrder": 10, "Active": True}
# one of each, with every field set
WHOLE: dict[type[DataclassInstance], dict[str, object]] = {
    CompleteCourse: {
        "id": 1,
        "path": "a.yaml",
        "sources": {"a.yaml": "x"},
        "title": "A",
    },
    Entry: {
        "attempted": SENT,
        "external": True,
        "id": 7,
        "kept": True,
        "left": ["image"],
        "protected": True,
        "seen": {"Title": "Uno", "Active": None},
        "sent": SENT,
        "unconfirmed": True,
        "updated_on": "x",
    },
    Candidate: {
        "attributes": SENT,
        "created_on": "x",
        "id": 7,
        "marked": True,
        "updated_by": "x",
        "updated_on": None,
    },
    Header: {
        "record": "header",
        "checksum": "a",
        "format": 3,
        "lineage": "x",
        "serial": 3,
        "target": "x",
    },
    Intent: {
        "record": "intent",
        "action": "update",
        "address": "section.a.b",
        "attributes": SENT,
        "id": 7,
        "marker": "coursesync:1",
        "protected": True,
        "was": "section.c.b",
        "attempt": 2,
        "at": "x",
    },
    Conclusion: {
        "record": "outcome",
        "address": "section.a.b",
        "outcome": "applied",
        "id": 7,
        "updated_on": "x",
        "reason": "",
        "claimed": False,
        "at": "x",
    },
    Move: {"record": "move", "to": {"section.a.b": "section.a.c"}, "at": "x"},
    Protect: {"record": "protect", "address": "section.a.b", "protected": True, "at": "x"},
    Forget: {"record": "forget", "address": "section.a.b", "id": 7, "at": "x"},
}
WHOLE[Doubt] = {
    "attempts": 2,
    "candidates": [WHOLE[Candidate]],
    "claimed": True,
    "marker": "coursesync:1",
    "reason": "x",
    "sent": SENT,
    "since": "x",
}
WHOLE[Look] = {
    "record": "look",
    "address": "section.a.b",
    "entry": WHOLE[Entry],
    "doubt": WHOLE[Doubt],
    "at": "x",
}
WHOLE[State] = {
    "complete": {"a": WHOLE[CompleteCourse]},
    "doubts": {"section.a.c": WHOLE[Doubt]},
    "entries": {},
    "format": 2,
    "lineage": "x",
    "serial": 3,
    "strangers": {"lesson": [6], "section": [5]},
    "target": "x",
}
REFUSED = (ValueError, TypeError)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
# a state's entries are read one by one, when they are asked for
FIELDS = [
    (each, name)
    for each, whole in WHOLE.items()
    for name in whole
    if (each, name) != (State, "entries")
]


def as_stored(value: DataclassInstance) -> dict[str, object]:
    """Return a value as a file holds it."""

    def plain(inner: object) -> object:
        if isinstance(inner, Mapping):
            return dict(inner)
        assert is_dataclass(inner)
        assert not isinstance(inner, type)
        return written(inner)

    stored = json.loads(json.dumps(written(value), default=plain))
    assert isinstance(stored, dict)
    return stored


@pytest.mark.parametrize("value_type", WHOLE, ids=lambda each: each.__name__)
def test_what_is_written_is_read_back(value_type: type[DataclassInstance]) -> None:
    """Every field of every value can be written and read, under its own name."""
    value = read_value(value_type, WHOLE[value_type])
    stored = as_stored(value)

    names = [each.name for each in fields(value_type)]
    assert list(stored) == list(WHOLE[value_type]) == names
    assert stored == WHOLE[value_type]
    assert read_value(value_type, stored) == value


@pytest.mark.parametrize(("value_type", "name"), FIELDS, ids=str)
@settings(deadline=None, max_examples=examples(30))
@given(value=ANY)
def test_a_value_of_another_form_is_refused(
    value_type: type[DataclassInstance], name: str, value: object
) -> None:
    """A field accepts its own values, and refuses all others."""
    stored = {**WHOLE[value_type], name: value}
    try:
        read = read_value(value_type, stored)
    except REFUSED:
        return
    back = as_stored(read)

    assert back.get(name, value) == value
    assert type(back.get(name, value)) is type(value)


@pytest.mark.parametrize("value_type", WHOLE, ids=lambda each: each.__name__)
def test_nothing_more_is_read(value_type: type[DataclassInstance]) -> None:
    """An unknown field is refused, and so is a value that is no mapping."""
    with pytest.raises(REFUSED):
        read_value(value_type, {**WHOLE[value_type], "more": 1})
    with pytest.raises(REFUSED):
        read_value(value_type, [*WHOLE[value_type].items()])


@pytest.mark.parametrize(("value_type", "name"), FIELDS, ids=str)
@pytest.mark.parametrize("value", [1.5, [[]], {"a": [1]}, {"a": 1.5}], ids=str)
def test_no_field_takes_what_none_has(
    value_type: type[DataclassInstance], name: str, value: object
) -> None:
    """No field accepts a number with decimals, a nested list, or a mapping to one."""
    with pytest.raises(REFUSED):
        read_value(value_type, {**WHOLE[value_type], name: value})


@pytest.mark.parametrize(
    ("value_type", "name"), [each for each in FIELDS if each != (Entry, "seen")], ids=str
)
def test_only_a_look_finds_nothing_in_a_property(
    value_type: type[DataclassInstance], name: str
) -> None:
    """A sent attribute has a value; a seen one may be None, for an absent property."""
    with pytest.raises(REFUSED):
        read_value(value_type, {**WHOLE[value_type], name: {"a": None}})


@pytest.mark.parametrize("number", [0, -1, 2**63, True, 1.0, "1", None])
@pytest.mark.parametrize("value_type", [Entry, Candidate, CompleteCourse, Forget])
def test_an_id_is_one_that_a_server_gives(
    value_type: type[DataclassInstance], number: object
) -> None:
    """An Id is a whole number from 1, of 64 bits at the most."""
    with pytest.raises(REFUSED):
        read_value(value_type, {**WHOLE[value_type], "id": number})
