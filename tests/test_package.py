"""What is installed is what users get: the built wheel, typed, licensed, with one entry point."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import coursesync


def test_the_tests_import_the_built_wheel() -> None:
    """No test sees this checkout's sources: what they import lies in site-packages."""
    origin = Path(coursesync.__file__)

    assert origin.parent.parent.name == "site-packages"


def test_the_wheel_carries_its_types_and_its_licence() -> None:
    """Type checkers use the annotations, and the licence travels with the code."""
    files = {str(path) for path in metadata.files("coursesync") or ()}

    assert "coursesync/py.typed" in files
    assert any(path.endswith("licenses/LICENSE") for path in files)
    assert metadata.metadata("coursesync")["License-Expression"] == "MIT"


def test_the_version_stands_once() -> None:
    """The package's version is the wheel's and the program's."""
    told = subprocess.run(
        [sys.executable, "-m", "coursesync", "--version"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout

    assert told == f"coursesync {coursesync.__version__}\n"
    assert metadata.version("coursesync") == coursesync.__version__


def test_version_imports_nothing_heavy() -> None:
    """Asking for the version loads neither models, nor YAML, nor HTTP, nor a progress bar."""
    script = (
        "import sys; sys.argv = ['coursesync', '--version']\n"
        "from coursesync.cli import _run\n"
        "_run()\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    ).stdout

    assert "click" in told
    for heavy in (
        "pydantic",
        "ruamel",
        "httpx",
        "rich",
        "deepdiff",
        "werkzeug",
        "markdown_it",
        "nh3",
        "jinja2",
    ):
        assert f"'{heavy}'" not in told
