"""Plans of single courses are together the plan of all, and so are their applies."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, reject, settings
from hypothesis import strategies as st
from shares import examples

import coursesync
from coursesync.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync import Plan, State, Workspace

Section = tuple[str, str, list[tuple[str, str]] | None, str]
Courses = dict[str, list[Section]]
COURSES = {"a": 4711, "b": 4712, "c": 4713}
KEYS = st.sampled_from(["one", "two", "three", "four"])
TITLES = st.sampled_from(["One", "Two", "Three", "Four", "Five"])
LESSONS = st.lists(st.tuples(KEYS, TITLES), max_size=2, unique_by=lambda each: each[0])


def workspaces(lessons: st.SearchStrategy[list[tuple[str, str]]]) -> st.SearchStrategy[Courses]:
    """Return outlines of all courses; a section has no list of lessons, or one of these."""
    section = st.tuples(
        KEYS, TITLES, st.none() | lessons, st.sampled_from(["", "", "Text.", "More."])
    )
    sections = st.lists(section, max_size=4, unique_by=lambda each: each[0])
    return st.fixed_dictionaries(dict.fromkeys(COURSES, sections))


def write(folder: Path, courses: Courses, former: str = "") -> None:
    """Write the outlines; with `former`, the first section of `a` comes from that address."""
    for course, sections in courses.items():
        lines = [f"id: {COURSES[course]}", f"title: {course}", "sections:" + " []" * (not sections)]
        for key, title, lessons, contents in sections:
            lines += [f"  - key: {key}", f"    title: {title}", f"    contents: {contents!r}"]
            if former and (course, key) == ("a", sections[0][0]):
                lines.append(f"    previous_keys: [{former}]")
            if lessons is not None:
                lines.append("    lessons:" + " []" * (not lessons))
            for name, said in lessons or ():
                lines += [f"      - key: {name}", f"        title: {said}"]
        (folder / f"{course}.yaml").write_text("\n".join(lines) + "\n")


def made(folder: Path, courses: Sequence[str], removal: str) -> tuple[Workspace, Plan]:
    """Return the workspace of some courses, and its plan."""
    workspace = coursesync.load(folder, sandbox=True, courses=courses)
    return workspace, coursesync.plan(workspace, on_removal=removal, prune=removal == "delete")


def applied(folder: Path, courses: Sequence[str], removal: str) -> None:
    """Apply the plan of some courses."""
    workspace, plan = made(folder, courses, removal)
    coursesync.apply(plan, workspace, allow_large_change=True, allow_progress_loss=True)


def entries(state: State, before: State) -> dict[str, object]:
    """Return a state's entries without what depends on the order of the creates: new Ids, times."""
    old = {(kind_of(at), entry.id) for at, entry in before.entries.items()}
    at_home = {(kind_of(at), entry.id): at for at, entry in state.entries.items()}
    found: dict[str, object] = {}
    for at, entry in state.entries.items():
        kind = kind_of(at)
        sent: dict[str, object] = dict(entry.sent)
        if kind.within is not None and (parent := entry.sent.get(kind.parent_property)):
            sent[kind.parent_property] = at_home.get((kind.within, int(parent)))
        is_old = (kind, entry.id) in old
        found[at] = (entry.id if is_old else None, sent, entry.seen, entry.protected)
    return found


@settings(max_examples=examples(40), deadline=None)
@given(
    workspaces(LESSONS),
    workspaces(LESSONS),
    st.permutations([*COURSES]),
    st.sampled_from(["keep", "deactivate", "delete"]),
)
def test_one_after_another_is_all_at_once(
    first: Courses,
    then: Courses,
    order: list[str],
    removal: str,
) -> None:
    """The plans have the same changes; applied in any order, they lead to the same entries."""
    with TemporaryDirectory() as name:
        folder, other = Path(name, "courses"), Path(name, "other")
        folder.mkdir()
        write(folder, first)
        applied(folder, (), removal)
        before = coursesync.open_project(folder, sandbox=True).state()
        write(folder, then)
        shutil.copytree(folder, other)
        _, whole = made(folder, (), removal)
        parts = [made(folder, [course], removal)[1] for course in COURSES]

        assert [each for part in parts for each in part.meanings] == whole.meanings
        assert sum(part.writes for part in parts) == whole.writes

        applied(folder, (), removal)
        for course in order:
            applied(other, [course], removal)
        for each in (folder, other):  # an orphan that is like a new section waits for that one
            applied(each, (), removal)
        once = coursesync.open_project(folder, sandbox=True).state()
        apart = coursesync.open_project(other, sandbox=True).state()

        assert entries(apart, before) == entries(once, before)
        assert not made(other, (), removal)[1].has_changes


@settings(max_examples=examples(40), deadline=None)
@given(workspaces(st.just([])), workspaces(st.just([])), KEYS, st.permutations([*COURSES]))
def test_a_record_that_moves_is_never_made_twice(
    first: Courses, then: Courses, key: str, order: list[str]
) -> None:
    """A course that takes a record of another is refused alone; with the other, it keeps the Id.

    A section with lessons could not move.
    """
    with TemporaryDirectory() as name:
        folder = Path(name, "courses")
        folder.mkdir()
        write(folder, first)
        applied(folder, (), "keep")
        before = coursesync.open_project(folder, sandbox=True).state()
        write(folder, then, former=f"b.{key}")
        try:
            _, whole = made(folder, (), "keep")
        except coursesync.InvalidOutlines:  # the section has a record already
            reject()
        arrives = any(each.from_course is not None for each in whole.changes)
        wanted = {each.record_id for each in whole.changes if each.from_course is not None}
        for course in order:
            try:
                applied(folder, [course], "keep")
            except coursesync.UsageError:
                assert arrives
                assert course == "a"
        applied(folder, (), "keep")
        after = coursesync.open_project(folder, sandbox=True).state()

        ids = [entry.id for entry in after.entries.values()]
        assert {entry.id for entry in before.entries.values()} <= {*ids}
        assert len({(kind_of(at), e.id) for at, e in after.entries.items()}) == len(ids)
        courses = {e.id: kind_of(at).course_id_of(e.sent) for at, e in after.entries.items()}
        assert all(courses[each] == COURSES["a"] for each in wanted if each is not None)
        assert not made(folder, (), "keep")[1].has_changes
