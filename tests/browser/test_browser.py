"""The browser of the other tests detects the errors that they look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from browser.looking import Look

pytestmark = pytest.mark.xdist_group("review")  # starting a browser takes longer than the tests

PAGE = """<!doctype html><html lang="en"><head><title>T</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head>
<body><main><h1>T</h1><img src="https://nowhere.invalid/a.png"><p style="color:red">A</p></main>
</body></html>"""


def test_violations_and_barriers_are_detected(look: Look, tmp_path: Path) -> None:
    """It detects an external picture, an inline style and a picture without a text."""
    (tmp_path / "page.html").write_text(PAGE)
    look.page.goto((tmp_path / "page.html").as_uri())

    assert sorted(each.partition(":")[0] for each in look.violations()) == [
        "img-src",
        "style-src-attr",
    ]
    assert [each.partition(":")[0] for each in look.barriers()] == ["image-alt"]
    assert len(look.wrong) == 2
    look.wrong.clear()
