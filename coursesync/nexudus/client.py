"""The API: its addresses, and what of its answers may be kept.

Gives the facts of each exchange (`exchange.Exchange`) and decides nothing.
The API: https://developers.nexudus.com, `rest-api/authentication` and `rest-api/content`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from coursesync.errors import Remedy, RemoteError
from coursesync.nexudus.exchange import Exchange, read_json
from coursesync.nexudus.login import CHECK_LOGIN, NEW_CODE, REFUSED_LOGIN, TOKEN_PATH, tokens_of
from coursesync.nexudus.records import PAGE_SIZE
from coursesync.nexudus.redaction import without_secrets
from coursesync.nexudus.wire import DEADLINE, MAX_BODY, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.credentials import Credentials

MAX_LIST = 268_435_456
COURSES_PATH = "/api/content/courses"
LESSONS_PATH = "/api/content/courselessons"
_NO_WORD = 20  # characters; no text of a course has a token as long by chance


class Nexudus:
    """A client for one target. Fits `ports.Remote`."""

    def __init__(
        self,
        target: str,
        credentials: Credentials,
        transport: httpx.BaseTransport | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        """Make a client; `deadline` is how many seconds a whole exchange may take."""
        self._credentials = credentials
        self._token = credentials.token
        self._refresh_token = ""
        self._secrets = credentials.secrets
        self._wire = Wire(target, transport, deadline)

    def close(self) -> None:
        """Close what connections there are."""
        self._wire.close()

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    def log_in(self) -> None:
        """Get a token by e-mail and password.

        Raises:
            RemoteError: the API can't be reached, or refuses e-mail and password; or there was a
                one-time code, and it is used.
            Busy: the API takes no login for now.
        """
        credentials = self._credentials
        if credentials.totp and self._token:
            raise RemoteError("the login has ended, and its one-time code is used", NEW_CODE)
        form = {
            "grant_type": "password",
            "username": credentials.email,
            "password": credentials.password,
        }
        if credentials.totp:
            form["totp"] = credentials.totp
        remedy = f"{CHECK_LOGIN} {NEW_CODE}" if credentials.totp else CHECK_LOGIN
        self._take_token(self._ask_for_token(form), "e-mail and password", remedy)

    @property
    def can_log_in(self) -> bool:
        """Whether e-mail and password are what tokens come from."""
        known = self._credentials
        return bool(known.email and known.password and not known.token)

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token."""
        return bool(self._refresh_token)

    def renew(self) -> bool:
        """Get a new token by the refresh token; where that is refused, forget it and say so.

        The `client_id` is the e-mail where none was given at login; one page of the vendor has it
        as a field, an older one as a header. Raises as `log_in` does.
        """
        known = self._credentials
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        header = {"client_id": known.email} if known.email.isascii() else {}
        exchange = self._ask_for_token({**form, "client_id": known.email}, header)
        if exchange.status in REFUSED_LOGIN and not known.totp:
            self._refresh_token = ""
            return False
        try:
            self._take_token(exchange, "the refresh token", NEW_CODE)
        except RemoteError as error:
            # whoever runs it again logs in again
            if known.totp and error.remedy != NEW_CODE:
                error.remedy = Remedy(error.remedy, NEW_CODE)
            raise
        return True

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create, once."""
        return self._write("POST", kind.endpoint, attributes)

    def update(self, kind: Kind, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update, once; what a PUT leaves out may be reset."""
        return self._write("PUT", kind.endpoint, {**record, "Id": record_id})

    def delete(self, kind: Kind, record_id: int) -> Exchange:
        """Send one deletion, once."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._exchange("DELETE", f"{kind.endpoint}/{record_id}", b"", headers)

    def search(self, kind: Kind, page: int, course_id: int | None = None) -> Exchange:
        """Ask for a page of a search, the largest that clients in the wild use."""
        query = {"page": str(page), "size": str(PAGE_SIZE)}
        if course_id is not None:
            query[kind.course_filter] = str(course_id)
        return self._get(f"{kind.endpoint}?{httpx.QueryParams(query)}")

    def record(self, kind: Kind, record_id: int) -> Exchange:
        """Ask for one record."""
        return self._get(f"{kind.endpoint}/{record_id}")

    def records(self, kind: Kind, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids; the answer is a bare list."""
        return self._several(kind.endpoint, ids)

    def all_courses(self, page: int) -> Exchange:
        """Ask for a page of all courses."""
        query = httpx.QueryParams({"page": str(page), "size": str(PAGE_SIZE)})
        return self._get(f"{COURSES_PATH}?{query}")

    def courses(self, ids: Sequence[int]) -> Exchange:
        """Ask for the courses of these Ids; the answer is a bare list."""
        return self._several(COURSES_PATH, ids)

    def lessons(self, course_id: int, page: int) -> Exchange:
        """Ask for a page of a course's lessons."""
        query = {"page": page, "size": PAGE_SIZE, "CourseLesson_Course": course_id}
        return self._get(f"{LESSONS_PATH}?{httpx.QueryParams(query)}")

    def lessons_by_id(self, ids: Sequence[int]) -> Exchange:
        """Ask for the lessons of these Ids; the answer is a bare list."""
        return self._several(LESSONS_PATH, ids)

    def _several(self, path: str, ids: Sequence[int]) -> Exchange:
        written = ",".join(map(str, ids))
        return self._get(f"{path}?{httpx.QueryParams({'id': f'[{written}]'})}")

    def _write(self, method: str, address: str, record: Mapping[str, object]) -> Exchange:
        try:
            body = json.dumps(dict(record), ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a surrogate pair, in what others wrote
            body = json.dumps(dict(record)).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self._exchange(method, address, body, headers)

    def _get(self, address: str) -> Exchange:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._exchange("GET", address, b"", headers, MAX_LIST)

    def _ask_for_token(
        self, form: dict[str, str], headers: Mapping[str, str] | None = None
    ) -> Exchange:
        body = str(httpx.QueryParams(form)).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange("POST", TOKEN_PATH, body, {**kind, **(headers or {})})

    def _take_token(self, exchange: Exchange, what: str, remedy: str) -> None:
        self._token, self._refresh_token = tokens_of(exchange, what, remedy)
        self._secrets |= {self._token, self._refresh_token}

    def _without_secrets(self, exchange: Exchange, *, listed: bool) -> Exchange:
        """Take out of an answer what a server may have echoed, for some of it is shown.

        What is listed is compared, not shown: an author's text may well hold a short password.
        Nothing is kept of what is no JSON, for nothing of that is ever read.
        """
        tokens = {t for t in (self._token, self._refresh_token) if len(t) >= _NO_WORD}
        try:
            told = read_json(exchange)
            kept = without_secrets(told, tokens if listed else self._secrets)
            if listed:
                kept = self._without_authors(kept)
            body = exchange.body if kept == told else json.dumps(kept).encode()
        except (ValueError, RecursionError):
            body = b""
        return replace(exchange, body=body)

    def _without_authors(self, listed: object) -> object:
        """Hide the password and the code in what is only ever shown: who last wrote a record."""
        if isinstance(listed, list):
            return [self._without_authors(record) for record in listed]
        if not isinstance(listed, dict):
            return listed
        if isinstance(listed.get("Records"), list):
            return {**listed, "Records": self._without_authors(listed["Records"])}
        if not isinstance(listed.get("UpdatedBy"), str):
            return listed
        secrets = self._secrets - {self._credentials.email}
        return {**listed, "UpdatedBy": without_secrets(listed["UpdatedBy"], secrets)}

    def _exchange(
        self, method: str, address: str, body: bytes, headers: dict[str, str], most: int = MAX_BODY
    ) -> Exchange:
        answer = self._wire.exchange(method, address, body, headers, most)
        if address == TOKEN_PATH or answer.status is None:
            return answer
        listed = method == "GET" and answer.status == HTTPStatus.OK
        return self._without_secrets(answer, listed=listed)
