"""The packages and who may know whom, read from the source of every module; nothing is imported.

Data flows one way, and imports run one way: each row may know itself and the rows above it.

| package      | owns                                                                |
|--------------|---------------------------------------------------------------------|
| `version`    | the version                                                         |
| `errors`     | the tree of failures, and a place in a file                         |
| `text`       | how numbers, times and text from elsewhere are written and read     |
| `files`      | reading and writing a file as a whole                               |
| `kinds`      | what can be managed                                                 |
| `state`      | what we know we sent                                                |
| `outlines`   | from YAML to an outline, and back                                   |
| `nexudus`    | the API; `nexudus.embedded` alone knows the sandbox                 |
| `planning`   | what is wanted against what is known                                |
| `applying`   | a plan carried out                                                  |
| `render`     | for people and programs                                             |
| `operations` | what a command or a script can ask for                              |
| `ci`         | what a job in a forge is told                                       |
| `cli`        | the terminal; it may know the sandbox                               |

`sandbox` knows nothing of coursesync but itself. `__init__` offers what the others have, and
`__main__` is the command line. A module is pure unless `WORLD` or `WIRING` names it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest
from harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "coursesync"
ROWS = (
    *("version", "errors", "text", "files", "kinds", "state", "outlines", "nexudus", "planning"),
    *("applying", "render", "operations", "ci", "cli"),
)
# what stands in no row: it knows nothing, or everything
APART = {"sandbox", "__init__", "__main__"}
MOST_NAMES, MOST_LINES, LONGEST_FUNCTION = 17, 330, 50
WORLD = {  # the files that touch it themselves: file systems, clocks, sockets, the terminal
    "cli",
    *(
        "ci.annotate",
        "ci.event",
        "ci.merging",
        "ci.outputs",
        "ci.plan",
        "ci.pull_branch",
        "ci.record",
        "ci.repository",
        "ci.tree_plan",
        "files",
        "files.git_tree",
        "files.run_git",
        "nexudus.client",
        "nexudus.clock",
        "nexudus.embedded",
    ),
    *(
        "nexudus.request_log",
        "nexudus.watchdog",
        "nexudus.wire",
        "operations.config",
        "operations.site",
    ),
    *("operations.access", "operations.carry_over", "operations.doctor"),
    *("operations.surroundings", "operations.in_git"),
    *("operations.drafts", "operations.fmt", "operations.import_files", "operations.init"),
    *("operations.forge_files", "operations.new", "operations.origin"),
    *("operations.locate", "operations.plan", "operations.reading"),
    *("operations.preview", "operations.preview_files"),
    *(
        "operations.receipts",
        "operations.state",
        "operations.stores",
        "operations.workspace",
        "outlines.content_files",
        "outlines.file_names",
        "outlines.folder",
        "files.ask_git",
    ),
    *(
        "outlines.pieces_reader",
        "outlines.rendering",
        "outlines.rendering_process",
        "outlines.rewriting",
        "outlines.schema",
        "outlines.updating",
        "outlines.yaml_reader",
        "outlines.yaml_stops",
        "outlines.yaml_values",
    ),
    *("state.disk", "state.file_store", "state.git_store", "state.lock"),
    "state.state_branch",
}
WIRING = {  # the files that touch it by calling those, and in no other way
    *(
        "ci.instructions.answering",
        "ci.apply",
        "ci.comment",
        "ci.drift",
        "ci.forges.job_forge",
        "ci.results.last_state",
        "ci.main_workspace",
        "ci.merge_plan",
        "ci.forges.setup",
        "ci.trees",
    ),
    *("operations.adopt", "operations.apply", "operations.import_", "operations.pull"),
    *("operations.pages", "operations.pull_drafts", "operations.pull_new", "operations.remote"),
    *("operations.orphans", "operations.take_over"),
    *("outlines.advising", "outlines.assets", "outlines.edit"),
    "outlines.item_files",
    *("outlines.places", "outlines.placing", "outlines.rearranging"),
    *("outlines.workspace_files", "planning.plan_file"),
    *("state.lease", "state.local_copy", "state.state_tip"),
}
# what may be imported anywhere: it computes, and does nothing
PURE_LIBRARIES = {
    *("__future__", "abc", "base64", "bisect", "bs4", "collections", "contextlib", "copy"),
    "dataclasses",
    *("deepdiff", "difflib", "email.utils", "enum", "errno", "functools", "hashlib", "html"),
    *("http.HTTPStatus", "idna", "ipaddress", "itertools", "json", "markdown_it", "markdownify"),
    *(
        "markupsafe",
        "math",
        "nh3",
        "pydantic",
        "pydantic_core",
        "re",
        "rich.cells",
        "shlex",
        "textwrap",
        "tomllib",
        "types",
        "typing",
    ),
    *("unicodedata", "urllib.parse", "warnings", "zlib"),
    *("posixpath.dirname", "posixpath.join", "posixpath.normpath"),
    # by these names, so that templates that are read from a disk are seen
    *("jinja2.DictLoader", "jinja2.Environment", "jinja2.StrictUndefined"),
    # as are these, for a clock that is read
    *("datetime.UTC", "datetime.datetime", "datetime.timedelta"),
}
EFFECTS = {
    *("open", "print", "input", "exec", "eval", "__import__", "breakpoint"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
METHODS = {  # of a path, whoever hands it over
    *(
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "iterdir",
        "rglob",
        "mkdir",
        "unlink",
    ),
    *("rmdir", "touch", "chmod", "lstat", "is_file", "is_dir", "is_symlink", "exists", "resolve"),
    *("samefile", "hardlink_to", "symlink_to", "expanduser", "open", "glob", "stat", "rename"),
    *("walk", "readlink"),
}
ONLY = {  # what only these may import, at whatever level
    "httpx": ("nexudus.client", "nexudus.embedded", "nexudus.wire"),
    "ruamel": (
        *("outlines.pieces_reader", "outlines.yaml_reader", "outlines.yaml_stops"),
        "outlines.yaml_values",
    ),
    "filelock": ("state.lock",),
    "click": ("cli", "ci"),
    # it parses and cleans text; but only these two need it
    "nh3": ("outlines.advice.contents", "render.review.sanitise"),
    "deepdiff": ("render.differences",),
    "jinja2": ("render.templates",),
    "packaging": ("operations.config",),
    "rich": ("cli.session", "text.cells"),
    "werkzeug": ("sandbox",),
    "sqlite3": ("sandbox",),
    # what is ours and has a checksum is read without models, which take long to import
    "pydantic": (
        *("ci.forges.api", "ci.forges.rest", "kinds.content_spec", "kinds.picture"),
        *(
            "kinds.course_spec",
            "kinds.outline_spec",
            "kinds.visibility_spec",
            "kinds.lesson_spec",
            "kinds.section_spec",
            "kinds.spec",
            "kinds.unlock_spec",
            "nexudus.outcome",
            "nexudus.records",
        ),
        *("outlines.mistakes", "outlines.models", "outlines.outline", "outlines.schema"),
        "outlines.slip",
        "planning.plan_file",
    ),
    # by a string, what is imported is not seen here
    "importlib.import_module": ("__init__", "cli"),
}
MAY_KNOW_THE_SANDBOX = {"nexudus.embedded", "cli.commands.sandbox", "cli.serving"}


@dataclass(frozen=True)
class Import:
    """One imported name: what, on which line, and whether a type checker alone makes it."""

    name: str
    line: int
    only_for_types: bool


@dataclass(frozen=True)
class Module:
    """A module of coursesync by its name within the package, and what stands in it."""

    name: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that the module is in, or its own name where it is in none."""
        return self.name.partition(".")[0]

    def is_of(self, names: set[str]) -> bool:
        """Say whether it, or its package as a whole, is one of these."""
        return bool({self.name, self.package} & names)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, wherever it stands."""
        return tuple(_imports(self.tree, only_for_types=False))

    def own(self) -> Iterator[Import]:
        """Find every import of another module of coursesync, named within the package."""
        for found in self.imports:
            top, _, inner = found.name.partition(".")
            if top == "coursesync":
                yield Import(inner, found.line, found.only_for_types)


def _imports(node: ast.AST, *, only_for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, only_for_types)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide which package is meant"
        for alias in node.names:
            yield Import(f"{node.module}.{alias.name}", node.lineno, only_for_types)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for statement in node.body:
            yield from _imports(statement, only_for_types=True)
        for statement in node.orelse:
            yield from _imports(statement, only_for_types=only_for_types)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, only_for_types=only_for_types)


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


def is_of(name: str, names: set[str]) -> bool:
    """Say whether an imported name is one of these, or below one."""
    return any(name == each or name.startswith(f"{each}.") for each in names)


def named(*, but: set[str]) -> list[str]:
    """Name the modules, except these and the modules of these packages."""
    return [name for name, module in modules().items() if not module.is_of(but | APART)]


def effects_of(module: Module) -> list[tuple[str, int]]:
    """Find where a module imports what may touch the world, or calls for it without an import."""
    found = [
        (each.name, each.line)
        for each in module.imports
        if not each.only_for_types and not is_of(each.name, PURE_LIBRARIES | {"coursesync"})
    ]
    calls = [node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return found + [
        (ast.unparse(called), called.lineno)
        for called in calls
        if ast.unparse(called) in EFFECTS
        or (isinstance(called, ast.Attribute) and called.attr in METHODS)
    ]


def calls_the_world(module: Module) -> list[Import]:
    """Find the imports of modules that touch the world, except imports for types."""
    called = [each for each in module.own() if not each.only_for_types]
    return [each for each in called if modules()[target(each.name)].is_of(WORLD | WIRING | APART)]


@pytest.mark.parametrize("name", named(but=WORLD))
def test_a_pure_module_touches_no_world(name: str) -> None:
    """Files, sockets, clocks, randomness, processes and the terminal stay outside."""
    assert effects_of(modules()[name]) == []


@pytest.mark.parametrize("name", named(but=WORLD | WIRING))
def test_a_pure_module_calls_no_other(name: str) -> None:
    """What touches the world is not called from a pure module; its types may be named."""
    assert calls_the_world(modules()[name]) == []


@pytest.mark.parametrize("name", sorted(WORLD))
def test_what_touches_the_world_does(name: str) -> None:
    """The list of such files names none that could be pure."""
    inside = [each for each in modules().values() if each.is_of({name})]

    assert any(map(effects_of, inside))


@pytest.mark.parametrize("name", sorted(WIRING))
def test_what_is_wired_calls_the_world(name: str) -> None:
    """The list of such files names none that could be pure."""
    assert calls_the_world(modules()[name])


def test_every_package_has_its_row() -> None:
    """What is new at the top is put into the table first; there are 17 names at the most."""
    tops = {module.package for module in modules().values()}

    assert tops == {*ROWS, *APART}
    assert len(tops) <= MOST_NAMES


@pytest.mark.parametrize("name", [name for name in modules() if modules()[name].package in ROWS])
def test_imports_run_one_way(name: str) -> None:
    """A module knows its own package and those above it in the table, for types too."""
    module = modules()[name]
    above = {*ROWS[: ROWS.index(module.package) + 1]}
    known = above | ({"sandbox"} if name in MAY_KNOW_THE_SANDBOX else set())

    met = {target(each.name) for each in module.own()}

    assert sorted(each for each in met if each.partition(".")[0] not in known) == []


@pytest.mark.parametrize(
    "name", [name for name in modules() if modules()[name].package == "sandbox"]
)
def test_the_sandbox_knows_nothing_of_coursesync(name: str) -> None:
    """The vendor's stand-in shares no code with the client: shared models hide shared mistakes."""
    assert [each for each in modules()[name].own() if not is_of(each.name, {"sandbox"})] == []


@pytest.mark.parametrize(("library", "places"), ONLY.items())
def test_a_library_is_known_in_few_places(library: str, places: tuple[str, ...]) -> None:
    """What talks HTTP, YAML, locks or to the terminal is imported where that is done."""
    strangers = [
        (name, each.line)
        for name, module in modules().items()
        for each in module.imports
        if is_of(each.name, {library}) and not each.only_for_types and not module.is_of({*places})
    ]

    assert strangers == []


@pytest.mark.parametrize("name", modules())
def test_a_module_is_read_in_one_go(name: str) -> None:
    """No file and no function is too long; a docstring does not count."""
    tree = modules()[name].tree
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    assert (tree.body[-1].end_lineno or 0) <= MOST_LINES
    assert [each.name for each in functions if _length(each) > LONGEST_FUNCTION] == []


def _length(function: ast.FunctionDef) -> int:
    told = ast.get_docstring(function, clean=False)
    lines = (function.end_lineno or 0) - function.lineno + 1
    return lines - (told.count("\n") + 1 if told else 0)


def test_a_change_holds_all_that_apply_needs() -> None:
    """Apply calls no planner, and looks no entry up in the state: the plan has what it needs."""
    planners = {"planning.diff"}
    met = {
        (name, target(each.name))
        for name, module in modules().items()
        if module.package == "applying"
        for each in module.own()
    }
    looked_up = [
        (name, node.lineno)
        for name in ("applying.apply", "applying.settle", "applying.recheck", "applying.write")
        for node in ast.walk(modules()[name].tree)
        if isinstance(node, ast.Attribute) and node.attr == "entries"
    ]

    assert [each for each in met if each[1] in planners] == []
    assert looked_up == []


def test_data_flows_one_way() -> None:
    """Among the modules there is no circle, whether they are imported for types or when called."""
    graph = {
        name: {target(each.name) for each in module.own()} - {name}
        for name, module in modules().items()
    }

    assert list(TopologicalSorter(graph).static_order())


def test_no_function_hides_a_module() -> None:
    """What a package itself offers bears no name of a module in it: to import that gives it."""
    hidden = [
        name
        for name in modules()
        if name.rpartition(".")[2] in _offered(modules()[name.rpartition(".")[0] or "__init__"])
    ]

    assert hidden == []


def _offered(package: Module) -> set[str]:
    """Name what a module defines or imports at its top, and what the public API offers."""
    names = {each.name.rpartition(".")[2] for each in package.imports}
    for node in package.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {ast.unparse(each) for each in node.targets}
    return names


def test_no_module_is_called_after_what_it_is_not() -> None:
    """No module is a drawer for what has no place: no utils, helpers, common, core, services."""
    drawers = {"utils", "helpers", "common", "core", "services", "misc"}

    assert [name for name in modules() if drawers & set(name.split("."))] == []


def test_every_module_says_what_it_owns() -> None:
    """A module opens with a docstring."""
    assert [name for name, module in modules().items() if not ast.get_docstring(module.tree)] == []


def test_the_tree_of_failures_is_drawn_whole() -> None:
    """The docstring of `errors` draws each class of its two families below its base class."""
    drawn, above = set(), ["", ""]
    for text in (ast.get_docstring(modules()["errors"].tree) or "").splitlines():
        if (found := re.match(r"((?:│   )?[├└]── )?([A-Z]\w+) {2}", text)) is not None:
            depth = len(found[1] or "") // 4
            above[depth:] = [found[2]]
            drawn.add((found[2], above[depth - 1] if depth else "Exception"))
    names = {name for name, _ in drawn}
    classes = [
        (node.name, ast.unparse(base))
        for module in modules().values()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    ]

    assert {("CoursesyncError", "Exception"), ("Denied", "Stop")} <= drawn
    assert {each for each in classes if names & set(each)} == drawn
