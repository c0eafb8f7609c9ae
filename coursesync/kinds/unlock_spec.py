"""The model of `unlock` in an outline."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from coursesync.kinds.field import INT32_MAX
from coursesync.kinds.spec import MAPPING, PLAIN, STRICT, form


class Timed(BaseModel):
    """A number of days after the member's enrolment, as in {after_days: 7}."""

    model_config = ConfigDict(**STRICT, title="Some days after enrolment")

    after_days: Annotated[int, Field(ge=0, le=INT32_MAX)] = Field(
        title="Days after enrolment",
        description="Whole days. They count from the member's enrolment, not from what is before "
        "it in the list.",
        examples=[7],
    )


Unlock: TypeAlias = Annotated[
    Annotated[Timed, Tag(MAPPING)]
    | Annotated[
        Literal["immediate", "sequential"],
        Tag(PLAIN),
        Field(
            json_schema_extra={
                "enumDescriptions": [
                    "Open from the start; in a section, as soon as that is.",
                    "Opens once the one before it is done.",
                ]
            },
        ),
    ],
    Discriminator(form),
]
