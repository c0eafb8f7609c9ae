"""Updates, deactivations, deletions: at the fewest requests, and never by surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, STATE, lift_limits, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
PRUNE = (*APPLY, "--on-removal", "delete", "--prune")
LATER = "2030-01-01T00:00:00Z"


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course of three sections that stands on the server."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    assert author(*APPLY).code == 0
    return author


def rewrite(courses: Path, old: str, new: str) -> None:
    path = courses / "a.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def since(api: SandboxServer, number: int) -> list[tuple[object, object]]:
    """Return the requests from that number on."""
    return [(met["method"], met["path"]) for met in api.log()[number:]]


def by_title(api: SandboxServer) -> dict[object, dict[str, object]]:
    return {record["Title"]: record for record in api.records()}


def last_body(api: SandboxServer) -> dict[str, object]:
    body = api.log()[-1]["body"]
    assert isinstance(body, dict)
    return body


def is_empty(cli: CommandLine) -> bool:
    return cli("plan", "--detailed-exitcode").code == 0


def test_a_retitled_section_is_updated_in_place(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One look at that record and one PUT; it keeps its Id, and the next plan is empty."""
    record_id, met = by_title(api)["Two"]["Id"], len(api.log())
    rewrite(courses, "title: Two", "title: Second")
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert "Apply: 1 updated." in ran.err
    assert since(api, met) == [("GET", SECTIONS), ("PUT", SECTIONS)]
    assert by_title(api)["Second"]["Id"] == record_id
    assert saved(courses).entries["section.a.second"] == record_id
    assert is_empty(applied)


def test_a_put_sends_every_field_but_the_picture_that_is_there(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What a PUT leaves out may be reset: it sends the whole record, and no picture twice."""
    path = write_outline(courses, "a", 4711, "One")
    path.write_text(f"{path.read_text()}    image: https://cdn.example.com/a.png\n")
    author(*APPLY)
    rewrite(courses, "title: One", "key: one\n    active: false\n    title: One")
    author(*APPLY)

    (record,) = api.records()
    assert last_body(api).keys() == record.keys() - {"NewImageUrl", "ClearImageFile"}
    rewrite(courses, "image: https://cdn.example.com/a.png", "image: null")
    author(*APPLY)
    assert last_body(api)["ClearImageFile"] is True
    assert is_empty(author)


def test_a_section_that_is_taken_out_stays(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without a word from the workspace nothing is removed, and every plan says so."""
    met = len(api.log())
    rewrite(courses, "  - title: Two\n", "")
    ran = applied(*APPLY)

    assert (ran.code, since(api, met)) == (0, [])
    assert "kept on the site" in applied("plan").out
    assert len(api.records()) == 3


def test_a_section_that_is_taken_out_is_hidden_where_the_workspace_says_so(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It keeps its Id; after it was hidden once, it is only reported as kept."""
    (courses / "coursesync.toml").write_text('on_removal = "deactivate"\n')
    rewrite(courses, "  - title: Two\n", "")
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert by_title(api)["Two"]["Active"] is False
    again = applied("plan")
    assert "hidden from members" in " ".join(again.out.split())
    assert "0 to update" in again.out
    assert "section.a.two" in saved(courses).entries


def test_a_deletion_takes_two_options(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """`on_removal: delete` alone only says what `--prune` would do."""
    rewrite(courses, "  - title: Two\n", "")
    unsaid = applied(*APPLY, "--on-removal", "delete")
    kept = len(api.records())
    ran = applied(*PRUNE)

    assert unsaid.code == 0
    assert "--prune deletes it" in " ".join(unsaid.err.split())
    assert kept == 3
    assert ran.code == 0, ran.err
    assert "Apply: 1 deleted." in ran.err
    assert set(by_title(api)) == {"One", "Three"}
    assert set(saved(courses).entries) == {"section.a.one", "section.a.three"}


def test_pruning_alone_says_what_it_lacks(applied: CommandLine, courses: Path) -> None:
    """`--prune` needs a second option; used alone, it names that option."""
    rewrite(courses, "  - title: Two\n", "")
    planned = applied("plan", "--prune")

    assert "only together with --on-removal delete" in " ".join(planned.out.split())


def test_a_change_of_the_state_alone_is_called_what_it_is(
    applied: CommandLine, courses: Path
) -> None:
    """A new key and a protection are shown as different, and neither as a move."""
    rewrite(courses, "title: Two", "key: zwei\n    previous_keys: [two]\n    title: Two")
    re_keyed = applied(*APPLY)
    rewrite(courses, "title: Three", "title: Three\n    protect: true")
    protected = applied(*APPLY)
    rewrite(courses, "\n    protect: true", "")
    planned = applied("plan")
    released = applied(*APPLY)

    assert "section.a.zwei: with another key\n" in re_keyed.err
    assert "Apply: 1 with another key." in re_keyed.err
    assert "Apply: 1 protected." in protected.err
    assert "0 to delete, 1 to unprotect." in planned.out
    assert "Apply: 1 no longer protected." in released.err


def test_a_protected_section_outlives_its_line(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """`protect: true` is remembered, also where the section was there before it was written."""
    rewrite(courses, "  - title: Two\n", "  - title: Two\n    protect: true\n")
    met = len(api.log())
    noted = applied(*APPLY)
    sent = since(api, met)
    (courses / "a.yaml").unlink()
    ran = applied(*PRUNE, "--allow-large-change")

    assert (noted.code, sent) == (0, [])
    assert ran.code == 0, ran.err
    assert set(by_title(api)) == {"Two"}
    planned = applied("plan", "--on-removal", "delete", "--prune")
    assert "put its section back into the outline without protect" in " ".join(planned.out.split())


def test_a_large_change_stops_and_asks(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """More than three in ten sections of a course: nothing is sent, exit 6, and what to type."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, *(f"S{i}" for i in range(10)))
    author(*APPLY)
    met = len(api.log())
    write_outline(courses, "a", 4711, *(f"S{i}" for i in range(6)))
    ran = author(*PRUNE)
    quiet = since(api, met)
    allowed = author(*PRUNE, "--allow-large-change")

    assert (ran.code, quiet) == (6, [])
    assert "4 of all 10 sections" in ran.err
    assert "--allow-large-change" in ran.err
    assert allowed.code == 0, allowed.err
    assert len(api.records()) == 6


def test_what_someone_edited_meanwhile_is_not_overwritten(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The course stops before its first write; with --overwrite-drift, the outline's value wins."""
    record_id = int(str(by_title(api)["Two"]["Id"]))
    api.foreign_change(record_id, Title="Theirs", At=LATER, By="someone@example.com")
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    rewrite(courses, "  - title: Three", "  - title: New\n  - title: Three")
    met = len(api.log())
    ran = applied(*APPLY)
    methods = [method for method, _ in since(api, met)]

    assert ran.code == 6
    assert f"section.a.two (Id {record_id}): it was edited on the site" in ran.err
    assert "someone@example.com" in ran.err
    assert set(methods) == {"GET"}
    assert applied(*APPLY, "--overwrite-drift").code == 0
    assert {"Ours", "New"} <= set(by_title(api))
    assert is_empty(applied)


def test_what_the_server_made_of_the_html_is_no_edit(author: CommandLine, courses: Path) -> None:
    """Where the server's time is that of our write, its text may be any."""
    path = write_outline(courses, "a", 4711, "One")
    path.write_text(f"{path.read_text()}    contents: <p>Hi<br/>\n")
    author(*APPLY)
    rewrite(courses, "title: One", "key: one\n    title: Other")

    assert author(*APPLY).code == 0


def test_a_deletion_of_what_is_gone_already_is_done(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Deleted by hand before: the state learns it."""
    api.foreign_remove(int(str(by_title(api)["Two"]["Id"])))
    rewrite(courses, "  - title: Two\n", "")
    ran = applied(*PRUNE)

    assert ran.code == 0, ran.err
    assert set(saved(courses).entries) == {"section.a.one", "section.a.three"}


def test_an_update_of_what_is_gone_stops(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A section that someone deleted is not created again unless the author asks for it."""
    api.foreign_remove(int(str(by_title(api)["Two"]["Id"])))
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    ran = applied(*APPLY)

    assert ran.code == 6
    assert "it is no longer on the site" in ran.err
    assert "section.a.two" in saved(courses).entries


@pytest.mark.parametrize(
    "kind", ["lost-after", "lost-before", "error-after", "html-200", "cut-json", "redirect"]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_overwrite_in_doubt_is_sent_again(
    applied: CommandLine, api: SandboxServer, courses: Path, method: str, kind: str
) -> None:
    """It says what the record is to be as a whole: to say it twice does no harm."""
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    rewrite(courses, "  - title: Three\n", "")
    path = SECTIONS if method == "PUT" else f"{SECTIONS}/{by_title(api)['Three']['Id']}"
    api.fault(f"{method} {path}@1:{kind}")
    ran = applied(*PRUNE)

    assert ran.code == 0, ran.err
    assert set(by_title(api)) == {"One", "Ours"}
    assert is_empty(applied)


def test_an_overwrite_that_stays_in_doubt_is_known_to_the_next_run(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The entry is unsure: even where the outline goes back, the section is sent again."""
    original = (courses / "a.yaml").read_text()
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    api.fault(f"PUT {SECTIONS}@1+:lost-after")
    ran = applied(*APPLY)
    api.no_faults()
    (courses / "a.yaml").write_text(original)
    planned = applied("plan")
    again = applied(*APPLY)

    assert ran.code == 6
    assert "section.a.two is in doubt" in ran.err
    assert "1 to update" in planned.out
    assert "its last update was interrupted" in " ".join(planned.out.split())
    assert again.code == 0, again.err
    assert set(by_title(api)) == {"One", "Two", "Three"}
    assert '"attempted"' not in (courses / STATE).read_text()


def test_two_lost_updates_of_one_section_are_both_known_for_ours(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The first was carried out and the second was not: no edit by someone else is reported."""
    api.fault(f"PUT {SECTIONS}@1x3:lost-after")
    rewrite(courses, "title: Two", "key: two\n    title: Second")
    assert applied(*APPLY).code == 6
    api.no_faults()
    api.fault(f"PUT {SECTIONS}@1x3:lost-before")
    rewrite(courses, "title: Second", "title: The second")
    assert applied(*APPLY).code == 6
    api.no_faults()
    looked = applied("drift")
    ran = applied(*APPLY)

    assert "edited on the site" not in looked.out
    assert ran.code == 0, ran.err
    assert "The second" in by_title(api)
    assert is_empty(applied)


def test_a_refused_update_is_reported_at_its_line_and_stops_its_course(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What comes after it in the course waits, deletions too."""
    rewrite(courses, "title: Two", "key: two\n    title: Ours")
    rewrite(courses, "  - title: Three\n", "")
    api.fault(f"PUT {SECTIONS}@1:status=422")
    ran = applied(*PRUNE)

    assert ran.code == 6
    assert "courses/a.yaml:5:5: the API refuses this section" in ran.err
    assert "1 refused, 1 not sent yet" in ran.err
    assert set(by_title(api)) == {"One", "Two", "Three"}


def test_a_section_goes_to_another_course_with_its_id(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """By the author's word it is one update; without it, the plan asks."""
    record_id = by_title(api)["Two"]["Id"]
    rewrite(courses, "  - title: Two\n", "")
    other = write_outline(courses, "b", 4712, "Two")
    asked = applied("plan")
    other.write_text(f"{other.read_text()}    previous_keys: [a.two]\n")
    ran = applied(*APPLY)

    assert "Is this section.a.two, moved here?" in asked.out
    assert "previous_keys: [a.two]" in asked.out
    assert ran.code == 0, ran.err
    assert by_title(api)["Two"]["CourseId"] == 4712
    assert saved(courses).entries["section.b.two"] == record_id
    assert "section.a.two" not in saved(courses).entries
    assert is_empty(applied)


def test_a_section_on_its_way_to_another_course_is_not_lost_by_a_run_that_ends_early(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The course that it has yet to leave is planned again; it is not made a second time."""
    record_id = by_title(api)["Two"]["Id"]
    rewrite(courses, "  - title: Two\n", "")
    rewrite(courses, "title: Three", "key: three\n    title: Third")
    other = write_outline(courses, "b", 4712, "Two")
    other.write_text(f"{other.read_text()}    previous_keys: [a.two]\n")
    ended = applied(*APPLY, "--max-writes", "1")
    ran = applied(*APPLY)

    assert ended.code == 6
    assert ran.code == 0, ran.err
    assert by_title(api)["Two"]["Id"] == record_id
    assert saved(courses).entries["section.b.two"] == record_id
    assert len(api.records()) == 3


def test_a_section_that_another_course_refuses_keeps_its_id(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Sent to a course that is not there, it goes on to the right one once that is mended."""
    record_id = by_title(api)["Two"]["Id"]
    rewrite(courses, "  - title: Two\n", "")
    other = write_outline(courses, "b", 4799, "Two")
    other.write_text(f"{other.read_text()}    previous_keys: [a.two]\n")
    refused = applied(*APPLY)
    other.write_text(other.read_text().replace("4799", "4712"))
    ran = applied(*APPLY)

    assert refused.code == 6
    assert ran.code == 0, ran.err
    assert saved(courses).entries["section.b.two"] == record_id
    assert len(api.records()) == 3


def test_an_update_that_was_sent_is_not_called_untried(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A run whose writes are used up by an update in doubt reports the doubt, and why."""
    api.fault(f"PUT {SECTIONS}@1:status=500")
    rewrite(courses, "title: Two", "title: Second")
    ran = applied(*APPLY, "--max-writes", "1")

    assert ran.code == 6
    assert "section.a.second" in ran.err
    assert "in doubt: the API answered HTTP 500" in ran.err
    assert "not tried" not in ran.err
    assert applied(*APPLY).code == 0
    assert is_empty(applied)
