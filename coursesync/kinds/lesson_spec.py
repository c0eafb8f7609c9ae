"""The model of a lesson in an outline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from coursesync.kinds.content_spec import InContents
from coursesync.kinds.field import MAX_ID
from coursesync.kinds.picture import Picture
from coursesync.kinds.spec import STRICT, Spec, mistake, shaped
from coursesync.kinds.unlock_spec import Unlock

_LONGEST_SUMMARY = 2_000
_NO_ONE = -1  # not given: then nothing is sent


def _short(text: str) -> str:
    if len(text) > _LONGEST_SUMMARY:
        raise mistake(
            f"the summary has {len(text):,} characters, more than {_LONGEST_SUMMARY:,}",
            "Members see it in a list: keep it short, and move the rest into the contents.",
        )
    return text


class LessonSpec(Spec):
    """One lesson of the course."""

    model_config = ConfigDict(**STRICT, title="Lesson")

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
        description="A sentence below the title in the list of lessons, of at most "
        f"{_LONGEST_SUMMARY:,} characters.",
        examples=["Where to sit, and what to do if your desk is taken."],
    )
    unlock: Unlock = Field(
        "immediate",
        title="When it opens",
        description="immediate (the default): with its section. sequential: once the lesson before "
        "it is done. {after_days: 7}: that many days after the member's enrolment.",
        examples=["immediate", "sequential", {"after_days": 7}],
    )
    completion: Annotated[
        Literal["none", "visited", "button", "video"],
        Field(
            json_schema_extra={
                "enumDescriptions": [
                    "There is nothing to complete.",
                    "Done once it is opened.",
                    "Done when the member presses a button.",
                    "Done once the YouTube video in its contents was watched.",
                ]
            }
        ),
    ] = Field(
        "visited",
        title="When it is done",
        description="visited (the default): once it is opened. button: when the member presses a "
        "button. video: once the YouTube video in its contents was watched. none: never.",
        examples=["visited", "button", "video", "none"],
    )
    instructor: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(
        _NO_ONE,
        title="Instructor",
        description="The Id of the person in Nexudus who gives this lesson, if it is not the "
        "course's host; the address of the person's page there shows it. Without this field, an "
        "instructor that coursesync set is removed, and any other stays.",
        examples=[88123],
    )
    contents: InContents = Field(
        "",
        title="Contents",
        description="What the lesson says: HTML in place, or a file beside this outline or in a "
        "folder below it, {html: desk.html} or {markdown: desk.md}.",
        examples=["<p>Sit where you like.</p>", {"markdown": "find-your-desk.md"}],
    )
    image: Picture | None = Field(
        None,
        title="Picture",
        description="The web address of a JPG, PNG or GIF of at most 10 MB; or the path of such a "
        "file beside this one, if coursesync.toml has assets_url. Without this field, a picture "
        "that coursesync set is removed, and any other stays. null removes any picture.",
        examples=["https://cdn.example.com/desk.png"],
    )
    active: bool = Field(
        default=True,
        title="Shown",
        description="true (the default): members see the lesson. false: it is hidden from them.",
        examples=[True, False],
    )
