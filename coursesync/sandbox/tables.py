"""The kinds of records that the sandbox holds, and where each is stored.

Owns the names: of tables, columns, filters and roles. It must never read or write a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLLECTIONS = ("LocalizationDetails", "CustomFields")
"""The properties that are collections: lists leave them out, and they are stored as JSON."""

KEPT_BY_OTHERS = ("ImageFileName", "SystemId", *COLLECTIONS)
"""What every record can have beside the fields of its create page."""


@dataclass(frozen=True)
class Kind:
    """One kind of record, and how a search over it may be narrowed.

    Attributes:
        name: the kind's name in messages, roles and filters, such as `CourseSection`.
        relation: the view that it is read from.
        table: where it is stored; empty for a kind that no request writes.
        columns: the properties that a write stores there.
        contents: the one among them that is HTML; empty where there is none.
        moments: the table of when records were made and removed; empty where lists never lag.
        texts: text filters, name on the wire (after `name_`) to column.
        values: filters by one value, name on the wire to column.
        ranges: the columns that `from_` and `to_` filters exist for.
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
# what sections and lessons are searched by
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
"""Every kind, by the last word of its address below `/api/content/`."""
