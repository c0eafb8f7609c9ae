"""Owns the next steps after a look at the site: what each finding asks of a person, and how.

Every step has the command to type, with its address and Id if they are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.planning.drift import Finding, Stance
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.planning.drift import Drifted
    from coursesync.state.state import Doubt

_TWINS = (
    f"A twin is a second record of a {LISTED.name}: two runs created it at the same time, or "
    "someone copied it. Members see both, unless one is hidden. Keep the same one on every "
    "machine, and delete the other in Nexudus."
)
_MOST = 10  # addresses whose commands are listed


def next_steps(every: Sequence[Drifted], doubts: Mapping[Address, Doubt]) -> Iterator[Sentence]:
    """Yield what to do about the findings of a look and the creates in doubt."""
    yield from _doubts(doubts, every)
    yield from twin_steps(every)
    yield from _others(every)


def _doubts(doubts: Mapping[Address, Doubt], every: Sequence[Drifted]) -> Iterator[Sentence]:
    """Yield why each create is in doubt, and a command for each answer."""
    for address in sorted(doubts)[:_MOST]:
        doubt = doubts[address]
        yield f"{inert(address, 250)} is in doubt: {inert(doubt.reason)}."
        several = [e.record_id for e in every if e.finding is Finding.TWIN and e.address == address]
        ids = several or [candidate.id for candidate in doubt.candidates]
        for each in ids[:_MOST]:
            take = Command("resolve", address, id=each)
            yield Remedy(f"If it is the Id {each}:", take)
        if not ids:
            yield Remedy("If it is in Nexudus:", Command("resolve", address, id="ID"))
        if not several and doubt.reason != SEVERAL_MARKED:
            yield Remedy("If it is not:", Command("resolve", address, not_created=True))
    if len(doubts) > _MOST:
        more = Command("state list")
        yield Remedy(f"{len(doubts) - _MOST:,} more are in doubt. To list them:", more)


def twin_steps(every: Iterable[Drifted]) -> Iterator[Sentence]:
    """Yield what a twin is, and for each twin a command for each Id to keep."""
    ids: dict[Address, set[int]] = {}
    for each in every:
        if each.finding is Finding.TWIN and each.address is not None and each.entry is not None:
            ids.setdefault(each.address, {each.entry.id}).add(each.record_id)
    if ids:
        yield _TWINS
    for address, either in [*ids.items()][:_MOST]:
        for one in sorted(either)[:_MOST]:
            yield Remedy(f"To keep the Id {one}:", Command("resolve", address, keep=one))
    if len(ids) > _MOST:
        keep = Command("resolve", "ADDRESS", keep="ID")
        yield Remedy(f"For the {len(ids) - _MOST:,} others, as in:", keep)


def _others(every: Sequence[Drifted]) -> Iterator[Sentence]:
    noun, nouns = LISTED.name, LISTED.plural
    forget = Command("state rm", "ADDRESS")
    refreshed = Command("apply", refresh=True)
    drifted = [each for each in every if each.finding.is_drift and not each.is_foreign]
    if any(each.is_foreign for each in every):
        yield Remedy(
            f"coursesync does not touch a {noun} that it never wrote. To create the outline's "
            f"{noun}, first forget that Id:",
            forget,
        )
    wanted = {each.finding for each in drifted if each.stance is not Stance.NONE}
    left = {each.finding for each in drifted if each.stance is Stance.NONE}
    if any(each.stance is Stance.SAME for each in drifted):
        yield Remedy("To record changes that the outline already has:", Command("apply"))
    others = {each.finding for each in drifted if each.stance not in {Stance.NONE, Stance.SAME}}
    if others & {Finding.EDITED, Finding.ELSEWHERE}:
        yield "To keep the site's version, copy it into the outline."
        yield Remedy("To restore the outline's version:", refreshed)
    if Finding.GONE in wanted:
        yield Remedy("To see what would be created again:", Command("plan", refresh=True))
    if left & {Finding.EDITED, Finding.ELSEWHERE}:
        yield Remedy(
            f"A {noun} that is no longer in any outline is not restored. Put it back into the "
            "outline, or forget it:",
            forget,
        )
    if Finding.GONE in left:
        yield Remedy(f"To forget deleted {nouns} that are in no outline:", refreshed)
    if any(each.finding is Finding.UNREADABLE for each in every):
        yield f"Look in Nexudus at the {nouns} that can't be read, and try again later."
