"""What coursesync keeps up to date in a forge: issues, answers and statuses.

Owns the first line by which it finds its own texts again, and that nothing is written twice. It
must never decide what is written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from coursesync.ci.forges.api import same_text
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from coursesync.ci.forges.forge import Comment, Forge, Issue, Status
    from coursesync.ci.instructions.approvals import Instruction

Kept: TypeAlias = Literal["answer", "apply", "drift", "plan", "waiting"]


def marker(what: Kept, name: str) -> str:
    """Return the first line of a text, which forges do not show.

    Args:
        what: what the text is.
        name: the workspace that it is about, or the Id of the comment that it answers.
    """
    return f"<!-- coursesync {what}: {inert(name).replace('-->', '')} -->"


def keep_issue(forge: Forge, known: Issue | None, title: str, body: str) -> Issue:
    """Bring an issue up to date, or open it if there is none; raises as the forge does."""
    if known is None:
        return forge.open_issue(title, body)
    if known.title != title or not same_text(known.body, body):
        forge.edit_issue(known.number, title=title, body=body)
    return known


def is_answered(given: Instruction, comments: Iterable[Comment]) -> bool:
    """Return whether an instruction has its answer among the comments of its page."""
    first = marker("answer", str(given.comment.id))
    return any(each.own and each.body.startswith(first) for each in comments)


def answer_once(
    forge: Forge,
    number: int,
    comments: Sequence[Comment],
    given: Iterable[Instruction],
    answer: Callable[[Instruction], str],
) -> None:
    """Answer instructions on a review or an issue, each comment in one line; raises as the forge.

    Args:
        forge: the forge.
        number: that of the review or issue.
        comments: all comments there.
        given: the instructions in them.
        answer: returns the line for an instruction; "" if it needs none.
    """
    own = [each.body for each in comments if each.own]
    for each in given:
        first = marker("answer", str(each.comment.id))
        if not any(body.startswith(first) for body in own) and (line := answer(each)):
            forge.comment(number, f"{first}\n{line}\n")
            own.append(first)


def set_once(forge: Forge, commit: str, status: Status) -> None:
    """Set a status on a commit, unless it says the same already; raises as the forge does.

    Each run has another page, and a commit may have 1,000 statuses.
    """
    if not any(replace(each, url=status.url) == status for each in forge.statuses(commit)):
        forge.set_status(commit, status)
