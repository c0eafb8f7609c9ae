"""Carries what an earlier coursesync wrote over to the present form.

Until format 2 had its present form, each entry, doubt and intent named its course a second time, as
`parent_id`; the values that were sent were called `attributes`, the complete courses `courses`; and
strangers with a parent kind were in `strangers_inside`. The next plan is the same. This module must
never guess what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coursesync.kinds import KINDS, LISTED
from coursesync.state.json_values import mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: Final = (1, 2)  # of a state: those that `carried_over` accepts


def carried_over(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return a state, as JSON holds it, in the present form.

    Raises:
        ValueError: no coursesync can have written it.
    """
    if "courses" not in raw:
        return raw
    state = dict(raw)
    complete, inside = state.pop("courses"), mapping(state.pop("strangers_inside", {}))
    version = _taken(state, "format")
    if type(version) is not int or version not in FORMATS:
        raise ValueError("no such format")
    strangers = {LISTED.name: state.get("strangers"), **inside}
    return {
        **state,
        "complete": complete,
        "doubts": {at: _doubt(at, each) for at, each in mapping(_taken(state, "doubts")).items()},
        "entries": {at: _entry(at, each) for at, each in mapping(_taken(state, "entries")).items()},
        "format": FORMATS[-1],
        "strangers": {name: ids for name, ids in sorted(strangers.items()) if ids},
    }


def record_carried_over(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return a record of a journal, as JSON holds it, in the present form; raises as above."""
    address = str(raw.get("address"))
    if raw.get("record") == "intent" and "parent_id" in raw:
        intent = dict(raw)
        placed = _placed(address, _taken(intent, "attributes"), intent.pop("parent_id"))
        return {**intent, "attributes": placed}
    if raw.get("record") == "look":
        carry = {"entry": _entry, "doubt": _doubt}
        found = {name: raw[name] for name in carry if raw.get(name) is not None}
        return {**raw, **{n: carry[n](address, each) for n, each in found.items()}}
    return raw


def _entry(address: str, raw: object) -> object:
    entry = dict(mapping(raw))
    if "parent_id" not in entry:
        return raw
    attributes, course_id = mapping(_taken(entry, "attributes")), entry.pop("parent_id")
    name = _course_property(address)
    seen = dict(mapping(entry.pop("seen", {})))
    if attributes.get(name, course_id) != course_id:  # it was moved on the site, before `seen`
        seen.setdefault(name, attributes[name])
    elif seen.get(name) == course_id:
        seen.pop(name, None)
    kept = {"seen": dict(sorted(seen.items()))} if seen else {}
    return {**entry, **kept, "sent": _placed(address, attributes, course_id)}


def _doubt(address: str, raw: object) -> object:
    doubt = dict(mapping(raw))
    if "parent_id" not in doubt:
        return raw
    attempts = {"attempts": doubt.pop("sent")} if "sent" in doubt else {}
    sent = _placed(address, _taken(doubt, "attributes"), doubt.pop("parent_id"))
    return {**doubt, **attempts, "sent": sent}


def _placed(address: str, attributes: object, course_id: object) -> dict[str, object]:
    """Return what was sent, with the Id of the course, which nothing else has any more."""
    return dict(sorted({**mapping(attributes), _course_property(address): course_id}.items()))


def _course_property(address: str) -> str:
    if (kind := KINDS.get(address.partition(".")[0])) is None:
        raise ValueError("no such kind")
    return kind.course_property


def _taken(raw: dict[str, object], name: str) -> object:
    """Remove a field and return it, or raise ValueError."""
    if name not in raw:
        raise ValueError("a field is missing")
    return raw.pop(name)
