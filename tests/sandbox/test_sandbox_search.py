"""The promises of searches.

Source: https://developers.nexudus.com/rest-api/content/search-coursesections
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"


def titles(site: Site, **query: str | int) -> list[str]:
    found = site.client.get(SECTIONS, params=query).json()
    return [each["Title"] for each in found["Records"]]


@pytest.fixture
def three(make_site: MakeSite) -> Site:
    return fill(make_site(Settings()))


def fill(site: Site) -> Site:
    site.sandbox.add_course(4712, "Safety")
    site.created(Title="Alpha", DisplayOrder=30, SectionContents="<p>One</p>", Active=True)
    site.clock.seconds += 60
    site.created(Title="Beta", DisplayOrder=10, UnlockType=3, UnlockAfterDays=7)
    site.clock.seconds += 60
    site.created(Title="Alphabet", DisplayOrder=20, CourseId=4712, UnlockType=2)
    return site


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Alpha", "Beta", "Alphabet"]),
        ({"CourseSection_Course": 4711}, ["Alpha", "Beta"]),
        ({"CourseSection_Course_Title": "saf"}, ["Alphabet"]),
        ({"CourseSection_Title": "alpha"}, ["Alpha", "Alphabet"]),
        ({"CourseSection_SectionContents": "one"}, ["Alpha"]),
        ({"CourseSection_Active": "true"}, ["Alpha"]),
        ({"CourseSection_Active": "False"}, ["Beta", "Alphabet"]),
        ({"CourseSection_DisplayOrder": 10}, ["Beta"]),
        ({"CourseSection_UnlockType": 2}, ["Alphabet"]),
        ({"CourseSection_UnlockAfterDays": 7}, ["Beta"]),
        ({"from_CourseSection_DisplayOrder": 20}, ["Alpha", "Alphabet"]),
        ({"to_CourseSection_DisplayOrder": 20}, ["Beta", "Alphabet"]),
        ({"from_CourseSection_UnlockAfterDays": 1}, ["Beta"]),
        ({"to_CourseSection_UnlockAfterDays": 0}, ["Alpha", "Alphabet"]),
        ({"from_CourseSection_CreatedOn": "2025-01-15T10:31"}, ["Beta", "Alphabet"]),
        ({"to_CourseSection_CreatedOn": "2025-01-15T10:31"}, ["Alpha", "Beta"]),
        ({"from_CourseSection_UpdatedOn": "2025-01-15T10:33"}, []),
        ({"to_CourseSection_UpdatedOn": "2025-01-15T10:30"}, ["Alpha"]),
        ({"CourseSection_Course": 4711, "CourseSection_Title": "Alpha"}, ["Alpha"]),
        ({"CourseSection_Title": ""}, ["Alpha", "Beta", "Alphabet"]),
        ({"CourseSection_Title": "%"}, []),
    ],
)
def test_filters_narrow_the_search(
    three: Site, query: dict[str, str | int], expected: list[str]
) -> None:
    """Each documented filter keeps the records that match it; with several, all must match."""
    assert titles(three, **query) == expected


def test_text_filters_can_be_exact(make_site: MakeSite) -> None:
    """With `text_filters="exact"` a filter matches only the whole title."""
    site = fill(make_site(Settings(text_filters="exact")))

    assert titles(site, CourseSection_Title="Alpha") == ["Alpha"]


@pytest.mark.parametrize(
    ("style", "direction", "expected"),
    [
        ("flag", None, ["Beta", "Alphabet", "Alpha"]),
        ("flag", 0, ["Beta", "Alphabet", "Alpha"]),
        ("flag", 1, ["Alpha", "Alphabet", "Beta"]),
        ("sign", None, ["Beta", "Alphabet", "Alpha"]),
        ("sign", 1, ["Beta", "Alphabet", "Alpha"]),
        ("sign", -1, ["Alpha", "Alphabet", "Beta"]),
    ],
)
def test_the_direction_has_two_readings(
    make_site: MakeSite, style: str, direction: int | None, expected: list[str]
) -> None:
    """`dir` sorts as one of the vendor's pages says; the default is ascending."""
    site = fill(make_site(Settings(dir_style="sign" if style == "sign" else "flag")))
    query: dict[str, str | int] = {"orderBy": "DisplayOrder"}
    if direction is not None:
        query["dir"] = direction

    assert titles(site, **query) == expected


@pytest.mark.parametrize("style", ["flag", "sign"])
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ascending", ["Beta", "Alphabet", "Alpha"]),
        ("Ascending", ["Beta", "Alphabet", "Alpha"]),
        ("descending", ["Alpha", "Alphabet", "Beta"]),
        ("Descending", ["Alpha", "Alphabet", "Beta"]),
    ],
)
def test_the_direction_may_be_a_word(
    three: Site, style: str, word: str, expected: list[str]
) -> None:
    """Both readings of the numbers accept the two words."""
    three.sandbox.change(dir_style=style)

    assert titles(three, orderBy="DisplayOrder", dir=word) == expected


def test_names_may_be_in_any_case(three: Site) -> None:
    """Names of filters, of other parameters and of columns are read in any case."""
    query: dict[str, str | int] = {
        "COURSESECTION_COURSE": 4711,
        "from_coursesection_displayorder": 10,
        "ORDERBY": "displayorder",
        "Size": 1,
        "PAGE": 2,
    }
    found = three.client.get(SECTIONS, params=query).json()

    assert [each["Title"] for each in found["Records"]] == ["Alpha"]
    assert (found["TotalItems"], found["CurrentOrderField"]) == (2, "DisplayOrder")


def test_a_page_has_its_number_and_the_total(three: Site) -> None:
    """The envelope counts items and pages, and tells whether there are more."""
    found = three.client.get(SECTIONS, params={"page": 2, "size": 2}).json()
    records = found.pop("Records")

    assert [each["Title"] for each in records] == ["Alphabet"]
    assert found == {
        "CurrentPage": 2,
        "CurrentPageSize": 2,
        "CurrentOrderField": "Id",
        "CurrentSortDirection": 0,
        "FirstItem": 3,
        "LastItem": 3,
        "TotalItems": 3,
        "TotalPages": 2,
        "HasNextPage": False,
        "HasPreviousPage": True,
    }


def test_a_page_is_25_records_long(site: Site) -> None:
    """Without `size` a page has 25 records, and there is a next one."""
    for number in range(26):
        site.created(DisplayOrder=number)
    found = site.client.get(SECTIONS).json()

    assert (len(found["Records"]), found["HasNextPage"]) == (25, True)


def test_a_page_has_1000_records_at_most(site: Site) -> None:
    """A larger `size` is reduced to 1000, and the envelope shows that."""
    assert site.client.get(SECTIONS, params={"size": 5000}).json()["CurrentPageSize"] == 1000


def test_a_page_past_the_end_is_empty(three: Site) -> None:
    """A page that does not exist has no records and no items."""
    found = three.client.get(SECTIONS, params={"page": 9}).json()

    assert (found["Records"], found["FirstItem"], found["LastItem"]) == ([], 0, 0)


def test_lists_leave_collections_out(three: Site) -> None:
    """A search returns records without the collections that a read by Id has."""
    listed = three.client.get(SECTIONS).json()["Records"][0]
    whole = three.client.get(f"{SECTIONS}/{listed['Id']}").json()

    assert set(whole) - set(listed) == {"LocalizationDetails", "CustomFields"}


def test_bad_parameters_are_all_named(three: Site) -> None:
    """A search that can't be read is 400, with every parameter that is wrong."""
    query = {
        "page": "0",
        "size": "x",
        "orderBy": "Nothing",
        "dir": "9" * 11,
        "CourseSection_Active": "maybe",
        "CourseSection_Course": "4711; DROP TABLE sections",
        "from_CourseSection_CreatedOn": "yesterday",
    }
    answered = three.client.get(SECTIONS, params=query)

    assert answered.status_code == 400
    assert {each["PropertyName"] for each in answered.json()["Errors"]} == set(query)
