"""The promises of course sections and their courses.

Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from coursesync.sandbox import Fault, Sandbox, Settings

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
COURSES = "/api/content/courses"
PICTURE = "https://cdn.example.com/pictures/first-week.png?v=2"


def record(site: Site, record_id: int) -> dict[str, object]:
    found = site.client.get(f"{SECTIONS}/{record_id}").json()
    assert isinstance(found, dict)
    return found


def test_a_create_answers_with_the_vendors_envelope(site: Site) -> None:
    """A create answers 200 with the new Id, the time and the author."""
    answered = site.create()

    assert answered.status_code == 200
    assert answered.json() == {
        "Status": 200,
        "Message": "CourseSection was successfully created.",
        "Value": {"Id": 1_000_001},
        "OpenInDialog": False,
        "OpenInWindow": False,
        "RedirectURL": None,
        "JavaScript": None,
        "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "admin@sandbox.example",
        "Errors": None,
        "WasSuccessful": True,
    }


def test_a_section_reads_back_as_it_was_sent(site: Site) -> None:
    """A get by Id has every field of the vendor's page."""
    sent = site.section(
        UnlockType=3,
        UnlockAfterDays=7,
        SectionContents="<p>ü</p>",
        Active=True,
        NewImageUrl=PICTURE,
    )
    record_id = site.created(**sent)
    found = record(site, record_id)

    assert UUID(str(found["UniqueId"])).version == 4
    assert found == {
        **sent,
        "UniqueId": found["UniqueId"],
        "Id": record_id,
        "CourseTitle": "Member onboarding",
        "ImageFileName": "first-week.png",
        "NewImageUrl": None,
        "ClearImageFile": None,
        "CreatedOn": "2025-01-15T10:30:00Z",
        "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "admin@sandbox.example",
        "IsNew": False,
        "SystemId": None,
        "ToStringText": "Welcome",
        "LocalizationDetails": None,
        "CustomFields": None,
    }


def test_what_a_create_leaves_out_has_a_default(site: Site) -> None:
    """By default a section has no contents and is not active."""
    found = record(site, site.created())

    assert (found["SectionContents"], found["Active"]) == (None, False)


def test_an_update_overwrites_the_record(site: Site) -> None:
    """A PUT changes the record under its Id, and dates it."""
    record_id = site.created()
    site.clock.seconds += 60
    answered = site.client.put(SECTIONS, json=site.section(Id=record_id, Title="Hello"))
    found = record(site, record_id)

    assert answered.json()["Message"] == "CourseSection was successfully updated."
    assert answered.json()["Value"] == {"Id": record_id}
    assert found["Title"] == "Hello"
    assert (found["CreatedOn"], found["UpdatedOn"]) == (
        "2025-01-15T10:30:00Z",
        "2025-01-15T10:31:00Z",
    )


def test_the_answer_is_dated_as_the_record_is() -> None:
    """`UpdatedOn` in a write's answer is the record's, even at the end of a second."""
    seconds = itertools.count()
    with Sandbox(now=lambda: datetime.fromtimestamp(next(seconds), UTC)) as sandbox:
        sandbox.add_course(4711, "Member onboarding")
        with httpx.Client(transport=httpx.WSGITransport(app=sandbox)) as client:
            answered = client.post(
                f"http://localhost{SECTIONS}",
                headers={"Authorization": "Bearer sandbox-token"},
                json={
                    "CourseId": 4711,
                    "Title": "Welcome",
                    "DisplayOrder": 10,
                    "UnlockType": 1,
                    "UnlockAfterDays": 0,
                },
            )

        assert [each["UpdatedOn"] for each in sandbox.sections()] == [answered.json()["UpdatedOn"]]


def test_what_an_update_leaves_out_is_reset(site: Site) -> None:
    """A PUT without an optional field resets it to its default."""
    record_id = site.created(SectionContents="<p>x</p>", Active=True)
    site.client.put(SECTIONS, json=site.section(Id=record_id))
    found = record(site, record_id)

    assert (found["SectionContents"], found["Active"]) == (None, False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "first-week.png"),
        ({"NewImageUrl": "http://cdn.example.com/B.JPG"}, "B.JPG"),
        ({"ClearImageFile": False}, "first-week.png"),
        ({"ClearImageFile": True}, None),
        ({"ClearImageFile": True, "NewImageUrl": "https://cdn.example.com/c.gif"}, "c.gif"),
    ],
)
def test_a_picture_stays_until_replaced_or_cleared(
    site: Site, fields: dict[str, object], expected: str | None
) -> None:
    """An update keeps the picture unless it sends another picture or clears it."""
    record_id = site.created(NewImageUrl=PICTURE)
    site.client.put(SECTIONS, json=site.section(Id=record_id, **fields))

    assert record(site, record_id)["ImageFileName"] == expected


def test_a_deleted_section_is_gone(site: Site) -> None:
    """A delete answers success, and the record is 404 from then on."""
    record_id = site.created()
    answered = site.client.delete(f"{SECTIONS}/{record_id}")

    assert answered.json()["Message"] == "CourseSection was successfully deleted."
    assert site.client.get(f"{SECTIONS}/{record_id}").status_code == 404


def test_an_id_is_never_given_twice(site: Site) -> None:
    """A create after the newest section's deletion gets a higher Id."""
    first = site.created()
    site.client.delete(f"{SECTIONS}/{first}")

    assert site.created() > first


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("record_id", ["12", str(2**63 - 1), str(2**63), "9" * 30, "x"])
def test_an_unknown_section_is_404(site: Site, method: str, record_id: str) -> None:
    """A read or a delete without a record is 404, for every form of Id."""
    assert site.client.request(method, f"{SECTIONS}/{record_id}").status_code == 404


def test_an_update_of_an_unknown_section_is_404(site: Site) -> None:
    """A PUT never creates."""
    answered = site.client.put(SECTIONS, json=site.section(Id=12))

    assert (answered.status_code, answered.json()["WasSuccessful"]) == (404, False)
    assert site.sandbox.sections() == []


def test_several_sections_come_as_a_bare_array(site: Site) -> None:
    """`?id=[…]` returns those that exist, in the order asked for."""
    ids = [site.created(), site.created()]
    found = site.client.get(f"{SECTIONS}/", params={"id": f"[{ids[1]}, {ids[0]},7,{ids[1]}]"})

    assert [each["Id"] for each in found.json()] == [ids[1], ids[0]]


@pytest.mark.parametrize("form", ["{}", " {} ", "[{}]", "{},7", "[ {} , 7 ]"])
@pytest.mark.parametrize("name", ["id", "Id", "ID"])
def test_ids_may_come_without_brackets(site: Site, form: str, name: str) -> None:
    """`?id=5` is a list of one Id, and its name may be in any case."""
    section_id = site.created()
    site.created()
    found = site.client.get(SECTIONS, params={name: form.format(section_id)}).json()

    assert [each["Id"] for each in found] == [section_id]


@pytest.mark.parametrize("ids", ["", "1,", "[1", "1]", "[a]", "[1,]", "[-1]", str([1] * 1001)])
def test_a_bad_list_of_ids_is_a_validation_failure(site: Site, ids: str) -> None:
    """An `id` that is not a list of Ids, or is longer than a page, is 400."""
    answered = site.client.get(SECTIONS, params={"id": ids})

    assert answered.status_code == 400
    assert answered.json()["Errors"][0]["PropertyName"] == "id"


def test_no_ids_are_no_records(site: Site) -> None:
    """`?id=[]` is an empty array."""
    assert site.client.get(SECTIONS, params={"id": "[]"}).json() == []


def test_ids_may_begin_above_32_bits(make_site: MakeSite) -> None:
    """With `ids_from` new sections get Ids from there on, and courses can have Ids as large."""
    site = make_site(Settings(ids_from=2**31))
    course_id = 2**63 - 1
    site.sandbox.add_course(2**62, "Old")
    site.client.post("/_sandbox/courses", json={"Id": course_id, "Title": "Large"})
    ids = [site.created(), site.created(CourseId=course_id)]
    site.client.put(SECTIONS, json=site.section(Id=ids[1], CourseId=course_id, Title="New"))
    query = {"CourseSection_Course": course_id}
    listed = site.client.get(SECTIONS, params=query).json()["Records"]
    several = site.client.get(SECTIONS, params={"id": str(ids)}).json()

    assert ids == [2**31, 2**31 + 1]
    assert [(each["Id"], each["Title"]) for each in listed] == [(ids[1], "New")]
    assert [each["Id"] for each in several] == ids
    assert record(site, ids[1])["CourseId"] == course_id
    assert site.client.delete(f"{SECTIONS}/{ids[0]}").status_code == 200
    assert site.client.delete("/_sandbox/sections", params={"id": ids[1]}).status_code == 200
    assert site.client.get(f"{COURSES}/{course_id}").json()["Title"] == "Large"


def test_a_create_may_answer_with_the_record(make_site: MakeSite) -> None:
    """With `create_value="record"` the `Value` of a create is what a get by Id reads."""
    site = make_site(Settings(create_value="record"))
    value = site.create(SectionContents="<p>x</p>").json()["Value"]

    assert value == record(site, value["Id"])


def test_a_missing_record_may_be_a_null(make_site: MakeSite) -> None:
    """With `missing_record="null"` a read by Id answers 200 and null; writes are still 404."""
    site = make_site(Settings(missing_record="null"))
    answered = site.client.get(f"{SECTIONS}/12")

    assert (answered.status_code, answered.json()) == (200, None)
    assert site.client.delete(f"{SECTIONS}/12").status_code == 404
    assert site.client.put(SECTIONS, json=site.section(Id=12)).status_code == 404


@pytest.mark.parametrize("kind", ["nan", "duplicate-keys", "cut-json", "known-id", "wrong-type"])
def test_faults_spoil_a_null_too(make_site: MakeSite, kind: str) -> None:
    """Faults also damage an answer that is null."""
    site = make_site(Settings(missing_record="null"))
    site.sandbox.add_fault(Fault.parse(f"GET {SECTIONS}/12:{kind}"))

    assert site.client.get(f"{SECTIONS}/12").status_code == 200


def test_an_unknown_address_is_404(site: Site) -> None:
    """An unknown path is 404, as JSON."""
    answered = site.client.get("/api/content/nothing")

    assert (answered.status_code, answered.json()["WasSuccessful"]) == (404, False)


def test_an_unknown_method_is_405(site: Site) -> None:
    """A method that a path does not know is 405."""
    assert site.client.patch(SECTIONS, json={}).status_code == 405


def test_contents_are_kept_to_the_letter(site: Site) -> None:
    """By default the server does not change the HTML."""
    found = record(site, site.created(SectionContents=" <p>a</p>\n <p>b</p>\n"))

    assert found["SectionContents"] == " <p>a</p>\n <p>b</p>\n"


@pytest.mark.parametrize(
    ("sent", "stored"), [(" <p>a</p>\n <p>b c</p>\n", "<p>a</p><p>b c</p>"), (None, None)]
)
def test_contents_can_be_normalised(
    make_site: MakeSite, sent: str | None, stored: str | None
) -> None:
    """With `normalise_html` the server drops the white space between tags."""
    site = make_site(Settings(normalise_html=True))

    assert record(site, site.created(SectionContents=sent))["SectionContents"] == stored


def test_a_course_can_be_read(site: Site) -> None:
    """A course answers by its Id, and an unknown one is 404."""
    assert site.client.get(f"{COURSES}/4711").json()["Title"] == "Member onboarding"
    assert site.client.get(f"{COURSES}/4712").status_code == 404


def test_courses_can_be_searched(site: Site) -> None:
    """Courses are found by a part of their title."""
    site.sandbox.add_course(4712, "Safety")
    found = site.client.get(COURSES, params={"Course_Title": "onboard"}).json()

    assert [each["Id"] for each in found["Records"]] == [4711]


def test_several_courses_come_as_a_bare_array(site: Site) -> None:
    """`?id=[…]` works for courses as it does for sections."""
    found = site.client.get(COURSES, params={"id": "[4711]"}).json()

    assert [each["Title"] for each in found] == ["Member onboarding"]


def test_adding_a_course_again_retitles_it(site: Site) -> None:
    """`add_course` can be called again, and sets the title."""
    record_id = site.created()
    site.sandbox.add_course(4711, "Start here")

    assert record(site, record_id)["CourseTitle"] == "Start here"
