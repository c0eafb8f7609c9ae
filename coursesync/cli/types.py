"""The types of the command line's values, each with the message for a wrong one."""

from __future__ import annotations

from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any

import click

from coursesync.errors import Remedy, Shell, UsageError
from coursesync.kinds.field import MAX_ID
from coursesync.text import inert, nearest


class SecondsRange(click.FloatRange):
    """A number of seconds; `nan` is refused, because no comparison holds for it."""

    name = "seconds"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the seconds; fails unless they are a finite number in the range."""
        with suppress(click.BadParameter):
            if isfinite(seconds := float(super().convert(value, param, ctx))):
                return seconds
        most = "up" if self.max is None else f"to {self.max:,.0f}"
        wanted = f"a number of seconds from {self.min or 0:.0f} {most}"
        raise click.BadParameter(f'"{inert(str(value), 40)}" is not {wanted}.', ctx, param)


class Choice(click.Choice[str]):
    """One of a few words; a misspelt one gets a suggestion."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Return the message for another word."""
        near = nearest(str(value), self.choices)
        words = super().get_invalid_choice_message(value, ctx)
        return f"{words} Did you mean {near!r}?" if near else words


class OnOrOff(click.types.BoolParamType):
    """A flag, which a variable of the environment can set."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> bool:
        """Return the flag; fails with the values that a variable may have."""
        with suppress(click.BadParameter):
            return super().convert(value, param, ctx)
        where = f" in {param.envvar}" if param and param.envvar else ""
        problem = f'"{inert(str(value), 40)}"{where} is neither 1 nor 0.'
        raise click.BadParameter(problem, ctx, param)


class RecordId(click.IntRange):
    """The Id of a record or of a course."""

    name = "ID"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the Id; raises UsageError if the value can't be one."""
        with suppress(click.BadParameter):
            if (number := int(super().convert(value, param, ctx))) <= MAX_ID:
                return number
        named = param.opts[:1] if isinstance(param, click.Option) else []
        raise UsageError(
            f'"{inert(str(value), 40)}" is not an Id: an Id is a whole number from 1 up',
            Remedy(
                "Nexudus shows it in the address of the record's page; write it as in",
                Shell(*named, 87654321),
            ),
        )


RECORD_ID = RecordId(min=1)
FILE = click.Path(path_type=Path, dir_okay=False)
