"""Two threads on one virtual clock; one runs at a time, chosen at random."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from machine import Switch
from virtual import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class BothClocks(VirtualClock):
    """A clock for two threads of which one runs at a time; it moves when both wait."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self._turns = threading.Condition()
        self._due: dict[int, float] = {}
        self._mine = threading.local()
        self._turn = -1

    def take_turns_by(self, chance: Random) -> None:
        """Use another source of chance to choose the next thread."""
        self._chance = chance

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass while the other thread runs."""
        number = getattr(self._mine, "number", None)
        if number is None:
            super().sleep(seconds)
            return
        with self._turns:
            self._due[number] = self.seconds + seconds
            self._pass_on()
            self._turns.wait_for(lambda: self._turn == number)

    def run(self, *jobs: Callable[[], None]) -> None:
        """Run some jobs at once, each in a thread, to their ends."""
        self._due = dict.fromkeys(range(len(jobs)), self.seconds)
        threads = [
            threading.Thread(target=self._take_part, args=(number, job), daemon=True)
            for number, job in enumerate(jobs)
        ]
        for thread in threads:
            thread.start()
        with self._turns:
            self._pass_on()
        for thread in threads:
            thread.join()

    def _take_part(self, number: int, job: Callable[[], None]) -> None:
        self._mine.number = number
        with self._turns:
            self._turns.wait_for(lambda: self._turn == number)
        try:
            job()
        finally:
            with self._turns:
                del self._due[number]
                self._pass_on()

    def _pass_on(self) -> None:
        if self._due:
            self.seconds = max(self.seconds, min(self._due.values()))
            ready = sorted(n for n, due in self._due.items() if due <= self.seconds)
            self._turn = self._chance.choice(ready)
        self._turns.notify_all()


class Steps(Switch):
    """Lets the other machine go on at each effect of this one; may turn this one off."""

    def __init__(self, clock: BothClocks, off_at: int = 0) -> None:
        super().__init__(off_at)
        self._clock = clock

    def __call__(self, effect: str) -> None:
        """Count an effect."""
        self._clock.sleep(0)
        super().__call__(effect)
