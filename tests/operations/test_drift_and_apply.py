"""`drift` and `apply` have the same opinion of what others did."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

import coursesync
from coursesync.applying.report import Status
from coursesync.nexudus.embedded import open_sandbox
from coursesync.planning.drift import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OURS = "<p>One &amp; all</p>"
# others' edits of a section, each the only one of its course: some of them change nothing
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "Title": st.sampled_from(["Welcome", "Hello", " Welcome "]),
        "SectionContents": st.sampled_from([OURS, "<P>One &#38; all</P>", "<p>Else</p>", ""]),
        "Active": st.booleans(),
        "DisplayOrder": st.sampled_from([10, 20]),
        "At": st.sampled_from(["2099-01-01T00:00:00Z"]),  # else the time of our write
    },
)


def write(folder: Path, courses: int, contents: str) -> None:
    for number in range(courses):
        (folder / f"c{number}.yaml").write_text(
            f"id: {4711 + number}\ntitle: A\nsections:\n"
            f"  - {{key: one, title: Welcome, contents: '{contents}'}}\n"
        )


def make_edits(folder: Path, edits: Sequence[Mapping[str, object]]) -> None:
    """Let a person edit the section of each course, in the order of the courses."""
    beside = coursesync.open_project(folder, sandbox=True).store.path.parent
    with (
        open_sandbox(beside, ()) as sandbox,
        httpx.Client(
            transport=httpx.WSGITransport(app=sandbox), base_url="http://localhost"
        ) as person,
    ):
        records = sorted(sandbox.sections(), key=lambda each: str(each["CourseId"]))
        for record, body in zip(records, edits, strict=True):
            sent = {"At": record["UpdatedOn"], **body, "Id": record["Id"]}
            person.request("PUT", "/_sandbox/sections", json=sent).raise_for_status()


def is_edit(body: Mapping[str, object]) -> bool:
    """Return whether an edit changes what we sent; contents in other letters mean the same."""
    contents = str(body.get("SectionContents", OURS)).lower().replace("&#38;", "&amp;")
    return (
        str(body.get("Title", "Welcome")).strip() != "Welcome"
        or (contents != OURS.lower() and "At" in body)  # else the server may have rewritten it
        or not body.get("Active", True)
        or body.get("DisplayOrder", 10) != 10
    )


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(EDITS, min_size=1, max_size=4))
def test_an_edit_is_found_just_where_apply_stops(edits: Sequence[Mapping[str, object]]) -> None:
    """Where `drift` finds an edit, an update is skipped; everywhere else it is sent."""
    folder = Path(mkdtemp(prefix="drift-")) / "courses"
    folder.mkdir()
    write(folder, len(edits), OURS)
    workspace = coursesync.load(folder, sandbox=True)
    coursesync.apply(coursesync.plan(workspace), workspace)
    make_edits(folder, edits)
    write(folder, len(edits), "<p>Ours, again</p>")
    workspace = coursesync.load(folder, sandbox=True)
    found = coursesync.drift(workspace).found
    plan = coursesync.plan(workspace)
    report = coursesync.apply(plan, workspace, allow_large_change=True)
    shutil.rmtree(folder.parent)

    edited = {each.address for each in found if each.finding is Finding.EDITED}
    skipped = {each.change.address for each in report.results if each.status is Status.DRIFTED}
    updated = {each.change.address for each in report.results if each.status is Status.UPDATED}
    assert (
        skipped == edited == {f"section.c{i}.one" for i, each in enumerate(edits) if is_edit(each)}
    )
    assert len(updated) == len(edits) - len(edited)
