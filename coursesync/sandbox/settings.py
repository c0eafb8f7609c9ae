"""How a sandbox is set up: who may log in, and which reading of the vendor's pages it plays.

Owns values only. It must never read a file, the environment or a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args, get_origin, get_type_hints

ALL_ROLES: frozenset[str] = frozenset(
    f"{kind}-{action}"
    for kind in ("Course", "CourseSection", "CourseLesson", "CourseMember", "CourseCompletedLesson")
    for action in ("Create", "Edit", "Delete", "Read", "List")
)
"""Every role that the sandbox asks for, as a full unrestricted administrator has them."""


@dataclass(frozen=True)
class User:
    """One person who may log in. The defaults are public: they open nothing but a sandbox.

    Attributes:
        email: the user name at login, and what `UpdatedBy` says.
        password: the password at login.
        totp: the one-time code that a login must bring; None where two-factor is off.
        roles: what the user may do, such as `CourseSection-Create`.
        token: an access token that is good from the start; None where a login is needed.
    """

    email: str = "admin@sandbox.example"
    password: str = "sandbox"  # noqa: S105 - made up, and meant to be known
    totp: str | None = None
    roles: frozenset[str] = ALL_ROLES
    token: str | None = "sandbox-token"  # noqa: S105 - the same


@dataclass(frozen=True)
class Settings:
    """The switches, one for each point on which the vendor's pages disagree or are silent.

    Attributes:
        validation_status: the HTTP status of a validation failure.
        unlock_type_required: whether a section without `UnlockType` is refused (or gets 1).
        dir_style: `sign` reads `dir` as 1/-1, `flag` as 0/1 (ascending/descending).
        writes_a_day: the daily write limit; the pages say 5000 and 2500.
        text_filters: whether a text filter matches the whole text or any part of it.
        lists_null: properties that are null in lists, such as `SectionContents`, though the
            record has a value.
        lists_without: properties that the records of a list do not have at all.
        put_resets: which properties an update resets where its body leaves them out: `fields` are
            those of the create page; `everything` are also the thumbnail, `SystemId`,
            `CustomFields` and `LocalizationDetails`.
        system_id: what becomes of a `SystemId` in a create or an update: it is kept; a create
            drops it; or one that the record does not have already is refused.
        section_delete: what becomes of a section's lessons when it is deleted: they are directly
            in the course afterwards; they are deleted with it; or the delete is refused.
        ids_from: the least Id of a new section; those of lessons begin a million later.
        normalise_html: whether the server rewrites contents when it stores it.
        limits: whether the published limits are enforced, and over which kind of window.
        list_lag: how many seconds lists are behind: what they show existed that long ago, while a
            get by Id is always up to date.
        max_body: the longest request body that is read, in bytes; more is answered 413.
        token_seconds: how long an access token is good for, in seconds.
        users: who may log in.
    """

    validation_status: Literal[400, 200] = 400
    unlock_type_required: bool = True
    dir_style: Literal["flag", "sign"] = "flag"
    writes_a_day: int = 5000
    text_filters: Literal["substring", "exact"] = "substring"
    lists_null: frozenset[str] = frozenset()
    lists_without: frozenset[str] = frozenset()
    put_resets: Literal["fields", "everything", "nothing"] = "fields"
    system_id: Literal["kept", "dropped", "refused"] = "kept"
    section_delete: Literal["ungroups", "deletes", "refused"] = "ungroups"
    ids_from: int = 1_000_001
    normalise_html: bool = False
    limits: Literal["off", "sliding", "fixed"] = "off"
    list_lag: float = 0.0
    max_body: int = 10 * 1024 * 1024
    token_seconds: int = 604_799
    users: tuple[User, ...] = (User(),)


_ONLY_AT_START = frozenset({"limits", "writes_a_day", "token_seconds", "users", "ids_from"})


class Switches:
    """The settings in force: those that each request looks up may change while a sandbox runs.

    Attributes:
        settings: the settings as they are now.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def change(self, changes: Mapping[str, object]) -> None:
        """Set some of the settings, each to a value as JSON has it; on a mistake, none.

        Raises:
            ValueError: a name or a value is not possible.
        """
        values = {name: _checked(name, value) for name, value in changes.items()}
        self.settings = replace(self.settings, **values)  # type: ignore[arg-type]

    def shown(self) -> Mapping[str, object]:
        """Return the settings that can change, by name, as JSON has them."""
        values = {name: getattr(self.settings, name) for name in _changeable()}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
        }


def _changeable() -> Mapping[str, object]:
    hints = get_type_hints(Settings)
    return {name: hints[name] for name in hints if name not in _ONLY_AT_START}


def _checked(name: str, value: object) -> object:
    hints = _changeable()
    if name not in hints:
        raise ValueError(f"{name} is not a setting; it can be {', '.join(hints)}")
    hint = hints[name]
    if get_origin(hint) is Literal:
        allowed = get_args(hint)
        if not any(value == each and type(value) is type(each) for each in allowed):
            raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}")
        return value
    if hint is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false")
        return value
    if hint in {int, float}:
        return _number(name, value)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f'{name} must be a list of properties, such as ["SectionContents"]')
    return frozenset(value)


def _number(name: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number, 0 or above")
    return value
