"""The section kind: its fields in an outline, and the record of the API that they become.

The record and what each field means: https://developers.nexudus.com, `rest-api/content`,
the pages on course sections (create, update).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from coursesync.kinds.content_spec import ContentFile, InPlace
from coursesync.kinds.kind import INT32_MAX, STRICT, Attributes, FieldValue, Kind, Opening, Spec
from coursesync.kinds.picture import Picture

if TYPE_CHECKING:
    from coursesync.kinds.contents import Contents

IMMEDIATE, SEQUENTIAL, TIMED = 1, 2, 3


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


def _attributes(spec: Spec, course_id: int, files: Contents) -> Attributes:
    assert isinstance(spec, SectionSpec)  # noqa: S101 - the kind's own spec, for the type checker
    timed = spec.unlock if isinstance(spec.unlock, Timed) else None
    unlock_type = SEQUENTIAL if spec.unlock == "sequential" else IMMEDIATE
    attributes: dict[str, FieldValue] = {
        "Active": spec.active,
        "CourseId": course_id,
        "SectionContents": _html(spec.contents, files),
        "Title": spec.title,
        "UnlockAfterDays": timed.after_days if timed else 0,
        "UnlockType": TIMED if timed else unlock_type,
    }
    if spec.image is not None:
        attributes["NewImageUrl"] = spec.image
    elif "image" in spec.model_fields_set:
        attributes["ClearImageFile"] = True
    return attributes


def _html(contents: ContentFile | str, files: Contents) -> str:
    if isinstance(contents, str):
        return contents
    if contents.markdown is not None:
        return files.markdown(contents.markdown)
    return files.html(contents.html or "")


def _settle(prior: Attributes | None, desired: Attributes) -> Attributes:
    """Carry the picture over, which can be sent but never read back.

    A picture that we sent and that is no longer wanted must be cleared by name; one that was
    cleared before, or never was, needs nothing.
    """
    if "NewImageUrl" in desired or prior is None:
        return desired
    without = {name: value for name, value in desired.items() if name != "ClearImageFile"}
    if "NewImageUrl" in prior or prior.get("ClearImageFile"):
        return {**without, "ClearImageFile": True}
    return desired


def _opens(attributes: Attributes) -> Opening:
    """Say when a section opens; days count only where it is timed, as the API's page has it."""
    unlock = attributes.get("UnlockType")
    days = int(attributes.get("UnlockAfterDays", 0)) if unlock == TIMED else 0
    return Opening(days, in_sequence=unlock == SEQUENTIAL)


def _describe(attributes: Attributes) -> str:
    """Say in a learner's words when the section opens."""
    unlock, days = attributes.get("UnlockType"), attributes.get("UnlockAfterDays", 0)
    if unlock == SEQUENTIAL:
        return "unlocks after the section before it"
    if unlock == TIMED:
        return f"unlocks {days} {'day' if days == 1 else 'days'} after enrolment"
    return "open from the start"


def _unlocked(before: Attributes, after: Attributes) -> tuple[str, str]:
    return _describe(before), _describe(after)


def _shown(before: Attributes, after: Attributes) -> tuple[str | None, str | None]:
    words = {True: "shown to members", False: "hidden from members", None: None}
    return words[_active(before)], words[_active(after)]


def _active(attributes: Attributes) -> bool | None:
    active = attributes.get("Active")
    return None if active is None else bool(active)


def _pictured(before: Attributes, after: Attributes) -> tuple[str | None, str | None]:
    # a picture can't be read back: where none was ever sent, there may be one all the same
    unsent = None if "ClearImageFile" in before else "as on the site"
    was, now = before.get("NewImageUrl"), after.get("NewImageUrl")
    cleared = "removed" if after.get("ClearImageFile") else unsent
    return unsent if was is None else str(was), cleared if now is None else str(now)


SECTION = Kind(
    name="section",
    endpoint="/api/content/coursesections",
    role="CourseSection",
    course_filter="CourseSection_Course",
    parent_property="CourseId",
    order_property="DisplayOrder",
    title_property="Title",
    contents_property="SectionContents",
    active_property="Active",
    fields={
        "Active": "active",
        "ClearImageFile": "image",
        "CourseId": "id",
        "DisplayOrder": "display_order",
        "NewImageUrl": "image",
        "SectionContents": "contents",
        "Title": "title",
        "UnlockAfterDays": "unlock",
        "UnlockType": "unlock",
    },
    write_only=frozenset({"ClearImageFile", "NewImageUrl"}),
    traces={"NewImageUrl": "ImageFileName"},
    spec=SectionSpec,
    attributes=_attributes,
    settle=_settle,
    opens=_opens,
    describe=_describe,
    words={"active": _shown, "image": _pictured, "unlock": _unlocked},
)
