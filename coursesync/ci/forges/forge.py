"""The port to a forge: what reviews and records need of GitHub, GitLab and the like.

Owns the values that cross it. It must never know how a forge is spoken to (`github` and `gitlab`
do), nor decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.state.run_id import RunId


@dataclass(frozen=True, slots=True)
class Review:
    """A pull request (on GitLab a merge request), open or merged.

    Attributes:
        number: its number in the repository.
        name: how people of its forge call it, as in "pull request #7" and "merge request !7".
        author: the login of its author.
        head: the SHA of its last commit; the commit that was merged, once it is merged.
        ref: the ref that holds `head` on the remote, as in "refs/pull/7/head".
        url: its page.
        merged_as: the SHA of the last commit that its merge made on the base; None while open. It
            equals `head` if somebody pushed the head itself.
        approved: whether somebody other than its author and those who pushed to it approved its
            last head, and nobody's later review asks for changes.
        is_doubtful: whether it would be approved, if anyone knew who pushed to it.
    """

    number: int
    name: str
    author: str
    head: str
    ref: str
    url: str
    merged_as: str | None = None
    approved: bool = False
    is_doubtful: bool = False

    @property
    def noun(self) -> str:
        """What it is, as in "pull request"."""
        return self.name.rpartition(" ")[0]


class NotYet(Enum):
    """The forge's index does not know yet which review a commit merged: neither none nor one."""

    INDEXED = auto()


@dataclass(frozen=True, slots=True)
class Pushers:
    """Who pushed some commits.

    Attributes:
        logins: of the accounts that pushed them, and of their authors and committers.
        unknown: the SHAs of commits of which nobody knows who pushed them: an approval of these
            does not count, because it may be by the same person. OLDER stands for all that are
            too old to be looked at.
    """

    logins: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()

    def __or__(self, other: Pushers) -> Pushers:
        """Return who pushed these or those."""
        unknown = dict.fromkeys((*self.unknown, *other.unknown))
        return Pushers(self.logins | other.logins, tuple(unknown))


NOBODY = Pushers()
OLDER = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a review or an issue.

    Attributes:
        id: its Id in the forge.
        author: the login of its author.
        body: its Markdown.
        own: whether the account of this token wrote it.
        number: the number of the review or issue that it is on.
        is_by_bot: whether its author is no person, as far as the forge tells.
    """

    id: int
    author: str
    body: str
    own: bool
    number: int
    is_by_bot: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue that coursesync keeps.

    `number` is for the forge's methods: it is negative where issues are not counted together with
    reviews. People are shown `url`.
    """

    number: int
    title: str
    body: str
    url: str


class Mark(Enum):
    """The state of a status on a commit."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


# characters of a description: https://docs.github.com/en/rest/commits/statuses
LONGEST_STATUS = 140


@dataclass(frozen=True, slots=True)
class Status:
    """A status on a commit: `context` is its name, as in "coursesync/plan"."""

    context: str
    mark: Mark
    description: str
    url: str = ""


class Forge(Protocol):
    """What a forge offers.

    Every method raises TryLater if the forge can't be reached, or answers with an error after
    retries, and RemoteError if the token may not do that; the message names the permission.
    """

    def open_reviews(self, base: str) -> Sequence[Review]:
        """Return the open reviews for a branch, with their heads; `approved` is not filled in."""

    def reviews_between(
        self, base: str, commits: Sequence[str]
    ) -> Mapping[str, Review | NotYet | None]:
        """Return the merged review that brought each commit to a branch, with `approved`.

        None for a commit that no review brought, once the index can be trusted to know; NotYet
        while it can't. Asks again for those after 1, 2, 4 and 8 seconds before it says so.
        """

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments of a review or an issue, the oldest first."""

    def is_edited(self, comment: Comment) -> bool:
        """Return whether a comment that `comments` of this object returned was ever edited."""

    def comment(self, number: int, body: str) -> Comment:
        """Add a comment to a review or an issue."""

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment that `comments` or `comment` of this object returned."""

    def minimise(self, comment: Comment) -> None:
        """Fold an outdated comment away, where the forge can; otherwise do nothing."""

    def statuses(self, commit: str) -> Sequence[Status]:
        """Return the newest status of each context on a commit that this token's account set."""

    def set_status(self, commit: str, status: Status) -> None:
        """Set a status on a commit."""

    def issue(self, marker: str) -> Issue | None:
        """Return the open issue of this token's account whose body begins with a marker."""

    def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue; its body begins with its marker."""

    def edit_issue(self, number: int, *, title: str, body: str) -> None:
        """Replace the title and the text of an issue."""

    def close_issue(self, number: int) -> None:
        """Close an issue."""

    def is_over(self, run: RunId) -> bool:
        """Return whether a run, in that attempt, is over: it can send nothing any more.

        False for a run that the forge does not know: it may be another repository's, which still
        sends.
        """

    def may_write(self, login: str) -> bool:
        """Return whether an account may write to the repository."""

    def pushers(self, number: int) -> Pushers:
        """Return who pushed to a review; its author counts, too."""

    def pushers_between(self, branch: str, line: Sequence[str], commits: Sequence[str]) -> Pushers:
        """Return who pushed some commits of a branch.

        `line` are the SHAs of its first-parent history, the oldest first, from one that is at most
        as old as the oldest of `commits`.
        """

    def open_review(self, branch: str, base: str, title: str, body: str) -> Review:
        """Open a review of a branch of the repository, or return the one that is open."""

    def close_review(self, number: int) -> None:
        """Close a review without merging it."""
