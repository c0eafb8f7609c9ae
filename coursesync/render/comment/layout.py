"""What every comment has: its links, the other files of the pull request, and its bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from coursesync.render.fit import Part, Rank, fit, joined
from coursesync.render.markdown_escape import code, with_code
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Sentence

GITHUB = 65_536  # the characters that a comment may have there; GitLab takes more
_NOTE = 300  # bytes for the note on what is left out
_LONGEST_URL, _MOST_FILES, _LONGEST_PATH = 500, 10, 100
_ROWS = (Rank.LOST, Rank.WEIGHTY, Rank.ROWS, Rank.NEW)
_DETAILS = (Rank.ASKED, Rank.ASIDE, Rank.DETAIL)


@dataclass(frozen=True, slots=True)
class Written:
    """Markdown of coursesync itself, in which all text from people is escaped."""

    markdown: str


def in_markdown(text: Sentence | Written) -> str:
    """Write a sentence in Markdown; what is Markdown already stays as it is."""
    return text.markdown if isinstance(text, Written) else with_code(text)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages; "" for one that does not exist.

    Attributes:
        review: shows each course before and after.
        preview: shows each course day by day.
        run: the run that made the plan, or that carried it out.
        files: the files of the pull request's head; a path in the repository follows after a slash.
    """

    review: str = ""
    preview: str = ""
    run: str = ""
    files: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the line of links, after a blank line; nothing if there are none."""
        named = {
            "The review page, old and new text side by side": self.review,
            "The preview by day": self.preview,
            "The run": self.run,
        }
        if written := [link for words, url in named.items() if (link := linked(words, url))]:
            yield ""
            yield " · ".join(written)

    def file(self, words: str, path: str, line: int) -> str:
        """Write a link to a line of a file; only `words` if there is no address of the files."""
        return linked(words, f"{self.files}/{quote(path)}#L{line}" if self.files else "") or words


NO_LINKS = Links()


def linked(words: str, url: str) -> str:
    """Write a link; "" if the address is not that of a web page."""
    if not url.startswith(("https://", "http://")) or len(url) > _LONGEST_URL:
        return ""
    return f"[{words}]({quote(url, safe=':/?#@!$&,;=%+~-._')})"


def other_files(paths: Sequence[str]) -> Iterator[str]:
    """Yield which files of a pull request are not outlines, after a blank line."""
    if not paths:
        return
    several = len(paths) > 1
    what = (
        f"{len(paths):,} files that are not outlines"
        if several
        else "a file that is not an outline"
    )
    yield ""
    yield (
        f"This also changes {what} and may run on main. Before you merge, let the engineer read "
        f"{in_short(paths)}."
    )


def in_short(paths: Sequence[str]) -> str:
    """Write the first of some paths as code, and count the others."""
    return listed([code(inert(path, _LONGEST_PATH)) for path in paths], _MOST_FILES)


def bounded(above: Sequence[Part], below: Sequence[Part], most: int, noun: str) -> str:
    """Write parts within `most` bytes; a note between `above` and `below` counts what is left out.

    The note counts the records of rows, in `noun`.
    """
    parts = [*above, *below]
    whole = joined(parts)
    if len(whole.encode()) <= most:
        return whole
    kept, left = fit(parts, most - _NOTE)
    rows = sum(left[rank] for rank in _ROWS)
    words = [count(rows, noun)] if rows else []
    words += ["details for the engineer"] if any(left[rank] for rank in _DETAILS) else []
    note = f"**Left out here, because of its size: {' and '.join(words or ['some lines'])}.**"
    tail = {id(part) for part in below}
    top = [part for part in kept if id(part) not in tail]
    return joined([*top, Part(Rank.ALWAYS, ("", note)), *(e for e in kept if id(e) in tail)])
