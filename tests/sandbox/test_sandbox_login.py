"""The promises of logins, tokens and roles.

Source: https://developers.nexudus.com/rest-api/authentication
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import ALL_ROLES, Settings, User

if TYPE_CHECKING:
    import httpx
    from sandbox.conftest import MakeSite, Site

TOKEN = "/api/token"
SECTIONS = "/api/content/coursesections"
COURSES = "/api/content/courses"


def log_in(site: Site, **form: str) -> httpx.Response:
    credentials = {
        "grant_type": "password",
        "username": "admin@sandbox.example",
        "password": "sandbox",
    }
    return site.client.post(TOKEN, data={**credentials, **form})


def refresh(site: Site, token: str, **form: str) -> httpx.Response:
    return site.client.post(
        TOKEN, data={"grant_type": "refresh_token", "refresh_token": token, **form}
    )


def status_with(site: Site, authorization: str) -> int:
    return site.client.get(SECTIONS, headers={"Authorization": authorization}).status_code


def test_a_login_gives_a_token_that_works(site: Site) -> None:
    """The access token of a login is valid for the API."""
    access = log_in(site).json()["access_token"]

    assert status_with(site, f"Bearer {access}") == 200


def test_a_login_answers_in_oauth_words(site: Site) -> None:
    """A login's answer has the four fields of the vendor's page, and its lifetime in seconds."""
    answered = log_in(site).json()

    assert set(answered) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (answered["token_type"], answered["expires_in"]) == ("bearer", 604_799)


@pytest.mark.parametrize("form", [{"password": "wrong"}, {"username": "nobody@example.com"}])
def test_a_failed_login_is_401(site: Site, form: dict[str, str]) -> None:
    """A wrong password and an unknown user answer the same 401."""
    answered = log_in(site, **form)

    assert (answered.status_code, answered.json()["error"]) == (401, "invalid_grant")


def test_a_json_login_is_an_unsupported_grant(site: Site) -> None:
    """A login sent as JSON answers 400 `unsupported_grant_type`."""
    answered = site.client.post(TOKEN, json={"grant_type": "password"})

    assert (answered.status_code, answered.json()["error"]) == (400, "unsupported_grant_type")


def test_the_token_page_takes_nothing_but_post(site: Site) -> None:
    """A GET of the token page is 405."""
    assert site.client.get(TOKEN).status_code == 405


@pytest.mark.parametrize(
    ("form", "status"), [({}, 401), ({"totp": "000000"}, 401), ({"totp": "482910"}, 200)]
)
def test_two_factor_users_need_their_code(
    make_site: MakeSite, form: dict[str, str], status: int
) -> None:
    """If a user has two-factor login, a login without the right code is 401."""
    site = make_site(Settings(users=(User(totp="482910"),)))

    assert log_in(site, **form).status_code == status


@pytest.mark.parametrize(("is_once", "status"), [(True, 401), (False, 200)])
def test_a_code_may_work_once(make_site: MakeSite, *, is_once: bool, status: int) -> None:
    """With `totp_once` a second login with the same code is 401; a failed login uses no code."""
    site = make_site(Settings(users=(User(totp="482910"),), totp_once=is_once))
    failed = log_in(site, totp="482910", password="wrong")
    first, second = log_in(site, totp="482910"), log_in(site, totp="482910")

    assert [each.status_code for each in (failed, first, second)] == [401, 200, status]
    assert status_with(site, f"Bearer {first.json()['access_token']}") == 200


def test_a_refresh_gives_a_new_token(site: Site) -> None:
    """A refresh token gives another valid access token."""
    first = log_in(site).json()
    second = refresh(site, first["refresh_token"]).json()

    assert second["access_token"] != first["access_token"]
    assert status_with(site, f"Bearer {second['access_token']}") == 200


def test_a_refresh_token_works_once(site: Site) -> None:
    """A refresh token that was used is 401."""
    token = log_in(site).json()["refresh_token"]
    refresh(site, token)

    assert refresh(site, token).status_code == 401


@pytest.mark.parametrize(
    ("given", "returned", "status"),
    [
        ("ci", "ci", 200),
        ("ci", "other", 401),
        ("ci", "", 401),
        ("", "admin@sandbox.example", 200),
        ("", "ci", 401),
    ],
)
def test_a_refresh_keeps_the_client_id(site: Site, given: str, returned: str, status: int) -> None:
    """A refresh must send the login's `client_id`, by default the e-mail."""
    token = log_in(site, client_id=given).json()["refresh_token"]

    assert refresh(site, token, client_id=returned).status_code == status


def test_an_access_token_runs_out(site: Site) -> None:
    """After `expires_in` seconds an access token is 401."""
    access = log_in(site).json()["access_token"]
    site.clock.seconds += 604_799

    assert status_with(site, f"Bearer {access}") == 401


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer sandbox-token x"]
)
def test_a_bad_token_is_401(site: Site, authorization: str) -> None:
    """Anything but a valid bearer token is 401."""
    assert status_with(site, authorization) == 401


def test_a_user_may_have_no_fixed_token(make_site: MakeSite) -> None:
    """With `token=None` the API needs a login."""
    site = make_site(Settings(users=(User(token=None),)))

    assert status_with(site, "Bearer sandbox-token") == 401
    assert status_with(site, f"Bearer {log_in(site).json()['access_token']}") == 200


def test_a_refresh_token_opens_nothing(site: Site) -> None:
    """A refresh token is not an access token."""
    assert status_with(site, f"Bearer {log_in(site).json()['refresh_token']}") == 401


@pytest.mark.parametrize(
    ("role", "method", "address"),
    [
        ("CourseSection-Create", "POST", SECTIONS),
        ("CourseSection-Edit", "PUT", SECTIONS),
        ("CourseSection-Delete", "DELETE", f"{SECTIONS}/1"),
        ("CourseSection-Read", "GET", f"{SECTIONS}/1"),
        ("CourseSection-Read", "GET", f"{SECTIONS}?id=[1]"),
        ("CourseSection-List", "GET", SECTIONS),
        ("Course-Read", "GET", f"{COURSES}/1"),
        ("Course-List", "GET", COURSES),
    ],
)
def test_a_missing_role_is_401(make_site: MakeSite, role: str, method: str, address: str) -> None:
    """Each call needs its own role, and a user without it gets 401 and no reason."""
    site = make_site(Settings(users=(User(roles=ALL_ROLES - {role}),)))
    allowed = make_site(Settings(users=(User(roles=frozenset({role})),)))

    assert site.client.request(method, address).status_code == 401
    assert allowed.client.request(method, address).status_code != 401


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_role_may_be_403(make_site: MakeSite, status: int) -> None:
    """`missing_role` sets the status of a missing role; a bad token is still 401."""
    site = make_site(Settings(users=(User(roles=frozenset({"CourseSection-Read"})),)))
    site.sandbox.change(missing_role=status)

    assert site.client.get(SECTIONS).status_code == status
    assert site.create().status_code == status
    assert status_with(site, "Bearer wrong") == 401


def basic(site: Site, email: str, password: str) -> int:
    del site.client.headers["Authorization"]
    return site.client.get(SECTIONS, auth=(email, password)).status_code


@pytest.mark.parametrize(
    ("email", "password", "status"),
    [
        ("admin@sandbox.example", "sandbox", 200),
        ("admin@sandbox.example", "wrong", 401),
        ("nobody@example.com", "sandbox", 401),
        ("", "", 401),
    ],
)
def test_a_login_by_basic_works(site: Site, email: str, password: str, status: int) -> None:
    """E-mail and password are also accepted in a header of each request."""
    assert basic(site, email, password) == status


def test_a_login_by_basic_has_no_code(make_site: MakeSite) -> None:
    """A user with two-factor login can't log in by Basic, which can't hold the code."""
    site = make_site(Settings(users=(User(totp="482910"),)))

    assert basic(site, "admin@sandbox.example", "sandbox") == 401


def test_whoever_is_logged_in_can_ask_who_it_is(make_site: MakeSite) -> None:
    """`/api/auth/me` needs a valid login but no role, and returns the location."""
    site = make_site(Settings(users=(User(roles=frozenset(), business_id=88),)))
    found = site.client.get("/api/auth/me").json()

    assert (found["Email"], found["DefaultBusinessId"]) == ("admin@sandbox.example", 88)
    assert site.client.get("/api/auth/me", headers={"Authorization": ""}).status_code == 401
