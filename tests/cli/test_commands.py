"""Every command that a message shows can be pasted: the command line reads it as it is meant."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from harness import ROOT, write_outline
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from shares import examples

from coursesync.ci.annotate import notice
from coursesync.cli import _cli as root
from coursesync.cli.line import (
    HAS_NO_TARGET,
    WORKSPACE_IS_AN_ARGUMENT,
    WORKSPACE_IS_AN_OPTION,
    place,
)
from coursesync.errors import Command, Remedy, Shell
from coursesync.render.markdown_escape import with_code
from coursesync.render.templates import in_html
from coursesync.text import disarmed, on_one_line, without_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness import CommandLine

PACKAGE = ROOT / "coursesync"
WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
NASTY = st.sampled_from(
    ["", " ", "a  b", "'", '"', "`", "$HOME", "\\", "\n", "-x", "--", "--out", "\x1b[2J", "\u202e"]
)
ANY = WORD | NASTY | st.builds("{}{}".format, NASTY, WORD)


@cache
def command_named(name: str) -> click.Command:
    """Return the real command of a name, such as `state rm`; fails if there is none."""
    found: click.Command = root
    for word in name.split():
        assert isinstance(found, click.Group)
        _, below, _ = found.resolve_command(click.Context(found), [word])
        assert below is not None, name
        found = below
    return found


def names(group: click.Group, above: str = "") -> Iterator[str]:
    """Yield the name of every command below a group."""
    for child in group.list_commands(click.Context(group)):
        command = command_named(f"{above}{child}")
        if isinstance(command, click.Group):
            yield from names(command, f"{above}{child} ")
        else:
            yield f"{above}{child}"


def parsed(words: Sequence[str]) -> click.Context:
    """Read words as the command line does; raises what it raises where they are wrong."""
    program, *rest = words
    assert program == "coursesync"
    group = [*rest[:2]] if rest[0] in {"state", "sandbox"} else [rest[0]]
    name = " ".join(group)
    return command_named(name).make_context(
        name, [*rest[len(group) :]], parent=click.Context(root, info_name="coursesync")
    )


def in_shell(text: str) -> list[str]:
    """Return the words that bash makes of a line."""
    ran = subprocess.run(
        ["/bin/bash", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True
    )
    return ran.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@dataclass(frozen=True)
class Written:
    """A command in the program's source: its arguments and options, as far as they are literal."""

    place: str
    name: str
    arguments: tuple[str | None, ...]
    options: tuple[tuple[str, str | bool | None], ...]

    def __str__(self) -> str:
        return f"{self.place} {self.name}"


def written_in(path: Path) -> Iterator[Written]:
    """Yield every command that a module makes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Command"):
            continue
        name, *arguments = node.args
        if not isinstance(name, ast.Constant):
            continue  # what is made of another command
        yield Written(
            f"{path.relative_to(PACKAGE)}:{node.lineno}",
            str(name.value),
            tuple(
                str(each.value) if isinstance(each, ast.Constant) else None for each in arguments
            ),
            tuple(
                (each.arg, _literal(each.value)) for each in node.keywords if each.arg is not None
            ),
        )


def _literal(node: ast.expr) -> str | bool | None:
    if not isinstance(node, ast.Constant):
        return None
    return node.value is True or str(node.value)


def sample(parameter: click.Parameter) -> str:
    """Return something that a parameter takes."""
    match parameter.type:
        case click.Choice() as choice:
            return str(choice.choices[0])
        case click.types.IntParamType():
            return "4711"
        case _:
            return "section.a.b"


IN_SOURCE = [
    each
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.parent.name != "errors"
    for each in written_in(path)
]


@pytest.mark.parametrize("written", IN_SOURCE, ids=str)
def test_each_command_of_a_message_is_one(written: Written) -> None:
    """The real command line has it, with these options, and takes so many arguments."""
    known = command_named(written.name)
    arguments = [each for each in known.params if isinstance(each, click.Argument)]
    options = {
        each.opts[0].removeprefix("--").replace("-", "_"): each
        for each in known.params
        if isinstance(each, click.Option)
    }
    several = [each for each in arguments[-1:] if each.nargs == -1]
    placeholder = re.compile("[A-Z]+")
    given_arguments = [
        sample(parameter) if value is None or placeholder.fullmatch(value) else value
        for parameter, value in zip(
            chain(arguments, cycle(several)), written.arguments, strict=False
        )
    ]
    given_options: dict[str, str | bool] = {}
    for name, value in written.options:
        if name == "help":
            continue
        option = options[name]
        is_open = value is None or (isinstance(value, str) and placeholder.fullmatch(value))
        assert option.is_flag or value is not True
        given_options[name] = option.is_flag or (sample(option) if is_open else str(value))
    assert len(given_arguments) == len(written.arguments)

    parsed(Command(written.name, *given_arguments, **given_options).in_words().words)


def test_what_is_marked_as_code_is_no_command() -> None:
    """A command, and an option of one, is a value that is quoted: never a part of a text."""
    marked = [
        code
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"coded", "Code"}
        for code in re.findall("`(.*?)`", ast.unparse(node)) or [ast.unparse(node.args[0])[1:-1]]
    ]

    assert len(marked) > 60
    command = re.compile("--(?!-)|(coursesync|git|ls|mv|cp|rm|pip) ")
    assert [each for each in marked if command.match(each)] == []


def test_the_source_was_read() -> None:
    """The commands are found, of every kind."""
    assert len(IN_SOURCE) > 40
    assert {each.name for each in IN_SOURCE} >= {
        *("apply", "plan", "drift", "fmt", "import", "resolve", "state rm", "state mv", "validate")
    }


@pytest.mark.parametrize("name", [*names(root)])
def test_each_command_is_given_the_workspace_and_target_as_it_takes_them(name: str) -> None:
    """What adds them to a command knows how the command has them."""
    parameters = {each.name: each for each in command_named(name).params}
    workspace = parameters.get("workspace")

    assert isinstance(workspace, click.Argument) == (name in WORKSPACE_IS_AN_ARGUMENT)
    assert isinstance(workspace, click.Option) == (name in WORKSPACE_IS_AN_OPTION)
    assert ("base_url" not in parameters) == (name in HAS_NO_TARGET)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(ANY, min_size=1, max_size=6))
@example(["\udcff", "##[error]", "::error::", "\u3164", "\U000e0061", "\x85", "é\u0301"])
def test_a_shell_reads_the_words_back(words: list[str]) -> None:
    """Whatever they hold; and nothing of them can be mistaken by a terminal, a reader or a log."""
    written = str(Shell(*words))

    assert in_shell(written) == words
    if "$'" not in written:
        assert shlex.split(written) == words
    assert written.isprintable()
    assert written == without_unseen(written) == on_one_line(written) == disarmed(written)


@settings(max_examples=examples(100), deadline=None)
@given(ANY.filter(bool), ANY.filter(bool), ANY.filter(bool), ANY.filter(bool))
@example("-x", "--out", "-", "--")
def test_the_command_line_reads_a_command_as_it_is_meant(
    workspace: str, state: str, out: str, address: str
) -> None:
    """With the workspace and the target of the command that runs, whatever these are called."""
    typed = ["coursesync", "drift", f"--state={state}", "--", workspace]
    with parsed(typed) as running:
        plan = parsed(in_shell(str(place(Command("plan", out=out, full=True)))))
        moved = parsed(in_shell(str(place(Command("state mv", address, "section.a.b")))))
        checked = parsed(in_shell(str(place(Command("validate")))))

    assert plan.params["workspace"] == running.params["workspace"]
    assert moved.params["workspace"].folder == running.params["workspace"].folder
    assert plan.params["state"] == moved.params["state"] == state
    assert plan.params["out"] == Path(out)
    assert plan.params["full"] is True
    assert moved.params["address"] == address
    assert checked.params["workspace"] == running.params["workspace"]


class _Code(HTMLParser):
    """The text of an HTML document, and that of its code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.code: list[str] = []
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) == ("code", [])
        self._inside = True
        self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert tag == "code"
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[-1] += data


@settings(max_examples=examples(100))
@given(st.lists(ANY, min_size=1, max_size=4))
@example(["`", "``", "a  b", "<b>", "&amp;", "%0A"])
def test_a_command_is_code_in_each_form(words: list[str]) -> None:
    """Markdown, HTML and annotations have it to the letter, and nothing in it means anything."""
    command = Shell("coursesync", *words)
    sentence = Remedy("See:", command, "first.")
    (paragraph,) = [each for each in MarkdownIt().parse(with_code(sentence)) if each.children]
    code = [each.content for each in paragraph.children or () if each.type == "code_inline"]
    annotation = notice("wrong", sentence)
    shown = str(command) if "`" in str(command) else f"`{command}`"

    assert code == [str(command)]
    assert _Code(in_html(sentence)).code == [str(command)]
    assert annotation.replace("%25", "%") == f"::error::wrong%0ASee: {shown} first."


def test_a_plan_file_may_have_any_name(cli: CommandLine, courses: Path) -> None:
    """The command that applies it is printed so that it names this very file."""
    write_outline(courses, "a", 4711, "One")
    name = "a  plan's \x1b[2J.json"
    planned = cli("plan", "--out", name)
    printed = (
        planned.err.strip().splitlines()[-1].strip().removeprefix("To apply exactly this plan:")
    )

    assert planned.code == 0
    assert "\x1b" not in planned.err
    assert in_shell(printed) == ["coursesync", "apply", "courses", "--plan", name]


WRONG = (
    ("plan", "my courses", "--out", "a plan.json"),
    ("apply", "my courses", "--sandbox"),
    ("apply", "my courses", "--plan", "missing.json"),
    ("import", "-w", "my courses"),
    ("state", "show", "section.a.none", "-w", "my courses"),
    ("state", "rm", "section.a.none", "-w", "my courses", "--sandbox"),
    ("resolve", "section.a.none", "-w", "my courses"),
    ("fmt", "--check", "my courses"),
)


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_a_run_suggests_can_be_typed(
    cli: CommandLine, courses: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command that a message shows is one, for the workspace that was named."""
    monkeypatch.chdir(cli.cwd)
    write_outline(courses, "a", 4711, "One")
    courses.rename(courses.parent / "my courses")
    ran = cli(*arguments)
    printed = re.findall(r"^ *(coursesync \w.*)$", ran.err + ran.out, re.MULTILINE)
    suggested = [re.sub(r"\b(N|ID|ADDRESS)\b", "4711", command) for command in printed]
    workspaces = [parsed(in_shell(each)).params["workspace"].folder for each in suggested]

    assert set(workspaces) == {Path("my courses")}


def test_a_failure_is_for_the_workspace_that_was_named(cli: CommandLine, courses: Path) -> None:
    """Also where it comes before the workspace is opened; a folder may begin with a hyphen."""
    courses.rename(courses.parent / "-my courses")
    failed = cli("apply", "--plan", "missing.json", "--auto-approve", "--", "-my courses")

    assert failed.code == 1
    assert "coursesync plan --out FILE -- '-my courses'" in failed.err


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every text of a module that is no docstring, with an X for what is put into it."""
    inside = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                inside.add(docstring)
            case ast.JoinedStr(values=values):
                inside |= {each for each in values if isinstance(each, ast.Constant)}
                parts = (str(e.value) if isinstance(e, ast.Constant) else "X" for e in values)
                yield node.lineno, "".join(parts)
            case ast.Constant(value=str(text)) if node not in inside:
                yield node.lineno, text


LAYOUTS = {"render/differences.py", "render/terminal.py"}  # rows in columns


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if "sandbox" not in str(path)],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_text_marks_commands_up(path: Path) -> None:
    """What is to be typed is a value: no text sets it apart with blanks, or names the program."""
    if str(path.relative_to(PACKAGE)) in LAYOUTS:
        return
    marked = [
        (line, text)
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if re.search(r"\S {2,}(?=\S)(?!\[default)", text) and "\n" not in text
    ]

    assert marked == []
