"""The sandbox: the vendor's API over SQLite, as one WSGI app.

Owns everything that a client can meet on the other side of the wire: the records, the rules, the
limits and the ways to fail. It is coursesync's embedded default and its tests' stand-in for the
vendor, so it must never import another part of coursesync: a shared model would hide a shared
mistake. What it plays is written at https://developers.nexudus.com; where those pages disagree,
`Settings` has a switch.
"""

from coursesync.sandbox.app import Sandbox
from coursesync.sandbox.faults import Dropped, Fault, FaultKind
from coursesync.sandbox.settings import ALL_ROLES, Settings, User
from coursesync.sandbox.switches import with_values
from coursesync.sandbox.traffic import LoggedRequest

__all__ = [
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
