"""Random histories: the rule of reviews agrees with an oracle that shares no code with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from ci.histories.soak import main
from ci.histories.story import BrokenError, Story
from ci.histories.wrong import WRONG
from shares import examples

if TYPE_CHECKING:
    from coursesync.ci.assessment import Assessment

BATCHES, EACH = 8, examples(500)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_reviews_are_applied_and_nothing_else(batch: int) -> None:
    """A value is applied only if its last setter's review showed it, and then without a person.

    A value that main no longer has is never applied, and green means that the site matches main.
    These are the same histories each time: `make soak` plays others.
    """
    counts: Counter[str] = Counter()
    for seed in range(batch * EACH, (batch + 1) * EACH):
        counts += Story(seed).play()

    assert counts["histories"] == EACH
    assert counts["courses covered"] > EACH
    assert counts["green at the end"] > EACH / 4


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: each.__name__)
def test_a_wrong_rule_is_caught(wrong: type[Assessment]) -> None:
    """The model can fail: it catches each of some wrong rules and decisions."""
    # the first seeds that catch the most subtle one, and others
    assert any(_breaks(seed, wrong) for seed in range(193, 1_000))


def _breaks(seed: int, wrong: type[Assessment]) -> bool:
    try:
        Story(seed, wrong).play()
    except BrokenError:
        return True
    return False


def test_the_soak_counts_and_replays(capsys: pytest.CaptureFixture[str]) -> None:
    """`make soak` plays histories in parallel, prints the counts, and plays one again."""
    code = main(["--histories", "20", "--workers", "1", "--seed", "7"])
    printed = capsys.readouterr().out

    assert code == 0
    assert "20 histories, 0 broken" in printed
    assert main(["--replay", "7"]) == 0
