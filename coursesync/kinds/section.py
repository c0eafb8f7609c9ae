"""The section kind: its table, and where its records live in the API.

The record and what each property means:
https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds.kind import Kind
from coursesync.kinds.rows import (
    ACTIVE,
    IMAGE,
    KEY,
    LEAVE,
    ORDER,
    PREVIOUS_KEYS,
    PROTECT,
    TITLE,
    contents_of,
)
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
    course_property="CourseId",
    course_title_property="CourseTitle",
    marker_property="SystemId",
    spec=_spec,
    fields=(
        KEY,
        PREVIOUS_KEYS,
        TITLE,
        unlock_of("section"),
        ORDER,
        ACTIVE,
        PROTECT,
        LEAVE,
        IMAGE,
        contents_of("SectionContents"),
    ),
)
