"""Logins and renewals: what is sent for a token, and what a person is asked for without one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx
import pytest

from coursesync.errors import RemoteError
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.outcome import Throttled

if TYPE_CHECKING:
    from collections.abc import Iterable

EMAIL = "ada@space.example"
LOGIN = Credentials(email=EMAIL, password="secret", totp="482910")
TOKENS = {"access_token": "a-token", "refresh_token": "r-token"}
NEW_CODE = "set NEXUDUS_TOTP to a new one"


def client(
    answers: Iterable[httpx.Response], credentials: Credentials
) -> tuple[Nexudus, list[httpx.Request]]:
    """Return a client of a server that gives these answers, and the requests that it got."""
    met: list[httpx.Request] = []
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        met.append(request)
        return next(left)

    transport = httpx.MockTransport(answer)
    return Nexudus("https://api.example", credentials, transport=transport), met


def granted(**tokens: str) -> httpx.Response:
    return answered(200, json.dumps({**TOKENS, **tokens}))


def answered(status: int, body: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body.encode()))


@pytest.mark.parametrize("email", [EMAIL, "ad\u00e4@space.example"])
def test_a_renewal_names_its_client_in_both_places(email: str) -> None:
    """One page has `client_id` as a form field, an older one as a header: it is the e-mail."""
    remote, met = client([granted(), granted()], Credentials(email=email, password="secret"))
    remote.log_in()
    remote.renew()
    login, renewal = (parse_qs(request.content.decode()) for request in met)

    assert "client_id" not in login
    assert renewal["grant_type"] == ["refresh_token"]
    assert renewal["refresh_token"] == ["r-token"]
    assert renewal["client_id"] == [email]
    # a header holds ASCII alone
    assert met[1].headers.get("client_id") == (email if email.isascii() else None)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_renewal_asks_for_a_new_code(status: int) -> None:
    """The code is used up: no login is tried with it, and the password is not blamed."""
    remote, met = client([granted(), answered(status)], LOGIN)
    remote.log_in()
    with pytest.raises(RemoteError) as failed:
        remote.renew()

    assert NEW_CODE in str(failed.value.remedy)
    assert "PASSWORD" not in str(failed.value.remedy)
    assert "password" not in failed.value.problem
    assert len(met) == 2


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_a_renewal_that_fails_otherwise_asks_for_a_new_code_too(status: int) -> None:
    """The next run has to log in."""
    remote, _ = client([granted(), answered(status)], LOGIN)
    remote.log_in()
    with pytest.raises(RemoteError) as failed:
        remote.renew()

    assert NEW_CODE in str(failed.value.remedy)
    assert "PASSWORD" not in str(failed.value.remedy)


def test_a_throttled_renewal_asks_for_nothing() -> None:
    """It is tried again after the wait."""
    wait = answered(409, **{"Retry-After": "7"})
    remote, _ = client([granted(), wait, granted(access_token="b")], LOGIN)
    remote.log_in()

    assert remote.renew() == Throttled(7)
    assert remote.renew()


def test_a_code_is_never_sent_twice() -> None:
    """This holds even if the login gave no refresh token."""
    remote, met = client([granted(refresh_token="")], LOGIN)
    remote.log_in()
    with pytest.raises(RemoteError) as failed:
        remote.log_in()

    assert remote.renew not in remote.ways_in()
    assert NEW_CODE in str(failed.value.remedy)
    assert len(met) == 1


def test_a_refused_renewal_without_a_code_logs_in_again() -> None:
    """E-mail and password work for any number of logins."""
    login = Credentials(email=EMAIL, password="secret")
    remote, met = client([granted(), answered(401), granted()], login)
    remote.log_in()

    assert not remote.renew()
    remote.log_in()
    assert len(met) == 3
