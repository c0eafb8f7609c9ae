"""The advice on videos that members can't watch where they are.

Owns what a YouTube video is: shown by its embed code, linked, or only named. It must never object
to a link beside other text, except where members complete an item by watching the video.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds.field import Role
from coursesync.kinds.rows import BY_VIDEO
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.advice.subject import (
    CONTENTS,
    completion,
    contents_file,
    on,
    where_contents,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.kinds.resource import Resource
    from coursesync.outlines.advice.advice import Source

# https://developers.google.com/youtube/player_parameters: the only address that a frame can show
_EMBED = "https://www.youtube.com/embed/"
_EMBEDDED = re.compile(
    r"<(?!a\b)[a-z][^<>]{0,1000}\byoutube(?:-nocookie)?\.com/embed/", re.IGNORECASE
)
_PAGE = (  # the address of a video's own page
    r"(?:https?:)?//(?:(?:www|m|music)\.)?(?:youtu\.be/|youtube\.com/"
    r"(?:watch\?(?:[^\s\"'<>]{0,300}&(?:amp;)?)?v=|shorts/|live/))(?P<id>[\w-]{1,30})"
)
_LINKED = re.compile(_PAGE, re.IGNORECASE)
_FRAMED = re.compile(
    rf"<iframe\b[^<>]{{0,500}}?\bsrc\s*=\s*[\"']?\s*(?P<address>{_PAGE})", re.IGNORECASE
)
_ALONE = re.compile(rf"\s*(?:<p>\s*)?{_PAGE}[^\s\"'<>]*\s*(?:</p>\s*)?", re.IGNORECASE)


def is_video_alone(text: str) -> bool:
    """Return whether contents are the address of a YouTube video and nothing else."""
    return _ALONE.fullmatch(text) is not None


def embed_code(address: str) -> str:
    """Return the HTML that shows the video of an address, "" for another address."""
    found = _LINKED.match(address)
    return f'<iframe src="{_EMBED}{found["id"]}"></iframe>' if found else ""


def unseen_videos(seen: Sequence[Resource], source: Callable[[str], Source]) -> Iterator[Advice]:
    """Find videos that members can't watch, or that they complete an item by and are not there."""
    for each in seen:
        text, noun = each.contents, each.kind.name
        is_step = completion(each) == BY_VIDEO and not _EMBEDDED.search(text)
        named = "youtu" in text.lower()  # it is seldom there, and the searches are slow
        framed, linked = named and _FRAMED.search(text), named and _LINKED.search(text)
        if framed:
            reason = "its video has the address of YouTube's page, which no other page can show"
            remedy = Remedy("Write", Code(f'src="{_EMBED}{framed["id"]}"'))
        elif linked and (is_step or is_video_alone(text)):
            reason = "its contents have only the address of the video"
            shown = Code(embed_code(linked[0]))
            remedy = Remedy("Write in", where_contents(each), "in place of the address:", shown)
        elif is_step:
            reason = "its contents have no YouTube video"
            remedy = Remedy(
                "Put YouTube's embed code into",
                where_contents(each),
                "(Share, then Embed, below the video), or write",
                Code(f"{each.kind.field(Role.COMPLETION).name}: visited"),
            )
        else:
            continue
        if is_step:
            field = each.kind.field(Role.COMPLETION).name
            problem = f"members can't complete this {noun}: {reason}"
            yield on(each, Rule.VIDEO_MISSING, field, problem, remedy)
            continue
        clue = framed["address"] if framed else linked[0] if linked else ""
        name = contents_file(each)
        at = source(name).place((clue,)) if name else None
        problem = f"members can't watch the video of this {noun}: {reason}"
        path = (*each.path, CONTENTS)
        yield Advice(each.tree, path, problem, remedy, Rule.VIDEO_NOT_SHOWN, at=at)
