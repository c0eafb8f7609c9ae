"""Writes the tables of docs/reference.md that come from the code.

A table is between two comments that name it. Its rows, and what the code says of each, come from
the code: hover texts, helps, docstrings. Where the code says nothing, the last cell is written by
hand in the page, and stays.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Literal,
    NamedTuple,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import click
from docs.pages import REFERENCE
from harness import PROGRAM, ROOT

import coursesync
from coursesync.cli import _cli as root
from coursesync.errors import ExitCode
from coursesync.kinds import ITEMS
from coursesync.kinds.inline import line_of
from coursesync.nexudus.limits import PUBLISHED
from coursesync.operations.config import Config
from coursesync.operations.config_fields import FIELDS
from coursesync.outlines.advice.rule import Rule
from coursesync.state.journal import Header, Step
from coursesync.state.state import Candidate, CompleteCourse, Doubt, Entry, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.kinds.tree import Value

COMMAND = "make reference"
_TABLE = re.compile(
    r"(?P<begin><!-- from the code: (?P<name>[\w ]+) -->\n)(?P<body>.*?)(?P<end><!-- end -->)",
    re.DOTALL,
)
_COLUMN = re.compile(r"(?<!\\)\|")


class Row(NamedTuple):
    """A row of a table: its cells, and what the code says in the last one, "" for nothing."""

    cells: tuple[str, ...]
    words: str = ""


def rewritten(page: str) -> str:
    """Return the page with its tables as the code has them now."""
    return _TABLE.sub(lambda found: found["begin"] + _body(found) + found["end"], page)


def _body(found: re.Match[str]) -> str:
    made = MADE[found["name"]]()
    if isinstance(made, str):
        return made
    kept = dict(_by_hand(found["body"]))
    head = found["body"].split("\n")[:2]
    lines = [
        f"| {' | '.join((*row.cells, row.words or kept.get(row.cells[0], '')))} |" for row in made
    ]
    return "\n".join([*head, *lines, ""]).replace("|  |", "| |")


def _by_hand(body: str) -> Iterator[tuple[str, str]]:
    for line in body.split("\n")[2:]:
        _, *cells, _ = _COLUMN.split(line) if line else ("", "", "")
        yield cells[0].strip(), cells[-1].strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _fields_of(schema: Mapping[str, object]) -> list[Row]:
    properties = cast("dict[str, dict[str, object]]", schema["properties"])
    needed = cast("list[str]", schema.get("required", []))
    return [
        Row(
            (f"`{name}`", "required" if name in needed else "", _example(name, each)),
            _cell(str(each["description"])),
        )
        for name, each in properties.items()
    ]


def _example(name: str, field: Mapping[str, object]) -> str:
    snippets = cast("list[dict[str, Value]]", field.get("defaultSnippets", []))
    examples = cast("list[Value]", field.get("examples", []))
    others = [each for each in examples if each != field.get("default")]
    for example in (*(each["body"] for each in snippets), *others):
        return f"`{line_of(name, example).text}`"
    return ""


def _outline_fields() -> list[Row]:
    return _fields_of(coursesync.schema())


def _course_fields() -> list[Row]:
    definitions = cast("dict[str, dict[str, object]]", coursesync.schema()["definitions"])
    return _fields_of(definitions["CourseSpec"])


def _item_fields(name: str) -> Callable[[], list[Row]]:
    def rows() -> list[Row]:
        definitions = cast("dict[str, dict[str, object]]", coursesync.schema()["definitions"])
        order = [field.name for field in ITEMS[name].fields]
        last = len(order)
        found = _fields_of(definitions[name.capitalize()])
        names = {row: row.cells[0].strip("`") for row in found}
        return sorted(
            found, key=lambda row: order.index(names[row]) if names[row] in order else last
        )

    return rows


def _commands(group: click.Group, above: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(above):
        _, command, _ = group.resolve_command(above, [name])
        assert command is not None
        context = click.Context(command, info_name=name, parent=above, max_content_width=9_999)
        context.terminal_width = 9_999  # an option's help on one line
        if isinstance(command, click.Group):
            yield from _commands(command, context)
        else:
            yield context


def _every_command() -> list[click.Context]:
    assert isinstance(root, click.Group)
    return [*_commands(root, click.Context(root, info_name="coursesync"))]


def _usage(context: click.Context) -> str:
    pieces = context.command.collect_usage_pieces(context)
    return " ".join((context.command_path, *(each for each in pieces if each != "[OPTIONS]")))


def _command_table() -> list[Row]:
    return [Row((f"`{_cell(_usage(each))}`",), _cell(_short(each))) for each in _every_command()]


def _short(context: click.Context) -> str:
    """Return what the list of its group says of a command."""
    group = cast("click.Context", context.parent).command
    assert isinstance(group, click.Group)
    return group.commands[str(context.info_name)].get_short_help_str(200)


def _options_of(context: click.Context) -> list[click.Option]:
    params = context.command.get_params(context)
    return [each for each in params if isinstance(each, click.Option) and "--help" not in each.opts]


def _options() -> str:
    return "\n".join(map(_command, _every_command()))


def _command(context: click.Context) -> str:
    text = inspect.cleandoc(context.command.help or "")
    paragraphs = [" ".join(each.split()) for each in text.split("\n\n") if each.strip("\b\n ")]
    lines = [f"### {context.command_path}", ""]
    if (usage := _usage(context)) != context.command_path:
        lines += [f"`{usage}`", ""]
    for each in paragraphs:
        lines += [each.replace("*", "\\*").replace("<", "&lt;"), ""]
    records = filter(None, (each.get_help_record(context) for each in _options_of(context)))
    rows = [f"| `{_cell(names)}` | {_cell(words)} |" for names, words in records]
    if rows:
        lines += ["| option | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _exit_codes() -> list[Row]:
    return [Row((str(int(each)), each.name.lower().replace("_", " "))) for each in ExitCode]


def _configuration() -> list[Row]:
    made = Config()
    outlines = {"assets_url": made.outlines.assets_url, "allow": [*made.outlines.everywhere]}
    defaults = {
        name: outlines[name] if name in outlines else getattr(made, name) for name in FIELDS
    }
    return [Row((f"`{name}`", f"`{json.dumps(each)}`")) for name, each in defaults.items()]


def _limits() -> list[Row]:
    return [
        Row((f"`{each.name}`", f"{getattr(PUBLISHED, each.name):,}")) for each in fields(PUBLISHED)
    ]


def _variables() -> list[Row]:
    found: dict[str, set[str]] = {}
    for context in _every_command():
        for each in _options_of(context):
            if isinstance(each.envvar, str):
                found.setdefault(each.envvar, set()).add(f"`{each.opts[0]}`")
    return [Row((f"`{name}`",), ", ".join(sorted(found[name]))) for name in sorted(found)]


def _advice() -> list[Row]:
    return [Row((f"`{each.value}`",), _cell(each.sentence)) for each in Rule]


def _documented(*types: type) -> str:
    """Return a table of the fields of each dataclass, with what its docstring says of them."""
    return "\n".join(map(_form, types))


def _form(documented: type) -> str:
    text, _, listed = inspect.cleandoc(documented.__doc__ or "").partition("Attributes:\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", listed, re.MULTILINE)
    words = {name: _in_json(meaning) for name, meaning in entries}
    lines = [f"**{documented.__name__}.** {_cell(text)}", "", "| name | value | |", "|---|---|---|"]
    for name, hint in get_type_hints(documented).items():
        lines.append(f"| `{name}` | {_value_words(hint)} | {words.get(name, '')} |")
    return "\n".join([*lines, ""]).replace("|  |", "| |")


def _in_json(text: str) -> str:
    """Write the names of Python's values as JSON does."""
    return re.sub(r"\b(True|False)\b", lambda found: found[0].lower(), _cell(text)).replace(
        "None", "null"
    )


def _value_words(hint: object) -> str:
    """Return what JSON has for a value of a type."""
    hint = getattr(hint, "__supertype__", hint)
    parts, origin = get_args(hint), get_origin(hint)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in parts)
    if origin in {Union, UnionType}:
        return " or ".join(dict.fromkeys(map(_value_words, parts)))
    plain = {str: "text", int: "number", bool: "true or false", NoneType: "null", tuple: "list"}
    if isinstance(found := origin or hint, type) and found in plain:
        return plain[found]
    return "group"


def _state() -> str:
    return _documented(State, CompleteCourse, Entry, Doubt, Candidate)


def _journal() -> str:
    return _documented(Header, *get_args(Step))


def _sample(*arguments: str) -> dict[str, object]:
    """Return what a command prints as JSON for the examples of this project, on the sandbox."""
    with TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "courses", Path(folder) / "courses")
        shutil.rmtree(Path(folder) / "courses" / ".coursesync", ignore_errors=True)
        ran = subprocess.run(
            [PROGRAM, *arguments, "--sandbox"], cwd=folder, capture_output=True, check=True
        )
        found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


def _names_in(document: Mapping[str, object], *lists: str) -> list[Row]:
    rows = [Row((f"`{name}`",)) for name in sorted(document)]
    for each in lists:
        first = cast("list[dict[str, object]]", document[each])[0]
        rows += [Row((f"`{each}[]`: `{name}`",)) for name in sorted(first)]
    return rows


def _plan_file() -> list[Row]:
    return _names_in(_sample("plan", "onboarding", "--format", "json"), "changes")


MADE: Mapping[str, Callable[[], str | list[Row]]] = {
    "fields of a course": _outline_fields,
    "fields in course": _course_fields,
    **{f"fields of a {name}": _item_fields(name) for name in ITEMS},
    "commands": _command_table,
    "options": _options,
    "exit codes": _exit_codes,
    "configuration": _configuration,
    "limits": _limits,
    "variables": _variables,
    "advice": _advice,
    "state": _state,
    "journal": _journal,
    "plan": _plan_file,
}


if __name__ == "__main__":
    REFERENCE.path.write_text(rewritten(REFERENCE.text), encoding="utf-8")
