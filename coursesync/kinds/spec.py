"""The model of the fields that every kind has in an outline.

Owns what an author may write there, and the words of these mistakes: a validator's error becomes
a diagnostic word for word. It must never know a kind; each adds its own fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from coursesync.errors import Remedy
from coursesync.kinds.address import (
    MAX_KEY,
    MAX_TITLE,
    MOST_KEYS,
    course_of,
    is_key,
    parse_address,
    slug,
    was_key,
)
from coursesync.kinds.inline import line_of
from coursesync.kinds.pins import MAX_PIN, UNPINNED
from coursesync.text import is_blank, named, without_marks

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from coursesync.errors import Code, Sentence
# nothing unknown, nothing converted; models are built when the first outline is parsed
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

_WITH_COURSE = 2  # keys in a former key that names its course
MOST_LISTED = 5_000  # items of a course: the writes that the API allows in a day
MAPPING, PLAIN = "<mapping>", "<plain>"  # the two forms of a field; no field's name has a <


def form(value: object) -> str:
    """Return which of its two forms a field has: a group of fields, or one value."""
    return MAPPING if isinstance(value, dict | BaseModel) else PLAIN


def mistake(problem: str, remedy: Sentence) -> PydanticCustomError:
    """Make the error for a validator to raise; it becomes a diagnostic word for word."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem, "remedy": remedy})


def _one_line(text: str) -> str:
    if len(text) > MAX_TITLE:
        raise mistake(
            f"the title has {len(text):,} characters, more than {MAX_TITLE:,}",
            "Members see it in a list: keep it short, and move the rest into the contents.",
        )
    if is_blank(text):
        raise mistake("the title is blank", "Write what members should see.")
    if "\n" in text or "\r" in text:
        raise mistake("the title has more than one line", "Write it on one line, without | or >.")
    if text != text.strip():
        raise mistake("the title begins or ends with a space", "Delete the space.")
    return text


def _key(text: str) -> str:
    if not is_key(text):
        raise _no_key(text, line_of("key", slug(text) or "first-week"))
    return text


def _no_key(text: str, written: Code) -> PydanticCustomError:
    """Make the error for a text that can't be a key; `written` is an example of one."""
    if hidden := next((c for c in text if not without_marks(c)), ""):
        return mistake(
            f"the key holds {named(hidden)}, which can't be seen",
            Remedy("Type it again without that character, as in", written),
        )
    return mistake(
        f'"{text[:40]}" can\'t be a key' if text.strip() else "the key is blank",
        Remedy("Use small letters, digits and hyphens, as in", written),
    )


def former_keys(text: str) -> Code:
    """Return the line to type for one former key, written in any form, as in `section.a.b`."""
    *courses, key = map(slug, text.split("."))
    course = courses[-1] if courses and len(courses) < _WITH_COURSE else ""
    return line_of("previous_keys", [f"{course}.{key}" if course else key or "old-key"])


def _former_key(text: str) -> str:
    course, _, key = text.rpartition(".")
    if course and (address := parse_address(text)):
        with_course = f"{course_of(address)}.{key}"
        raise mistake(
            f'"{text[:100]}" is an address, not a key',
            Remedy(
                "Write only the key,",
                line_of("previous_keys", [key]),
                "or, if it was in another course, that course's key before it:",
                line_of("previous_keys", [with_course]),
            ),
        )
    for part in (key, course) if "." in text else (key,):
        if not was_key(part):
            raise _no_key(part, former_keys(text))
    return text


def _former_place(text: str) -> str:
    for part in text.split("."):
        if not was_key(part):
            raise _no_key(part, line_of("previous_keys", [slug(part) or "old-key"]))
    return text


def _former_course(text: str) -> str:
    if not was_key(text):
        raise _no_key(text, former_keys(text.rpartition(".")[2]))
    return text


def shaped(pattern: str, otherwise: str) -> FieldInfo:
    """Describe a text to editors; only the validator decides.

    Args:
        pattern: a regular expression that every valid text matches, valid in ECMAScript (with code
            points) and in Python. It also limits the length, because some editors count UTF-16
            units for `maxLength`.
        otherwise: an editor's message for a text that does not match.
    """
    field: FieldInfo = Field(
        json_schema_extra={"pattern": pattern, "patternErrorMessage": otherwise}
    )
    return field


# editors know only ASCII letters: any other character may be one
_WORD = r"[^\u0000-\u002f\u003a-\u0060\u007b-\u007f]+"
_WORDS = f"{_WORD}(?:-{_WORD})*"
_KEY_ENDING = f"(?=[^.]{{1,{MAX_KEY}}}$){_WORDS}$"
_NO_KEY = "This can't be a key: use small letters, digits and hyphens, as in first-week."
Title: TypeAlias = Annotated[
    str,
    AfterValidator(_one_line),
    shaped(
        rf"^(?=[^\n\r]{{1,{MAX_TITLE}}}$)\S(?:.*\S)?$",
        f"A title is one line of at most {MAX_TITLE:,} characters, without a space at either end.",
    ),
]
Key: TypeAlias = Annotated[str, AfterValidator(_key), shaped(f"^{_KEY_ENDING}", _NO_KEY)]
# `old-key`, or `other-course.old-key` for an item that comes from another course
FormerKey: TypeAlias = Annotated[
    str,
    AfterValidator(_former_key),
    shaped(rf"^(?:(?=[^.]{{1,{MAX_KEY}}}\.){_WORDS}\.)?{_KEY_ENDING}", _NO_KEY),
]
# `old-key`, or the whole address of an item that was elsewhere in its course
FormerPlace: TypeAlias = Annotated[
    str,
    AfterValidator(_former_place),
    shaped(rf"^(?:[^.\s]{{1,{MAX_KEY}}}\.){{0,{MOST_KEYS}}}{_KEY_ENDING}", _NO_KEY),
]

# `old-key`, for a course
FormerCourse: TypeAlias = Annotated[
    str, AfterValidator(_former_course), shaped(f"^{_KEY_ENDING}", _NO_KEY)
]


class Fields(BaseModel):
    """A group of fields that an author writes."""

    model_config = STRICT


class Spec(Fields):
    """The fields that an author may write in an item of any kind."""

    key: Key = Field(
        "",  # not given: made from the title
        title="Lasting name",
        description="How coursesync recognises this when its title or its place changes: the key "
        "keeps its Id in Nexudus, and so what members did in it. So write one, and leave it. Small "
        "letters, digits and hyphens; by default it is made from the title, or, where a Markdown "
        "file holds this, from the file's name.",
        examples=["first-week"],
    )
    previous_keys: list[FormerKey] = Field(
        default_factory=list,
        title="Former names",
        description="Keys that this had before. If it was in another course, write that course's "
        "key and a dot before the old key, as in onboarding.house-rules; the Id is kept.",
        examples=[["old-key"]],
    )
    title: Title = Field(
        title="Title", description="What members see: one line.", examples=["Welcome"]
    )
    protect: bool = Field(
        default=False,
        title="Never delete",
        description="true: it is never deleted, even after its lines here are gone.",
        examples=[True],
    )
    leave: list[str] = Field(default_factory=list)  # each kind has other names
    display_order: Annotated[int, Field(ge=0, le=MAX_PIN)] = Field(
        UNPINNED,
        title="Pinned number",
        description="Pins the number by which Nexudus sorts. By default numbers are given out in "
        "steps of ten, in the order of this list.",
        examples=[100],
    )
