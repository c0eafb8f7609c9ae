"""A kind's table: what an author writes becomes the API's properties, and they become it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.kinds import ITEMS
from coursesync.kinds.field import INT32_MAX, MAX_ID, Attributes, FieldValue
from coursesync.kinds.pins import MAX_PIN
from coursesync.kinds.section import SECTION

if TYPE_CHECKING:
    from coursesync.kinds.kind import Kind, Values

DAYS = st.integers(0, INT32_MAX)
PICTURES = st.sampled_from(["https://cdn.example.com/a.png", "http://[::1]/b.gif?c#d"])
TITLES = st.text(st.characters(categories=["L", "N", "So"]), min_size=1, max_size=20)
# all that an author may write and that is sent, contents as HTML
SAYABLE: dict[str, st.SearchStrategy[Values]] = {
    "section": st.fixed_dictionaries(
        {"title": TITLES},
        optional={
            "unlock": st.sampled_from(["immediate", "sequential"])
            | st.builds(lambda days: {"after_days": days}, DAYS),
            "display_order": st.integers(0, MAX_PIN),
            "active": st.booleans(),
            "image": PICTURES | st.none(),
            "contents": st.text().map(lambda text: f"<p>{text}</p>") | st.just(""),
        },
    ),
    "lesson": st.fixed_dictionaries(
        {"title": TITLES},
        optional={
            "summary": st.text(max_size=40),
            "unlock": st.sampled_from(["immediate", "sequential"])
            | st.builds(lambda days: {"after_days": days}, DAYS),
            "completion": st.sampled_from(["none", "visited", "button", "video"]),
            "instructor": st.integers(1, MAX_ID),
            "display_order": st.integers(0, MAX_PIN),
            "active": st.booleans(),
            "image": PICTURES | st.none(),
            "contents": st.text().map(lambda text: f"<p>{text}</p>") | st.just(""),
        },
    ),
}
_RECORD: dict[str, st.SearchStrategy[FieldValue]] = {
    "Active": st.booleans(),
    "DisplayOrder": st.integers(-INT32_MAX - 1, INT32_MAX),
    "Title": st.text(),
    "UnlockAfterDays": st.integers(-INT32_MAX - 1, INT32_MAX),
    "UnlockType": st.sampled_from([1, 2, 3]),
}
_PICTURE = st.sampled_from([{}, {"ClearImageFile": True}]) | st.builds(
    lambda picture: {"NewImageUrl": picture}, PICTURES
)
_LESSON: dict[str, st.SearchStrategy[FieldValue]] = {
    "CompletionType": st.sampled_from([1, 2, 3, 4]),
    "LessonContents": st.text(),
    "SummaryText": st.text(),
}
# all that a record may hold, and what may be sent for its picture
VALID: dict[str, st.SearchStrategy[Attributes]] = {
    "section": st.builds(
        lambda record, picture: {**record, **picture},
        st.fixed_dictionaries({**_RECORD, "SectionContents": st.text()}),
        _PICTURE,
    ),
    "lesson": st.builds(
        lambda record, picture: {**record, **picture},
        st.fixed_dictionaries(
            {**_RECORD, **_LESSON}, optional={"InstructorId": st.integers(1, MAX_ID)}
        ),
        _PICTURE,
    ),
}


def with_defaults(kind: Kind, values: Values) -> Values:
    """Return all that is meant by what an author wrote."""
    defaults = {each.name: each.default for each in kind.fields if each.properties}
    return {**{n: v for n, v in defaults.items() if v is not None}, **values}


@pytest.mark.parametrize("kind", ITEMS.values(), ids=ITEMS)
@settings(deadline=None, max_examples=examples(400))
@given(st.data())
def test_decoding_gives_back_what_an_author_wrote(kind: Kind, data: st.DataObject) -> None:
    """The properties of any valid item hold all of it, and nothing else."""
    values = data.draw(SAYABLE[kind.name])
    kind.spec().model_validate(values)

    assert kind.decode(kind.encode(values)) == with_defaults(kind, values)


@pytest.mark.parametrize("kind", ITEMS.values(), ids=ITEMS)
@settings(deadline=None, max_examples=examples(400))
@given(st.data())
def test_encoding_gives_back_what_a_record_holds(kind: Kind, data: st.DataObject) -> None:
    """An outline can hold all of a record except properties without effect."""
    attributes = data.draw(VALID[kind.name])
    idle = kind.idle(attributes)

    again = kind.encode(kind.decode(attributes))

    assert {n: v for n, v in again.items() if n not in idle} == {
        n: v for n, v in attributes.items() if n not in idle
    }
    assert again.keys() == attributes.keys()


@pytest.mark.parametrize("kind", ITEMS.values(), ids=ITEMS)
def test_a_table_and_its_model_know_the_same_fields(kind: Kind) -> None:
    """The fields of an outline, and their defaults, are the same in both."""
    model = kind.spec().model_fields
    defaults = {each.name: each.default for each in kind.fields if each.default is not None}

    assert {each.name for each in kind.fields} == model.keys()
    assert defaults == {name: model[name].default for name in defaults}


@pytest.mark.parametrize("kind", ITEMS.values(), ids=ITEMS)
@settings(deadline=None, max_examples=examples(200))
@given(st.data())
def test_properties_have_the_types_that_the_table_gives(kind: Kind, data: st.DataObject) -> None:
    """Sent values can be compared with read ones, by their types too."""
    sent = kind.encode(data.draw(SAYABLE[kind.name]))
    types = {name: type_ for each in kind.fields for name, type_ in each.properties.items()}

    assert {name: type(value) for name, value in sent.items()} == {n: types[n] for n in sent}
    ids = {kind.course_property, kind.parent_property} - {""}
    assert kind.types.keys() == types.keys() - kind.write_only | ids


def test_a_property_is_found_by_its_field() -> None:
    """Each property of a section leads to the line of the outline that it comes from."""
    found = {name: SECTION.field_of(name) for name in sorted({*SECTION.types, *SECTION.write_only})}

    assert found == {
        "Active": "active",
        "ClearImageFile": "image",
        "CourseId": "id",
        "DisplayOrder": "display_order",
        "NewImageUrl": "image",
        "SectionContents": "contents",
        "Title": "title",
        "UnlockAfterDays": "unlock",
        "UnlockType": "unlock",
    }
    assert SECTION.traces == {"NewImageUrl": "ImageFileName"}
    assert SECTION.field_of("Elsewhere") == "Elsewhere"


@pytest.mark.parametrize(
    ("prior", "desired", "sent"),
    [
        (None, {"ClearImageFile": True}, {"ClearImageFile": True}),
        ({}, {}, {}),
        ({"NewImageUrl": "a"}, {}, {"ClearImageFile": True}),
        ({"NewImageUrl": "a"}, {"NewImageUrl": "b"}, {"NewImageUrl": "b"}),
        ({"NewImageUrl": "a"}, {"ClearImageFile": True}, {"ClearImageFile": True}),
        ({"ClearImageFile": True}, {}, {"ClearImageFile": True}),
        ({"ClearImageFile": True}, {"NewImageUrl": "b"}, {"NewImageUrl": "b"}),
    ],
)
def test_a_picture_that_was_sent_is_removed_by_name(
    prior: Attributes | None, desired: Attributes, sent: Attributes
) -> None:
    """A picture can't be read back: to want none any more is to remove it."""
    assert SECTION.settle(prior, desired) == sent
