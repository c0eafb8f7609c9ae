"""Other editors: they change records without the client's knowledge, by the control pages.

Owns their writes. They can set everything that an administrator or another integration can, even
`SystemId` and `ImageFileName`, but a body must keep the API's rules. It must never check tokens,
limits or faults, nor write to the log.
"""

from dataclasses import dataclass, replace

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.records import Record, Records, Touch
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.tables import COURSES, Kind
from coursesync.sandbox.validation import is_id, read_record

# the author of a write whose body has no `By`; without `At`, its time is now
EDITOR = "colleague@sandbox.example"


@dataclass(frozen=True)
class Foreign:
    """The other editors of one sandbox; `touch` is the author and the time of their writes."""

    records: Records
    settings: Settings
    touch: Touch

    def create(self, kind: Kind, body: JsonObject) -> int:
        """Create a record from a body, which may also have `By` and `At`; return its Id.

        A body may have the new record's Id. If there is such a record, it is changed.

        Raises:
            InvalidError: with every problem of the body.
        """
        record_id = body.get("Id")
        if record_id is not None and not is_id(record_id):
            raise InvalidError([Problem("Id", "must be the Id of a record", record_id)])
        if record_id is not None and self.change(kind, record_id, body):
            return record_id
        values = self._read(kind, {**kind.defaults, **body}, body)
        return self.records.create(kind, values, self._by(body), record_id)

    def change(self, kind: Kind, record_id: int, body: JsonObject) -> bool:
        """Set the properties in the body, and keep the others; False if there is no record.

        Raises:
            InvalidError: with every problem of the changed record.
        """

        def merged(record: Record) -> Record:
            return self._read(kind, {**record, **body}, body)

        return self.records.change(kind, record_id, merged, self._by(body))

    def remove(self, kind: Kind, record_id: int) -> bool:
        """Remove a record; False if there is none."""
        return self.records.delete(kind, record_id, self.touch)

    def _read(self, kind: Kind, body: JsonObject, given: JsonObject) -> Record:
        known = {"Id", "By", "At", *kind.columns}
        unknown = [each for each in given if each not in known]
        if unknown:
            raise InvalidError([Problem(each, "is not a property", None) for each in unknown])
        settings = replace(self.settings, unlock_type_required=False, blank_titles=kind is COURSES)
        return read_record(kind, body, settings, self.records.exists, updating=False)

    def _by(self, body: JsonObject) -> Touch:
        author, stamp = body.get("By", EDITOR), body.get("At", self.touch.stamp)
        if not isinstance(author, str):
            raise InvalidError([Problem("By", "must be a string", author)])
        if not isinstance(stamp, str):
            raise InvalidError([Problem("At", "must be a string", stamp)])
        return replace(self.touch, author=author, stamp=stamp)
