"""What every comment has: its links, the other files of the pull request, and its bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from coursesync.render.fit import Part, Rank, fit, joined
from coursesync.render.markdown_escape import code, escape, with_code
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Diagnostic, Sentence

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
        pages: where the review page and the preview can be downloaded.
        run: the run that carried the plan out.
        files: the files of the pull request's head; a path in the repository follows after a slash.
    """

    pages: str = ""
    run: str = ""
    files: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the links, after a blank line; nothing if there are none."""
        if review := linked("The review page", self.pages):
            yield ""
            what = "artifacts" if "/-/" in self.pages else "file *coursesync*"
            yield (
                f"{review} shows each text as it was and as it will be: download the {what} on "
                "the linked page, and open `review.html` in it. The folder `preview` beside it "
                "shows each course day by day."
            )
        elif run := linked("The run", self.run):
            yield ""
            yield run

    def file(self, words: str, path: str, line: int) -> str:
        """Write a link to a line of a file; only `words` if there is no address of the files."""
        return linked(words, f"{self.files}/{quote(path)}#L{line}" if self.files else "") or words


NO_LINKS = Links()


def pointed(found: Diagnostic, links: Links) -> str:
    """Write a mistake, or advice, with its place and what to do, as an item of a list."""
    where = found.where
    place = links.file(code(f"{where.path}:{where.line}"), where.path, where.line)
    remedy = f"<br>{with_code(found.remedy)}" if found.remedy else ""
    return f"- {place}: {_quoted(found.problem)}{remedy}"


def _quoted(problem: str) -> str:
    """Escape a problem; what it has between backticks is code."""
    pieces = problem.split("`")
    if len(pieces) % 2 == 0:
        return escape(problem)
    return "".join(code(each) if i % 2 else _spaced(each) for i, each in enumerate(pieces))


def _spaced(piece: str) -> str:
    """Escape text that stands beside code; the spaces at its ends stay."""
    before, after = (" " if each.isspace() else "" for each in (piece[:1], piece[-1:]))
    return f"{before}{escape(piece)}{after}" if piece.strip() else before


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
