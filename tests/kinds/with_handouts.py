"""A `coursesync` that knows one kind more: a word in its registry, and a route in its sandbox."""

from __future__ import annotations

from kinds.handout import HANDOUT

from coursesync.kinds import KINDS
from coursesync.sandbox import tables

KINDS[HANDOUT.name] = HANDOUT
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
    within=tables.SECTIONS,
)

if __name__ == "__main__":
    from coursesync.cli import main

    main()
