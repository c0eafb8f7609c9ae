"""Every message of the program, read from its source: what people may see on their screens.

Run as a script it writes them down, a file a package, for the test that compares them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PACKAGE = HERE.parent.parent / "coursesync"
# the docstrings of commands are their help
_HELP = PACKAGE / "cli"
_WORDS = re.compile(r"[A-Za-z]{2,}[ ,.:;?!]+\S*[A-Za-z]{2,}|[A-Za-z]{3,}[.?!:]$")
_TYPE = re.compile(r"\w+\[.*\]$")


def messages() -> dict[str, str]:
    """Return the text of each file of words, by its name; the sandbox's words are the vendor's."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").parts
        if module[0] == "sandbox" or not (lines := sorted(set(_messages(path)))):
            continue
        found.setdefault(f"{module[0]}.txt", []).extend([f"# {'.'.join(module)}", *lines, ""])
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".html", ".js"}:
            name = path.relative_to(PACKAGE).as_posix()
            found["render.txt"].extend([f"# {name}", *sorted(set(_shown_by(path))), ""])
    return {name: "\n".join(lines) for name, lines in found.items()}


def _shown_by(path: Path) -> Iterator[str]:
    """Yield what a template or a script of a page shows."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        found = re.findall(r'"[^"\n]*"|`[^`]*`', text)
    else:
        bare = re.sub(r"\{[%{#].*?[%}#]\}", "{}", text).replace("<", "\n<").replace(">", ">\n")
        found = [line for line in bare.split("\n") if not line.startswith("<")]
    yield from (" ".join(each.split()) for each in found if _WORDS.search(each))


def _messages(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in inside or (id(node) in docstrings and not _is_help(path)):
            continue
        text = _text(node)
        if text is not None and _WORDS.search(text) and not _TYPE.match(text):
            yield " ".join(text.split())


def _is_help(path: Path) -> bool:
    return path.is_relative_to(_HELP / "commands")


def _text(node: ast.AST) -> str | None:
    """Return the text of a literal; what is filled in stands as {}."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
    )


def main() -> None:
    """Write the words down, and drop the files of packages that are no more."""
    words = messages()
    for path in HERE.glob("*.txt"):
        if path.name not in words:
            path.unlink()
    for name, text in words.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
