"""Who may find a course and join it: an outline's `visibility`, and the API's properties for it.

The numbers: https://developers.nexudus.com/rest-api/content/post-courses
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from coursesync.kinds.field import Field

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes, Planned
    from coursesync.kinds.tree import Value

_TYPE, _TARIFF = "Visibility", "TariffId"
# in an outline
PUBLIC: Final = "public"
HIDDEN: Final = "hidden"
PRIVATE: Final = "private"
PAID: Final = "paid"
_NUMBERS = {PUBLIC: 1, HIDDEN: 2, PRIVATE: 3, PAID: 4}
_WORDS: dict[object, str] = {
    1: "public",
    2: "hidden, but open to those who have its link",
    3: "private, by invitation",
}
# what other tools call these, and the numbers of the API
MEANT: dict[object, str] = {
    **{number: word for word, number in _NUMBERS.items()},
    **dict.fromkeys(("all", "everyone", "free", "open", "visible"), PUBLIC),
    **dict.fromkeys(("link", "unlisted", "with-link", "with_link"), HIDDEN),
    **dict.fromkeys(("by-invitation", "closed", "invitation", "invite", "members"), PRIVATE),
    **dict.fromkeys(("paid", "premium", "price", "tariff"), PAID),
}


def _encode(value: Value) -> Attributes:
    if isinstance(value, dict):
        return {_TYPE: _NUMBERS[PAID], _TARIFF: cast("int", value[PAID])}
    return {_TYPE: _NUMBERS[str(value)]}


def _decode(attributes: Attributes) -> Value:
    """Return an author's value; None for a paid course without a tariff, which none can write."""
    number, tariff = attributes.get(_TYPE), attributes.get(_TARIFF)
    if number == _NUMBERS[PAID]:
        return None if tariff is None else {PAID: tariff}
    return next((word for word, each in _NUMBERS.items() if each == number), None)


def _described(attributes: Planned) -> str | None:
    number = attributes.get(_TYPE)
    if number == _NUMBERS[PAID]:
        return f"paid, by the tariff {attributes.get(_TARIFF, 'that is not known')}"
    return None if number is None else _WORDS.get(number, str(number))


def _idle(attributes: Planned) -> frozenset[str]:
    is_paid = attributes.get(_TYPE) == _NUMBERS[PAID]
    return frozenset() if is_paid else frozenset({_TARIFF})


VISIBILITY = Field(
    "visibility",
    {_TYPE: int, _TARIFF: int},
    _encode,
    _decode,
    words=lambda before, after: (_described(before), _described(after)),
    idle=_idle,
    other_names=("access", "audience", "hidden", "paid", "privacy", "private", "public"),
)
