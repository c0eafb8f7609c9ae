"""A stand-in for an editor: its side of the language server protocol, on stdio.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import json
import selectors
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SERVER = ROOT / ".venv/npm/node_modules/yaml-language-server/bin/yaml-language-server"
PATIENCE = 60  # seconds for one answer, which usually takes some tenths of a second
# otherwise the server fetches the list of the schema store
YAML = {"schemaStore": {"enable": False}, "validate": True, "completion": True, "hover": True}


@dataclass
class Editor:
    """An editor with one folder open; lines and columns are counted from 1, as people do."""

    process: subprocess.Popen[bytes]
    settings: Mapping[str, object]
    asked: int = 0
    unread: bytes = b""
    diagnostics: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def open(self, path: Path, text: str) -> None:
        """Open a file with this text; it need not be on the disk."""
        item = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.diagnostics.pop(path.as_uri(), None)
        self.send("textDocument/didOpen", {"textDocument": item})

    def mistakes(self, path: Path) -> list[tuple[int, str]]:
        """Return the line and the message of each mistake that is marked in an open file."""
        until = time.monotonic() + PATIENCE
        while path.as_uri() not in self.diagnostics:
            self._handle(self._message(until))
        found = []
        for each in self.diagnostics[path.as_uri()]:
            place, words = each["range"], each["message"]
            assert isinstance(place, dict)
            found.append((place["start"]["line"] + 1, str(words)))
        return sorted(found)

    def completions(self, path: Path, line: int, column: int) -> dict[str, str]:
        """Return the completions at a position, with their explanations."""
        answer = self.ask("textDocument/completion", _place(path, line, column))
        items = answer["items"] if isinstance(answer, dict) else answer
        assert isinstance(items, list)
        return {item["label"]: _text(item.get("documentation", "")) for item in items}

    def hover(self, path: Path, line: int, column: int) -> str:
        """Return the text that is shown on hover."""
        answer = self.ask("textDocument/hover", _place(path, line, column))
        assert isinstance(answer, dict), "nothing is shown there"
        return _text(answer["contents"])

    def ask(self, method: str, parameters: object) -> object:
        """Send a request and return its result."""
        self.asked += 1
        self.send(method, parameters, number=self.asked)
        until = time.monotonic() + PATIENCE
        while True:
            message = self._message(until)
            if message.get("id") == self.asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def send(self, method: str, parameters: object, *, number: int | None = None) -> None:
        """Send a request, which has a number, or a notification."""
        numbered = {} if number is None else {"id": number}
        self._write({**numbered, "method": method, "params": parameters})

    def _write(self, message: dict[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._stream(self.process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        stream.flush()

    def _handle(self, message: dict[str, object]) -> None:
        """Answer the server's requests, and store its diagnostics."""
        parameters = message.get("params")
        if message.get("method") == "textDocument/publishDiagnostics":
            assert isinstance(parameters, dict)
            self.diagnostics[parameters["uri"]] = parameters["diagnostics"]
        elif "id" in message and "method" in message:
            self._write(
                {"id": message["id"], "result": self._answer(message["method"], parameters)}
            )

    def _answer(self, method: object, parameters: object) -> object:
        if method != "workspace/configuration":
            return None
        assert isinstance(parameters, dict)
        return [self.settings if item["section"] == "yaml" else {} for item in parameters["items"]]

    def _message(self, until: float) -> dict[str, object]:
        """Read one message; fails if none arrives in time."""
        head = self._until(b"\r\n\r\n", until)
        lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")]
        length = int(lengths[0].partition(b":")[2])
        while len(self.unread) < length:
            self._more(until)
        body, self.unread = self.unread[:length], self.unread[length:]
        message = json.loads(body)
        assert isinstance(message, dict)
        return message

    def _until(self, end: bytes, until: float) -> bytes:
        while end not in self.unread:
            self._more(until)
        head, _, self.unread = self.unread.partition(end)
        return head

    def _more(self, until: float) -> None:
        stream = self._stream(self.process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            assert selector.select(max(0.0, until - time.monotonic())), "no answer in time"
        more = stream.read1(65_536) if hasattr(stream, "read1") else b""
        assert more, "the language server has ended"
        self.unread += more

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream


@contextmanager
def editor(folder: Path, schema: Path | None = None) -> Iterator[Editor]:
    """Open a folder in an editor; its language server always ends with the block.

    Where a `schema` is given, it is that of all files, as an editor's settings may have it.
    """
    schemas = {schema.as_uri(): ["*.yaml"]} if schema else {}
    node = shutil.which("node")
    assert node is not None, "the tests need Node.js 20 or newer"
    process = subprocess.Popen(
        [node, SERVER, "--stdio"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        here = Editor(process, {**YAML, "schemas": schemas})
        root = {"rootUri": folder.as_uri(), "processId": None}
        known = {"workspace": {"configuration": True}, "textDocument": {"hover": {}}}
        here.ask("initialize", {**root, "capabilities": known})
        here.send("initialized", {})
        here.send("workspace/didChangeConfiguration", {"settings": {"yaml": here.settings}})
        yield here
        here.ask("shutdown", None)
        here.send("exit", None)
        process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def _place(path: Path, line: int, column: int) -> dict[str, object]:
    position = {"line": line - 1, "character": column - 1}
    return {"textDocument": {"uri": path.as_uri()}, "position": position}


def _text(diagnostics: object) -> str:
    return str(diagnostics["value"]) if isinstance(diagnostics, dict) else str(diagnostics)
