"""Values of ours as JSON has them, and back: the state's and the journal's, without a model.

A checksum says that coursesync wrote what is read here. What it can't have written is refused all
the same: a checksum is soon forged, and an Id that is none must not be sent to anyone.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

    Reader = Callable[[object], object]
    Facts = Mapping[str, object]
    T = TypeVar("T", bound=DataclassInstance)

_MAX_ID = 2**63 - 1
_READER: Final = "reader"
_RARE: Final = "rare"


def made(value_type: type[T], raw: object) -> T:
    """Make a value of what stands in a file.

    Args:
        value_type: a dataclass, each field of which has one of the metadata below.
        raw: what JSON has in its place.

    Raises:
        ValueError, TypeError or KeyError: `written` gives no such thing.
    """
    if type(raw) is not dict:
        raise ValueError("no mapping")
    readers = _readers(value_type)
    return value_type(**{name: readers[name](value) for name, value in raw.items()})


def written(value: DataclassInstance) -> dict[str, object]:
    """Return the fields of a value as they stand in a file; `rare` ones only where they are set."""
    told = {}
    for name, rare in _names(type(value)):
        has = getattr(value, name)
        if not (rare and (has is None or has is False)):
            told[name] = has
    return told


@cache
def _readers(value_type: type[DataclassInstance]) -> Mapping[str, Reader]:
    return {each.name: each.metadata[_READER] for each in fields(value_type)}


@cache
def _names(value_type: type[DataclassInstance]) -> tuple[tuple[str, bool], ...]:
    return tuple((each.name, _RARE in each.metadata) for each in fields(value_type))


def read_by(reader: Reader) -> Facts:
    """Return the metadata of a field that is read by a function of its own."""
    return {_READER: reader}


def rare(facts: Facts) -> Facts:
    """Return the metadata of a field that is left out where it is None or False."""
    return {**facts, _RARE: True}


def optional(facts: Facts) -> Facts:
    """Return the metadata of a field that may be None."""
    reader = facts[_READER]
    assert callable(reader)  # noqa: S101 - every metadata here has one
    return {_READER: lambda raw: None if raw is None else reader(raw)}


def one_of(*choices: str | int) -> Facts:
    """Return the metadata of a field that is one of these."""

    def read(raw: object) -> object:
        if raw not in choices or type(raw) is bool:
            raise ValueError("none of its values")
        return raw

    return {_READER: read}


def value(value_type: type[DataclassInstance]) -> Facts:
    """Return the metadata of a field that holds a value of ours, or None."""
    return {_READER: lambda raw: None if raw is None else made(value_type, raw)}


def values(value_type: type[DataclassInstance]) -> Facts:
    """Return the metadata of a field that holds several."""
    return {_READER: lambda raw: tuple(made(value_type, each) for each in _list(raw))}


def named(value_type: type[DataclassInstance]) -> Facts:
    """Return the metadata of a field that holds several by their names."""

    def read(raw: object) -> object:
        if type(raw) is not dict:
            raise ValueError("no mapping")
        return {name: made(value_type, each) for name, each in raw.items()}

    return {_READER: read}


def _list(raw: object) -> list[object]:
    if type(raw) is not list:
        raise ValueError("no list")
    return raw


def _text(raw: object) -> str:
    if type(raw) is not str:
        raise ValueError("no text")
    return raw


def _flag(raw: object) -> bool:
    if type(raw) is not bool:
        raise ValueError("neither true nor false")
    return raw


def _count(raw: object) -> int:
    if type(raw) is not int or raw < 0:
        raise ValueError("no number")
    return raw


def _id(raw: object) -> int:
    if type(raw) is not int or not 1 <= raw <= _MAX_ID:
        raise ValueError("no Id")
    return raw


def _texts(raw: object) -> dict[str, str]:
    if type(raw) is not dict or not {*map(type, raw.values())} <= {str}:
        raise ValueError("no mapping of texts")
    return raw


_SENT = {str, int, bool}


def _sent(raw: object) -> dict[str, str | int | bool]:
    if type(raw) is not dict or not {*map(type, raw.values())} <= _SENT:
        raise ValueError("no attributes")
    return raw


TEXT: Final[Facts] = {_READER: _text}
FLAG: Final[Facts] = {_READER: _flag}
COUNT: Final[Facts] = {_READER: _count}
ID: Final[Facts] = {_READER: _id}
IDS: Final[Facts] = {_READER: lambda raw: tuple(_id(each) for each in _list(raw))}
TEXTS: Final[Facts] = {_READER: _texts}
SENT: Final[Facts] = {_READER: _sent}
