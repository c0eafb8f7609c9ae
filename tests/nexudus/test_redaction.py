"""Secrets in an answer: found under any layers of escapes, and in good time."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from secrecy.echo import PASSWORD, TOKEN
from shares import bounded_time

from coursesync.errors import RemoteError
from coursesync.kinds.section import SECTION
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "pä55 \U0001f3e1\"'&<marked>\\/w0rd=+%44"


def escaped(text: str) -> str:
    """Write a text as JSON with every possible escape."""
    units = text.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


WRAPPINGS: list[Callable[[str], str]] = [
    html.escape,
    quote,
    quote_plus,
    escaped,
    lambda text: json.dumps(text)[1:-1],
    lambda text: "".join(f"&#{ord(c)};" for c in text),
    lambda text: "".join(f"&#x{ord(c):X};" for c in text),
]
UNSEEN: list[Callable[[str], str]] = ["\u200b".join, "\u00ad".join, " ".join, "\n".join, str]
BODIES = {
    "backslashes": "\\" * 500_000,
    "escapes": "\\u005c" * 100_000,
    "percents": "%25" * 200_000,
    "references": "&#" + "9" * 500_000 + ";",
    "ampersands": "&amp;" * 150_000,
    "blanks": " \u200b" * 100_000,
}


@given(
    st.lists(st.sampled_from(WRAPPINGS), max_size=3),
    st.sampled_from(UNSEEN),
    st.sampled_from(["", "%", "&#", "\\u00", "x "]),
)
def test_a_secret_is_found_in_any_wrapping(
    wrappings: list[Callable[[str], str]], unseen: Callable[[str], str], before: str
) -> None:
    """Escaped up to three times, with invisible characters, after half an escape: hidden."""
    told = SECRET
    for wrap in wrappings:
        told = wrap(told)
    found = without_secrets({"Message": [before + unseen(told)]}, {SECRET})

    assert found in ({"Message": ["***"]}, {"Message": [before + "***"]})


def test_base64_of_a_secret_is_found() -> None:
    """A server that repeats a header gives it in this form."""
    told = f"Basic {base64.b64encode(SECRET.encode()).decode()}"

    assert without_secrets(told, {SECRET}) == "***"


def test_text_without_a_secret_is_left() -> None:
    """Numbers, names and other texts stay; of a plain secret, only the secret is removed."""
    told = {"Id": 482910, "Errors": [{"Message": "&amp; 5 % \\u0041"}], "482910": None}

    assert without_secrets(told, {"482910", SECRET, ""}) == told
    assert without_secrets(told, {""}) == told
    assert without_secrets("482910 may not", {"482910"}) == "*** may not"


@pytest.mark.parametrize("kind", BODIES)
def test_no_answer_takes_long_to_look_through(kind: str) -> None:
    """Whatever a server writes, looking for long secrets in it takes a few seconds at most."""
    tokens = {"R1xyz" * 1_600, "T2&%41" * 1_300, PASSWORD, TOKEN}
    with bounded_time(5):
        without_secrets({"Message": BODIES[kind]}, tokens)


def client(body: bytes, **known: str) -> Nexudus:
    """Return a client of an API that answers everything with the same JSON."""
    headers = {"Content-Type": "application/json"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))
    )
    return Nexudus("http://127.0.0.1", Credentials(**known), transport)


@pytest.mark.parametrize("token", ["AbCd+efgh/ijklmnop1234567890==", "x" * 30])
def test_a_token_in_a_list_is_found_as_dotnet_writes_it(token: str) -> None:
    """A record that repeats the token, escaped or not, is read without it."""
    record = {"Title": token, "UpdatedBy": f"by {token}", "Id": 7}
    body = json.dumps({"Records": [record]}).replace("+", "\\u002B").encode()
    found = json.loads(client(body, token=token).search(SECTION.endpoint, 1, {}).body)

    assert found == {"Records": [{"Title": "***", "UpdatedBy": "by ***", "Id": 7}]}


def test_a_list_keeps_a_text_that_is_a_password() -> None:
    """Authors' texts are compared: a password that is a word in one changes nothing."""
    body = json.dumps({"Records": [{"Title": "hunter2"}]}).encode()

    assert (
        client(body, email="a@b.example", password="hunter2").search(SECTION.endpoint, 1, {}).body
        == body
    )


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("value", ["\ud800x", "a b", "x" * 8_193, "\u00e4", 5, ["x"]])
def test_a_token_that_is_none_is_refused(name: str, value: object) -> None:
    """The token of a login is one line of plain characters, of bounded length."""
    answer = {"access_token": "x" * 30, "refresh_token": "y" * 8_192, name: value}
    remote = client(json.dumps(answer).encode(), email="a@b.example", password="secret")
    with pytest.raises(RemoteError) as refused:
        remote.log_in()

    assert "without a token" in refused.value.problem
    assert not remote.logged_in
