"""Which line of a comment decides something, and who may write it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coursesync.ci.forges.forge import Comment, Pushers
from coursesync.ci.instructions.answers import Choice, answer_to
from coursesync.ci.instructions.approvals import (
    Electorate,
    Instruction,
    decided,
    instructions,
    line_to_write,
)
from coursesync.planning.grant import Grant

DIGEST = "0123456789abcdef" * 4
SHORT = DIGEST[:16]
EDITED = 2  # the Id of an edited comment


class Voters:
    """People who may write, and what is known of their comments."""

    def __init__(self, *writers: str) -> None:
        self._writers = writers

    def may_write(self, login: str) -> bool:
        """Return whether they are among them."""
        return login in self._writers

    def is_edited(self, comment: Comment) -> bool:
        """Return whether it is the edited one."""
        return comment.id == EDITED


BEA = Voters("bea")
EVERYONE = Electorate(BEA)


def comment(body: str, author: str = "bea", *, number: int = 1, own: bool = False) -> Comment:
    """Return a comment of a person."""
    return Comment(number, author, body, own, 7)


def answer(one: Instruction, electorate: Electorate = EVERYONE) -> str:
    """Return the answer where an approval is waited for."""
    line = f"/coursesync approve {SHORT}"
    return answer_to(one, [Choice(None, DIGEST, lambda: electorate)], line, "It goes.")


def given(body: str) -> list[Instruction]:
    """Return the instructions of one comment."""
    return [*instructions([comment(body)])]


@pytest.mark.parametrize(
    "body",
    [
        f"/coursesync approve {SHORT}",
        f"I looked at it.\n\n/coursesync approve {DIGEST}\n\nThanks!",
        f"I looked at it.\n/coursesync approve {DIGEST.upper()}\nThanks!",
        f"  /coursesync   approve {SHORT}  \r\n",
    ],
)
def test_a_line_of_its_own_approves(body: str) -> None:
    """The rest of the comment does not matter, nor do case and blanks. The answer says so."""
    (one,) = given(body)

    assert decided([one], DIGEST, EVERYONE)
    assert answer(one) == "This counts. It goes."


@pytest.mark.parametrize("grant", [None, *Grant])
def test_the_line_that_is_shown_is_the_line_that_counts(grant: Grant | None) -> None:
    """For an approval and for each grant: what a comment or an issue prints is what is read."""
    (one,) = given(f"Fine.\n\n{line_to_write(DIGEST, grant)}\n")

    assert decided([one], DIGEST, EVERYONE, grant)
    assert not any(decided([one], DIGEST, EVERYONE, e) for e in (None, *Grant) if e is not grant)


@pytest.mark.parametrize(
    "body",
    [
        f"```\n/coursesync approve {DIGEST}\n```",
        f"    /coursesync approve {DIGEST}",
        f"- /coursesync approve {DIGEST}",
        f"Write `/coursesync approve {DIGEST}`",
        f"`code\n/coursesync approve {DIGEST}\nmore`",
        f"Looks good! /coursesync approve {DIGEST}",
        f"# /coursesync allow prune {SHORT}",
    ],
)
def test_a_line_that_does_not_stand_alone_is_answered(body: str) -> None:
    """It decides nothing, and the person sees the line to copy."""
    (one,) = given(body)

    assert not decided([one], DIGEST, EVERYONE)
    assert "has to stand alone on its line" in answer(one)
    assert answer(one).endswith(f"\n\n    /coursesync approve {SHORT}")


@pytest.mark.parametrize(
    "body",
    [
        f"> /coursesync approve {DIGEST}",
        f"<!--\n/coursesync approve {DIGEST}\n-->",
        f"Fine. <!--\n/coursesync approve {DIGEST}\n-->",
        f"<details>\n/coursesync approve {DIGEST}\n</details>",
        f"> Please write /coursesync approve {DIGEST}",
        "What does /coursesync approve do?",
        f"/coursesyncapprove {DIGEST}",
    ],
)
def test_what_is_quoted_or_hidden_decides_nothing(body: str) -> None:
    """People quote what others wrote, and what can't be seen is not meant."""
    assert given(body) == []


@pytest.mark.parametrize(
    "body",
    [
        f"/coursesync approve {DIGEST[:15]}",
        f"/coursesync approve {DIGEST}0",
        "/coursesync approve",
        "/coursesync approve it",
        f"/coursesync approve {SHORT} {SHORT}",
        f"/coursesync allow everything {SHORT}",
        f"/coursesync allow {SHORT}",
        f"/coursesync aprove {SHORT}",
        "/coursesync",
    ],
)
def test_what_is_not_understood_is_answered_with_the_line_to_copy(body: str) -> None:
    """A person who writes it wrongly learns why nothing happens."""
    (one,) = given(body)

    assert not decided([one], DIGEST, EVERYONE)
    assert answer(one).startswith("This does not count. ")
    assert f"\n    /coursesync approve {SHORT}" in answer(one)


@pytest.mark.parametrize("filler", ["![", "> quoted\n", "Thanks! "])
def test_a_long_comment_decides_nothing(filler: str) -> None:
    """It is not parsed, and the person learns that it is too long."""
    (one,) = given(f"/coursesync approve {SHORT}\n\n{filler * 30_000}")

    assert not decided([one], DIGEST, EVERYONE)
    assert "has at most 5,000 characters. Write a new one" in answer(one)


def test_a_long_comment_that_quotes_a_line_decides_nothing() -> None:
    """Nobody is answered who answers below a plan that is quoted as a whole."""
    assert given("> Somebody writes:\n>\n>     /coursesync approve 1\n" * 200) == []


def test_another_digest_approves_nothing() -> None:
    """An approval holds for the plan that was shown, and for no later one."""
    (one,) = given(f"/coursesync approve {'f' * 16}")

    assert not decided([one], DIGEST, EVERYONE)
    assert "its number is not that of what is shown now" in answer(one)
    assert f"\n    /coursesync approve {SHORT}" in answer(one)


def test_each_grant_is_given_by_its_name() -> None:
    """An approval allows nothing unusual, and a grant allows nothing but what it names."""
    (one,) = given(f"/coursesync allow prune {SHORT}")

    assert decided([one], DIGEST, EVERYONE, Grant.PRUNE)
    assert not decided([one], DIGEST, EVERYONE, Grant.OVERWRITE)
    assert not decided([one], DIGEST, EVERYONE)
    assert not decided(given(f"/coursesync approve {SHORT}"), DIGEST, EVERYONE, Grant.PRUNE)


@pytest.mark.parametrize(
    ("written", "electorate"),
    [
        (comment(f"/coursesync approve {SHORT}", number=EDITED), EVERYONE),
        (replace(comment(f"/coursesync approve {SHORT}"), is_by_bot=True), EVERYONE),
        (comment(f"/coursesync approve {SHORT}"), Electorate(Voters("ada"))),
        (
            comment(f"/coursesync approve {SHORT}"),
            Electorate(BEA, Pushers(frozenset({"Bea"}))),
        ),
    ],
)
def test_only_an_unedited_comment_of_another_writer_decides(
    written: Comment, electorate: Electorate
) -> None:
    """Not an edited one, not a bot's or a stranger's, and not one of who pushed it."""
    (one,) = instructions([written])

    assert not decided([one], DIGEST, electorate)
    assert answer(one, electorate).startswith("This does not count. ")


def test_without_another_reviewer_the_pusher_decides() -> None:
    """With `solo` set, the person who pushed may approve, if the person may write."""
    (one,) = given(f"/coursesync approve {SHORT}")

    pushers = Pushers(frozenset({"bea"}), ("0" * 40,))
    assert decided([one], DIGEST, Electorate(BEA, pushers, is_solo=True))
    assert not decided([one], DIGEST, Electorate(Voters(), pushers, is_solo=True))


def test_what_nobody_knows_who_pushed_is_not_approved() -> None:
    """The person who approves it may be the one who pushed it; the answer says what to do."""
    (one,) = given(f"/coursesync approve {SHORT}")
    electorate = Electorate(BEA, Pushers(frozenset({"ada"}), ("0123456789" * 4,)))

    answer = electorate.objection(one.comment)

    assert not decided([one], DIGEST, electorate)
    assert answer.startswith("Nobody knows who pushed commit 0123456789: ")
    assert answer.endswith("set again by a pull request that somebody else approves.")


def test_what_coursesync_wrote_decides_nothing() -> None:
    """Its own comments hold lines to copy, and anyone who may write can edit them."""
    assert [*instructions([comment(f"/coursesync approve {SHORT}", own=True)])] == []
