"""How the body of a create or an update becomes a whole record.

Owns the properties that a client can set, and what an update does to properties that its body
leaves out. It must never check a value: `validation` does.
"""

from collections.abc import Mapping

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.records import Record
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.tables import Kind
from coursesync.sandbox.validation import required_of


def to_create(kind: Kind, body: JsonObject, settings: Settings) -> JsonObject:
    """Return the properties of the new record that a create's body sets.

    Raises:
        InvalidError: the body has a `SystemId`, and the settings refuse it.
    """
    _check_system_id(body, None, settings)
    ignored = {"SystemId"} if settings.system_id != "kept" else set()
    return _without(body, {*kind.pictures} | ignored)


def to_update(kind: Kind, body: JsonObject, record: Record, settings: Settings) -> JsonObject:
    """Return the whole record after an update with this body.

    Raises:
        InvalidError: the body has another `SystemId`, and the settings refuse it.
    """
    _check_system_id(body, record["SystemId"], settings)
    if settings.put_resets == "everything":
        return body  # it replaces every property, even the name of the picture
    if settings.put_resets == "fields":
        kept = {*kind.kept}
    else:
        kept = {*kind.columns} - required_of(kind, settings)
    return {**_only(record, kept), **_without(body, {*kind.pictures})}


def _check_system_id(body: JsonObject, stored: object, settings: Settings) -> None:
    given = body.get("SystemId")
    if settings.system_id == "refused" and given not in {None, stored}:
        raise InvalidError([Problem("SystemId", "is not a known property", given)])


def _only(values: Mapping[str, object], names: set[str]) -> JsonObject:
    return {name: value for name, value in values.items() if name in names}


def _without(values: Mapping[str, object], names: set[str]) -> JsonObject:
    return {name: value for name, value in values.items() if name not in names}
