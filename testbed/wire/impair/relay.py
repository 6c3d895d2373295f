"""One impaired connection: what the tester writes reaches the device as planned, and the other way round."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from testbed.model.delay import Direction
from testbed.wire.impair.lane import Lane
from testbed.wire.impair.plan import Broken
from testbed.wire.impair.scope import Scope
from testbed.wire.impair.side import OTHER, Side, abort

MOST_HELD = 256 << 10
"""Bytes of one direction that wait to go on before their sender is held back (assumed)."""
LINGER = 60.0
"""Seconds for which the other half of a half-closed connection is kept (as Linux keeps FIN_WAIT_2)."""


class Relay:
    """Carries one connection between two sides, on whatever transports they have.

    Args:
        scope: to which the connection belongs.
        gone: called once when both sides are lost.
    """

    def __init__(self, scope: Scope, gone: Callable[[Relay], None] = lambda _: None) -> None:
        self._loop = asyncio.get_running_loop()
        self._scope = scope
        self.number = scope.connection()
        self.front, self.back = Side(self, "to_device"), Side(self, "from_device")
        self._sides: dict[Direction, Side] = {"to_device": self.back, "from_device": self.front}
        """Where each direction goes out."""
        self._lanes: dict[Direction, Lane] = {}
        self._queues: dict[Direction, deque[tuple[float, bytes | None]]] = {
            "to_device": deque(),
            "from_device": deque(),
        }
        self._timers: dict[Direction, asyncio.TimerHandle] = {}
        self._waiting = dict.fromkeys(self._queues, 0)
        self._passed = dict.fromkeys(self._queues, 0)
        self._held: set[Direction] = set()
        self._finished: set[Direction] = set()
        self._silenced = False
        self._given_up = False
        self._break: Broken | None = None
        self._late: asyncio.TimerHandle | None = None
        self._on_gone: Callable[[Relay], None] | None = gone

    # What happens at the sides.

    def made(self, _: Side) -> None:
        """Begin to carry once both sides stand."""
        if self.front.transport is None or self.back.transport is None:
            return
        self._break = self._scope.plan.breaks(self.number)
        if self._break is not None and self._break.at is not None:
            self._late = self._loop.call_later(self._break.at, self._break_now)
        for direction in self._queues:
            self._wake(direction)

    def took(self, direction: Direction, data: bytes) -> None:
        """Take bytes that came in."""
        now = self._loop.time()
        if self._silenced:
            return
        queue = self._queues[direction]
        pieces = [(now, data)] if self._scope.lifted and not queue else self._lane(direction).take(data, now)
        for at, piece in pieces:
            queue.append((at, piece))
            self._scope.worst = max(self._scope.worst, at - now)
            self._scope.held += 1
        self._waiting[direction] += len(data)
        if self._waiting[direction] > MOST_HELD:
            self._pause(direction)
        self._wake(direction)

    def ended(self, direction: Direction) -> None:
        """Take the end of what comes in."""
        self._note_cut(direction)
        if self._silenced and direction == "to_device":
            self.give_up()  # nobody is left who could wait
        elif not self._silenced:
            self._queues[direction].append((self._lane(direction).end(self._loop.time()), None))
            self._wake(direction)

    def gone(self, direction: Direction, *, reset: bool) -> None:
        """Take the loss of the side from which a direction comes."""
        self._note_cut(direction)
        if self.front.lost and self.back.lost:
            self.give_up()
        elif self._silenced:
            if direction == "to_device":
                self.give_up()
        elif reset:
            self._loop.call_at(self._lane(direction).end(self._loop.time()), self._reset, direction)

    def hold(self, direction: Direction, *, held: bool) -> None:
        """Stop or begin again to read what goes in a direction: its way out is full, or free again."""
        if held:
            self._held.add(direction)
            self._pause(direction)
        else:
            self._held.discard(direction)
            self._wake(direction)

    def closed_in_front(self) -> None:
        """Take note that the tester has closed both halves: nobody waits for what the device still sends."""
        self._note_cut("to_device")
        if self._silenced:
            self.give_up()
        else:
            self._loop.call_later(LINGER, self.give_up)

    def _note_cut(self, ended: Direction) -> None:
        """Take note where the tester ends the connection before all has come to it."""
        if ended == "to_device" and self._waiting["from_device"]:
            self._scope.cut_short = True

    # What goes out.

    def _lane(self, direction: Direction) -> Lane:
        if direction not in self._lanes:
            self._lanes[direction] = Lane(self._scope.link, self.number, direction)
        return self._lanes[direction]

    def _pause(self, direction: Direction) -> None:
        side = self._sides[OTHER[direction]]
        if side.transport is not None and not side.lost:
            side.transport.pause_reading()

    def _resume(self, direction: Direction) -> None:
        side = self._sides[OTHER[direction]]
        if side.transport is not None and not side.lost and not side.transport.is_closing():
            side.transport.resume_reading()

    def _wake(self, direction: Direction) -> None:
        queue = self._queues[direction]
        if direction in self._timers:
            self._timers.pop(direction).cancel()
        ready = self.front.transport is not None and self.back.transport is not None
        if queue and ready and direction not in self._held:
            self._timers[direction] = self._loop.call_at(queue[0][0], self._flush, direction)
        elif not queue and direction not in self._held:
            self._resume(direction)

    def _flush(self, direction: Direction) -> None:
        """Pass on what is due; pieces that are due at one instant leave as one."""
        self._timers.pop(direction, None)
        queue, out = self._queues[direction], bytearray()
        due = max(self._loop.time(), queue[0][0]) if queue else 0.0
        ends = False
        at = queue[0][0] if queue else 0.0
        while queue and queue[0][0] <= due and not ends and (not out or queue[0][0] <= at):
            _, piece = queue.popleft()
            ends = piece is None
            self._scope.held -= not ends
            out += piece or b""
        self._waiting[direction] -= len(out)
        if self._waiting[direction] <= MOST_HELD // 4 and direction not in self._held:
            self._resume(direction)
        if out:
            self._pass_on(direction, bytes(out))
        if ends and not self._silenced:
            self._finish(direction)
        if not self._silenced:
            self._wake(direction)

    def _pass_on(self, direction: Direction, data: bytes) -> None:
        """Write bytes, up to where the connection is to break."""
        planned, before = self._break, self._passed[direction]
        left = len(data)
        if planned and planned.after is not None and planned.counted == direction and not self._scope.lifted:
            left = planned.after - before
        transport = self._sides[direction].transport
        self._passed[direction] += min(left, len(data))
        if transport is not None and not transport.is_closing() and direction not in self._finished:
            transport.write(data[:left])
        if left < len(data):
            self._break_now()

    def _finish(self, direction: Direction) -> None:
        self._finished.add(direction)
        side = self._sides[direction]
        if side.transport is not None and not side.transport.is_closing() and not side.lost:
            try:
                side.transport.write_eof()
            except OSError:
                self.give_up()  # it was broken meanwhile
        if len(self._finished) == len(self._queues):
            self.give_up()

    def _reset(self, direction: Direction) -> None:
        """Reset the side to which a direction goes: the other one was."""
        self._silenced = True
        self._clear()
        abort(self._sides[direction].transport)
        self.give_up()

    # How it breaks.

    def _break_now(self) -> None:
        planned = self._break
        if planned is None or self._silenced or self._scope.lifted or self._is_over:
            return
        self._break = None
        behind = f"{self._passed['to_device']} bytes to the device and {self._passed['from_device']} from it"
        self._scope.broke(f"connection {self.number + 1} {_SAID[planned.how]} behind {behind}")
        self._silenced = True
        self._clear()
        if planned.how == "silence":
            return
        if planned.how == "reset":
            for side in (self.front, self.back):
                abort(side.transport)
            return
        for side in (self.front, self.back):
            if side.transport is not None and not side.transport.is_closing():
                side.transport.close()

    @property
    def _is_over(self) -> bool:
        return self.front.lost or self.back.lost or bool(self._finished)

    def _clear(self) -> None:
        for direction, queue in self._queues.items():
            self._scope.held -= sum(piece is not None for _, piece in queue)
            queue.clear()
            if direction in self._timers:
                self._timers.pop(direction).cancel()

    def refuse(self) -> None:
        """Reset whoever came: nobody is behind."""
        abort(self.front.transport)
        self.give_up()

    def give_up(self) -> None:
        """Close what is still open."""
        if self._given_up:
            return
        self._given_up = True
        self._clear()
        if self._late is not None:
            self._late.cancel()
        for side in (self.front, self.back):
            if side.transport is not None and not side.lost and not side.transport.is_closing():
                side.transport.close()
        if self._on_gone is not None:
            self._on_gone(self)
            self._on_gone = None


_SAID = {"close": "closed", "reset": "reset", "silence": "silenced"}
