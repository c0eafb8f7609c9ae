"""The schema in check-jsonschema, which CI and pre-commit use."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from editor.corpus import CASES, STRUCTURAL, WHY, Reason
from editor.valid import FEW, VALID
from harness import ROOT
from hypothesis import given
from hypothesis import strategies as st
from outlines.test_bad_outlines import BAD

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.xdist_group("check-jsonschema")  # the corpus is checked once


@dataclass(frozen=True)
class Checked:
    """The files in which check-jsonschema finds mistakes: by the schema, and by YAML's grammar."""

    mistaken: frozenset[Path]
    unreadable: frozenset[Path]


def check(schema: Path, files: Iterable[Path]) -> Checked:
    """Check files against the schema."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "-o", "json", "--schemafile", schema, *files],
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    result = json.loads(done.stdout)
    assert (result["status"] == "ok") == (done.returncode == 0), done.stderr
    kinds = [result.get(kind, []) for kind in ("errors", "parse_errors")]
    return Checked(*(frozenset(Path(each["filename"]) for each in kind) for kind in kinds))


@pytest.fixture(scope="module")
def corpus(schema_file: Path) -> Checked:
    """The result for the bad outlines."""
    return check(schema_file, [BAD / f"{case}.yaml" for case in CASES])


def test_each_mistake_that_is_not_found_has_its_file() -> None:
    """The table names only files of the corpus, each with one reason; most mistakes are found."""
    assert set(WHY) <= set(CASES)
    assert len(STRUCTURAL) > len(CASES) / 2


@pytest.mark.parametrize("case", STRUCTURAL)
def test_a_structural_mistake_is_found(case: str, corpus: Checked) -> None:
    """The schema finds each structural mistake of the corpus."""
    assert BAD / f"{case}.yaml" in corpus.mistaken


@pytest.mark.parametrize("case", WHY)
def test_mistakes_that_no_schema_can_find_are_left_to_validate(case: str, corpus: Checked) -> None:
    """The schema does not find the mistakes in the table, except in files that are not YAML."""
    assert BAD / f"{case}.yaml" not in corpus.mistaken
    assert (BAD / f"{case}.yaml" in corpus.unreadable) == (WHY[case] is Reason.GRAMMAR)


def test_the_examples_pass(schema_file: Path) -> None:
    """The example outlines are valid."""
    assert check(schema_file, (ROOT / "courses").glob("*.yaml")) == Checked(
        frozenset(), frozenset()
    )


@FEW
@given(texts=st.lists(VALID, min_size=20, max_size=20))
def test_valid_outlines_pass(texts: list[str], schema_file: Path, tmp_path: Path) -> None:
    """Parsed by another YAML 1.2 parser, valid outlines of any layout have no mistakes."""
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.yaml").write_text(text)

    assert check(schema_file, tmp_path.glob("*.yaml")) == Checked(frozenset(), frozenset())


def test_a_word_of_yaml_1_1_is_text(schema_file: Path, tmp_path: Path) -> None:
    """`no` and a date are text, as titles, and not yes or no, as `active`."""
    head = "id: 4711\ntitle: 2026-11-25\nsections:\n"
    (tmp_path / "good.yaml").write_text(head + "  - title: no\n  - title: Off\n    key: y\n")
    (tmp_path / "bad.yaml").write_text(head + "  - title: Welcome\n    active: no\n")

    found = check(schema_file, tmp_path.glob("*.yaml"))

    assert found == Checked(frozenset({tmp_path / "bad.yaml"}), frozenset())
