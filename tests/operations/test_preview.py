"""What a preview reads of a workspace: only its own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.operations.preview import Viewer, portal_pages

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_that_leads_out_shows_nothing_of_what_it_leads_to(tmp_path: Path) -> None:
    """The mistake is shown with its location, but without the line, which is another file's."""
    (tmp_path / "secret").write_text("nobody's business\n")
    workspace = tmp_path / "courses"
    workspace.mkdir()
    (workspace / "a.yaml").symlink_to(tmp_path / "secret")
    (workspace / "b.yaml").write_text("id: 1\ntitle: x\nsections: 3\n")
    link, own = Viewer(workspace).look().notes

    assert "is a symbolic link" in link.diagnostic.problem
    assert (link.line, own.line) == ("", "sections: 3")


def test_of_many_mistakes_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    """One page of mistakes is enough to start with."""
    sections = "".join(f"  - title: {number}\n" for number in range(60))
    (tmp_path / "a.yaml").write_text(f"id: 1\ntitle: x\nsections:\n{sections}")
    shown = Viewer(tmp_path).look()

    assert (len(shown.notes), shown.more) == (50, 10)
    assert "<li>and 10 more</li>" in portal_pages()("front.html", shown=shown, title=shown.name)
