"""The pull request that takes the site's version into the outlines.

Owns its branch, which nobody else should push to: it is made new from main whenever either differs.
It must never move another branch.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, TryLater
from coursesync.files.run_git import AS_COURSESYNC, GitFailed, forge_environment, git

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.ci.forges.forge import Review
    from coursesync.ci.job import Job
    from coursesync.operations.pull_drafts import Pulled

BRANCH = "coursesync/pull"
TITLE = "Take the version of the site into the outlines"
_REF = f"refs/heads/{BRANCH}"
_BODY = """\
Courses were changed on the site. This writes these changes into the outlines, so that the next
apply does not undo them. Nothing changes for members when it is merged.

If the check that plans does not start by itself, close this and open it again: GitHub starts no
workflow for what another workflow did.
"""


def offered(job: Job, main: str, pulled: Pulled) -> Review:
    """Push what a pull would write, and return the open pull request for it.

    Raises:
        TryLater: the remote can't be reached.
        RemoteError: the token may not open a pull request.
        CoursesyncError: git can't make the commit.
    """
    known = job.repository.tip(BRANCH)
    review = _open(job, known)
    texts = {f"{job.path}/{name}": new for name, (_, new) in pulled.texts.items()}
    try:
        tree = _tree(job.repository.root, main, texts)
        is_new = known is None or job.repository.tree(known) != tree
        if is_new or job.repository.merge_base(known or main, main) != main:
            _push(job, _commit(job.repository.root, main, tree), known)
    except GitFailed as failed:
        if failed.code is None:
            raise TryLater(
                f"git does not answer: {failed.reason}", "Run the job again later."
            ) from None
        raise CoursesyncError(
            f"the branch {BRANCH} can't be pushed: {failed.reason}",
            "Check that the job may write contents, and that no rule protects that branch.",
        ) from failed
    return review or job.forge.open_review(BRANCH, job.branch, TITLE, _BODY)


def withdraw(job: Job) -> None:
    """Close the pull request, if it is open: the site has nothing that the outlines lack."""
    if (review := _open(job, job.repository.tip(BRANCH))) is not None:
        job.forge.close_review(review.number)


def _open(job: Job, tip: str | None) -> Review | None:
    if tip is None:
        return None
    return next((e for e in job.forge.open_reviews(job.branch) if e.head == tip), None)


def _tree(root: Path, main: str, texts: Mapping[str, str]) -> str:
    """Return the tree of main with other texts of some files; no index or work tree is used."""
    with TemporaryDirectory(prefix="coursesync-") as folder:
        aside = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git(root, "read-tree", main, environment=aside)
        for path, text in texts.items():
            written = git(root, "hash-object", "-w", "--stdin", given=text.encode()).decode()
            entry = f"100644,{written.strip()},{path}"
            git(root, "update-index", "--add", "--cacheinfo", entry, environment=aside)
        return git(root, "write-tree", environment=aside).decode().strip()


def _commit(root: Path, main: str, tree: str) -> str:
    return (
        git(root, "commit-tree", "-p", main, "-m", TITLE, tree, environment=AS_COURSESYNC)
        .decode()
        .strip()
    )


def _push(job: Job, commit: str, known: str | None) -> None:
    lease = f"--force-with-lease={_REF}:{known or ''}"
    environment = forge_environment(job.repository.url)
    words = ("push", "--quiet", lease, "origin", f"{commit}:{_REF}")
    git(job.repository.root, *words, environment=environment)
