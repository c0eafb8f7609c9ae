"""The section kind: its table, and where its records live in the API.

The record and what each property means: https://developers.nexudus.com, `rest-api/content`,
the pages on course sections (create, update).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds.field import Field, Role, picture, shown_or_hidden
from coursesync.kinds.kind import Kind
from coursesync.kinds.unlock import unlock_of

if TYPE_CHECKING:
    from coursesync.kinds.spec import Spec


def _spec() -> type[Spec]:
    from coursesync.kinds.section_spec import SectionSpec  # noqa: PLC0415 - brings pydantic

    return SectionSpec


SECTION = Kind(
    name="section",
    plural="sections",
    endpoint="/api/content/coursesections",
    role="CourseSection",
    course_filter="CourseSection_Course",
    parent_property="CourseId",
    parent_title_property="CourseTitle",
    marker_property="SystemId",
    spec=_spec,
    fields=(
        Field("key"),
        Field("previous_keys"),
        Field("title", {"Title": str}, role=Role.TITLE, other_names=("name",)),
        unlock_of("section"),
        Field(
            "display_order",
            {"DisplayOrder": int},
            role=Role.ORDER,
            other_names=("order", "position"),
        ),
        Field(
            "active",
            {"Active": bool},
            default=True,
            role=Role.ACTIVE,
            words=shown_or_hidden("Active"),
            other_names=("enabled", "published", "visible"),
            opposites=("disabled", "draft", "hidden", "hide", "inactive", "unpublished"),
        ),
        Field("protect", default=False),
        picture("image", "NewImageUrl", "ClearImageFile", "ImageFileName", ("picture",)),
        Field(
            "contents",
            {"SectionContents": str},
            default="",
            role=Role.CONTENTS,
            other_names=("body", "content", "text"),
        ),
    ),
)
