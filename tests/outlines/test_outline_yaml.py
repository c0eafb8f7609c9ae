"""Outlines are read as YAML 1.2: what is text, what is a number, what quotes and comments do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outlines.author import Author


def test_what_yaml_1_2_calls_text_is_text(writer: Author) -> None:
    """Words that older YAML took for yes, a date or a number are titles like any other."""
    written = [
        *("no", "yes", "on", "Off", "y", "2024-01-01", "12:30:45", "1_000", "0b11", "=", "nAn"),
        *("NULLS", "1.2.3", "0o9", "+", ".", "1e", "5 days", "+44 20 7946", "tRue", "-1-"),
    ]

    found = writer.of_each(*(f"title: {word}" for word in written))

    assert written == [attributes["Title"] for attributes in found]


def test_a_number_is_read_as_yaml_1_2_says(writer: Author) -> None:
    """A number may have a sign, be hexadecimal or octal; a leading nought means nothing."""
    found = writer.of_each(
        *(f"title: A\n  unlock: {{after_days: {n}}}" for n in ("7", "+8", "0x1F", "0o17", "010"))
    )

    assert [attributes["UnlockAfterDays"] for attributes in found] == [7, 8, 31, 15, 10]


def test_quotes_escapes_and_comments_are_yamls(writer: Author) -> None:
    """A quoted text is what is between its quotes, a comment is dropped, lines are folded."""
    expected = {
        '"2024"': "2024",
        "'It''s \"here\"'": 'It\'s "here"',
        '"C# basics #1"': "C# basics #1",
        "C# basics  # a comment": "C# basics",
        '"A\\tb \\u00e9 \\\\"': "A\tb é \\",
        "Going\n    further": "Going further",
    }

    found = writer.of_each(*(f"title: {written}" for written in expected))

    assert list(expected.values()) == [attributes["Title"] for attributes in found]
