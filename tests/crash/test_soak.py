"""The soak counts its cases, reports what broke, and replays it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from crash.soak import Tally, batches, main
from crash.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable


def tally_of(*verdicts: Verdict) -> Tally:
    tally = Tally()
    for verdict in verdicts:
        tally.add(verdict)
    return tally


def test_what_broke_is_counted_and_kept() -> None:
    """A case that broke a promise is counted, and kept by what plays it again."""
    good = Verdict("first:9", has_fired=True, crashes=1, runs=4)
    bad = Verdict("moved:17,4", has_fired=True, crashes=2, runs=5, duplicates=("One",))
    tally = tally_of(good, bad)

    assert str(tally).startswith(
        "3 crashes and faulted runs, 9 runs, 1 duplicates, 0 lost Ids, 0 wiped properties, "
        "0 of 0 twins unreported, 1 cases broken;"
    )
    assert tally.broken == ["moved:17,4"]


@pytest.mark.parametrize(
    ("lost", "wrongs", "is_good"), [((), (), True), (("One",), (), False), ((), ("x",), False)]
)
def test_any_broken_promise_counts(
    lost: Iterable[str], wrongs: Iterable[str], *, is_good: bool
) -> None:
    """A lost Id, or anything else that is wrong, is a broken case as a duplicate is."""
    verdict = Verdict("first:9", True, 1, 4, lost=tuple(lost), wrongs=tuple(wrongs))  # noqa: FBT003

    assert verdict.is_good is is_good
    assert (tally_of(verdict).broken == []) is is_good


def test_a_case_is_played_again(capsys: pytest.CaptureFixture[str]) -> None:
    """`--replay` crashes where the case says, and ends with 0 if all is well."""
    code = main(["--replay", "first:60,5"])

    assert code == 0
    assert capsys.readouterr().out.count("killed ") == 2


def test_a_seed_makes_the_same_batches() -> None:
    """The sources take turns, and each batch has a seed of its own, made from the one given."""
    todo = batches(7, ["killed", "other"])

    assert [(each.source, each.seed) for each, _ in zip(todo, range(3), strict=False)] == [
        ("killed", "7/0"),
        ("other", "7/1"),
        ("killed", "7/2"),
    ]
