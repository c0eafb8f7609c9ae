"""The repository of a job, with real repositories: its merges, its files, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ci.clones import OUTLINE, Clone, cloned

from coursesync.ci.merging import Conflict
from coursesync.ci.repository import Repository
from coursesync.errors import CoursesyncError, RemoteError, TryLater
from coursesync.files.run_git import forge_environment
from coursesync.operations.plan import validate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone of a remote whose branch main has one outline."""
    return cloned(tmp_path)


@pytest.fixture
def repository(clone: Clone) -> Repository:
    """The repository of that clone."""
    return Repository(clone.folder)


def test_a_merge_joins_both_sides(clone: Clone, repository: Repository) -> None:
    """Changes in different places of one file give the tree that git's own merge gives."""
    first = clone.git("rev-parse", "main")
    base = clone.commit("Main", onboarding=OUTLINE.replace("one", "uno"))
    clone.branch("topic", first)
    head = clone.commit("Topic", onboarding=OUTLINE.replace("three", "tres"), new=OUTLINE)

    tree = repository.merged(base, head)

    clone.git("merge", "--quiet", "-m", "m", base)
    assert tree == clone.git("rev-parse", "HEAD^{tree}")


def test_a_merge_follows_a_renamed_file(clone: Clone, repository: Repository) -> None:
    """A side that changes a file which the other side renamed is no conflict, as on a forge."""
    first = clone.git("rev-parse", "main")
    base = clone.commit("Main", onboarding=None, renamed=OUTLINE)
    clone.branch("topic", first)
    head = clone.commit("Topic", onboarding=OUTLINE.replace("three", "tres"))

    tree = repository.merged(base, head)

    assert isinstance(tree, str)
    with repository.folder_of(tree, "courses") as folder:
        assert [each.name for each in folder.iterdir()] == ["renamed.yaml"]
        assert "tres" in (folder / "renamed.yaml").read_text()


def test_a_conflict_names_its_files(clone: Clone, repository: Repository) -> None:
    """Both sides changed one line: nothing is merged, and the file is named."""
    first = clone.git("rev-parse", "main")
    base = clone.commit("Main", onboarding=OUTLINE.replace("one", "uno"), other=OUTLINE)
    clone.branch("topic", first)
    head = clone.commit("Topic", onboarding=OUTLINE.replace("one", "eins"))

    assert repository.merged(base, head) == Conflict(("courses/onboarding.yaml",))


def test_a_merge_touches_nothing(clone: Clone, repository: Repository) -> None:
    """The clone has the same branch, index and files afterwards, and no other worktree."""
    first = clone.git("rev-parse", "main")
    base = clone.commit("Main", onboarding=OUTLINE.replace("one", "uno"))
    clone.branch("topic", first)
    head = clone.commit("Topic", new=OUTLINE)
    before = [*map(clone.git, ("status", "for-each-ref", "stash")), clone.git("worktree", "list")]

    repository.merged(base, head)

    assert before == [
        *map(clone.git, ("status", "for-each-ref", "stash")),
        clone.git("worktree", "list"),
    ]


def test_a_merge_runs_no_program_of_the_repository(clone: Clone, repository: Repository) -> None:
    """A merge driver, a filter and a hook of the clone's settings are not run."""
    first = clone.git("rev-parse", "main")
    clone.git("config", "merge.evil.driver", "touch ../ran %A")
    clone.git("config", "filter.evil.smudge", "touch ../ran")
    (clone.folder / ".gitattributes").write_text("*.yaml merge=evil filter=evil\n")
    base = clone.commit("Main", onboarding=OUTLINE.replace("one", "uno"))
    clone.branch("topic", first)
    head = clone.commit("Topic", onboarding=OUTLINE.replace("three", "tres"))
    (clone.folder.parent / "ran").unlink(missing_ok=True)

    repository.merged(base, head)

    assert not (clone.folder.parent / "ran").exists()


def test_unrelated_histories_are_refused(clone: Clone, repository: Repository) -> None:
    """A branch without a common commit can't be merged, and the message says what to do."""
    base = clone.git("rev-parse", "main")
    clone.git("checkout", "--quiet", "--orphan", "other")
    head = clone.commit("Other", other=OUTLINE)

    with pytest.raises(CoursesyncError, match="can't merge"):
        repository.merged(base, head)


def test_a_merge_of_what_main_has_gives_main(clone: Clone, repository: Repository) -> None:
    """A head that is in main already changes nothing."""
    head = clone.git("rev-parse", "main")
    base = clone.commit("Main", onboarding=OUTLINE.replace("one", "uno"))

    assert repository.merged(base, head) == repository.tree(base)


def test_files_are_as_git_has_them(clone: Clone, repository: Repository) -> None:
    """Line ends stay, whatever the settings for a checkout are."""
    windows = OUTLINE.replace("\n", "\r\n")
    clone.git("config", "core.autocrlf", "false")
    (clone.folder / ".gitattributes").write_text("* text eol=crlf\n")
    clone.commit("Next", windows=windows)

    with repository.folder_of("HEAD", "courses") as folder:
        held = (folder / "onboarding.yaml").read_bytes()

    assert held == OUTLINE.encode()


def test_a_link_is_reported_and_not_followed(clone: Clone, repository: Repository) -> None:
    """A symbolic link becomes a file with its target, which the reader reports as a mistake."""
    (clone.folder / "courses" / "link.yaml").symlink_to("onboarding.yaml")
    (clone.folder / "courses" / "passwd.yaml").symlink_to("/etc/passwd")
    clone.commit("Links")

    with repository.folder_of("HEAD", "courses") as folder:
        assert not [each for each in folder.iterdir() if each.is_symlink()]
        with pytest.raises(CoursesyncError) as caught:
            validate(folder)

    assert "symbolic link" in str(getattr(caught.value, "diagnostics", ""))


def test_a_submodule_is_left_out(clone: Clone, repository: Repository) -> None:
    """Files of another repository are not fetched."""
    sha = clone.git("rev-parse", "HEAD")
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{sha},courses/sub")
    clone.git("commit", "--quiet", "-m", "Submodule")

    with repository.folder_of("HEAD", "courses") as folder:
        assert [each.name for each in folder.iterdir()] == ["onboarding.yaml"]


def test_a_folder_that_a_commit_lacks_is_empty(repository: Repository) -> None:
    """A workspace that begins later has no files."""
    with repository.folder_of("HEAD", "elsewhere/courses") as folder:
        assert [*folder.iterdir()] == []


def test_a_link_in_place_of_the_folder_is_an_empty_folder(
    clone: Clone, repository: Repository
) -> None:
    """A workspace that is a symbolic link leads nowhere."""
    clone.git("rm", "--quiet", "-r", "courses")
    (clone.folder / "courses").symlink_to("/etc")
    clone.commit("Link")

    assert repository.tree_at("HEAD", "courses") == ""
    with repository.folder_of("HEAD", "courses") as folder:
        assert not folder.is_symlink()
        assert [*folder.iterdir()] == []


def test_the_same_files_have_the_same_tree(clone: Clone, repository: Repository) -> None:
    """A commit that changes other files leaves the workspace as it was."""
    first = clone.git("rev-parse", "main")
    (clone.folder / "README.md").write_text("Read me\n")
    last = clone.commit("Other")

    assert repository.tree_at(first, "courses") == repository.tree_at(last, "courses") != ""
    assert repository.tree_at(first, ".") == repository.tree(first) != repository.tree(last)
    assert repository.file_at(last, "README.md") == b"Read me\n"
    assert repository.file_at(first, "README.md") is None


def test_a_path_that_leads_out_is_refused(clone: Clone, repository: Repository) -> None:
    """A tree that no checkout would write gives an error, and no file outside the folder."""
    blob = clone.git("hash-object", "-w", "courses/onboarding.yaml")
    inner = clone.git("mktree", given=f"100644 blob {blob}\t..\n")
    tree = clone.git("mktree", given=f"040000 tree {inner}\tcourses\n")

    with (
        pytest.raises(CoursesyncError, match="no checkout"),
        repository.folder_of(tree, "courses"),
    ):
        pass


def test_history_runs_along_first_parents(clone: Clone, repository: Repository) -> None:
    """The oldest first, without the commits of a merged branch; a title may hold anything."""
    first = clone.git("rev-parse", "main")
    clone.branch("topic", first)
    clone.commit("Inner", new=OUTLINE)
    clone.branch("main", first)
    second = clone.commit("Ünï: $(x) `y`")
    clone.git("merge", "--quiet", "--no-ff", "-m", "Merge topic", "topic")
    last = clone.git("rev-parse", "HEAD")

    found = repository.first_parents(first, last)

    assert [each.sha for each in found] == [second, last]
    assert [each.title for each in found] == ["Ünï: $(x) `y`", "Merge topic"]
    assert found[1].parents == (second, clone.git("rev-parse", "topic"))
    assert (found[0].author, found[0].author_email) == ("name@ada", "email@ada")
    assert repository.first_parents(last, last) == ()
    assert [each.sha for each in repository.first_parents(None, last)] == [first, second, last]


def test_changed_files_count_a_rename_twice(clone: Clone, repository: Repository) -> None:
    """Both paths of a renamed file are named."""
    first = clone.git("rev-parse", "main")
    last = clone.commit("Rename", onboarding=None, renamed=OUTLINE)

    assert repository.changed_files(first, last) == (
        "courses/onboarding.yaml",
        "courses/renamed.yaml",
    )


def test_a_fetch_leaves_out_what_the_remote_lacks(clone: Clone, repository: Repository) -> None:
    """A pull request whose ref is gone does not stop the fetch of the others."""
    head = clone.commit("Head")
    clone.git("push", "--quiet", "origin", "HEAD:refs/pull/7/head")

    found = repository.fetch("refs/pull/7/head", "refs/pull/8/head")

    assert found == {"refs/pull/7/head": head}


def test_the_default_branch_is_the_remotes(repository: Repository) -> None:
    """It is asked of the remote, not of the clone."""
    assert repository.default_branch() == "main"


def test_a_remote_that_is_gone_can_be_tried_again(clone: Clone, repository: Repository) -> None:
    """An outage is no error of the repository."""
    clone.git("remote", "set-url", "origin", str(clone.folder.parent / "gone.git"))

    with pytest.raises(TryLater):
        repository.fetch("refs/heads/main")


def test_a_remote_that_denies_names_the_permission(clone: Clone, repository: Repository) -> None:
    """The message says which permission the token needs."""
    clone.git("remote", "set-url", "origin", "http://127.0.0.1:9/x.git")

    with pytest.raises((TryLater, RemoteError)):
        repository.fetch("refs/heads/main")


def test_a_clone_without_history_is_refused(clone: Clone, tmp_path: Path) -> None:
    """A shallow clone would give wrong merges; the message names the line to write."""
    clone.commit("Second")
    clone.git("push", "--quiet", "origin", "main")
    shallow = tmp_path / "shallow"
    clone.git("clone", "--quiet", "--depth", "1", f"file://{tmp_path}/origin.git", str(shallow))

    with pytest.raises(CoursesyncError, match="history") as caught:
        Repository(shallow)

    assert "fetch-depth: 0" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("url", "server", "is_sent"),
    [
        ("https://github.com/a/b", "https://github.com", True),
        ("https://github.com.evil.example/a/b", "https://github.com", False),
        ("http://github.com/a/b", "http://github.com", False),
        ("http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080", True),
        ("https://evil.example/a/b", "https://github.com", False),
        ("/srv/origin.git", "", False),
    ],
)
def test_a_token_goes_to_its_forge_alone(
    url: str, server: str, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool
) -> None:
    """Over TLS, or on this machine, and to no other host."""
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_SERVER_URL", server)

    assert ("secret" in forge_environment(url).values()) is is_sent
