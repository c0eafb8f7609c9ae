"""The settings of a sandbox: its users, and its reading of the vendor's pages.

Owns values only. It must never read a file, the environment or a clock.
"""

from dataclasses import dataclass, field
from typing import Literal

from coursesync.sandbox.tables import KINDS


def all_roles() -> frozenset[str]:
    """Return every role that the sandbox checks; a full unrestricted administrator has them all."""
    actions = ("Create", "Edit", "Delete", "Read", "List")
    return frozenset(f"{kind.name}-{action}" for kind in KINDS.values() for action in actions)


ALL_ROLES: frozenset[str] = all_roles()


@dataclass(frozen=True)
class User:
    """A person who can log in. The defaults are public: they give access only to a sandbox.

    Attributes:
        email: the user name at login, and the value of `UpdatedBy`.
        password: the password at login.
        totp: the one-time code that a login needs; None if two-factor login is off.
        roles: the user's roles, such as `CourseSection-Create`.
        business_id: the user's own location, as `/api/auth/me` returns it.
        token: an access token that is valid from the start; None if a login is needed.
    """

    email: str = "admin@sandbox.example"
    password: str = "sandbox"  # noqa: S105 - made up, and meant to be known
    totp: str | None = None
    roles: frozenset[str] = field(default_factory=all_roles)
    business_id: int = 1204
    token: str | None = "sandbox-token"  # noqa: S105 - made up


@dataclass(frozen=True)
class Settings:
    """The switches, one for each point on which the vendor's pages disagree or are silent.

    Attributes:
        validation_status: the HTTP status of a validation failure.
        unlock_type_required: whether a section without `UnlockType` is refused (or gets 1).
        visibility_required: whether a course without `Visibility` is refused (or gets 1).
        blank_titles: whether a title may be blank. Other editors can give a course such a title.
        dir_style: `sign` reads `dir` as 1/-1, `flag` as 0/1 (ascending/descending). Both also
            accept these two words.
        writes_a_day: the daily write limit; the pages say 5000 and 2500.
        text_filters: whether a text filter matches the whole text or any part of it.
        lists_null: properties that are null in lists, such as `SectionContents`, even if the
            record has a value.
        lists_without: properties that are missing in the records of a list.
        put_resets: which properties an update resets if its body leaves them out: `fields` means
            those of the create page; `everything` also means the thumbnail, `SystemId`,
            `CustomFields` and `LocalizationDetails`.
        system_id: `kept`: a write sets `SystemId`; `dropped`: a create ignores it; `refused`: a
            write is refused unless the record already has the value.
        create_value: `Value` in the answer to a create: only the new Id, or the record.
        missing_record: the answer to a read by Id without a record: 404, or 200 with a null.
        missing_role: the HTTP status if the user does not have the role that a request needs.
        without_roles: roles that are taken away from every user, such as `Course-Create`.
        pictures: `kept`: a picture that was sent is stored; `dropped`: it is accepted, and not
            stored.
        picture_endings: whether the address of a picture needs an ending such as `.png`.
        section_delete: what happens to the lessons of a deleted section: `ungroups`: they stay,
            without a section; `deletes`: they are deleted; `refused`: the delete is refused.
        course_delete: what happens to the sections and lessons of a deleted course: `deletes`: they
            are deleted; `leaves`: they stay, in no course; `refused`: the delete is refused. The
            enrolments are deleted in any case.
        summary_limit: the longest `SummaryText` of a course, in characters; 0 for no limit.
        ids_from: the lowest Id of a new section.
        ids_apart: by how much the first Ids of two kinds of records differ; with 0, a section and a
            lesson may have the same Id.
        normalise_html: whether the server rewrites contents when it stores them.
        limits: whether the published limits are enforced, and over which kind of window.
        list_lag: the seconds by which lists are behind; a read by Id is always up to date.
        max_body: the longest request body, in bytes; a longer one is answered 413.
        token_seconds: for how many seconds an access token is valid.
        totp_once: whether a one-time code is refused when it is used again.
        users: the people who can log in.
    """

    validation_status: Literal[400, 200] = 400
    unlock_type_required: bool = True
    visibility_required: bool = True
    blank_titles: bool = False
    dir_style: Literal["flag", "sign"] = "flag"
    writes_a_day: int = 5000
    text_filters: Literal["substring", "exact"] = "substring"
    lists_null: frozenset[str] = frozenset()
    lists_without: frozenset[str] = frozenset()
    put_resets: Literal["fields", "everything", "nothing"] = "fields"
    system_id: Literal["kept", "dropped", "refused"] = "kept"
    create_value: Literal["id", "record"] = "id"
    missing_record: Literal["404", "null"] = "404"
    missing_role: Literal[401, 403] = 401
    without_roles: frozenset[str] = frozenset()
    pictures: Literal["kept", "dropped"] = "kept"
    picture_endings: Literal["optional", "required"] = "optional"
    section_delete: Literal["ungroups", "deletes", "refused"] = "ungroups"
    course_delete: Literal["deletes", "leaves", "refused"] = "deletes"
    summary_limit: int = 400
    ids_from: int = 1_000_001
    ids_apart: int = 1_000_000
    normalise_html: bool = False
    limits: Literal["off", "sliding", "fixed"] = "off"
    list_lag: float = 0.0
    max_body: int = 10 * 1024 * 1024
    token_seconds: int = 604_799
    totp_once: bool = False
    users: tuple[User, ...] = field(default_factory=lambda: (User(),))
