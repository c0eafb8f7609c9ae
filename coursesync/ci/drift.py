"""`coursesync ci drift`: one issue about what was changed on the site, and the ways out of it.

Owns that issue, and the pull request that takes the site's version into the outlines. It must never
write to the site: a person who wants the outlines' version back approves it in the issue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.ci.assessment import Assessment
from coursesync.ci.instructions.approvals import line_to_write
from coursesync.ci.instructions.permits import Permits
from coursesync.ci.main_workspace import fetched_main, history_of, workspace_of_main
from coursesync.ci.pull_branch import BRANCH, offered, withdraw
from coursesync.ci.results.kept import keep_issue, marker
from coursesync.errors import RemoteError
from coursesync.operations.pull import pull
from coursesync.operations.remote import remote_of
from coursesync.operations.site import drift
from coursesync.render.comment.layout import linked
from coursesync.render.drift import DriftView
from coursesync.render.markdown import compose, compose_drift
from coursesync.render.markdown_escape import escape
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.forges.forge import Issue, Review
    from coursesync.ci.job import Job
    from coursesync.operations.pull_drafts import Pulled
    from coursesync.operations.site import Drift

TITLE = "Courses were changed on the site"
_MOST = 28_000  # bytes of each of the two parts


@dataclass(frozen=True)
class Looked:
    """What a look at the site found.

    Attributes:
        found: all differences.
        issue: the issue that is open now.
        review: the pull request that takes the site's version, if there is one.
        refused: why there is none, if the forge refuses it.
    """

    found: Drift
    issue: Issue | None = None
    review: Review | None = None
    refused: RemoteError | None = None


def look(job: Job) -> Looked:
    """Look at the site, and bring the issue and the pull request up to date.

    Raises as `operations.site.drift` and `operations.pull.pull` do, and as the forge does.
    """
    main, forge = fetched_main(job), job.forge
    issue = forge.issue(marker("drift", job.path))
    with workspace_of_main(job, main) as (project, store), job.online(0) as progress:
        found = drift(project.load(), progress=progress, clock=job.clock)
        if not found.has_drift:
            if found.is_whole:
                withdraw(job)
                if issue is not None:
                    forge.close_issue(issue.number)
            return Looked(found, None if found.is_whole else issue)
        pulled = pull(project, dry_run=True, progress=progress, clock=job.clock)
        history = history_of(job, main, store.report)
        assessment = Assessment(found.workspace, history, Permits(forge, history, []))
        review, refused = _offered(job, main, pulled)
        looked = Looked(found, issue, review, refused)
        body = "\n".join(_body(job, looked, assessment))
    return replace(looked, issue=keep_issue(forge, issue, TITLE, body))


def _offered(job: Job, main: str, pulled: Pulled) -> tuple[Review | None, RemoteError | None]:
    if not pulled.texts:
        return None, None
    try:
        return offered(job, main, pulled), None
    except RemoteError as error:
        return None, error


def _body(job: Job, looked: Looked, assessment: Assessment) -> Iterator[str]:
    found, state = looked.found, assessment.loaded.known
    view = DriftView(
        found.found,
        found.courses,
        len(state.entries),
        doubts=state.doubts,
        entries=state.entries,
    )
    yield marker("drift", job.path)
    yield compose_drift(view, _MOST)
    yield ""
    yield "### To keep the version of the site"
    yield ""
    yield from _keeping(job, looked)
    if not assessment.plan.has_changes:
        return
    yield ""
    yield "### To put the version of the outlines back"
    yield ""
    if digest := assessment.coverage.digest:
        yield "Somebody who may write to this repository writes this line alone in a comment here:"
        yield ""
        yield f"    {line_to_write(digest)}"
        yield ""
        yield "The next run of the workflow that applies then does it, within the hour."
    else:
        yield "A reviewed pull request has set it since: the next run that applies puts it back."
    yield ""
    limits = assessment.loaded.project.config.limits
    yield "<details>\n<summary>The plan that puts it back</summary>\n"
    yield compose(PlanView(assessment.plan, limits=limits), most=_MOST)
    yield "\n</details>"


def _by_hand(job: Job) -> str:
    """Return how a person opens the pull request; its checks then start by themselves."""
    remote = remote_of(job.repository.root)
    if remote is None or not remote.web:
        return "Open a pull request for it."
    # a job's page is below /-/ on GitLab alone
    between = "/-" if "/-/" in job.page else ""
    url = f"{remote.web}{between}/compare/{job.branch}...{BRANCH}"
    return f"{linked('Open the pull request yourself', url) or 'Open a pull request for it'}."


def _keeping(job: Job, looked: Looked) -> Iterator[str]:
    if looked.review is not None:
        name = f"the {looked.review.name}"
        yield f"Review and merge {linked(name, looked.review.url) or escape(name)}."
    elif looked.refused is not None:
        yield f"A pull request could not be opened: {escape(looked.refused.problem)}."
        yield f"The changes are in the branch `{BRANCH}`. {_by_hand(job)}"
    else:
        yield "Nothing of it can be taken into the outlines by itself. See `coursesync pull`."
