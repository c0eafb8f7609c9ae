"""The section kind: the record of the API, and when a member meets it.

The record and what each field means: https://developers.nexudus.com, `rest-api/content`,
the pages on course sections (create, update).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds.kind import Kind, Opening
from coursesync.kinds.unlock import SEQUENTIAL, TIMED

if TYPE_CHECKING:
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.spec import Spec


def _spec() -> type[Spec]:
    from coursesync.kinds.section_spec import SectionSpec  # noqa: PLC0415 - brings pydantic

    return SectionSpec


def _settle(prior: Attributes | None, desired: Attributes) -> Attributes:
    """Carry the picture over, which can be sent but never read back.

    A picture that we sent and that is no longer wanted must be cleared by name; one that was
    cleared before, or never was, needs nothing.
    """
    if "NewImageUrl" in desired or prior is None:
        return desired
    without = {name: value for name, value in desired.items() if name != "ClearImageFile"}
    if "NewImageUrl" in prior or prior.get("ClearImageFile"):
        return {**without, "ClearImageFile": True}
    return desired


def _opens(attributes: Attributes) -> Opening:
    """Say when a section opens; days count only where it is timed, as the API's page has it."""
    unlock = attributes.get("UnlockType")
    days = int(attributes.get("UnlockAfterDays", 0)) if unlock == TIMED else 0
    return Opening(days, in_sequence=unlock == SEQUENTIAL)


def _idle(attributes: Attributes) -> frozenset[str]:
    """Return the days where a section is not timed: the API's page says that they don't count."""
    is_timed = attributes.get("UnlockType") == TIMED
    return frozenset() if is_timed else frozenset({"UnlockAfterDays"})


def _describe(attributes: Attributes) -> str:
    """Say in a learner's words when the section opens."""
    unlock, days = attributes.get("UnlockType"), attributes.get("UnlockAfterDays", 0)
    if unlock == SEQUENTIAL:
        return "unlocks after the section before it"
    if unlock == TIMED:
        return f"unlocks {days} {'day' if days == 1 else 'days'} after enrolment"
    return "open from the start"


def _unlocked(before: Attributes, after: Attributes) -> tuple[str, str]:
    return _describe(before), _describe(after)


def _shown(before: Attributes, after: Attributes) -> tuple[str | None, str | None]:
    words = {True: "shown to members", False: "hidden from members", None: None}
    return words[_active(before)], words[_active(after)]


def _active(attributes: Attributes) -> bool | None:
    active = attributes.get("Active")
    return None if active is None else bool(active)


def _pictured(before: Attributes, after: Attributes) -> tuple[str | None, str | None]:
    # a picture can't be read back: where none was ever sent, there may be one all the same
    unsent = None if "ClearImageFile" in before else "as on the site"
    was, now = before.get("NewImageUrl"), after.get("NewImageUrl")
    cleared = "removed" if after.get("ClearImageFile") else unsent
    return unsent if was is None else str(was), cleared if now is None else str(now)


SECTION = Kind(
    name="section",
    endpoint="/api/content/coursesections",
    role="CourseSection",
    course_filter="CourseSection_Course",
    parent_property="CourseId",
    order_property="DisplayOrder",
    title_property="Title",
    contents_property="SectionContents",
    active_property="Active",
    marker_property="SystemId",
    fields={
        "Active": "active",
        "ClearImageFile": "image",
        "CourseId": "id",
        "DisplayOrder": "display_order",
        "NewImageUrl": "image",
        "SectionContents": "contents",
        "Title": "title",
        "UnlockAfterDays": "unlock",
        "UnlockType": "unlock",
    },
    write_only=frozenset({"ClearImageFile", "NewImageUrl"}),
    traces={"NewImageUrl": "ImageFileName"},
    spec=_spec,
    settle=_settle,
    opens=_opens,
    describe=_describe,
    idle=_idle,
    words={"active": _shown, "image": _pictured, "unlock": _unlocked},
)
