"""The hints beside a plan: how to keep an Id, and which commands help."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from harness import lift_limits, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
PRUNE = ("--on-removal", "delete", "--prune")
LATER = "2030-01-01T00:00:00Z"


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course of four sections that stands on the server."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four")
    assert author(*APPLY).code == 0
    return author


def on_one_line(text: str) -> str:
    """Return a text with one blank wherever it has blanks or the end of a line."""
    return " ".join(text.split())


@pytest.mark.parametrize("options", [(), ("--on-removal", "deactivate"), PRUNE])
def test_the_hint_is_given_whether_the_old_record_is_kept_or_removed(
    applied: CommandLine, courses: Path, options: tuple[str, ...]
) -> None:
    """The hint that keeps an Id is given most of all where it would be lost, with the keys."""
    write_outline(courses, "a", 4711, "One", "Deux", "Trois", "Four")
    planned = on_one_line(applied("plan", *options).out)

    assert "previous_keys: [two]" in planned
    assert "The old keys are: two (Two), three (Three)." in planned


def test_a_former_key_that_leads_nowhere_is_reported(applied: CommandLine, courses: Path) -> None:
    """A slip in `previous_keys` creates a section again, and the plan warns about it."""
    path = write_outline(courses, "a", 4711, "One", "Other", "Three", "Four")
    text = path.read_text()
    path.write_text(
        text.replace("- title: Other", "- key: other\n    title: Other\n    previous_keys: [tow]")
    )
    lost = on_one_line(applied("plan").out)
    path.write_text(text)
    moved = write_outline(courses, "b", 4712, "New")
    moved.write_text(f"{moved.read_text()}    previous_keys: [a.one]\n")
    kept = on_one_line(applied("plan").out)

    assert "previous_keys names tow, but coursesync knows no section with that key" in lost
    assert "previous_keys names a.one, but another section still has that key" in kept


def test_a_section_that_was_moved_and_retitled_is_asked_about(
    applied: CommandLine, courses: Path
) -> None:
    """Its key and what it says are enough to ask whether its Id is to come along."""
    path = courses / "a.yaml"
    line = "  - title: Four\n    contents: <p>Four.</p>\n"
    path.write_text(path.read_text().replace("  - title: Four\n", line))
    assert applied(*APPLY).code == 0
    path.write_text(path.read_text().replace(line, ""))
    other = "id: 4712\ntitle: B\nsections:\n  - key: four\n    title: Quatre\n"
    (courses / "b.yaml").write_text(f"{other}    contents: <p>Four.</p>\n")
    planned = on_one_line(applied("plan").out)

    assert "Is this section.a.four, moved here?" in planned


def test_a_large_change_goes_on_as_it_was_asked_for(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The command that allows it keeps the plan file, or the digest, that was reviewed."""
    lift_limits(courses)
    path = write_outline(courses, "a", 4711, *(f"S{number}" for number in range(12)))
    assert author(*APPLY).code == 0
    path.write_text(path.read_text().replace("- title", "- unlock: sequential\n    title"))
    author("plan", "--out", "p.json")
    by_file = author("apply", "--plan", "p.json")
    by_digest = author(*APPLY, "--expect-digest", "0" * 64)

    assert by_file.code == 6
    assert "apply courses --plan p.json --allow-large-change\n" in by_file.err
    assert by_digest.code == 4
    assert len(api.records()) == 12


def test_what_would_overwrite_an_edit_is_called_what_it_is(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """If someone's edit stopped a deletion, the command that continues is called a deletion."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    api.foreign_change(1000004, Title="Theirs", At=LATER)
    ran = applied(*APPLY, *PRUNE)

    assert ran.code == 6
    assert "To delete it anyway:" in ran.err
    assert "Apply: 1 skipped: edited in Nexudus." in ran.err


def test_drift_of_what_is_in_no_outline_has_a_way_on_of_its_own(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Nothing would be put back, so nothing says that it could be; what is gone is forgotten."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    api.foreign_change(1000004, Title="Theirs", At=LATER)
    edited = on_one_line(applied("drift").out)
    api.foreign_remove(1000004)
    gone = on_one_line(applied("drift").out)
    forgotten = applied(*APPLY, "--refresh")

    assert "To restore the outline's version" not in edited
    assert "coursesync state rm ADDRESS" in edited
    assert "to be created again" not in gone
    assert "(Id 1000004) was deleted on the site, and is no longer in the state." in forgotten.said
    assert "section.a.four" not in saved(courses).entries


def test_an_import_brings_back_nothing_that_was_taken_out(
    applied: CommandLine, courses: Path
) -> None:
    """A section that an author removed stays out, and the message says how to get it back."""
    path = write_outline(courses, "a", 4711, "One", "Two", "Three")
    before = path.read_text()
    ran = applied("import", "--course", "4711")

    assert path.read_text() == before
    assert "it was taken out of the outline; to have it back" in ran.said
    assert "key: four" in ran.said


def test_a_record_adopted_without_an_outline_is_reported(
    applied: CommandLine, api: SandboxServer
) -> None:
    """Without its line in an outline, the next plan would treat it as removed."""
    found = api.foreign_create(4711, "Strange")
    ran = applied("import", "section.a.strange", str(found))

    assert ran.code == 0, ran.err
    assert "No outline has it yet. Add its title and `key: strange` to one" in ran.said


def test_the_examples_are_laid_out(cli: CommandLine, examples: Path) -> None:
    """The outlines that come with coursesync are as its own `fmt` writes them."""
    assert examples.is_dir()
    assert cli("fmt", "--check").code == 0


def test_what_asks_once_more_leaves_nothing_out(applied: CommandLine, courses: Path) -> None:
    """Whatever option an apply knows: one that was typed is in the command that allows more."""
    path = write_outline(courses, "a", 4711, *(f"S{number}" for number in range(12)))
    assert applied(*APPLY).code == 0
    path.write_text(path.read_text().replace("- title", "- contents: <p>x</p>\n    title"))
    digest = json.loads(applied("plan", *PRUNE, "--format", "json").out)["digest"]
    given = [
        *("--auto-approve", "--allow-progress-loss", "--full", "--overwrite-drift"),
        *("--refresh", "--strict", "--verbose"),
        *("--prune", "--on-removal delete", f"--expect-digest {digest}", "--lock-timeout 1.0"),
        *("--max-writes 99", "--receipt r.json", "--settling-time 2.0", "--quiet"),
    ]
    ran = applied("apply", *" ".join(given).split())
    told = ran.err.partition("If that is what you want:")[2]
    known = set(re.findall(r"--[a-z-]+", applied("apply", "--help").out))
    elsewhere = {"--allow-large-change", "--plan", "--state", "--base-url"}
    elsewhere |= {"--sandbox", "--no-sandbox", "--delete-course"}

    assert ran.code == 6, ran.err
    assert [option for option in given if f" {option} " not in told] == []
    assert told.endswith(" --allow-large-change\n")
    assert known - {option.split()[0] for option in given} == {*elsewhere, "--help", "--no-strict"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plann", 'There is no command "plann". Did you mean plan?'),
        ("apply --settling-time 5s", '"5s" is not a number of seconds from 0 to 3,600.'),
        ("apply --lock-timeout=-1", '"-1" is not a number of seconds from 0 up.'),
        ("plan --sandbox --base-url http://localhost:1", "--base-url has no effect with --sandbox"),
    ],
)
def test_misuse_is_explained(cli: CommandLine, onboarding: Path, words: str, said: str) -> None:
    """The message says in plain words what is wrong, and what to type."""
    assert onboarding.is_file()
    ran = cli(*words.split())

    assert ran.code == 64
    assert said in ran.said


def test_a_reviewed_plan_without_a_terminal_is_approved_by_an_option(
    cli: CommandLine, courses: Path
) -> None:
    """With --expect-digest the plan was reviewed: no plan file is proposed."""
    write_outline(courses, "a", 4711, "One")
    digest = json.loads(cli("plan", "--sandbox", "--format", "json").out)["digest"]
    ran = cli("apply", "--sandbox", "--expect-digest", digest)

    assert ran.code == 64
    assert ran.said.endswith("To apply the reviewed plan without a question, add `--auto-approve`")


@pytest.mark.parametrize(("given", "missing"), [("EMAIL", "PASSWORD"), ("PASSWORD", "EMAIL")])
def test_half_of_the_credentials(
    cli: CommandLine, onboarding: Path, given: str, missing: str
) -> None:
    """An address without a password, or a password alone: the other variable is named."""
    assert onboarding.is_file()
    ran = cli.having({f"NEXUDUS_{given}": "x"})("import", "--all")

    assert ran.code == 64
    assert f"NEXUDUS_{missing} is missing" in ran.said


def test_text_without_quotes_in_the_configuration(cli: CommandLine, onboarding: Path) -> None:
    """The message says that TOML needs quotes."""
    (onboarding.parent / "coursesync.toml").write_text("on_removal = delete\n")

    assert "Put text in quotes, as in" in cli("plan").said


def test_quiet_with_nothing_to_do(author: CommandLine, onboarding: Path) -> None:
    """Even then the result is printed, in one line."""
    assert onboarding.is_file()
    author("apply", "--auto-approve")
    again = author("apply", "--auto-approve", "-q")

    assert (again.code, again.err) == (0, "Nothing to do: the outlines match the state.\n")


def test_no_share_of_the_day_without_a_write(author: CommandLine, courses: Path) -> None:
    """A plan that only reads does not count its writes against a day's."""
    outline = write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    outline.unlink()
    planned = author("plan", "--on-removal", "keep")

    assert "of a day's" not in planned.out
