"""What people write in comments to decide something: `/coursesync approve` and `/coursesync allow`.

Owns which line of a comment counts, and who may decide. It must never read what coursesync itself
wrote: no decision rests on the text of a plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from markdown_it import MarkdownIt

from coursesync.ci.forges.forge import NOBODY, OLDER
from coursesync.planning.grant import Grant
from coursesync.text import inert, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

    from coursesync.ci.forges.forge import Comment, Pushers

PREFIX = "/coursesync"
DIGITS = 16  # of a digest, at least
LONGEST = 5_000  # characters of a comment that decides; to parse a long one may take seconds
_DIGEST = re.compile(rf"[0-9a-f]{{{DIGITS},64}}")
_HEX = re.compile(r"[0-9a-f]+")
# the whole line within other text: somebody meant it
_MEANT = re.compile(rf"{PREFIX}\s+(?:approve|allow\s+[\w-]+)\s+[0-9a-f]{{7}}", re.IGNORECASE)
EDITED = "An edited comment does not count. Write a new one."
_OWN = (
    "You pushed a part of this yourself. Somebody else has to decide about it. If nobody else "
    "can, set all of it again in one pull request that somebody else approves."
)
_TOO_LONG = f"A comment that decides has at most {LONGEST:,} characters. Write a new one."
_NOT_ALONE = "The line has to stand alone on its line, outside of lists, headings and code."


_GRANTS = {each.value: each for each in Grant}


def line_to_write(digest: str, grant: Grant | None = None) -> str:
    """Return the line that approves a digest, or allows something for it."""
    word = "approve" if grant is None else f"allow {grant.value}"
    return f"{PREFIX} {word} {digest[:DIGITS]}"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A line of a comment that begins with `/coursesync`.

    Attributes:
        word: `plan`, `approve` or `allow`; "" if the line is not understood.
        digest: in lower case; "" for `plan`.
        grant: what an `allow` allows.
        problem: why the line is not understood, as a sentence for people.
    """

    comment: Comment
    word: str = ""
    digest: str = ""
    grant: Grant | None = None
    problem: str = ""

    def is_for(self, digest: str) -> bool:
        """Return whether it names a digest, by its first digits or all of them."""
        return bool(self.digest) and digest.startswith(self.digest)


class Voters(Protocol):
    """What a forge knows of those who decide by comments."""

    def may_write(self, login: str) -> bool:
        """Return whether an account may write to the repository."""

    def is_edited(self, comment: Comment) -> bool:
        """Return whether a comment was ever edited."""


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may decide about some commits.

    Attributes:
        voters: the forge, which is asked only about comments that may decide.
        pushers: who pushed these commits.
        is_solo: whether they may decide as well, because there is no other reviewer.
    """

    voters: Voters
    pushers: Pushers = NOBODY
    is_solo: bool = False

    def objection(self, comment: Comment) -> str:
        """Return why a comment can't decide, as a sentence; "" if it can."""
        if comment.is_by_bot:
            return "A bot can't decide about it. Let a person write the line."
        is_theirs = comment.author.casefold() in {each.casefold() for each in self.pushers.logins}
        if is_theirs and not self.is_solo:
            return _OWN
        if self.pushers.unknown and not self.is_solo:
            return unknown_pusher(self.pushers.unknown[0])
        if not self.voters.may_write(comment.author):
            return "Only people who may write to this repository can decide about it."
        return EDITED if self.voters.is_edited(comment) else ""


def unknown_pusher(commit: str) -> str:
    """Return why nobody can approve a commit, and what to do, as sentences."""
    if commit == OLDER:
        return (
            "Nobody knows who pushed a part of this: it is older than the last changes of main "
            "that coursesync looks at. Set it again in a pull request that somebody else approves."
        )
    return (
        f"Nobody knows who pushed commit {inert(commit[:10])}: the forge names no account for it. "
        "Let its author add its e-mail address to their account, or let the values be set again "
        "by a pull request that somebody else approves."
    )


def instructions(comments: Iterable[Comment]) -> Iterator[Instruction]:
    """Yield the instructions of people, in their order; comments of coursesync have none.

    An instruction is a line of its own in a paragraph. A sentence, a list or code that holds a
    whole line has a problem instead. Quotes and hidden text hold none: people quote what others
    wrote, and what can't be seen is not meant. A long comment that may hold one has a problem, too.
    """
    for comment in comments:
        if comment.own or PREFIX not in comment.body:
            continue
        if len(comment.body) > LONGEST:
            if any(line.split(maxsplit=1)[:1] == [PREFIX] for line in comment.body.splitlines()):
                yield Instruction(comment, problem=_TOO_LONG)
            continue
        tokens = MarkdownIt("commonmark").parse(comment.body)
        alone = [words for line in _lines(tokens) if (words := line.split())[:1] == [PREFIX]]
        yield from (_read(comment, words[1:]) for words in alone)
        if not alone and any(map(_MEANT.search, _all_text(tokens))):
            yield Instruction(comment, problem=_NOT_ALONE)


def _all_text(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the text of each block outside of quotes, code as well, without HTML."""
    quotes = 0
    for token in tokens:
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if quotes:
            continue
        if token.type in {"fence", "code_block"}:
            yield token.content
        for part in token.children or ():
            if part.type in {"text", "code_inline"}:
                yield part.content


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open" and before.level == 0:
            yield from _plain(token.children or ())


def _plain(parts: Sequence[Token]) -> Iterator[str]:
    """Yield the lines of a paragraph that are text alone."""
    line: str | None = ""
    for part in parts:
        if part.type in {"softbreak", "hardbreak"}:
            if line is not None:
                yield line
            line = ""
        elif part.type != "text":
            line = None
        elif line is not None:
            line += part.content
    if line is not None:
        yield line


def _read(comment: Comment, words: Sequence[str]) -> Instruction:
    match words:
        case ["plan"]:
            return Instruction(comment, "plan")
        case ["approve", digest]:
            return _with_digest(comment, "approve", digest)
        case ["allow", what, digest] if what in _GRANTS:
            return _with_digest(comment, "allow", digest, _GRANTS[what])
        case ["allow", what, _]:
            near = nearest(what, _GRANTS) or next(iter(_GRANTS))
            return Instruction(
                comment,
                problem=f'There is no "{inert(what, 40)}" to allow. Did you mean {near}?',
            )
        case ["approve" | "allow", *_]:
            return Instruction(
                comment,
                problem="It lacks the number at the end. Copy the whole line as it is shown.",
            )
        case _:
            wrong = inert(" ".join(words), 40)
            return Instruction(
                comment,
                problem=f'"{wrong}" is not known. Write plan, approve or allow after {PREFIX}.',
            )


def _with_digest(comment: Comment, word: str, text: str, grant: Grant | None = None) -> Instruction:
    digest = text.lower()
    if _DIGEST.fullmatch(digest):
        return Instruction(comment, word, digest, grant)
    if _HEX.fullmatch(digest):
        problem = f"The number at the end needs at least {DIGITS} digits, and at most 64."
    else:
        problem = f'"{inert(text, 70)}" is not the number of a plan. Copy the whole line.'
    return Instruction(comment, problem=problem)


def decided(
    given: Iterable[Instruction], digest: str, electorate: Electorate, grant: Grant | None = None
) -> bool:
    """Return whether a person approved a digest, or allowed `grant` for it."""
    word = "approve" if grant is None else "allow"
    return any(
        each.word == word
        and each.grant is grant
        and each.is_for(digest)
        and not electorate.objection(each.comment)
        for each in given
    )
