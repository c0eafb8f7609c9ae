"""What is recorded with a state in git: which commit of main each course was applied from.

Owns `report.json` of the state's branch. It must never touch a file or run git.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from coursesync.errors import Command, Remedy, StateError
from coursesync.state.json_values import each_once, mapping, read_value, written
from coursesync.text import is_commit

Ended: TypeAlias = Literal[0, 1, 3, 4, 5, 6, 75, 130, 143]  # an exit code
# who has to approve, the strictest first; "": nobody knows
Reviewing: TypeAlias = Literal["", "required", "optional", "solo"]


def _sha(raw: object) -> str:
    if not isinstance(raw, str) or not is_commit(raw):
        raise ValueError("not the name of a commit")
    return raw


def _sha_or_none(raw: object) -> str:
    return "" if raw == "" else _sha(raw)


def _applied(raw: object) -> dict[int, str]:
    found = {int(number): _sha(sha) for number, sha in mapping(raw).items()}
    if [str(each) for each in found] != [*mapping(raw)] or any(each < 1 for each in found):
        raise ValueError("not the Id of a course")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How the last run ended.

    Attributes:
        at: when, ISO 8601 in UTC.
        commit: main's SHA, which the run planned.
        exit_code: as of the command.
        run: the Id of the run.
        summary: in words, for people.
    """

    at: str
    commit: Annotated[str, _sha]
    exit_code: Ended
    run: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReport:
    """What the state's branch records besides the state.

    Attributes:
        applied: the commit of main from which each course was applied whole, by the course's Id.
        result: how the last run ended; None before the first.
        since: main's SHA since which the branch records each new course: when it was made, or
            when `applied` had every course; "" if nobody knows.
        reviewing: the setting of who has to approve that counts.
        reviewing_since: the commit after which it counts; "" if it always did.
        loosened: the commit that set a looser one, which nobody approved; "" for none.
    """

    applied: Annotated[Mapping[int, str], _applied] = field(default_factory=dict)
    format: Literal[1] = 1
    loosened: Annotated[str, _sha_or_none] = ""
    result: RunResult | None = None
    reviewing: Reviewing = ""
    reviewing_since: Annotated[str, _sha_or_none] = ""
    since: Annotated[str, _sha_or_none] = ""

    def as_bytes(self) -> bytes:
        """Return it as bytes; the same report gives the same bytes."""
        document = written(self)
        document["applied"] = {str(each): self.applied[each] for each in sorted(self.applied)}
        document["result"] = self.result and written(self.result)
        return (json.dumps(document, indent=2) + "\n").encode()


def report_in(content: bytes | None, place: str) -> StateReport:
    """Read a report; None stands for none.

    Raises:
        StateError: the bytes are not those that `as_bytes` wrote; `place` names their place.
    """
    if content is None:
        return StateReport()
    try:
        return read_value(StateReport, json.loads(content.decode(), object_pairs_hook=each_once))
    except (ValueError, TypeError, RecursionError) as error:
        raise StateError(
            f"report.json in {place} was not written by this coursesync",
            Remedy("To see what the branch has:", Command("doctor")),
        ) from error
