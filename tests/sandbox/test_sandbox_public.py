"""The promises of the sandbox as a package."""

from __future__ import annotations

import subprocess
import sys

import coursesync.sandbox


def test_the_public_names_are_these() -> None:
    """No name is added or lost by accident."""
    assert sorted(coursesync.sandbox.__all__) == [
        "ALL_ROLES",
        "Dropped",
        "Fault",
        "FaultKind",
        "LoggedRequest",
        "Sandbox",
        "Settings",
        "User",
        "with_values",
    ]


def test_it_shares_nothing_with_the_client() -> None:
    """Importing the sandbox imports no other part of coursesync, and none of the client's tools."""
    program = (
        "import sys, coursesync.sandbox, coursesync.sandbox.serve;"
        "print([n for n in sys.modules"
        " if n.startswith('coursesync.') and not n.startswith('coursesync.sandbox')"
        " or n.split('.')[0] in {'httpx', 'pydantic', 'click', 'ruamel'}])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
