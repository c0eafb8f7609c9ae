"""The words of advice on contents: the effect on members, and what to write instead.

Owns these words. It must never quote contents, except names of tags and attributes, cut and inert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Code, Remedy
from coursesync.kinds import LISTED
from coursesync.outlines.advice.nesting import DEEPEST, MOST_ATTRIBUTES
from coursesync.outlines.advice.rule import Rule
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from coursesync.errors import Sentence

Token: TypeAlias = tuple[str, str, str]  # tag, attribute, value
Words: TypeAlias = "tuple[str, Sentence]"  # a problem and its remedy

_LONGEST_NAME = 30
_IN_MARKDOWN = {("img", "src"): "picture", ("a", "href"): "link"}


@dataclass(frozen=True, slots=True)
class Objection:
    """A problem in a piece of HTML, and its remedy.

    `clues` are strings that mark its place in the text that the HTML comes from, the best first.
    If it is about an attribute, `token` is the tag, the attribute and its value; and if Markdown
    can have made that, `in_markdown` is the objection in Markdown's words.
    """

    problem: str
    remedy: Sentence
    rule: Rule
    clues: tuple[str, ...] = ()
    token: Token | None = None
    in_markdown: Objection | None = None


def objection(rule: Rule, words: Words, clues: tuple[str, ...], *, name: str) -> Objection:
    """Put the name of a tag into a problem and its remedy."""
    return _with_names(rule, words, clues, {"name": _shown(name)})


def objection_to(rule: Rule, words: Words, clues: tuple[str, ...], token: Token) -> Objection:
    """Put the names of a tag and its attribute into a problem and its remedy."""
    tag, attribute, _ = token
    name = _shown(attribute)
    at = f"`{name}` of `<{_shown(tag)}>`"
    names = {"name": name, "at": at, "open": f'{name}="', "close": '"'}
    found = _with_names(rule, words, clues, names)
    if (what := _IN_MARKDOWN.get((tag, attribute))) is None:
        return replace(found, token=token)
    mark = "!" if what == "picture" else ""
    names = {"at": f"the address of this {what}", "open": f"{mark}[…](", "close": ")"}
    written = _with_names(rule, words, clues, {"name": name} | names)
    return replace(found, token=token, in_markdown=written)


def _with_names(
    rule: Rule, words: Words, clues: tuple[str, ...], names: dict[str, str]
) -> Objection:
    pieces = (
        Code(each.text.format_map(names)) if isinstance(each, Code) else each
        for each in Remedy(words[1]).pieces
    )
    return Objection(words[0].format_map(names), Remedy(*pieces), rule, clues)


def _shown(name: str) -> str:
    return inert(name, _LONGEST_NAME).replace("`", "'")


UNCHECKED = Objection(
    "these contents are too much for coursesync to check: members may not see parts of them",
    (
        f"Make them simpler: split the {LISTED.name}, or take out the tags that a word processor "
        "put in."
    ),
    Rule.TOO_MUCH_HTML,
)
# by the tag's name; "misplaced" for a tag that is allowed elsewhere, "other" for the rest
TAG_WORDS: dict[str, tuple[str, Sentence]] = {
    "script": (
        "`<script>` is a program that would run in the browser of each member who looks here",
        coded(
            "Delete it, from `<script` up to `</script>`, and link to a page that does the same."
        ),
    ),
    "style": (
        "`<style>` would change how the whole page looks to members, or be dropped",
        coded("Delete it, from `<style` up to `</style>`, and use headings, lists and bold text."),
    ),
    "misplaced": (
        "`<{name}>` is not allowed here: members would see only its text, or see it elsewhere",
        coded("Put it where it belongs, as a `<td>` in a `<tr>` of a `<table>`"),
    ),
    "other": (
        "`<{name}>` does not belong in contents: members may see its text at most",
        coded("Use tags for text, lists, tables, links, pictures and films, as in `<p>Hello</p>`"),
    ),
}
ATTRIBUTE_WORDS: dict[str, tuple[str, Sentence]] = {
    "handler": (
        "{at} is a program that would run in the browser of each member who looks here",
        coded('Delete `{name}="…"` from this tag, and link to a page that does the same.'),
    ),
    "program": (
        "{at} runs a program in members' browsers instead of leading somewhere",
        coded("Write the address of a page there, as in `{open}https://example.com/tour{close}`"),
    ),
    "insecure": (
        "{at} comes over http: browsers may refuse to show it, and members see a gap",
        coded("Write `https://` instead of `http://` and check that the address works."),
    ),
    "address": (
        "{at} is no address that a browser can open: members who follow it get nowhere",
        coded("Write one that starts with https://, as in `{open}https://example.com/tour{close}`"),
    ),
    "other": (
        "{at} is likely to be dropped: members won't see its effect",
        "Check its spelling, or delete it from this tag.",
    ),
}
_WEB = coded("Put the file on the web, and write its address, as in `{open}https://…{close}`")
_PAGE = coded("Write the whole address, as in `{open}https://example.com/tour{close}`")
_FOR_MEDIA = "{at} %s: members see a gap"
_FOR_LINK = "{at} %s: members who follow it get nowhere"
# the fault, the remedy for a picture or film, and the remedy for a link
_ADDRESS = {
    "empty": ("names nothing", _WEB, _PAGE),
    "data": ("contains the file itself, which may be dropped", _WEB, _PAGE),
    "computer": ("leads to a file on your own computer or network", _WEB, _WEB),
    "own": ("works only in a program on your own computer", _WEB, _PAGE),
    "local": ("leads to each reader's own computer", _WEB, _PAGE),
    "mail": (
        "is an e-mail address, and no picture",
        _WEB,
        coded("Write `{open}mailto:…{close}`"),
    ),
    "www": (
        "lacks its https://",
        coded("Write `{open}https://www…{close}`"),
        coded("Write `{open}https://www…{close}`"),
    ),
    "relative": (
        "is not complete, because it lacks https://",
        coded(
            "Put the file on the web, and write its address, as in `{open}https://…{close}` For "
            "files beside the outline, set `assets_url` in coursesync.toml."
        ),
        _PAGE,
    ),
}
ADDRESS_WORDS = {
    fault: {"media": (_FOR_MEDIA % what, media), "link": (_FOR_LINK % what, link)}
    for fault, (what, media, link) in _ADDRESS.items()
}
UNLINKED = Objection(
    "Markdown makes no link and no picture of this address: members see the text as written here",
    coded(
        "Write one that starts with https:// and has no blank, as in "
        "`[tour](https://example.com/tour)`"
    ),
    Rule.BAD_LINK,
)
TAG_RULES = {"script": Rule.PROGRAM}  # by the tag's name; the others are `BAD_TAG`
ATTRIBUTE_RULES = {
    "handler": Rule.PROGRAM,
    "program": Rule.PROGRAM,
    "insecure": Rule.INSECURE_PICTURE,
    "address": Rule.BAD_LINK,
    "other": Rule.BAD_ATTRIBUTE,
}
SLIP_RULES = {
    **dict.fromkeys(("open", "stray", "cut"), Rule.UNCLOSED_TAG),
    **dict.fromkeys(("overloaded", "deep"), Rule.TOO_MUCH_HTML),
}
SLIP_WORDS: dict[str, tuple[str, Sentence]] = {
    "open": (
        "`<{name}>` is never closed: members may see all that follows as part of it",
        coded("Write `</{name}>` where it should end."),
    ),
    "stray": (
        "`</{name}>` closes nothing: its `<{name}>` may be misspelt or missing",
        coded("Write `<{name}>` where it should begin, or delete `</{name}>`"),
    ),
    "cut": (
        "the tag `<{name}` has no end: members won't see it, nor the text after it",
        coded("Write the missing `>` (or quote); if you mean the character, write `&lt;`"),
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
