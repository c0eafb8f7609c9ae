"""The model of a course: an outline without its list."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coursesync.kinds.field import MAX_ID
from coursesync.kinds.spec import STRICT, Key, Title


class CourseSpec(BaseModel):
    """The outline of one course."""

    model_config = ConfigDict(**STRICT, title="Outline")

    id: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        title="The course's Id",
        description="The course's Id in Nexudus. coursesync creates no course: it must exist.",
        examples=[4711],
    )
    key: Key | None = Field(
        None,
        title="The course's name",
        description="The course's name in addresses, as in section.onboarding.welcome; by default "
        "the file's name without its ending.",
        examples=["onboarding"],
    )
    title: Title = Field(
        title="Title",
        description="The course's title, for people who read plans.",
        examples=["Member onboarding"],
    )
