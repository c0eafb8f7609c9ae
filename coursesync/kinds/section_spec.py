"""What an author may write of a section, and the record of the API that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from coursesync.kinds.attributes import INT32_MAX
from coursesync.kinds.content_spec import ContentFile, InPlace
from coursesync.kinds.picture import Picture
from coursesync.kinds.spec import STRICT, Spec
from coursesync.kinds.unlock import IMMEDIATE, SEQUENTIAL, TIMED

if TYPE_CHECKING:
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.contents import Contents


class Timed(BaseModel):
    """So many days after the member's enrolment, as in {after_days: 7}."""

    model_config = ConfigDict(**STRICT, title="Some days after enrolment")

    after_days: Annotated[int, Field(ge=0, le=INT32_MAX)] = Field(
        title="Days after enrolment",
        description="Whole days. They count from the member's enrolment, not from the section "
        "before.",
        examples=[7],
    )


MAPPING, PLAIN = "<mapping>", "<plain>"  # the two forms of a field; no field's name has a <


def _form(value: object) -> str:
    return MAPPING if isinstance(value, dict | BaseModel) else PLAIN


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
        Discriminator(_form),
    ] = Field(
        "immediate",
        title="When it opens",
        description="immediate (the default): from the start. sequential: once the section before "
        "it is done. {after_days: 7}: so many days after the member's enrolment.",
        examples=["immediate", "sequential", {"after_days": 7}],
    )
    contents: Annotated[
        Annotated[ContentFile, Tag(MAPPING)] | Annotated[InPlace, Tag(PLAIN)],
        Discriminator(_form),
    ] = Field(
        "",
        title="Contents",
        description="What stands at the top of the section: HTML in place, or a file beside this "
        "outline or in a folder below it, {html: welcome.html} or {markdown: welcome.md}.",
        examples=["<p>Welcome!</p>", {"markdown": "welcome.md"}],
    )
    image: Picture | None = Field(
        None,
        title="Picture",
        description="The web address of a JPG, PNG or GIF of at most 10 MB. null removes the "
        "picture.",
        examples=["https://cdn.example.com/tour.png"],
    )
    active: bool = Field(
        default=True,
        title="Shown",
        description="true (the default): members see the section. false: it is hidden from them.",
        examples=[True, False],
    )

    def attributes(self, course_id: int, files: Contents) -> Attributes:
        """Return the record that this becomes, without its order; see `Spec.attributes`."""
        timed = self.unlock if isinstance(self.unlock, Timed) else None
        unlock_type = SEQUENTIAL if self.unlock == "sequential" else IMMEDIATE
        attributes: dict[str, FieldValue] = {
            "Active": self.active,
            "CourseId": course_id,
            "SectionContents": _html(self.contents, files),
            "Title": self.title,
            "UnlockAfterDays": timed.after_days if timed else 0,
            "UnlockType": TIMED if timed else unlock_type,
        }
        if self.image is not None:
            attributes["NewImageUrl"] = self.image
        elif "image" in self.model_fields_set:
            attributes["ClearImageFile"] = True
        return attributes


def _html(contents: ContentFile | str, files: Contents) -> str:
    if isinstance(contents, str):
        return contents
    if contents.markdown is not None:
        return files.markdown(contents.markdown)
    return files.html(contents.html or "")
