"""What every resource kind shares: addresses, keys, desired resources, and what a kind is.

Pure: values only. All that is particular to one kind lives in that kind's own file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NewType, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from coursesync.text import is_blank

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from coursesync.errors import Where
    from coursesync.kinds.contents import Contents
    from coursesync.kinds.tree import Path, Tree

# a field of the API's record as it goes over the wire, and a record's worth of them
FieldValue: TypeAlias = str | int | bool
Attributes: TypeAlias = Mapping[str, FieldValue]

# `section.onboarding.welcome`: the kind, then the keys from the course down. A string, because
# a state holds tens of thousands of them as the names of its entries.
Address = NewType("Address", str)

INT32_MAX = 2**31 - 1
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u201a"  # quotes as word processors write them
MAX_KEY = 100
MAX_TITLE = 1_000
MAX_PIN = 1_000_000_000  # what follows the highest pin still has 32-bit numbers to go to
# what an author wrote: nothing unknown, nothing converted; built when a first outline is parsed
UNPINNED = -1
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
_KEYS = 2
_ASCII_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ACCENTED = re.compile("([A-Za-z])[\u0300-\u036f]+")


def address_of(kind: str, *keys: str) -> Address:
    """Join a kind and the keys from the course down to an address."""
    return Address(".".join((kind, *keys)))


def parse_address(text: str) -> Address | None:
    """Return the address that `text` is, or None where it is none."""
    kind, *keys = text.split(".")
    # a course's key, and the resource's own within it
    well_formed = kind.isidentifier() and len(keys) == _KEYS and all(map(is_key, keys))
    return Address(text) if well_formed else None


def key_of(address: Address) -> str:
    """Return the last key of an address: its own within its parent."""
    return address.rpartition(".")[2]


def course_of(address: Address) -> str:
    """Return the key of the course that an address belongs to."""
    return address.split(".", 2)[1]


def slug(text: str) -> str:
    """Derive a key from a title: lower case, accents off Latin letters, hyphens between words.

    Returns:
        A valid key, or "" where nothing of the text can stand in one.
    """
    if len(text) <= MAX_KEY and _ASCII_KEY.fullmatch(text):
        return text
    # to put a long run of combining marks in order takes the square of its length
    text = text[:MAX_TITLE]
    decomposed = _ACCENTED.sub(r"\1", unicodedata.normalize("NFKD", text))
    composed = unicodedata.normalize("NFC", decomposed.lower())
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in composed)
    return "-".join("".join(kept).split())[:MAX_KEY].rstrip("-")


def is_key(text: str) -> bool:
    """Say whether a text is a key: what `slug` would make of it is itself."""
    return 0 < len(text) <= MAX_KEY and slug(text) == text


def mistake(problem: str, remedy: str) -> PydanticCustomError:
    """Make the error that a validator raises, so that it becomes a diagnostic word for word."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem, "remedy": remedy})


def _one_line(text: str) -> str:
    if len(text) > MAX_TITLE:
        raise mistake(
            f"the title has {len(text):,} characters, more than {MAX_TITLE:,}",
            "Members see it in a list: keep it short, and put the rest into the contents.",
        )
    if is_blank(text):
        raise mistake("the title is blank", "Write what members should see.")
    if "\n" in text or "\r" in text:
        raise mistake("the title has more than one line", "Write it on one line, without | or >.")
    if text[0] in _CURLY and text[-1] in _CURLY:
        raise mistake(
            "the title stands in curly quotes, which YAML takes as part of the text",
            'Retype the quotes as  "  or leave them out.',
        )
    if text != text.strip():
        raise mistake("the title begins or ends with a blank", "Delete the blank.")
    return text


def _key(text: str) -> str:
    if not is_key(text):
        raise mistake(
            f'"{text[:40]}" is no key' if text.strip() else "the key is blank",
            f"Use small letters, digits and hyphens, as in  key: {slug(text)[:40] or 'first-week'}",
        )
    return text


def _former_key(text: str) -> str:
    course, _, key = text.rpartition(".")
    _key(key)
    if "." in text:
        _key(course)
    return text


def shaped(pattern: str, otherwise: str) -> FieldInfo:
    """Tell editors what a text looks like; it is the validator that decides.

    Args:
        pattern: what every valid text matches, in what the regular expressions of ECMAScript,
            with code points, and of Python have in common. A length stands in it too, for some
            editors count what `maxLength` speaks of in halves of characters.
        otherwise: what an editor says of a text that does not match.
    """
    field: FieldInfo = Field(
        json_schema_extra={"pattern": pattern, "patternErrorMessage": otherwise}
    )
    return field


# editors know no letters but ASCII's: any other character might be one
_WORD = r"[^\u0000-\u002f\u003a-\u0060\u007b-\u007f]+"
_WORDS = f"{_WORD}(?:-{_WORD})*"
_KEY_ENDING = f"(?=[^.]{{1,{MAX_KEY}}}$){_WORDS}$"
_NO_KEY = "This is no key: use small letters, digits and hyphens, as in first-week."
Title: TypeAlias = Annotated[
    str,
    AfterValidator(_one_line),
    shaped(
        rf"^(?![{_CURLY}](?:[^\n\r]*[{_CURLY}])?$)(?=[^\n\r]{{1,{MAX_TITLE}}}$)\S(?:.*\S)?$",
        f"A title is one line of at most {MAX_TITLE:,} characters, without a blank at either end "
        "and without curly quotes around it.",
    ),
]
Key: TypeAlias = Annotated[str, AfterValidator(_key), shaped(f"^{_KEY_ENDING}", _NO_KEY)]
# `old-key`, or `other-course.old-key` for a section that comes from another course
FormerKey: TypeAlias = Annotated[
    str,
    AfterValidator(_former_key),
    shaped(rf"^(?:(?=[^.]{{1,{MAX_KEY}}}\.){_WORDS}\.)?{_KEY_ENDING}", _NO_KEY),
]


class Spec(BaseModel):
    """What an author writes of a resource of any kind; each kind adds its own fields."""

    model_config = STRICT

    key: Key = Field(
        "",  # not given: made from the title
        title="Lasting name",
        description="How coursesync recognises this when its title or its place changes: with the "
        "key go its Id in Nexudus and the members' progress. So give one, and leave it. Small "
        "letters, digits and hyphens; by default it is made from the title.",
        examples=["first-week"],
    )
    previous_keys: list[FormerKey] = Field(
        default_factory=list,
        title="Former names",
        description="Keys that this had before. With a course's key and a dot before it, as in "
        "onboarding.house-rules, it comes from that course with its Id.",
        examples=[["old-key"]],
    )
    title: Title = Field(
        title="Title", description="What members see: one line.", examples=["Welcome to the space"]
    )
    protect: bool = Field(
        default=False,
        title="Never delete",
        description="true: it is never deleted, even after its lines here are gone.",
        examples=[True],
    )
    display_order: Annotated[int, Field(ge=0, le=MAX_PIN)] = Field(
        UNPINNED,
        title="Pinned number",
        description="Pins the number by which Nexudus sorts. By default numbers are given out in "
        "steps of ten, in the order of this list.",
        examples=[100],
    )


@dataclass(frozen=True, slots=True)
class Resource:
    """One desired resource: what an outline wants to exist.

    `attributes` lack the order, which the plan gives out; `pin` is the order where the author
    pinned it. `path` is the resource's place in the outline's `tree`.
    """

    kind: Kind
    address: Address
    attributes: Attributes
    tree: Tree
    path: Path
    pin: int | None = None
    previous_keys: tuple[str, ...] = ()
    key_is_derived: bool = False
    protected: bool = False

    @property
    def where(self) -> Where:
        """The place of the resource in its outline."""
        return self.tree.where(self.path)

    def where_property(self, name: str) -> Where:
        """Return the place of the outline's field that the API's property `name` comes from."""
        field = self.kind.fields.get(name)
        if field is None:
            return self.where
        return self.tree.where(("id",)) if field == "id" else self.tree.where((*self.path, field))


@dataclass(frozen=True, slots=True)
class Opening:
    """When a member gets into a record: so many days after enrolment, and in sequence or not.

    One in sequence opens once what stands before it is done.
    """

    day: int = 0
    in_sequence: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource kind: where its records live in the API, and how its outlines become them.

    `fields` maps each property of the API to the outline's field it comes from (`id` is the
    course's own); those in `write_only` can't be read back, but some leave a trace in a
    property that can (`traces`). `course_filter` narrows a search to
    one course. `role` is the stem of the roles that the API asks for. `settle` takes the
    prior attributes (or None) and the desired ones, and returns the desired ones as they are
    to be sent, for properties that the API only lets one write. `attributes` raises UnusableFile
    where the spec names a file that can't be used. `words` say a field's value before and after a
    change, where its properties don't speak for themselves; None stands for nothing. `opens`
    says when a member gets in, `describe` says it in words.
    """

    name: str
    endpoint: str
    role: str
    course_filter: str
    parent_property: str
    order_property: str
    title_property: str
    contents_property: str
    fields: Mapping[str, str]
    write_only: frozenset[str]
    traces: Mapping[str, str]
    spec: type[Spec]
    attributes: Callable[[Spec, int, Contents], Attributes]
    settle: Callable[[Attributes | None, Attributes], Attributes]
    opens: Callable[[Attributes], Opening]
    describe: Callable[[Attributes], str]
    active_property: str
    words: Mapping[str, Callable[[Attributes, Attributes], tuple[str | None, str | None]]]

    def title_of(self, attributes: Attributes) -> str:
        """Return a record's title, "" where it has none."""
        return str(attributes.get(self.title_property, ""))

    def order_of(self, attributes: Attributes) -> int:
        """Return a record's place among its siblings."""
        return int(attributes.get(self.order_property, 0))
