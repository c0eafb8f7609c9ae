"""The command line: parse, wire, call, print, exit code. A file a command, and what they share.

Commands are imported when they are asked for, so that `--version` starts fast and each command
brings only what it needs. Expected failures end here as an exit code and words on stderr, whatever
a command itself told of them on stdout; a bug keeps its traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from coursesync.ci.outputs import note_end
from coursesync.cli.line import place, running
from coursesync.cli.screen import arrived, complain, prepare_streams, say, show
from coursesync.errors import CoursesyncError, ExitCode
from coursesync.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {  # with what `--help` and shells say of each, for which none is imported
    "apply": "Carry out the plan, and keep the Ids in the state.",
    "drift": "Show what others changed on the site since the last apply.",
    "fmt": "Lay the outlines out in one way, with the keys written in.",
    "import": "Take courses that are on the site already under management.",
    "plan": "Show what apply would do.",
    "preview": "Show the courses as a member would see them, in a browser.",
    "resolve": "Settle a create that is in doubt.",
    "sandbox": "A stand-in for the Nexudus API, for trying things out.",
    "schema": "Write the JSON Schema of outlines, for editors.",
    "state": "Look into the state, and look after it.",
    "validate": "Check the outlines.",
}
_NO_MEMORY = CoursesyncError(
    "there is not enough memory", "End other programs, or raise the limit on memory."
)
_COMPLETING = "_COURSESYNC_COMPLETE"  # https://click.palletsprojects.com/page/shell-completion/
_MODULES = {"import": "import_"}  # a word of Python's own names no module


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as overridden
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(
            f"coursesync.cli.commands.{_MODULES.get(cmd_name, cmd_name)}"
        ).command
        assert isinstance(command, click.Command)  # noqa: S101 - every command's file has one
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; print an expected failure of it, and return its exit code."""
        try:
            return super().invoke(ctx)
        except (CoursesyncError, MemoryError) as error:
            failure = error if isinstance(error, CoursesyncError) else _NO_MEMORY
            context = running()
            if context and context.params.get("form") == "json":
                from coursesync.render.json import compose_failure  # noqa: PLC0415 - only here

                show(compose_failure(failure, place))  # a program reads nothing else
            complain(failure)
            return int(failure.exit_code)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as overridden
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for shells

        found = [item for item in _COMMANDS.items() if item[0].startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=told) for name, told in found), *options]


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}
)
@click.version_option(__version__, message="coursesync %(version)s")
def _cli() -> None:
    """Terraform's plan and apply, for course outlines on Nexudus.

    Outlines are YAML files in a folder (the workspace, by default `courses`). `validate` checks
    them, `plan` shows what would be done, `apply` does it and keeps the Ids in the state.
    """


def main() -> NoReturn:
    """Run the command line and exit with one of `errors.ExitCode`. Never returns."""
    gc.disable()  # reading makes many values and no cycles; what lasts turns it on again
    # models are our own: looking for other packages' plug-ins costs more than `--version`
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    prepare_streams()
    code = _run()
    told = [arrived(sys.stdout), arrived(sys.stderr)]
    if not all(told) and code in {ExitCode.DONE, ExitCode.CHANGES}:
        code = int(ExitCode.ERROR)  # some of what it had to say is lost
    with suppress(CoursesyncError):  # it was told, or is told by the code alone
        note_end(code)
    # every file is closed by now; to take a workspace's values apart, one by one, would be
    # a tenth of a plan's time
    os._exit(code)


def _run() -> int:
    if _COMPLETING in os.environ:
        return _complete()
    try:
        code = _cli.main(standalone_mode=False, prog_name="coursesync")
        sys.stdout.flush()
    except click.Abort:
        # from the first request or save on, a command heeds signals and ends by itself
        say("\nInterrupted; nothing was changed.")
        return int(ExitCode.INTERRUPTED)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return int(ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.ERROR)
    except OSError as error:
        if arrived(sys.stdout):
            raise  # it is about something else: a bug
        return _unheard(error)
    return code if isinstance(code, int) else int(ExitCode.DONE)


def _complete() -> int:
    """Tell a shell how what is typed may go on; in its prompt there is no room for failures."""
    code: object = None
    with suppress(Exception):
        try:
            _cli.main(standalone_mode=False, prog_name="coursesync")
        except SystemExit as end:
            code = end.code
    return code if isinstance(code, int) else int(ExitCode.ERROR)


def _unheard(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        # whoever read the output has gone; keep the interpreter from saying so at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        say(f"Error: the output can't be written: {error.strerror}.")
    return int(ExitCode.ERROR)
