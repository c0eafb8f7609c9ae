"""The browser that the other tests here look through does see what they look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from browser.looking import Look

pytestmark = pytest.mark.xdist_group("review")  # a browser each would take longer than the tests

PAGE = """<!doctype html><html lang="en"><head><title>T</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head>
<body><main><h1>T</h1><img src="https://nowhere.invalid/a.png"><p style="color:red">A</p></main>
</body></html>"""


def test_what_is_forbidden_and_what_bars_people_is_seen(look: Look, tmp_path: Path) -> None:
    """A picture from elsewhere, a style in place and a picture without words are all noticed."""
    (tmp_path / "page.html").write_text(PAGE)
    look.page.goto((tmp_path / "page.html").as_uri())

    assert sorted(each.partition(":")[0] for each in look.violations()) == [
        "img-src",
        "style-src-attr",
    ]
    assert [each.partition(":")[0] for each in look.barriers()] == ["image-alt"]
    assert len(look.wrong) == 2
    look.wrong.clear()
