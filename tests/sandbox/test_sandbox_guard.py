"""The sandbox answers no web page of another origin.

Sources: https://en.wikipedia.org/wiki/DNS_rebinding and https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from harness import TOKEN, sandbox_here

if TYPE_CHECKING:
    from sandbox.conftest import Site

FAULTS = "/_sandbox/faults"
SECTIONS = "/api/content/coursesections"
PATHS = pytest.mark.parametrize("path", ["/_sandbox/log", "/_sandbox/nothing", SECTIONS])


@PATHS
@pytest.mark.parametrize(
    ("host", "is_answered"),
    [
        ("localhost:8080", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("[::1]:8080", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        ("[", False),
        ("", False),
    ],
)
def test_only_loopback_hosts_are_answered(
    site: Site, path: str, host: str, *, is_answered: bool
) -> None:
    """A request to any other host name is 403: a web page could have sent it."""
    answered = site.client.get(path, headers={"Host": host})

    assert (answered.status_code != 403) == is_answered


@PATHS
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    ("headers", "is_answered"),
    [
        ({}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "http://localhost:3000"}, False),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://127.0.0.1"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_no_page_of_another_origin_is_answered(
    site: Site, path: str, method: str, headers: dict[str, str], *, is_answered: bool
) -> None:
    """A browser's request for a page of another origin is 403, with every method."""
    answered = site.client.request(method, path, headers=headers)

    assert (answered.status_code != 403) == is_answered
    assert not [name for name in answered.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_a_form_of_another_page_does_nothing(kind: str) -> None:
    """The three kinds of form that a page can post anywhere arm no fault and create no record."""
    with sandbox_here() as server:
        address = urlsplit(server.url)
        for path, body in {
            FAULTS: "* *@1+:error-before",
            "/_sandbox/settings": '{"list_lag": 9}',
            SECTIONS: '{"CourseId": 4711, "Title": "x", "DisplayOrder": 1, "UnlockType": 1}',
        }.items():
            connection = http.client.HTTPConnection(address.netloc, timeout=20)
            headers = {"Content-Type": kind, "Origin": "http://evil.example"}
            connection.request("POST", path, body, {**headers, "Authorization": f"Bearer {TOKEN}"})
            assert connection.getresponse().status == 403
            connection.close()

        assert server.log() == []
        assert server.records() == []


def test_a_refused_request_leaves_nothing_in_the_log(site: Site) -> None:
    """A page of another origin can't fill the log either."""
    site.client.get(SECTIONS, headers={"Origin": "http://evil.example"})

    assert site.sandbox.log == ()
