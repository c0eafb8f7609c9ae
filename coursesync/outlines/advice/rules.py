"""The rules of advice, each a small function over an outline.

Owns when advice is given; `contents` has the rules for HTML. It must never read a file: the texts
of content files are passed in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED, held_in
from coursesync.kinds.field import Role
from coursesync.kinds.rows import BY_VIDEO, NOTHING
from coursesync.kinds.unlock import AFTER_DAYS, opening
from coursesync.outlines.advice.advice import Advice, advice_on, content_file
from coursesync.outlines.advice.contents import (
    findings,
    html_effort,
    is_empty,
    unlinked,
)
from coursesync.outlines.advice.mistyped import mistyped
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.words import UNCHECKED
from coursesync.text import coded, count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind, Resource
    from coursesync.outlines.advice.advice import Source
    from coursesync.outlines.advice.words import Objection
    from coursesync.outlines.outline import Outline

LONGEST_TITLE = 200
MOST_EFFORT = 30_000  # `html_effort` of a course, plain contents excluded
_EMBEDDED = re.compile(r"youtube(?:-nocookie)?\.com/embed/|youtu\.be/", re.IGNORECASE)
_TITLE, _UNLOCK, _ACTIVE, _CONTENTS = LISTED.names(
    Role.TITLE, Role.UNLOCK, Role.ACTIVE, Role.CONTENTS
)
_UNLOCKED = f"{_UNLOCK}: {LISTED.field(Role.UNLOCK).default}"


def advise(outline: Outline, source: Callable[[str], Source]) -> Iterator[Advice]:
    """Yield all advice on a valid outline; `source` gives a content file by its name there."""
    holders = {each.address: each for each in outline.resources}
    beside: dict[tuple[Kind, Address], list[Resource]] = defaultdict(list)
    for each in outline.resources:
        beside[each.kind, each.parent].append(each)
    seen = [each for each in outline.resources if _is_seen(each, holders)]
    for kind in dict.fromkeys(each.kind for each in seen):
        yield from locked_first([each for each in seen if each.kind is kind])
    for siblings in beside.values():
        active = [each for each in siblings if _is_active(each)]
        yield from behind_hidden(siblings)
        yield from falling_days(active)
        yield from same_titles(active)
        yield from never_done(siblings)
    yield from early(seen, holders)
    yield from nothing_to_complete(seen)
    yield from without_video(seen)
    yield from long_titles(outline.resources)
    yield from empty_contents(seen, {each.parent for each in outline.resources})
    yield from unfit_contents(outline.resources, source)
    yield from mistyped(outline.resources)


def locked_first(seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find a locked first item: members who begin the course can open nothing."""
    for first in seen[:1]:
        opens, noun = opening(first.attributes), first.kind.name
        if opens.in_sequence:
            problem = (
                f"this is the first {noun} that members see, and it waits for one before it: "
                "they may never get in"
            )
        elif opens.days:
            problem = (
                f"this is the first {noun} that members see, and it is locked: for "
                f"{count(opens.days, 'day')} they can open nothing"
            )
        else:
            return
        remedy = coded(f"Write `{_UNLOCKED}` or delete the line.")
        yield advice_on(first, _UNLOCK, problem, remedy)


def behind_hidden(siblings: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that wait for one that members can't see, and so can't finish.

    An item waits for the one above it in the list, active or not: the API's page does not say that
    hidden ones are skipped. Items that wait for a reported one are not reported, nor is the first.
    """
    seen = False
    for before, each in zip((None, *siblings), siblings, strict=False):
        if _is_active(each):
            waits = opening(each.attributes).in_sequence
            if seen and waits and before is not None and not _is_active(before):
                yield advice_on(
                    each,
                    _UNLOCK,
                    f"members may never get into this {each.kind.name}: it waits for one that they "
                    f"can't see, and so can't finish: {_called(before)}",
                    coded(
                        f"Write `{_UNLOCKED}` here, or `{_ACTIVE}: true` there, or move one of "
                        "them."
                    ),
                    before,
                )
            seen = True


def never_done(siblings: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that wait for one that nobody can complete."""
    for before, each in pairwise(siblings):
        waits = opening(each.attributes).in_sequence and _is_active(each) and _is_active(before)
        if waits and _completion(before) == NOTHING:
            name = before.kind.field(Role.COMPLETION).name
            yield advice_on(
                each,
                _UNLOCK,
                f"members may never get into this {each.kind.name}: it waits for one that has "
                f"nothing to complete: {_called(before)}",
                coded(f"Write `{_UNLOCKED}` here, or another `{name}:` there."),
                before,
            )


def early(seen: Sequence[Resource], holders: Mapping[Address, Resource]) -> Iterator[Advice]:
    """Find items that would open before the one that they are in."""
    for each in seen:
        holder = holders.get(each.parent)
        own, whole = opening(each.attributes).days, opening(holder.attributes).days if holder else 0
        if holder is not None and own and whole and own < whole:
            yield advice_on(
                each,
                _UNLOCK,
                f"this {each.kind.name} would open after {count(own, 'day')}, but its "
                f"{holder.kind.name} opens only after {count(whole, 'day')}: {_called(holder)}",
                coded(f"Delete the line: it opens with its {holder.kind.name}."),
                holder,
            )


def nothing_to_complete(seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find a course with items that members complete, none of which they can."""
    steps = [each for each in seen if each.kind.has(Role.COMPLETION)]
    if steps and all(_completion(each) == NOTHING for each in steps):
        first, name = steps[0], steps[0].kind.field(Role.COMPLETION).name
        yield advice_on(
            first,
            name,
            f"no {first.kind.name} that members see in this course can be completed, so nobody "
            "ever completes the course",
            coded(f"Write `{name}: visited` or delete the line, in at least one of them."),
        )


def without_video(seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that members complete by a video which is not there."""
    for each in seen:
        if _completion(each) == BY_VIDEO and not _EMBEDDED.search(each.contents):
            name = each.kind.field(Role.COMPLETION).name
            yield advice_on(
                each,
                name,
                f"members can't complete this {each.kind.name}: its contents have no YouTube video",
                coded(
                    f"Put YouTube's embed code into `{_CONTENTS}:` (Share, then Embed, below the "
                    f"video), or write `{name}: visited`"
                ),
            )


def falling_days(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find timed items that open before an item above them."""
    latest, later = None, 0
    for each in active:
        days, noun = opening(each.attributes).days, each.kind.name
        if days is None:
            continue
        if latest is None or days >= later:
            latest, later = each, days
            continue
        yield advice_on(
            each,
            _UNLOCK,
            f"members get this {noun} after {count(days, 'day')}, before one above it that "
            f"opens after {count(later, 'day')}: {_called(latest)}",
            coded(f"Write `{_UNLOCK}: {{{AFTER_DAYS}: {later}}}` or more, or move this {noun} up."),
            latest,
        )


def same_titles(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that differ at most in case and blanks.

    Hidden items are not compared: one may be the draft of another.
    """
    first: dict[str, Resource] = {}
    for each in active:
        title = " ".join(each.title.casefold().split())
        if (other := first.setdefault(title, each)) is not each:
            problem = f"members can't tell this {each.kind.name} from the other that has its title"
            remedy = coded(f"Write in `{_TITLE}:` how this one differs.")
            yield advice_on(each, _TITLE, problem, remedy, other)


def long_titles(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that are too long for a list."""
    for each in resources:
        if (length := len(each.title)) > LONGEST_TITLE:
            yield advice_on(
                each,
                _TITLE,
                f"the title has {length:,} characters: in the list of {each.kind.plural} members "
                "may see only its beginning",
                coded(
                    f"Keep `{_TITLE}:` below {LONGEST_TITLE}, and put the rest into `{_CONTENTS}:`"
                ),
            )


def empty_contents(seen: Sequence[Resource], filled: Container[Address]) -> Iterator[Advice]:
    """Find items with nothing to read, to look at or to hear; hidden ones may be drafts.

    `filled` are the addresses of the items that have others in them.
    """
    for each in seen:
        has_contents = each.kind.has(Role.CONTENTS)
        if has_contents and is_empty(each.contents) and each.address not in filled:
            inside = " or ".join(kind.plural for kind in held_in(each.kind))
            unless = f", unless it has {inside} in Nexudus" if inside else ""
            yield advice_on(
                each,
                _CONTENTS,
                f"members who open this {each.kind.name} find it empty{unless}",
                coded(
                    f"Write contents, as in `{_CONTENTS}: <p>Welcome!</p>` or write "
                    f"`{_ACTIVE}: false` to hide it until then."
                ),
            )


def unfit_contents(
    resources: Sequence[Resource], source: Callable[[str], Source]
) -> Iterator[Advice]:
    """Find HTML in contents that members won't see, or should not: programs, broken tags."""
    left = MOST_EFFORT
    for each in resources:
        text = each.contents
        found = [*unlinked(text)] if content_file(each, "markdown") else []
        if not is_plain(text):
            left -= html_effort(text)
            found += findings(text) if left >= 0 else (UNCHECKED,)
        for finding in found:
            yield _in_contents(each, finding, source)


def _is_active(resource: Resource) -> bool:
    return bool(resource.attributes[resource.kind.active_property])


def _is_seen(resource: Resource, holders: Mapping[Address, Resource]) -> bool:
    """Return whether members see an item: it is active, and so is what it is in."""
    holder = holders.get(resource.parent)
    return _is_active(resource) and (holder is None or _is_seen(holder, holders))


def _completion(resource: Resource) -> object:
    return resource.kind.completion_of(resource.attributes)


def _in_contents(resource: Resource, finding: Objection, source: Callable[[str], Source]) -> Advice:
    name = content_file(resource, "html") or content_file(resource, "markdown")
    at = source(name).place(finding.clues) if name else None
    path = (*resource.path, _CONTENTS)
    return Advice(resource.tree, path, finding.problem, finding.remedy, at=at)


def _called(resource: Resource) -> str:
    return f'"{inert(resource.title, 60)}"'
