"""What `apply` sends and keeps, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import files_below, pointed_at, sandbox_here, saved, write_outline

from coursesync.kinds.address import Address
from coursesync.kinds.marker import marker_of
from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_the_whole_way(online: CommandLine, server: SandboxServer, onboarding: Path) -> None:
    """The Ids that the server gave stand in the state and on stdout, and nothing else does."""
    applied = online("apply", "--auto-approve")
    ids = [record["Id"] for record in server.records()]
    keys = ("welcome", "first-week", "going-further")
    addresses = [f"section.onboarding.{key}" for key in keys]

    assert applied.code == 0
    assert saved(onboarding.parent).entries == dict(zip(addresses, ids, strict=True))
    assert applied.out.splitlines() == [
        f"{address} {found}" for address, found in zip(addresses, ids, strict=True)
    ]
    assert f"[1/3] {addresses[0]}: created, Id {ids[0]}\n" in applied.err
    assert "Apply: 3 created." in applied.err


def test_creates_go_course_by_course_in_the_members_order(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Each course is created whole before the next, in the order in which members see it."""
    write_outline(courses, "b", 4712, "Two", "Four")
    write_outline(courses, "a", 4713, "One", "Three")
    author("apply", "--auto-approve")
    sent = [(record["CourseId"], record["Title"]) for record in api.records()]

    assert sent == [(4713, "One"), (4713, "Three"), (4712, "Two"), (4712, "Four")]
    assert [record["DisplayOrder"] for record in api.records()] == [10, 20, 10, 20]


def without_marker(body: object) -> Mapping[str, object]:
    """Return what a create sent except its marker, which it must have."""
    assert isinstance(body, dict)
    assert str(body["SystemId"]).startswith("coursesync:")
    return {name: value for name, value in body.items() if name != "SystemId"}


def test_a_body_holds_every_field(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """All that an outline says is sent; what it leaves out is sent as its default."""
    (courses / "week.md").write_text("# Hello\n\nA *kitchen*.\n")
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n"
        "  - title: Least\n"
        "  - title: Most\n"
        "    unlock: {after_days: 7}\n"
        "    contents: {markdown: week.md}\n"
        "    image: https://cdn.example.com/week.png\n"
        "    active: false\n"
        "    display_order: 200\n"
        "  - title: No picture\n"
        "    unlock: sequential\n"
        "    contents: <p>Read on.</p>\n"
        "    image: null\n"
    )
    applied = author("apply", "--auto-approve")
    least, most, no_picture = (without_marker(each["body"]) for each in api.creates())

    assert applied.code == 0
    assert least == {
        "Active": True,
        "CourseId": 4711,
        "DisplayOrder": 10,
        "SectionContents": "",
        "Title": "Least",
        "UnlockAfterDays": 0,
        "UnlockType": 1,
    }
    assert most == {
        "Active": False,
        "CourseId": 4711,
        "DisplayOrder": 200,
        "NewImageUrl": "https://cdn.example.com/week.png",
        "SectionContents": "<h1>Hello</h1>\n<p>A <em>kitchen</em>.</p>\n",
        "Title": "Most",
        "UnlockAfterDays": 7,
        "UnlockType": 3,
    }
    assert no_picture == {
        "Active": True,
        "ClearImageFile": True,
        "CourseId": 4711,
        "DisplayOrder": 210,
        "SectionContents": "<p>Read on.</p>",
        "Title": "No picture",
        "UnlockAfterDays": 0,
        "UnlockType": 2,
    }


def test_text_arrives_as_it_was_written(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """No letter of a title or of the contents changes on its way."""
    text = 'Ünïcode “quotes” 日本 \U0001f3e1 & <b title="x">\\</b>'
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n"
        f"  - key: one\n    title: '{text}'\n    contents: '{text}'\n"
    )
    author("apply", "--auto-approve")
    (record,) = api.records()

    assert (record["Title"], record["SectionContents"]) == (text, text)


def test_a_second_apply_sends_nothing(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Applied again, an outline makes no request and changes no file."""
    author("apply", "--auto-approve")
    met, before = api.log(), files_below(onboarding.parent)
    again = author("apply", "--auto-approve")

    assert (again.code, again.out) == (0, "")
    assert again.err.startswith("Nothing to do")
    assert api.log() == met
    assert files_below(onboarding.parent) == before


def test_nothing_to_do_needs_no_credentials(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """An apply with nothing to send does not ask for a token."""
    author("apply", "--auto-approve")
    again = author("apply", "--auto-approve", NEXUDUS_TOKEN="")

    assert again.code == 0
    assert len(api.creates()) == 3
    assert onboarding.exists()


def test_an_unknown_course_is_reported_at_its_id(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A course that Nexudus lacks is reported at its `id:` before any write; others continue."""
    path = write_outline(courses, "a", 9999, "One", "Two")
    path.write_text("# the course of the spring\n" + path.read_text())
    write_outline(courses, "b", 4712, "Three")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert (
        "courses/a.yaml:2:5: the API refuses `id`: there is no course 9999 in Nexudus\n"
        in applied.err
    )
    assert "Apply: 1 created, 1 refused, 1 not sent yet." in applied.err
    assert [met["body"] for met in api.creates()] == [
        {
            "Active": True,
            "CourseId": 4712,
            "DisplayOrder": 10,
            "SectionContents": "",
            "SystemId": marker_of(api.url, 4712, Address("section.b.three")),
            "Title": "Three",
            "UnlockAfterDays": 0,
            "UnlockType": 1,
        }
    ]
    assert saved(courses).doubts == ()


@pytest.mark.parametrize("status", [400, 200])
def test_a_refused_field_is_reported_at_its_line(
    cli: CommandLine, courses: Path, status: int
) -> None:
    """A field that the API refuses, with HTTP 400 or 200, is reported at its line and column."""
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n  - title: One\n    image: https://cdn.example.com/picture\n"
    )
    settings = Settings(validation_status=400 if status == 400 else 200, picture_endings="required")
    with sandbox_here(settings) as server:
        applied = pointed_at(cli, server)("apply", "--auto-approve")
        assert server.creates()[0]["status"] == status

    assert applied.code == 6
    assert "courses/a.yaml:5:12: the API refuses `image`: must be a JPG" in applied.err


def test_a_refusal_stops_its_own_course_only(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Order matters within a course, so its rest waits; the other courses go on."""
    write_outline(courses, "a", 9999, "One", "Two")
    write_outline(courses, "b", 4712, "Three", "Four")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert "Apply: 2 created, 1 refused, 1 not sent yet." in applied.err
    assert [record["Title"] for record in api.records()] == ["Three", "Four"]


def test_a_mended_outline_goes_on(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """After a refusal is mended the next apply does just what was left."""
    write_outline(courses, "a", 9999, "One", "Two")
    write_outline(courses, "b", 4712, "Three")
    author("apply", "--auto-approve")
    write_outline(courses, "a", 4711, "One", "Two")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0
    assert sorted(str(record["Title"]) for record in api.records()) == ["One", "Three", "Two"]
    assert author("plan", "--detailed-exitcode").code == 0


def test_a_refusal_without_a_field_is_reported_at_the_section(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """If the API names no field, its message is reported at the section's first line."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault_create(2, "unsuccessful")
    applied = author("apply", "--auto-approve")

    assert (
        "courses/a.yaml:5:5: the API refuses this section: The record could not be saved."
        in applied.err
    )


def test_what_the_api_says_is_shown_harmless(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Titles with control sequences are no outline, so none ever reaches a terminal."""
    (courses / "a.yaml").write_text(
        'id: 4711\ntitle: A\nsections:\n  - title: "One\\e[31m"\n    key: one\n'
    )
    applied = author("apply", "--auto-approve")

    assert applied.code == 3
    assert "\x1b" not in applied.err
    assert api.log() == []


def test_nothing_is_applied_without_a_state_to_keep_it(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Where the state can't be written, nothing is sent: no Id could be kept."""
    (author.cwd / "file").write_text("")
    applied = author("apply", "--auto-approve", "--state", "../file/coursesync.state.json")

    assert applied.code == 1
    assert "Error: the state" in applied.err
    assert api.log() == []
    assert onboarding.exists()


def test_another_state_file_by_name(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """`--state` and `COURSESYNC_STATE` name another state file in the workspace."""
    applied = author("apply", "--auto-approve", "--state", "other.state.json")
    planned = author("plan", "--detailed-exitcode", COURSESYNC_STATE="other.state.json")

    assert (applied.code, planned.code) == (0, 0)
    assert len(api.records()) == 3
    assert list(files_below(onboarding.parent)) == [
        "onboarding.yaml",
        "other.state.json",
        "other.state.json.requests",
    ]
