"""Whatever people change on the site: after a pull, the plan is empty, and nothing else changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

import coursesync
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.embedded import open_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COURSE = 4711
OUTLINE = """\
# The course of the house.
id: 4711
title: Onboarding  # for new members

sections:
  # what everybody reads first
  - key: welcome
    title: Welcome  # not "hello"
    contents: {markdown: texts/welcome.md}
    lessons:
      # a file of its own
      - texts/tour.md
      - key: desk
        title: Find your desk
        summary: Where to sit.
        completion: button
        contents: |
          <p>Any desk.</p>

          <p>Not the red one.</p>
  - title: First week
    unlock: {after_days: 7}  # a week
    contents: {html: texts/week.html}
    lessons: []
  - key: later
    title: 'Later on'
    display_order: 90
    active: false
    lessons:
      - {key: quick, title: Quick, contents: <p>Quick.</p>}
      - key: slow
        # why: nobody knows
        title: Slow
        unlock: sequential
lessons:
  - texts/words.md
  - key: people
    title: People
"""
FILES = {
    "texts/welcome.md": "# Hello\n\nThis is wrapped\nby hand.\n\n* one\n* two\n\nThe end.\n",
    "texts/week.html": "<p>Your first week.</p>\n",
    "texts/tour.md": "---\n# the house\ntitle: The tour\nsummary: All. # short\n---\n\nSee it.\n",
    "texts/words.md": "---\ntitle: Words\nkey: glossary\n---\n* desk\n* chair\n",
}
TITLES = [
    "Hello",
    "A: B",
    "'quoted'",
    "#no comment",
    "yes",
    "1_000",
    "Größe & mehr",
    "- dash",
    "{a}",
]
HTML = [
    "",
    "<p>New.</p>",
    "<p>This is wrapped\nby hand.</p>\n<p>More <em>words</em>.</p>\n",
    "<h1>Hello</h1>\n<p>This is wrapped\nby hand.</p>\n<ul>\n<li>one</li>\n</ul>\n<p>End.</p>\n",
    '<p style="color: red">No Markdown is like this.</p>',
    "<p>one\r\ntwo</p>",
    "<ul>\n<li>a</li>\n</ul>\n\n\n<p>b</p>\n",
]


@dataclass
class Site:
    """A workspace that was applied to its embedded sandbox, and its records by Id."""

    folder: Path
    project: coursesync.Project = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "texts").mkdir()
        for name, text in {**FILES, "onboarding.yaml": OUTLINE}.items():
            (self.folder / name).write_text(text)
        workspace = coursesync.load(self.folder, sandbox=True)
        coursesync.apply(coursesync.plan(workspace), workspace)
        self.project = coursesync.open_project(self.folder, sandbox=True)

    def files(self) -> Mapping[str, str]:
        """Return the texts of the workspace's files."""
        paths = [each for each in self.folder.rglob("*") if each.is_file()]
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes().decode()
            for path in paths
            if ".coursesync" not in path.parts
        }

    def records(self, kind: str) -> list[dict[str, object]]:
        """Return the records of a kind."""
        with open_sandbox(self.project.store.path.parent, ()) as sandbox:
            found = sandbox.sections() if kind == "sections" else sandbox.lessons()
            return [dict(each) for each in found]

    def edit(self, kind: str, method: str, body: dict[str, object]) -> None:
        """Let a person change, add or remove a record."""
        with (
            open_sandbox(self.project.store.path.parent, ()) as sandbox,
            httpx.Client(
                transport=httpx.WSGITransport(app=sandbox), base_url="http://localhost"
            ) as person,
        ):
            page = f"/_sandbox/{kind}"
            query = {"id": str(body["Id"])} if method == "DELETE" else None
            sent = None if method == "DELETE" else body
            person.request(method, page, json=sent, params=query).raise_for_status()

    def plan(self) -> coursesync.Plan:
        """Plan with what is in the folder now."""
        return coursesync.plan(coursesync.load(self.folder, sandbox=True))

    def drift(self) -> coursesync.Drift:
        """Look at the site."""
        return coursesync.drift(coursesync.load(self.folder, sandbox=True))


def fresh() -> Iterator[Site]:
    """Yield a site in a folder of its own."""
    folder = Path(mkdtemp(prefix="pull-")) / "courses"
    folder.mkdir()
    yield Site(folder)
    shutil.rmtree(folder.parent)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "Title": st.sampled_from(TITLES),
        "Contents": st.sampled_from(HTML),
        "UnlockType": st.sampled_from([1, 2, 3]),
        "UnlockAfterDays": st.integers(0, 9),
        "Active": st.booleans(),
        "SummaryText": st.sampled_from(["", "Short: yes.", "Ümläut"]),
        "CompletionType": st.sampled_from([1, 2, 3, 4]),
        "DisplayOrder": st.integers(1, 9),
        "SectionId": st.integers(0, 3),
    },
)


def asked_of(site: Site, number: int, change: Mapping[str, object], kind: str) -> dict[str, object]:
    """Return a person's edit of the record of that number; orders are all different."""
    records = site.records(kind)
    record = records[number % len(records)]
    # times have whole seconds: at the time of our own write, other contents are the server's
    body: dict[str, object] = {"Id": record["Id"], "At": "2099-01-01T00:00:00Z"}
    sections = [None, *(each["Id"] for each in site.records("sections"))]
    for name, value in change.items():
        if name == "Contents":
            body["SectionContents" if kind == "sections" else "LessonContents"] = value
        elif name == "SectionId":
            assert isinstance(value, int)
            body |= {"SectionId": sections[value % len(sections)]} if kind == "lessons" else {}
        elif name == "DisplayOrder":
            assert isinstance(value, int)
            body[name] = value * 37 + number  # no two have the same
        elif kind == "lessons" or name not in {"SummaryText", "CompletionType"}:
            body[name] = value
    return body


@settings(deadline=None, max_examples=examples(80))
@given(st.data())
def test_after_a_pull_the_plan_is_empty_and_nothing_drifts(data: st.DataObject) -> None:
    """Every edit comes into the files; comments and all other files stay as they were."""
    for site in fresh():
        before = site.files()
        edits = data.draw(
            st.lists(
                st.tuples(st.sampled_from(["sections", "lessons"]), st.integers(0, 9), CHANGES),
                min_size=1,
                max_size=5,
            )
        )
        for kind, number, change in edits:
            site.edit(kind, "PUT", asked_of(site, number, change, kind))
        drifted = site.drift()
        pulled = coursesync.pull(site.project)
        plan = site.plan()
        after = site.files()

        assert not pulled.conflicts
        assert not [each for each in plan.changes if each.action.changes]
        assert not site.drift().has_drift
        assert comments(after) == comments(before)
        touched = {*pulled.texts, "coursesync.state.json"}
        assert {name for name in before if before[name] != after[name]} <= touched
        assert bool(pulled.taken) == drifted.has_drift
        assert not coursesync.pull(site.project).taken


def comments(files: Mapping[str, str]) -> list[str]:
    """Return the comments in outlines and in front matter, sorted."""
    yaml = [text for name, text in files.items() if name.endswith(".yaml")]
    yaml += [text.split("---")[1] for text in files.values() if text.startswith("---")]
    lines = [line.strip() for text in yaml for line in text.splitlines()]
    return sorted(
        line[line.index("# ") :] for line in lines if line.startswith("# ") or " # " in line
    )


class Saving(SystemClock):
    """A clock that is first asked when the outlines are loaded; then an author saves a file."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__()
        self._path, self._text = path, text

    def now(self) -> float:
        """Save the file."""
        self._path.write_text(self._text)
        return super().now()


@pytest.mark.parametrize("file", ["onboarding.yaml", "texts/welcome.md"])
def test_what_an_author_saves_meanwhile_stays(file: str) -> None:
    """The pull stops before it writes, and names the file."""
    for site in fresh():
        section = site.records("sections")[0]
        site.edit(
            "sections",
            "PUT",
            {
                "Id": section["Id"],
                "At": "2099-01-01T00:00:00Z",
                "Title": "Hello",
                "SectionContents": "<p>Other.</p>\n",
            },
        )
        mine = f"{site.files()[file]}\n# an evening of work\n"
        before = {**site.files(), file: mine}
        with pytest.raises(coursesync.CoursesyncError, match=file):
            coursesync.pull(site.project, clock=Saving(site.folder / file, mine))

        assert site.files() == before
