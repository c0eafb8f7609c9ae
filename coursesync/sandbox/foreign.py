"""Other editors: people who change sections behind the client's back, over the control pages.

Owns what they may do: what the vendor's own pages let an administrator do, so a body is held to
the API's rules. It must never look at tokens, limits or faults, and leaves nothing in the log.
"""

from dataclasses import dataclass, replace

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.records import COURSES, Record, Records, Touch
from coursesync.sandbox.validation import read_section

EDITOR = "colleague@sandbox.example"
"""Who it was, where a body has no `By`; and when, where it has no `At`, is now."""


@dataclass(frozen=True)
class Foreign:
    """The other editors of one sandbox, who write at this moment."""

    records: Records
    touch: Touch

    def create(self, body: JsonObject) -> int:
        """Make a section of a create's body, `By` and `At` aside; return its Id.

        Raises:
            InvalidError: with every problem of the body.
        """
        return self.records.create_section(self._read(body, updating=False), self._by(body))

    def change(self, section_id: int, body: JsonObject) -> bool:
        """Set the fields that the body has, and keep the others; False where there is no section.

        Raises:
            InvalidError: with every problem of the section as it would be.
        """

        def merged(section: Record) -> Record:
            return self._read({**section, **body}, updating=True)

        return self.records.change_section(section_id, merged, self._by(body))

    def remove(self, section_id: int) -> bool:
        """Remove a section; False where there is none."""
        return self.records.delete_section(section_id, self.touch.at)

    def _read(self, body: JsonObject, *, updating: bool) -> Record:
        return read_section(
            body,
            updating=updating,
            unlock_type_required=False,
            course_exists=lambda course_id: self.records.one(COURSES, course_id) is not None,
        )

    def _by(self, body: JsonObject) -> Touch:
        author, stamp = body.get("By", EDITOR), body.get("At", self.touch.stamp)
        if not isinstance(author, str):
            raise InvalidError([Problem("By", "must be a string", author)])
        if not isinstance(stamp, str):
            raise InvalidError([Problem("At", "must be a string", stamp)])
        return replace(self.touch, author=author, stamp=stamp)
