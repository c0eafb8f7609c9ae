"""The settings of a repository in its forge: values that `init` and `doctor` show.

It must never change a setting.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import RemoteError
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.ci.forges.rest import Rest
    from coursesync.errors import Sentence

STATE_KEY = "COURSESYNC_STATE_KEY"  # the secret with a deploy key
BRANCH = "main"  # the branch whose outlines are applied
TOKEN = "NEXUDUS_TOKEN"  # noqa: S105 - the name of a secret
LOGIN = ("NEXUDUS_EMAIL", "NEXUDUS_PASSWORD")
UNGUARDED = "the state's branch can be written by anyone who may push"
Part: TypeAlias = "tuple[str, bool | None]"  # what to do, and whether it is done; None: not known


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person sets on one page of the forge.

    Attributes:
        todo: what to do there, as a sentence; it names only what is left, where that is known.
        page: the address of the page.
        is_right: whether nothing is left to do; None if that is not known.
        without: what is the case until it is done.
    """

    todo: Sentence
    page: str
    is_right: bool | None = None
    without: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings that the workflows need, in the order in which to make them.

    `unknown` is why they could not be asked for; "" if they were.
    """

    all: tuple[Setting, ...]
    unknown: Sentence = ""

    @property
    def left(self) -> tuple[Setting, ...]:
        """Those that are not known to be right."""
        return tuple(each for each in self.all if not each.is_right)


class Asking:
    """Asks a forge for settings, if there is something to ask with."""

    def __init__(self, rest: Rest | None) -> None:
        """Ask by `rest`; None if nothing may be asked."""
        self.asks = rest is not None
        self._rest = rest

    @property
    def rest(self) -> Rest:
        """What asks; raises RemoteError if nothing may be asked."""
        if self._rest is None:
            raise RemoteError("there is no token")
        return self._rest

    def known(self, test: Callable[[], bool]) -> bool | None:
        """Return what a test finds; None if the token may not ask for it. Raises TryLater."""
        with suppress(RemoteError):
            return test()
        return None


def setting(where: str, page: str, *parts: Part, without: str = "") -> Setting:
    """Return the setting of one page, with the parts that are left to do there."""
    left = [words for words, is_done in parts if not is_done]
    done = {is_done for _, is_done in parts}
    is_right = False if False in done else None if None in done else True
    return Setting(coded(f"{where}: {'; '.join(left)}."), page, is_right, without)
