"""The bad outlines of `tests/outlines/bad`, by whether a JSON Schema can find their mistake.

This file lists those whose mistake it can't find, with the reason; it must find all others.
"""

from __future__ import annotations

from enum import Enum

from outlines.test_bad_outlines import BAD


class Reason(Enum):
    """The reason why a JSON Schema can't find a mistake."""

    GRAMMAR = "it is no YAML: whatever reads YAML says so, before any schema is asked"
    NOTATION = "it is how a value is written; the schema is shown the value alone"
    FILES = "it is in another file, or whether that is there"
    TOGETHER = "it is in what two values, or two outlines, say together"
    LETTERS = "it is which characters are letters, which patterns don't know everywhere"


NOT_FOUND: dict[Reason, str] = {
    Reason.GRAMMAR: """
        brace-never-closed bracket-never-closed dash-without-blank directive-yaml-3
        field-too-far-left a-field-too-far-left-in-an-item item-one-blank-too-deep
        title-without-its-first-quote
        field-too-far-right field-twice-at-top field-twice-in-a-section field-twice-in-braces
        course-field-twice
        item-without-dash list-on-the-line-of-its-field no-blank-after-colon quote-never-closed
        second-document single-quote-never-closed tab-indents tab-indents-a-field tag-of-ones-own
        text-after-bar text-after-the-end title-goes-on-after-quotes title-starts-with-at
        title-starts-with-backtick title-starts-with-bracket title-starts-with-exclamation
        title-starts-with-percent title-starts-with-star title-with-a-colon
        title-with-an-apostrophe unknown-escape active-without-space contents-without-braces
        dash-without-blank-twice id-without-space indent-with-a-no-break-space
        no-break-space-after-colon title-with-an-apostrophe-inside unlock-without-braces
    """,
    Reason.NOTATION: """
        alias anchor contents-lose-their-tail directive-tag directive-yaml image-blank merge-key
        tag-on-a-list tag-on-text title-loses-its-tail lesson-image-blank
        lesson-title-in-curly-quotes
    """,
    Reason.FILES: """
        contents-file-folder contents-file-latin-1 contents-file-link-out contents-file-missing
        contents-file-missing-in-a-folder contents-file-too-large lesson-file-missing
        image-file-name image-without-scheme course-description-missing
    """,
    Reason.TOGETHER: """
        display-order-falls display-order-falls-past-another display-order-no-room-at-the-start
        display-order-no-room-between display-order-twice key-twice key-twice-by-nfc
        key-twice-and-a-number key-twice-from-titles key-twice-once-from-the-title
        previous-key-in-use previous-key-twice previous-keys-of-a-course-with-an-id
        lesson-display-order-no-room lesson-display-order-twice lesson-key-twice
        lesson-key-twice-from-titles lesson-previous-key-in-use
        lesson-previous-key-in-use-elsewhere lesson-previous-key-twice
        lesson-previous-key-of-a-section lesson-previous-key-of-another-course
        lesson-previous-key-with-a-course lesson-previous-key-with-a-section
        lesson-previous-key-with-its-course
        two-outlines-one-id/a two-outlines-one-id/b two-outlines-one-key/a two-outlines-one-key/b
        two-outlines-one-key-by-a-name/a two-outlines-one-key-by-a-name/b
    """,
    Reason.LETTERS: """
        title-of-emoji-without-key title-of-joiners-alone title-with-a-filler lesson-title-of-emoji
    """,
}
CASES = sorted(path.relative_to(BAD).with_suffix("").as_posix() for path in BAD.rglob("*.yaml"))
WHY = {case: reason for reason, cases in NOT_FOUND.items() for case in cases.split()}
STRUCTURAL = [case for case in CASES if case not in WHY]
