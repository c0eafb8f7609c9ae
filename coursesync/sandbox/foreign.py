"""Other editors: people who change records behind the client's back, over the control pages.

Owns what they may do: all that an administrator or another integration can, `SystemId` and
`ImageFileName` as well. A body must keep the API's rules. It must never look at tokens, limits or
faults, and leaves nothing in the log.
"""

from dataclasses import dataclass, replace

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.records import Record, Records, Touch
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.tables import Kind
from coursesync.sandbox.validation import read_record

EDITOR = "colleague@sandbox.example"
"""Who it was, where a body has no `By`; and when, where it has no `At`, is now."""


@dataclass(frozen=True)
class Foreign:
    """The other editors of one sandbox, who write at this moment."""

    records: Records
    settings: Settings
    touch: Touch

    def create(self, kind: Kind, body: JsonObject) -> int:
        """Make a record of a create's body, `By` and `At` aside; return its Id.

        Raises:
            InvalidError: with every problem of the body.
        """
        return self.records.create(kind, self._read(kind, body), self._by(body))

    def change(self, kind: Kind, record_id: int, body: JsonObject) -> bool:
        """Set the properties that the body has, and keep the others; False without a record.

        Raises:
            InvalidError: with every problem of the record as it would be.
        """

        def merged(record: Record) -> Record:
            return self._read(kind, {**record, **body})

        return self.records.change(kind, record_id, merged, self._by(body))

    def remove(self, kind: Kind, record_id: int) -> bool:
        """Remove a record; False where there is none."""
        return self.records.delete(kind, record_id, self.touch)

    def _read(self, kind: Kind, body: JsonObject) -> Record:
        settings = replace(self.settings, unlock_type_required=False)
        return read_record(kind, body, settings, self.records.exists, updating=False)

    def _by(self, body: JsonObject) -> Touch:
        author, stamp = body.get("By", EDITOR), body.get("At", self.touch.stamp)
        if not isinstance(author, str):
            raise InvalidError([Problem("By", "must be a string", author)])
        if not isinstance(stamp, str):
            raise InvalidError([Problem("At", "must be a string", stamp)])
        return replace(self.touch, author=author, stamp=stamp)
