"""The model of `course` in an outline: the fields of the course's own record."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from coursesync.kinds.content_spec import InContents, InMarkdown
from coursesync.kinds.field import MAX_ID
from coursesync.kinds.picture import Picture
from coursesync.kinds.pins import MAX_PIN, UNPINNED
from coursesync.kinds.spec import STRICT, Fields, mistake, shaped
from coursesync.kinds.visibility import HIDDEN
from coursesync.kinds.visibility_spec import Visibility

_LONGEST_SUMMARY = 400
_NOT_GIVEN = -1  # then it is left alone
_PICTURE = (
    "the web address of a JPG, PNG or GIF of at most 10 MB; or the path of such a file beside this "
    "one, if coursesync.toml has assets_url. null removes it."
)


def _short(text: str) -> str:
    if len(text) > _LONGEST_SUMMARY:
        raise mistake(
            f"the summary has {len(text):,} characters, more than {_LONGEST_SUMMARY:,}",
            "Members see it in a list: keep it short, and move the rest into the description.",
        )
    return text


class CourseSpec(Fields):
    """The course's own record. A field that is left out is left alone."""

    model_config = ConfigDict(**STRICT, title="Course")

    summary: Annotated[
        str,
        AfterValidator(_short),
        shaped(
            rf"^[\s\S]{{0,{_LONGEST_SUMMARY}}}$",
            f"A summary has at most {_LONGEST_SUMMARY:,} characters.",
        ),
    ] = Field(
        "",
        title="Summary",
        description="A sentence below the title in the list of courses, of at most "
        f"{_LONGEST_SUMMARY:,} characters.",
        examples=["Everything you need in your first month."],
    )
    description: InMarkdown = Field(
        "",
        title="Description",
        description="What the course is about: Markdown in place, or a file beside this outline or "
        "in a folder below it, {markdown: about.md}. Nexudus gets the Markdown as it is.",
        examples=["How we work here, week by week.", {"markdown": "about.md"}],
    )
    overview: InContents = Field(
        "",
        title="Overview",
        description="A page for those who have not joined: HTML in place, or a file, "
        "{html: overview.html} or {markdown: overview.md}.",
        examples=["<p>For all new members.</p>", {"markdown": "overview.md"}],
    )
    show_overview: bool = Field(
        default_factory=bool,
        title="Overview shown",
        description="true: those who have not joined see the overview. false: they don't.",
        examples=[True, False],
    )
    visibility: Visibility = Field(
        default_factory=lambda: HIDDEN,
        title="Who may join",
        description="public: everyone finds the course. hidden: only those who have its link. "
        "private: only those who are invited. {paid: 1201}: those who pay this tariff. A new "
        "course is hidden by default.",
        examples=["public", "hidden", "private", {"paid": 1201}],
    )
    published: bool = Field(
        default_factory=bool,
        title="Published",
        description="true: members see the course, once all that is in it is there. false: they "
        "don't. A new course is not published by default.",
        examples=[True, False],
    )
    location: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        _NOT_GIVEN,
        title="Location",
        description="The Id in Nexudus of the location that the course belongs to. By default, a "
        "new course belongs to the account's own.",
        examples=[1204],
    )
    host: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        _NOT_GIVEN,
        title="Host",
        description="The Id of the person in Nexudus who gives the course; the address of the "
        "person's page there shows it. A new course needs one.",
        examples=[88123],
    )
    group: str = Field(
        "",
        title="Group",
        description="Courses with the same group are together in the list of courses.",
        examples=["Getting started"],
    )
    featured: bool = Field(
        default_factory=bool,
        title="Featured",
        description="true: the course is on the home page of the members' site. false: it isn't.",
        examples=[True, False],
    )
    display_order: Annotated[int, Field(ge=0, le=MAX_PIN)] = Field(
        UNPINNED,
        title="Pinned number",
        description="The number by which Nexudus sorts courses. A new course has 10 by default.",
        examples=[100],
    )
    image: Picture | None = Field(
        None,
        title="Picture",
        description=f"The small picture: {_PICTURE}",
        examples=["https://cdn.example.com/onboarding.png"],
    )
    banner: Picture | None = Field(
        None,
        title="Banner",
        description=f"The large picture: {_PICTURE}",
        examples=["https://cdn.example.com/onboarding-wide.png"],
    )


class NewCourseSpec(CourseSpec):
    """The record of a course that is made."""

    host: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        title="Host",
        description="The Id of the person in Nexudus who gives the course.",
        examples=[88123],
    )
