"""coursesync: Terraform's plan and apply, for course outlines on Nexudus.

All that the command line does, for those who script it:

    import coursesync

    workspace = coursesync.load("courses")
    plan = coursesync.plan(workspace)
    report = coursesync.apply(plan, workspace)

Errors are those of the tree in `coursesync.errors`. What is asked for here is imported then, and
not before, so that `import coursesync` costs nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # without the import of `typing`, which takes longer than all of this
if TYPE_CHECKING:
    from coursesync.adapters.credentials import Credentials
    from coursesync.adapters.outline_files import Outlines
    from coursesync.adapters.receipt_file import read_receipt
    from coursesync.drift import Drifted, Finding
    from coursesync.errors import (
        Advised,
        Busy,
        CoursesyncError,
        Diagnostic,
        Interrupted,
        InvalidOutlines,
        LargeChange,
        RemoteError,
        StalePlan,
        StateError,
        StateLocked,
        Terminated,
        UnusableFile,
        UsageError,
        Where,
    )
    from coursesync.formatting import Layouts, fmt
    from coursesync.intake import Imported, adopt, import_course
    from coursesync.online import Drift, apply, drift, verify
    from coursesync.outline import Outline
    from coursesync.plan import Action, Change, Plan
    from coursesync.planning import plan, validate
    from coursesync.policy import OnRemoval
    from coursesync.ports import Clock, Progress
    from coursesync.project import Project, Workspace, load, open_project
    from coursesync.receipt import Mismatch, Receipt
    from coursesync.recording import OpenReceipt, begin_receipt
    from coursesync.report import Report, Result, Status
    from coursesync.schema import schema
    from coursesync.state import Doubt, Entry, State
    from coursesync.stop import Stop
    from coursesync.surgery import forget, move, recover, resolve
    from coursesync.version import __version__

__all__ = [
    "Action",
    "Advised",
    "Busy",
    "Change",
    "Clock",
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
    "Mismatch",
    "OnRemoval",
    "OpenReceipt",
    "Outline",
    "Outlines",
    "Plan",
    "Progress",
    "Project",
    "Receipt",
    "RemoteError",
    "Report",
    "Result",
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
    "load",
    "move",
    "open_project",
    "plan",
    "read_receipt",
    "recover",
    "resolve",
    "schema",
    "validate",
    "verify",
]
_PUBLIC = {  # what each module offers
    "adapters.credentials": "Credentials",
    "adapters.outline_files": "Outlines",
    "adapters.receipt_file": "read_receipt",
    "drift": "Drifted Finding",
    "errors": "Advised Busy CoursesyncError Diagnostic Interrupted InvalidOutlines LargeChange "
    "RemoteError StalePlan StateError StateLocked Terminated UnusableFile UsageError Where",
    "formatting": "Layouts fmt",
    "intake": "Imported adopt import_course",
    "online": "Drift apply drift verify",
    "outline": "Outline",
    "plan": "Action Change Plan",
    "policy": "OnRemoval",
    "ports": "Clock Progress",
    "planning": "plan validate",
    "project": "Project Workspace load open_project",
    "receipt": "Mismatch Receipt",
    "recording": "OpenReceipt begin_receipt",
    "report": "Report Result Status",
    "schema": "schema",
    "state": "Doubt Entry State",
    "stop": "Stop",
    "surgery": "forget move recover resolve",
    "version": "__version__",
}
_HOMES = {name: module for module, names in _PUBLIC.items() for name in names.split()}


class _Package(ModuleType):
    """This package; some functions, as `plan` and `schema`, bear the names of modules of it."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, but for a module that has just been imported in a function's place."""
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


if not TYPE_CHECKING:  # or else every name would seem to be there

    def __getattr__(name: str) -> object:
        """Import what is asked for by its name; raises AttributeError where there is none."""
        if name not in _HOMES:
            raise AttributeError(f"module 'coursesync' has no attribute '{name}'")
        from importlib import import_module  # noqa: PLC0415 - only where something is asked for

        found = getattr(import_module(f"coursesync.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__


sys.modules[__name__].__class__ = _Package
