"""What coursesync keeps up to date in a forge: issues, answers, results and statuses.

Owns the first line by which it finds its own texts again, and that nothing is written twice. It
must never decide what is written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from coursesync.ci.forges.api import same_text
from coursesync.ci.instructions.approvals import DIGITS
from coursesync.render.comment.notices import NOT_LIVE
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from coursesync.ci.forges.forge import Comment, Forge, Issue, Status
    from coursesync.ci.instructions.approvals import Instruction

Kept: TypeAlias = Literal["answer", "apply", "closed", "drift", "plan", "waiting"]

# the first line of a text about a workspace
_ABOUT = re.compile(r"<!-- coursesync (apply|closed|drift|plan|waiting): .*? -->")


def marker(what: Kept, name: str) -> str:
    """Return the first line of a text, which forges do not show.

    Args:
        what: what the text is.
        name: the workspace that it is about, or the Id of the comment that it answers.
    """
    return f"<!-- coursesync {what}: {inert(name).replace('-->', '')} -->"


def is_about_another(text: str, name: str) -> bool:
    """Return whether a text that is kept is about another workspace than `name`."""
    found = _ABOUT.match(text)
    return found is not None and found[0] != marker(cast("Kept", found[1]), name)


def is_for_another(digest: str, own: Sequence[str], name: str) -> bool:
    """Return whether a line that people wrote is for the job of another workspace.

    Args:
        digest: what the line names; "" for none.
        own: the texts that are kept on the same page.
        name: this workspace.
    """
    theirs = [each for each in own if is_about_another(each, name)]
    ours = [each for each in own if _ABOUT.match(each) and each not in theirs]
    if not ours:
        return bool(theirs)
    shown = digest[:DIGITS]
    is_theirs = bool(shown) and any(shown in each for each in theirs)
    return is_theirs and not any(shown in each for each in ours)


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


def keep_result(forge: Forge, number: int, name: str, text: str) -> None:
    """Write what an apply did on a review, unless its last result says the same.

    It is a new comment if it names something that is live, so that people see it. Otherwise the
    last one that names nothing is edited. Raises as the forge does.
    """
    begin = marker("apply", name)
    body = f"{begin}\n{text}"
    own = [each for each in forge.comments(number) if each.own and each.body.startswith(begin)]
    known, new = _halves(own[-1].body) if own else ("", ""), _halves(body)
    if not own or (known != new and any((known[0], new[0]))):
        forge.comment(number, body)
    elif known != new:
        forge.edit_comment(own[-1].id, body)


def _halves(body: str) -> tuple[str, str]:
    """Return what a result says is live, and what is not.

    Without the line of links, because each run has a page of its own.
    """
    lines = body.replace("\r\n", "\n").strip().split("\n")[1:]
    text = "\n".join(each for each in lines if not each.startswith("[The run](")).strip()
    live, _, left = text.partition(NOT_LIVE)
    return live.strip(), left.strip()


def set_once(forge: Forge, commit: str, status: Status) -> None:
    """Set a status on a commit, unless it says the same already; raises as the forge does.

    Each run has another page, and a commit may have 1,000 statuses.
    """
    if not any(replace(each, url=status.url) == status for each in forge.statuses(commit)):
        forge.set_status(commit, status)
