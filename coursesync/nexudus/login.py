"""Logins: the API's answer to a request for a token, as tokens or as an error.

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
CHECK_LOGIN = "Check NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP, if it is needed)."
NEW_CODE = "A one-time code works once: set NEXUDUS_TOTP to a new one, then run the command again."


def tokens_of(exchange: Exchange, what: str, remedy: str) -> tuple[str, str]:
    """Return the token of a login's answer, and the refresh token ("" if there is none).

    `what` are the credentials that were sent, in words, and `remedy` what to do if they are
    refused. Raises RemoteError, or Busy if the API accepts no login for now.
    """
    verdict = classify_read(exchange)
    if isinstance(verdict, Throttled):
        raise Busy(verdict.seconds)
    if exchange.status is None:
        raise RemoteError(*unreachable(exchange.failure, exchange.remedy))
    if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RemoteError(f"the API failed (HTTP {exchange.status})", "Try again later.")
    if exchange.status in REFUSED_LOGIN:
        raise RemoteError(f"the API refuses {what} (HTTP {exchange.status})", remedy)
    tokens = _tokens(exchange) if exchange.status == HTTPStatus.OK else None
    if tokens is None:
        raise RemoteError(
            f"the base URL answers a login without a token (HTTP {exchange.status})",
            "Check that the base URL is that of the Nexudus API.",
        )
    return tokens


def unreachable(failure: str, remedy: Sentence) -> tuple[str, Sentence]:
    """Return the problem and the remedy of a request that could not be sent."""
    return f"the API can't be reached: {failure}", remedy or "Check the network and the base URL."


def _tokens(exchange: Exchange) -> tuple[str, str] | None:
    try:
        answer = json.loads(exchange.body.decode("utf-8-sig"))
        tokens = answer["access_token"], answer.get("refresh_token") or ""
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return tokens if is_token(tokens[0]) and (not tokens[1] or is_token(tokens[1])) else None
