"""`coursesync ci comment`: keeps the newest plan on each open pull request, and its status.

Owns when a pull request gets a new comment: whenever what there is to say differs from what its
last comment says. Comments are for people; it must never decide anything else by their text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import same_text
from coursesync.ci.forges.forge import LONGEST_STATUS, Mark, Status
from coursesync.ci.instructions.answering import answer_elsewhere, answer_on
from coursesync.ci.instructions.answers import by_writers
from coursesync.ci.instructions.approvals import instructions
from coursesync.ci.merge_plan import MainUnplanned, Planned, Unplanned, Untouched
from coursesync.ci.merging import Conflict
from coursesync.ci.results.kept import marker
from coursesync.errors import InvalidOutlines, TryLater
from coursesync.render.comment.configured import settings_in_short
from coursesync.render.comment.layout import GITHUB, NO_LINKS, Links
from coursesync.render.comment.notices import conflicting, unplanned, unplanned_base, untouched
from coursesync.render.comment.outlook import Outlook
from coursesync.render.comment.page import compose
from coursesync.render.comment.seen import items_of
from coursesync.render.comment.words import in_short
from coursesync.render.markdown_escape import code
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.ci.event import Event
    from coursesync.ci.forges.forge import Comment, Forge, Issue, Review
    from coursesync.ci.merge_plan import Files, Foreseen, Main
    from coursesync.render.rows import PlanView

CONTEXT = "coursesync/plan"
_MOST_FOLDED = 5  # older comments
_ROOM = 2_000  # bytes for the lines around a plan
# in the address of a review, and of the files and the runs, on GitHub and on GitLab
_PAGES = (
    ("/pull/", "/blob/", "/checks"),
    ("/-/merge_requests/", "/-/blob/", "/pipelines"),
)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did for a review: `what` in words; `failure` is why it could not do it."""

    review: Review
    what: str
    failure: Exception | None = None


def reconcile(forge: Forge, main: Main, event: Event) -> Iterator[Done]:
    """Bring the comment and the status of each open review up to date.

    What fails for one review does not stop the others.

    Args:
        forge: the forge.
        main: the main branch.
        event: what started the job; it names the run that keeps the pages of one head.

    Yields:
        What was done for each review.

    Raises:
        TryLater, RemoteError: the forge can't be asked for the reviews.
    """
    reviews = sorted(forge.open_reviews(main.branch), key=lambda each: each.number)
    main.repository.fetch(*(each.ref for each in reviews))
    issue = forge.issue(marker("waiting", main.path))
    for review in reviews:
        try:
            yield Done(review, _update(forge, main, event, review, issue))
        except Exception as error:  # noqa: BLE001 - the caller raises it after the others
            yield Done(review, "", error)
    answer_elsewhere(forge, main, event, [each.number for each in reviews])


def _update(forge: Forge, main: Main, event: Event, review: Review, issue: Issue | None) -> str:
    if not main.repository.has(review.head):
        raise TryLater(
            f"git on the forge does not have the last commit of {review.name} yet",
            "Run the job again later.",
        )
    comments = forge.comments(review.number)
    own = [
        each for each in comments if each.own and each.body.startswith(marker("plan", main.path))
    ]
    known = next((e for e in forge.statuses(review.head) if e.context == CONTEXT), None)
    run = event.run_of(review.head) or ("" if known is None else known.url)
    foreseen = main.foresee(review.head)
    body = f"{marker('plan', main.path)}\n{body_of(foreseen, main, review, run, issue)}"
    done = _comment(forge, review, comments, own, body, is_needed=_is_news(foreseen, own))
    status = replace(status_of(foreseen, main.branch), url=run)
    if known != status:
        forge.set_status(review.head, status)
    answer_on(forge, main, review, comments)
    return done


def _comment(
    forge: Forge,
    review: Review,
    comments: Sequence[Comment],
    own: Sequence[Comment],
    body: str,
    *,
    is_needed: bool,
) -> str:
    last = own[-1] if own else None
    asking = [each for each in instructions(_after(comments, last)) if each.word == "plan"]
    is_asked = bool(by_writers(forge, asking)[0])
    if not (is_needed or is_asked):
        return "no outline changes"
    if last is not None and not is_asked:
        if same_text(last.body, body):
            return "its comment is up to date"
        if same_text(_without_links(last.body), _without_links(body)):
            forge.edit_comment(last.id, body)
            return "its links are up to date"
    forge.comment(review.number, body)
    for old in own[-_MOST_FOLDED:]:
        forge.minimise(old)
    return "a new comment"


def _is_news(foreseen: Foreseen, own: Sequence[Comment]) -> bool:
    """Return whether there is something to say; of no change, only where a plan was shown."""
    return (
        bool(own)
        or not isinstance(foreseen, Untouched)
        or bool(foreseen.files.brought or foreseen.settings)
    )


def _after(comments: Sequence[Comment], last: Comment | None) -> Sequence[Comment]:
    return comments if last is None else comments[comments.index(last) + 1 :]


def _without_links(body: str) -> str:
    lines = body.splitlines()
    return "\n".join(each for each in lines if not each.startswith("[The "))


# --- the words ---


def body_of(foreseen: Foreseen, main: Main, review: Review, run: str, issue: Issue | None) -> str:
    """Return the text of the comment for a review.

    `run` is the run that keeps its pages, `issue` the one that shows what waits on main.
    """
    about = f"<sub>This is about the commit {code(review.head[:12])}.</sub>"
    return f"{_text(foreseen, main, review, run, issue)}\n{about}\n"


def _text(foreseen: Foreseen, main: Main, review: Review, run: str, issue: Issue | None) -> str:
    branch = main.branch
    links = _links(review, review.head, run)
    bare = replace(links, pages="")  # without a plan there are none
    match foreseen:
        case Conflict(paths):
            return conflicting(branch, paths, bare)
        case Untouched(files, settings):
            return _warning(files, review) + untouched(files.others, bare, settings)
        case Unplanned(error):
            return unplanned(error, bare)
        case MainUnplanned(error):
            return unplanned_base(error, branch, replace(_links(review, branch, run), pages=""))
        case Planned(view, files):
            outlook = Outlook(
                stops=foreseen.stops,
                lines=foreseen.lines,
                needs_approval=main.project.config.needs_approval,
                is_solo=main.project.config.solo,
                others=files.others,
                whole=foreseen.whole,
                waiting=foreseen.waiting,
                decided=issue.url if issue is not None else "",
                settings=foreseen.settings,
                advice=foreseen.advice,
            )
            return _warning(files, review) + compose(view, links, GITHUB - _ROOM, outlook)


def _warning(files: Files, review: Review) -> str:
    if not files.brought:
        return ""
    names = listed([code(each) for each in files.brought], 3)
    return (
        f"> [!WARNING]\n> This {review.noun} brings files of a state: {names}. A state decides "
        "which records are yours, and only coursesync writes it. They are not used here; take them "
        "out before you merge.\n\n"
    )


def _links(review: Review, commit: str, run: str) -> Links:
    """Return the pages to link; where no run is known, the page that lists the runs."""
    for page, files, runs in _PAGES:
        repository, found, _ = review.url.partition(page)
        if found:
            kept = f"{run}#artifacts" if run else f"{review.url}{runs}"
            return Links(kept, run, f"{repository}{files}{commit}")
    return NO_LINKS


def status_of(foreseen: Foreseen, branch: str) -> Status:
    """Return the status of a head, without an address."""
    is_good = isinstance(foreseen, Untouched | Planned)
    mark = Mark.SUCCESS if is_good else Mark.FAILURE
    return Status(CONTEXT, mark, inert(_in_short(foreseen, branch), LONGEST_STATUS))


def _in_short(foreseen: Foreseen, branch: str) -> str:
    match foreseen:
        case Conflict(paths):
            return f"It conflicts with {branch} in {listed(paths, 1)}"
        case Untouched(_, settings):
            also = f", but it changes {settings_in_short(settings)}" if settings else ""
            return f"No outline changes{also}"
        case Unplanned(error):
            return _problem(error)
        case MainUnplanned(error):
            return f"{branch} itself has {_problem(error)}"
        case Planned(view, stops=stops):
            settings = foreseen.settings
            parts = [_seen(view), *(f"to be allowed: it {each.reason}" for each in stops[:1])]
            parts += [f"it changes {settings_in_short(settings)}"] if settings else []
            return "; ".join(parts)


def _problem(error: Exception) -> str:
    if isinstance(error, InvalidOutlines):
        found = count(len(error.diagnostics), "mistake")
        return f"{found} in the outlines, first in {error.diagnostics[0].where}"
    return f"It can't be planned: {error}"


def _seen(view: PlanView) -> str:
    return in_short(item for course in view.courses for item in items_of(course))
