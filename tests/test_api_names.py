"""The public names of the package: a change here is one that every script may feel."""

import coursesync

NAMES = """
Action Added Advised Change Check Clock Code Command CoursesyncError Credentials Diagnostic Doubt
Drift Drifted Entry FileStatus Finding Imported Initialised Interrupted InvalidOutlines LargeChange
Layouts Level OnRemoval OpenReceipt Outline Outlines Plan Progress Project Pulled Remedy RemoteError
Report Result Shell StalePlan State StateError StateLocked Status Stop Terminated UnusableFile
UsageError Where Workspace __version__ adopt apply begin_receipt doctor drift fmt forget
import_course init keep leave load move new_course new_item open_project page_of plan pull recover
resolve schema validate
"""


def test_the_public_names_are_these() -> None:
    """No name comes or goes unnoticed, and each of them is there."""
    imported: dict[str, object] = {}
    exec("from coursesync import *", imported)  # noqa: S102 - only a module may hold this

    assert sorted(imported.keys() - {"__builtins__"}) == NAMES.split() == dir(coursesync)
