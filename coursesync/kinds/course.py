"""The course kind, a course's own record: its table, and where the record lives in the API.

A field that an outline leaves out is left alone, so no row has a default, and no picture is removed
unless an outline says so. Only a create sends `published`: otherwise it is a kind of its own.
`HasCommunityGroup` has no row, because true makes a discussion group, which no plan could undo.

The record and what each property means: https://developers.nexudus.com/rest-api/content/post-courses
and https://developers.nexudus.com/rest-api/content/get-courses-by-id
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.kinds.field import OWN_ID, Field, Role
from coursesync.kinds.kind import Kind
from coursesync.kinds.progress import Completions
from coursesync.kinds.rows import IMAGE, KEY, ORDER, PREVIOUS_KEYS, TITLE, either, picture
from coursesync.kinds.visibility import VISIBILITY

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.spec import Fields

LOCATION_PROPERTY = "BusinessId"  # a create must have it; by default the account's own
# what a create has where the outline is silent, so that nothing half finished is visible
AT_CREATION: Attributes = {"Active": False, "DisplayOrder": 10, "Visibility": 2}
DESCRIPTION = Field(  # Markdown: people edit it in Nexudus as such
    "description",
    {"FullDescription": str},
    other_names=("about", "body", "contents", "full_description", "long_description", "text"),
)

HOST = Field(  # a create must have it
    "host", {"HostId": int}, other_names=("author", "host_id", "instructor", "owner", "teacher")
)


def _spec() -> type[Fields]:
    from coursesync.kinds.course_spec import CourseSpec  # noqa: PLC0415 - brings pydantic

    return CourseSpec


COURSE = Kind(
    name="course",
    plural="courses",
    endpoint="/api/content/courses",
    role="Course",
    course_filter="",
    course_property=OWN_ID,
    course_title_property="",
    marker_property="SystemId",
    spec=_spec,
    at_creation=AT_CREATION,
    location_property=LOCATION_PROPERTY,
    completions=Completions(
        "/api/content/coursemembers",
        "CourseMember",
        "CourseMember_Course",
        ("is enrolled in it", "is enrolled in it", "are enrolled in it"),
    ),
    beside=(KEY.name, PREVIOUS_KEYS.name, TITLE.name),
    fields=(
        KEY,
        PREVIOUS_KEYS,
        TITLE,
        Field(
            "summary",
            {"SummaryText": str},
            other_names=("abstract", "excerpt", "short_description", "subtitle", "tagline"),
        ),
        DESCRIPTION,
        Field(
            "overview",
            {"OverviewText": str},
            role=Role.CONTENTS,
            other_names=("landing_page", "overview_text", "preview"),
        ),
        Field(
            "show_overview",
            {"ShowOverview": bool},
            words=either("ShowOverview", "shown to those who have not joined", "not shown"),
            other_names=("has_overview", "overview_shown"),
        ),
        VISIBILITY,
        Field(
            "published",
            {"Active": bool},
            other_names=("active", "enabled", "live", "visible"),
            opposites=("archived", "disabled", "draft", "inactive", "unpublished"),
        ),
        Field(
            "location",
            {LOCATION_PROPERTY: int},
            other_names=("business", "business_id", "location_id", "site", "space"),
        ),
        HOST,
        Field("group", {"GroupName": str}, other_names=("category", "group_name")),
        Field(
            "featured",
            {"ShowInHomePage": bool},
            words=either("ShowInHomePage", "on the home page", "not on the home page"),
            other_names=("highlighted", "home_page", "show_in_home_page"),
        ),
        replace(ORDER, role=None),
        replace(IMAGE, settle=None),
        replace(
            picture(
                *("banner", "NewLargeImageUrl", "ClearLargeImageFile", "LargeImageFileName"),
                ("cover", "header", "large_image"),
            ),
            role=None,
            settle=None,
        ),
    ),
)
