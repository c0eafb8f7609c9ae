"""Turns the values of the state and the journal into what JSON holds, and back.

Owns how a value of each type is read. It replaces pydantic, which takes long to import. It must
never accept what coursesync can't have written, even under a valid checksum: a checksum is easy to
forge, and an invalid Id must not be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache, partial
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar, cast, get_args, get_origin

from coursesync.kinds.address import Address
from coursesync.kinds.field import MAX_ID, Attributes, FieldValue

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

Reader: TypeAlias = Callable[[object], object]
OMIT = "omit"  # in a field's metadata: whether a file leaves it out if it has its default
_ALWAYS = object()  # no field has it


def read_value(value_type: type[T], raw: object) -> T:
    """Make a value from what a file holds.

    Args:
        value_type: a dataclass whose annotations are types, not strings. A type is read by the
            function in its `Annotated`, by the one in `_READERS`, or part by part.
        raw: what JSON holds.

    Raises:
        ValueError or TypeError: `written` can't have returned `raw`.
    """
    table, found = _table(value_type), {}
    for name, value in mapping(raw).items():
        if name not in table:
            raise ValueError("an unknown field")
        read, _ = table[name]
        found[name] = read(value)
    return value_type(**found)


def written(value: DataclassInstance) -> dict[str, object]:
    """Return the fields of a value as a file has them; see `OMIT`."""
    document = {}
    for name, (_, omitted) in _table(type(value)).items():
        has = getattr(value, name)
        if has != omitted:
            document[name] = has
    return document


@cache
def _table(value_type: type[DataclassInstance]) -> Mapping[str, tuple[Reader, object]]:
    """Return for each field: its reader, and the value that a file leaves out."""
    found = {}
    for each in fields(value_type):
        kind, omitted = each.type, _ALWAYS
        if OMIT in each.metadata:
            omitted = each.default if each.default_factory is MISSING else each.default_factory()
            kind = get_args(kind)[0] if omitted is None else kind  # no file has None there
        found[each.name] = (_reader_of(kind), omitted)
    return found


def _reader_of(kind: object) -> Reader:
    if kind in _READERS:
        return _READERS[kind]
    parts = get_args(kind)
    if NoneType in parts:
        read = _reader_of(parts[0])
        return lambda raw: None if raw is None else read(raw)
    if (made := _OF_PARTS.get(get_origin(kind))) is not None:
        return made(*parts)
    return partial(read_value, cast("type[DataclassInstance]", kind))


def _one_of(*choices: object) -> Reader:
    known = {(type(each), each) for each in choices}

    def read(raw: object) -> object:
        if (type(raw), raw) not in known:
            raise ValueError("not one of the choices")
        return raw

    return read


def _list_of(inner: object, _: object) -> Reader:
    read_each = _reader_of(inner)

    def read(raw: object) -> object:
        if type(raw) is not list:
            raise ValueError("not a list")
        return tuple(map(read_each, raw))

    return read


def _by_name(key: object, value: object) -> Reader:
    name, read = _reader_of(key), _reader_of(value)
    return lambda raw: {name(each): read(has) for each, has in mapping(raw).items()}


def each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make a JSON object; raises ValueError if a name occurs twice, because readers differ then."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name occurs twice")
    return record


def mapping(raw: object) -> dict[str, object]:
    """Return what a file holds if it is a mapping, or raise ValueError."""
    if type(raw) is not dict:
        raise ValueError("not a mapping")
    return raw


def _text(raw: object) -> str:
    if type(raw) is not str:
        raise ValueError("not a text")
    if not raw.isascii():
        raw.encode()  # fails for half a surrogate pair, which JSON can escape and UTF-8 can't hold
    return raw


def _flag(raw: object) -> bool:
    if type(raw) is not bool:
        raise ValueError("neither true nor false")
    return raw


def _from(least: int) -> Reader:
    def read(raw: object) -> int:
        if type(raw) is not int or not least <= raw <= MAX_ID:
            raise ValueError("not a number in the range")
        return raw

    return read


def _sent(raw: object) -> object:
    attributes = _seen(raw)
    if None in attributes.values():
        raise ValueError("not the value of an attribute")
    return attributes


def _seen(raw: object) -> dict[str, object]:
    attributes = mapping(raw)
    for name, each in attributes.items():
        _text(name)
        if type(each) is str:
            _text(each)
        elif type(each) is not int and type(each) is not bool and each is not None:
            raise ValueError("not the value of an attribute")
    return attributes


read_id = _from(1)  # returns an Id, or raises ValueError
Sent: TypeAlias = Annotated[Attributes, _sent]
Seen: TypeAlias = Annotated[Mapping[str, FieldValue | None], _seen]
Count: TypeAlias = Annotated[int, _from(0)]
Positive: TypeAlias = Annotated[int, read_id]
Id: TypeAlias = Positive
_READERS: Mapping[object, Reader] = {str: _text, Address: _text, bool: _flag}
_OF_PARTS: Mapping[object, Callable[..., Reader]] = {
    Annotated: lambda _, reader: reader,
    Literal: _one_of,
    Mapping: _by_name,
    tuple: _list_of,
}
