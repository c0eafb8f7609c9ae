"""The promises of enrolments, completions and locations.

Source: https://developers.nexudus.com/rest-api/content/post-coursemembers
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import ALL_ROLES, Sandbox, Settings, User

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from sandbox.conftest import MakeSite, Site

BUSINESSES = "/api/sys/businesses"
COMPLETIONS = "/api/content/coursecompletedlessons"
LESSONS = "/api/content/courselessons"
MEMBERS = "/api/content/coursemembers"


def lessons(site: Site, count: int) -> list[int]:
    """Create lessons, in the order of their Ids."""
    bodies = [site.section(Title=f"Lesson {each}", DisplayOrder=each) for each in range(count)]
    return [site.client.post(LESSONS, json=each).json()["Value"]["Id"] for each in bodies]


def coworker(site: Site) -> int:
    made = site.client.post("/_sandbox/coworkers", json={}).raise_for_status().json()
    assert isinstance(made["Id"], int)
    return made["Id"]


def enrol(site: Site, **fields: object) -> httpx.Response:
    return site.client.post(MEMBERS, json={"CourseId": 4711, **fields})


def complete(site: Site, lesson_id: int, member_id: int) -> httpx.Response:
    body = {"CourseLessonId": lesson_id, "CourseMemberId": member_id}
    return site.client.post(COMPLETIONS, json=body)


def total(site: Site, address: str, **query: str | int) -> int:
    found = site.client.get(address, params={**query, "size": 1}).raise_for_status().json()
    assert isinstance(found["TotalItems"], int)
    return found["TotalItems"]


def problems(answered: httpx.Response) -> list[str]:
    assert answered.status_code == 400
    return [each["PropertyName"] for each in answered.json()["Errors"]]


def test_an_enrolment_reads_as_the_vendor_has_it(site: Site) -> None:
    """A get by Id has every field of the enrolment, and no name of a person."""
    (lesson_id,) = lessons(site, 1)
    person = coworker(site)
    member_id = enrol(site, CoworkerId=person, Approved=True).json()["Value"]["Id"]
    site.clock.seconds += 60
    complete(site, lesson_id, member_id).raise_for_status()
    found = site.client.get(f"{MEMBERS}/{member_id}").json()

    assert found == {
        "Id": member_id,
        "UniqueId": found["UniqueId"],
        "CourseId": 4711,
        "CourseTitle": "Member onboarding",
        "CoworkerId": person,
        "Approved": True,
        "Blocked": False,
        "LastCompletedLessonId": lesson_id,
        "LastAccess": "2025-01-15T10:31:00Z",
        "CreatedOn": "2025-01-15T10:30:00Z",
        "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "admin@sandbox.example",
        "IsNew": False,
        "SystemId": None,
        "ToStringText": None,
        "LocalizationDetails": None,
        "CustomFields": None,
    }


def test_an_enrolment_is_changed_and_deleted(site: Site) -> None:
    """A member can be blocked, and with the enrolment its completions are deleted."""
    (lesson_id,) = lessons(site, 1)
    site.sandbox.complete_lesson(lesson_id, 2)
    (first, _) = site.client.get(MEMBERS).json()["Records"]
    site.client.put(MEMBERS, json={**first, "Blocked": True}).raise_for_status()
    blocked = total(site, MEMBERS, CourseMember_Blocked="true")
    site.client.delete(f"{MEMBERS}/{first['Id']}").raise_for_status()

    assert (blocked, total(site, MEMBERS), total(site, COMPLETIONS)) == (1, 1, 1)


def test_a_completion_is_created_and_deleted(site: Site) -> None:
    """A completion is found by its lesson and by its member, and a deletion removes it."""
    (lesson_id,) = lessons(site, 1)
    member_id, _ = site.sandbox.add_members(4711, 2)
    made = complete(site, lesson_id, member_id).json()["Value"]["Id"]
    by_both = {
        "CourseCompletedLesson_CourseLesson": lesson_id,
        "CourseCompletedLesson_CourseMember": member_id,
    }
    counts = [total(site, COMPLETIONS, **{name: by_both[name]}) for name in by_both]
    found = site.client.get(f"{COMPLETIONS}/{made}").json()
    site.client.delete(f"{COMPLETIONS}/{made}").raise_for_status()

    assert (counts, total(site, COMPLETIONS)) == ([1, 1], 0)
    assert (found["CourseLessonId"], found["CourseMemberId"]) == (lesson_id, member_id)


def test_nobody_is_enrolled_twice(site: Site) -> None:
    """A coworker has one enrolment in a course, and a member completes a lesson once."""
    (lesson_id,) = lessons(site, 1)
    person = coworker(site)
    member_id = enrol(site, CoworkerId=person).json()["Value"]["Id"]
    complete(site, lesson_id, member_id).raise_for_status()

    assert problems(enrol(site, CoworkerId=person)) == ["CoworkerId"]
    assert problems(complete(site, lesson_id, member_id)) == ["CourseMemberId"]
    assert (total(site, MEMBERS), total(site, COMPLETIONS)) == (1, 1)


@pytest.mark.parametrize("name", ["CourseId", "CoworkerId"])
@pytest.mark.parametrize("value", [None, 7])
def test_an_enrolment_joins_existing_records(site: Site, name: str, value: int | None) -> None:
    """A course and a coworker are required, and must exist."""
    assert problems(enrol(site, **{"CoworkerId": 88123, name: value})) == [name]


def test_a_completion_joins_existing_records(site: Site) -> None:
    """Neither a lesson nor a member that does not exist can have a completion."""
    assert problems(complete(site, 1, 1)) == ["CourseLessonId", "CourseMemberId"]


@pytest.mark.parametrize("kind", ["CourseMember", "CourseCompletedLesson", "Business"])
@pytest.mark.parametrize("status", [401, 403])
def test_each_list_needs_its_role(make_site: MakeSite, kind: str, status: int) -> None:
    """Without the role `…-List` a count is denied, with the status that the switch names."""
    address = {"CourseMember": MEMBERS, "Business": BUSINESSES}.get(kind, COMPLETIONS)
    site = make_site(Settings(users=(User(roles=ALL_ROLES - {f"{kind}-List"}),)))
    site.sandbox.change(missing_role=status)

    assert site.client.get(address, params={"size": 1}).status_code == status


def test_locations_are_listed(site: Site) -> None:
    """There are several locations, one of them the account's own; they are found by name."""
    site.client.post("/_sandbox/businesses", json={"Id": 1206, "Name": "North Dock"})
    found = site.client.get(BUSINESSES).json()["Records"]
    own = site.client.get("/api/auth/me").json()["DefaultBusinessId"]
    by_name = site.client.get(BUSINESSES, params={"Business_Name": "dock"}).json()["Records"]

    assert [(each["Id"], each["Name"]) for each in found] == [
        (1204, "Harbour House"),
        (1205, "Mill Yard"),
        (1206, "North Dock"),
    ]
    assert own == 1204
    assert site.client.get(f"{BUSINESSES}/{own}").json()["Name"] == "Harbour House"
    assert [each["Id"] for each in by_name] == [1206]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("POST", BUSINESSES, 405),
        ("DELETE", f"{BUSINESSES}/1204", 405),
        ("GET", "/api/content/businesses", 404),
        ("GET", "/api/sys/courses", 404),
        ("GET", "/api/content/coworkers", 404),
        ("DELETE", "/_sandbox/businesses?id=1204", 405),
    ],
)
def test_nothing_else_has_a_path(site: Site, method: str, address: str, status: int) -> None:
    """Locations are only read, each kind has one path, and people and tariffs have none."""
    assert site.client.request(method, address, json={}).status_code == status


@pytest.mark.parametrize("page", ["coworkers", "tariffs", "businesses"])
def test_a_course_uses_what_is_added(site: Site, page: str) -> None:
    """`POST /_sandbox/coworkers`, `tariffs` and `businesses` add what a course can name."""
    name = {"coworkers": "HostId", "tariffs": "TariffId", "businesses": "BusinessId"}[page]
    body = {} if page == "coworkers" else {"Name": "New"}
    added = site.client.post(f"/_sandbox/{page}", json=body).raise_for_status().json()["Id"]
    course = {"BusinessId": 1204, "HostId": 88123, "Title": "A", "DisplayOrder": 1, "Visibility": 1}

    answered = site.client.post("/api/content/courses", json={**course, name: added})

    assert answered.status_code == 200


def seeded(site: Site, count: int) -> dict[str, int]:
    body = {"CourseId": 4711, "Members": count}
    found = site.client.post("/_sandbox/seed", json=body).raise_for_status().json()
    assert isinstance(found, dict)
    return found


def people(site: Site) -> str:
    pages = ("coworkers", "members", "completions")
    return json.dumps([site.client.get(f"/_sandbox/{page}").json() for page in pages])


def test_a_seed_fills_a_course(site: Site) -> None:
    """Each lesson has fewer completions than the one before; the first member has them all."""
    ids = lessons(site, 4)
    answered = seeded(site, 8)
    counts = [total(site, COMPLETIONS, CourseCompletedLesson_CourseLesson=each) for each in ids]

    assert counts == [7, 5, 3, 1]
    assert answered == {"Members": 8, "Completions": 16}


def test_a_seed_is_always_the_same(make_site: MakeSite) -> None:
    """The same course gets the same bytes at any time, and a second seed changes nothing."""
    first, second = make_site(Settings()), make_site(Settings())
    second.clock.seconds += 86_400
    for site in (first, second):
        lessons(site, 3)
    seeded(first, 40)
    second.sandbox.seed(4711, 40)
    once = people(second)
    second.sandbox.seed(4711, 40)

    assert people(first) == once == people(second)


def test_a_seed_adds_to_the_members_that_are_there(site: Site) -> None:
    """Members who are there already count."""
    site.sandbox.add_members(4711, 3)

    assert seeded(site, 2) == {"Members": 3, "Completions": 0}
    assert seeded(site, 5) == {"Members": 5, "Completions": 0}


@pytest.mark.parametrize(
    "body", [{}, {"CourseId": 1, "Members": 1}, {"CourseId": 4711, "Members": 0}]
)
def test_a_bad_seed_is_refused(site: Site, body: dict[str, int]) -> None:
    """A seed needs a course that exists, and a number of members."""
    assert site.client.post("/_sandbox/seed", json=body).status_code == 400


def test_people_of_an_earlier_version_are_carried_over(tmp_path: Path) -> None:
    """A file whose courses had only a title keeps its courses, members and completions."""
    path = tmp_path / "sandbox.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript("""
            CREATE TABLE courses (
                Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, Title TEXT NOT NULL,
                CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL);
            CREATE TABLE members (
                Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL,
                CourseId INTEGER NOT NULL, CoworkerId INTEGER NOT NULL, CreatedOn TEXT NOT NULL);
            CREATE TABLE completions (
                Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL,
                CourseLessonId INTEGER NOT NULL, CourseMemberId INTEGER NOT NULL,
                CreatedOn TEXT NOT NULL, UNIQUE (CourseLessonId, CourseMemberId));
            INSERT INTO courses VALUES (4711, 'u', 'One', 'then', 'then');
            INSERT INTO members VALUES (5000007, 'u', 4711, 9000001, 'then');
            INSERT INTO completions VALUES (3000001, 'u', 2000001, 5000007, 'then');
        """)
    old.close()
    with Sandbox(path) as sandbox:
        sandbox.add_course(4711, "Retitled")
        (course,) = sandbox.records("/api/content/courses")
        (member,) = sandbox.records(MEMBERS)
        (completion,) = sandbox.records(COMPLETIONS)
        new = sandbox.add_members(4711, 1)

    assert (course["Title"], course["BusinessId"], course["Active"]) == ("Retitled", 1204, True)
    assert (member["CourseTitle"], member["Approved"]) == ("Retitled", True)
    assert completion["CourseMemberId"] == 5000007
    assert new == [5000008]
