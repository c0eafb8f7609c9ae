"""Which decisions approve a review: a function of what people decided and who pushed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursesync.ci.forges.approving import Approval, Decision, Verdict, approval
from coursesync.ci.forges.forge import Pushers

WRITERS = {"ada", "ben", "cleo"}
PUSHED = Pushers(frozenset({"ada"}))


def said(*verdicts: str, who: str = "ben") -> list[Decision]:
    """Return decisions of a person about the last head, the oldest first."""
    return [Decision(who, Verdict[each.upper()]) for each in verdicts]


def decided(decisions: list[Decision], pushed: Pushers = PUSHED) -> Approval:
    """Return what decisions amount to, where these people may write."""
    return approval(decisions, lambda: pushed, WRITERS.__contains__)


def test_an_approval_by_somebody_else() -> None:
    """Somebody who may write and did not push approves."""
    assert decided(said("approved")) is Approval.GIVEN


@pytest.mark.parametrize(
    "decisions",
    [
        [],
        said("refused"),
        said("approved", who="ada"),  # who pushed it
        said("approved", who="rita"),  # who may not write
        [Decision("ben", Verdict.APPROVED, is_of_head=False)],
        [Decision("ben", Verdict.APPROVED, is_by_bot=True)],
    ],
)
def test_what_is_no_approval(decisions: list[Decision]) -> None:
    """Not of an earlier head, and not by a bot, a reader, or somebody who pushed."""
    assert decided(decisions) is Approval.MISSING


@pytest.mark.parametrize(
    ("verdicts", "is_approved"),
    [
        (("approved", "unapproved"), False),
        (("approved", "dismissed"), False),
        (("approved", "refused"), False),
        (("refused", "approved"), True),
        (("approved", "unapproved", "approved"), True),
    ],
)
def test_the_last_decision_of_a_person_counts(
    verdicts: tuple[str, ...], *, is_approved: bool
) -> None:
    """Whatever that person decided before."""
    assert (decided(said(*verdicts)) is Approval.GIVEN) is is_approved


@pytest.mark.parametrize(
    ("verdicts", "stands"),
    [
        (("refused",), True),
        (("refused", "unapproved"), True),
        (("approved", "refused", "unapproved"), True),
        (("refused", "dismissed"), False),
        (("refused", "approved", "unapproved"), False),
    ],
)
def test_a_request_for_changes_stands(verdicts: tuple[str, ...], *, stands: bool) -> None:
    """Until it is dismissed, or that person approves; an approval by another does not end it."""
    found = decided([*said(*verdicts, who="cleo"), *said("approved")])

    assert (found is Approval.MISSING) is stands


def test_a_reader_holds_nothing_back() -> None:
    """A request for changes by somebody who may not write does not count."""
    assert decided([*said("refused", who="rita"), *said("approved")]) is Approval.GIVEN


def test_an_approval_where_nobody_knows_who_pushed() -> None:
    """It may be by the same person, so it is doubtful; one that would not count is missing."""
    unknown = Pushers(frozenset({"ada"}), ("abc",))

    assert decided(said("approved"), unknown) is Approval.DOUBTFUL
    assert decided(said("approved", who="ada"), unknown) is Approval.MISSING


DECISIONS = st.lists(
    st.builds(
        Decision,
        st.sampled_from(["ada", "ben", "cleo", "rita"]),
        st.sampled_from(Verdict),
        is_of_head=st.booleans(),
        is_by_bot=st.booleans(),
    ),
    max_size=8,
)


@given(DECISIONS, st.sets(st.sampled_from(["ada", "ben", "cleo"])))
def test_who_pushed_can_only_take_an_approval_away(
    decisions: list[Decision], logins: set[str]
) -> None:
    """What is approved although these pushed is approved without them, too."""
    found = decided(decisions, Pushers(frozenset(logins)))

    if found is Approval.GIVEN:
        assert decided(decisions, Pushers()) is Approval.GIVEN


@given(DECISIONS)
def test_the_forge_is_asked_only_where_it_matters(decisions: list[Decision]) -> None:
    """Without an approval of the last head by a person, nobody asks who pushed."""
    asked: list[str] = []

    def pushers() -> Pushers:
        asked.append("pushers")
        return PUSHED

    approval(decisions, pushers, WRITERS.__contains__)

    heads = [each for each in decisions if each.verdict is Verdict.APPROVED and each.is_of_head]
    assert not asked or any(not each.is_by_bot for each in heads)
