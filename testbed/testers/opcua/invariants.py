"""The invariants of OPC UA: what every message of a server must keep, whatever it answers.

OPC 10000-6 1.05.04: message headers 7.1.2, chunks and sequence numbers 6.7.2; 10000-4: response header 7.34,
service faults 7.35, results and diagnostics of operations 7.38 and 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.testers.opcua.breaches import HEADER, ONE_ANSWER, BreachFound
from testbed.testers.opcua.conversation import Conversation
from testbed.testers.opcua.frame_rules import FrameRules
from testbed.wire.monitor import Breach

_ONE = Text(en="one answer to each request", ko="요청마다 하나의 응답")


@dataclass(slots=True)
class UaMonitor(FrameRules):
    """Watches the connections of one case; a frame is charged with one breach, the first in its bytes."""

    breaches: list[Breach] = field(default_factory=list)
    watched: int = 0
    """Frames judged."""
    silences: int = 0
    """Times that the tester waited for something that did not come."""
    _lines: dict[int, Conversation] = field(default_factory=dict)

    def conversation(self, connection: int) -> Conversation:
        """Return what is known of a connection."""
        line = self._lines.get(connection)
        if line is None:
            line = self._lines[connection] = Conversation()
        return line

    @property
    def trouble(self) -> Text | None:
        """What came on any connection that cannot be read."""
        return next((line.trouble for line in self._lines.values() if line.trouble is not None), None)

    # What the connection says.

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Take no note of bytes: the client tells the conversation what it asks."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002 - part of the interface
        """Open and judge one whole frame; return whether it answers a request that was given up."""
        self.watched += 1
        line = self.conversation(connection)
        if line.out_of_step:
            line.arrived.append(None)
            return False
        try:
            message = self._take(line, frame, number)
        except BreachFound as found:
            self.breaches.append(found.breach)
            if found.is_fatal:
                line.out_of_step, line.trouble = True, _unreadable(found.breach)
            message = found.message
        late = message is not None and message.asked is not None and message.asked.request_id in line.given_up
        if late and message is not None and message.asked is not None:
            del line.given_up[message.asked.request_id]
        else:
            line.arrived.append(message)
        return late

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Judge bytes that no length field accounts for, or that one promised and never came."""
        line = self.conversation(connection)
        if line.out_of_step:
            return
        breach = Breach(
            HEADER,
            Text(en="whole messages of the size that they state", ko="명시한 크기의 온전한 메시지"),
            Text(
                en=f"{len(stump)} bytes that do not make a message",
                ko=f"메시지를 이루지 못하는 {len(stump)}바이트",
            ),
            number,
            0,
            min(len(stump), 8),
            is_stump=True,
        )
        line.out_of_step, line.trouble = True, breach.received
        self.breaches.append(breach)

    def flooded(self, connection: int, number: int) -> None:
        """Charge a device that sent so much that it was not read any more: no request asks for that."""
        self.conversation(connection).out_of_step = True
        flood = Text(en="a flood of what nothing asked for", ko="요청하지 않은 데이터의 끝없는 전송")
        self.breaches.append(Breach(ONE_ANSWER, _ONE, flood, number))

    def expects(self, connection: int) -> bool:
        """Say whether an answer is due on a connection."""
        line = self.conversation(connection)
        return line.lenient or line.expects

    def forget(self, connection: int) -> None:
        """Stop waiting for what was asked: the tester saw no answer in time."""
        self.silences += 1
        self.conversation(connection).forget()


def _unreadable(breach: Breach) -> Text:
    """Say of a message that cannot be taken what is wrong with it."""
    en, ko = breach.received.en, breach.received.ko
    return Text(en=f"a message that cannot be read: {en}", ko=f"해석할 수 없는 메시지: {ko}")
