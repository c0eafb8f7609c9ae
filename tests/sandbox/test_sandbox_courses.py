"""The promises of courses.

Source: https://developers.nexudus.com/rest-api/content/post-courses
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import ALL_ROLES, Fault, Settings, User

if TYPE_CHECKING:
    import httpx
    from sandbox.conftest import MakeSite, Site

COURSES = "/api/content/courses"
LESSONS = "/api/content/courselessons"
MEMBERS = "/api/content/coursemembers"
SECTIONS = "/api/content/coursesections"
PAGE = "/_sandbox/courses"
REQUIRED: dict[str, object] = {
    "BusinessId": 1204,
    "HostId": 88123,
    "Title": "Safety",
    "DisplayOrder": 20,
    "Visibility": 2,
}
OPTIONAL: dict[str, object] = {
    "TariffId": 301,
    "SummaryText": "What to do.",
    "FullDescription": "Know the **exits**.",
    "OverviewText": "<p>Join us.</p>",
    "ShowOverview": True,
    "Active": True,
    "GroupName": "Getting started",
    "ShowInHomePage": True,
    "HasCommunityGroup": True,
    "SystemId": "coursesync:1",
    "CustomFields": {"a": 1},
    "LocalizationDetails": [],
}
UNSET: dict[str, object] = {
    "TariffId": None,
    "SummaryText": None,
    "FullDescription": None,
    "OverviewText": None,
    "ShowOverview": False,
    "Active": False,
    "GroupName": None,
    "ShowInHomePage": False,
    "HasCommunityGroup": False,
}
KEPT: dict[str, object] = {
    "SystemId": "coursesync:1",
    "CustomFields": {"a": 1},
    "LocalizationDetails": [],
    "ImageFileName": "a.png",
    "LargeImageFileName": "b.png",
}


def create(site: Site, **fields: object) -> httpx.Response:
    return site.client.post(COURSES, json={**REQUIRED, **fields})


def created(site: Site, **fields: object) -> int:
    record_id = create(site, **fields).raise_for_status().json()["Value"]["Id"]
    assert isinstance(record_id, int)
    return record_id


def update(site: Site, course_id: int, **fields: object) -> httpx.Response:
    return site.client.put(COURSES, json={**REQUIRED, "Id": course_id, **fields})


def record(site: Site, course_id: int) -> dict[str, object]:
    found = site.client.get(f"{COURSES}/{course_id}").raise_for_status().json()
    assert isinstance(found, dict)
    return found


def listed(site: Site, **query: str | int) -> list[int]:
    found = site.client.get(COURSES, params=query).raise_for_status().json()
    return [each["Id"] for each in found["Records"]]


def problems(answered: httpx.Response) -> list[str]:
    assert answered.status_code == 400
    return [each["PropertyName"] for each in answered.json()["Errors"]]


def groups(site: Site) -> list[int]:
    return [each["CourseId"] for each in site.client.get("/_sandbox/groups").json()]


def filled(site: Site) -> int:
    """Create a course with a section, a lesson in it, another lesson, and two members."""
    course_id = created(site)
    section_id = site.created(CourseId=course_id)
    for holder in (section_id, None):
        lesson = site.section(CourseId=course_id, SectionId=holder)
        site.client.post(LESSONS, json=lesson).raise_for_status()
    site.sandbox.add_members(course_id, 2)
    site.sandbox.complete_lesson(int(str(site.sandbox.lessons()[0]["Id"])), 1)
    return course_id


def left(site: Site) -> list[int]:
    """Return how many records of each kind there are: sections, lessons, members, completions."""
    pages = ("sections", "lessons", "members", "completions")
    return [len(site.client.get(f"/_sandbox/{page}").json()) for page in pages]


def test_a_course_reads_back_as_it_was_sent(site: Site) -> None:
    """A get by Id has every field, and the names of the location and of the tariff."""
    sent = {**REQUIRED, **OPTIONAL, "Visibility": 4}
    pictures = {
        "NewImageUrl": "https://cdn.example.com/a.png",
        "NewLargeImageUrl": "https://cdn.example.com/b.png",
    }
    course_id = created(site, **sent, **pictures)
    found = record(site, course_id)

    assert found == {
        **sent,
        "Id": course_id,
        "UniqueId": found["UniqueId"],
        "BusinessName": "Harbour House",
        "TariffName": "Course pass",
        "ImageFileName": "a.png",
        "LargeImageFileName": "b.png",
        "NewImageUrl": None,
        "ClearImageFile": None,
        "NewLargeImageUrl": None,
        "ClearLargeImageFile": None,
        "CreatedOn": "2025-01-15T10:30:00Z",
        "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "admin@sandbox.example",
        "IsNew": False,
        "ToStringText": "Safety",
    }


def test_a_create_answers_as_for_a_section(site: Site) -> None:
    """The answer names the kind and the new Id; the course can have sections at once."""
    answered = create(site).json()
    course_id = answered["Value"]["Id"]

    assert answered["Message"] == "Course was successfully created."
    assert site.create(CourseId=course_id).status_code == 200
    assert site.sandbox.sections()[0]["CourseTitle"] == "Safety"


def test_an_update_changes_the_record(site: Site) -> None:
    """A PUT changes the course that an outline has named, too."""
    answered = update(site, 4711, Title="Start here", Visibility=1).json()

    assert answered["Message"] == "Course was successfully updated."
    assert (record(site, 4711)["Title"], record(site, 4711)["Visibility"]) == ("Start here", 1)


@pytest.mark.parametrize(
    ("resets", "expected"),
    [
        ("nothing", {**OPTIONAL, **KEPT}),
        ("fields", {**UNSET, **KEPT}),
        ("everything", {**UNSET, **dict.fromkeys(KEPT)}),
    ],
)
def test_what_an_update_resets_is_a_switch(
    site: Site, resets: str, expected: dict[str, object]
) -> None:
    """`put_resets` acts on courses as it does on sections, and on both pictures."""
    site.sandbox.change(put_resets=resets)
    course_id = created(site, **OPTIONAL)
    pictures = {each: KEPT[each] for each in ("ImageFileName", "LargeImageFileName")}
    site.client.put(PAGE, json={"Id": course_id, **pictures}).raise_for_status()
    update(site, course_id).raise_for_status()
    found = record(site, course_id)

    assert {name: found[name] for name in expected} == expected


def test_a_course_sent_as_it_was_read_stays(site: Site) -> None:
    """An update with the whole record changes only the new title."""
    before = record(site, created(site, **OPTIONAL))
    site.client.put(COURSES, json={**before, "Title": "New"}).raise_for_status()
    after = record(site, int(str(before["Id"])))

    assert {name for name in after if after[name] != before[name]} == {"Title", "ToStringText"}


@pytest.mark.parametrize("name", [*REQUIRED])
def test_a_required_field_is_named(site: Site, name: str) -> None:
    """A create and an update need each required field."""
    before = len(listed(site))

    assert problems(create(site, **{name: None})) == [name]
    assert problems(update(site, 4711, **{name: None})) == [name]
    assert len(listed(site)) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BusinessId", 7),
        ("HostId", 7),
        ("TariffId", 7),
        ("Visibility", 0),
        ("Visibility", 5),
        ("Title", " "),
        ("SummaryText", "x" * 401),
        ("FullDescription", 1),
        ("OverviewText", []),
        ("ShowOverview", 1),
        ("Active", "yes"),
        ("GroupName", 1),
        ("ShowInHomePage", "no"),
        ("HasCommunityGroup", 0),
        ("NewImageUrl", "a.png"),
        ("ClearImageFile", 1),
        ("NewLargeImageUrl", "https://cdn.example.com/a.svg"),
        ("ClearLargeImageFile", "yes"),
        ("SystemId", 1),
    ],
)
def test_a_bad_field_is_named(site: Site, name: str, value: object) -> None:
    """A create with a value that a field can't have is 400, and quotes it."""
    answered = create(site, **{name: value})

    assert problems(answered) == [name]
    assert answered.json()["Errors"][0]["AttemptedValue"] == value
    assert listed(site) == [4711]


def test_a_paid_course_needs_a_tariff(site: Site) -> None:
    """With the visibility 4 a `TariffId` is required."""
    assert problems(create(site, Visibility=4)) == ["TariffId"]
    assert create(site, Visibility=4, TariffId=301).status_code == 200


def test_the_visibility_can_be_optional(make_site: MakeSite) -> None:
    """With `visibility_required=False` a course without one is public."""
    site = make_site(Settings(visibility_required=False))

    assert record(site, created(site, Visibility=None))["Visibility"] == 1


def test_the_length_of_a_summary_is_a_switch(site: Site) -> None:
    """`summary_limit` is 400 characters by default, and 0 for no limit."""
    at_the_limit = create(site, SummaryText="x" * 400).status_code
    site.sandbox.change(summary_limit=0)

    assert (at_the_limit, create(site, SummaryText="x" * 4000).status_code) == (200, 200)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"Course_Title": "safe"}, "Safety"),
        ({"Course_Business": 1205}, "Safety"),
        ({"Course_Business_Name": "mill"}, "Safety"),
        ({"Course_Host": 88124}, "Safety"),
        ({"Course_Tariff": 301}, "Safety"),
        ({"Course_Visibility": 4}, "Safety"),
        ({"Course_DisplayOrder": 20}, "Safety"),
        ({"Course_SummaryText": "what"}, "Safety"),
        ({"Course_FullDescription": "exits"}, "Safety"),
        ({"Course_OverviewText": "join"}, "Safety"),
        ({"Course_ShowOverview": "true"}, "Safety"),
        ({"Course_GroupName": "getting"}, "Safety"),
        ({"Course_ShowInHomePage": "true"}, "Safety"),
        ({"Course_HasCommunityGroup": "true"}, "Safety"),
        ({"Course_Active": "false"}, "Draft"),
        ({"from_Course_DisplayOrder": 25}, "Draft"),
        ({"orderBy": "DisplayOrder", "page": 3, "size": 1}, "Draft"),
    ],
)
def test_each_field_has_a_filter(site: Site, query: dict[str, str | int], expected: str) -> None:
    """A search by a field, or by a page, finds the course that has the value."""
    site.client.post("/_sandbox/coworkers", json={"Id": 88124}).raise_for_status()
    created(site, **OPTIONAL, BusinessId=1205, HostId=88124, Visibility=4)
    created(site, Title="Draft", DisplayOrder=30)

    assert [record(site, each)["Title"] for each in listed(site, **query)] == [expected]


def test_courses_are_read_by_their_ids(site: Site) -> None:
    """`?id=[…]` has whole courses, in the order asked for."""
    ids = [created(site, **OPTIONAL), created(site)]
    found = site.client.get(COURSES, params={"id": f"[{ids[1]},{ids[0]}]"}).json()

    assert found == [record(site, ids[1]), record(site, ids[0])]


def test_lists_can_leave_texts_out(make_site: MakeSite) -> None:
    """`lists_null` and `lists_without` act on courses, too."""
    site = make_site(
        Settings(
            lists_null=frozenset({"FullDescription"}), lists_without=frozenset({"OverviewText"})
        )
    )
    created(site, **OPTIONAL)
    found = site.client.get(COURSES, params={"Course_Title": "Safety"}).json()["Records"][0]

    assert (found["FullDescription"], found["SummaryText"]) == (None, "What to do.")
    assert "OverviewText" not in found


def test_a_new_course_is_listed_late(make_site: MakeSite) -> None:
    """Lists lag for courses that a request has created."""
    site = make_site(Settings(list_lag=2.5))
    course_id = created(site)
    before = listed(site)
    site.clock.seconds += 2.5

    assert (before, listed(site)) == ([4711], [4711, course_id])


@pytest.mark.parametrize(
    ("choice", "status", "expected"),
    [("kept", 200, "m"), ("dropped", 200, None), ("refused", 400, 0)],
)
def test_a_system_id_is_kept_or_not(site: Site, choice: str, status: int, expected: object) -> None:
    """`system_id` acts on courses as it does on sections."""
    site.sandbox.change(system_id=choice)
    answered = create(site, SystemId="m")
    found = site.sandbox.records(COURSES)[-1]["SystemId"] if expected != 0 else 0

    assert (answered.status_code, found) == (status, expected)


def test_contents_can_be_normalised(make_site: MakeSite) -> None:
    """With `normalise_html` the server rewrites the description and the overview."""
    site = make_site(Settings(normalise_html=True))
    text = "<p>a</p>\n<p>b</p>\n"
    found = record(site, created(site, FullDescription=text, OverviewText=text))

    assert {found["FullDescription"], found["OverviewText"]} == {"<p>a</p><p>b</p>"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("a.png", "b.png")),
        ({"ClearLargeImageFile": True}, ("a.png", None)),
        ({"ClearImageFile": True}, (None, "b.png")),
        ({"NewLargeImageUrl": "https://cdn.example.com/c.gif"}, ("a.png", "c.gif")),
    ],
)
def test_each_picture_is_replaced_by_itself(
    site: Site, fields: dict[str, object], expected: tuple[str | None, str | None]
) -> None:
    """A course has two pictures, which are sent and cleared independently."""
    course_id = created(
        site,
        NewImageUrl="https://cdn.example.com/a.png",
        NewLargeImageUrl="https://cdn.example.com/b.png",
    )
    update(site, course_id, **fields).raise_for_status()
    found = record(site, course_id)

    assert (found["ImageFileName"], found["LargeImageFileName"]) == expected


def test_a_picture_can_be_accepted_and_not_kept(site: Site) -> None:
    """With `pictures="dropped"` a write succeeds, and the picture does not read back."""
    site.sandbox.change(pictures="dropped")
    address = "https://cdn.example.com/a.png"
    found = record(site, created(site, NewImageUrl=address, NewLargeImageUrl=address))

    assert (found["ImageFileName"], found["LargeImageFileName"]) == (None, None)


def test_a_community_group_is_created_once(site: Site) -> None:
    """`HasCommunityGroup` creates a discussion group each time that it becomes true."""
    course_id = created(site)
    before = groups(site)
    for value in (True, True, False, True):
        update(site, course_id, HasCommunityGroup=value).raise_for_status()
    other = created(site, HasCommunityGroup=True)

    assert (before, groups(site)) == ([], [course_id, course_id, other])


@pytest.mark.parametrize(
    ("choice", "status", "expected"),
    [
        ("deletes", 200, [0, 0, 0, 0]),
        ("leaves", 200, [1, 2, 0, 0]),
        ("refused", 400, [1, 2, 2, 1]),
    ],
)
@pytest.mark.parametrize("of_sections", ["ungroups", "deletes", "refused"])
def test_what_is_in_a_deleted_course(
    site: Site, choice: str, status: int, expected: list[int], of_sections: str
) -> None:
    """`course_delete` decides about sections and lessons; enrolments are deleted in any case."""
    site.sandbox.change(course_delete=choice, section_delete=of_sections)
    course_id = filled(site)
    answered = site.client.delete(f"{COURSES}/{course_id}")

    assert answered.status_code == status
    assert left(site) == expected
    assert (course_id in listed(site)) == (status == 400)


def test_records_that_are_left_have_no_course(site: Site) -> None:
    """A section of a deleted course is still read, and can't be updated."""
    site.sandbox.change(course_delete="leaves")
    course_id = filled(site)
    site.client.delete(f"{COURSES}/{course_id}")
    (section,) = site.client.get(SECTIONS, params={"CourseSection_Course": course_id}).json()[
        "Records"
    ]

    assert section["CourseTitle"] is None
    assert problems(site.client.put(SECTIONS, json=section)) == ["CourseId"]


def test_the_id_of_a_deleted_course_is_not_used_again(site: Site) -> None:
    """Courses have Ids of their own, wherever the Ids are that outlines name."""
    site.sandbox.add_course(2**63 - 1, "Last")
    first = created(site)
    site.client.delete(f"{COURSES}/{first}").raise_for_status()
    site.sandbox.add_course(first + 1, "Next")

    assert created(site) == first + 2


def test_an_outline_does_not_retitle_a_real_course(site: Site) -> None:
    """`add_course` changes a title only until somebody has written the course."""
    update(site, 4711, Title="Start here")
    course_id = created(site)
    for each in (4711, course_id):
        site.sandbox.add_course(each, "From an outline")

    assert record(site, 4711)["Title"] == "Start here"
    assert record(site, course_id)["Title"] == "Safety"


def test_an_outline_does_not_bring_a_course_back(site: Site) -> None:
    """A course that was deleted is not created by `add_course`; another editor can create it."""
    site.client.delete(f"{COURSES}/4711").raise_for_status()
    site.sandbox.add_course(4711, "Again")
    before = listed(site)
    site.client.post(PAGE, json={"Id": 4711, "Title": "Again"}).raise_for_status()

    assert (before, listed(site)) == ([], [4711])


@pytest.mark.parametrize(
    ("method", "address", "role"),
    [
        ("POST", COURSES, "Course-Create"),
        ("PUT", COURSES, "Course-Edit"),
        ("DELETE", f"{COURSES}/4711", "Course-Delete"),
        ("GET", f"{COURSES}/4711", "Course-Read"),
        ("GET", f"{COURSES}?id=[4711]", "Course-Read"),
        ("GET", COURSES, "Course-List"),
        ("POST", f"{COURSES}?id=4711", "Course-Create"),
    ],
)
@pytest.mark.parametrize("status", [401, 403])
def test_each_call_has_its_role(
    make_site: MakeSite, method: str, address: str, role: str, status: int
) -> None:
    """Without its role a call is denied, and with no other one."""
    denying = Settings(users=(User(roles=ALL_ROLES - {role}),))
    site, other = make_site(denying), make_site(Settings(users=(User(roles=frozenset({role})),)))
    for each in (site, other):
        each.sandbox.change(missing_role=status)
    body = {**REQUIRED, "Id": 4711} if method in {"POST", "PUT"} else None

    assert site.client.request(method, address, json=body).status_code == status
    assert other.client.request(method, address, json=body).status_code == 200


def test_a_role_can_be_taken_away(site: Site) -> None:
    """`without_roles` takes single roles from every user while the sandbox runs."""
    for role in ("Course-Create", "CourseSection-Create"):
        site.client.post("/_sandbox/settings", json={"without_roles": [role]}).raise_for_status()
        denied = [each.status_code for each in (create(site), site.create())]
        assert denied == [401 if role == "Course-Create" else 200, 401 if "Sect" in role else 200]
    site.sandbox.change(without_roles=[])

    assert create(site).status_code == 200


def test_a_role_that_does_not_exist_can_not_be_taken_away(site: Site) -> None:
    """A misspelt role is 400, and named."""
    answered = site.client.post("/_sandbox/settings", json={"without_roles": ["Course-Make"]})

    assert answered.status_code == 400
    assert "Course-Make" in answered.json()["Message"]


def test_another_editor_writes_a_whole_course(site: Site) -> None:
    """`POST /_sandbox/courses` sets each property, and the Id; without one, a title is enough."""
    given = {**REQUIRED, **OPTIONAL, **KEPT, "Id": 4712}
    site.client.post(PAGE, json=given).raise_for_status()
    site.client.post(PAGE, json={"Id": 4712, "Title": "New", "By": "me"}).raise_for_status()
    plain = site.client.post(PAGE, json={"Title": "Plain"}).raise_for_status().json()["Id"]
    found, other = record(site, 4712), record(site, plain)

    assert {name: found[name] for name in given} == {**given, "Title": "New"}
    assert found["UpdatedBy"] == "me"
    assert (other["BusinessId"], other["Visibility"], other["Active"]) == (1204, 1, True)


def test_a_title_can_be_blank(site: Site) -> None:
    """Another editor can make a course without a title; a request can with `blank_titles`."""
    site.client.post(PAGE, json={"Id": 4712, "Title": " "}).raise_for_status()
    refused = create(site, Title=" ").status_code
    site.sandbox.change(blank_titles=True)

    assert record(site, 4712)["Title"] == " "
    assert (refused, create(site, Title=" ").status_code) == (400, 200)


def test_another_editor_removes_a_course(site: Site) -> None:
    """`DELETE /_sandbox/courses?id=N` does what a deletion by the API does."""
    site.created()
    site.client.delete(PAGE, params={"id": 4711}).raise_for_status()

    assert (listed(site), site.sandbox.sections()) == ([], [])


@pytest.mark.parametrize("kind", ["known-id", "other-course-id", "lost-after", "no-id"])
def test_faults_act_on_courses(site: Site, kind: str) -> None:
    """A create of a course can go wrong in the same ways as one of a section."""
    other = created(site, BusinessId=1205)
    site.sandbox.add_fault(Fault.parse(f"POST {COURSES}@1:{kind}"))
    if kind == "lost-after":
        with pytest.raises(Exception, match="end the connection"):
            create(site)
    else:
        value = create(site).json()["Value"] or {}
        known = {"known-id": 4711, "other-course-id": other}
        assert value.get("Id") == known.get(kind)

    assert len(listed(site)) == 3
