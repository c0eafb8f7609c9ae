"""Checks the credentials, and which of the reads that coursesync makes they allow.

It must send nothing but a login and GET requests, record nothing, and show no secret.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Command, Remedy, Shell, Stop, UsageError
from coursesync.kinds import ITEMS
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.exchange import Exchange, read_json
from coursesync.nexudus.outcome import (
    InDoubt,
    NotSent,
    Refused,
    Throttled,
    Unauthorized,
    classify_read,
)
from coursesync.nexudus.ports import Line
from coursesync.nexudus.records import COURSES, MEMBERS, completions_endpoint, endpoint_of
from coursesync.nexudus.request_log import RequestLog
from coursesync.nexudus.sender import Sender
from coursesync.operations.site import NoProgress, remote_of
from coursesync.render.checks import Check, Level
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.client import Nexudus
    from coursesync.nexudus.ports import Waiting
    from coursesync.operations.workspace import Project

_NAMES = ("NEXUDUS_TOKEN", "NEXUDUS_EMAIL", "NEXUDUS_PASSWORD", "NEXUDUS_TOTP")
_HIDDEN = "***"  # in place of a secret


@dataclass(frozen=True, slots=True)
class Known:
    """Records to ask for: a course, and one of each kind; and the kinds that are in use."""

    course: int
    records: Mapping[str, int]
    used: Collection[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A read that needs a role; `use` says what coursesync needs the role for."""

    role: str
    use: str
    is_needed: bool
    ask: Callable[[], Exchange]


_Answer: TypeAlias = Exchange | Refused | InDoubt | Unauthorized


@dataclass(frozen=True, slots=True)
class _Answered:
    answer: _Answer


def check_access(
    project: Project,
    known: Known,
    credentials: Credentials | None,
    progress: Waiting | None,
) -> Iterator[Check]:
    """Check the credentials (by default those of the environment), the site, and the roles."""
    named = [name for name in _NAMES if os.environ.get(name)]
    if credentials is None and not named:
        remedy = Remedy(
            "To check the site and the roles too, set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and "
            "NEXUDUS_PASSWORD, in the environment, and run",
            Command("doctor"),
        )
        yield Check("credentials", Level.NOTE, "there are none, so the site is not asked", remedy)
        return
    try:
        given = credentials.checked() if credentials else Credentials.from_environment(os.environ)
    except UsageError as error:
        yield Check("credentials", Level.WRONG, error.problem, error.remedy)
        return
    found = "they are given by the script" if credentials else f"set: {', '.join(named)}"
    yield Check("credentials", Level.OK, found)
    try:
        with remote_of(project, (), given) as remote:
            sender = _sender(project, remote, progress)
            yield from _asked(sender, remote, known, project.store.target, given)
    except (Stop, UsageError) as error:
        problem = error.reason if isinstance(error, Stop) else error.problem
        yield Check("site", Level.WRONG, problem, error.remedy)
    if given.totp and not given.token:
        used = "the one-time code in NEXUDUS_TOTP works once, and is used up now"
        yield Check("credentials", Level.NOTE, used, "Set a new one before the next command.")


def _sender(project: Project, remote: Nexudus, progress: Waiting | None) -> Sender:
    clock = SystemClock()
    schedule = RequestLog(
        *(project.store.path, project.config.limits, clock.now()), alone=False, writable=False
    )
    return Sender(Line(remote, clock, progress or NoProgress(), schedule))


def _asked(
    sender: Sender, remote: Nexudus, known: Known, target: str, given: Credentials
) -> Iterator[Check]:
    site = _site(_answer(sender, remote.me), target, logs_in=not given.token)
    yield site
    if site.level is not Level.OK:
        return
    allowed = []
    for read in _reads(remote, known):
        answer = _answer(sender, read.ask)
        if isinstance(answer, Exchange):
            allowed.append(read.role)
        elif isinstance(answer, Unauthorized):
            yield _lacking(read, answer.status)
        else:
            found = f"the role {read.role} can't be tried: {_failure(answer)}"
            yield Check("roles", Level.NOTE, found, "Try again later.")
    if allowed:
        yield Check("roles", Level.OK, f"the user has {', '.join(allowed)}")
    writing = ", ".join(f"{kind.role}-Create, -Edit and -Delete" for kind in ITEMS.values())
    yield Check("roles", Level.NOTE, f"not tried, because doctor only reads: {writing}")


def _answer(sender: Sender, ask: Callable[[], Exchange]) -> _Answer:
    """Return the answer to a read, without another login if it is denied; raises Stop."""

    def attempt() -> _Answered | Throttled | NotSent:
        outcome = classify_read(sender.read(ask))
        if isinstance(outcome, Throttled | NotSent):
            return outcome
        return _Answered(outcome)

    return sender.until_answered("", attempt).answer


def _site(answer: _Answer, target: str, *, logs_in: bool) -> Check:
    if isinstance(answer, Unauthorized):
        which = "NEXUDUS_EMAIL and NEXUDUS_PASSWORD" if logs_in else "NEXUDUS_TOKEN"
        refused = f"the API refuses the credentials (HTTP {answer.status})"
        return Check(
            "site", Level.WRONG, refused, f"They are wrong, or have expired: set {which} again."
        )
    if not isinstance(answer, Exchange):
        found = f"{target} gives no usable answer: {_failure(answer)}"
        remedy = "Try again later. If it goes on, check the base URL."
        return Check("site", Level.WRONG, found, remedy)
    try:
        user = read_json(answer)
    except (ValueError, RecursionError):
        user = None
    if not isinstance(user, dict):
        found = f"what answers at {target} is not the Nexudus API"
        return Check("site", Level.WRONG, found, Remedy("Check", Shell("--base-url")))
    return Check("site", Level.OK, f"it answers{_encrypted(target)}; {_named(user)}")


def _encrypted(target: str) -> str:
    return " over TLS, with a certificate that is trusted" if target.startswith("https:") else ""


def _named(user: Mapping[str, object]) -> str:
    """Return who the user is; the e-mail address is hidden if it is one of the credentials."""
    email, business = inert(str(user.get("Email") or ""), 100), user.get("DefaultBusinessId")
    who = "that of NEXUDUS_EMAIL" if not email or _HIDDEN in email else email
    return f"the user is {who}" + (f", of the location {business}" if type(business) is int else "")


def _reads(remote: Nexudus, known: Known) -> Iterator[_Read]:
    def listing(path: str, only: Mapping[str, int]) -> Callable[[], Exchange]:
        return partial(remote.search, path, 1, {**only, "size": 1})

    def by_id(path: str, record: int) -> Callable[[], Exchange]:
        return partial(remote.records, path, [record])

    yield _Read(
        f"{COURSES.role}-List", "import --all", is_needed=False, ask=listing(COURSES.path, {})
    )
    read = by_id(COURSES.path, known.course)
    yield _Read(f"{COURSES.role}-Read", "plans with --refresh, and apply", is_needed=True, ask=read)
    for kind in ITEMS.values():
        path, needed = kind.endpoint, kind.name in known.used
        use = "drift, pull, import and apply" if needed else f"outlines with {kind.plural}"
        of_course = {endpoint_of(kind).filter: known.course}
        yield _Read(f"{kind.role}-List", use, needed, listing(path, of_course))
        yield _Read(f"{kind.role}-Read", use, needed, by_id(path, _record(known, kind)))
    of_course = {MEMBERS.filter: known.course}
    use = "counting the members of a course"
    yield _Read(f"{MEMBERS.role}-List", use, is_needed=False, ask=listing(MEMBERS.path, of_course))
    for kind in ITEMS.values():
        if kind.completions:
            at = completions_endpoint(kind.completions)
            of_record = {at.filter: _record(known, kind)}
            use = f"deleting {kind.plural}, which members may have completed"
            yield _Read(f"{at.role}-List", use, is_needed=False, ask=listing(at.path, of_record))


def _record(known: Known, kind: Kind) -> int:
    return known.records.get(kind.name, 1)


def _lacking(read: _Read, status: int) -> Check:
    return Check(
        "roles",
        Level.WRONG if read.is_needed else Level.NOTE,
        f"the user lacks the role {read.role} (HTTP {status}), which is for {read.use}",
        "In Nexudus, give that role to the user.",
    )


def _failure(answer: Refused | InDoubt) -> str:
    return answer.message if isinstance(answer, Refused) else answer.reason
