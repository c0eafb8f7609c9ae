"""The portal as a site on this machine: its pages, and nothing else."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from coursesync.operations.preview import Site, Viewer
from coursesync.sandbox.serve import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(onboarding: Path) -> Iterator[str]:
    """The address of a site with one course."""
    with running(Site(Viewer(onboarding.parent).look)) as url:
        yield url


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/", "text/html", "Member onboarding"),
        ("/courses/onboarding", "text/html", "Welcome to the space"),
        ("/courses/onboarding/0", "text/html", "Everything for day one."),
        ("/portal.css", "text/css", "font"),
        ("/portal.js", "text/javascript", "fetch"),
    ],
)
def test_the_portal_is_served(site: str, path: str, kind: str, words: str) -> None:
    """The pages, the contents of a section alone, the style sheet and the script."""
    answer = httpx.get(f"{site}{path}").raise_for_status()

    assert answer.headers["Content-Type"].startswith(kind)
    assert words in answer.text


def test_only_this_machine_is_answered(site: str) -> None:
    """A page from elsewhere, whose host name leads here, gets nothing; and no request writes."""
    with httpx.Client(base_url=site) as client:
        by_another_name = client.get("/", headers={"Host": "evil.example"})
        written = client.post("/", content="x")

    assert (by_another_name.status_code, written.status_code) == (403, 405)


@pytest.mark.parametrize(
    "path",
    [
        *("/courses/../../etc/passwd", "/courses/%2e%2e%2f%2e%2e%2fetc/passwd", "//etc/passwd"),
        *("/courses/onboarding/99", f"/courses/onboarding/{'9' * 5_000}", "/courses/onboarding/-1"),
        *("/portal.js/../../pages.py", "/courses/onboarding/0/0", "/courses/onboarding/\u0661"),
    ],
)
def test_nothing_but_the_portal_is_served(site: str, path: str) -> None:
    """Every path without a page gets "not found", whatever it looks like."""
    host = site.removeprefix("http://")
    connection = HTTPConnection(host, timeout=10)  # sends a path as it is
    connection.putrequest("GET", quote(path, safe="/%."), skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()

    assert answer.status == 404
    assert b"There is no such course" in answer.read()
    connection.close()


def test_pictures_of_the_workspace_are_shown_from_there(onboarding: Path) -> None:
    """Those that an outline names come from the disk, so that a new one is seen at once."""
    courses = onboarding.parent
    (courses / "coursesync.toml").write_text('assets_url = "https://cdn.example.com/c/"\n')
    for name in ("my desk.png", "tour.gif", "other.png"):
        (courses / name).write_bytes(name.encode())
    (courses / "a.md").write_text("![A](my%20desk.png) ![B](https://example.com/b.png)\n")
    outline = "id: 1\ntitle: A\nsections:\n  - title: A\n    contents: {markdown: a.md}\n"
    (courses / "a.yaml").write_text(f"{outline}    image: tour.gif\n")

    with running(Site(Viewer(courses).look)) as url, httpx.Client(base_url=url) as client:
        contents = client.get("/courses/a/0").text
        picture = client.get("/pictures/my%20desk.png")
        others = [client.get(f"/pictures/{each}") for each in ("other.png", "..%2fa.md", "a.md")]
        assert '<img class="picture" src="/pictures/tour.gif"' in client.get("/courses/a").text
        (courses / "my desk.png").unlink()
        (courses / "my desk.png").symlink_to("/etc/passwd")
        linked = client.get("/pictures/my%20desk.png")

    assert '<img src="/pictures/my%20desk.png" alt="A" />' in contents
    assert '<img src="https://example.com/b.png"' in contents
    assert (picture.content, picture.headers["Content-Type"]) == (b"my desk.png", "image/png")
    assert [each.status_code for each in (*others, linked)] == [404] * 4
