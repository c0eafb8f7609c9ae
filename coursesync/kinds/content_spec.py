"""The two forms of contents in an outline: HTML in place, or the name of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)

from coursesync.errors import Remedy
from coursesync.kinds.inline import line_of
from coursesync.kinds.spec import MAPPING, PLAIN, STRICT, Fields, form, mistake, shaped
from coursesync.text import coded

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_LONGEST_NAME = 255
_LONGEST_PATH = 1_000
# for editors, whose regular expressions have no flag for case
_PAGES = "(?:[hH][tT][mM][lL]?|[mM][dD]|[mM][aA][rR][kK][dD][oO][wW][nN])"
_MARKDOWN = "(?:[mM][dD]|[mM][aA][rR][kK][dD][oO][wW][nN])"
_NO_SPACE = re.compile(r"(markdown|html):(.*)", re.DOTALL)
_FILE_NAME = re.compile(r"[^\s<>]+\.(?P<kind>html?|md|markdown)", re.IGNORECASE)


def file_named(text: str) -> str:
    """Return `html` or `markdown` if contents look like the name of such a file, else ""."""
    if len(text) > _LONGEST_NAME or not (named := _FILE_NAME.fullmatch(text.strip())):
        return ""
    return "markdown" if named["kind"].lower().startswith("m") else "html"


def _in_place(text: str, field: ValidationInfo) -> str:
    if (named := _NO_SPACE.match(text)) and file_named(text):
        kind, name = named.groups()
        raise mistake(
            f"there is no space after `{kind}:`, so this is one word of text",
            Remedy("Put a space after the colon:", line_of(kind, name.strip())),
        )
    if kind := file_named(text):
        raise mistake(
            f"`{text.strip()[:60]}` looks like a file's name, not like contents",
            Remedy(
                "To read them from that file, write",
                line_of(str(field.field_name), {kind: text.strip()}),
            ),
        )
    return text


def _markdown_in_place(text: str, field: ValidationInfo) -> str:
    if file_named(text) == "html" and not _NO_SPACE.match(text):
        raise mistake(
            f"`{text.strip()[:60]}` looks like a file's name, and this text is Markdown",
            Remedy(
                "Save it as a .md file, and write",
                line_of(str(field.field_name), {"markdown": "about.md"}),
            ),
        )
    return _in_place(text, field)


def _named(*endings: str) -> AfterValidator:
    def check(name: str) -> str:
        if len(name) > _LONGEST_PATH:
            raise mistake(
                f"the file's name has {len(name):,} characters, more than {_LONGEST_PATH:,}",
                "Name a file beside the outline or in a folder below it.",
            )
        if not name.lower().endswith(endings):
            raise mistake(
                f"`{name[:60]}` does not end in {' or '.join(endings)}",
                "Contents come from .html files (html:) and .md files (markdown:).",
            )
        return name

    return AfterValidator(check)


def _pattern(ending: str) -> str:
    return rf"^(?!/)(?!(?:[^/]*/)*\.[^/])[^\\]{{1,{_LONGEST_PATH}}}\.{ending}$"


MARKDOWN_PATH = _pattern(_MARKDOWN)


def is_markdown_path(text: str) -> bool:
    """Return whether a text can be the path of a Markdown file."""
    is_one = "\n" not in text and len(text) <= _LONGEST_PATH
    return is_one and text.lower().endswith((".md", ".markdown"))


def _path(ending: str) -> FieldInfo:
    """Describe the names of content files to editors, as `outlines.content_files` checks them."""
    return shaped(
        _pattern(ending),
        "Name a file beside the outline or in a folder below it: .html for html, .md for markdown.",
    )


class ContentFile(BaseModel):
    """A file beside the outline or in a folder below it, as in {markdown: first-week.md}."""

    model_config = ConfigDict(
        **STRICT,
        title="A file",
        json_schema_extra={  # `_one_file`, for editors
            "oneOf": [
                {"properties": {name: {"type": "string"}}, "required": [name]}
                for name in ("html", "markdown")
            ]
        },
    )

    html: Annotated[str, _named(".html", ".htm"), _path("[hH][tT][mM][lL]?")] | None = Field(
        None,
        title="An HTML file",
        description="Its path from the outline's folder.",
        examples=["welcome.html"],
    )
    markdown: (
        Annotated[
            str,
            _named(".md", ".markdown"),
            _path(_MARKDOWN),
        ]
        | None
    ) = Field(
        None,
        title="A Markdown file",
        description="Its path from the outline's folder. CommonMark, with tables.",
        examples=["welcome.md"],
    )

    @model_validator(mode="after")
    def _one_file(self) -> ContentFile:
        if (self.html is None) == (self.markdown is None):
            raise mistake(
                "contents must name one file: either html or markdown",
                coded("Write `{html: welcome.html}` or `{markdown: welcome.md}` after its colon."),
            )
        return self


class MarkdownFile(Fields):
    """A Markdown file beside the outline or in a folder below it, as in {markdown: about.md}."""

    model_config = ConfigDict(**STRICT, title="A Markdown file")

    markdown: Annotated[str, _named(".md", ".markdown"), _path(_MARKDOWN)] = Field(
        title="A Markdown file",
        description="Its path from the outline's folder.",
        examples=["about.md"],
    )


_NO_FILE_NAME = rf"^(?!\s{{0,9}}[^\s<>]{{1,200}}\.{_PAGES}\s{{0,9}}$)"
InPlace: TypeAlias = Annotated[
    str,
    AfterValidator(_in_place),
    shaped(
        _NO_FILE_NAME,
        "This looks like a file's name: write {html: welcome.html} or {markdown: welcome.md}.",
    ),
]
InContents: TypeAlias = Annotated[
    Annotated[ContentFile, Tag(MAPPING)] | Annotated[InPlace, Tag(PLAIN)], Discriminator(form)
]
InMarkdown: TypeAlias = Annotated[
    Annotated[MarkdownFile, Tag(MAPPING)]
    | Annotated[
        str,
        AfterValidator(_markdown_in_place),
        shaped(_NO_FILE_NAME, "This looks like a file's name: write {markdown: about.md}."),
        Tag(PLAIN),
    ],
    Discriminator(form),
]
