"""The command line: one file for each command, and what the commands share.

A command is imported when it runs, so that `--version` and completion start fast. Expected failures
become an exit code and a message on stderr here and nowhere else; a bug keeps its traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from coursesync.ci.outputs import note_end
from coursesync.cli.line import place, running
from coursesync.cli.screen import arrived, complain, prepare_streams, say, show
from coursesync.errors import CoursesyncError, ExitCode
from coursesync.text import inert, nearest
from coursesync.version import __version__

_COMMANDS = {  # with their help
    "apply": "Carry out the plan and save the Ids in the state.",
    "ci": "Run the steps of a review in a job of a forge.",
    "doctor": "Check everything that a run depends on.",
    "drift": "Show what others changed on the site since the last apply.",
    "fmt": "Format the outlines and write the missing keys.",
    "init": "Make a workspace, with a first outline or the courses of the site.",
    "import": "Put courses that exist on the site under management.",
    "new": "Add a course, or an item of one, to the outlines.",
    "open": "Open the page of a course or a record in Nexudus.",
    "pull": "Bring what people changed on the site into the outlines.",
    "plan": "Show what apply would do.",
    "preview": "Show the courses in a browser, as a member would see them.",
    "resolve": "Settle a create in doubt, or choose one of two twins.",
    "sandbox": "Run a stand-in for the Nexudus API, to try things out.",
    "schema": "Write the JSON Schema of outlines, for editors.",
    "state": "Inspect and repair the state.",
    "validate": "Check the outlines for mistakes.",
}
_NO_MEMORY = CoursesyncError(
    "there is not enough memory", "Close other programs, or raise the memory limit."
)
_COMPLETING = "_COURSESYNC_COMPLETE"  # https://click.palletsprojects.com/page/shell-completion/
_MODULES = {"import": "import_"}  # `import` is a keyword


class _Commands(click.Group):
    """Lists its commands with their help only, and imports the one that is called."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, *others = args
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        if name not in self.commands:
            near = nearest(name, self.commands)
            hint = f" Did you mean {near}?" if near else ""
            ctx.fail(f'There is no command "{inert(name, 40)}".{hint}')
        command = import_module(f"coursesync.cli.commands.{_MODULES.get(name, name)}").command
        assert isinstance(command, click.Command)  # noqa: S101 - every command's file has one
        return name, command, others

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; print its expected failure, if any, and return the exit code."""
        try:
            _check_current_folder()
            return super().invoke(ctx)
        except (CoursesyncError, MemoryError) as error:
            failure = error if isinstance(error, CoursesyncError) else _NO_MEMORY
            context = running()
            if context and context.params.get("form") == "json":
                from coursesync.render.json import compose_failure  # noqa: PLC0415 - only here

                show(compose_failure(failure, place))  # a program reads nothing else
            complain(failure)
            return failure.exit_code


@click.command(
    cls=_Commands,
    commands={name: click.Command(name, short_help=words) for name, words in _COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, message="coursesync %(version)s")
def _cli() -> None:
    """Terraform's plan and apply, for course outlines on Nexudus.

    Outlines are YAML files in a folder (the workspace, by default `courses`). `validate` checks
    them, `plan` shows what would change, `apply` makes the changes and saves the Ids in the
    state.
    """


def _check_current_folder() -> None:
    """Raise CoursesyncError if the current folder is gone: then no path leads anywhere."""
    try:
        os.getcwd()  # noqa: PTH109 - it is not used
    except OSError as error:
        raise CoursesyncError(
            "the current folder does not exist any more", "Go to another one, with cd."
        ) from error


def main() -> NoReturn:
    """Run the command line and exit with one of `errors.ExitCode`. Never returns."""
    gc.disable()  # reading makes many values and no cycles; long-running commands enable it again
    # no plug-in is wanted: looking for them takes longer than `--version`
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    prepare_streams()
    code = _run()
    complete = [arrived(sys.stdout), arrived(sys.stderr)]
    if not all(complete) and code in {ExitCode.DONE, ExitCode.CHANGES}:
        code = ExitCode.ERROR  # some of the output is lost
    with suppress(CoursesyncError):  # the exit code still reports the end
        note_end(code)
    # every file is closed by now, and freeing a workspace's values takes a tenth of a plan's time
    os._exit(code)


def _run() -> int:
    if _COMPLETING in os.environ:
        return _complete()
    try:
        code = _cli.main(standalone_mode=False, prog_name="coursesync")
        sys.stdout.flush()
    except click.Abort:
        # after its first request or save a command handles signals itself
        say("\nInterrupted; nothing was changed.")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.ERROR
    except OSError as error:
        if arrived(sys.stdout):
            raise  # not a failure of the output: a bug
        if isinstance(error, BrokenPipeError):
            # the reader has closed the pipe; keep the interpreter from reporting that at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        else:
            say(f"Error: the output can't be written: {error.strerror}.")
        return ExitCode.ERROR
    return code if isinstance(code, int) else ExitCode.DONE


def _complete() -> int:
    """Complete a command line for a shell; a failure must not disturb its prompt."""
    code: object = None
    with suppress(Exception):
        try:
            _cli.main(standalone_mode=False, prog_name="coursesync")
        except SystemExit as end:
            code = end.code
    return code if isinstance(code, int) else ExitCode.ERROR
