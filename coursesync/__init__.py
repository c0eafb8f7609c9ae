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
if TYPE_CHECKING:  # `as` marks a name as public
    from coursesync.applying.report import Report as Report
    from coursesync.applying.report import Result as Result
    from coursesync.applying.report import Status as Status
    from coursesync.applying.world import Progress as Progress
    from coursesync.errors import Advised as Advised
    from coursesync.errors import Code as Code
    from coursesync.errors import Command as Command
    from coursesync.errors import CoursesyncError as CoursesyncError
    from coursesync.errors import Diagnostic as Diagnostic
    from coursesync.errors import Interrupted as Interrupted
    from coursesync.errors import InvalidOutlines as InvalidOutlines
    from coursesync.errors import LargeChange as LargeChange
    from coursesync.errors import Remedy as Remedy
    from coursesync.errors import RemoteError as RemoteError
    from coursesync.errors import Shell as Shell
    from coursesync.errors import StalePlan as StalePlan
    from coursesync.errors import StateError as StateError
    from coursesync.errors import StateLocked as StateLocked
    from coursesync.errors import Stop as Stop
    from coursesync.errors import Terminated as Terminated
    from coursesync.errors import UnusableFile as UnusableFile
    from coursesync.errors import UsageError as UsageError
    from coursesync.errors import Where as Where
    from coursesync.nexudus.credentials import Credentials as Credentials
    from coursesync.nexudus.ports import Clock as Clock
    from coursesync.operations.adopt import adopt as adopt
    from coursesync.operations.adopt import keep as keep
    from coursesync.operations.apply import apply as apply
    from coursesync.operations.doctor import doctor as doctor
    from coursesync.operations.fmt import Layouts as Layouts
    from coursesync.operations.fmt import fmt as fmt
    from coursesync.operations.import_ import Imported as Imported
    from coursesync.operations.import_ import import_course as import_course
    from coursesync.operations.init import Initialised as Initialised
    from coursesync.operations.init import init as init
    from coursesync.operations.new import Added as Added
    from coursesync.operations.new import new_course as new_course
    from coursesync.operations.new import new_item as new_item
    from coursesync.operations.orphans import leave as leave
    from coursesync.operations.pages import page_of as page_of
    from coursesync.operations.plan import plan as plan
    from coursesync.operations.plan import validate as validate
    from coursesync.operations.pull import pull as pull
    from coursesync.operations.pull_drafts import Pulled as Pulled
    from coursesync.operations.receipts import OpenReceipt as OpenReceipt
    from coursesync.operations.receipts import begin_receipt as begin_receipt
    from coursesync.operations.site import Drift as Drift
    from coursesync.operations.site import drift as drift
    from coursesync.operations.state import forget as forget
    from coursesync.operations.state import move as move
    from coursesync.operations.state import recover as recover
    from coursesync.operations.state import resolve as resolve
    from coursesync.operations.workspace import Project as Project
    from coursesync.operations.workspace import Workspace as Workspace
    from coursesync.operations.workspace import load as load
    from coursesync.operations.workspace import open_project as open_project
    from coursesync.outlines.outline import Outline as Outline
    from coursesync.outlines.schema import schema as schema
    from coursesync.outlines.workspace_files import Outlines as Outlines
    from coursesync.planning.action import Action as Action
    from coursesync.planning.change import Change as Change
    from coursesync.planning.drift import Drifted as Drifted
    from coursesync.planning.drift import Finding as Finding
    from coursesync.planning.plan import Plan as Plan
    from coursesync.planning.policy import OnRemoval as OnRemoval
    from coursesync.render.checks import Check as Check
    from coursesync.render.checks import Level as Level
    from coursesync.state.state import Doubt as Doubt
    from coursesync.state.state import Entry as Entry
    from coursesync.state.state import State as State
    from coursesync.version import __version__ as __version__

_PUBLIC = {  # the names of each module
    "applying.report": "Report Result Status",
    "applying.world": "Progress",
    "errors": "Advised Code Command CoursesyncError Diagnostic Interrupted InvalidOutlines "
    "LargeChange Remedy RemoteError Shell StalePlan StateError StateLocked Stop Terminated "
    "UnusableFile UsageError Where",
    "nexudus.credentials": "Credentials",
    "nexudus.ports": "Clock",
    "operations.adopt": "adopt keep",
    "operations.apply": "apply",
    "operations.doctor": "doctor",
    "operations.fmt": "Layouts fmt",
    "operations.import_": "Imported import_course",
    "operations.drafts": "FileStatus",
    "operations.init": "Initialised init",
    "operations.new": "Added new_course new_item",
    "operations.pages": "page_of",
    "operations.plan": "plan validate",
    "operations.pull": "pull",
    "operations.pull_drafts": "Pulled",
    "operations.receipts": "OpenReceipt begin_receipt",
    "operations.site": "Drift drift",
    "operations.orphans": "leave",
    "operations.state": "forget move recover resolve",
    "operations.workspace": "Project Workspace load open_project",
    "outlines.outline": "Outline",
    "outlines.schema": "schema",
    "outlines.workspace_files": "Outlines",
    "planning.action": "Action",
    "planning.drift": "Drifted Finding",
    "planning.change": "Change",
    "planning.plan": "Plan",
    "planning.policy": "OnRemoval",
    "render.checks": "Check Level",
    "state.state": "Doubt Entry State",
    "version": "__version__",
}
_HOMES = {name: module for module, names in _PUBLIC.items() for name in names.split()}


if not TYPE_CHECKING:  # a type checker reads the imports above, and must not take any name as known
    __all__ = sorted(_HOMES)  # noqa: PLE0605 - a list, and each name stands in the table

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
