"""The sandbox as a WSGI app: it leads a request through limits, faults, tokens and routes.

Owns the order of these steps and the log entry at the end. It must never know what a route does
(`api`), what a fault does (`misbehaviour`) or an SQL statement (`records`).
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug import Request, Response
from werkzeug.exceptions import Forbidden, HTTPException, MethodNotAllowed, Unauthorized

from coursesync.sandbox.answers import DENIED, InvalidError, answer, invalid, refused
from coursesync.sandbox.api import Call, routes
from coursesync.sandbox.auth import GrantError, Tokens
from coursesync.sandbox.control import PREFIX, Controls, control
from coursesync.sandbox.database import Database
from coursesync.sandbox.faults import ArmedFaults, Dropped, Fault, FaultKind
from coursesync.sandbox.foreign import EDITOR
from coursesync.sandbox.guard import check_sender
from coursesync.sandbox.late import LateWork, detached
from coursesync.sandbox.limits import Limiter
from coursesync.sandbox.misbehaviour import AFTER, BEFORE, Incident, throttled
from coursesync.sandbox.people import People
from coursesync.sandbox.records import Record, Records, Touch
from coursesync.sandbox.settings import Settings, User
from coursesync.sandbox.switches import Switches
from coursesync.sandbox.tables import KINDS, LESSONS, SECTIONS, Kind
from coursesync.sandbox.traffic import TOKEN_PATH, LoggedRequest, Traffic, body_to_log
from coursesync.sandbox.wire import end, is_by_hand

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_DENIALS = {401: Unauthorized, 403: Forbidden}
_ELSEWHERE = "{0} <> (SELECT {0} FROM {1} WHERE Id = ?)"  # a link and the table


@dataclass(frozen=True)
class _Outcome:
    """The result of a request; `response` is None if the connection is dropped."""

    response: Response | None
    carried_out: bool
    fault: Fault | None = None


class Sandbox:
    """The vendor's API over SQLite: a WSGI callable that any number of threads may call.

    Source: https://developers.nexudus.com/rest-api/authentication and the pages beside it.
    """

    def __init__(
        self,
        database: Path | None = None,
        *,
        settings: Settings | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open a sandbox whose records are in the file `database`, or in memory.

        The limits, the lag of lists and the log use `clock` (seconds); the fault `slow` waits by
        `sleep` (seconds); `now` (an aware datetime) dates records and ends tokens. One virtual
        clock can drive all three.
        """
        settings = settings or Settings()
        self._routes = routes()
        self._switches = Switches(settings)
        self._clock = clock
        self._sleep = sleep
        self._database = Database(database, settings.ids_from, settings.ids_apart)
        self._records = Records(self._database, clock, now, self._switches)
        self._tokens = Tokens(self._database, settings, now)
        self._traffic = Traffic(self._database)
        self._now = now
        self._faults = ArmedFaults()
        self._late = LateWork()
        self._limiter = Limiter(settings)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            Dropped: a fault drops the connection.
        """
        request = Request(environ)
        request.max_content_length = self._switches.settings.max_body
        try:
            check_sender(request)
        except Forbidden as error:
            return _refusal(error)(environ, start_response)
        self._catch_up()
        if request.path.startswith(PREFIX):
            return self._control(request)(environ, start_response)
        outcome = self._respond(request)
        if outcome.response is None or is_by_hand(environ, outcome.fault):
            end(environ, outcome.fault, outcome.response, self._sleep)
            raise Dropped("a fault made the sandbox end the connection")
        return outcome.response(environ, start_response)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def log(self) -> tuple[LoggedRequest, ...]:
        """Every request so far, in the order of the answers; without those to control pages."""
        self._catch_up()
        return self._traffic.entries()

    def sections(self) -> list[Record]:
        """Return every section as a read by Id returns it, ordered by Id."""
        self._catch_up()
        return self._records.select(SECTIONS, "ORDER BY Id", ())

    def lessons(self) -> list[Record]:
        """Return every lesson as a read by Id returns it, ordered by Id."""
        self._catch_up()
        return self._records.select(LESSONS, "ORDER BY Id", ())

    def records(self, path: str) -> list[Record]:
        """Return every record at a path, such as `/api/content/courses`, ordered by Id."""
        self._catch_up()
        return self._records.select(KINDS[path.rpartition("/")[2]], "ORDER BY Id", ())

    def add_members(self, course_id: int, count: int) -> list[int]:
        """Let `count` people join a course; return the Ids of their enrolments."""
        return self._people().join(course_id, count)

    def complete_lesson(self, lesson_id: int, count: int) -> list[int]:
        """Let `count` members complete a lesson; return the Ids of the completions."""
        return self._people().complete(lesson_id, count)

    def seed(self, course_id: int, count: int) -> tuple[int, int]:
        """Let a course have `count` members, of whom fewer and fewer complete its lessons.

        The same course always gets the same records, and nothing is done twice.

        Returns:
            How many enrolments and completions the course has.
        """
        return self._people().seed(course_id, count)

    def add_course(self, course_id: int, title: str) -> None:
        """Let there be a course with this Id, as an outline names it.

        It has this title, unless it was created or changed in another way; a course that was
        deleted stays deleted.
        """
        self._records.add_course(course_id, title)

    def change(self, **settings: object) -> None:
        """Change settings of a running sandbox; the values are JSON values.

        Raises:
            ValueError: a setting does not exist, can be set only at the start, or can't have
                that value.
        """
        self._switches.change(settings)

    def add_fault(self, fault: Fault) -> None:
        """Arm a fault; it counts matching requests from now on."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Disarm all faults."""
        self._faults.clear()

    def close(self) -> None:
        """Close the database; records in memory are lost."""
        self._database.close()

    def _catch_up(self) -> None:
        self._late.carry_out(self._clock())

    def _people(self) -> People:
        return People(self._records, Touch(EDITOR, self._records.stamp(), self._clock()))

    def _control(self, request: Request) -> Response:
        try:
            controls = Controls(
                at=self._clock(),
                records=self._records,
                people=self._people(),
                traffic=self._traffic,
                faults=self._faults,
                switches=self._switches,
            )
            return control(controls, request)
        except InvalidError as error:
            return invalid(error.problems, 400)
        except HTTPException as error:
            return _refusal(error)

    def _respond(self, request: Request) -> _Outcome:
        at = self._clock()
        outcome = self._outcome(request, at)
        entry = LoggedRequest(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("ascii", "replace"),
            body=body_to_log(request),
            status=outcome.response.status_code if outcome.response else None,
            at=at,
            carried_out=outcome.carried_out,
            fault=str(outcome.fault) if outcome.fault else None,
        )
        number = self._traffic.add(entry)
        if outcome.fault is not None and outcome.fault.kind is FaultKind.LATE:
            self._postpone(request, at + outcome.fault.amount, number)
        return outcome

    def _postpone(self, request: Request, due: float, number: int) -> None:
        if copy := detached(request):
            self._late.add(due, partial(self._carry_out_late, copy, due, number))

    def _carry_out_late(self, request: Request, due: float, number: int) -> None:
        _, carried_out = self._carry_out(request, due, ago=self._clock() - due)
        if carried_out:
            self._traffic.note_carried_out(number)

    def _outcome(self, request: Request, at: float) -> _Outcome:
        if wait := self._limiter.admit(request.method, at):
            return _Outcome(throttled(409, wait), carried_out=False)
        fault = self._faults.next_for(request.method, request.path)
        if fault is None:
            return _Outcome(*self._carry_out(request, at))
        incident = self._incident(request, fault)
        if before := BEFORE.get(fault.kind):
            return _Outcome(before(incident), carried_out=False, fault=fault)
        if fault.kind is FaultKind.NO_EFFECT:
            return _Outcome(self._without_effect(request, at), carried_out=False, fault=fault)
        response, carried_out = self._carry_out(request, at)
        return _Outcome(AFTER[fault.kind](incident, response), carried_out, fault)

    def _incident(self, request: Request, fault: Fault) -> Incident:
        kind = next((KINDS[each] for each in request.path.split("/") if each in KINDS), SECTIONS)
        return Incident(
            amount=fault.amount,
            revoke=lambda: self._tokens.revoke(_bearer(request)),
            other_id=lambda record_id: self._first_id(kind, "Id <> ?", record_id),
            elsewhere_id=lambda record_id: self._first_id(
                kind, _ELSEWHERE.format(next(iter(kind.links)), kind.table), record_id
            ),
            sleep=self._sleep,
            now=self._now,
            by_hand=is_by_hand(request.environ, fault),
        )

    def _first_id(self, kind: Kind, condition: str, record_id: int) -> int | None:
        clauses = f"WHERE {condition} ORDER BY Id LIMIT 1"
        found = self._records.select(kind, clauses, (record_id,))
        return int(str(found[0]["Id"])) if found else None

    def _carry_out(self, request: Request, at: float, ago: float = 0) -> tuple[Response, bool]:
        try:
            return self._route(request, at, ago), True
        except GrantError as error:
            body = {"error": error.code, "error_description": str(error)}
            return answer(body, error.status), False
        except InvalidError as error:
            return invalid(error.problems, self._switches.settings.validation_status), False
        except HTTPException as error:
            return _refusal(error), False

    def _without_effect(self, request: Request, at: float) -> Response:
        with self._database.rolled_back():
            return self._carry_out(request, at)[0]

    def _route(self, request: Request, at: float, ago: float) -> Response:
        if request.path.rstrip("/") == TOKEN_PATH:
            return self._grant(request)
        user = self._user(request)
        if user is None:
            raise Unauthorized(DENIED)
        route, arguments = self._routes.bind_to_environ(request.environ).match()
        role = route.role(request, arguments.get("kind"))
        settings = self._switches.settings
        if role is not None and role not in user.roles - settings.without_roles:
            raise _DENIALS[settings.missing_role](DENIED)
        touch = Touch(user.email, self._records.stamp(ago), at)
        call = Call(request, user, touch, self._records, settings)
        response: Response = route.carry_out(call, **arguments)
        return response

    def _user(self, request: Request) -> User | None:
        given = request.authorization
        if given is not None and given.type == "basic":
            return self._tokens.basic(given.username or "", given.password or "")
        return self._tokens.user(_bearer(request))

    def _grant(self, request: Request) -> Response:
        if request.method != "POST":
            raise MethodNotAllowed(valid_methods=["POST"])
        return answer(self._tokens.grant(request.form.to_dict()))


def _bearer(request: Request) -> str:
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else ""


def _refusal(error: HTTPException) -> Response:
    return refused(error.description or error.name, error.code or 500)
