"""When a member gets into a record: what the API's `UnlockType` and `UnlockAfterDays` say. Pure.

The numbers: https://developers.nexudus.com, `rest-api/content`, the pages on course sections.
"""

from __future__ import annotations

IMMEDIATE, SEQUENTIAL, TIMED = 1, 2, 3
