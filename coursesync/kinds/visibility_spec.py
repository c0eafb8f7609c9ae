"""The model of `visibility` in an outline."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from coursesync.errors import Code, Remedy
from coursesync.kinds.field import MAX_ID
from coursesync.kinds.inline import line_of
from coursesync.kinds.spec import MAPPING, PLAIN, STRICT, form, mistake
from coursesync.kinds.visibility import HIDDEN, MEANT, PAID, PRIVATE, PUBLIC

_TARIFF = 1201  # an example
_UNPUBLISHED = frozenset({"archived", "draft", "inactive", "unpublished"})


class Paid(BaseModel):
    """The tariff that a member pays to join, as in {paid: 1201}."""

    model_config = ConfigDict(**STRICT, title="By a tariff")

    paid: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        title="The tariff",
        description="The Id in Nexudus of the tariff that a member pays to join.",
        examples=[_TARIFF],
    )


def _plain(value: object) -> object:
    """Refuse a word of another tool with the word that is meant here."""
    word = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(word, str | int) or isinstance(word, bool) or value in _CHOICES:
        return value
    problem = f'`visibility` can\'t be "{str(value)[:40]}"'
    if word in _UNPUBLISHED:
        remedy = Remedy("Whether members see the course at all is", Code("published: false"))
        raise mistake(problem, remedy)
    meant = MEANT.get(word, word if word in _CHOICES else None)
    if meant == PAID:
        line = line_of("visibility", {PAID: _TARIFF})
        raise mistake(
            "a paid course needs the tariff that members pay",
            Remedy("Write the Id of that tariff, as in", line),
        )
    if meant is not None:
        raise mistake(problem, Remedy("Did you mean", line_of("visibility", meant), "?"))
    return value


_CHOICES = frozenset({PUBLIC, HIDDEN, PRIVATE})
Visibility: TypeAlias = Annotated[
    Annotated[Paid, Tag(MAPPING)]
    | Annotated[
        Literal["public", "hidden", "private"],
        BeforeValidator(_plain),
        Tag(PLAIN),
        Field(
            json_schema_extra={
                "enumDescriptions": [
                    "Everyone finds it and may join.",
                    "Only those who have its link find it.",
                    "Only those who are invited may join.",
                ]
            },
        ),
    ],
    Discriminator(form),
]
