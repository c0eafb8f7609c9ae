"""The promises of lessons, and of the members who complete them.

Source: https://developers.nexudus.com/rest-api/content/search-courselessons
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import sandbox_here

from coursesync.sandbox import ALL_ROLES, Settings, User

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

LESSONS = "/api/content/courselessons"
MEMBERS = "/api/content/coursemembers"
COMPLETIONS = "/api/content/coursecompletedlessons"
SECTIONS = "/api/content/coursesections"
PAGE = "/_sandbox/lessons"


def lesson(site: Site, **fields: object) -> int:
    """Create a lesson as another editor."""
    body = {"CourseId": 4711, "Title": "Tour", "DisplayOrder": 10, "UnlockAfterDays": 0, **fields}
    made = site.client.post(PAGE, json=body).json()
    assert isinstance(made["Id"], int), made
    return made["Id"]


def listed(site: Site, address: str, **query: str | int) -> list[int]:
    found = site.client.get(address, params=query).raise_for_status().json()
    return [each["Id"] for each in found["Records"]]


def total(site: Site, address: str, **query: str | int) -> int:
    found = site.client.get(address, params={**query, "size": 1}).raise_for_status().json()
    assert isinstance(found["TotalItems"], int)
    return found["TotalItems"]


def test_a_lesson_reads_as_the_vendor_has_it(site: Site) -> None:
    """A get by Id has every field, and the titles of the course and the section."""
    section_id = site.created(Title="Welcome", DisplayOrder=20)
    body = {
        "SectionId": section_id,
        "Title": "Tour",
        "SummaryText": "Where to sit.",
        "LessonContents": "<p>Hi</p>",
        "DisplayOrder": 30,
        "UnlockType": 3,
        "UnlockAfterDays": 7,
        "CompletionType": 4,
        "InstructorId": 2**40,
        "Active": True,
        "SystemId": "crm:1",
        "CustomFields": {"a": 1},
        "LocalizationDetails": [],
        "ImageFileName": "a.png",
    }
    lesson_id = lesson(site, **body)
    found = site.client.get(f"{LESSONS}/{lesson_id}").json()

    assert found == {
        **body,
        "Id": lesson_id,
        "UniqueId": found["UniqueId"],
        "CourseId": 4711,
        "CourseTitle": "Member onboarding",
        "SectionTitle": "Welcome",
        "SectionDisplayOrder": 20,
        "NewImageUrl": None,
        "ClearImageFile": None,
        "CreatedOn": "2025-01-15T10:30:00Z",
        "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "colleague@sandbox.example",
        "IsNew": False,
        "ToStringText": "Tour",
    }


def test_lessons_are_found_by_course_and_by_section(site: Site) -> None:
    """The filters keep the lessons of a course, or of a section; both page by page."""
    site.sandbox.add_course(4712, "Safety")
    section_id = site.created()
    inside = lesson(site, SectionId=section_id)
    beside = lesson(site)
    elsewhere = lesson(site, CourseId=4712)

    assert listed(site, LESSONS) == [inside, beside, elsewhere]
    assert listed(site, LESSONS, CourseLesson_Course=4711) == [inside, beside]
    assert listed(site, LESSONS, CourseLesson_Course=4711, size=1, page=2) == [beside]
    assert listed(site, LESSONS, CourseLesson_Section=section_id) == [inside]


def test_lessons_are_read_by_their_ids(site: Site) -> None:
    """`?id=[…]` has whole lessons, in the order asked for."""
    first, second = lesson(site, CustomFields=[1]), lesson(site)
    found = site.client.get(LESSONS, params={"id": f"[{second},{first}]"}).json()

    assert [(each["Id"], each["CustomFields"]) for each in found] == [(second, None), (first, [1])]


def test_lists_of_lessons_can_be_partial(make_site: MakeSite) -> None:
    """Lists leave out the same properties of lessons as of sections."""
    site = make_site(Settings(lists_null=frozenset({"LessonContents"})))
    lesson(site, LessonContents="<p>x</p>")

    assert site.client.get(LESSONS).json()["Records"][0]["LessonContents"] is None


def test_lists_of_lessons_lag(make_site: MakeSite) -> None:
    """Lists lag for lessons as they do for sections."""
    site = make_site(Settings(list_lag=2.5))
    lesson_id = lesson(site)
    shown = [listed(site, LESSONS)]
    site.clock.seconds += 2.5
    site.client.delete(PAGE, params={"id": lesson_id})
    shown.append(listed(site, LESSONS))

    assert shown == [[], [lesson_id]]


def test_lessons_are_written_as_sections_are(site: Site) -> None:
    """A create, an update and a deletion, each with its role; null takes a lesson out."""
    section = site.created()
    body = {
        "CourseId": 4711,
        "SectionId": section,
        "Title": "Find your desk",
        "DisplayOrder": 10,
        "UnlockType": 1,
        "UnlockAfterDays": 0,
    }
    made = site.client.post(LESSONS, json=body).json()["Value"]["Id"]
    changed = {**body, "Id": made, "SectionId": None, "CompletionType": 3}
    assert site.client.put(LESSONS, json=changed).status_code == 200
    (after,) = site.sandbox.lessons()
    assert (after["SectionId"], after["CompletionType"]) == (None, 3)
    assert site.client.post(LESSONS, json={**body, "CompletionType": 5}).status_code == 400
    assert site.client.delete(f"{LESSONS}/{made}").status_code == 200
    assert site.sandbox.lessons() == []


def test_another_editor_changes_and_removes_a_lesson(site: Site) -> None:
    """`PUT` sets some properties, also to null, and `DELETE` removes the lesson."""
    lesson_id = lesson(site, SectionId=site.created(), LessonContents="<p>x</p>")
    site.client.put(PAGE, json={"Id": lesson_id, "SectionId": None, "Title": "New"})
    (changed,) = site.sandbox.lessons()
    site.client.delete(PAGE, params={"id": lesson_id})

    assert (changed["SectionId"], changed["SectionTitle"]) == (None, None)
    assert (changed["Title"], changed["LessonContents"]) == ("New", "<p>x</p>")
    assert site.sandbox.lessons() == []
    assert site.client.get(f"{LESSONS}/{lesson_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("CourseId", 1), ("SectionId", 1), ("CompletionType", 5), ("InstructorId", 0), ("Title", "")],
)
def test_a_lesson_is_held_to_the_rules(site: Site, name: str, value: object) -> None:
    """A lesson that breaks a rule is 400, and the property is named."""
    body = {"CourseId": 4711, "Title": "Tour", "DisplayOrder": 1, "UnlockAfterDays": 0, name: value}
    answered = site.client.post(PAGE, json=body)

    assert [each["PropertyName"] for each in answered.json()["Errors"]] == [name]


def test_members_are_counted(site: Site) -> None:
    """`TotalItems` counts the members of a course, and no record has a name."""
    site.sandbox.add_course(4712, "Safety")
    site.client.post("/_sandbox/members", json={"CourseId": 4711, "Count": 41})
    site.sandbox.add_members(4712, 2)
    record = site.client.get(MEMBERS).json()["Records"][0]

    assert total(site, MEMBERS, CourseMember_Course=4711) == 41
    assert total(site, MEMBERS) == 43
    assert (record["CourseId"], record["Approved"], record["Blocked"]) == (4711, True, False)
    assert not [name for name in record if "Name" in name or "Email" in name]


def test_completions_are_counted(site: Site) -> None:
    """`TotalItems` counts the completions of a lesson; if members are too few, more join."""
    first, second = lesson(site), lesson(site)
    site.sandbox.add_members(4711, 3)
    site.client.post("/_sandbox/completions", json={"CourseLessonId": first, "Count": 2})
    site.client.post("/_sandbox/completions", json={"CourseLessonId": first, "Count": 2})
    site.sandbox.complete_lesson(second, 1)

    assert total(site, COMPLETIONS, CourseCompletedLesson_CourseLesson=first) == 4
    assert total(site, COMPLETIONS, CourseCompletedLesson_CourseLesson=second) == 1
    assert total(site, MEMBERS, CourseMember_Course=4711) == 4


def test_completions_go_with_their_lesson(site: Site) -> None:
    """With a lesson its completions are removed, and the members stay."""
    lesson_id = lesson(site)
    site.sandbox.complete_lesson(lesson_id, 3)
    site.client.delete(PAGE, params={"id": lesson_id})

    assert (total(site, COMPLETIONS), total(site, MEMBERS)) == (0, 3)


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("members", {"CourseId": 1, "Count": 1}),
        ("members", {"CourseId": 4711}),
        ("members", {"CourseId": 4711, "Count": -1}),
        ("completions", {"CourseLessonId": 1, "Count": 1}),
        ("completions", {"CourseLessonId": 2**70, "Count": 1}),
    ],
)
def test_bad_counts_are_refused(site: Site, page: str, body: dict[str, int]) -> None:
    """Members need a course, completions a lesson, and both a number."""
    assert site.client.post(f"/_sandbox/{page}", json=body).status_code == 400


def test_a_lesson_that_does_not_exist_can_not_be_completed(site: Site) -> None:
    """In Python a missing lesson is a `KeyError`."""
    with pytest.raises(KeyError):
        site.sandbox.complete_lesson(1, 1)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        (LESSONS, "CourseLesson-List"),
        (f"{LESSONS}/1", "CourseLesson-Read"),
        (f"{LESSONS}?id=[1]", "CourseLesson-Read"),
        (MEMBERS, "CourseMember-List"),
        (COMPLETIONS, "CourseCompletedLesson-List"),
    ],
)
def test_each_has_its_role(make_site: MakeSite, address: str, role: str) -> None:
    """Without its role a path answers 401."""
    site = make_site(Settings(users=(User(roles=ALL_ROLES - {role}),)))

    assert role in ALL_ROLES
    assert site.client.get(address).status_code == 401


@pytest.mark.parametrize(
    ("choice", "status", "left"),
    [("ungroups", 200, [None]), ("deletes", 200, []), ("refused", 400, ["the section"])],
)
def test_the_lessons_of_a_deleted_section(
    site: Site, choice: str, status: int, left: list[object]
) -> None:
    """`section_delete` decides about a deleted section's lessons; the API's pages don't say."""
    site.sandbox.change(section_delete=choice)
    section_id = site.created()
    lesson(site, SectionId=section_id)
    answered = site.client.delete(f"{SECTIONS}/{section_id}")
    sections = [each["SectionId"] for each in site.sandbox.lessons()]

    assert answered.status_code == status
    assert [each and "the section" for each in sections] == left
    assert len(site.sandbox.sections()) == (status == 400)


def test_the_harness_plays_lessons_and_members() -> None:
    """Over the socket the pages do the same."""
    with sandbox_here() as server:
        lesson_id = server.create_lesson(4711, "Tour", Active=True)
        server.remove_lesson(server.create_lesson(4712, "Gone"))
        server.change_lesson(lesson_id, Title="New")
        server.join(4711, 2)
        server.complete(lesson_id, 3)

        assert [(each["Id"], each["Title"]) for each in server.lessons()] == [(lesson_id, "New")]
