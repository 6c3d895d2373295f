"""A product started by its command: its output read and bounded, and no process of it left behind."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.modbus_client.driving import Act, Place, Watch
from testbed.testers.modbus_client.numbers import holds, read_numbers
from testbed.testers.product import readable
from testbed.testers.trouble import Undecided

MOST_OUTPUT = 256 << 10
"""Bytes that a product may print in one act (assumed; a few values take some hundred)."""
MOST_COMPLAINT = 16 << 10
"""Bytes kept of what it writes to standard error; the rest is read and dropped."""
ENDS_WITHIN = 1.0
"""Seconds that a product has to end once it is asked to (assumed)."""
STARTED_WITHIN = 10.0
"""Seconds in which the keeper of a command has started it (assumed; it takes some hundredths of one)."""
KEPT_WITHIN = 5.0
"""Seconds in which the keeper has ended everybody (assumed; it gives itself three)."""
KEEPER = Path(__file__).with_name("keeper.py")
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "DISPLAY")
"""Variables that every command gets."""


class Commanded:
    """One process, and whoever comes of it: its keeper ends them all, even where this bed itself is killed.

    Args:
        variables: further variables of the tester's environment that it gets.
        watch: where else it shows its values; None where that is its standard output.
    """

    def __init__(self, variables: Sequence[str], watch: Watch | None) -> None:
        self._variables, self._watch = variables, watch
        self._keeper: asyncio.subprocess.Process | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._reading: list[asyncio.Task[None]] = []
        self._waiting: asyncio.Task[None] | None = None
        self._start: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """What the keeper says of the start: nothing, or the error of the system."""
        self._gone = asyncio.Event()
        self._status: int | None = None
        self._left: int | None = None
        """Processes beside the command's own that were still there in the end; None where nobody told."""
        self._output = ""
        self._counted = 0
        self._rest: tuple[float, ...] = ()
        """Numbers fewer than the task reads, behind the last whole set."""
        self._complaint = b""
        self._was_stopped = False

    async def begin(self, task: Task, place: Place, act: Act) -> None:
        """Start the process."""
        self._task, self._act = task, act
        if self._watch is not None:
            await self._watch.begin(act)
        said = await self._started(task.filled(place.host, place.port, place.unit))
        if said:
            said = readable(said)
            act.end(
                "could not be started",
                Undecided(
                    Text(en=f"the command cannot be started: {said}", ko=f"명령을 실행할 수 없음: {said}")
                ),
            )
            return
        self._waiting = asyncio.ensure_future(self._wait())

    async def _started(self, words: Sequence[str]) -> str:
        """Start the command by its keeper; return why it could not be."""
        if not hasattr(os, "fork"):
            return "this system cannot end a command with all its children; use Linux, or WSL on Windows"
        environment = {one: os.environ[one] for one in (*INHERITED, *self._variables) if one in os.environ}
        heard, said = os.pipe()
        try:
            self._keeper = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", str(KEEPER), str(said)),
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                start_new_session=True,
                pass_fds=[said],
            )
        except (OSError, ValueError) as error:
            os.close(heard)
            return str(error)
        finally:
            os.close(said)
        self._hearing = asyncio.ensure_future(self._hear(heard))
        self._reading = [
            asyncio.ensure_future(self._read_output()),
            asyncio.ensure_future(self._read_complaint()),
        ]
        try:
            async with asyncio.timeout(STARTED_WITHIN):
                return await self._start
        except TimeoutError:
            return f"it was not started within {STARTED_WITHIN:g} s"

    async def _hear(self, descriptor: int) -> None:
        """Hear what the keeper says, to its end."""
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader(limit=4096)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(descriptor, "rb", 0)
        )
        try:
            while line := await lines.readline():
                what, _, number = line.decode().strip().partition(" ")
                if what in {"started", "failed"} and not self._start.done():
                    self._start.set_result(os.strerror(int(number)) if number else "")
                elif what == "ended":
                    self._status = int(number)
                    self._gone.set()
                elif what == "left":
                    self._left = int(number)
        finally:
            transport.close()
            self._gone.set()
            if not self._start.done():
                self._start.set_result("its keeper ended")

    async def stop(self) -> None:
        """Ask it to end, kill what does not, with all that came of it; read what it told."""
        if self._keeper is None or self._hearing is None:
            return
        self._was_stopped = self._act.was_cut = not self._act.is_over
        try:
            if not self._gone.is_set():
                self._say(b"t")
                await self._is_gone(ENDS_WITHIN)
        finally:  # whoever cancels this: its keeper ends everybody once nobody speaks to it
            if self._keeper.stdin is not None:
                self._keeper.stdin.close()
        await self._hear_out(self._keeper, self._hearing)
        if self._left is None and self._start.done() and not self._start.result():
            self._act.remarks.append("its keeper was ended: what it started beside itself may still run")
        if self._left:
            self._act.remarks.append("it left processes behind, which were ended")
        await asyncio.wait(self._reading, timeout=ENDS_WITHIN)
        for task in (self._hearing, *self._reading):
            task.cancel()
        if self._waiting is not None:
            await asyncio.wait([self._waiting], timeout=ENDS_WITHIN)
            self._waiting.cancel()
        if self._keeper.returncode is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await self._keeper.wait()
        self._keeper._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - its pipes outlive it
        await asyncio.sleep(0)  # what was closed is lost in the next round
        if self._watch is not None:
            await self._watch.stop()

    async def _hear_out(self, keeper: asyncio.subprocess.Process, hearing: asyncio.Task[None]) -> None:
        """Hear the keeper to its end, whoever may have stopped it."""
        await asyncio.wait([hearing], timeout=KEPT_WITHIN)
        if not hearing.done() and keeper.returncode is None:
            with suppress(OSError):
                keeper.send_signal(signal.SIGCONT)
            await asyncio.wait([hearing], timeout=KEPT_WITHIN)

    async def _is_gone(self, within: float) -> None:
        """Wait some seconds for the end of the process, whoever may still hold its output open."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._gone.wait()

    def _say(self, what: bytes) -> None:
        """Tell the keeper what to do; it may have ended."""
        if self._keeper is not None and self._keeper.stdin is not None:
            with suppress(OSError, RuntimeError):
                self._keeper.stdin.write(what)

    async def _read_output(self) -> None:
        assert self._keeper is not None and self._keeper.stdout is not None  # noqa: PT018, S101 - as asked for
        size, decoder = (
            0,
            codecs.getincrementaldecoder("utf-8")("replace"),
        )  # a character may come in two parts
        while data := await self._keeper.stdout.read(4096):
            size += len(data)
            if size > MOST_OUTPUT:
                said = f"more than {MOST_OUTPUT} bytes"
                flood = Text(
                    en=f"the product floods its output: {said}", ko=f"제품의 출력이 지나치게 많음: {said}"
                )
                self._give_up(Undecided(flood))
                continue  # a pipe that nobody empties would hide its end
            self._output += decoder.decode(data)
            self._look(self._output.rpartition("\n")[0])
        if not self._was_stopped:  # the last line of one that was ended may be half a line
            self._look(self._output)

    def _look(self, text: str) -> None:
        """Tell the sets of values that have become whole."""
        belief, count = self._task.belief, self._task.count
        if belief is None or belief.where != "stdout":
            return
        if self._task.failed:  # what tells an error tells no values
            lines = text.split("\n")
            text = "\n".join(line for line in lines if not self._reports(line))
        try:
            numbers = read_numbers(belief.pattern, text)
        except Undecided as why:
            self._give_up(why)
            return
        while len(numbers) - self._counted >= count:
            self._act.tell(tuple(numbers[self._counted : self._counted + count]))
            self._counted += count
        self._rest = tuple(numbers[self._counted :])

    def _reports(self, text: str) -> bool:
        """Say whether a text tells an error."""
        try:
            return holds(self._task.failed, text)
        except Undecided as why:
            self._give_up(why)
            return False

    def _give_up(self, why: Undecided) -> None:
        """End a product of which nothing can be told."""
        self._act.trouble = self._act.trouble or why
        self._say(b"k")

    async def _read_complaint(self) -> None:
        assert self._keeper is not None and self._keeper.stderr is not None  # noqa: PT018, S101 - as asked for
        while data := await self._keeper.stderr.read(4096):
            self._complaint = (self._complaint + data)[-MOST_COMPLAINT:]

    async def _wait(self) -> None:
        """Wait for its end, and say what that means."""
        await self._gone.wait()
        status = self._status
        await asyncio.wait(self._reading, timeout=ENDS_WITHIN / 2)  # a child may hold the pipes open
        complaint = self._complaint.decode(errors="replace")
        if self._was_stopped:
            self._act.how = "still ran and was ended"
            if self._reports(self._output + complaint):
                self._act.tell(None)
        elif status is None:
            ended = Text(
                en="the keeper of the product's command was ended", ko="제품 명령의 감시 프로세스가 종료됨"
            )
            self._act.end("was ended with its keeper", Undecided(ended))
        else:
            if status < 0:
                self._act.remarks.append(f"it was ended by signal {-status}: that reports nothing")
            elif status or self._reports(self._output + complaint):
                self._act.tell(None)  # what is left over are the numbers of its complaint
            elif not self._task.reads:
                self._act.tell(())
            elif self._rest:
                self._act.tell(self._rest)
            last = readable(complaint.strip().rpartition("\n")[2])
            self._act.end(f"ended with status {status}" + (f" and said: {last}" if last else ""))
