"""An invented kind, in one file: handouts, in a section beside its lessons or in the course."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict
from pydantic import Field as Described

from coursesync.kinds.field import INT32_MAX, Field
from coursesync.kinds.kind import Kind
from coursesync.kinds.rows import ACTIVE, KEY, ORDER, PREVIOUS_KEYS, PROTECT, TITLE, one_of
from coursesync.kinds.section import SECTION
from coursesync.kinds.spec import STRICT, Spec


class HandoutSpec(Spec):
    """One handout of the course."""

    model_config = ConfigDict(**STRICT, title="Handout")

    pages: Annotated[int, Described(ge=1, le=INT32_MAX)] = Described(
        1, title="Pages", description="How many pages it has.", examples=[2]
    )
    paper: Literal["a4", "letter"] = Described(
        "a4", title="Paper", description="What to print it on.", examples=["letter"]
    )
    active: bool = Described(
        default=True, title="Shown", description="Whether members see it.", examples=[False]
    )


HANDOUT = Kind(
    name="handout",
    plural="handouts",
    endpoint="/api/content/coursehandouts",
    role="CourseHandout",
    course_filter="CourseHandout_Course",
    course_property="CourseId",
    course_title_property="CourseTitle",
    marker_property="SystemId",
    spec=lambda: HandoutSpec,
    within=SECTION,
    parent_property="SectionId",
    parent_filter="CourseHandout_Section",
    fields=(
        KEY,
        PREVIOUS_KEYS,
        TITLE,
        Field("pages", {"PageCount": int}, default=1),
        one_of("paper", "PaperType", {"a4": (1, "on A4"), "letter": (2, "on Letter")}, "a4"),
        ORDER,
        ACTIVE,
        PROTECT,
    ),
)
