"""A product started by its command: its output read and bounded, and no process of it left behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.modbus_client.driving import Act, Place, Watch
from testbed.testers.modbus_client.numbers import read_numbers
from testbed.testers.product import readable
from testbed.testers.trouble import Undecided

MOST_OUTPUT = 256 << 10
"""Bytes that a product may print in one act (assumed; a few values take some hundred)."""
MOST_COMPLAINT = 16 << 10
"""Bytes kept of what it writes to standard error; the rest is read and dropped."""
ENDS_WITHIN = 1.0
"""Seconds that a product has to end once it is asked to (assumed)."""
LOOKS_EVERY = 0.02
"""Seconds between two looks whether a process has ended: asyncio tells it only once all pipes are closed."""
FOREVER = 86_400.0
"""Seconds; every act has a time of its own, which is shorter."""
MOST_SWEEPS, EMPTY_SWEEPS = 50, 3
"""Times that all processes are looked at for strays, and in a row that nobody has to be found (assumed)."""
PROCESSES = Path("/proc")
BETWEEN_SWEEPS = 0.005
"""Seconds between two of them (assumed)."""
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "DISPLAY")
"""Variables that every command gets."""
MARK = "TESTBED_ACT"
"""The variable by which processes of one act are known, wherever they went."""


class Commanded:
    """One process, its children with it.

    Args:
        variables: further variables of the tester's environment that it gets.
        watch: where else it shows its values; None where that is its standard output.
    """

    def __init__(self, variables: Sequence[str], watch: Watch | None) -> None:
        self._variables, self._watch = variables, watch
        self._mark = f"{MARK}={uuid.uuid4().hex}"
        self._process: asyncio.subprocess.Process | None = None
        self._reading: list[asyncio.Task[None]] = []
        self._waiting: asyncio.Task[None] | None = None
        self._output = ""
        self._counted = 0
        self._complaint = b""
        self._was_stopped = False

    async def begin(self, task: Task, place: Place, act: Act) -> None:
        """Start the process."""
        self._task, self._act = task, act
        name, _, mark = self._mark.partition("=")
        environment = {one: os.environ[one] for one in (*INHERITED, *self._variables) if one in os.environ}
        if self._watch is not None:
            await self._watch.begin(act)
        words = task.filled(place.host, place.port, place.unit)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**environment, name: mark},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            said = readable(str(error))
            act.end(
                "could not be started",
                Undecided(
                    Text(en=f"the command cannot be started: {said}", ko=f"명령을 실행할 수 없음: {said}")
                ),
            )
            return
        self._reading = [
            asyncio.ensure_future(self._read_output()),
            asyncio.ensure_future(self._read_complaint()),
        ]
        self._waiting = asyncio.ensure_future(self._wait())

    async def stop(self) -> None:
        """Ask it to end, kill what does not, with all its children; read what it told."""
        if self._process is None:
            return
        self._was_stopped = not self._act.is_over
        if self._process.returncode is None:
            self._signal(signal.SIGTERM)
            await self._is_gone(ENDS_WITHIN)
        left = self._process.returncode is not None and self._signal(0)
        self._signal(signal.SIGKILL)
        strays = await asyncio.get_running_loop().run_in_executor(None, end_marked, self._mark)
        if left or strays:
            self._act.remarks.append("it left processes behind, which were ended")
        await self._is_gone(ENDS_WITHIN)
        await asyncio.wait(self._reading, timeout=ENDS_WITHIN)
        for task in self._reading:
            task.cancel()
        if self._waiting is not None:
            await asyncio.wait([self._waiting], timeout=ENDS_WITHIN)
            self._waiting.cancel()
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - its pipes outlive it
        await asyncio.sleep(0)  # what was closed is lost in the next round
        if self._watch is not None:
            await self._watch.stop()

    async def _is_gone(self, within: float) -> bool:
        """Wait some seconds for the end of the process, whoever may still hold its output open."""
        process = self._process
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while process is not None and process.returncode is None:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(LOOKS_EVERY)
        return process is None or process.returncode is not None

    def _signal(self, number: int) -> bool:
        """Send a signal to the process and its group; say whether there was anybody."""
        if self._process is None:
            return False
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    async def _read_output(self) -> None:
        assert self._process is not None and self._process.stdout is not None  # noqa: PT018, S101 - as asked for
        size = 0
        while data := await self._process.stdout.read(4096):
            size += len(data)
            if size > MOST_OUTPUT:
                said = f"more than {MOST_OUTPUT} bytes"
                flood = Text(
                    en=f"the product floods its output: {said}", ko=f"제품의 출력이 지나치게 많음: {said}"
                )
                self._act.trouble = self._act.trouble or Undecided(flood)
                self._signal(signal.SIGKILL)
                continue  # a pipe that nobody empties would hide its end
            self._output += data.decode(errors="replace")
            self._look(self._output.rpartition("\n")[0])
        self._look(self._output)

    def _look(self, text: str) -> None:
        """Tell the sets of values that have become whole."""
        belief, count = self._task.belief, self._task.count
        if belief is None or belief.where != "stdout":
            return
        numbers = read_numbers(belief.pattern, text)
        while len(numbers) - self._counted >= count:
            self._act.tell(tuple(numbers[self._counted : self._counted + count]))
            self._counted += count
        self._rest = tuple(numbers[self._counted :])

    async def _read_complaint(self) -> None:
        assert self._process is not None and self._process.stderr is not None  # noqa: PT018, S101 - as asked for
        while data := await self._process.stderr.read(4096):
            self._complaint = (self._complaint + data)[-MOST_COMPLAINT:]

    async def _wait(self) -> None:
        """Wait for its end, and say what that means."""
        assert self._process is not None  # noqa: S101 - started before
        while not await self._is_gone(FOREVER):
            continue
        status = self._process.returncode
        await asyncio.wait(self._reading, timeout=ENDS_WITHIN / 2)  # a child may hold the pipes open
        complaint = self._complaint.decode(errors="replace")
        if rest := getattr(self, "_rest", ()):
            self._act.tell(rest)
        if self._was_stopped:
            self._act.how = "still ran and was ended"
            if self._task.failed and re.search(self._task.failed, self._output + complaint):
                self._act.tell(None)
        else:
            if status or (self._task.failed and re.search(self._task.failed, self._output + complaint)):
                self._act.tell(None)
            elif not self._task.reads:
                self._act.tell(())
            last = readable(complaint.strip().rpartition("\n")[2])
            self._act.end(f"ended with status {status}" + (f" and said: {last}" if last else ""))


def end_marked(mark: str) -> int:
    """Kill every process that has a mark in its environment, and return how many; Linux alone tells.

    Who goes from process to process may slip through one look, so that it takes several that find nobody.
    """
    killed: set[int] = set()
    empty = 0
    for _ in range(MOST_SWEEPS):
        found = _kill_marked(mark.encode())
        killed |= found
        empty = 0 if found else empty + 1
        if empty == EMPTY_SWEEPS:
            break
        time.sleep(BETWEEN_SWEEPS)
    return len(killed)


def _kill_marked(mark: bytes) -> set[int]:
    """Kill the processes that have a mark, each with its group at once: it may be about to leave another.

    The newest come first, before they are gone and others there.
    """
    killed: set[int] = set()
    if not PROCESSES.is_dir():
        return killed
    for process in sorted((int(one.name) for one in PROCESSES.iterdir() if one.name.isdigit()), reverse=True):
        with suppress(OSError):  # it has ended, or is somebody else's; of mere remains it is empty
            if mark in Path(PROCESSES, str(process), "environ").read_bytes().split(b"\0"):
                killed.add(process)
                group = os.getpgid(process)
                if group != os.getpgrp():
                    os.killpg(group, signal.SIGKILL)
                os.kill(process, signal.SIGKILL)
    return killed
