"""Who has to approve, commit by commit: the setting before a commit decides about it.

Owns when a looser setting counts: once a review that counts under the one before it set it, or a
person approved it. It must never decide what that means for an outline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.ci.coverage.setting import Setting, Shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.state.state_report import Reviewing

_RANKS: dict[Reviewing, int] = {"": 0, "required": 0, "optional": 1, "solo": 2}


@dataclass(frozen=True, slots=True)
class Loosening:
    """A commit of main that set a looser setting, which does not count yet."""

    commit: str
    reviewing: Reviewing

    @property
    def digest(self) -> str:
        """The digest by which a person approves it."""
        return sha256(f"reviewing {self.commit} {self.reviewing}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rules:
    """The setting that counts, since which commit, and the commit that set a looser one."""

    reviewing: Reviewing
    since: str = ""
    loosened: str = ""


def judged_by(
    settings: Iterable[Setting], rules: Rules, older: int
) -> tuple[tuple[Setting, ...], Rules]:
    """Return settings, each judged by the setting before it, and what counts after them.

    The first `older` ones are older than `rules`: they set nothing, and what came before it needs
    an approval.
    """
    found: list[Setting] = []
    every = [*settings]
    known = [each.commit for each in every]
    begins = known.index(rules.since) + 1 if rules.since in known else 0
    for number, each in enumerate(every):
        needs = rules.reviewing == "required" or number < min(begins, older)
        found.append(replace(each, needs_approval=needs))
        wanted = each.after.reviewing
        if number < older or wanted == each.before.reviewing:
            continue
        if not is_looser(wanted, rules.reviewing) or _is_shown(found[-1]):
            rules = Rules(wanted, each.commit)
        else:
            rules = replace(rules, loosened=each.commit)
    return tuple(found), rules


def is_looser(one: Reviewing, other: Reviewing) -> bool:
    """Return whether a setting asks for less than another one."""
    return _RANKS[one] > _RANKS[other]


def stricter(one: Reviewing, other: Reviewing) -> Reviewing:
    """Return the setting that asks for more; that of nobody ("") does not count."""
    return other if other and is_looser(one, other) else one


def _is_shown(setting: Setting) -> bool:
    """Return whether a review that counts set the setting."""
    shown = setting.review
    if not isinstance(shown, Shown):
        return False
    if not (shown.base.is_configured and shown.head.is_configured):
        return False
    is_merged = shown.review.merged_as != shown.review.head
    counts = is_merged and (shown.review.approved or not setting.needs_approval)
    wanted = setting.after.reviewing
    return counts and shown.base.reviewing != shown.head.reviewing == wanted
