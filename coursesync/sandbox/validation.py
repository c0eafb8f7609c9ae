"""The validation of the body of a record.

Owns the rules for each field, and reports every mistake at once. It must never store anything, and
checks other records only by the function `exists`, which the caller passes in.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias, TypeGuard
from urllib.parse import urlsplit

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.tables import COLLECTIONS, COURSES, FLAGS, Kind, sent_as

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
MAX_ID = 2**63 - 1  # Ids have 64 bits
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif"})
# Endings that are certainly not a JPG, PNG or GIF. An address without an ending, or with another
# one, may be a picture: image services have such addresses.
_NO_PICTURES = frozenset(
    {".avif", ".bmp", ".heic", ".htm", ".html", ".ico", ".pdf", ".svg", ".tif", ".tiff", ".webp"}
)

# returns what is wrong with a value, or None
Check: TypeAlias = Callable[[object], str | None]


@dataclass(frozen=True)
class Field:
    """One field of a body: its rule, and its default."""

    name: str
    check: Check
    required: bool = False
    default: object = None


def read_record(
    kind: Kind,
    body: JsonObject,
    settings: Settings,
    exists: Callable[[Kind, int], bool],
    *,
    updating: bool,
) -> Mapping[str, object]:
    """Return the values to store for a body, one for every field.

    Raises:
        InvalidError: with every problem of the body.
    """
    own = [Field("Id", _whole(1, MAX_ID), required=True)] if updating else []
    fields = [*own, *_fields(kind, settings, exists, is_paid=body.get("Visibility") == _PAID)]
    problems = [problem for field in fields if (problem := _problem(field, body.get(field.name)))]
    if problems:
        raise InvalidError(problems)
    values = {field.name: _given(field, body.get(field.name)) for field in fields}
    return {**values, **{name: _stored(name, values, settings) for name in kind.pictures}}


def required_of(kind: Kind, settings: Settings) -> frozenset[str]:
    """Return the fields that every body of this kind must have."""
    fields = _fields(kind, settings, lambda _, __: True)
    return frozenset(field.name for field in fields if field.required)


def _fields(
    kind: Kind,
    settings: Settings,
    exists: Callable[[Kind, int], bool],
    *,
    is_paid: bool = False,
) -> Sequence[Field]:
    needed = {"TariffId"} if is_paid else set()
    links = [
        Field(name, _record(link.kind, exists), required=link.required or name in needed)
        for name, link in kind.links.items()
    ]
    rules = {**_RULES, **_disputed(settings)}
    if kind is COURSES and settings.summary_limit:
        rules["SummaryText"] = Field("SummaryText", _text_up_to(settings.summary_limit))
    own = [rules.get(name) or _plain(name, type_) for name, type_ in kind.own.items()]
    return [*links, *own, *_pictures(kind, settings), *_KEPT]


def _plain(name: str, type_: str) -> Field:
    if name in FLAGS:
        return Field(name, _flag, default=False)
    return Field(name, _text if "TEXT" in type_ else _whole(), required="NOT NULL" in type_)


def _pictures(kind: Kind, settings: Settings) -> Iterator[Field]:
    for picture in kind.pictures:
        new, clear = sent_as(picture)
        yield Field(new, _picture(settings))
        yield Field(clear, _flag, default=False)
        yield Field(picture, _text)


def is_id(value: object) -> TypeGuard[int]:
    """Return whether a value can be an Id."""
    return _whole(1, MAX_ID)(value) is None


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


def _record(kind: Kind, exists: Callable[[Kind, int], bool]) -> Check:
    whole = _whole(1, MAX_ID)

    def check(value: object) -> str | None:
        if message := whole(value):
            return message
        return None if isinstance(value, int) and exists(kind, value) else "does not exist"

    return check


def _collection(value: object) -> str | None:
    if not isinstance(value, list | dict):
        return "must be a list or an object"
    return _text(json.dumps(value, ensure_ascii=False))


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    # JSON can have half of a surrogate pair, but text in a database can't.
    return "is not valid text" if any("\ud800" <= mark <= "\udfff" for mark in value) else None


def _text_up_to(limit: int) -> Check:
    def check(value: object) -> str | None:
        is_long = isinstance(value, str) and len(value) > limit
        return f"must have at most {limit} characters" if is_long else _text(value)

    return check


def _title(value: object) -> str | None:
    if isinstance(value, str) and not value.strip():
        return "is a required field"
    return _text(value)


def _picture(settings: Settings) -> Check:
    def check(value: object) -> str | None:
        return _address(value) or _ending(str(value), settings) or _text(value)

    return check


def _address(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    try:
        address = urlsplit(value)
    except ValueError:
        return "is not a valid address"
    if address.scheme not in {"http", "https"} or not address.hostname:
        return "must be an http or https address"
    return None


def _ending(address: str, settings: Settings) -> str | None:
    ending = PurePosixPath(urlsplit(address).path).suffix.lower()
    is_needed = settings.picture_endings == "required"
    is_good = ending in _PICTURES if is_needed else ending not in _NO_PICTURES
    return None if is_good else "must be a JPG, JPEG, PNG or GIF picture"


def _stored(picture: str, values: Mapping[str, object], settings: Settings) -> object:
    new, clear = sent_as(picture)
    if settings.pictures == "kept" and isinstance(address := values[new], str):
        return PurePosixPath(urlsplit(address).path).name or "picture"
    return None if values[clear] else values[picture]


def _disputed(settings: Settings) -> Mapping[str, Field]:
    # https://learn.nexudus.com/rest-api/content/post-courses has the visibility as required,
    # https://developers.nexudus.com/rest-api/content/post-courses as optional
    unlock, visibility = settings.unlock_type_required, settings.visibility_required
    return {
        "Title": Field("Title", _text if settings.blank_titles else _title, required=True),
        "UnlockType": Field("UnlockType", _whole(1, 3), required=unlock, default=1),
        "Visibility": Field("Visibility", _whole(1, _PAID), required=visibility, default=1),
    }


_PAID = 4  # the visibility of a course that needs a tariff
# the rules of properties, whichever kind has them; the type of any other one is its rule
_RULES = {
    field.name: field
    for field in (
        Field("Name", _title, required=True),
        Field("UnlockAfterDays", _whole(0), required=True),
        Field("CompletionType", _whole(1, 4), default=2),
        Field("InstructorId", _whole(1, MAX_ID)),
    )
}
_KEPT = (Field("SystemId", _text), *(Field(name, _collection) for name in COLLECTIONS))
