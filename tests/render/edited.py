"""Plans of edits of the example courses, as an author would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values import EMPTY, applied

from coursesync.outlines.workspace_files import load
from coursesync.planning import diff
from coursesync.planning.policy import KEEP_ALL

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy

ONBOARDING = "onboarding.yaml"
DESK, GUEST = "onboarding/find-your-desk.md", "onboarding/bring-a-guest.md"
ROOF = "  - key: the-roof\n    title: The roof\n    contents: <p>Open until ten.</p>\n"
# the file, what it has, and what it gets instead
Edit = tuple[str, str, str]
EVERYTHING: tuple[Edit, ...] = (
    (ONBOARDING, "from 9:00 to 17:30", "from 8:30 to 17:30"),
    (ONBOARDING, "unlock: {after_days: 7} ", "unlock: {after_days: 10} "),
    (ONBOARDING, "phone-booths.png", "phone-booths-in-spring.png"),
    (ONBOARDING, "title: Wi-Fi and printing\n", "title: Wi-Fi, printing and scanning\n"),
    (ONBOARDING, "key: one-month-in\n", "key: one-month-in\n    active: false\n"),
    (ONBOARDING, "about trailers.\n        active: false\n", "about trailers.\n"),
    (ONBOARDING, "  - key: desks-and-calls\n", f"{ROOF}\n  - key: desks-and-calls\n"),
    (DESK, "completion: button ", "completion: visited "),
    (DESK, "gone by 9:15 in winter", "gone by 9:00 in winter"),
    (GUEST, "unlock: {after_days: 3} ", "unlock: {after_days: 5} "),
)


def edit(folder: Path, *edits: Edit) -> None:
    """Edit files of a workspace."""
    for name, old, new in edits:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def plan_of_edits(folder: Path, *edits: Edit, policy: Policy = KEEP_ALL) -> Plan:
    """Return the plan of edits, after what a workspace had before them was applied."""
    state = applied(diff.plan_of(load(folder), EMPTY))
    edit(folder, *edits)
    return diff.plan_of(load(folder), state, policy)
