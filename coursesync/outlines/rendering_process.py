"""The process that renders long Markdown; `rendering` starts it, and is the only one to ask it.

A question is a line of JSON, `[NAME, MARKDOWN]`, with the name of one of `_ANSWERS`; after
"addresses", the addresses follow. The answer is what that function returns, or null if there is not
enough memory. The process ends with its input, also in the middle of an answer. One that takes too
long is ended by SIGPROF.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from coursesync.kinds.contents import pictures_in, rendered_blocks, to_html, with_addresses
from coursesync.outlines.rendering import MEMORY, NO_MEMORY, SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ANSWERS: Mapping[str, Callable[..., object]] = {
    "html": to_html,
    "blocks": rendered_blocks,
    "pictures": pictures_in,
    "addresses": with_addresses,
}


def main() -> None:
    """Answer questions until there are no more."""
    _bound_memory()
    questions: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(questions,), daemon=True).start()
    while True:
        question = questions.get()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        answer = memoryview(_answer(question))
        signal.setitimer(signal.ITIMER_PROF, 0)
        while answer:
            answer = answer[os.write(1, answer) :]


def _bound_memory() -> None:
    """Limit the memory; macOS has no limit that works, and the time limit stays."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


def _listen(questions: SimpleQueue[bytes]) -> None:
    try:
        for line in sys.stdin.buffer:
            questions.put(line)
    except MemoryError:
        os._exit(NO_MEMORY)
    finally:
        os._exit(0)  # nobody waits for an answer any more


def _answer(question: bytes) -> bytes:
    try:
        name, *given = json.loads(question)
        return f"{json.dumps(_ANSWERS[name](*given))}\n".encode()
    except MemoryError:
        return b"null\n"


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        os._exit(NO_MEMORY)
