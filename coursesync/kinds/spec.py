"""What an author may write of a resource of any kind: the models that an outline is checked by.

Each kind adds its own fields. What a validator raises becomes a diagnostic word for word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from coursesync.kinds.address import MAX_KEY, MAX_TITLE, is_key, slug, was_key
from coursesync.kinds.pins import MAX_PIN, UNPINNED
from coursesync.text import is_blank, named, without_marks

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

# what an author wrote: nothing unknown, nothing converted; built when a first outline is parsed
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

MAPPING, PLAIN = "<mapping>", "<plain>"  # the two forms of a field; no field's name has a <


def form(value: object) -> str:
    """Say which of its two forms a field has: a group of fields, or one value."""
    return MAPPING if isinstance(value, dict | BaseModel) else PLAIN


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
    if text != text.strip():
        raise mistake("the title begins or ends with a blank", "Delete the blank.")
    return text


def _key(text: str) -> str:
    if not is_key(text):
        written = f"key: {slug(text)[:40] or 'first-week'}"
        if hidden := next((c for c in text if not without_marks(c)), ""):
            raise mistake(
                f"the key holds {named(hidden)}, which can't be seen",
                f"Type it again, without that, as in  {written}",
            )
        raise mistake(
            f'"{text[:40]}" is no key' if text.strip() else "the key is blank",
            f"Use small letters, digits and hyphens, as in  {written}",
        )
    return text


def _former_key(text: str) -> str:
    course, _, key = text.rpartition(".")
    for part in (key, course) if "." in text else (key,):
        if not was_key(part):
            _key(part)
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
        rf"^(?=[^\n\r]{{1,{MAX_TITLE}}}$)\S(?:.*\S)?$",
        f"A title is one line of at most {MAX_TITLE:,} characters, without a blank at either end.",
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
        "key goes its Id in Nexudus, which its lessons name. So give one, and leave it. Small "
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
