"""A `coursesync` that knows one kind more: a word in its registry, and a route in its sandbox.

With HANDOUTS=apart in the environment, handouts are in the course only, beside its sections.
"""

from __future__ import annotations

import os
from dataclasses import replace

from kinds.handout import HANDOUT

from coursesync.kinds import ITEMS, KINDS
from coursesync.kinds.publication import PUBLICATION
from coursesync.sandbox import tables

APART = os.environ.get("HANDOUTS") == "apart"
ITEMS[HANDOUT.name] = (
    replace(HANDOUT, within=None, parent_property="", parent_filter="") if APART else HANDOUT
)
LAST = KINDS.pop(PUBLICATION.name)  # publishing comes after all items
KINDS.update({**ITEMS, LAST.name: LAST})
tables.KINDS["coursehandouts"] = tables.written(
    "CourseHandout",
    "handouts",
    {
        "Title": "TEXT NOT NULL",
        "DisplayOrder": "INTEGER NOT NULL",
        "PageCount": "INTEGER NOT NULL",
        "PaperType": "INTEGER NOT NULL",
        "Active": "INTEGER NOT NULL",
    },
    within=None if APART else tables.SECTIONS,
)

if __name__ == "__main__":
    from coursesync.cli import main

    main()
