"""The scenarios: how each workspace is prepared, and the command that is killed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from crash.workspace import address
from zygote import TICK

from coursesync.kinds.course import COURSE
from coursesync.kinds.lesson import LESSON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crash.workspace import Workspace

Command: TypeAlias = tuple[str, ...]
Scenario: TypeAlias = "Callable[[Workspace], Command]"
"""Prepares an empty workspace, and returns the command to kill."""

APPLY: Command = ("apply", "--auto-approve", "--allow-large-change")
MINUTE = 30  # seconds a look: a run looks at the time at least twice between two steps
BEGIN = 2  # the exchange of a first apply with the remote that pushes its begin


def first(workspace: Workspace) -> Command:
    """The first apply ever: there is no state yet."""
    workspace.outline(one="One", two="Two")
    return APPLY


def one_more(workspace: Workspace) -> Command:
    """An outline that was applied got one more section."""
    workspace.outline(one="One")
    workspace.apply()
    workspace.outline(one="One", two="Two")
    return APPLY


def moved(workspace: Workspace) -> Command:
    """A section that was applied got another key, and the outline another section."""
    workspace.outline(one="One")
    workspace.apply()
    workspace.outline(uno="One", two="Two")
    return APPLY


def rewritten(workspace: Workspace) -> Command:
    """One section was retitled, one was removed and is to be deleted, and one is new."""
    workspace.outline(one="One", two="Two", three="Three")
    workspace.apply()
    workspace.outline(one="Uno", three="Three", four="Four")
    workspace.options = ("--on-removal", "delete", "--prune")
    return (*APPLY, *workspace.options)


def after_a_crash(workspace: Workspace) -> Command:
    """A journal is left over with one Id, and with a create whose answer never came."""
    workspace.outline(one="One", two="Two")
    workspace.apply(kill_at=workspace.of_the_last_create("after send"))
    return APPLY


def recover(workspace: Workspace) -> Command:
    """The same journal, saved by `state recover`."""
    after_a_crash(workspace)
    return ("state", "recover")


def resolve(workspace: Workspace) -> Command:
    """The same journal, and a person settles the create: it was carried out."""
    after_a_crash(workspace)
    made = max(workspace.records())
    return ("resolve", address("two"), "--id", made.split()[-1])


def resolve_not_created(workspace: Workspace) -> Command:
    """A request broke off half-way, and a person settles it: it was not carried out."""
    workspace.outline(one="One", two="Two")
    workspace.apply(kill_at=workspace.of_the_last_create("before send"))
    return ("resolve", address("two"), "--not-created")


def lessons(workspace: Workspace) -> Command:
    """The first apply of sections with lessons, and of a lesson that is in none."""
    within = {"one": {"a": "A", "b": "B"}, "two": {"c": "C"}, "": {"words": "Words"}}
    workspace.outline(within, one="One", two="Two")
    return APPLY


def new_course(workspace: Workspace) -> Command:
    """The first apply of an outline that makes its course, fills it and publishes it."""
    workspace.stage.forget_new_courses()
    workspace.is_new = True
    return lessons(workspace)


def new_course_with(fault: str) -> Scenario:
    """Return `new_course`, with the create of the course going wrong in that way."""

    def faulted(workspace: Workspace) -> Command:
        command = new_course(workspace)
        workspace.stage.server.fault(f"POST {COURSE.endpoint}@1:{fault}")
        return command

    return faulted


def lessons_moved(workspace: Workspace) -> Command:
    """Lessons go to another section, to a new one, and out of any; a section has a new key."""
    lessons(workspace)
    workspace.apply()
    within = {"uno": {"words": "Words"}, "two": {"b": "B"}, "new": {"c": "C"}, "": {"a": "A"}}
    workspace.outline(within, uno="One", two="Two", new="New")
    return APPLY


def lessons_rewritten(workspace: Workspace) -> Command:
    """A section is deleted with its lessons, another loses one, and one is retitled or new."""
    lessons(workspace)
    workspace.apply()
    workspace.outline({"one": {"b": "Bee", "d": "D"}, "": {"words": "Words"}}, one="One")
    workspace.options = ("--on-removal", "delete", "--prune")
    return (*APPLY, *workspace.options)


def lessons_with(fault: str) -> Scenario:
    """Return `lessons`, with the create of a lesson that goes wrong in that way."""

    def faulted(workspace: Workspace) -> Command:
        command = lessons(workspace)
        workspace.stage.server.fault(f"POST {LESSON.endpoint}@2:{fault}")
        return command

    return faulted


def one_more_with(fault: str) -> Scenario:
    """Return `one_more`, with a create that goes wrong in that way."""

    def faulted(workspace: Workspace) -> Command:
        command = one_more(workspace)
        workspace.stage.server.fault_create(1, fault)
        return command

    return faulted


def in_git(
    scenario: Scenario,
    *,
    tick: int = 0,
    loses_the_machine: bool = False,
    fails: tuple[int, int, str] | None = None,
) -> Scenario:
    """Return a scenario whose state is in a branch.

    Args:
        scenario: the scenario.
        tick: seconds by which the time of day goes on whenever the command to kill looks at it.
        loses_the_machine: whether the machine is gone with each command that is killed.
        fails: as in `Workspace.fail_in_git`.
    """

    def kept(workspace: Workspace) -> Command:
        workspace.keep_in_git()
        workspace.is_lost_when_killed = loses_the_machine
        if tick:
            workspace.disturbed[TICK] = str(tick)
        if fails is not None:
            workspace.fail_in_git(*fails)
        return scenario(workspace)

    return kept


FAULTS = ("lost-after", "lost-before", "error-after", "cut-body", "throttled=1", "unsuccessful")
SCENARIOS: Mapping[str, Scenario] = {
    "first": first,
    "one-more": one_more,
    "moved": moved,
    "rewritten": rewritten,
    "after-a-crash": after_a_crash,
    "recover": recover,
    "resolve": resolve,
    "resolve-not-created": resolve_not_created,
    **{fault: one_more_with(fault) for fault in FAULTS},
    "lessons": lessons,
    "lessons-moved": lessons_moved,
    "lessons-rewritten": lessons_rewritten,
    **{f"lessons-{fault}": lessons_with(fault) for fault in FAULTS},
    "new-course": new_course,
    **{f"new-course-{fault}": new_course_with(fault) for fault in FAULTS},
    "in-git": in_git(first),
    "in-git-rewritten": in_git(rewritten),
    "in-git-recover": in_git(recover),
    "in-git-lost-after": in_git(one_more_with("lost-after")),
    "in-git-each-minute": in_git(first, tick=MINUTE),
    "in-git-gone": in_git(first, loses_the_machine=True),
    "in-git-gone-later": in_git(rewritten, tick=MINUTE, loses_the_machine=True),
    "in-git-taken-over": in_git(after_a_crash, loses_the_machine=True),
    "in-git-begin-unanswered": in_git(first, fails=(BEGIN, BEGIN, "after")),
    "in-git-record-unanswered": in_git(first, fails=(BEGIN + 1, BEGIN + 1, "after")),
    "in-git-away": in_git(first, tick=MINUTE, fails=(BEGIN + 1, 1_000, "before")),
}
