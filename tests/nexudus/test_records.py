"""The records on the server, read strictly: nothing else is ever taken for a list of records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.kinds.section import SECTION
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.records import COURSES, Record, endpoint_of, read_page, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.field import FieldValue


RAW: dict[str, object] = {
    "Id": 1001,
    "CourseId": 4711,
    "Title": "Welcome",
    "DisplayOrder": 10,
    "SectionContents": None,
    "UnlockType": 1,
    "UnlockAfterDays": 0,
    "Active": True,
    "NewImageUrl": None,
    "CreatedOn": "2025-01-15T10:30:00Z",
    "UpdatedOn": "2025-01-16T10:30:00Z",
    "UpdatedBy": "ada@space.example",
    "LocalizationDetails": {"more": [1.5, None]},
}
JSON = "application/json; charset=utf-8"
SECTIONS = endpoint_of(SECTION)


def exchange(body: object, content_type: str = JSON) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(sent=True, status=200, headers={"content-type": content_type}, body=content)


def page(*records: object, **more: object) -> dict[str, object]:
    return {"Records": list(records), "TotalItems": len(records), "TotalPages": 1, **more}


def is_page(answer: Exchange) -> bool:
    """Return whether an answer can be read as a page of sections."""
    try:
        read_page(answer, SECTIONS)
    except (ValueError, RecursionError):
        return False
    return True


def titles(answer: Exchange) -> Mapping[int, str] | None:
    """Return the titles of courses in a bare list; None if it is not one."""
    try:
        return read_records(answer, COURSES)
    except (ValueError, RecursionError):
        return None


def test_a_record_is_what_an_outline_decides_and_who_wrote_it() -> None:
    """Only the properties that can be compared are read."""
    found = read_page(exchange(page(RAW, TotalItems=7, TotalPages=4, HasNextPage=True)), SECTIONS)
    attributes: dict[str, FieldValue] = {
        "Active": True,
        "CourseId": 4711,
        "DisplayOrder": 10,
        "Title": "Welcome",
        "UnlockAfterDays": 0,
        "UnlockType": 1,
    }

    assert (found.total, found.pages) == (7, 4)
    assert found.records == {
        1001: Record(
            id=1001,
            course_id=4711,
            attributes=attributes,
            created_on="2025-01-15T10:30:00Z",
            updated_on="2025-01-16T10:30:00Z",
            updated_by="ada@space.example",
            lacking=frozenset({"NewImageUrl"}),
            unknown=frozenset({"SectionContents"}),
        ),
    }


def test_no_records_are_a_page_too() -> None:
    """A course without sections is an empty list, and known to be empty."""
    found = read_page(exchange(page(TotalPages=0)), SECTIONS)

    assert (found.records, found.total, found.pages) == ({}, 0, 0)


@pytest.mark.parametrize("name", ["Id", "CourseId"])
@pytest.mark.parametrize("value", ["1001", True, -1, 0, 1.5, 2**63, None, [1], {"Id": 1}])
def test_an_id_is_a_whole_number_above_0(name: str, value: object) -> None:
    """An Id that is a string, a boolean or negative makes the whole page unreadable."""
    assert not is_page(exchange(page(RAW, {**RAW, name: value})))


@pytest.mark.parametrize("name", ["Id", "CourseId"])
def test_a_record_without_an_id_is_none(name: str) -> None:
    """A record without an Id makes the whole page unreadable."""
    raw = {each: value for each, value in RAW.items() if each != name}

    assert not is_page(exchange(page(raw)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'"Records"',
        b'{"Records": [], "TotalItems": 0}',
        b'{"Records": [], "TotalPages": 1, "TotalItems": "0"}',
        b'{"Records": [], "TotalPages": 1, "TotalItems": true}',
        b'{"Records": [], "TotalPages": -1, "TotalItems": 0}',
        b'{"Records": {}, "TotalPages": 1, "TotalItems": 0}',
        b'{"Records": null, "TotalPages": 1, "TotalItems": 0}',
        b'{"Records": ["x"], "TotalPages": 1, "TotalItems": 1}',
        b'{"Records": [], "Records": [], "TotalPages": 1, "TotalItems": 0}',
        b'{"Records": [], "TotalPages": 1, "TotalItems": NaN}',
        b'{"Records": [{"Id": 1, "Id": 1, "CourseId": 2}], "TotalPages": 1, "TotalItems": 1}',
        b'{"Records": [{"Id": 1, "CourseId": 2, "X": Infinity}], "TotalPages": 1, "TotalItems": 1}',
        b'{"Records": [], "TotalPages": 1, "TotalItems": 0',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"Records": [], "TotalPages": 1, "TotalItems": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_page_is_not_read(body: bytes) -> None:
    """A duplicate name, a NaN, another type or half a body is not a list."""
    assert not is_page(exchange(body))


@pytest.mark.parametrize("content_type", ["", "text/html", "text/plain", "application/jsonp"])
def test_what_does_not_say_that_it_is_json_is_not_read(content_type: str) -> None:
    """A page of a proxy is not a list, even if its body could be one."""
    assert not is_page(exchange(page(RAW), content_type))
    assert titles(exchange([RAW], content_type)) is None


@pytest.mark.parametrize("name", ["CreatedOn", "UpdatedOn", "UpdatedBy"])
@pytest.mark.parametrize("value", [None, 5, "", [], {"x": 1}])
def test_who_and_when_may_be_missing(name: str, value: object) -> None:
    """They only help a person to choose, so the page is read without them."""
    found = read_page(exchange(page({**RAW, name: value})), SECTIONS)

    assert None in (
        found.records[1001].created_on,
        found.records[1001].updated_on,
        found.records[1001].updated_by,
    )


def test_who_and_when_are_shown_harmless() -> None:
    """They contain no control character when they are shown, and are short."""
    raw = {**RAW, "UpdatedBy": "\x1b[31m" + "x" * 1_000, "CreatedOn": "\n" * 3 + "2025" * 100}
    found = read_page(exchange(page(raw)), SECTIONS)

    assert "\x1b" not in str(found.records[1001].updated_by)
    assert len(str(found.records[1001].updated_by)) == 100
    assert len(str(found.records[1001].created_on)) == 40


@pytest.mark.parametrize("value", [None, 1.5, [], {}])
def test_a_field_of_a_strange_type_is_none(value: object) -> None:
    """A title that is not text is missing, so that the record fits nothing."""
    found = read_page(exchange(page({**RAW, "Title": value})), SECTIONS)

    assert "Title" not in found.records[1001].attributes


def test_ids_are_those_of_a_bare_list() -> None:
    """Records that are read by Id come as a list; its Ids show which exist."""
    assert titles(exchange([{"Id": 1, "Title": "x"}, {"Id": 7}])) == {1: "x", 7: ""}
    assert titles(exchange([])) == {}


@pytest.mark.parametrize(
    "body",
    [{}, {"Records": []}, ["1"], [{"Id": "1"}], [{"Id": True}], [{"Id": -1}], [{}], None, "[]"],
)
def test_what_is_no_list_of_records_has_no_ids(body: object) -> None:
    """Strings, booleans and negative numbers are not Ids, and nothing else is a list."""
    assert titles(exchange(body)) is None


@settings(deadline=None, max_examples=examples(150))
@given(st.binary(max_size=80) | st.text(max_size=60).map(str.encode))
def test_no_answer_is_too_odd_to_be_read(body: bytes) -> None:
    """Any answer is read or refused, without another error."""
    assert not is_page(exchange(body))
    assert not titles(exchange(body))
