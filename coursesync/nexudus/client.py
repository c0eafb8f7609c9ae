"""The client of the API: its paths, its tokens, and the secrets that its answers may repeat.

Owns how a request is written. It returns the facts of each exchange (`exchange.Exchange`) and must
never decide what they mean.
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

    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.credentials import Credentials

MAX_LIST = 268_435_456
COURSES_PATH = "/api/content/courses"
LESSONS_PATH = "/api/content/courselessons"
_LONG_TOKEN = 20  # characters; no text of a course contains one of this length by chance


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
        """Close all connections."""
        self._wire.close()

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    def log_in(self) -> None:
        """Get a token by e-mail and password; raises as `ports.Remote.log_in` does."""
        credentials = self._credentials
        if credentials.totp and self._token:
            raise RemoteError("the login has expired, and its one-time code is used up", NEW_CODE)
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
        """Whether a token can be obtained by e-mail and password."""
        known = self._credentials
        return bool(known.email and known.password and not known.token)

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token."""
        return bool(self._refresh_token)

    def renew(self) -> bool:
        """Get a new token by the refresh token; return False, and forget it, if it is refused.

        The `client_id` is the e-mail, because none was given at login. One page of the vendor has
        it as a form field, an older one as a header; both are sent. Raises as `log_in` does.
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
            # the next run has to log in
            if known.totp and error.remedy != NEW_CODE:
                error.remedy = Remedy(error.remedy, NEW_CODE)
            raise
        return True

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create, once."""
        return self._write("POST", kind.endpoint, attributes)

    def update(self, kind: Kind, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update, once; the API may reset properties that a PUT leaves out."""
        return self._write("PUT", kind.endpoint, {**record, "Id": record_id})

    def delete(self, kind: Kind, record_id: int) -> Exchange:
        """Send one deletion, once."""
        return self._authorized("DELETE", f"{kind.endpoint}/{record_id}")

    def search(self, kind: Kind, page: int, course_id: int | None = None) -> Exchange:
        """Ask for a page of a search, of the largest size that known clients use."""
        only = {} if course_id is None else {kind.course_filter: course_id}
        return self._page(kind.endpoint, page, only)

    def record(self, kind: Kind, record_id: int) -> Exchange:
        """Ask for one record."""
        return self._authorized("GET", f"{kind.endpoint}/{record_id}", most=MAX_LIST)

    def records(self, kind: Kind, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids; the answer is a bare list."""
        return self._several(kind.endpoint, ids)

    def all_courses(self, page: int) -> Exchange:
        """Ask for a page of all courses."""
        return self._page(COURSES_PATH, page, {})

    def courses(self, ids: Sequence[int]) -> Exchange:
        """Ask for the courses of these Ids; the answer is a bare list."""
        return self._several(COURSES_PATH, ids)

    def lessons(self, course_id: int, page: int) -> Exchange:
        """Ask for a page of a course's lessons."""
        return self._page(LESSONS_PATH, page, {"CourseLesson_Course": course_id})

    def lessons_by_id(self, ids: Sequence[int]) -> Exchange:
        """Ask for the lessons of these Ids; the answer is a bare list."""
        return self._several(LESSONS_PATH, ids)

    def _page(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        query = httpx.QueryParams({"page": page, "size": PAGE_SIZE, **only})
        return self._authorized("GET", f"{path}?{query}", most=MAX_LIST)

    def _several(self, path: str, ids: Sequence[int]) -> Exchange:
        query = httpx.QueryParams({"id": f"[{','.join(map(str, ids))}]"})
        return self._authorized("GET", f"{path}?{query}", most=MAX_LIST)

    def _write(self, method: str, address: str, record: Mapping[str, object]) -> Exchange:
        try:
            body = json.dumps(dict(record), ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a surrogate pair, in what others wrote
            body = json.dumps(dict(record)).encode()
        return self._authorized(method, address, body)

    def _authorized(
        self, method: str, address: str, body: bytes = b"", most: int = MAX_BODY
    ) -> Exchange:
        headers = {"Authorization": f"Bearer {self._token}"}
        if body:
            headers["Content-Type"] = "application/json"
        answer = self._wire.exchange(method, address, body, headers, most)
        if answer.status is None:
            return answer
        listed = method == "GET" and answer.status == HTTPStatus.OK
        return self._without_secrets(answer, listed=listed)

    def _ask_for_token(
        self, form: dict[str, str], headers: Mapping[str, str] | None = None
    ) -> Exchange:
        body = str(httpx.QueryParams(form)).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._wire.exchange("POST", TOKEN_PATH, body, {**kind, **(headers or {})})

    def _take_token(self, exchange: Exchange, what: str, remedy: str) -> None:
        self._token, self._refresh_token = tokens_of(exchange, what, remedy)
        self._secrets |= {self._token, self._refresh_token}

    def _without_secrets(self, exchange: Exchange, *, listed: bool) -> Exchange:
        """Remove secrets that the server may have repeated from an answer; parts of it are shown.

        From list answers, only tokens are removed, because an author's text may contain a short
        password by chance. A body that is not JSON is never read, so it is dropped.
        """
        tokens = {t for t in (self._token, self._refresh_token) if len(t) >= _LONG_TOKEN}
        try:
            answer = read_json(exchange)
            safe = without_secrets(answer, tokens if listed else self._secrets)
            if listed:
                safe = self._without_authors(safe)
            body = exchange.body if safe == answer else json.dumps(safe).encode()
        except (ValueError, RecursionError):
            body = b""
        return replace(exchange, body=body)

    def _without_authors(self, listed: object) -> object:
        """Hide password and code in `UpdatedBy`, the only part of a list that is shown."""
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
