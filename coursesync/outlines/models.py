"""The models of an outline and of its items, with the lists of items that they have.

Owns which kind is listed where, and what editors show of a list. The kinds' own models know no
other kind, so that a new one changes none of them.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import AfterValidator, Field, create_model

from coursesync.errors import Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.course import COURSE
from coursesync.kinds.course_spec import CourseSpec, NewCourseSpec
from coursesync.kinds.inline import line_of
from coursesync.kinds.outline_spec import NO_ID, OutlineSpec
from coursesync.kinds.spec import MOST_LISTED, FormerPlace, mistake
from coursesync.outlines.items import kinds_in, may_be_file

if TYPE_CHECKING:
    from typing import Any

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.spec import Fields, Spec


def course_model(*, is_new: bool = False) -> type[OutlineSpec]:
    """Return the model of an outline; `is_new` is whether it gives no Id and makes the course."""
    return _outline_model(kinds_in(None), is_new=is_new)


def item_model(kind: Kind) -> type[Spec]:
    """Return the model of an item of this kind."""
    return cast("type[Spec]", _item_model(kind.spec(), kind, kinds_in(kind)))


@cache
def _outline_model(inner: tuple[Kind, ...], *, is_new: bool) -> type[OutlineSpec]:
    fields: dict[str, Any] = {COURSE.name: _own_record(is_new=is_new)}
    if is_new:
        fields["id"] = int, NO_ID
    fields |= {each.plural: _list_of(each, None) for each in inner}
    base = OutlineSpec
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)


@cache
def _item_model(base: type[Fields], kind: Kind, inner: tuple[Kind, ...]) -> type[Fields]:
    fields: dict[str, Any] = {each.plural: _list_of(each, kind) for each in inner}
    fields["leave"] = _left_fields(kind)
    if kind.within is not None:
        fields["previous_keys"] = _former_places(kind)
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)


def _own_record(*, is_new: bool) -> tuple[object, object]:
    described = Field(
        None,  # not given: it is not managed
        title="The course's own page",
        description="What the course itself shows, such as its summary, and whether it is "
        "published. A field that is left out is left as it is in Nexudus. In an outline without "
        "`id`, it makes the course, and needs a `host`.",
        examples=[{"summary": "Everything you need in your first month.", "published": True}],
    )
    return NewCourseSpec if is_new else CourseSpec, described


def _list_of(kind: Kind, holder: Kind | None) -> tuple[object, object]:
    """Return the type and the description of a list; its items are checked one by one."""
    title, order = kind.plural.capitalize(), "in the order in which members see them"
    typed = Annotated[list[object], Field(max_length=MOST_LISTED)]
    if kind is LISTED:
        return typed, Field(title=title, description=f"The {kind.plural}, {order}.")
    place = f"of this {holder.name}" if holder else "directly in the course"
    forms = (
        " An item has its fields here, or is the path of a Markdown file that begins with them."
        if may_be_file(kind)
        else ""
    )
    described = Field(
        None,  # not given: they are not managed
        title=title,
        description=f"The {kind.plural} {place}, {order}.{forms} Without this list, those in "
        "Nexudus are left alone; [] says that there should be none.",
        examples=[["welcome.md"]] if may_be_file(kind) else None,
    )
    return typed, described


def _left_fields(kind: Kind) -> tuple[object, object]:
    def known(name: str) -> str:
        if name in kind.leavable:
            return name
        others = {wrong: each.name for each in kind.fields for wrong in each.other_names}
        near = get_close_matches(name, [*kind.leavable, *others], n=1)
        meant = others.get(near[0], near[0]) if near else ""
        raise mistake(
            f"`{name[:40]}` can't be left to the site"
            if name in {each.name for each in kind.fields}
            else f"a {kind.name} has no field `{name[:40]}` that can be left to the site",
            Remedy(
                *(
                    ("Did you mean", line_of("leave", [meant]), "?")
                    if meant in kind.leavable
                    else ()
                ),
                f"In a {kind.name}, `leave` may name: {', '.join(kind.leavable)}.",
            ),
        )

    shown = Field(json_schema_extra={"enum": [*kind.leavable]})
    described: list[str] = Field(
        default_factory=list,
        title="Left to the site",
        description=f"Fields that are only used when the {kind.name} is created. Afterwards people "
        "change them in Nexudus: such a change is not drift, and no plan overwrites it.",
        examples=[[kind.leavable[-2]]],
    )
    return list[Annotated[str, AfterValidator(known), shown]], described


def _former_places(kind: Kind) -> tuple[object, object]:
    described: list[str] = Field(
        default_factory=list,
        title="Former names",
        description="Keys that this had before in the same list. If it was elsewhere in this "
        f"course, write its whole address, as in {kind.name}.onboarding.first-week.old-key; the "
        "Id is kept. It can't come from another course.",
        examples=[["old-key"]],
    )
    return list[FormerPlace], described
