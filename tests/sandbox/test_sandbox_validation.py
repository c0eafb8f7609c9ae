"""The promises of invalid bodies.

Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    import httpx
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"


def post(site: Site, content: bytes, content_type: str = "application/json") -> httpx.Response:
    return site.client.post(SECTIONS, content=content, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CourseId", None),
        ("CourseId", "4711"),
        ("CourseId", 4712),
        ("CourseId", 2**63),
        ("Title", None),
        ("Title", " \t"),
        ("Title", 7),
        ("Title", "\ud800"),
        ("DisplayOrder", None),
        ("DisplayOrder", 1.5),
        ("DisplayOrder", True),
        ("DisplayOrder", 2**31),
        ("DisplayOrder", -(2**31) - 1),
        ("UnlockAfterDays", None),
        ("UnlockAfterDays", -1),
        ("UnlockAfterDays", 2**31),
        ("UnlockType", None),
        ("UnlockType", 0),
        ("UnlockType", 4),
        ("UnlockType", "1"),
        ("SectionContents", 1),
        ("Active", "true"),
        ("Active", 1),
        ("NewImageUrl", 1),
        ("NewImageUrl", "ftp://cdn.example.com/a.png"),
        ("NewImageUrl", "https:///a.png"),
        ("NewImageUrl", "https://[cdn/a.png"),
        ("NewImageUrl", "https://cdn.example.com/a.svg"),
        ("NewImageUrl", "https://cdn.example.com/\ud800.png"),
        ("ClearImageFile", "yes"),
    ],
)
def test_a_bad_field_is_named(site: Site, name: str, value: object) -> None:
    """A create with one bad field is 400, names it and quotes it, and stores nothing."""
    sent = json.dumps(site.section(**{name: value}))
    answered = post(site, sent.encode())

    assert answered.status_code == 400
    assert [
        (each["PropertyName"], each["AttemptedValue"]) for each in answered.json()["Errors"]
    ] == [(name, value)]
    assert site.sandbox.sections() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DisplayOrder", -(2**31)),
        ("DisplayOrder", 2**31 - 1),
        ("UnlockAfterDays", 2**31 - 1),
        ("UnlockType", 3),
        ("NewImageUrl", "https://cdn.example.com/a.JPEG"),
        ("NewImageUrl", "https://images.example.com/photo/1204?size=large"),
        ("NewImageUrl", "https://images.example.com/photo/v1.2"),
        ("NewImageUrl", "https://images.example.com"),
        ("SectionContents", ""),
        ("Active", None),
    ],
)
def test_a_field_at_its_bounds_is_good(site: Site, name: str, value: object) -> None:
    """A value at the limit of the rules is stored."""
    assert site.create(**{name: value}).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://cdn.example.com/a.png", 200),
        ("https://cdn.example.com/a", 400),
        ("https://cdn.example.com/v1.2", 400),
    ],
)
def test_the_ending_of_a_picture_can_be_required(
    make_site: MakeSite, address: str, status: int
) -> None:
    """With `picture_endings="required"` an address without an ending of a picture is refused."""
    site = make_site(Settings(picture_endings="required"))

    assert site.create(NewImageUrl=address).status_code == status


def test_a_failure_has_the_vendors_form(site: Site) -> None:
    """A validation failure answers exactly as on the vendor's page."""
    answered = site.create(Title=None)

    assert answered.json() == {
        "Message": "Title: is a required field",
        "Value": None,
        "Errors": [
            {
                "AttemptedValue": None,
                "Message": "is a required field",
                "PropertyName": "Title",
            }
        ],
        "WasSuccessful": False,
    }


def test_every_problem_is_reported_at_once(site: Site) -> None:
    """An empty update names every required field."""
    answered = site.client.put(SECTIONS, json={})

    assert {each["PropertyName"] for each in answered.json()["Errors"]} == {
        "Id",
        "CourseId",
        "Title",
        "DisplayOrder",
        "UnlockAfterDays",
        "UnlockType",
    }


def test_a_refused_update_changes_nothing(site: Site) -> None:
    """An update that leaves a required field out leaves the record as it was."""
    record_id = site.created()
    before = site.sandbox.sections()
    answered = site.client.put(SECTIONS, json={"Id": record_id, "Title": "Hello"})

    assert answered.status_code == 400
    assert site.sandbox.sections() == before


def test_a_failure_can_come_as_http_200(make_site: MakeSite) -> None:
    """With `validation_status=200` only the body shows the refusal."""
    site = make_site(Settings(validation_status=200))
    answered = site.create(Title="")

    assert (answered.status_code, answered.json()["WasSuccessful"]) == (200, False)
    assert not site.sandbox.log[-1].carried_out


def test_the_unlock_type_can_be_optional(make_site: MakeSite) -> None:
    """With `unlock_type_required=False` a section without one unlocks at once."""
    site = make_site(Settings(unlock_type_required=False))
    site.create(UnlockType=None)

    assert [each["UnlockType"] for each in site.sandbox.sections()] == [1]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[]", b'"x"', b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000],
)
def test_a_body_that_is_not_a_json_object_is_400(site: Site, content: bytes) -> None:
    """A body that is not a JSON object is 400, and the log keeps it only if it is JSON."""
    assert post(site, content).status_code == 400
    assert site.sandbox.log[-1].body in (None, [], "x")


def test_another_content_type_is_415(site: Site) -> None:
    """A body without the content type of JSON is 415."""
    assert post(site, b"{}", "text/plain").status_code == 415


def test_a_body_that_is_too_long_is_413(make_site: MakeSite) -> None:
    """A body of more than `max_body` bytes is 413, and nothing is stored."""
    site = make_site(Settings(max_body=100))

    assert site.create(SectionContents="x" * 100).status_code == 413
    assert site.sandbox.sections() == []


def test_numbers_with_a_fraction_are_quoted(site: Site) -> None:
    """The answer quotes a number that is not an integer as it was sent."""
    answered = site.create(DisplayOrder=0.5)

    assert answered.json()["Errors"][0]["AttemptedValue"] == 0.5
