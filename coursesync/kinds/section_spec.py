"""The model of a section in an outline."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from coursesync.kinds.content_spec import InContents
from coursesync.kinds.picture import Picture
from coursesync.kinds.spec import STRICT, Spec
from coursesync.kinds.unlock_spec import Unlock


class SectionSpec(Spec):
    """One section of the course."""

    model_config = ConfigDict(**STRICT, title="Section")

    unlock: Unlock = Field(
        "immediate",
        title="When it opens",
        description="immediate (the default): from the start. sequential: once the section before "
        "it is done. {after_days: 7}: that many days after the member's enrolment.",
        examples=["immediate", "sequential", {"after_days": 7}],
    )
    contents: InContents = Field(
        "",
        title="Contents",
        description="The text at the top of the section: HTML in place, or a file beside this "
        "outline or in a folder below it, {html: welcome.html} or {markdown: welcome.md}.",
        examples=["<p>Welcome!</p>", {"markdown": "welcome.md"}],
    )
    image: Picture | None = Field(
        None,
        title="Picture",
        description="The web address of a JPG, PNG or GIF of at most 10 MB; or the path of such a "
        "file beside this one, if coursesync.toml has assets_url. Without this field, a picture "
        "that coursesync set is removed, and any other stays. null removes any picture.",
        examples=["https://cdn.example.com/tour.png"],
    )
    active: bool = Field(
        default=True,
        title="Shown",
        description="true (the default): members see the section. false: it is hidden from them.",
        examples=[True, False],
    )
