"""The rules of advice, each a small function over an outline.

Owns when advice is given; `contents` has the rules for HTML. It must never read a file: the texts
of content files are passed in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import held_in
from coursesync.kinds.field import UNKNOWN_ID, Role
from coursesync.kinds.rows import NOTHING
from coursesync.outlines.advice.addresses import fault_of, scheme_of
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.contents import findings, html_effort, is_empty, unlinked
from coursesync.outlines.advice.mistyped import mistyped
from coursesync.outlines.advice.opening import (
    behind_hidden,
    early,
    falling_days,
    first_waits,
    never_done,
    nothing_opens,
)
from coursesync.outlines.advice.own_record import own_fields
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.advice.spots import in_link, in_tag
from coursesync.outlines.advice.subject import (
    ACTIVE,
    CONTENTS,
    TITLE,
    completion,
    contents_file,
    file_of,
    is_active,
    is_file,
    on,
    seen_among,
    where_contents,
)
from coursesync.outlines.advice.video import unseen_videos
from coursesync.outlines.advice.words import UNCHECKED
from coursesync.text import coded, folded, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from coursesync.errors import Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.advice.advice import Source
    from coursesync.outlines.advice.words import Objection
    from coursesync.outlines.outline import Outline

LONGEST_TITLE = 200
_HEADING = re.compile(r"\s*+<h[1-6]>([^<]{1,1000})</h[1-6]>")
_UNKNOWN = (
    f"{UNKNOWN_ID} is not a real Id, but a placeholder: only the sandbox has this course",
    "Write the real Id of the course: Nexudus shows it in the address of the course's page.",
)
MOST_EFFORT = 30_000  # `html_effort` of a course, plain contents excluded


def advise(outline: Outline, source: Callable[[str], Source]) -> Iterator[Advice]:
    """Yield all advice on a valid outline; `source` gives a content file by its name there."""
    if outline.course_id == UNKNOWN_ID:
        yield Advice(outline.tree, ("id",), *_UNKNOWN, Rule.UNKNOWN_ID)
    known = {each.address: each for each in outline.resources}
    holders: dict[Address, Resource | None] = {}
    beside: dict[tuple[Kind, Address], list[Resource]] = defaultdict(list)
    for each in outline.resources:
        parent = each.parent
        holders[each.address] = known.get(parent)
        beside[each.kind, parent].append(each)
    seen = seen_among(outline.resources, holders)
    filled = {parent for _, parent in beside}
    for kind in dict.fromkeys(each.kind for each in seen):
        yield from first_waits([each for each in seen if each.kind is kind])
    yield from nothing_opens(seen, filled, holders)
    for siblings in beside.values():
        active = [each for each in siblings if is_active(each)]
        yield from behind_hidden(siblings)
        yield from falling_days(active)
        yield from same_titles(active)
        yield from never_done(siblings)
    yield from early(seen, holders)
    yield from nothing_to_complete(seen)
    yield from unseen_videos(seen, source)
    yield from long_titles(outline.resources)
    yield from titles_again(outline.resources, source)
    yield from empty_contents(seen, filled)
    yield from unfit_contents(outline.resources, source)
    yield from unfit_pictures(outline.resources)
    yield from mistyped(outline.resources)
    yield from own_fields(outline, seen)


def nothing_to_complete(seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find a course with items that members complete, none of which they can."""
    steps = [each for each in seen if each.kind.has(Role.COMPLETION)]
    if steps and all(completion(each) == NOTHING for each in steps):
        first, name = steps[0], steps[0].kind.field(Role.COMPLETION).name
        yield on(
            first,
            Rule.NOTHING_TO_COMPLETE,
            name,
            f"no {first.kind.name} that members see in this course can be completed, so nobody "
            "ever completes the course",
            coded(f"Write `{name}: visited` or delete the line, in at least one of them."),
        )


def same_titles(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that differ at most in case and blanks.

    Hidden items are not compared: one may be the draft of another.
    """
    first: dict[str, Resource] = {}
    for each in active:
        if (other := first.setdefault(folded(each.title), each)) is not each:
            problem = f"members can't tell this {each.kind.name} from another with the same title"
            remedy = coded(f"Write in `{TITLE}:` how this one differs.")
            yield on(each, Rule.SAME_TITLE, TITLE, problem, remedy, other)


def long_titles(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that are too long for a list."""
    for each in resources:
        if (length := len(each.title)) > LONGEST_TITLE:
            yield on(
                each,
                Rule.LONG_TITLE,
                TITLE,
                f"the title has {length:,} characters: in the list of {each.kind.plural} members "
                "may see only its beginning",
                Remedy(
                    "Keep",
                    Code(f"{TITLE}:"),
                    f"below {LONGEST_TITLE}, and put the rest into",
                    where_contents(each),
                ),
            )


def titles_again(
    resources: Sequence[Resource], source: Callable[[str], Source]
) -> Iterator[Advice]:
    """Find contents whose first line is a heading with the title, which is above them anyway."""
    for each in resources:
        found = _HEADING.match(each.contents)
        if found and folded(unescape(found[1])) == folded(each.title):
            remedy = Remedy("Delete that heading in", where_contents(each))
            name = contents_file(each)
            at = source(name).place((found[1],)) if name and not is_file(each) else None
            problem = "members see the title twice, because the contents begin with it"
            path = (*each.path, CONTENTS)
            yield Advice(each.tree, path, problem, remedy, Rule.TITLE_AGAIN, at=at)


def empty_contents(seen: Sequence[Resource], filled: Container[Address]) -> Iterator[Advice]:
    """Find items with nothing to read, to look at or to hear; hidden ones may be drafts.

    `filled` are the addresses of the items that have children.
    """
    for each in seen:
        if is_empty(each.contents) and each.address not in filled:
            inside = " or ".join(kind.plural for kind in held_in(each.kind))
            unless = f", unless it has {inside} in Nexudus" if inside else ""
            yield on(
                each,
                Rule.EMPTY_CONTENTS,
                CONTENTS,
                f"members who open this {each.kind.name} find it empty{unless}",
                _to_fill(each),
            )


def unfit_pictures(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find pictures in the outline itself that members' browsers may not show."""
    for each in resources:
        (name,), given = each.kind.names(Role.PICTURE), each.tree.value_at(each.path)
        address = given.get(name) if isinstance(given, dict) else None
        if not isinstance(address, str):
            continue
        if fault_of(address, is_media=True) == "local":
            problem = f"`{name}` leads to each reader's own computer: members see a gap"
            remedy = coded(f"Put the picture on the web, and write `{name}: https://…`")
            yield on(each, Rule.BAD_LINK, name, problem, remedy)
        elif scheme_of(address) == "http":
            problem = f"`{name}` comes over http: browsers may refuse to show it"
            remedy = coded(
                "Write `https://` instead of `http://` and check that the address works."
            )
            yield on(each, Rule.INSECURE_PICTURE, name, problem, remedy)


def _to_fill(each: Resource) -> Remedy:
    if is_file(each):
        return coded(
            f"Write its text below the second `---` or, to hide it until then, `{ACTIVE}: false` "
            "above it."
        )
    if name := contents_file(each):
        return Remedy(
            "Write its text into",
            Code(inert(name, 60)),
            "or, to hide it until then, write",
            Code(f"{ACTIVE}: false"),
        )
    return coded(
        f"Write contents, as in `{CONTENTS}: <p>Welcome!</p>` To hide it until then, write "
        f"`{ACTIVE}: false`"
    )


def unfit_contents(
    resources: Sequence[Resource], source: Callable[[str], Source]
) -> Iterator[Advice]:
    """Find HTML in contents that members won't see, or should not: programs, broken tags."""
    left = MOST_EFFORT
    for each in resources:
        text = each.contents
        found = [*unlinked(text)]
        if found and not file_of(each, "markdown"):
            found = []
        if not is_plain(text):
            left -= html_effort(text)
            found += findings(text) if left >= 0 else (UNCHECKED,)
        for finding in found:
            yield _in_contents(each, finding, source)


def _in_contents(resource: Resource, finding: Objection, source: Callable[[str], Source]) -> Advice:
    name = contents_file(resource)
    finding, at = _placed(finding, source(name)) if name else (finding, None)
    path = (*resource.path, CONTENTS)
    return Advice(resource.tree, path, finding.problem, finding.remedy, finding.rule, at=at)


def _placed(finding: Objection, source: Source) -> tuple[Objection, Where | None]:
    """Return an objection in the words of the form that a file has there, and its place."""
    if finding.token is None:
        return finding, source.place(finding.clues)
    tag, _, value = finding.token
    if (at := in_tag(source.shown, *finding.token)) is not None:
        return finding, source.at(at)
    if source.is_markdown and finding.in_markdown:
        at = in_link(source.shown, value, is_picture=tag == "img")
        finding = finding.in_markdown
    return finding, source.place(finding.clues) if at is None else source.at(at)
