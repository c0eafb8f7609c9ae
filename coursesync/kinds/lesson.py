"""The lesson kind: its table, and where its records live in the API.

The record and what each property means:
https://developers.nexudus.com/rest-api/content/search-courselessons, and the pages on creating and
updating course lessons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds.field import Field, Role
from coursesync.kinds.kind import Kind
from coursesync.kinds.progress import Completions
from coursesync.kinds.rows import (
    ACTIVE,
    BY_VIDEO,
    IMAGE,
    KEY,
    LEAVE,
    NOTHING,
    ORDER,
    PREVIOUS_KEYS,
    PROTECT,
    TITLE,
    contents_of,
    one_of,
)
from coursesync.kinds.section import SECTION
from coursesync.kinds.unlock import unlock_of

if TYPE_CHECKING:
    from coursesync.kinds.spec import Spec


def _spec() -> type[Spec]:
    from coursesync.kinds.lesson_spec import LessonSpec  # noqa: PLC0415 - brings pydantic

    return LessonSpec


LESSON = Kind(
    name="lesson",
    plural="lessons",
    endpoint="/api/content/courselessons",
    role="CourseLesson",
    course_filter="CourseLesson_Course",
    course_property="CourseId",
    course_title_property="CourseTitle",
    marker_property="SystemId",
    spec=_spec,
    within=SECTION,
    parent_property="SectionId",
    parent_filter="CourseLesson_Section",
    completions=Completions(
        "/api/content/coursecompletedlessons",
        "CourseCompletedLesson",
        "CourseCompletedLesson_CourseLesson",
    ),
    fields=(
        KEY,
        PREVIOUS_KEYS,
        TITLE,
        Field(
            "summary",
            {"SummaryText": str},
            default="",
            other_names=("abstract", "description", "subtitle"),
        ),
        unlock_of("lesson"),
        one_of(
            "completion",
            "CompletionType",
            {
                NOTHING: (1, "nothing to complete"),
                "visited": (2, "done once it is opened"),
                "button": (3, "done by a button"),
                BY_VIDEO: (4, "done once its video was watched"),
            },
            "visited",
            Role.COMPLETION,
            ("complete", "completed", "done"),
        ),
        Field("instructor", {"InstructorId": int}, other_names=("host", "teacher")),
        ORDER,
        ACTIVE,
        PROTECT,
        LEAVE,
        IMAGE,
        contents_of("LessonContents"),
    ),
)
