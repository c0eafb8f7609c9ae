"""One outline makes a whole course: its record, all that is in it, and at last its publication."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import TOKEN, ask, lift_limits, sandbox_here, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

COURSES = "/api/content/courses"
SECTIONS = "/api/content/coursesections"
LESSONS = "/api/content/courselessons"
APPLY = ("apply", "--auto-approve", "--settling-time", "0")
PLAN = ("plan", "--detailed-exitcode")
NEW = """\
title: Harbour tour
course:
  summary: All piers.
  visibility: public
  published: true
  host: 88123
  group: Start
sections:
  - title: Welcome
    contents: <p>Hi</p>
    lessons:
      - title: Desk
        contents: <p>Here</p>
lessons:
  - title: Words
    contents: <p>Pier</p>
"""
WANTED = {
    "Active": True,
    "BusinessId": 1204,
    "DisplayOrder": 10,
    "GroupName": "Start",
    "HostId": 88123,
    "SummaryText": "All piers.",
    "Visibility": 1,
}
MADE = [
    "course.tour",
    "lesson.tour.welcome.desk",
    "lesson.tour.words",
    "publication.tour",
    "section.tour.welcome",
]


def write(courses: Path, text: str = NEW, name: str = "tour.yaml") -> Path:
    lift_limits(courses)
    path = courses / name
    path.write_text(text)
    return path


def live(api: SandboxServer, title: str = "Harbour tour") -> list[dict[str, object]]:
    """Return the courses of the site with a title."""
    found = ask("GET", f"{api.url}/_sandbox/courses").json()
    return [each for each in found if each["Title"] == title]


def edit(api: SandboxServer, course: object, **fields: object) -> None:
    """Let another editor set these fields of a course."""
    ask("PUT", f"{api.url}/_sandbox/courses", json.dumps({"Id": course, **fields}))


def counts(api: SandboxServer) -> tuple[int, int, int]:
    """Return the numbers of courses with the title, of sections and of lessons."""
    return len(live(api)), len(api.records()), len(api.lessons())


def writes(api: SandboxServer) -> list[tuple[object, object]]:
    return [(each["method"], each["path"]) for each in api.log() if each["method"] != "GET"]


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course that one apply made, filled and published."""
    write(courses)
    ran = author(*APPLY)
    assert ran.code == 0, ran.err
    return author


def test_one_apply_makes_fills_and_publishes_a_course(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Its record is made first, and it is published by the last write; then nothing is left."""
    (course,) = live(api)

    assert {name: course[name] for name in WANTED} == WANTED
    assert writes(api) == [
        ("POST", COURSES),
        ("POST", SECTIONS),
        ("POST", LESSONS),
        ("POST", LESSONS),
        ("PUT", COURSES),
    ]
    assert {each["CourseId"] for each in (*api.records(), *api.lessons())} == {course["Id"]}
    assert sorted(saved(courses).entries) == MADE
    assert saved(courses).entries["course.tour"] == course["Id"]
    assert "Nothing to do" in applied(*PLAN).out


def test_a_plan_of_a_new_course_says_so(author: CommandLine, courses: Path) -> None:
    """No number stands for the Id that it does not have; the publication is its last row."""
    write(courses)

    ran = author("plan")

    assert "  new course, courses/tour.yaml\n" in ran.out
    assert "Harbour tour            new course, hidden until it is published\n" in ran.out
    assert '          group: (none) -> "Start"\n' in ran.out
    assert "publish “Harbour tour”  once all that is in it is done\n" in ran.out
    assert "1 course to publish." in " ".join(ran.out.split())


def test_json_refers_to_a_course_without_an_id(author: CommandLine, courses: Path) -> None:
    """No provisional number leaves the process: there is a reference to the course's address."""
    write(courses)

    plan = json.loads(author("plan", "--format", "json").out)

    assert {json.dumps(each["course_id"]) for each in plan["changes"]} == {'{"ref": "course.tour"}'}
    assert plan["courses"][0]["id"] == {"ref": "course.tour"}
    assert [each["id"] for each in plan["changes"]] == [None] * 5
    assert plan["changes"][-1]["address"] == "publication.tour"


def test_a_plan_file_of_a_new_course_is_applied(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """What was reviewed is applied exactly, although the Id was not known then."""
    write(courses)
    author("plan", "--out", "plan.json")

    assert author("apply", "--plan", "plan.json").code == 0
    assert counts(api) == (1, 1, 2)


def test_drift_reports_an_edit_of_a_course(applied: CommandLine, api: SandboxServer) -> None:
    """A title that somebody changes in Nexudus is drift, as it is for what is in the course."""
    edit(api, live(api)[0]["Id"], Title="Dock tour")

    ran = applied("drift")

    assert ran.code == 2
    assert "course.tour" in ran.out
    assert '"Harbour tour"' in ran.out
    assert '"Dock tour"' in ran.out


@pytest.mark.parametrize("kind", ["lost-before", "lost-after", "error-after"])
@pytest.mark.parametrize(
    "request_", [f"POST {COURSES}", f"POST {SECTIONS}", f"POST {LESSONS}", f"PUT {COURSES}"]
)
def test_a_lost_answer_makes_no_second_course(
    author: CommandLine, courses: Path, api: SandboxServer, request_: str, kind: str
) -> None:
    """Whichever request breaks off, before or after it is carried out, the next run finishes."""
    write(courses)
    api.fault(f"{request_}@1:{kind}")
    author(*APPLY)
    api.no_faults()

    ran = author(*APPLY)

    assert ran.code == 0, ran.err
    assert counts(api) == (1, 1, 2)
    assert live(api)[0]["Active"] is True
    assert author(*PLAN).code == 0


def test_a_refused_section_keeps_the_course_unpublished(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Members see nothing half finished: apply says why, and the next one finishes."""
    write(courses)
    api.fault(f"POST {SECTIONS}@1:status=400")

    ran = author(*APPLY)

    assert ran.code == 6
    assert live(api)[0]["Active"] is False
    assert "publication.tour" in ran.err
    api.no_faults()
    assert author(*APPLY).code == 0
    assert counts(api) == (1, 1, 2)
    assert live(api)[0]["Active"] is True


def test_a_lost_state_makes_no_second_course(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """The course is found again by its marker, and so is all that is in it."""
    for path in courses.glob("coursesync.state*"):
        path.unlink()

    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert counts(api) == (1, 1, 2)
    assert sorted(saved(courses).entries) == MADE
    assert applied(*PLAN).code == 0


def test_a_renamed_file_keeps_the_course(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Another key of the same course is no other course: all Ids stay, and nothing is sent."""
    before, sent = sorted(saved(courses).entries.values()), len(writes(api))
    (courses / "tour.yaml").rename(courses / "harbour.yaml")

    assert applied(*APPLY).code == 0

    assert sorted(saved(courses).entries.values()) == before
    assert sorted(saved(courses).entries) == [each.replace("tour", "harbour") for each in MADE]
    assert len(writes(api)) == sent


def test_a_course_can_be_taken_off_the_site(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """`published: false` is a change of its own, before the others."""
    write(courses, NEW.replace("published: true", "published: false").replace("Hi", "Ho"))

    ran = applied("plan")

    assert "take “Harbour tour” off the site" in ran.out
    assert "1 course to take off the site." in " ".join(ran.out.split())
    sent = len(writes(api))
    assert applied(*APPLY).code == 0
    assert live(api)[0]["Active"] is False
    assert writes(api)[sent:] == [("PUT", COURSES), ("PUT", SECTIONS)]


def test_without_published_a_course_stays_as_it_is(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """A field that is absent is left alone, whoever set it."""
    write(courses, NEW.replace("  published: true\n", "").replace("  group: Start\n", ""))
    edit(api, live(api)[0]["Id"], GroupName="Theirs")

    assert applied(*PLAN).code == 0
    assert applied("drift").code == 0
    assert applied(*APPLY).code == 0
    (course,) = live(api)
    assert (course["Active"], course["GroupName"]) == (True, "Theirs")


OLD = """\
id: 4711
title: Old one
course:
  summary: New summary.
  published: true
sections: []
"""
THEIRS = {"GroupName": "Theirs", "FullDescription": "Ours", "HostId": 88123, "Visibility": 3}


@pytest.mark.parametrize("resets", ["fields", "everything", "nothing"])
def test_fields_of_an_existing_course_are_managed_and_others_stay(
    cli: CommandLine, courses: Path, resets: str
) -> None:
    """Whatever an update clears, what the outline leaves out is as it was."""
    with sandbox_here() as api:
        api.change(put_resets=resets)
        edit(api, 4711, Title="Old one", SummaryText="", Active=False, **THEIRS)
        author = cli.having({"COURSESYNC_BASE_URL": api.url, "NEXUDUS_TOKEN": TOKEN})
        write(courses, OLD, "old.yaml")
        assert 'summary: not known -> "New summary."' in author("plan").out

        ran = author(*APPLY)

        assert ran.code == 0, ran.err
        (course,) = live(api, "Old one")
        assert (course["SummaryText"], course["Active"]) == ("New summary.", True)
        assert {name: course[name] for name in THEIRS} == THEIRS
        assert author(*PLAN).code == 0


def test_a_value_that_was_never_read_is_not_overwritten(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """If the site has another text, apply stops and names the option that overwrites it."""
    edit(api, 4711, Title="Old one", SummaryText="Written by hand.")
    write(courses, OLD, "old.yaml")

    ran = author(*APPLY)

    assert ran.code == 6
    assert "coursesync never read its summary" in " ".join(ran.err.split())
    assert "--overwrite-drift" in ran.err
    assert live(api, "Old one")[0]["SummaryText"] == "Written by hand."
    assert author(*APPLY, "--overwrite-drift").code == 0
    assert live(api, "Old one")[0]["SummaryText"] == "New summary."


def test_an_orphan_course_is_kept_until_its_id_is_typed(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """No outline, no deletion: only --delete-course with the Id deletes, and not a wrong one."""
    (course,) = live(api)
    (courses / "tour.yaml").unlink()
    (courses / "other.yaml").write_text("id: 4712\ntitle: Other\nsections: []\n")
    everything = ("--on-removal", "delete", "--prune")

    wrong = applied("plan", "--prune", "--delete-course", "5")
    assert wrong.code == 64
    assert f"{course['Id']} (Harbour tour)" in wrong.err
    assert applied("plan", "--delete-course", str(course["Id"])).code == 64
    assert f"--delete-course {course['Id']}" in applied("plan", *everything).out

    assert applied(*APPLY, "--prune", "--delete-course", str(course["Id"])).code == 0
    assert counts(api) == (0, 0, 0)
    assert saved(courses).entries == {}


def test_a_course_with_members_is_not_deleted_unasked(
    applied: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """The enrolled members are counted first; they stop apply until it may lose them."""
    (course,) = live(api)
    api.join(int(str(course["Id"])), 40)
    (courses / "tour.yaml").unlink()
    (courses / "other.yaml").write_text("id: 4712\ntitle: Other\nsections: []\n")
    delete = (*APPLY, "--prune", "--delete-course", str(course["Id"]))

    ran = applied(*delete)

    assert ran.code == 6
    assert "40 members are enrolled in it" in " ".join(ran.err.split())
    assert counts(api) == (1, 1, 2)
    assert applied(*delete, "--allow-progress-loss").code == 0
    assert counts(api) == (0, 0, 0)
