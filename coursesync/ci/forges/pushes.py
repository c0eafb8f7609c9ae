"""Who pushed a commit: what a forge records of pushes, and what the commits say themselves.

A commit names its author and its committer by e-mail addresses, which anyone can write and which
may belong to no account. A forge's record of pushes names the account that pushed. Both count;
without such a record, a commit counts as known only if its addresses belong to accounts.

Owns how the two come together. It must never ask a forge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import NOBODY, Pushers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Push:
    """A change of a branch, as a forge recorded it.

    Attributes:
        before: the SHA of the branch's last commit before; "" if it made the branch.
        after: the one afterwards; "" if it deleted the branch.
        by: the login of who did it; "" if the forge does not know.
        at: when, as the forge writes it.
        may_drop: whether `before` may not be in the history of `after`, as after a forced push.
    """

    before: str
    after: str
    by: str
    at: str
    may_drop: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A commit, and the accounts to which its e-mail addresses belong.

    `is_known`: every address that matters belongs to an account of a person.
    """

    sha: str
    people: frozenset[str]
    is_known: bool


def pushers_of_line(
    line: Sequence[str], commits: Iterable[Made], pushes: Sequence[Push]
) -> Pushers:
    """Return who pushed some commits of a branch.

    Args:
        line: the SHAs of the branch's first-parent history, the oldest first.
        commits: those of them that matter.
        pushes: to the branch; where they don't tell, the commits' addresses do.
    """
    place = {sha: number for number, sha in enumerate(line)}
    found = NOBODY
    for each in commits:
        at = place.get(each.sha, len(line))
        bringing = [
            push.by
            for push in pushes
            if place.get(push.after, -1) >= at > place.get(push.before, -1)
        ]
        found |= _of([each], bringing if all(bringing) else ())
    return found


def pushers_of_branch(head: str, own: Sequence[Made], pushes: Sequence[Push]) -> Pushers:
    """Return who pushed the commits of a review.

    Args:
        head: the last of its commits.
        own: its commits.
        pushes: to its branch, the newest first; where they don't tell, the commits' addresses do.
    """
    shas = {head, *(each.sha for each in own)}
    return _of(own, _moved(head, shas, pushes))


def _moved(head: str, own: Collection[str], pushes: Sequence[Push]) -> Collection[str]:
    """Return who moved a branch to its head; nobody if the pushes leave a gap.

    From the head back, each push begins where the one before it ended, until one began outside of
    the review. A forced push may have kept commits of those before it, so these count, too; and so
    do pushes of the same commits before the branch was deleted and restored.
    """
    found = {each.by for each in pushes if each.after in own}
    at = head
    for each in pushes:
        if at == head and each.after != head:
            continue  # the branch has moved on, or was deleted
        if each.after != at:
            return ()
        found.add(each.by)
        at = each.before
        if not at or (at not in own and not each.may_drop):
            return () if "" in found else found
    return ()


def _of(commits: Sequence[Made], pushed_by: Collection[str]) -> Pushers:
    people = {login for each in commits for login in each.people}
    unknown = () if pushed_by else tuple(each.sha for each in commits if not each.is_known)
    return Pushers(frozenset({*people, *pushed_by}), unknown)
