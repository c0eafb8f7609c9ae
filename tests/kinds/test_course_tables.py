"""The tables of a course: what an author writes becomes the record's properties, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.kinds.course import AT_CREATION, COURSE, LOCATION_PROPERTY
from coursesync.kinds.course_spec import CourseSpec, NewCourseSpec
from coursesync.kinds.field import MAX_ID, FieldValue
from coursesync.kinds.pins import MAX_PIN
from coursesync.kinds.publication import PUBLICATION

if TYPE_CHECKING:
    from coursesync.kinds.kind import Values
    from coursesync.kinds.tree import Value

IDS = st.integers(1, MAX_ID)
PICTURES = st.sampled_from(["https://cdn.example.com/a.png", "http://[::1]/b.gif?c#d"])
FIELDS: dict[str, st.SearchStrategy[Value]] = {
    "summary": st.text(max_size=400),
    "description": st.text().map(lambda text: f"About: {text}"),
    "overview": st.text().map(lambda text: f"<p>{text}</p>") | st.just(""),
    "show_overview": st.booleans(),
    "visibility": st.sampled_from(["public", "hidden", "private"])
    | st.builds(lambda tariff: {"paid": tariff}, IDS),
    "location": IDS,
    "host": IDS,
    "group": st.text(),
    "featured": st.booleans(),
    "display_order": st.integers(0, MAX_PIN),
    "image": PICTURES | st.none(),
    "banner": PICTURES | st.none(),
}
WRITTEN = st.fixed_dictionaries({}, optional=FIELDS)
RECORD: dict[str, st.SearchStrategy[FieldValue]] = {
    "Title": st.text(),
    "SummaryText": st.text(),
    "FullDescription": st.text(),
    "OverviewText": st.text(),
    "ShowOverview": st.booleans(),
    "BusinessId": IDS,
    "HostId": IDS,
    "GroupName": st.text(),
    "ShowInHomePage": st.booleans(),
    "DisplayOrder": st.integers(0, MAX_PIN),
}
WHO = st.sampled_from([{}, {"Visibility": 1}, {"Visibility": 2}, {"Visibility": 3}]) | st.builds(
    lambda tariff: {"Visibility": 4, "TariffId": tariff}, IDS
)


@settings(deadline=None, max_examples=examples(400))
@given(WRITTEN)
def test_decoding_gives_back_what_an_author_wrote(values: Values) -> None:
    """The properties of a course hold all that is written, and nothing for a field left out."""
    CourseSpec.model_validate(values)

    assert COURSE.decode(COURSE.encode(values)) == values


@settings(deadline=None, max_examples=examples(400))
@given(st.fixed_dictionaries({}, optional=RECORD), WHO)
def test_encoding_gives_back_what_a_record_holds(
    record: dict[str, FieldValue], who: dict[str, int]
) -> None:
    """An outline can hold all of a course's record."""
    attributes = {**record, **who}

    assert COURSE.encode(COURSE.decode(attributes)) == attributes


@pytest.mark.parametrize("published", [True, False])
def test_whether_a_course_is_published_is_a_kind_of_its_own(*, published: bool) -> None:
    """The publication has that one property, of the same record."""
    values = {"published": published}

    assert PUBLICATION.encode(values) == {"Active": published}
    assert PUBLICATION.decode({"Active": published}) == values
    assert PUBLICATION.endpoint == COURSE.endpoint


def test_the_table_and_the_model_know_the_same_fields_in_the_same_order() -> None:
    """The fields that are not the outline's own are those of `course`."""
    inside = [each.name for each in COURSE.fields if each.name not in COURSE.beside]

    assert inside == [*CourseSpec.model_fields] == [*NewCourseSpec.model_fields]
    assert [each.name for each in COURSE.fields if each.default is not None] == []


def test_no_two_fields_have_the_same_other_name() -> None:
    """A name of another tool means one field."""
    names = [name for each in COURSE.fields for name in (*each.other_names, *each.opposites)]

    assert len({*names, *CourseSpec.model_fields}) == len(names) + len(CourseSpec.model_fields)


def test_a_picture_of_a_course_is_removed_only_if_an_outline_says_so() -> None:
    """A field that is left out is left alone, a picture too."""
    sent = {"NewImageUrl": "https://a/b.png", "NewLargeImageUrl": "https://a/c.png"}

    assert COURSE.settle(sent, {}) == {}
    assert COURSE.encode({"image": None, "banner": None}) == {
        "ClearImageFile": True,
        "ClearLargeImageFile": True,
    }
    assert COURSE.traces == {
        "NewImageUrl": "ImageFileName",
        "NewLargeImageUrl": "LargeImageFileName",
    }


def test_what_a_create_adds_are_properties_that_courses_have() -> None:
    """A new course is hidden, not published, and has an order."""
    known = {**COURSE.types, **PUBLICATION.types}

    assert {name: type(value) for name, value in AT_CREATION.items()} == {
        name: known[name] for name in AT_CREATION
    }
    assert LOCATION_PROPERTY in COURSE.types
    assert (
        COURSE.decode(AT_CREATION).items() >= {"visibility": "hidden", "display_order": 10}.items()
    )
    assert PUBLICATION.decode(AT_CREATION) == {"published": False}


def test_a_paid_course_without_a_tariff_is_left_alone() -> None:
    """No outline can say it, so import writes nothing for it."""
    assert COURSE.decode({"Visibility": 4}) == {"visibility": None}
