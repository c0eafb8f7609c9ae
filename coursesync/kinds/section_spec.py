"""The model of a section in an outline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from coursesync.kinds.content_spec import ContentFile, InPlace
from coursesync.kinds.field import INT32_MAX
from coursesync.kinds.picture import Picture
from coursesync.kinds.spec import MAPPING, PLAIN, STRICT, Spec, form


class Timed(BaseModel):
    """A number of days after the member's enrolment, as in {after_days: 7}."""

    model_config = ConfigDict(**STRICT, title="Some days after enrolment")

    after_days: Annotated[int, Field(ge=0, le=INT32_MAX)] = Field(
        title="Days after enrolment",
        description="Whole days. They count from the member's enrolment, not from the section "
        "before.",
        examples=[7],
    )


class SectionSpec(Spec):
    """One section of the course."""

    model_config = ConfigDict(**STRICT, title="Section")

    unlock: Annotated[
        Annotated[Timed, Tag(MAPPING)]
        | Annotated[
            Literal["immediate", "sequential"],
            Tag(PLAIN),
            Field(
                json_schema_extra={
                    "enumDescriptions": [
                        "Open from the start.",
                        "Opens once the section before it is done.",
                    ]
                },
            ),
        ],
        Discriminator(form),
    ] = Field(
        "immediate",
        title="When it opens",
        description="immediate (the default): from the start. sequential: once the section before "
        "it is done. {after_days: 7}: that many days after the member's enrolment.",
        examples=["immediate", "sequential", {"after_days": 7}],
    )
    contents: Annotated[
        Annotated[ContentFile, Tag(MAPPING)] | Annotated[InPlace, Tag(PLAIN)],
        Discriminator(form),
    ] = Field(
        "",
        title="Contents",
        description="The text at the top of the section: HTML in place, or a file beside this "
        "outline or in a folder below it, {html: welcome.html} or {markdown: welcome.md}.",
        examples=["<p>Welcome!</p>", {"markdown": "welcome.md"}],
    )
    image: Picture | None = Field(
        None,
        title="Picture",
        description="The web address of a JPG, PNG or GIF of at most 10 MB. Without this field, a "
        "picture that coursesync set is removed, and any other stays. null removes any picture.",
        examples=["https://cdn.example.com/tour.png"],
    )
    active: bool = Field(
        default=True,
        title="Shown",
        description="true (the default): members see the section. false: it is hidden from them.",
        examples=[True, False],
    )
