"""Finds what an author means by an item, or a list, that is only a text.

Owns these guesses and their words: a title, a web address, a file of another kind, several files in
one item. It must never read a file, nor decide what is valid: the models do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds.content_spec import is_markdown_path
from coursesync.kinds.field import Role
from coursesync.kinds.inline import flow, line_of, scalar
from coursesync.outlines.advice.video import embed_code
from coursesync.outlines.line_slips import DASHES, dash
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Value

    Words = tuple[str, Sentence]  # a problem and its remedy

_LONGEST = 80  # characters of a text that a message repeats
_MOST_SHOWN = 3  # files in one remedy
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PAGE = re.compile(r"\S.*\.html?", re.IGNORECASE)
_OTHER_FILE = re.compile(
    r".*\.(?:docx?|gif|jpe?g|key|mp[34]|odt|pages|pdf|png|pptx?|rtf|txt|xlsx?|ya?ml)", re.IGNORECASE
)
_EACH_FILE = re.compile(
    rf"\s*(?:[{DASHES}]\s*)?(?P<name>\S.*?\.(?:md|markdown))(?=\s|$)", re.IGNORECASE
)
_NO_LIST = frozenset(
    {"", "-", "0", "empty", "false", "n/a", "no", "none", "nothing", "null", "off"}
)


def text_as_item(text: str, kind: Kind, *, may_be_file: bool) -> Words:
    """Return the words for an item of a list that is only a text."""
    text = text.strip()
    shown = inert(text, _LONGEST)
    if may_be_file and (words := _of_file(text, shown, kind)):
        return words
    is_short = len(text) <= _LONGEST and text == shown
    example = Code(f"- {kind.field(Role.TITLE).name}: {scalar(text) if is_short else 'Welcome'}")
    or_file = coded("or, for a Markdown file, its whole name, as in `- welcome.md`")
    return (
        f'there is no `{kind.field(Role.TITLE).name}:` before the text "{inert(text, 40)}"',
        Remedy("Write", example, or_file if may_be_file else ""),
    )


def _of_file(text: str, shown: str, kind: Kind) -> Words | None:
    if words := dash(text):
        return words
    contents = kind.field(Role.CONTENTS).name
    if _ADDRESS.fullmatch(text):
        link = embed_code(text) or f'<a href="{shown}">Read more</a>'
        problem = f"a web address alone is no {kind.name}"
        return problem, _written_out("Welcome", Code(f"{contents}: {scalar(link)}"), kind)
    if _PAGE.fullmatch(text):
        stem = shown.rpartition("/")[2].rpartition(".")[0]
        line = line_of(contents, {"html": shown})
        problem = f"the file of a {kind.name} ends in .md, and `{shown}` is HTML"
        return problem, _written_out(stem.replace("-", " ").capitalize() or "Welcome", line, kind)
    if _OTHER_FILE.fullmatch(text):
        remedy = "Save its text as Markdown in a file that ends in .md, and list that."
        return f"the file of a {kind.name} ends in .md, and `{shown}` does not", remedy
    if "/" in text and not re.search(r"\s", text):
        meant = Remedy("Did you mean", Code(f"- {scalar(f'{shown}.md')}"), "?")
        return f"the file of a {kind.name} ends in .md, and `{shown}` does not", meant
    return None


def _written_out(title: str, contents: Code, kind: Kind) -> Remedy:
    name = kind.field(Role.TITLE).name
    return Remedy(
        "Write",
        Code(f"- {name}: {scalar(title)}"),
        f"and on the next line, in the column of {name},",
        contents,
    )


def files_in(text: str) -> Sequence[str]:
    """Return the names of the files in a text, several if their dashes are missing."""
    if not is_markdown_path(" ".join(text.split())):
        return []  # so it is short as well
    found = [*_EACH_FILE.finditer(text)]
    is_whole = "".join(each[0] for each in found).strip() == text.strip()
    return [each["name"] for each in found] if is_whole else []


def several_files(names: Sequence[str]) -> Words:
    """Return the words for files without a line each; there is at least one."""
    shown = [Code(f"- {scalar(inert(each, _LONGEST))}") for each in names[:_MOST_SHOWN]]
    below = [piece for each in shown for piece in ("and below it, in the same column,", each)][1:]
    return (
        "each file needs a line of its own that starts with `-` and a space",
        Remedy("Write", *below),
    )


def first_item(fields: Mapping[str, Value], kind: Kind) -> Words:
    """Return the words for the fields of an item whose dash is missing; there is at least one."""
    name, value = next(iter(fields.items()))
    is_short = isinstance(value, str | int) and len(str(value)) <= _LONGEST
    written = line_of(name, value) if is_short else Code(f"{scalar(name)}:")
    others = "and put 2 more spaces before its other lines." if len(fields) > 1 else ""
    return (
        f"the first {kind.name} of this list has no `-`",
        Remedy("Write", Code(f"- {written.text}"), others),
    )


def no_list(name: str, value: object, *, may_be_left: bool) -> Sentence:
    """Return the remedy for a list that is written as a word for nothing, "" for another value."""
    if str(value).strip().lower() not in _NO_LIST:
        return ""
    remedy = Remedy("If there should be none, write", Code(f"{name}: []"))
    left = f"To keep the {name} on the site as they are, delete the line."
    return Remedy(remedy, left) if may_be_left else remedy


def named_by_field(name: str, value: object, beside: Collection[str]) -> Words | None:
    """Return the words for a field that names a file, where its path alone would list it.

    `beside` are the fields of the item, this one too.
    """
    problem = f"there is no field `{inert(name, 40)}`"
    if is_markdown_path(name):
        problem = "the name of a file has no colon after it here"
        if not value and len(beside) == 1:
            return problem, Remedy("Write only", Code(f"- {scalar(name)}"))
        return problem, Remedy(
            "Write only",
            Code(f"- {scalar(name)}"),
            "and move the lines below it to that file, between its two lines",
            Code("---"),
        )
    path = value if isinstance(value, str) and is_markdown_path(value) else ""
    if "title" in beside and path and name != "markdown":
        contents = line_of("contents", {"markdown": path})
        return problem, Remedy("To read the contents from that file, write", contents)
    if "title" in beside or not (path or name in {"file", "path"}):
        return None
    listed = Code(f"- {flow(path) if path else 'welcome.md'}")
    return problem, Remedy("To list a Markdown file, write only its path, as in", listed)
