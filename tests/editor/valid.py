"""Whether an outline is valid, by coursesync's own modules."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from outlines.layouts import outlines

from coursesync.outlines.content_files import path_of
from coursesync.outlines.items import ItemFile, unread
from coursesync.outlines.outline import build
from coursesync.outlines.yaml_reader import parse


def contents(name: str) -> str:
    """Return contents for any file that an outline names."""
    path_of("courses/a.yaml", name)
    return "<p>Hello</p>"


def item(name: str) -> ItemFile:
    """Return a lesson for any Markdown file that an outline lists."""
    path_of("courses/a.yaml", name)
    return unread(name)


def is_valid(text: str) -> bool:
    """Return whether a text is a valid outline."""
    tree, found = parse(text, "courses/a.yaml")
    return tree is not None and not found and not build(tree, contents, read_item=item)[1]


VALID = outlines().filter(is_valid)
FEW = settings(
    deadline=None,
    max_examples=3,
    phases=[Phase.generate],  # each example takes a process, or many messages
    suppress_health_check=list(HealthCheck),
)
