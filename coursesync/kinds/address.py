"""Addresses and keys: the names of resources, and keys from titles."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NewType

from coursesync.text import for_key

if TYPE_CHECKING:
    from collections.abc import Iterable

# `section.onboarding.welcome`: the kind, then the keys from the course down, one a level. A string,
# because a state has tens of thousands of them.
Address = NewType("Address", str)

MAX_KEY = 100
MAX_TITLE = 1_000
MOST_KEYS = 3  # course, section and lesson key
COURSE = "course"  # the kind of the address that a course has
OF_COURSES = {COURSE, "publication"}  # the kinds of which a course has one record
_ASCII_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TYPED = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",  # noqa: RUF001 - letters of titles
}
_ACCENTED = re.compile("([A-Za-z])[\u0300-\u036f]+")


def address_of(kind: str, *keys: str) -> Address:
    """Join a kind and the keys from the course down to an address."""
    return Address(".".join((kind, *keys)))


def parse_address(text: str) -> Address | None:
    """Return `text` as an address, or None if it is none."""
    kind, *keys = text.split(".")
    least = 1 if kind in OF_COURSES else 2
    well_formed = (
        kind.isidentifier() and least <= len(keys) <= MOST_KEYS and all(map(was_key, keys))
    )
    return Address(text) if well_formed else None


def keys_of(address: Address) -> tuple[str, ...]:
    """Return the keys of an address, from the course down."""
    return tuple(address.split(".")[1:])


def course_address(key: str) -> Address:
    """Return the address of a course."""
    return address_of(COURSE, key)


def parent_of(address: Address, within: str) -> Address:
    """Return the parent's address: of the kind `within`, or the course."""
    keys = address.rpartition(".")[0].partition(".")[2]
    return Address(f"{within if '.' in keys else COURSE}.{keys}")


def is_course(address: Address) -> bool:
    """Return whether an address is a course's."""
    return address.startswith(f"{COURSE}.")


def key_of(address: Address) -> str:
    """Return the last key of an address."""
    return address.rpartition(".")[2]


def course_of(address: Address) -> str:
    """Return the key of the course that an address belongs to."""
    return address.split(".", 2)[1]


def slug(text: str) -> str:
    """Derive a key from a title: lower case, accents off Latin letters, hyphens between words.

    Invisible characters are left out, except that a joiner ends a word.

    Returns:
        A valid key, or "" if the text has no character for one.
    """
    if len(text) <= MAX_KEY and _ASCII_KEY.fullmatch(text):
        return text
    return _slug(for_key(text))


def proposed_key(text: str) -> str:
    """Derive a key from a title for a file that is written.

    As `slug`, but it ends with a whole word, and Latin letters that are no accented ones become
    those that people type for them: `große` is `grosse`. Keys that are derived while outlines are
    read keep these letters, because a key must not change.
    """
    text = "".join(_TYPED.get(each, each) for each in text.lower())
    whole = _all_words(for_key(text))
    if len(whole) <= MAX_KEY or whole[MAX_KEY] == "-":
        return slug(text)
    return whole[:MAX_KEY].rpartition("-")[0] or slug(text)


def _slug(text: str) -> str:
    return _all_words(text)[:MAX_KEY].rstrip("-")


def _all_words(text: str) -> str:
    # ordering a long run of combining marks takes quadratic time
    text = text[:MAX_TITLE]
    decomposed = _ACCENTED.sub(r"\1", unicodedata.normalize("NFKD", text))
    composed = unicodedata.normalize("NFC", decomposed.lower())
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in composed)
    return "-".join("".join(kept).split())


def is_key(text: str) -> bool:
    """Return whether a text is a key: `slug` does not change it."""
    return 0 < len(text) <= MAX_KEY and slug(text) == text


def was_key(text: str) -> bool:
    """Return whether a text is a key, or was one when keys could hold a variation selector.

    States still have those keys, and `previous_keys` names them.
    """
    return is_key(text) or (0 < len(text) <= MAX_KEY and _slug(text) == text)


class FreeKeys:
    """Gives out free keys, each only once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}  # the last number after a key

    def take(self, key: str) -> str:
        """Return a key, with -2, -3 and so on after it if it is taken."""
        free, number = key, self._numbers.get(key, 1)
        while free in self._taken:
            number += 1
            free = f"{key[: MAX_KEY - len(str(number)) - 1].rstrip('-')}-{number}"
        self._numbers[key] = number
        self._taken.add(free)
        return free
