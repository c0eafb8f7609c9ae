"""Every example of the documentation works: commands run, outlines are valid, Python compiles."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from cli.test_commands import command_named, in_shell, names, parsed
from docs.pages import PAGES, Block, Page
from harness import PROGRAM

from coursesync.cli import _cli as root
from coursesync.operations.config import Config, config_of

if TYPE_CHECKING:
    from pathlib import Path

    import click

NOT_RUN = "not run"
# a command of these can't run in a test
REASONS = {
    "asks before it changes anything",
    "installs the program",
    "installs the program; opens a browser",
    "needs a merge conflict",
    "needs a twin",
    "needs an account",
    "needs GitHub",
    "needs a remote",
    "opens a browser",
    "serves until Ctrl-C",
}
BLOCKS = [block for page in PAGES for block in page.blocks]
CONSOLES = [each for each in BLOCKS if each.language == "console"]
LANGUAGES = {"console", "json", "markdown", "python", "text", "toml", "yaml"}


def lines(block: Block) -> list[tuple[str, list[str]]]:
    """Return each command of a block of a console, with the output that is shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in map(str.strip, block.text.splitlines()):
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line:
            found[-1][1].append(line)
    return found


def script_of(block: Block) -> str:
    """Return a script that runs a block, and prints the exit code below each output."""
    ran = [f'{command}\nprintf "\\n[%s]\\n" "$?"' for command, _ in lines(block)]
    if block.note("in") == "a new folder":
        ran = ['pushd "$(mktemp -d -p "$HOME")" >/dev/null', *ran, "popd >/dev/null"]
    return "\n".join(ran)


def test_every_block_has_a_language_that_a_test_checks() -> None:
    """No example escapes the tests because of its language."""
    assert {str(each): each.language for each in BLOCKS if each.language not in LANGUAGES} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run_in_order(page: Page, examples: Path) -> None:
    """In a repository of the examples, on the sandbox, each succeeds and prints what is shown."""
    consoles = [each for each in page.blocks if each.language == "console"]
    consoles = [each for each in consoles if not each.note(NOT_RUN)]
    run = [(each, *pair) for each in consoles for pair in lines(each)]
    script = "\n".join(["git init --quiet", *map(script_of, consoles)])
    ran = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=examples.parent,
        env={
            "PATH": f"{PROGRAM.parent}{os.pathsep}/usr/bin:/bin",
            "HOME": str(examples.parent),
            "LANG": "C.UTF-8",
            "COURSESYNC_SANDBOX": "1",
            "COURSESYNC_SETTLING_TIME": "0.3",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    ).stdout
    outputs = re.split(r"^\[(\d+)\]\n", ran, flags=re.MULTILINE)

    assert [
        (str(block), command, code, output)
        for (block, command, _), output, code in zip(run, outputs[::2], outputs[1::2], strict=False)
        if code != "0"
    ] == []
    assert len(outputs) == 2 * len(run) + 1
    for (block, _, shown), output in zip(run, outputs[::2], strict=False):
        assert [line for line in shown if line not in output] == [], block


@pytest.mark.parametrize("block", CONSOLES, ids=str)
def test_every_command_is_one_that_the_program_has(block: Block) -> None:
    """Each `coursesync` command, run or not, has real arguments and options."""
    reason = block.note(NOT_RUN)
    assert reason is None or reason in REASONS
    for command, _ in lines(block):
        for part in re.split(r" && ", command.partition(" > ")[0]):
            if part.removeprefix(".venv/bin/").startswith("coursesync "):
                parsed(in_shell(part.removeprefix(".venv/bin/")))


def options_of(command: click.Command) -> set[str]:
    """Return the options of a command, as they are typed."""
    return {each for param in command.params for each in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_in_a_sentence_is_one_that_the_program_has(page: Page) -> None:
    """Options in the text are those of the command beside them, or else of any command."""
    known = set().union(*(options_of(command_named(name)) for name in names(root)))
    missing = []
    for code in re.findall(r"`([^`\n]+)`", page.prose):
        found = re.match(r"coursesync ((?:state |sandbox )?[a-z]+(?:-[a-z]+)*)", code)
        own = options_of(command_named(found[1])) if found else known | options_of(root)
        if found or code.startswith("--"):
            options = re.findall(r"(?<!\S)--[a-z][a-z-]+", code)
            missing += [(code, each) for each in options if each not in own | {"--help"}]

    assert missing == []


def test_every_example_in_python_compiles() -> None:
    """`test_api` runs the script; the others are at least valid."""
    for block in BLOCKS:
        if block.language == "python":
            compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "toml"], ids=str)
def test_every_configuration_is_valid(block: Block, tmp_path: Path) -> None:
    """Examples of `coursesync.toml` are read without an error."""
    (tmp_path / "coursesync.toml").write_text(block.text, encoding="utf-8")

    assert config_of(tmp_path) != Config()
