"""The sandbox: the vendor's API over SQLite, as a WSGI app.

Owns the server's side of the API: its records, rules, limits and faults. coursesync embeds it
(`--sandbox`), and the tests use it in place of the vendor. It must never import another part of
coursesync, because a model that both share would hide a mistake in it. It follows the pages at
https://developers.nexudus.com; `Settings` has a switch for each point on which they disagree.
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
