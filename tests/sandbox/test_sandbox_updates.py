"""The promises of updates, and of the properties that others set in a record.

The pages do not say what an update does to properties that its body leaves out:
https://developers.nexudus.com/rest-api/content/update-coursesection
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import Sandbox, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
OTHERS: dict[str, object] = {
    "SystemId": "crm:77",
    "CustomFields": {"Level": 3},
    "LocalizationDetails": [{"Language": "fr", "Title": "Bienvenue"}],
    "ImageFileName": "desk.png",
}
FIELDS: dict[str, object] = {"SectionContents": "<p>Hi</p>", "Active": True}
NOTHING: dict[str, object] = {
    **dict.fromkeys(OTHERS),
    "SectionContents": None,
    "Active": False,
}


def filled(site: Site) -> int:
    """Create a section with a value in each property, as another editor."""
    made = site.client.post("/_sandbox/sections", json=site.section(**OTHERS, **FIELDS)).json()
    assert isinstance(made["Id"], int)
    return made["Id"]


def record(site: Site, section_id: int) -> dict[str, object]:
    found = site.client.get(f"{SECTIONS}/{section_id}").json()
    assert isinstance(found, dict)
    return found


def properties(site: Site, section_id: int) -> dict[str, object]:
    found = record(site, section_id)
    return {name: found[name] for name in NOTHING}


def resetting(make_site: MakeSite, resets: str) -> Site:
    site = make_site(Settings())
    site.sandbox.change(put_resets=resets)
    return site


@pytest.mark.parametrize(
    ("resets", "expected"),
    [
        ("nothing", {**OTHERS, **FIELDS}),
        ("fields", {**NOTHING, **OTHERS}),
        ("everything", NOTHING),
    ],
)
def test_what_an_update_resets_is_a_switch(
    make_site: MakeSite, resets: str, expected: dict[str, object]
) -> None:
    """`put_resets` decides which properties a PUT resets if its body leaves them out."""
    site = resetting(make_site, resets)
    section_id = filled(site)
    site.client.put(SECTIONS, json=site.section(Id=section_id)).raise_for_status()

    assert properties(site, section_id) == expected


@pytest.mark.parametrize("resets", ["nothing", "fields", "everything"])
def test_a_record_sent_as_it_was_read_stays(make_site: MakeSite, resets: str) -> None:
    """With every setting, an update with the whole record changes only the new title."""
    site = resetting(make_site, resets)
    section_id = filled(site)
    before = record(site, section_id)
    site.client.put(SECTIONS, json={**before, "Title": "New"}).raise_for_status()
    after = record(site, section_id)

    changed = {name for name in after if after[name] != before[name]}

    assert changed == {"Title", "ToStringText", "UpdatedBy"}


@pytest.mark.parametrize("resets", ["nothing", "fields", "everything"])
@pytest.mark.parametrize("name", ["SystemId", "CustomFields", "LocalizationDetails"])
def test_a_null_empties_a_property(make_site: MakeSite, resets: str, name: str) -> None:
    """A property that an update sends as null is null afterwards."""
    site = resetting(make_site, resets)
    section_id = filled(site)
    site.client.put(SECTIONS, json={**record(site, section_id), name: None}).raise_for_status()

    assert properties(site, section_id) == {**OTHERS, **FIELDS, name: None}


def test_nothing_required_may_be_left_out(make_site: MakeSite) -> None:
    """Even if an update resets nothing, its body needs every required field."""
    site = resetting(make_site, "nothing")
    answered = site.client.put(SECTIONS, json={"Id": filled(site), "Title": "New"})

    assert {each["PropertyName"] for each in answered.json()["Errors"]} == {
        "CourseId",
        "DisplayOrder",
        "UnlockAfterDays",
        "UnlockType",
    }


def test_a_system_id_is_kept(site: Site) -> None:
    """A `SystemId` of a create reads back, and an update changes it."""
    section_id = site.created(SystemId="mark")
    before = record(site, section_id)["SystemId"]
    site.client.put(SECTIONS, json=site.section(Id=section_id, SystemId="other"))

    assert (before, record(site, section_id)["SystemId"]) == ("mark", "other")


def test_a_system_id_may_be_dropped(make_site: MakeSite) -> None:
    """With `system_id="dropped"` a create succeeds and its `SystemId` does not read back."""
    site = make_site(Settings(system_id="dropped"))

    assert record(site, site.created(SystemId="mark"))["SystemId"] is None


def test_a_system_id_may_be_refused(make_site: MakeSite) -> None:
    """With `system_id="refused"` a create with one is 400, and names it."""
    site = make_site(Settings(system_id="refused"))
    answered = site.create(SystemId="mark")

    assert answered.status_code == 400
    assert [each["PropertyName"] for each in answered.json()["Errors"]] == ["SystemId"]
    assert site.sandbox.sections() == []
    assert site.create(SystemId=None).status_code == 200


def test_a_refused_system_id_may_come_back_as_it_was(make_site: MakeSite) -> None:
    """With `system_id="refused"` an update can send only the record's own `SystemId`."""
    site = make_site(Settings(system_id="refused"))
    whole = record(site, filled(site))
    statuses = [
        site.client.put(SECTIONS, json={**whole, "SystemId": each}).status_code
        for each in ("crm:77", "mark", None)
    ]

    assert statuses == [200, 400, 200]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SystemId", 7),
        ("CustomFields", "x"),
        ("LocalizationDetails", True),
        ("CustomFields", {"a": "\ud800"}),
    ],
)
def test_these_properties_have_types(site: Site, name: str, value: object) -> None:
    """A `SystemId` is a text; the other two are lists or objects."""
    sent = json.dumps(site.section(**{name: value}))
    headers = {"Content-Type": "application/json"}
    answered = site.client.post(SECTIONS, content=sent, headers=headers)

    assert [each["PropertyName"] for each in answered.json()["Errors"]] == [name]


def test_another_editor_sets_each_of_them(site: Site) -> None:
    """`PUT /_sandbox/sections` sets properties that a client can't, even the picture."""
    section_id = site.created()
    site.client.put("/_sandbox/sections", json={"Id": section_id, **OTHERS, **FIELDS})

    assert properties(site, section_id) == {**OTHERS, **FIELDS}


def test_a_file_of_an_earlier_version_is_carried_over(tmp_path: Path) -> None:
    """A database without these columns gets them, and keeps its records."""
    path = tmp_path / "sandbox.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript("""
            CREATE TABLE courses (
                Id INTEGER PRIMARY KEY, UniqueId TEXT NOT NULL, Title TEXT NOT NULL,
                CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL);
            CREATE TABLE sections (
                Id INTEGER PRIMARY KEY AUTOINCREMENT, UniqueId TEXT NOT NULL,
                CourseId INTEGER NOT NULL REFERENCES courses (Id), Title TEXT NOT NULL,
                DisplayOrder INTEGER NOT NULL, UnlockType INTEGER NOT NULL,
                UnlockAfterDays INTEGER NOT NULL, SectionContents TEXT, Active INTEGER NOT NULL,
                ImageFileName TEXT, CreatedOn TEXT NOT NULL, UpdatedOn TEXT NOT NULL,
                UpdatedBy TEXT NOT NULL);
            CREATE VIEW section_records AS SELECT Id, NULL AS SystemId FROM sections;
            INSERT INTO courses VALUES (1, 'u', 'One', 'then', 'then');
            INSERT INTO sections VALUES
                (1000001, 'u', 1, 'Old', 10, 1, 0, NULL, 1, NULL, 'then', 'then', 'me');
        """)
    old.close()
    found = []
    for _ in range(2):
        with Sandbox(path) as sandbox:
            found += [(each["Title"], each["SystemId"]) for each in sandbox.sections()]

    assert found == [("Old", None)] * 2
