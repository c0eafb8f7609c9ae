"""An apply of one course that dies at any effect is continued by an apply of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from crash.aftermath import come_right, duplicates, unknown
from crash.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.mark.many(4)
@pytest.mark.parametrize("number", range(2, 110, 3))
def test_the_whole_apply_goes_on_where_one_course_broke_off(stage: Stage, number: int) -> None:
    """Nothing is created twice, no Id is lost, and the other course is made as well."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    other = workspace.course + 500_000
    stage.server.add_course(other)
    outline = f"id: {other}\ntitle: Other\nsections:\n  - key: three\n    title: Three\n"
    (workspace.folder / "b.yaml").write_text(outline)
    workspace.options = ("a",)
    workspace.apply(kill_at=number)
    workspace.options = ()

    assert stage.records(other) == {}
    assert unknown(workspace) == []
    assert come_right(workspace)
    records = {**workspace.records(), **stage.records(other)}
    assert duplicates(records) == []
    assert sorted(records.values()) == ["One", "Three", "Two"]
    assert sorted(workspace.kept().values()) == sorted(records)
