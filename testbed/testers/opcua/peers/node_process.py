"""One process of Node.js that does all errands of this one: loading node-opcua takes over a second of CPU.

Errands and their results are lines of JSON, in whatever order they end. The process ends with its standard
input, so that none outlives its parent, however that ends.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any

_PROGRAM = Path(__file__).with_name("with_node_opcua.cjs")
_MOST_LINE = 1 << 20
"""Bytes of one line that the program says (assumed)."""
_LOADED_WITHIN = 60.0
"""Seconds in which node-opcua is loaded (assumed; a second where nothing else runs)."""


class NodeProcess:
    """The process, from its first errand on."""

    def __init__(self, node: str, modules: Path) -> None:
        # no shell, and a program of our own
        self._process = subprocess.Popen(  # noqa: S603
            [node, str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"NODE_PATH": str(modules)},
        )
        self._owner = os.getpid()
        self._gate = threading.Lock()
        self._loaded: Future[None] = Future()
        self._waiting: dict[int, Future[Mapping[str, Any]]] = {}
        self._next = 0
        self._given_up = False
        stdout = self._process.stdout
        threading.Thread(target=self._hear, args=(stdout,), name="node-opcua", daemon=True).start()
        atexit.register(self.end)

    @property
    def is_usable(self) -> bool:
        """Whether it is this process's own and takes errands."""
        return self._owner == os.getpid() and not self._given_up and self._process.poll() is None

    async def loaded(self) -> None:
        """Wait until it takes errands; OSError where it ended instead, TimeoutError where that lasts."""
        async with asyncio.timeout(_LOADED_WITHIN):
            await asyncio.wrap_future(self._loaded)

    async def perform(self, errand: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have one errand done; OSError where the process ended over it.

        Who is cancelled while he waits ends the process as soon as no other errand is under way, and with it
        the connection that hangs.
        """
        answer: Future[Mapping[str, Any]] = Future()
        with self._gate:
            self._next += 1
            number = self._next
            self._waiting[number] = answer
        try:
            self._say(json.dumps({"id": number, **errand}).encode() + b"\n")
            return await asyncio.wrap_future(answer)
        except asyncio.CancelledError:
            self._given_up = True
            raise
        finally:
            with self._gate:
                self._waiting.pop(number, None)
                is_last = self._given_up and not self._waiting
            if is_last:
                self.end()

    def end(self) -> None:
        """End the process."""
        if self._owner != os.getpid():
            return  # of a fork: the pipes are the parent's
        atexit.unregister(self.end)
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _say(self, line: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - opened above
        stdin.write(line)
        stdin.flush()

    def _hear(self, stdout: IO[bytes] | None) -> None:
        """Hand out what the program says, in a thread of its own, until it ends."""
        assert stdout is not None  # noqa: S101 - opened above
        with stdout:
            while line := stdout.readline(_MOST_LINE):
                try:
                    told = json.loads(line)
                except ValueError:
                    break
                if told.get("loaded"):
                    self._loaded.set_result(None)
                    continue
                with self._gate:
                    answer = self._waiting.pop(told["id"], None)
                if answer is not None:
                    answer.set_result(told)
        ended = OSError("the process ended")
        with self._gate:
            self._given_up = True
            left, self._waiting = self._waiting, {}
        for answer in left.values():
            answer.set_exception(ended)
        if not self._loaded.done():
            self._loaded.set_exception(ended)
