"""The rules of advice: one table of their names, each with one sentence.

Owns the names, which people write into comments and into `coursesync.toml`: a name that has been
released must never change. The documentation lists this table.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from coursesync.errors import Code, Remedy


class Rule(StrEnum):
    """A rule of advice: its value is its name, and `sentence` tells when it gives advice."""

    sentence: str

    def __new__(cls, name: str, sentence: str) -> Self:
        """Make a member of a name and a sentence."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.sentence = sentence
        return rule

    # when items open
    FIRST_WAITS = "first-waits", "The first item that members see waits for one before it."
    NOTHING_OPENS = "nothing-opens", "For some days, members can open nothing in the course."
    WAITS_FOR_HIDDEN = "waits-for-hidden", "An item waits for one that members can't see."
    WAITS_IN_VAIN = "waits-in-vain", "An item waits for one that has nothing to complete."
    OPENS_EARLY = "opens-early", "An item would open before its parent."
    FALLING_DAYS = "falling-days", "An item opens after fewer days than one above it."
    NOTHING_TO_COMPLETE = "nothing-to-complete", "Nothing in the course can be completed."
    # the course
    UNKNOWN_ID = "unknown-id", "The course's Id is still to be written."
    FEATURED_HIDDEN = "featured-hidden", "A course is on the home page, and hidden elsewhere."
    PUBLISHED_EMPTY = "published-empty", "A course is published, and members see nothing in it."
    # titles
    SAME_TITLE = "same-title", "Two items beside each other have the same title."
    LONG_TITLE = "long-title", "A title is too long for a list."
    TITLE_AGAIN = "title-again", "The contents begin with a heading that repeats the title."
    HALF_QUOTED = "half-quoted", "A title begins with a curly quote that never ends."
    # contents
    EMPTY_CONTENTS = "empty-contents", "Members who open an item find it empty."
    ADDRESS_ALONE = "address-alone", "The contents are a web address and nothing else."
    MARKDOWN_AS_HTML = "markdown-as-html", "Markdown is written where HTML is expected."
    VIDEO_NOT_SHOWN = "video-not-shown", "A video is only linked, so members can't watch it there."
    VIDEO_MISSING = "video-missing", "Members complete an item by a video that is not shown in it."
    BAD_LINK = "bad-link", "A link or a picture has an address that does not work for members."
    INSECURE_PICTURE = "insecure-picture", "A picture or a film comes over http."
    PROGRAM = "program", "The HTML has a program that would run in members' browsers."
    BAD_TAG = "bad-tag", "The HTML has a tag that members may not see, or see elsewhere."
    BAD_ATTRIBUTE = "bad-attribute", "The HTML has an attribute that is likely to be dropped."
    UNCLOSED_TAG = "unclosed-tag", "A tag of the HTML has no end, or no beginning."
    TOO_MUCH_HTML = "too-much-html", "The HTML is too much for coursesync, or for a browser."
    # files
    UNLISTED_FILE = "unlisted-file", "A Markdown file looks like an item, and no outline lists it."
    UNTRACKED_PICTURE = "untracked-picture", "Git does not have a picture beside the outline."
    # comments and entries that allow a rule
    UNUSED_ALLOW = "unused-allow", "A comment allows a rule that gives no advice there."
    UNKNOWN_RULE = "unknown-rule", "A comment allows a rule that does not exist."


def no_such_rule(name: str) -> Remedy:
    """Return the remedy for a name that is no rule's: the nearest name, or all names."""
    known = [each.value for each in Rule]
    close = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    if close:
        return Remedy("Did you mean", Code(close[0]), "?")
    return Remedy(f"The rules are: {', '.join(known)}.")
