"""The promises of other editors, who write without the client's knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import SandboxServer, sandbox_here

from coursesync.sandbox import Fault, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.conftest import MakeSite, Site

PAGE = "/_sandbox/sections"
COURSE = 4711


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox_here() as made:
        yield made


def only(site: Site) -> dict[str, object]:
    (section,) = site.sandbox.sections()
    return dict(section)


def test_another_editor_creates(site: Site) -> None:
    """`POST` creates a section from a create's body and returns its Id."""
    body = site.section(Title="Theirs", SectionContents="<p>Hi</p>", UnlockType=2, Active=True)
    made = site.client.post(PAGE, json=body).json()
    section = only(site)

    assert made == {"Id": section["Id"]}
    assert {name: section[name] for name in body} == body
    assert section["UpdatedBy"] == "colleague@sandbox.example"


def test_a_foreign_create_may_leave_the_unlock_type_out(site: Site) -> None:
    """Another editor can leave out what the vendor's pages call optional."""
    body = site.section()
    del body["UnlockType"]
    site.client.post(PAGE, json=body)

    assert only(site)["UnlockType"] == 1


def test_another_editor_changes_some_fields(site: Site) -> None:
    """`PUT` sets the fields that it has and keeps the others, the picture as well."""
    section_id = site.created(
        SectionContents="<p>Mine</p>", Active=True, NewImageUrl="https://example.com/a.png"
    )
    before = only(site)
    site.clock.seconds += 60
    answered = site.client.put(PAGE, json={"Id": section_id, "Title": "Theirs", "By": "eve@x.org"})
    after = only(site)
    changed = {name: after[name] for name in after if after[name] != before[name]}

    assert answered.json() == {"Id": section_id}
    assert changed == {
        "Title": "Theirs",
        "ToStringText": "Theirs",
        "UpdatedOn": "2025-01-15T10:31:00Z",
        "UpdatedBy": "eve@x.org",
    }


def test_another_editor_removes(site: Site) -> None:
    """`DELETE` with `?id=` removes a section."""
    section_id = site.created()
    answered = site.client.delete(PAGE, params={"id": section_id})

    assert (answered.json(), site.sandbox.sections()) == ({"Id": section_id}, [])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_there_must_be_a_section(site: Site, method: str) -> None:
    """A change or a removal of a record that does not exist is 404."""
    answered = site.client.request(method, PAGE, params={"id": 7}, json={"Id": 7, "Title": "x"})

    assert answered.status_code == 404


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {}),
        ("POST", {"Title": "x", "DisplayOrder": 1, "UnlockAfterDays": 0, "CourseId": 1}),
        ("PUT", {"Title": "x"}),
        ("PUT", {"Id": True}),
        ("PUT", {"Id": 2**70}),
        ("DELETE", {}),
        ("PUT", {"Title": " "}),
        ("PUT", {"By": 7}),
    ],
)
def test_a_body_is_held_to_the_rules(site: Site, method: str, body: dict[str, object]) -> None:
    """A body that the API would refuse is 400 and changes nothing."""
    section_id = site.created()
    before = site.sandbox.sections()
    if body.keys() & {"By"} or body.get("Title") == " ":
        body = {"Id": section_id, **body}
    answered = site.client.request(method, PAGE, json=body)

    assert answered.status_code == 400
    assert answered.json()["Errors"]
    assert site.sandbox.sections() == before


def test_other_editors_meet_no_obstacle(make_site: MakeSite) -> None:
    """Other editors need no token, meet no limits or faults, and leave nothing in the log."""
    site = make_site(Settings(limits="sliding"))
    del site.client.headers["Authorization"]
    site.sandbox.add_fault(Fault.parse("* *@1+:error-before"))
    statuses = {site.client.post(PAGE, json=site.section()).status_code for _ in range(99)}

    assert (statuses, site.sandbox.log) == ({200}, ())


def test_lists_lag_behind_other_editors_too(make_site: MakeSite) -> None:
    """Another editor's creates and deletes appear in lists as late as the client's."""
    site = make_site(Settings(list_lag=2.5))
    section_id = site.client.post(PAGE, json=site.section()).json()["Id"]
    api = "/api/content/coursesections"
    shown = [site.client.get(api).json()["TotalItems"]]
    site.clock.seconds += 2.5
    site.client.delete(PAGE, params={"id": section_id})
    shown.append(site.client.get(api).json()["TotalItems"])
    site.clock.seconds += 2.5
    shown.append(site.client.get(api).json()["TotalItems"])

    assert shown == [0, 1, 0]


def test_the_harness_plays_another_editor(server: SandboxServer) -> None:
    """Over the socket the three pages do the same."""
    kept = server.foreign_create(COURSE, "One", Active=True)
    gone = server.foreign_create(COURSE, "Two")
    server.foreign_change(kept, Title="Three")
    server.foreign_remove(gone)

    assert [(each["Id"], each["Title"], each["Active"]) for each in server.records()] == [
        (kept, "Three", True)
    ]


@pytest.mark.parametrize("page", ["sections", "lessons"])
def test_a_property_that_does_not_exist_is_refused(site: Site, page: str) -> None:
    """A misspelt property is a mistake; otherwise the record would silently lack it."""
    body = {**site.section(), "Tittle": "One"}
    answer = site.client.post(f"/_sandbox/{page}", json=body)

    assert '"Tittle"' in answer.text
    assert "is not a property" in answer.text
    assert site.sandbox.sections() == []
