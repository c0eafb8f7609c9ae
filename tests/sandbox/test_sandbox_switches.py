"""The promises of the settings, for points that the vendor's pages leave open.

Source: https://developers.nexudus.com/rest-api/content/search-coursesections
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from docs.pages import SANDBOX
from harness import ask, pointed_at, sandbox_here, saved, serve, write_outline

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
TEXTS = frozenset({"SectionContents", "Active", "DisplayOrder", "Title"})


def filled(site: Site) -> dict[str, object]:
    """Create a section with a value in each property, and return it as a read by Id does."""
    section_id = site.created(SectionContents="<p>Hi</p>", Active=True)
    whole = site.client.get(f"{SECTIONS}/{section_id}").json()
    assert isinstance(whole, dict)
    return whole


def test_lists_may_hold_nulls(make_site: MakeSite) -> None:
    """With `lists_null` these properties are null in a list, and whole by Id and by Ids."""
    site = make_site(Settings(lists_null=TEXTS))
    whole = filled(site)
    (listed,) = site.client.get(SECTIONS).json()["Records"]
    several = site.client.get(SECTIONS, params={"id": f"[{whole['Id']}]"}).json()

    assert {name for name in listed if listed[name] != whole[name]} == TEXTS
    assert {listed[name] for name in TEXTS} == {None}
    assert (whole["SectionContents"], several) == ("<p>Hi</p>", [whole])


def test_lists_may_leave_properties_out(make_site: MakeSite) -> None:
    """With `lists_without` these properties are missing in a list's records."""
    site = make_site(Settings(lists_without=TEXTS))
    whole = filled(site)
    (listed,) = site.client.get(SECTIONS).json()["Records"]

    assert whole.keys() - listed.keys() == TEXTS | {"LocalizationDetails", "CustomFields"}


def test_a_filter_sees_what_a_list_hides(make_site: MakeSite) -> None:
    """Filters use the stored values."""
    site = make_site(Settings(lists_null=frozenset({"Title"})))
    site.created(Title="Alpha")
    site.created(Title="Beta")
    found = site.client.get(SECTIONS, params={"CourseSection_Title": "Beta"}).json()

    assert [each["Title"] for each in found["Records"]] == [None]


@pytest.mark.parametrize("in_process", [False, True])
def test_a_setting_changes_while_it_runs(site: Site, *, in_process: bool) -> None:
    """`Sandbox.change` and `POST /_sandbox/settings` act on the next request."""
    filled(site)
    if in_process:
        site.sandbox.change(lists_null=["Active"])
    else:
        site.client.post("/_sandbox/settings", json={"lists_null": ["Active"]})
    (listed,) = site.client.get(SECTIONS).json()["Records"]

    assert listed["Active"] is None
    assert site.client.get("/_sandbox/settings").json()["lists_null"] == ["Active"]


@pytest.mark.parametrize(
    "change",
    [
        {"nothing": 1},
        {"users": []},
        {"limits": "fixed"},
        {"lists_null": [1]},
        {"lists_null": {}},
        {"normalise_html": 1},
        {"dir_style": "up"},
        {"validation_status": True},
        {"max_body": 1.5},
        {"list_lag": "nan"},
        {"list_lag": None},
        {"list_lag": -1},
    ],
)
def test_a_bad_setting_changes_none(site: Site, change: dict[str, object]) -> None:
    """A setting that does not exist, or a value that it can't have, is 400 and changes nothing."""
    before = site.client.get("/_sandbox/settings").json()
    answered = site.client.post("/_sandbox/settings", json={"unlock_type_required": False} | change)

    assert answered.status_code == 400
    assert site.client.get("/_sandbox/settings").json() == before


def test_a_served_sandbox_can_be_set_up(cli: CommandLine, tmp_path: Path) -> None:
    """`sandbox serve --set NAME=VALUE`, as often as needed, sets it up from the start."""
    options = ["ids_from=5000000000", "lists_null=Title,Active", "create_value=record"]
    words = [word for option in options for word in ("--set", option)]
    with contextmanager(serve)(cli, tmp_path, *words) as server:
        section_id = server.foreign_create(4711, "One")
        answered = ask("GET", f"{server.url}/_sandbox/settings").json()

    assert section_id == 5_000_000_000
    assert (answered["lists_null"], answered["create_value"]) == (["Active", "Title"], "record")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("nothing=1", "nothing is not a setting"),
        ("ids_from=9223372036854775807", "ids_from must be a whole number"),
        ("list_lag=inf", "list_lag must be a number"),
        ("users=", "users is not a setting"),
        ("missing_role=402", "missing_role must be one of 401, 403"),
        ("unlock_type_required", "NAME=VALUE"),
    ],
)
def test_a_bad_set_is_a_mistake_of_usage(cli: CommandLine, option: str, words: str) -> None:
    """A value that can't be set is reported before the server starts."""
    ran = cli("sandbox", "serve", "--set", option, "--stop-after", "0")

    assert ran.code == 64
    assert words in ran.said


def test_a_large_id_works_everywhere(cli: CommandLine, courses: Path) -> None:
    """Every command handles Ids above 2³¹, of courses and of sections."""
    course_id = 2**62
    outline = write_outline(courses, "a", course_id, "One", "Two")
    with sandbox_here(Settings(ids_from=2**31)) as server:
        server.add_course(course_id)
        online = pointed_at(cli, server)
        applied = online("apply", "--auto-approve")
        outline.write_text(outline.read_text().replace("Two", "Three"))
        again = online("apply", "--auto-approve", "--refresh")
        server.foreign_change(2**31, Title="Theirs", At="2040-01-01T00:00:00Z")
        drifted = online("drift")
        theirs = server.foreign_create(course_id, "Fourth")
        (courses / "coursesync.state.json").unlink()
        outline.unlink()
        imported = online("import", "--course", str(course_id))

    assert (applied.code, again.code, drifted.code, imported.code) == (0, 0, 2, 0), imported
    assert theirs == 2**31 + 2
    assert sorted(saved(courses).entries.values()) == [2**31, 2**31 + 1, 2**31 + 2]


def test_the_page_lists_each_setting_and_value(site: Site) -> None:
    """The documentation has a row for each setting, with every value that it can have."""
    rows = re.findall(r"^\| (`.*?)\|(.*)$", SANDBOX.text, re.MULTILINE)
    words = {name: row for names, row in rows for name in re.findall("`(.*?)`", names)}
    missing = []
    for name in site.client.get("/_sandbox/settings").json():
        answered = site.client.post("/_sandbox/settings", json={name: "?"}).json()
        values = re.findall(r"\w+", answered.get("Message", "").partition("one of")[2])
        missing += [(name, each) for each in values if f"`{each}`" not in words.get(name, "")]
        missing += [(name, "")] if name not in words else []

    assert missing == []
