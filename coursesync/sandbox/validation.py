"""What a course section's body must be.

Owns the rules for each field and says everything that is wrong at once. It must never store
anything, and it asks about courses only through the function it is given.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias
from urllib.parse import urlsplit

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif"})

Check: TypeAlias = Callable[[object], str | None]
"""Says what is wrong with a value, or None."""


@dataclass(frozen=True)
class Field:
    """One field of a body: its rule, and what it is where it is left out."""

    name: str
    check: Check
    required: bool = False
    default: object = None


def read_section(
    body: JsonObject,
    *,
    updating: bool,
    unlock_type_required: bool,
    course_exists: Callable[[int], bool],
) -> Mapping[str, object]:
    """Return what to store of a create's or an update's body, every field present.

    Raises:
        InvalidError: with every problem of the body.
    """
    fields = [
        Field("CourseId", _course(course_exists), required=True),
        *_FIELDS,
        Field("UnlockType", _whole(1, 3), required=unlock_type_required, default=1),
    ]
    if updating:
        fields.insert(0, Field("Id", _whole(1), required=True))
    problems = [problem for field in fields if (problem := _problem(field, body.get(field.name)))]
    if problems:
        raise InvalidError(problems)
    values = {field.name: _given(field, body.get(field.name)) for field in fields}
    return {**values, "ImageFileName": _file_name(values["NewImageUrl"])}


def _given(field: Field, value: object) -> object:
    return field.default if value is None else value


def _problem(field: Field, value: object) -> Problem | None:
    if value is None:
        return Problem(field.name, "is a required field") if field.required else None
    message = field.check(value)
    return Problem(field.name, message, value) if message else None


def _whole(low: int = INT32_MIN, high: int = INT32_MAX) -> Check:
    def check(value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return "must be an integer"
        return None if low <= value <= high else f"must be between {low} and {high}"

    return check


def _course(exists: Callable[[int], bool]) -> Check:
    whole = _whole(1)

    def check(value: object) -> str | None:
        if message := whole(value):
            return message
        return None if isinstance(value, int) and exists(value) else "does not exist"

    return check


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    # JSON can spell half of a surrogate pair; no text in a database can hold it.
    return "is not valid text" if any("\ud800" <= mark <= "\udfff" for mark in value) else None


def _title(value: object) -> str | None:
    if isinstance(value, str) and not value.strip():
        return "is a required field"
    return _text(value)


def _picture(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    try:
        address = urlsplit(value)
    except ValueError:
        return "is not a valid address"
    if address.scheme not in {"http", "https"} or not address.hostname:
        return "must be an http or https address"
    if PurePosixPath(address.path).suffix.lower() not in _PICTURES:
        return "must be a JPG, JPEG, PNG or GIF picture"
    return _text(value)


def _file_name(address: object) -> str | None:
    return PurePosixPath(urlsplit(address).path).name if isinstance(address, str) else None


_FIELDS = (
    Field("Title", _title, required=True),
    Field("DisplayOrder", _whole(), required=True),
    Field("UnlockAfterDays", _whole(0), required=True),
    Field("SectionContents", _text),
    Field("Active", _flag, default=False),
    Field("NewImageUrl", _picture),
    Field("ClearImageFile", _flag, default=False),
)
