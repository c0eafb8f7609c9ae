"""`coursesync drift` and `plan --refresh`: what others did on the site, and nothing but reads."""

from __future__ import annotations

import fcntl
import json
import signal
from typing import TYPE_CHECKING

import pytest
from harness import (
    REQUESTS,
    SECTIONS,
    STATE,
    CommandLine,
    files_below,
    lift_limits,
    pointed_at,
    sandbox_here,
    saved,
    wait_until,
    write_outline,
)

from coursesync.sandbox import ALL_ROLES, Settings, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import Ran, SandboxServer

APPLY = ("apply", "--auto-approve")
WHEN = "2030-01-01T00:00:00Z"
BY = {"By": "someone@example.com", "At": WHEN}


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course of three sections that stands on the server."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert author(*APPLY).code == 0
    return author


def id_of(api: SandboxServer, title: str) -> int:
    (found,) = (record["Id"] for record in api.records() if record["Title"] == title)
    assert isinstance(found, int)
    return found


def methods_since(api: SandboxServer, number: int) -> list[object]:
    return [met["method"] for met in api.log()[number:]]


def kept(courses: Path) -> dict[str, bytes]:
    """Return all of a workspace but the count of requests, which is no part of what it says."""
    return {name: each for name, each in files_below(courses).items() if name != REQUESTS}


def drift_of(ran: Ran) -> list[dict[str, object]]:
    found = json.loads(ran.out)["drift"]
    assert isinstance(found, list)
    return found


def test_without_drift_one_list_is_read_and_0_is_the_code(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One GET for one course, no write, and not a byte of the workspace is another."""
    before, met = kept(courses), len(api.log())
    ran = applied("drift")

    assert (ran.code, ran.err) == (0, f"Contacting {api.url}\n")
    assert ran.out == "No drift: the site has what was last applied.\n"
    assert methods_since(api, met) == ["GET"]
    assert kept(courses) == before


def test_an_edit_is_reported_with_its_editor_time_and_fields(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """In the author's own words for the fields, with what to type next; the code is 2."""
    record_id = id_of(api, "Two")
    changed = {"Title": "Zwei", "UnlockType": 3, "UnlockAfterDays": 7, "SectionContents": "<p>Hi"}
    api.foreign_change(record_id, **changed, **BY)
    before, met = kept(courses), len(api.log())
    ran = applied("drift")

    assert ran.code == 2
    assert ran.out == (
        "Course a\n"
        "  course 4711, courses/a.yaml\n"
        f"  ~ section.a.two (Id {record_id}) was edited on the site by someone@example.com at\n"
        "    2030-01-01 00:00 UTC\n"
        '      title: "Two" -> "Zwei"\n'
        "      unlock: open from the start -> unlocks 7 days after enrolment\n"
        "      contents:\n"
        "        + <p>Hi\n"
        "\n"
        "Drift: 1 edited, 0 deleted, 0 moved to another course.\n"
        "To keep the site's version, bring it into the outlines:\n"
        "  coursesync pull section.a.two\n"
        "To restore the outline's version:\n"
        "  coursesync apply courses --refresh\n"
    )
    assert set(methods_since(api, met)) == {"GET"}
    assert kept(courses) == before


def test_what_the_server_makes_of_the_text_is_no_drift(
    applied: CommandLine, api: SandboxServer
) -> None:
    """If its time is that of our write, it is shown, and the exit code is 0."""
    (stamp,) = {str(each["UpdatedOn"]) for each in api.records() if each["Title"] == "Two"}
    api.foreign_change(id_of(api, "Two"), SectionContents="<p>other</p>", At=stamp)
    ran = applied("drift")

    assert ran.code == 0
    assert "was reformatted by the site" in ran.out
    assert "No drift" in ran.out


def test_a_server_that_rewrites_html_has_no_drift(cli: CommandLine, courses: Path) -> None:
    """Nor once someone saves the section there as it is."""
    with sandbox_here(Settings(normalise_html=True)) as api:
        author = pointed_at(cli, api)
        path = write_outline(courses, "a", 4711, "One")
        path.write_text(f"{path.read_text()}    contents: <P>Hi<BR/>&nbsp;you</P>\n")
        author(*APPLY)
        before = author("drift")
        api.foreign_change(id_of(api, "One"), **BY)
        after = author("drift")

    assert (before.code, after.code) == (0, 0), after.out


def test_a_touch_that_changes_nothing_is_no_drift(applied: CommandLine, api: SandboxServer) -> None:
    """Saved once more in the site's own editor, the section is as we sent it."""
    api.foreign_change(id_of(api, "Two"), **BY)

    assert applied("drift").code == 0


def test_deleted_and_moved_sections_are_drift(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Each with where it is now, and how to see what is to be created again."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    author(*APPLY)
    api.foreign_change(id_of(api, "One"), CourseId=4712, **BY)
    api.foreign_remove(id_of(api, "Three"))
    ran = author("drift")

    assert ran.code == 2
    assert "was moved to course 4712 on the site by\n    someone@example.com at" in ran.out
    assert "- section.a.three (Id" in ran.out
    assert "Drift: 0 edited, 1 deleted, 1 moved to another course." in ran.out
    assert "To see what would be created again:\n  coursesync plan courses --refresh" in ran.out


def test_an_unmanaged_section_is_reported_and_is_no_drift(
    applied: CommandLine, api: SandboxServer
) -> None:
    """Sections of others in a course of ours, also in the place of one of ours; the code is 0."""
    first = api.foreign_create(4711, "Theirs", DisplayOrder=15)
    second = api.foreign_create(4711, "Also theirs", DisplayOrder=20)
    for number in range(12):
        api.foreign_create(4711, f"More {number}", DisplayOrder=100 + number)
    ran = applied("drift")

    assert ran.code == 0
    assert f'. "Theirs" (Id {first}) at 15 is not managed' in ran.out
    assert f'! "Also theirs" (Id {second}) has the order 20, which section.a.two has too' in ran.out
    assert "and 3 more that are not drift" in ran.out
    assert "Also found, not drift: 13 not managed, 1 with the order of another." in ran.out


def test_a_list_that_lags_makes_nothing_gone(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What was created a moment ago is in no list yet: each is asked for by its Id."""
    api.change(list_lag=3600)
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four")
    applied(*APPLY)
    met = len(api.log())
    ran = applied("drift")

    assert (ran.code, ran.out) == (0, "No drift: the site has what was last applied.\n")
    assert methods_since(api, met) == ["GET"] * 6  # the list, all four by Ids, each alone


@pytest.mark.parametrize("number", [1, 2, 5])
def test_one_list_shows_all_courses(
    author: CommandLine, api: SandboxServer, courses: Path, number: int
) -> None:
    """On a site whose sections fit on a page, one request is enough."""
    lift_limits(courses)
    for each in range(number):
        write_outline(courses, f"c{each}", 4711 + each, "One", "Two")
    author(*APPLY)
    met = len(api.log())

    assert author("drift").code == 0
    assert methods_since(api, met) == ["GET"]


def test_a_finding_has_the_outlines_stance_in_words(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline also changes the record, has the same change, or does not have the record."""
    for title in ("One", "Two", "Three"):
        api.foreign_change(id_of(api, title), Title=f"{title} there", **BY)
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: Course a\nsections:\n  - key: one\n    title: One here\n"
        "  - key: two\n    title: Two there\n"
    )
    ran = applied("drift", "--format", "json")
    told = applied("drift").out

    assert [each["outline"] for each in drift_of(ran)] == ["changed", "none", "same"]
    assert "The outline also changes it." in told
    assert "The outline already has this change." in told
    assert "It is no longer in any outline." in told


def test_drift_as_json(applied: CommandLine, api: SandboxServer) -> None:
    """Every finding with its Ids, properties and values; no answer is lost to a short line."""
    record_id = id_of(api, "Two")
    api.foreign_change(record_id, Title="Zwei", **BY)
    ran = applied("drift", "--format", "json")
    document = json.loads(ran.out)

    assert ran.code == 2
    assert document["format_version"] == 1
    assert document["has_drift"] is True
    assert document["summary"] == {
        **dict.fromkeys(("collides", "deleted", "moved", "normalised", "restored", "twin"), 0),
        "unmanaged": 0,
        "unreadable": 0,
        "edited": 1,
    }
    (found,) = document["drift"]
    assert (found["address"], found["id"], found["course_id"]) == ("section.a.two", record_id, 4711)
    assert (found["by"], found["at"]) == ("someone@example.com", WHEN)
    assert (found["finding"], found["is_drift"], found["outline"]) == ("edited", True, "as-sent")
    (difference,) = found["differences"]
    assert (difference["field"], difference["properties"]) == ("title", ["Title"])
    assert (difference["before"], difference["after"]) == ("Two", "Zwei")
    assert (found["sent"]["Title"], found["live"]["Title"]) == ("Two", "Zwei")


def test_drift_as_markdown_means_nothing_but_itself(
    applied: CommandLine, api: SandboxServer
) -> None:
    """A title from the site is text, whatever it looks like."""
    api.foreign_change(id_of(api, "Two"), Title="<b>@all</b> | [x](y)", **BY)
    ran = applied("drift", "--format", "markdown")

    assert ran.code == 2
    assert ran.out.startswith("**Drift: 1 edited, 0 deleted, 0 moved to another course.**\n")
    assert "&lt;b&gt;@&#8288;all&lt;/b&gt; &#124; \\[x\\](y)" in ran.out
    assert "`coursesync apply courses --refresh`" in ran.out


def test_text_from_the_site_moves_no_cursor(applied: CommandLine, api: SandboxServer) -> None:
    """Nor is it a command to a CI's log."""
    api.foreign_change(
        id_of(api, "Two"), Title="\x1b[2J\n::error::x\u202e", By="\x1b[1m::stop::", At=WHEN
    )
    ran = applied("drift")

    assert ran.code == 2
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert not any(line.lstrip().startswith("::") for line in ran.out.splitlines())


def test_an_invalid_outline_comes_before_any_request(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Exit 3, as everywhere; the API is not asked."""
    (courses / "b.yaml").write_text("id: 4712\ntitle: 7\n")
    met = len(api.log())

    assert applied("drift").code == 3
    assert applied("plan", "--refresh").code == 3
    assert methods_since(api, met) == []


@pytest.mark.parametrize("command", [("drift",), ("plan", "--refresh")])
def test_missing_credentials_are_reported_as_json_too(
    applied: CommandLine, command: tuple[str, ...]
) -> None:
    """Exit 64, and a document that says so."""
    ran = applied(*command, "--format", "json", NEXUDUS_TOKEN="")

    assert ran.code == 64
    assert "NEXUDUS_TOKEN" in json.loads(ran.out)["error"]["remedy"]


@pytest.mark.parametrize("fault", ["status=404", "html-200", "unsuccessful"])
def test_an_answer_that_is_no_list_reports_no_drift(
    applied: CommandLine, api: SandboxServer, fault: str
) -> None:
    """Exit 1, and not a word of what might be gone."""
    api.fault(f"GET {SECTIONS}@1+:{fault}")
    ran = applied("drift")

    assert (ran.code, ran.out) == (1, "")
    assert "Error: the API" in ran.err


def test_nothing_managed_takes_no_request_and_no_credentials(
    cli: CommandLine, courses: Path
) -> None:
    """Before the first apply there is nothing that could drift."""
    write_outline(courses, "a", 4711, "One")
    ran = cli("drift")
    planned = cli("plan", "--refresh")

    assert (ran.code, planned.code) == (0, 0)
    assert "nothing is managed yet" in ran.out
    assert "1 to create" in planned.out


def test_a_role_that_lacks_is_named(cli: CommandLine, courses: Path) -> None:
    """A user who may list and not read by Id learns which role it takes."""
    ada = User(roles=ALL_ROLES - {"CourseSection-Read"})
    with sandbox_here(Settings(users=(ada,))) as api:
        author = pointed_at(cli, api)
        write_outline(courses, "a", 4711, "One")
        assert author(*APPLY).code == 0
        api.foreign_remove(id_of(api, "One"))
        ran = author("drift")

    assert ran.code == 1
    assert "CourseSection-Read" in ran.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_look_in_good_order(
    applied: CommandLine, api: SandboxServer, number: signal.Signals, code: int
) -> None:
    """A signal during a wait that the API asked for: it reports that nothing was changed."""
    api.fault(f"GET {SECTIONS}@1:throttled=600")
    met = len(api.log())
    with applied.start("drift") as process:
        wait_until(lambda: len(api.log()) > met)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (code, "")
    assert "Nothing was changed." in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15)])
@pytest.mark.parametrize("command", ["drift", "plan --refresh"])
def test_a_signal_after_the_look_is_not_swallowed(
    author: CommandLine,
    api: SandboxServer,
    courses: Path,
    command: str,
    number: signal.Signals,
    code: int,
) -> None:
    """If its reader closes the pipe while it prints, it ends as any command does."""
    write_outline(courses, "a", 4711, *(f"{each} {'long ' * 30}end" for each in range(40)))
    lift_limits(courses)
    assert author("apply", "--auto-approve").code == 0
    for record in api.records():
        api.foreign_change(int(str(record["Id"])), Title=f"{record['Title']}!", At=WHEN)
    met = len(api.log())
    with author.start(*command.split()) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)  # what it prints has no room there
        wait_until(lambda: len(api.log()) >= met + 2)
        process.stdout.read(1)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == code
    assert "Traceback" not in err


def test_a_look_takes_no_lock(online: CommandLine, server: SandboxServer, courses: Path) -> None:
    """Drift is shown while an apply holds the state."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One")
    online(*APPLY)
    write_outline(courses, "a", 4711, "One", "Two")
    server.fault_create(1, "slow=60")
    with online.start(*APPLY) as process:
        wait_until(lambda: len(server.records()) == 2)
        try:
            ran = online("drift", timeout=30)
        finally:
            process.kill()

    assert ran.code == 0, ran.err
    assert '"Two" (Id' in ran.out


def test_a_refreshed_plan_puts_back_what_others_did(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An edited record is updated and a deleted one created; both are named above the plan."""
    edited, gone = id_of(api, "One"), id_of(api, "Three")
    api.foreign_change(edited, Title="Uno", **BY)
    api.foreign_remove(gone)
    before, met = kept(courses), len(api.log())
    ran = applied("plan", "--refresh", "--detailed-exitcode")

    assert ran.code == 2
    assert ran.out.startswith(
        "Drift: 1 edited, 1 deleted, 0 moved to another course.\n"
        f"  section.a.one (Id {edited}) was edited on the site by someone@example.com at\n"
        "    2030-01-01 00:00 UTC\n"
        f"  section.a.three (Id {gone}) was deleted on the site\n"
        "\n"
        "Course a\n"
    )
    assert "Plan: 1 to create, 1 to update, 0 to delete." in ran.out
    assert set(methods_since(api, met)) == {"GET"}
    assert kept(courses) == before


def test_a_refreshed_plan_without_drift_is_the_plan(applied: CommandLine) -> None:
    """It says that it looked, and has the same digest."""
    fresh, plain = (
        json.loads(applied("plan", *more, "--format", "json").out) for more in (["--refresh"], [])
    )
    text = applied("plan", "--refresh").out

    assert text.startswith("No drift: the site has what was last applied.\n\n")
    assert (plain.pop("drift"), plain.pop("refreshed")) == (None, False)
    assert (fresh.pop("drift"), fresh.pop("refreshed")) == ([], True)
    assert fresh == plain


def test_a_refreshed_plan_file_says_that_it_is_one(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With all that was found, beside the state that it was made from."""
    api.foreign_change(id_of(api, "One"), Title="Uno", **BY)
    ran = applied("plan", "--refresh", "--out", "plan.json")
    document = json.loads((courses.parent / "plan.json").read_text())
    state = json.loads((courses / STATE).read_text())

    assert ran.code == 0, ran.err
    assert document["refreshed"] is True
    assert [each["finding"] for each in document["drift"]] == ["edited"]
    assert [change["before"]["Title"] for change in document["changes"]] == ["Uno"]
    assert (document["lineage"], document["serial"]) == (state["lineage"], state["serial"])


def test_a_refreshed_plan_as_markdown_quotes_what_was_found(
    applied: CommandLine, api: SandboxServer
) -> None:
    """Above the plan, and escaped as it is."""
    api.foreign_change(id_of(api, "One"), Title="Uno", By="<b>", At=WHEN)
    ran = applied("plan", "--refresh", "--format", "markdown")

    first = "> Drift: 1 edited, 0 deleted, 0 moved to another course.\n>\n> section"
    assert ran.out.startswith(first)
    assert "by &lt;b&gt; at" in ran.out
    assert "\n\n**Plan: 0 to create, 1 to update, 0 to delete.**\n" in ran.out


def test_where_the_outline_follows_the_site_nothing_is_left_to_do(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """To keep the site's version, one writes it into the outline: a refreshed plan is empty."""
    api.foreign_change(id_of(api, "Two"), Title="Zwei", **BY)
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("title: Two", "key: two\n    title: Zwei"))

    assert applied("plan", "--detailed-exitcode").code == 2
    assert applied("plan", "--refresh", "--detailed-exitcode").code == 0


def test_many_findings_are_shortened_above_a_plan(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Ten are shown, the others counted, and `drift` shows all of them."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, *(f"S{number}" for number in range(12)))
    author(*APPLY)
    for record in api.records():
        api.foreign_change(int(str(record["Id"])), Title=f"{record['Title']} there", **BY)
    above = author("plan", "--refresh").out.partition("\n\n")[0]

    assert above.count("was edited on the site") == 10
    assert above.endswith("and 2 more. To see all:\n      coursesync drift courses")
    assert author("drift").out.count("was edited on the site") == 12


def test_drift_in_the_embedded_sandbox(cli: CommandLine, examples: Path) -> None:
    """It needs no account there, either."""
    applied = cli(*APPLY, "--sandbox")
    ran = cli("drift", "--sandbox")
    planned = cli("plan", "--refresh", "--sandbox")

    assert applied.code == 0, applied.err
    assert (ran.code, ran.out) == (0, "No drift: the site has what was last applied.\n")
    assert "Nothing to do" in planned.out
    assert examples.exists()


def test_apply_puts_back_what_others_changed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """`apply --refresh` overwrites an edit and creates a deleted record again; nothing is left."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    author("apply", "--auto-approve")
    edited, deleted = (int(str(record["Id"])) for record in api.records()[:2])
    api.foreign_change(edited, Title="Theirs", At="2030-01-01T00:00:00Z")
    api.foreign_remove(deleted)
    ran = author("apply", "--refresh", "--auto-approve")

    assert ran.code == 0, ran.err
    assert "1 created, 1 updated" in ran.err
    assert sorted(str(record["Title"]) for record in api.records()) == ["One", "Three", "Two"]
    assert author("drift").code == 0
    assert author("plan", "--refresh", "--detailed-exitcode").code == 0


def test_a_refreshed_plan_file_is_applied_as_it_was_reviewed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The file says that it was refreshed; where the site changed again, it is stale."""
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    first, second = (int(str(record["Id"])) for record in api.records())
    api.foreign_change(first, Title="Theirs", At="2030-01-01T00:00:00Z")
    author("plan", "--refresh", "--out", "p.json")
    api.foreign_change(second, Title="Theirs, too", At="2030-01-01T00:00:00Z")
    stale = author("apply", "--plan", "p.json")
    author("plan", "--refresh", "--out", "p.json")
    ran = author("apply", "--plan", "p.json")

    assert stale.code == 4
    assert ran.code == 0, ran.err
    assert {record["Title"] for record in api.records()} == {"One", "Two"}


def test_a_deletion_of_what_no_outline_wants_is_learnt(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where nothing is to be sent, `apply --refresh` still drops the entry of what is gone."""
    path = write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    path.write_text(path.read_text().replace("  - title: Two\n", ""))
    api.foreign_remove(int(str(api.records()[1]["Id"])))
    ran = author("apply", "--refresh", "--auto-approve")

    assert ran.code == 0, ran.err
    assert set(saved(courses).entries) == {"section.a.one"}
    assert author("drift").code == 0


def let_a_number_change(_courses: Path, api: SandboxServer) -> None:
    """Let someone give the last section another number, in the same order."""
    api.foreign_change(id_of(api, "Three"), DisplayOrder=35)


def let_the_outline_follow(courses: Path, api: SandboxServer) -> None:
    """Let someone change a section, and an author do the same."""
    api.foreign_change(id_of(api, "Three"), SectionContents="<p>New</p>", **BY)
    path = courses / "a.yaml"
    path.write_text(f"{path.read_text()}    contents: <p>New</p>\n")


@pytest.mark.parametrize("change", [let_a_number_change, let_the_outline_follow])
def test_the_command_that_drift_names_settles_what_the_outline_agrees_with(
    applied: CommandLine,
    api: SandboxServer,
    courses: Path,
    change: Callable[[Path, SandboxServer], None],
) -> None:
    """After it there is no drift, and the section can be changed again."""
    change(courses, api)
    told = applied("drift").out
    _, _, named = told.partition("To record changes that the outline already has:")
    done = applied(*named.split()[1:], "--auto-approve")
    path = courses / "a.yaml"
    looked = applied("drift")
    path.write_text(path.read_text().replace("title: Three", "key: three\n    title: Third"))

    assert done.code == 0, done.err
    assert looked.code == 0, looked.out
    assert applied(*APPLY).code == 0


@pytest.mark.parametrize("change", [let_a_number_change, let_the_outline_follow])
def test_a_refreshed_apply_records_what_the_outline_agrees_with(
    applied: CommandLine,
    api: SandboxServer,
    courses: Path,
    change: Callable[[Path, SandboxServer], None],
) -> None:
    """It sends no write, and says what it recorded; so does one that has more to do."""
    change(courses, api)
    met = len(api.log())
    done = applied(*APPLY, "--refresh")
    write_outline(courses, "b", 4712, "Four")
    api.foreign_change(id_of(api, "Two"), DisplayOrder=22)
    with_more = applied(*APPLY, "--refresh")

    assert "Recorded in the state: 1 change on the site that the outlines agree with" in done.said
    assert "Recorded in the state: 1 change on the site" in with_more.said
    assert methods_since(api, met).count("POST") == 1
    assert "PUT" not in methods_since(api, met)
    assert applied("drift").code == 0


def test_an_edit_that_was_undone_is_forgotten_by_a_refreshed_apply(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An edit that a run kept in the state leaves it once someone has undone it."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    assert author(*APPLY).code == 0
    api.foreign_change(id_of(api, "Two"), SectionContents="<p>x</p>", **BY)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert author(*APPLY, "--refresh", "--max-writes", "0").code == 6
    api.foreign_change(id_of(api, "Two"), SectionContents="", **BY)
    assert author(*APPLY, "--refresh").code == 0

    assert author("plan", "--detailed-exitcode").code == 0
