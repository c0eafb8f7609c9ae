"""Quotes as word processors write them, around a title."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from outlines.author import Author

PLAIN = ["“Hi”", "„Hi“", "\u2018Hi\u2019", "“", "“Hi” and “ho”"]
MEANT = ['"“Hi”"', "'„Hi“'", "|-\n    “Hi”", "“Hi” they say", "Say “hi”"]


@pytest.mark.parametrize("title", PLAIN)
def test_curly_quotes_in_place_of_the_quotes_of_yaml_are_a_mistake(
    title: str, writer: Author
) -> None:
    """Members would see them, and the author meant others; so in a course's title."""
    writer.write(f"- title: {title}\n", head=f"id: 4711\ntitle: {title}\nsections:\n")
    ran = writer.cli("validate")

    assert ran.code == 3
    for place in ("2:8", "4:12"):
        assert f"courses/onboarding.yaml:{place}: the title is in curly quotes: " in ran.err


@pytest.mark.parametrize("title", MEANT)
def test_curly_quotes_that_are_quoted_are_text(title: str, writer: Author) -> None:
    """Whoever writes quotes of YAML around them wants members to see them."""
    writer.write(f"- key: a\n  title: {title}\n")
    (sent,) = writer.sent()

    assert sent["Title"] == title.strip("\"'|- \n")
    assert writer.cli("fmt").code == 0
    assert [sent] == writer.sent()
