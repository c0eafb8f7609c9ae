"""Logins: what the API answers where it is asked for a token, as tokens or as a failure in words.

The page: https://developers.nexudus.com, `rest-api/authentication`.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from coursesync.errors import Busy, RemoteError
from coursesync.nexudus.credentials import is_token
from coursesync.nexudus.outcome import Throttled, classify_read

if TYPE_CHECKING:
    from coursesync.errors import Sentence
    from coursesync.nexudus.exchange import Exchange

TOKEN_PATH = "/api/token"  # noqa: S105 - an address
REFUSED_LOGIN = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
CHECK_LOGIN = "Check NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP, where it is on)."
NEW_CODE = "A one-time code works once: set NEXUDUS_TOTP to a new one, and run the same again."


def tokens_of(exchange: Exchange, what: str, remedy: str) -> tuple[str, str]:
    """Return the token that a login gave, and the one that renews it, "" where there is none.

    Args:
        exchange: the login's.
        what: what it was asked by, in words.
        remedy: what to do where that is refused.

    Raises:
        RemoteError: the API can't be reached, refuses it, or answers something else.
        Busy: the API takes no login for now.
    """
    verdict = classify_read(exchange)
    if isinstance(verdict, Throttled):
        raise Busy(verdict.seconds)
    if exchange.status is None:
        raise RemoteError(*unreachable(exchange.failure, exchange.remedy))
    if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RemoteError(
            f"the API has a fault of its own (HTTP {exchange.status})", "Try again later."
        )
    if exchange.status in REFUSED_LOGIN:
        raise RemoteError(f"the API refuses {what} (HTTP {exchange.status})", remedy)
    tokens = _tokens(exchange) if exchange.status == HTTPStatus.OK else None
    if tokens is None:
        raise RemoteError(
            f"the base URL answers a login with something else than a token "
            f"(HTTP {exchange.status})",
            "Check that the base URL is that of the Nexudus API.",
        )
    return tokens


def unreachable(failure: str, remedy: Sentence) -> tuple[str, Sentence]:
    """Return what is wrong where nothing could be sent, and what to do."""
    return f"the API can't be reached: {failure}", remedy or "Check the network and the base URL."


def _tokens(exchange: Exchange) -> tuple[str, str] | None:
    """Return the token of a login's answer and the one that renews it, "" where there is none."""
    try:
        answer = json.loads(exchange.body.decode("utf-8-sig"))
        tokens = answer["access_token"], answer.get("refresh_token") or ""
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return tokens if is_token(tokens[0]) and (not tokens[1] or is_token(tokens[1])) else None
