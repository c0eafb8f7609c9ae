"""The model of an outline without its lists and without `course`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from coursesync.kinds.field import MAX_ID
from coursesync.kinds.spec import STRICT, Fields, FormerCourse, Key, Title, mistake

NO_ID = 0  # of a course that is made


class OutlineSpec(Fields):
    """The outline of one course."""

    model_config = ConfigDict(**STRICT, title="Outline")

    id: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        title="The course's Id",
        description="The course's Id in Nexudus. Without it, `course` makes the course.",
        examples=[4711],
    )
    key: Key | None = Field(
        None,
        title="The course's name",
        description="The course's name in addresses, as in section.onboarding.welcome; by default "
        "the file's name without its ending.",
        examples=["onboarding"],
    )
    previous_keys: list[FormerCourse] = Field(
        default_factory=list,
        title="Former names",
        description="For a course without an `id`: names that it had before, if its file or its "
        "key is renamed. The course keeps its Id, and all that is in it.",
        examples=[["old-name"]],
    )
    title: Title = Field(
        title="Title",
        description="The course's title, for people who read plans. If there is `course`, members "
        "see it too.",
        examples=["Member onboarding"],
    )

    @field_validator("previous_keys")
    @classmethod
    def _without_id(cls, keys: list[str], beside: ValidationInfo) -> list[str]:
        if keys and beside.data.get("id", NO_ID) != NO_ID:
            raise mistake(
                "`previous_keys` is only for a course without an `id`, which says which one it is",
                "Delete the line.",
            )
        return keys
