"""The verdict on a case: which promises it broke."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """What a case was, how often it crashed, and what it broke.

    Attributes:
        case: the case in words that play it again.
        has_fired: whether the last crash came about, or the case was over before it.
        crashes: how often the program, or the machine, died.
        runs: how many commands were run, those that died among them.
        duplicates: what was made twice.
        lost: records that the server made and the program does not know.
        twins: how many records were made by two machines at once, each told by the last of them.
        wiped: properties of others that an update reset.
        unreported: twins that the last run, or a look, did not tell.
        wrongs: anything else that is not as it was promised.
        told: all that was run, for a person.
    """

    case: str
    has_fired: bool
    crashes: int
    runs: int
    duplicates: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    twins: int = 0
    wiped: tuple[str, ...] = ()
    unreported: tuple[str, ...] = ()
    wrongs: tuple[str, ...] = ()
    told: str = field(default="", repr=False)

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        broken = (self.duplicates, self.lost, self.wiped, self.unreported, self.wrongs)
        return not any(broken)

    def __str__(self) -> str:
        """Describe what went wrong, and all that led to it."""
        broken = [f"made twice: {each}" for each in self.duplicates]
        broken += [f"lost: {each}" for each in self.lost]
        broken += [*self.wiped, *self.unreported, *self.wrongs]
        return "\n".join([f"case {self.case}", *broken, self.told])
