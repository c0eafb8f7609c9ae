"""The current settings, and the text form of a setting's value.

Owns the parsing of a setting's value, from a command line or from JSON. It must never define what a
setting means: `settings` does.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, get_args, get_origin, get_type_hints

from coursesync.sandbox.settings import Settings, all_roles

_ONLY_AT_START = frozenset(
    {"limits", "writes_a_day", "token_seconds", "totp_once", "ids_from", "ids_apart"}
)
_LARGEST = 10**18  # the largest number in a setting; Ids that start there still fit into 64 bits
_HINTS = {name: hint for name, hint in get_type_hints(Settings).items() if name != "users"}


class Switches:
    """The current settings of a sandbox; most of them can change while it runs.

    Attributes:
        settings: the current settings.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def change(self, changes: Mapping[str, object]) -> None:
        """Set some settings to JSON values; if there is a mistake, set none.

        Raises:
            ValueError: a name or a value is not valid, or it can be set only at the start.
        """
        for name in changes.keys() & _ONLY_AT_START:
            raise ValueError(f"{name} can be set only when the sandbox starts")
        self.settings = with_values(self.settings, changes)

    def shown(self) -> Mapping[str, object]:
        """Return the settings by name as JSON values, without the users."""
        values = {name: getattr(self.settings, name) for name in _HINTS}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
        }


def with_values(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """Return the settings with some of them changed to values from JSON or a command line.

    Raises:
        ValueError: a name or a value is not valid.
    """
    values = {name: _read(name, _as_text(value)) for name, value in changes.items()}
    changed = replace(settings, **values)  # type: ignore[arg-type]
    if unknown := changed.without_roles - all_roles():
        raise ValueError(f"without_roles: there is no role {', '.join(sorted(unknown))}")
    return changed


def _read(name: str, text: str) -> object:
    hint = _HINTS.get(name)
    if hint is None:
        raise ValueError(f"{name} is not a setting; the settings are {', '.join(_HINTS)}")
    choices = get_args(hint) if get_origin(hint) is Literal else (True, False)
    if hint is bool or get_origin(hint) is Literal:
        for choice in choices:
            if _as_text(choice) == text:
                return choice
        raise ValueError(f"{name} must be one of {', '.join(map(_as_text, choices))}")
    if hint in {int, float}:
        return _number(name, text, is_whole=hint is int)
    return frozenset(filter(None, text.split(",")))


def _number(name: str, text: str, *, is_whole: bool) -> int | float:
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= _LARGEST:
        whole = "whole " if is_whole else ""
        raise ValueError(f"{name} must be a {whole}number from 0 to {_LARGEST}")
    return number


def _as_text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case list() if all(isinstance(each, str) for each in value):
            return ",".join(value)
    raise ValueError(f"{value!r} can't be the value of a setting")
