"""The answers to `/coursesync` lines: whether a line counts, why not, and what happens next.

Owns their words, and that each line is answered once. It must never decide anything: what it says
here is decided again by the run that applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.ci.instructions.approvals import EDITED, PREFIX, instructions, line_to_write
from coursesync.ci.results.kept import answer_once, is_answered, marker
from coursesync.planning.grant import Grant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from coursesync.ci.assessment import Assessment
    from coursesync.ci.coverage.rule import Coverage
    from coursesync.ci.forges.forge import Comment, Forge
    from coursesync.ci.instructions.approvals import Electorate, Instruction

_MOST_ANSWERS = 10  # on one page, in one run
_MOST_AUTHORS = 20  # of which the forge is asked whether they may write
_MOST_LINES = 5  # to copy, in one answer
_OTHERS = (
    "This does not count. Only people who may write to this repository can decide here, or ask for "
    "a plan. Other lines of people who may not are not answered on this page."
)
MERGED = "It is used once this is merged, if it still shows the same then."


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person can decide on a page: `grant` is None for an approval.

    `electorate` returns who may; it may ask the forge. `courses` are the Ids of those that it is
    about.
    """

    grant: Grant | None
    digest: str
    electorate: Callable[[], Electorate]
    courses: frozenset[int] = frozenset()

    @property
    def words(self) -> str:
        """The line to write for it, without its prefix."""
        return self.line.removeprefix(f"{PREFIX} ")

    @property
    def line(self) -> str:
        """The line to write for it."""
        return line_to_write(self.digest, self.grant)


def choices_in(assessment: Assessment) -> Iterator[Choice]:
    """Yield what can be decided about what waits: the approval, and each grant of each course."""
    permits = assessment.permits
    uncovered = (assessment.coverage, assessment.whole_coverage)
    for found in {each.digest: each for each in uncovered if each.digest}.values():

        def voters(found: Coverage = found) -> Electorate:
            return permits.electorate(assessment.setters(found))

        yield Choice(None, found.digest, voters, frozenset(found.held))
    if (loosening := assessment.loosening) is not None:
        yield Choice(None, loosening.digest, lambda: permits.electorate([loosening.commit]))
    for course in sorted((assessment.pending | assessment.unpruned) & assessment.digests.keys()):

        def electorate(course: int = course) -> Electorate:
            return permits.electorate(assessment.setters_in(course))

        digest, own = assessment.digests[course], frozenset({course})
        yield from (Choice(grant, digest, electorate, own) for grant in Grant)


def decisions(
    given: Iterable[Instruction], choices: Iterable[Choice]
) -> Iterator[tuple[Choice, str]]:
    """Yield each choice that a person made, with the login; what does not count is left out."""
    known = [*choices]
    for each in given:
        named = [e for e in known if e.grant is each.grant and each.is_for(e.digest)]
        for choice in named:
            if not choice.electorate().objection(each.comment):
                yield choice, each.comment.author


def grants_of(digest: str, electorate: Callable[[], Electorate]) -> tuple[Choice, ...]:
    """Return what can be allowed on a pull request, by the digest of what it shows."""
    return tuple(Choice(grant, digest, electorate) for grant in Grant) if digest else ()


def starts_now(page: str) -> str:
    """Return what happens to a line that counts, and how to start it now, as Markdown.

    `page` is the address of an issue or a pull request; it names the forge.
    """
    how = "on the page *Actions*, choose *Apply courses*, then *Run workflow*"
    if "/-/" in page:
        how = "run the pipeline schedule that applies (*Build*, *Pipeline schedules*)"
    return f"The next run that applies does it, within the hour. To start it now: {how}."


def answer_to(given: Instruction, choices: Iterable[Choice], shown: str, then: str) -> str:
    """Return the answer to an instruction.

    Args:
        given: what a person wrote.
        choices: what can be decided on that page.
        shown: the text that shows the lines to copy; only lines that stand there are offered.
        then: what happens if it counts.
    """
    choices = tuple(choices)
    offered = tuple(dict.fromkeys(each.line for each in choices if each.line in shown))
    if given.problem:
        return f"This does not count. {given.problem}{_copy(offered)}"
    same = [each for each in choices if each.grant is given.grant]
    named = [each for each in same if given.is_for(each.digest)]
    if not named:
        lines = tuple(e for e in offered if e in {each.line for each in same}) or offered
        if not lines:
            return "This does not count. Nothing on this page waits for such a line now."
        return f"This does not count: its number is not that of what is shown now.{_copy(lines)}"
    objections = [each.electorate().objection(given.comment) for each in named]
    if "" in objections:
        return f"This counts. {then}"
    again = _copy([named[0].line]) if objections[0] == EDITED else ""
    return f"This does not count. {objections[0]}{again}"


def _copy(lines: Sequence[str]) -> str:
    """Write the lines to copy; each stands alone on its line."""
    if not lines:
        return ""
    which = "this line" if len(lines) == 1 else "one of these lines"
    written = "".join(f"\n    {each}" for each in lines[:_MOST_LINES])
    return f" Write a new comment with {which}, alone on its line:\n{written}"


def answer_each(
    forge: Forge,
    number: int,
    comments: Sequence[Comment],
    answer: Callable[[Instruction], str],
) -> None:
    """Answer the instructions on a page, each once; `answer` returns the text, "" for none.

    Only the newest ones are answered. All people who may not write get one answer together:
    anybody can comment in a public repository, and each answer is a write of the job's token.
    """
    left = [each for each in instructions(comments) if not is_answered(each, comments)]
    heard, others = by_writers(forge, left)
    answer_once(forge, number, comments, heard[-_MOST_ANSWERS:], answer)
    first = marker("answer", "others")
    if others and not any(each.own and each.body.startswith(first) for each in comments):
        forge.comment(number, f"{first}\n{_OTHERS}\n")


def by_writers(
    forge: Forge, given: Iterable[Instruction]
) -> tuple[list[Instruction], list[Instruction]]:
    """Divide instructions into those of people who may write, and all others.

    The forge is asked about the newest authors only; the others count as people who may not write.
    """
    every = [*given]
    authors = [*dict.fromkeys(each.comment.author for each in reversed(every))]
    writers = {each for each in authors[:_MOST_AUTHORS] if forge.may_write(each)}
    heard = [each for each in every if each.comment.author in writers]
    return heard, [each for each in every if each.comment.author not in writers]
