"""Questions that a person answers with yes or no, on a terminal."""

from __future__ import annotations

import sys

import click


def can_ask() -> bool:
    """Return whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str) -> bool:
    """Ask, and return whether the answer is yes; without one, it is no."""
    # unlike `confirm`, this names the answers after another one
    answer: bool = click.prompt(
        f"{question} [y/N]", "", show_default=False, value_proc=_answer, err=True
    )
    return answer


def _answer(typed: str) -> bool:
    """Return whether an answer is yes; raises click's UsageError, after which it is asked again."""
    if (word := typed.strip().lower()) in {"y", "yes"}:
        return True
    if word in {"", "n", "no"}:
        return False
    raise click.UsageError("type y (yes) or n (no)")
