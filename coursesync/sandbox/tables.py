"""The kinds of records in the sandbox, and where they are stored.

Owns the names: of tables, columns, filters and roles. It must never read or write a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLLECTIONS = ("LocalizationDetails", "CustomFields")
"""The properties that are collections; they are stored as JSON, and lists leave them out."""

KEPT_BY_OTHERS = ("ImageFileName", "SystemId", *COLLECTIONS)
"""The properties that every record can have and that its create page does not have."""


@dataclass(frozen=True)
class Kind:
    """One kind of record, and the filters of a search over it.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        relation: the view for reads.
        texts: text filters: the parameter (after `name_`) and its column.
        values: filters by one value: the parameter (after `name_`) and its column.
        ranges: the columns with `from_` and `to_` filters.
        table: the table for writes; empty for a kind that no request writes.
        columns: the properties that a write stores in the table.
        contents: the property that is HTML; empty if there is none.
        moments: the table of the times of creation and removal; empty if lists never lag.
    """

    name: str
    relation: str
    texts: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    ranges: Sequence[str] = ("CreatedOn", "UpdatedOn")
    table: str = ""
    columns: Sequence[str] = ()
    contents: str = ""
    moments: str = ""


COURSES = Kind("Course", "course_records", {"Title": "Title"}, {"Active": "Active"})
# the filters that sections and lessons share
_OF_BOTH = {
    "Course": "CourseId",
    "Active": "Active",
    "DisplayOrder": "DisplayOrder",
    "UnlockType": "UnlockType",
    "UnlockAfterDays": "UnlockAfterDays",
}
_RANGES_OF_BOTH = ("DisplayOrder", "UnlockAfterDays", "CreatedOn", "UpdatedOn")
SECTIONS = Kind(
    "CourseSection",
    "section_records",
    texts={
        "Course_Title": "CourseTitle",
        "Title": "Title",
        "SectionContents": "SectionContents",
    },
    values=_OF_BOTH,
    ranges=_RANGES_OF_BOTH,
    table="sections",
    columns=(
        *("CourseId", "Title", "DisplayOrder", "UnlockType", "UnlockAfterDays"),
        *("SectionContents", "Active", *KEPT_BY_OTHERS),
    ),
    contents="SectionContents",
    moments="section_moments",
)
LESSONS = Kind(
    "CourseLesson",
    "lesson_records",
    texts={
        "Course_Title": "CourseTitle",
        "Section_Title": "SectionTitle",
        "Title": "Title",
        "SummaryText": "SummaryText",
        "LessonContents": "LessonContents",
    },
    values={
        **_OF_BOTH,
        "Section": "SectionId",
        "Instructor": "InstructorId",
        "CompletionType": "CompletionType",
    },
    ranges=_RANGES_OF_BOTH,
    table="lessons",
    columns=(
        *("CourseId", "SectionId", "Title", "SummaryText", "LessonContents", "DisplayOrder"),
        *("UnlockType", "UnlockAfterDays", "CompletionType", "InstructorId", "Active"),
        *KEPT_BY_OTHERS,
    ),
    contents="LessonContents",
    moments="lesson_moments",
)
MEMBERS = Kind(
    "CourseMember",
    "member_records",
    texts={"Course_Title": "CourseTitle"},
    values={
        "Course": "CourseId",
        "Coworker": "CoworkerId",
        "Approved": "Approved",
        "Blocked": "Blocked",
    },
)
COMPLETIONS = Kind(
    "CourseCompletedLesson",
    "completion_records",
    texts={},
    values={"CourseLesson": "CourseLessonId", "CourseMember": "CourseMemberId"},
)
KINDS = {
    "courses": COURSES,
    "coursesections": SECTIONS,
    "courselessons": LESSONS,
    "coursemembers": MEMBERS,
    "coursecompletedlessons": COMPLETIONS,
}
"""Every kind, by the last part of its path below `/api/content/`."""
