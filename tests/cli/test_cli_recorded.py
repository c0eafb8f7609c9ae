"""What an earlier coursesync recorded holds for this one: a state, and the digests of plans."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import STATE

if TYPE_CHECKING:
    from harness import CommandLine

RECORDED = Path(__file__).with_name("recorded")
# of the outlines `after`, by the options of the plan; "" is without a state. Two sections stay on
# the site with "keep" and "deactivate": their numbers, 30 and 40, are given to no other
DIGESTS = {
    "": "c2ba1f672ee131707d089b71e0180f17a956fd8145adb219c139d0c802f76c0c",
    "--on-removal keep": "ae572f28512b9036172aca29219f5506d80e8f2e69867f9b8300adef69448274",
    "--on-removal deactivate": "207b06f28d3fa86991815cda0f3342a1cdaef87dd3add1b31f704c4d81cc3d76",
    "--on-removal delete --prune": (
        "144f40c35fd601857ebf9cb83ffb5e741790653c8bd4292157e457be65a497a1"
    ),
}


def laid(courses: Path, outlines: str) -> Path:
    """Lay the recorded outlines and state into a workspace; return where the state is."""
    shutil.copytree(RECORDED / outlines, courses, dirs_exist_ok=True)
    state = courses / ".coursesync" / STATE
    state.parent.mkdir()
    shutil.copy(RECORDED / "state.json", state)
    return state


@pytest.mark.parametrize("options", DIGESTS)
def test_a_digest_is_the_one_that_was_recorded(
    cli: CommandLine, courses: Path, options: str
) -> None:
    """A plan that was reviewed before an upgrade is applied after it: it means the same."""
    state = laid(courses, "after")
    if not options:
        state.unlink()
    ran = cli("plan", "--sandbox", "--format", "json", *options.split())

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["digest"] == DIGESTS[options]


def test_an_upgrade_alone_plans_nothing(cli: CommandLine, courses: Path) -> None:
    """Outlines that an older version applied count as applied, read again or not."""
    state = laid(courses, "before")
    settled = cli("plan", "--sandbox", "--detailed-exitcode")
    outline = courses / "onboarding.yaml"
    outline.write_text(f"# Touched.\n{outline.read_text()}")
    parsed = cli("plan", "--sandbox", "--detailed-exitcode")

    assert (settled.code, parsed.code) == (0, 0), settled.out + parsed.out
    assert state.read_bytes() == (RECORDED / "state.json").read_bytes()


def test_a_save_carries_the_rest_over(cli: CommandLine, courses: Path) -> None:
    """The next save has the present format, with all that the earlier coursesync knew."""
    state = laid(courses, "before")
    moved = ("section.onboarding.welcome", "section.onboarding.hello")
    assert cli("state", "mv", *moved, "--sandbox").code == 0
    before, after = (json.loads(path.read_bytes()) for path in (RECORDED / "state.json", state))
    known = {
        address.replace(*moved): (entry["id"], entry["attributes"], entry["updated_on"])
        for address, entry in before["entries"].items()
    }

    assert (before["format"], after["format"], after["serial"]) == (1, 2, 3)
    assert known == {
        address: (entry["id"], entry["sent"], entry["updated_on"])
        for address, entry in after["entries"].items()
    }
