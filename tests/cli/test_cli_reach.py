"""Ways to an API that fail: the certificate, the proxy, the role and the code are named."""

from __future__ import annotations

import socket
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, TOKEN, lift_limits, sandbox_here, saved, write_outline

from coursesync.sandbox import Settings, User

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
SECRET = "pr0xy-s3cret"
API = "https://api.example"
GIVEN = {
    "token": {"NEXUDUS_TOKEN": TOKEN},
    "login": {"NEXUDUS_EMAIL": "ada@space.example", "NEXUDUS_PASSWORD": "secret"},
}


@dataclass
class Listening:
    """A server, and how many connections it met."""

    url: str = ""
    met: list[object] = field(default_factory=list)


@contextmanager
def listening(
    handler: type[BaseHTTPRequestHandler], certificate: Path | None
) -> Iterator[Listening]:
    """Serve on loopback; by TLS, where there is a certificate."""
    noted = Listening()

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[socket.socket, object]:
            connection, address = super().get_request()
            noted.met.append(address)
            if certificate is None:
                return connection, address
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            return context.wrap_socket(connection, server_side=True), address

    server = Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        scheme = "http" if certificate is None else "https"
        noted.url = f"{scheme}://127.0.0.1:{server.server_port}"
        yield noted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine that nobody has signed, with its key."""
    path = tmp_path_factory.mktemp("tls") / "self-signed.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


class Refusing(BaseHTTPRequestHandler):
    """Answers every request with 400, and every tunnel with `status`."""

    status = 400

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Refuse."""
        self.send_response(400)
        self.end_headers()

    def do_POST(self) -> None:
        """Refuse, too."""
        self.do_GET()

    def do_CONNECT(self) -> None:
        """Refuse to open a tunnel."""
        self.send_response(self.status, SECRET)
        self.end_headers()


@pytest.fixture
def course(cli: CommandLine, courses: Path) -> CommandLine:
    """The command line beside an outline of one section."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One")
    return cli


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_a_certificate_that_is_not_trusted(
    course: CommandLine, certificate: Path, given: dict[str, str]
) -> None:
    """It is named, with the variable that lets it be trusted, and tried once."""
    with listening(Refusing, certificate) as server:
        ran = course.having(given)(*APPLY, "--base-url", server.url)
        met = len(server.met)
        trusting = {**given, "SSL_CERT_FILE": str(certificate)}
        trusted = course.having(trusting)(*APPLY, "--base-url", server.url)

    assert ran.code == 1, ran
    assert "the certificate of 127.0.0.1 is not trusted (self-signed certificate)" in ran.said
    assert "SSL_CERT_FILE" in ran.said
    assert met == 1
    assert "certificate" not in trusted.said
    assert "refuses" in trusted.said


@pytest.mark.parametrize(("status", "times"), [(400, 1), (403, 1), (407, 1), (503, 3)])
def test_a_proxy_that_refuses(course: CommandLine, status: int, times: int) -> None:
    """It is named without its password, and tried again only where it may have had a bad moment."""
    handler = type("Proxy", (Refusing,), {"status": status})
    with listening(handler, None) as proxy:
        host = proxy.url.removeprefix("http://")
        given = {"HTTPS_PROXY": f"http://someone:{SECRET}@{host}", **GIVEN["token"]}
        ran = course.having(given)(*APPLY, "--base-url", API)

    assert ran.code == 1, ran
    assert f"the proxy {host} refuses the connection (HTTP {status})" in ran.said
    assert "HTTPS_PROXY" in ran.said
    assert SECRET not in ran.out + ran.err
    assert len(proxy.met) == times


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_a_proxy_that_is_not_there(course: CommandLine, given: dict[str, str]) -> None:
    """It is the proxy that can't be reached, not the API, and that is what the message says."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    proxied = {"ALL_PROXY": f"http://someone:{SECRET}@{host}", **given}
    ran = course.having(proxied)(*APPLY, "--base-url", API)

    assert ran.code == 1, ran
    assert f"through the proxy {host}" in ran.said
    assert "ALL_PROXY" in ran.said
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("password", ["12/ab", "12?ab", "12#ab", "12/a@b"])
def test_a_password_that_ends_the_host_is_not_named(course: CommandLine, password: str) -> None:
    """A part of it would be taken for a port, and named with the host."""
    given = {"HTTPS_PROXY": f"http://someone:{password}@127.0.0.1:9", **GIVEN["token"]}
    ran = course.having(given)(*APPLY, "--base-url", API)

    assert ran.code == 64, ran
    assert "the proxy that HTTPS_PROXY or ALL_PROXY names can't be used" in ran.said
    assert "someone" not in ran.said


ROLES = {
    "a list": ("GET", SECTIONS, 1, ("drift",), "CourseSection-List"),
    "a record": ("GET", f"{SECTIONS}*", 1, APPLY, "CourseSection-Read"),
    "a create": ("POST", SECTIONS, 1, APPLY, "CourseSection-Create"),
    "an update": ("PUT", SECTIONS, 1, APPLY, "CourseSection-Edit"),
    "a deletion": (
        *("DELETE", f"{SECTIONS}/*", 1),
        (*APPLY, "--on-removal", "delete", "--prune"),
        "CourseSection-Delete",
    ),
    "courses": ("GET", "/api/content/courses", 1, ("import", "--all"), "Course-List"),
}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("what", ROLES)
def test_a_missing_role_is_named(
    author: CommandLine, api: SandboxServer, courses: Path, what: str, status: int
) -> None:
    """401 and 403 name both causes and the role, wherever they come, and nothing else is sent."""
    method, path, number, words, role = ROLES[what]
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert author(*APPLY).code == 0
    outline = courses / "a.yaml"
    if what == "a deletion":
        write_outline(courses, "a", 4711, "One", "Two")
    elif what == "a create":
        write_outline(courses, "a", 4711, "One", "Two", "Three", "Four", "Five")
    else:
        text = outline.read_text().replace("title: One", "title: One\n    active: false")
        outline.write_text(text.replace("title: Two", "title: Two\n    active: false"))
    api.fault(f"{method} {path}@{number}+:status={status}")
    met = len(api.log())
    ran = author(*words)

    assert ran.code == 1, ran
    assert f"(HTTP {status})" in ran.said
    assert "the token or password is wrong or has expired" in ran.said
    assert f"lacks the role {role}." in ran.said
    failed = [each for each in api.log()[met:] if each["status"] == status]
    assert len(failed) == 1
    assert api.log()[-1] == failed[0]
    assert saved(courses).doubts == ()


def test_a_used_code_leads_to_a_request_for_a_new_one(course: CommandLine, courses: Path) -> None:
    """A renewal that is refused under two-factor login never says that the password is wrong."""
    user = User(email="ada@space.example", password="secret", totp="482910", token=None)
    write_outline(courses, "a", 4711, "One", "Two")
    with sandbox_here(Settings(users=(user,))) as server:
        server.fault_create(2, "unauthorized")
        server.fault("POST /api/token@2:status=401")
        given = {**GIVEN["login"], "NEXUDUS_TOTP": "482910"}
        ran = course.having(given)(*APPLY, "--base-url", server.url)
        logins = [met for met in server.log() if met["path"] == "/api/token"]

    assert ran.code == 1, ran
    assert "set NEXUDUS_TOTP to a new one" in ran.said
    assert "PASSWORD" not in ran.said
    assert "Apply: 1 created, 1 not tried." in ran.err
    assert len(logins) == 2
