"""A server that repeats everything it received: every secret, in every spelling, everywhere."""

from __future__ import annotations

import base64
import html
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness import Ran

TOKEN = 'marked-t0ken+/"&<x>=%41~'
ISSUED = 'issued-t0ken+/"&<y>=%42~'
REFRESH = 'refresh-t0ken+/"&<z>=%43~'
EMAIL = "marked+ada@secret.example"
PASSWORD = "pä55 \"'&<marked>\\/w0rd=+%44"
TOTP = "482910"
LOGIN = {"NEXUDUS_EMAIL": EMAIL, "NEXUDUS_PASSWORD": PASSWORD, "NEXUDUS_TOTP": TOTP}
SECRETS = (ISSUED, REFRESH, EMAIL, PASSWORD, TOTP, f"{EMAIL}:{PASSWORD}")
API = "/api/token", "/api/content/coursesections", "/api/content/courses"


def spellings(secret: str) -> set[str]:
    """Return a secret as different writers of JSON, URLs, HTML and base64 spell it, and plain."""
    escaped = "".join(c if c.isalnum() and c.isascii() else f"\\u{ord(c):04X}" for c in secret)
    written = {secret, html.escape(secret), html.escape(secret, quote=False), escaped}
    written |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    written |= {json.dumps(secret)[1:-1].replace("/", "\\/"), escaped.lower()}
    written |= {quote(secret), quote_plus(secret), quote(secret, safe=""), quote(secret).lower()}
    return written | {base64.b64encode(secret.encode()).decode()}


def marks(*secrets: str) -> list[str]:
    """Return every spelling of some secrets."""
    return sorted({mark for secret in secrets for mark in spellings(secret)})


def leaks(folder: Path, *told: Ran | str, secrets: Iterable[str] = SECRETS) -> list[str]:
    """Return each spelling of a secret that was printed or is in a file of a folder."""
    texts = [t if isinstance(t, str) else t.out + t.err for t in told]
    texts += [p.read_bytes().decode(errors="replace") for p in folder.rglob("*") if p.is_file()]
    texts += map(str, folder.rglob("*"))
    return [mark for mark in marks(*secrets) for text in texts if mark in text]


@dataclass
class Echo:
    """The server's instructions, and its log.

    `at` is the path that fails from its `first` request on; `how` is one of `WRONGS`. If there are
    `renewed` tokens, the first login gives these, and the first create gets a 401. `listed` are the
    sections that it has, and `made` those that were created.
    """

    at: str = ""
    how: str = ""
    first: int = 1
    elsewhere: str = ""
    secrets: tuple[str, ...] = SECRETS
    listed: list[dict[str, object]] = field(default_factory=list)
    made: list[dict[str, object]] = field(default_factory=list)
    renewed: tuple[str, str] | None = None
    met: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def is_wrong(self, path: str) -> bool:
        """Say whether the request that came last goes wrong."""
        return path == self.at and sum(p == path for _, p, _ in self.met) >= self.first


def answer(echo: Echo) -> tuple[int, str, dict[str, str], bytes]:
    """Return status, reason, headers and body of an answer that goes wrong."""
    every = marks(*echo.secrets)
    flat = " ".join(mark for mark in every if mark.isascii())
    errors = [{"PropertyName": text, "Message": text} for text in [*echo.secrets, *every]]
    # the plain ones first, for a long message is cut
    told = {"Message": " ".join([*echo.secrets, *every]), "Errors": errors}
    body = json.dumps({"WasSuccessful": False, **told, "error": "x", "error_description": flat})
    headers = {"Content-Type": "application/json", "X-Echo": flat}
    match echo.how:
        case "escaped" | "utf-16" | "unseen":
            return 400, flat, headers, _odd(echo, body)
        case "unsuccessful":
            return 200, "OK", headers, body.encode()
        case "redirect" | "moved" | "see":
            status = {"redirect": 307, "moved": 301, "see": 303}[echo.how]
            headers["Location"] = f"{echo.elsewhere}/?{flat.replace(' ', '&')}"
            return status, flat, headers, body.encode()
        case "retry" | "many":
            headers |= {"Retry-After": flat, "Date": flat}
            return 409 if echo.how == "retry" else 429, flat, headers, body.encode()
        case "page" | "type":
            headers["Content-Type"] = {"page": "text/html", "type": flat}[echo.how]
            return 200, flat, headers, f"<html>{' '.join(every)}</html>".encode()
    return int(echo.how), flat, headers, body.encode()


def _odd(echo: Echo, body: str) -> bytes:
    """Write JSON in another encoding, with what can't be seen, or as .NET does.

    That escapes what may mean something in HTML.
    """
    if echo.how == "utf-16":
        return body.encode("utf-16")
    if echo.how == "unseen":
        parted = " ".join("\u200b".join(secret) for secret in echo.secrets)
        return json.dumps({"WasSuccessful": False, "Message": parted}).encode()
    for character in "+&<>'/":
        body = body.replace(character, f"\\u{ord(character):04X}")
    return body.encode()


STATUSES = ("400", "401", "403", "404", "422", "500", "503")
WRONGS = (
    "escaped",
    "utf-16",
    "unseen",
    "unsuccessful",
    "redirect",
    "moved",
    "see",
    "page",
    "type",
    *STATUSES,
)


class Handler(BaseHTTPRequestHandler):
    """Answers as the API does, until it goes wrong."""

    protocol_version = "HTTP/1.1"
    echo: ClassVar[Echo]
    _body = ""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a search, or a read by Ids: only the course and what is listed exist."""
        is_listed = urlsplit(self.path).path == API[1]
        listed = [*self.echo.listed, *self.echo.made] if is_listed else []
        found: object = {"Records": listed, "TotalItems": len(listed), "TotalPages": 1}
        path = self._meet()
        if "id" in parse_qs(urlsplit(self.path).query):
            found = listed
        self._answer(path, [{"Id": 4711}] if path == API[2] else found)

    def do_POST(self) -> None:
        """Answer a login or a create."""
        path = self._meet()
        tokens = (ISSUED, REFRESH)
        if self.echo.renewed and len(self.echo.met) == 1:
            tokens = self.echo.renewed
        login = dict(zip(("access_token", "refresh_token"), tokens, strict=True))
        number = 5_000_000 + len(self.echo.met)
        made = {"WasSuccessful": True, "Value": {"Id": number}}
        self._answer(path, login if path == API[0] else made)
        if path != API[0] and not (self._is_older() or self.echo.is_wrong(path)):
            self.echo.made.append({**json.loads(self._body), "Id": number})

    def _meet(self) -> str:
        body = self._body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urlsplit(self.path).path
        sent = self.headers.get("Authorization", "")
        self.echo.met.append((self.command, path, str(parse_qs(body)) if path == API[0] else sent))
        return path

    def _answer(self, path: str, good: object) -> None:
        status, reason, headers = 200, "OK", {"Content-Type": "application/json"}
        body = json.dumps(good).encode()
        if self.command == "POST" and self._is_older():
            status = 401
        elif self.echo.is_wrong(path):
            status, reason, headers, body = answer(self.echo)
        self.send_response(status, reason)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _is_older(self) -> bool:
        renewed = self.echo.renewed
        return renewed is not None and self.headers.get("Authorization") == f"Bearer {renewed[0]}"


@contextmanager
def echoing(echo: Echo) -> Iterator[Echo]:
    """Serve it on loopback; sets its `url`."""
    handler = type("Echoing", (Handler,), {"echo": echo})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        echo.url = f"http://127.0.0.1:{server.server_port}"
        yield echo
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
