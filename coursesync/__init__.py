"""coursesync: Terraform's plan and apply, for course outlines on Nexudus.

Scripts can do everything that the command line does:

    import coursesync

    workspace = coursesync.load("courses")
    plan = coursesync.plan(workspace)
    report = coursesync.apply(plan, workspace)

It raises the errors of `coursesync.errors`. Each name is imported when it is first used, so that
`import coursesync` is fast.
"""

from __future__ import annotations

TYPE_CHECKING = False  # without the import of `typing`, which takes longer than all of this
if TYPE_CHECKING:
    from coursesync.applying.report import Report, Result, Status
    from coursesync.applying.world import Progress
    from coursesync.errors import (
        Advised,
        Code,
        Command,
        CoursesyncError,
        Diagnostic,
        Interrupted,
        InvalidOutlines,
        LargeChange,
        Remedy,
        RemoteError,
        Shell,
        StalePlan,
        StateError,
        StateLocked,
        Stop,
        Terminated,
        UnusableFile,
        UsageError,
        Where,
    )
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.operations.apply import apply
    from coursesync.operations.drift import Drift, drift
    from coursesync.operations.fmt import Layouts, fmt
    from coursesync.operations.import_ import Imported, adopt, import_course
    from coursesync.operations.plan import plan, validate
    from coursesync.operations.receipts import OpenReceipt, begin_receipt
    from coursesync.operations.state import forget, move, recover, resolve
    from coursesync.operations.twins import keep
    from coursesync.operations.workspace import Project, Workspace, load, open_project
    from coursesync.outlines.outline import Outline
    from coursesync.outlines.schema import schema
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.planning.drift import Drifted, Finding
    from coursesync.planning.plan import Action, Change, Plan
    from coursesync.planning.policy import OnRemoval
    from coursesync.state.state import Doubt, Entry, State
    from coursesync.version import __version__

__all__ = [
    "Action",
    "Advised",
    "Change",
    "Clock",
    "Code",
    "Command",
    "CoursesyncError",
    "Credentials",
    "Diagnostic",
    "Doubt",
    "Drift",
    "Drifted",
    "Entry",
    "Finding",
    "Imported",
    "Interrupted",
    "InvalidOutlines",
    "LargeChange",
    "Layouts",
    "OnRemoval",
    "OpenReceipt",
    "Outline",
    "Outlines",
    "Plan",
    "Progress",
    "Project",
    "Remedy",
    "RemoteError",
    "Report",
    "Result",
    "Shell",
    "StalePlan",
    "State",
    "StateError",
    "StateLocked",
    "Status",
    "Stop",
    "Terminated",
    "UnusableFile",
    "UsageError",
    "Where",
    "Workspace",
    "__version__",
    "adopt",
    "apply",
    "begin_receipt",
    "drift",
    "fmt",
    "forget",
    "import_course",
    "keep",
    "load",
    "move",
    "open_project",
    "plan",
    "recover",
    "resolve",
    "schema",
    "validate",
]
_PUBLIC = {  # the names of each module
    "nexudus.credentials": "Credentials",
    "outlines.workspace_files": "Outlines",
    "planning.drift": "Drifted Finding",
    "errors": "Advised Code Command CoursesyncError Diagnostic Interrupted InvalidOutlines "
    "LargeChange Remedy RemoteError Shell StalePlan StateError StateLocked Stop Terminated "
    "UnusableFile UsageError Where",
    "operations.fmt": "Layouts fmt",
    "operations.import_": "Imported adopt import_course",
    "operations.apply": "apply",
    "operations.drift": "Drift drift",
    "outlines.outline": "Outline",
    "planning.plan": "Action Change Plan",
    "planning.policy": "OnRemoval",
    "applying.world": "Progress",
    "nexudus.ports": "Clock",
    "operations.plan": "plan validate",
    "operations.workspace": "Project Workspace load open_project",
    "operations.receipts": "OpenReceipt begin_receipt",
    "applying.report": "Report Result Status",
    "outlines.schema": "schema",
    "state.state": "Doubt Entry State",
    "operations.state": "forget move recover resolve",
    "operations.twins": "keep",
    "version": "__version__",
}
_HOMES = {name: module for module, names in _PUBLIC.items() for name in names.split()}


if not TYPE_CHECKING:  # a type checker would take every name as known

    def __getattr__(name: str) -> object:
        """Import a public name; raises AttributeError if there is none."""
        if name not in _HOMES:
            raise AttributeError(f"module 'coursesync' has no attribute '{name}'")
        from importlib import import_module  # noqa: PLC0415 - only when a name is used

        found = getattr(import_module(f"coursesync.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
