"""The rows that the tables of several kinds share.

Owns what such a field means in the API, whichever kind has it. It must never know which kinds there
are. The numbers: https://developers.nexudus.com/rest-api/content/create-coursesection, and the
pages on creating and updating course lessons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from coursesync.kinds.field import Field, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.field import Attributes, Planned, Words
    from coursesync.kinds.tree import Value

# an author's words for how members complete a record: not at all, or by watching its video
NOTHING, BY_VIDEO = "none", "video"
KEY, PREVIOUS_KEYS, PROTECT = Field("key"), Field("previous_keys"), Field("protect", default=False)
LEAVE = Field("leave", other_names=("ignore", "ignore_changes", "lifecycle", "unmanaged"))
TITLE = Field("title", {"Title": str}, role=Role.TITLE, other_names=("name",))
ORDER = Field(
    "display_order", {"DisplayOrder": int}, role=Role.ORDER, other_names=("order", "position")
)


def contents_of(prop: str) -> Field:
    """Make the row of a record's contents, which `prop` holds as HTML."""
    return Field(
        "contents",
        {prop: str},
        default="",
        role=Role.CONTENTS,
        other_names=("body", "content", "text", "video"),
    )


def one_of(
    name: str,
    prop: str,
    choices: Mapping[str, tuple[int, str]],
    default: str,
    role: Role | None = None,
    other_names: tuple[str, ...] = (),
) -> Field:
    """Make the row of a choice.

    Args:
        name: the field's name in an outline.
        prop: its property, a number.
        choices: for each word of an author, the API's number and words for people.
        default: the word that is meant without the field.
        role: as in `Field`.
        other_names: as in `Field`.
    """
    words = dict(choices.values())
    authors = {number: word for word, (number, _) in choices.items()}

    def said(attributes: Planned) -> str | None:
        number = attributes.get(prop)
        return None if number is None else words.get(cast("int", number), str(number))

    return Field(
        name,
        {prop: int},
        lambda value: {prop: choices[str(value)][0]},
        lambda attributes: authors.get(cast("int", attributes.get(prop)), default),
        default,
        role,
        words=lambda before, after: (said(before), said(after)),
        other_names=other_names,
    )


def either(prop: str, yes: str, no: str) -> Words:
    """Return the words for a property that is true or false."""
    words: dict[object, str] = {True: yes, False: no}
    return lambda before, after: (words.get(before.get(prop)), words.get(after.get(prop)))


def shown_or_hidden(prop: str) -> Words:
    """Return the words for a property that says whether members see a record."""
    return either(prop, "shown to members", "hidden from members")


def picture(
    name: str, prop: str, clearing: str, trace: str, other_names: tuple[str, ...] = ()
) -> Field:
    """Make the row of a picture, which can be sent or removed but never read back.

    Args:
        name: the field's name in an outline; its value is a web address, or null to remove it.
        prop: the property that takes the address.
        clearing: the property that removes the picture if it is true.
        trace: the property that names the stored file.
        other_names: as in `Field`.
    """

    def encode(value: Value) -> Attributes:
        return {clearing: True} if value is None else {prop: cast("str", value)}

    def decode(attributes: Attributes) -> Value:
        return attributes.get(prop)

    def settle(prior: Attributes, desired: Planned) -> Planned:
        # a sent picture that is not wanted any more has to be cleared
        if prop in desired:
            return desired
        if prop in prior or prior.get(clearing):
            return {**desired, clearing: True}
        return desired

    def words(before: Planned, after: Planned) -> tuple[str | None, str | None]:
        # without a sent picture, there may be one on the site
        unsent = None if clearing in before else "as on the site"
        was, now = before.get(prop), after.get(prop)
        cleared = "removed" if after.get(clearing) else unsent
        return unsent if was is None else str(was), cleared if now is None else str(now)

    return Field(
        name,
        {prop: str, clearing: bool},
        encode,
        decode,
        role=Role.PICTURE,
        words=words,
        settle=settle,
        trace=trace,
        other_names=other_names,
    )


ACTIVE = Field(
    "active",
    {"Active": bool},
    default=True,
    role=Role.ACTIVE,
    words=shown_or_hidden("Active"),
    other_names=("enabled", "published", "visible"),
    opposites=("disabled", "draft", "hidden", "hide", "inactive", "unpublished"),
)
IMAGE = picture("image", "NewImageUrl", "ClearImageFile", "ImageFileName", ("picture",))
