"""The words of advice on contents: what members will experience, and what to write instead.

Names of tags and attributes are all that is taken over from contents, short and inert.
"""

from __future__ import annotations

from coursesync.kinds import LISTED
from coursesync.outlines.advice.nesting import DEEPEST, MOST_ATTRIBUTES
from coursesync.text import inert

_LONGEST_NAME = 30


def filled(words: tuple[str, str], *, name: str, tag: str = "") -> tuple[str, str]:
    """Put names into a problem and its remedy: `name` is a tag's, or an attribute's of `tag`."""
    names = {"name": _shown(name), "at": f"`{_shown(name)}` of `<{_shown(tag)}>`"}
    return words[0].format_map(names), words[1].format_map(names)


def _shown(name: str) -> str:
    return inert(name, _LONGEST_NAME).replace("`", "'")


UNCHECKED_WORDS = (
    "these contents are too much for coursesync to check: they may hold what members won't see",
    (
        f"Make them simpler: split the {LISTED.name}, or take out the tags that a word processor "
        "put in."
    ),
)
# by the tag's name; "misplaced" for one that is allowed elsewhere, "other" for any other
TAG_WORDS = {
    "script": (
        "`<script>` is a program that would run in the browser of each member who looks here",
        "Delete it, from  <script  up to  </script>  and let a link lead to what it shows.",
    ),
    "style": (
        "`<style>` would change how the whole page looks to members, or be dropped",
        "Delete it, from  <style  up to  </style>  and use headings, lists and bold text.",
    ),
    "misplaced": (
        "`<{name}>` stands where it can't: members would see its text only, or out of place",
        "Put it where it belongs, as a  <td>  in a  <tr>  of a  <table>",
    ),
    "other": (
        "`<{name}>` does not belong in contents: members may see its text at most",
        "Use tags for text, lists, tables, links, pictures and films, as in  <p>Hello</p>",
    ),
}
ATTRIBUTE_WORDS = {
    "handler": (
        "{at} is a program that would run in the browser of each member who looks here",
        'Delete  {name}="…"  from this tag; a link can lead to what it does.',
    ),
    "program": (
        "{at} runs a program in members' browsers instead of leading somewhere",
        'Write the address of a page there, as in  {name}="https://example.com/tour"',
    ),
    "insecure": (
        "{at} comes over http: browsers may refuse to show it, and members see a gap",
        "Write  https://  instead of  http://  there, and see that the address works.",
    ),
    "address": (
        "{at} is no address that a browser can open: members who follow it get nowhere",
        'Write one that starts with https://, as in  {name}="https://example.com/tour"',
    ),
    "other": (
        "{at} is likely to be dropped: what it should do, members won't see",
        "Check its spelling, or delete it from this tag.",
    ),
}
_WEB = 'Put the file on the web, and write its address, as in  {name}="https://…"'
_PAGE = 'Write the whole address, as in  {name}="https://example.com/tour"'
_FOR_MEDIA = "{at} %s: members see a gap"
_FOR_LINK = "{at} %s: members who follow it get nowhere"
# what is wrong, and what to do where something is to be shown, and where a link is
_ADDRESS = {
    "empty": ("names nothing", _WEB, _PAGE),
    "computer": ("leads to a file on your own computer or network", _WEB, _WEB),
    "own": ("leads to what only a program on your own computer had", _WEB, _PAGE),
    "local": ("leads to each reader's own computer", _WEB, _PAGE),
    "mail": ("is an e-mail address, and no picture", _WEB, 'Write  {name}="mailto:…"'),
    "www": ("lacks its https://", 'Write  {name}="https://www…"', 'Write  {name}="https://www…"'),
    "relative": ("is only part of an address, without https://", _WEB, _PAGE),
}
ADDRESS_WORDS = {
    fault: {"media": (_FOR_MEDIA % what, media), "link": (_FOR_LINK % what, link)}
    for fault, (what, media, link) in _ADDRESS.items()
}
ADDRESS_WORDS["data"] = {
    "media": (
        "{at} holds the whole file in itself: it may be dropped, and members see a gap",
        _WEB,
    ),
    "link": (
        "{at} holds a whole page in itself: browsers don't open that, and members see nothing",
        _PAGE,
    ),
}
UNLINKED_WORDS = (
    "Markdown makes no link and no picture of this address: members see it as it is written here",
    "Write one that starts with https:// and has no blank, as in  [tour](https://example.com/tour)",
)
SLIP_WORDS = {
    "open": (
        "`<{name}>` is never closed: members may see all that follows as part of it",
        "Write  </{name}>  where it is to end.",
    ),
    "stray": (
        "`</{name}>` closes nothing: the tag that it was meant for may be misspelt or gone",
        "Write  <{name}>  where it is to begin, or delete  </{name}>",
    ),
    "cut": (
        "the tag `<{name}` has no end: members won't see it, nor what follows",
        "Write the missing  >  (or quote) of the tag; if you mean the sign, write  &lt;",
    ),
    "overloaded": (
        f"`<{{name}}>` has more than {MOST_ATTRIBUTES} attributes: no browser needs so many",
        "Take out those that do nothing; a word processor may have put them in.",
    ),
    "deep": (
        f"`<{{name}}>` is the innermost of more than {DEEPEST} tags: members may see it elsewhere",
        "Take out the tags that do nothing; a word processor may have put them in.",
    ),
}
