"""What the sandbox promises of readings that the vendor's pages leave open.

Source: https://developers.nexudus.com/rest-api/content/search-coursesections
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
TEXTS = frozenset({"SectionContents", "Active", "DisplayOrder", "Title"})


def filled(site: Site) -> dict[str, object]:
    """Create a section with a value in each property, and return it as a get by Id does."""
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
    """With `lists_without` a list's records do not have these properties at all."""
    site = make_site(Settings(lists_without=TEXTS))
    whole = filled(site)
    (listed,) = site.client.get(SECTIONS).json()["Records"]

    assert whole.keys() - listed.keys() == TEXTS | {"LocalizationDetails", "CustomFields"}


def test_a_filter_sees_what_a_list_hides(make_site: MakeSite) -> None:
    """Filters go by what is stored."""
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
        {"lists_null": "Active"},
        {"lists_null": [1]},
        {"normalise_html": 1},
        {"dir_style": "up"},
        {"validation_status": True},
        {"max_body": "1"},
        {"list_lag": -1},
    ],
)
def test_a_bad_setting_changes_none(site: Site, change: dict[str, object]) -> None:
    """A setting that does not exist, or a value that it can't have, is 400 and changes nothing."""
    before = site.client.get("/_sandbox/settings").json()
    answered = site.client.post("/_sandbox/settings", json={"unlock_type_required": False} | change)

    assert answered.status_code == 400
    assert site.client.get("/_sandbox/settings").json() == before
