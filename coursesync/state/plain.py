"""Turns the values of the state and the journal into what JSON holds, and back.

Owns the rules for each type of field. They replace pydantic, which takes long to import. It must
never accept what coursesync can't have written, even under a valid checksum: a checksum is easy to
forge, and an invalid Id must not be sent.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from coursesync.kinds.attributes import MAX_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import Field

    from _typeshed import DataclassInstance

    Reader = Callable[[object], object]
    Rule = Mapping[str, object]
    Item = tuple[str, object]
    Omitted = Callable[[object], bool]
    T = TypeVar("T", bound=DataclassInstance)

_READER: Final = "reader"
_OMITTED: Final = "omitted"
_NAME: Final = "name"


def read_value(value_type: type[T], raw: object) -> T:
    """Make a value from what a file holds.

    Args:
        value_type: a dataclass; each of its fields has one of the metadata below.
        raw: what JSON holds.

    Raises:
        ValueError or TypeError: `written` can't have returned `raw`.
    """
    if type(raw) is not dict:
        raise ValueError("no mapping")
    readers = _readers(value_type)
    if not raw.keys() <= readers.keys():
        raise ValueError("an unknown field")
    found = (readers[name](value) for name, value in raw.items())
    return value_type(**dict(found))


def written(value: DataclassInstance) -> dict[str, object]:
    """Return the fields of a value by their names in a file; see `unless_unset`."""
    document = {}
    for field, name, is_omitted in _names(type(value)):
        has = getattr(value, field)
        if not is_omitted(has):
            document[name] = has
    return document


@cache
def _readers(value_type: type[DataclassInstance]) -> Mapping[str, Callable[[object], Item]]:
    def reader_of(each: Field[object]) -> Callable[[object], Item]:
        read = each.metadata[_READER]
        return lambda raw: (each.name, read(raw))

    return {_name_of(each): reader_of(each) for each in fields(value_type)}


@cache
def _names(value_type: type[DataclassInstance]) -> tuple[tuple[str, str, Omitted], ...]:
    return tuple(
        (each.name, _name_of(each), each.metadata.get(_OMITTED, _never))
        for each in fields(value_type)
    )


def _name_of(field: Field[object]) -> str:
    name: str = field.metadata.get(_NAME, field.name)
    return name


def _never(_: object) -> bool:
    return False


def named(name: str, rule: Rule) -> Rule:
    """Return the metadata of a field that has another name in a file."""
    return {**rule, _NAME: name}


def read_with(reader: Reader) -> Rule:
    """Return the metadata of a field with its own function for reading."""
    return {_READER: reader}


def unless_unset(rule: Rule) -> Rule:
    """Return the metadata of a field that a file leaves out if it is None or False."""
    return {**rule, _OMITTED: lambda value: value is None or value is False}


def unless_empty(rule: Rule) -> Rule:
    """Return the metadata of a field that a file leaves out if it is empty."""
    return {**rule, _OMITTED: lambda value: not value}


def optional(rule: Rule) -> Rule:
    """Return the metadata of a field that may be None."""
    reader = rule[_READER]
    assert callable(reader)  # noqa: S101 - every metadata here has one
    return {_READER: lambda raw: None if raw is None else reader(raw)}


def one_of(*choices: str | int) -> Rule:
    """Return the metadata of a field that is one of these."""
    known = {(type(each), each) for each in choices}

    def read(raw: object) -> object:
        if (type(raw), raw) not in known:
            raise ValueError("none of its values")
        return raw

    return {_READER: read}


def one(value_type: type[DataclassInstance]) -> Rule:
    """Return the metadata of a field that holds a dataclass."""
    return {_READER: lambda raw: read_value(value_type, raw)}


def list_of(value_type: type[DataclassInstance]) -> Rule:
    """Return the metadata of a field that holds a tuple of dataclasses."""
    return {_READER: lambda raw: tuple(read_value(value_type, each) for each in _list(raw))}


def by_name(value_type: type[DataclassInstance]) -> Rule:
    """Return the metadata of a field that holds dataclasses by name."""

    def read(raw: object) -> object:
        if type(raw) is not dict:
            raise ValueError("no mapping")
        return {_text(name): read_value(value_type, each) for name, each in raw.items()}

    return {_READER: read}


def _list(raw: object) -> list[object]:
    if type(raw) is not list:
        raise ValueError("no list")
    return raw


def _text(raw: object) -> str:
    if type(raw) is not str:
        raise ValueError("no text")
    if not raw.isascii():
        raw.encode()  # fails for half a surrogate pair, which JSON can escape and UTF-8 can't hold
    return raw


def _flag(raw: object) -> bool:
    if type(raw) is not bool:
        raise ValueError("neither true nor false")
    return raw


def _id(raw: object) -> int:
    if type(raw) is not int or not 1 <= raw <= MAX_ID:
        raise ValueError("no Id")
    return raw


def _from(least: int) -> Rule:
    def read(raw: object) -> int:
        if type(raw) is not int or raw < least:
            raise ValueError("no number")
        return raw

    return {_READER: read}


def _texts(raw: object) -> dict[str, str]:
    if type(raw) is not dict:
        raise ValueError("no mapping of texts")
    return {_text(name): _text(each) for name, each in raw.items()}


def _sent(raw: object) -> dict[str, str | int | bool]:
    attributes = _seen(raw)
    if None in attributes.values():
        raise ValueError("no attribute")
    return attributes  # type: ignore[return-value]  # none of them is None


def _seen(raw: object) -> dict[str, str | int | bool | None]:
    if type(raw) is not dict:
        raise ValueError("no attributes")
    for name, each in raw.items():
        _text(name)
        if type(each) is str:
            _text(each)
        elif type(each) is not int and type(each) is not bool and each is not None:
            raise ValueError("no attribute")
    return raw


TEXT: Final[Rule] = {_READER: _text}
FLAG: Final[Rule] = {_READER: _flag}
COUNT: Final[Rule] = _from(0)
POSITIVE: Final[Rule] = _from(1)
ID: Final[Rule] = {_READER: _id}
IDS: Final[Rule] = {_READER: lambda raw: tuple(_id(each) for each in _list(raw))}
TEXTS: Final[Rule] = {_READER: _texts}
SENT: Final[Rule] = {_READER: _sent}
SEEN: Final[Rule] = {_READER: _seen}
