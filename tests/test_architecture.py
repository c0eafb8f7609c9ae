"""The rooms and who may know whom, read from the source of every module; nothing is imported.

| room                                     | knows                                          |
|------------------------------------------|------------------------------------------------|
| pure: every module but those below       | no I/O, clock or randomness; no other room     |
| `adapters/`                              | the world; never the command line              |
| `project`, `planning`, `connection`,     | the API of `__init__`: the pure rooms wired to |
| `online`, `recording`, `surgery`,        | the adapters; never the command line           |
| `intake`, `drafting`, `formatting`,      |                                                |
| `viewing`                                |                                                |
| `cli/`, `__main__`                       | everything; alone the terminal                 |
| `sandbox/`                               | nothing of coursesync but itself               |
| `__init__`                               | the public API: what the others offer          |
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest
from harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "coursesync"
IO = {
    *("os", "io", "sys", "pathlib.Path", "shutil", "tempfile", "glob", "fcntl", "sqlite3"),
    *("socket", "ssl", "http.client", "urllib.request", "subprocess", "multiprocessing"),
    *("time", "random", "secrets", "uuid", "threading", "asyncio", "signal", "select"),
    *("logging", "getpass", "platform", "locale", "gc", "importlib", "builtins"),
    *("httpx", "ruamel", "filelock", "click", "rich", "werkzeug"),
}
EFFECTS = {
    *("open", "print", "input", "exec", "eval", "__import__"),
    *("pathlib.Path", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
ONLY = {  # what only these rooms may import, at whatever level
    "httpx": ("adapters",),
    "ruamel": ("adapters",),
    "filelock": ("adapters",),
    "click": ("cli",),
    # it parses and cleans text and does no I/O, so a pure room may have it; but only these two
    "nh3": ("advice.contents", "render.review.model"),
    "rich": ("cli",),
    "werkzeug": ("sandbox",),
    "sqlite3": ("sandbox",),
}
WIRED = (
    *("project", "planning", "connection", "online", "recording", "surgery", "intake"),
    *("drafting", "formatting", "viewing"),
)
MAY_KNOW_THE_SANDBOX = {"adapters.embedded", "cli.sandbox", "cli.serving"}


@dataclass(frozen=True)
class Import:
    """One imported name: what, on which line, and when it takes effect."""

    name: str
    line: int
    only_for_types: bool
    at_module_level: bool


@dataclass(frozen=True)
class Module:
    """A module of coursesync by its name within the package, and what stands in it."""

    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room that the module is in."""
        first = self.name.partition(".")[0]
        outer = {"__main__": "cli", "__init__": "public", **dict.fromkeys(WIRED, "wired")}
        return first if first in {"adapters", "cli", "sandbox"} else outer.get(first, "pure")

    def imports(self) -> Iterator[Import]:
        """Find every import, wherever it stands."""
        yield from _imports(self.tree, only_for_types=False, at_module_level=True)

    def own(self) -> Iterator[Import]:
        """Find every import of another module of coursesync, named within the package."""
        for found in self.imports():
            top, _, inner = found.name.partition(".")
            if top == "coursesync":
                yield Import(inner, found.line, found.only_for_types, found.at_module_level)


def _imports(node: ast.AST, *, only_for_types: bool, at_module_level: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, only_for_types, at_module_level)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide which room is meant"
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            yield Import(name, node.lineno, only_for_types, at_module_level)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for statement in node.body:
            yield from _imports(statement, only_for_types=True, at_module_level=at_module_level)
    else:
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from _imports(
                child,
                only_for_types=only_for_types,
                at_module_level=at_module_level and not inside,
            )


@cache
def modules() -> dict[str, Module]:
    """Read every module of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = Module(name, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return found


def target(name: str) -> str:
    """Return the module that an imported name of coursesync is in."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name or "__init__"


def of_room(*rooms: str) -> list[str]:
    """Name the modules of some rooms."""
    return [name for name, module in modules().items() if module.room in rooms]


def is_of(name: str, names: set[str]) -> bool:
    """Say whether an imported name is one of these, or below one."""
    return any(name == each or name.startswith(f"{each}.") for each in names)


@pytest.mark.parametrize("name", of_room("pure"))
def test_a_pure_room_imports_no_io(name: str) -> None:
    """Files, sockets, clocks, randomness, processes and the terminal stay outside."""
    found = [each for each in modules()[name].imports() if not each.only_for_types]

    assert [each for each in found if is_of(each.name, IO)] == []


@pytest.mark.parametrize("name", of_room("pure"))
def test_a_pure_room_calls_for_no_effect(name: str) -> None:
    """No file is opened, nothing printed and no clock read through what needs no import."""
    calls = [node for node in ast.walk(modules()[name].tree) if isinstance(node, ast.Call)]
    called = [(ast.unparse(call.func), call.lineno) for call in calls]

    assert [call for call in called if call[0] in EFFECTS] == []


@pytest.mark.parametrize("name", of_room("pure"))
def test_a_pure_room_knows_no_outer_room(name: str) -> None:
    """Adapters, command line and sandbox are not known inside, not even as types."""
    outer = {"adapters", "cli", "sandbox", "__main__", *WIRED}

    assert [each for each in modules()[name].own() if is_of(each.name, outer)] == []


@pytest.mark.parametrize("name", of_room("adapters", "wired", "public"))
def test_what_scripts_use_does_not_know_the_command_line(name: str) -> None:
    """What touches the world, and what is made of it, can be used without the command line."""
    assert [each for each in modules()[name].own() if is_of(each.name, {"cli", "__main__"})] == []


@pytest.mark.parametrize("name", of_room("adapters"))
def test_an_adapter_knows_nothing_of_what_is_made_of_it(name: str) -> None:
    """The rooms that wire the adapters stand above them."""
    assert [each for each in modules()[name].own() if is_of(each.name, set(WIRED))] == []


@pytest.mark.parametrize("name", of_room("sandbox"))
def test_the_sandbox_knows_nothing_of_coursesync(name: str) -> None:
    """The vendor's stand-in shares no code with the client: shared models hide shared mistakes."""
    assert [each for each in modules()[name].own() if not is_of(each.name, {"sandbox"})] == []


def test_only_three_modules_know_the_sandbox() -> None:
    """One adapter embeds it, one command serves it, and one uses its server; nothing else does."""
    knowing = {
        name
        for name, module in modules().items()
        for each in module.own()
        if is_of(each.name, {"sandbox"}) and module.room != "sandbox"
    }

    assert knowing <= MAY_KNOW_THE_SANDBOX


@pytest.mark.parametrize(("library", "rooms"), ONLY.items())
def test_a_library_is_known_in_one_room_alone(library: str, rooms: tuple[str, ...]) -> None:
    """What talks HTTP, YAML, locks or to the terminal is imported where that is done."""
    strangers = [
        (name, each.line)
        for name, module in modules().items()
        for each in module.imports()
        if is_of(each.name, {library}) and not {module.room, name} & set(rooms)
    ]

    assert strangers == []


def test_data_flows_one_way() -> None:
    """Among the modules there is no circle, whether they are imported for types or when called."""
    graph = {
        name: {target(each.name) for each in module.own()} - {name}
        for name, module in modules().items()
    }

    assert list(TopologicalSorter(graph).static_order())


def test_no_room_is_called_after_what_it_is_not() -> None:
    """No module is a drawer for what has no place: no utils, helpers, common, core, services."""
    drawers = {"utils", "helpers", "common", "core", "services", "misc"}

    assert [name for name in modules() if drawers & set(name.split("."))] == []


def test_every_module_says_what_it_owns() -> None:
    """A module opens with a docstring."""
    assert [name for name, module in modules().items() if not ast.get_docstring(module.tree)] == []
