"""JSON requests to a forge's REST API.

Owns waits, repeated tries, pages and the words of failures. It must never send the token to another
host than the API's, follow a redirect, or repeat a write that may have been carried out without
looking first. Answers are foreign data: unknown fields are ignored, the used ones are checked.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urlsplit

from pydantic import ValidationError

from coursesync.errors import Code, Remedy, RemoteError, TryLater
from coursesync.nexudus.credentials import without_secrets
from coursesync.nexudus.exchange import read_json
from coursesync.text import duration, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from coursesync.ci.forges.api import Answer, Api, Need
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.wire import Wire

PAGE_SIZE = 100
MOST_PAGES = 100
MOST_WAIT = 300.0  # seconds for one request; a job pays for each minute
_MOST_THROTTLED = 10  # times in a row
_PAUSES = (1.0, 4.0, 10.0)  # seconds between tries
_UNSTATED = 60.0  # GitHub: "wait for at least one minute" if no header says how long
_NEXT = re.compile(r'<([^<>]*)>;[^,<]*\brel="?next\b')
_LATER = "Run the job again later. If it goes on, check the network and the address of the API."
_SECONDS = re.compile(r"[0-9]{1,12}")


M = TypeVar("M", bound="Answer")


class Rest:
    """Requests to one repository's API, one at a time."""

    def __init__(self, wire: Wire, clock: Clock, api: Api) -> None:
        self._wire = wire
        self._clock = clock
        self.api = api
        self.date: datetime | None = None  # the forge's time at its last answer

    def get(self, path: str, need: Need, model: type[M], **query: str | int) -> M:
        """Return one object; raises RemoteError if there is none, too."""
        return self._read(self._insisted("GET", _address(path, query)), need, model)

    def find(self, path: str, need: Need, model: type[M], **query: str | int) -> M | None:
        """Return one object, or None if there is none (404)."""
        answer = self._insisted("GET", _address(path, query))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return self._read(answer, need, model)

    def every(
        self, path: str, need: Need, model: type[M], *, pages: int = 0, **query: str | int
    ) -> Iterator[M]:
        """Yield the objects of a list; of the first `pages` only, if that is not 0.

        The path stays, and only the query of a `Link` header is used: the token goes to no other
        host. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        """
        address = _address(path, {**query, "per_page": PAGE_SIZE})
        for _ in range(pages or MOST_PAGES):
            answer = self._insisted("GET", address)
            listed = self._json(answer, need)
            if not isinstance(listed, list):
                raise self._unreadable(need)
            yield from (self._checked(each, need, model) for each in listed)
            if (following := _NEXT.search(answer.headers.get("link", ""))) is None:
                return
            with suppress(ValueError):  # an address that can't be read has no query
                address = f"{path}?{urlsplit(following[1]).query}"
        if not pages:
            raise RemoteError(
                f"{self.api.name} lists more than {MOST_PAGES * PAGE_SIZE:,} entries where "
                f"coursesync wants to {need.what}",
                "Close or delete what is not needed any more.",
            )

    def set(
        self, method: str, path: str, body: object, need: Need, *, accepting: Collection[int] = ()
    ) -> None:
        """Send a write that may be sent twice: the second leaves what the first made.

        `accepting`: the statuses that mean there is nothing to change.
        """
        answer = self._insisted(method, path, body)
        if answer.status not in accepting:
            self._check(answer, need)

    def ask(self, path: str, body: object, need: Need, model: type[M]) -> M:
        """Send a question that is too long for a GET: it may be sent twice."""
        return self._read(self._insisted("POST", path, body), need, model)

    def create(
        self, path: str, body: object, need: Need, model: type[M], look: Callable[[], M | None]
    ) -> M:
        """Send a create; if its answer is lost, `look` for the record before sending it again."""
        pauses = iter(_PAUSES)
        while True:
            answer = self._unthrottled("POST", path, body)
            if not _is_lost(answer):
                with suppress(TryLater):  # it was created, but the answer can't be read
                    return self._read(answer, need, model)
            self._pause(answer, pauses)
            if answer.sent and (found := look()) is not None:
                return found

    def _insisted(self, method: str, address: str, body: object = None) -> Exchange:
        """Send a request that may be sent again, until there is an answer."""
        pauses = iter(_PAUSES)
        while _is_lost(answer := self._unthrottled(method, address, body)):
            self._pause(answer, pauses)
        return answer

    def _pause(self, answer: Exchange, pauses: Iterator[float]) -> None:
        """Wait before the next try; raises TryLater if there is none."""
        pause = None if answer.lasting else next(pauses, None)
        if pause is None:
            raise self._unreachable(answer)
        self._sleep(pause)

    def _unthrottled(self, method: str, address: str, body: object) -> Exchange:
        """Send a request once; again only after an answer that it came too early."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = {**self.api.headers, **({"Content-Type": "application/json"} if content else {})}
        waited = 0.0
        for _ in range(_MOST_THROTTLED):
            answer = self._wire.exchange(method, address, content, headers)
            with suppress(ValueError):
                stated = parsedate_to_datetime(answer.headers.get("date", ""))
                self.date = stated.replace(tzinfo=UTC)  # HTTP has no other zone
            if (wait := self._wait(answer)) is None:
                return answer
            waited += wait
            if waited > MOST_WAIT:
                raise TryLater(
                    f"{self.api.name} accepts no more requests for {duration(wait)}: its rate "
                    "limit is reached",
                    "Run the job again after that time.",
                )
            self._sleep(wait)
        raise TryLater(
            f"{self.api.name} accepts no request: its rate limit is reached",
            "Run the job again in an hour.",
        )

    def _wait(self, answer: Exchange) -> float | None:
        """Return how many seconds to wait if an answer says that a request came too early.

        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
        https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
        """
        limited = answer.status == HTTPStatus.TOO_MANY_REQUESTS
        if not limited and answer.status != HTTPStatus.FORBIDDEN:
            return None
        stated = answer.headers.get("retry-after", "")
        if _SECONDS.fullmatch(stated):
            return float(stated)
        reset = answer.headers.get("x-ratelimit-reset", "")
        spent = answer.headers.get("x-ratelimit-remaining") == "0"
        if spent and self.date is not None and _SECONDS.fullmatch(reset):
            return max(1.0, int(reset) - self.date.timestamp())
        return _UNSTATED if limited or spent or b"rate limit" in answer.body.lower() else None

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
        if self._clock.stopping():
            raise TryLater(
                f"the job was cancelled while it waited for {self.api.name}", "Run the job again."
            )

    def _read(self, answer: Exchange, need: Need, model: type[M]) -> M:
        return self._checked(self._json(answer, need), need, model)

    def _json(self, answer: Exchange, need: Need) -> object:
        self._check(answer, need)
        try:
            return read_json(answer)
        except (ValueError, RecursionError):
            raise self._unreadable(need) from None

    def _checked(self, found: object, need: Need, model: type[M]) -> M:
        try:
            return model.model_validate(found)
        except (ValidationError, RecursionError):
            raise self._unreadable(need) from None

    def _check(self, answer: Exchange, need: Need) -> None:
        """Raise RemoteError unless a request was carried out."""
        status = answer.status or 0
        name, token = self.api.name, self.api.token_name
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status < HTTPStatus.BAD_REQUEST:
            raise RemoteError(
                f"{name} answers with a redirect: {self.api.repository} was renamed or moved",
                "Run the job again; on your machine, use the new name.",
            )
        if status == HTTPStatus.UNAUTHORIZED:
            raise RemoteError(
                f"{name} does not accept the token in {token} (HTTP 401)",
                self.api.renew,
            )
        where = f"{self.api.repository} (HTTP {status}{self._stated(answer)})"
        if status == HTTPStatus.FORBIDDEN:
            raise RemoteError(
                f"the token in {token} may not {need.what} in {where}", self._grant(need)
            )
        if status == HTTPStatus.NOT_FOUND:
            raise RemoteError(
                f"{name} can't {need.what} in {where}: it was deleted, or the token in {token} may "
                "not see it",
                self._grant(need),
            )
        raise RemoteError(
            f"{name} refuses to {need.what} in {where}",
            "If the message does not help, report it as a mistake of coursesync.",
        )

    def _grant(self, need: Need) -> Remedy:
        return Remedy(self.api.grant, *([Code(need.permission)] if need.permission else []))

    def _stated(self, answer: Exchange) -> str:
        """Return the message of an answer, inert and without the token.

        GitLab's is a text, or lists of texts by attribute, or it is called "error":
        https://docs.gitlab.com/api/rest/troubleshooting/
        """
        with suppress(ValueError, RecursionError):
            found = without_secrets(read_json(answer), {self.api.token})
            if isinstance(found, dict) and (text := found.get("message") or found.get("error")):
                return f": {inert(text if isinstance(text, str) else json.dumps(text), 120)}"
        return ""

    def _unreadable(self, need: Need) -> TryLater:
        return TryLater(
            f"{self.api.name} gives an answer that can't be read, when asked to {need.what}",
            _LATER,
        )

    def _unreachable(self, answer: Exchange) -> TryLater:
        if answer.status is None:
            problem = f"{self.api.name} can't be reached: {answer.failure}"
            # Exchange's own remedy speaks of Nexudus, unless the failure lasts
            return TryLater(problem, answer.remedy if answer.lasting else _LATER)
        return TryLater(
            f"{self.api.name} fails (HTTP {answer.status})",
            _LATER,
        )


def _is_lost(answer: Exchange) -> bool:
    """Return whether nobody knows if a request was carried out."""
    status = answer.status or HTTPStatus.INTERNAL_SERVER_ERROR
    return status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _address(path: str, query: Mapping[str, str | int]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
