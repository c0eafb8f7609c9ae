"""The next free key, where sections share a title: proposed, and given by import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

HEAD = "id: 4711\ntitle: T\nsections:\n"


def proposed(said: str) -> list[str]:
    """Return the keys that the remedies propose."""
    return re.findall(r"as in `key: (\S+)`", said)


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        (["title: Quiz"] * 3, ["quiz-2", "quiz-3"]),
        (["title: Quiz", "title: Quiz 2", "title: Quiz", "title: Quiz"], ["quiz-3", "quiz-4"]),
        (["title: Quiz", "title: Quiz", "{title: X, key: quiz-2}"], ["quiz-3"]),
        (["title: Quiz", "title: Quiz", "{title: X, previous_keys: [quiz-2]}"], ["quiz-3"]),
        (["title: Quiz", "title: Quiz", "{title: X, previous_keys: [b.quiz-2]}"], ["quiz-3"]),
        (["{title: A, key: b}"] * 3, ["b-2", "b-3"]),
        (["title: A", "title: B"] * 2, ["a-2", "b-2"]),
        ([f"title: {'x' * 100}"] * 3, [f"{'x' * 98}-2", f"{'x' * 98}-3"]),
    ],
)
def test_each_remedy_proposes_a_key_that_is_free(
    sections: list[str], keys: list[str], cli: CommandLine, courses: Path
) -> None:
    """No key of the outline, no former key, and none that was proposed already."""
    lines = "".join(f"  - {section}\n" for section in sections)
    (courses / "a.yaml").write_text(HEAD + lines)
    refused = cli("validate")

    assert refused.code == 3
    assert proposed(refused.said) == keys


@pytest.mark.parametrize("command", [["validate"], ["plan"], ["fmt"], ["import", "--all"]])
def test_a_key_of_the_state_is_not_proposed(
    command: list[str], author: CommandLine, courses: Path
) -> None:
    """A new section is never made to take over the Id of one that was taken out."""
    path = courses / "a.yaml"
    path.write_text(f"{HEAD}  - title: Quiz\n  - title: Quiz 2\n")
    assert author("apply", "--auto-approve").code == 0
    path.write_text(f"{HEAD}  - title: Quiz\n  - title: Quiz\n")

    assert proposed(author(*command).said) == ["quiz-3"]


def test_what_the_remedies_say_makes_the_outline_valid(cli: CommandLine, courses: Path) -> None:
    """Doing what all of them say at once is enough."""
    path = courses / "a.yaml"
    path.write_text(HEAD + "  - title: Quiz\n" * 5)
    keys = proposed(cli("validate").said)
    rest = "".join(f"  - title: Quiz\n    key: {key}\n" for key in keys)
    path.write_text(f"{HEAD}  - title: Quiz\n{rest}")

    assert len(keys) == 4
    assert cli("validate").code == 0


def test_import_gives_no_key_that_the_state_has(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """A section of the site gets a key and an entry of its own, beside one that was taken out."""
    path = courses / "a.yaml"
    path.write_text(f"{HEAD}  - title: Start\n  - title: Quiz\n")
    assert author("apply", "--auto-approve").code == 0
    path.write_text(f"{HEAD}  - title: Start\n")
    api.foreign_create(4711, "Quiz", SectionContents="<p>Another</p>", DisplayOrder=90)
    assert author("import", "--course", "4711").code == 0

    assert "key: quiz-2\n" in path.read_text()
    assert "section.a.quiz-2" in (courses / "coursesync.state.json").read_text()
