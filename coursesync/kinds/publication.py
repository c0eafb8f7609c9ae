"""The publication kind: whether members see a course, which is a change of its own.

Its record is the course's, so it is never created or deleted. Publishing comes last, when all that
is in the course is there.
"""

from __future__ import annotations

from dataclasses import replace

from coursesync.kinds.course import COURSE
from coursesync.kinds.field import Role
from coursesync.kinds.kind import Kind
from coursesync.kinds.rows import either

PUBLISHED = next(
    replace(
        each,
        properties={"Active": bool},
        role=Role.ACTIVE,
        words=either("Active", "published", "not published"),
    )
    for each in COURSE.fields
    if each.name == "published"
)
PUBLICATION = Kind(
    name="publication",
    plural="publications",
    endpoint=COURSE.endpoint,
    role=COURSE.role,
    course_filter=COURSE.course_filter,
    course_property=COURSE.course_property,
    course_title_property=COURSE.course_title_property,
    marker_property=COURSE.marker_property,
    spec=COURSE.spec,
    of=COURSE,
    fields=(PUBLISHED,),
)
