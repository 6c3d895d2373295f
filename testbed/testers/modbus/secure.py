"""What a case of Modbus/TCP Security works with: handshakes of every kind, hellos made by hand."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.security import Right, Role, Security
from testbed.protocols.modbus import (
    MaskWriteRegister,
    ReadWriteMultipleRegisters,
    Request,
    WriteMultipleRegisters,
    WriteSingleRegister,
)
from testbed.protocols.tls import ClientHello
from testbed.testers.modbus.chain import Chain, UnreadableChain
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.hellos import first_hello
from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.modbus.sessions import Handshake, Met, Offer, Session
from testbed.testers.modbus.tester import Modbus
from testbed.testers.trouble import NotTestable, Unanswered, Undecided
from testbed.wire.connection import Connection, Received
from testbed.wire.dial import CONNECT_WITHIN
from testbed.wire.mbaps import file_of_role
from testbed.wire.overture import Overture
from testbed.wire.recorder import Kind
from testbed.wire.secure_dial import VERSIONS, SecureDial, handshake, hears
from testbed.wire.tls import LET_GO_WITHIN, Ending, TlsClient

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase

REFUSAL_WITHIN = 0.2
"""Seconds behind a handshake of TLS 1.3 in which a refusal of the certificate is waited for, before a request
would run into it (assumed)."""


class Tls:
    """Opens sessions with the device as a case wants them."""

    def __init__(self, desk: ModbusCase) -> None:
        self._desk = desk
        declared, dial = desk.bench.declaration.security, desk.bench.dial
        if not isinstance(dial, SecureDial):
            raise NotTestable(Text(en="the device is not reached over TLS", ko="TLS로 연결하는 기기가 아님"))
        self._dial = dial
        self.declared = declared or Security()

    @property
    def limited(self) -> Role:
        """A declared role with something that it may, and something that it may not do."""
        return self.declared.limited or Role(name=None)

    @property
    def nobody(self) -> Role:
        """What is declared of a client without a role."""
        return self.declared.nobody or Role(name=None)

    async def handshake(
        self,
        certificate: str | None = "",
        *,
        role: str | None = None,
        versions: Sequence[str] = (),
        suites: str = "",
        resume: Session | None = None,
    ) -> Session:
        """Try to open a session, and ask a harmless question in it.

        A refused certificate of TLS 1.3 shows only then; any answer, an exception too, says that the session
        stands.

        Args:
            certificate: a bad one by its name; None shows none, empty that of the role.
            role: to be shown; the first declared one unless said.
            versions: the oldest and the newest offered; those declared unless said.
            suites: those of TLS 1.2 that are offered, as OpenSSL writes them.
            resume: an earlier session; everything else is then as it was there.
        """
        desk = self._desk
        await self._make_room()
        if resume is not None:
            context = resume.context
        else:
            stem = certificate if certificate != "" else file_of_role(role or self.declared.named[0])
            context = self._context(stem, versions or sorted(self.declared.versions), suites)
        connection = Connection(desk.recorder, desk.framing.cutter(), desk.monitor)
        earlier = resume.client.tls.session if resume is not None else None
        client = TlsClient(connection, context, self._dial.keylog, earlier)
        await self._dial.below(client)
        await handshake(client, CONNECT_WITHIN)
        if client.ending is Ending.DONE and client.tls.version() == "TLSv1.3":
            await hears(client, REFUSAL_WITHIN)
        modbus = Modbus(desk)
        modbus.adopt(connection)
        session = Session(Reaction.SILENCE, client.alert, client, connection, context, modbus)
        await self._look(session)
        return session

    def _context(self, stem: str | None, versions: Sequence[str], suites: str) -> ssl.SSLContext:
        chosen = {"suites": suites} if suites else {}
        return self._dial.material.context(
            stem,
            least=VERSIONS[versions[0]],
            most=VERSIONS[versions[-1]],
            keylog=self._dial.keylog,
            **chosen,
        )

    async def _look(self, session: Session) -> None:
        """Say how a handshake was met, and keep the session where there is one."""
        client, connection = session.client, session.connection
        if client.ending is Ending.DONE and client.alert is None:
            try:
                await session.modbus.ping()
            except Unanswered:
                session.outcome = self._met(client, connection)
            else:
                session.outcome = Handshake.ACCEPTED
        else:
            session.outcome = self._met(client, connection)
        session.alert = client.alert
        if session.outcome is Handshake.ACCEPTED:
            self._desk.testers.append(session.modbus)
        else:
            session.closed = await connection.ends(LET_GO_WITHIN / 2)
            connection.close()
            self._cite(connection.number)

    @staticmethod
    def _met(client: TlsClient, connection: Connection) -> Met:
        if client.alert is not None:
            return Handshake.ALERT
        if client.ending is Ending.FOREIGN:
            return Handshake.FOREIGN
        return Reaction.CLOSED if connection.ended is not None else Reaction.SILENCE

    async def established(self, **wishes: object) -> Session:
        """Open, as set-up, a session that the device must accept; undecided where it does not."""
        session = await self.handshake(**wishes)  # type: ignore[arg-type]  # as `handshake` takes
        if session.outcome is not Handshake.ACCEPTED:
            said = Text(en="set-up: the device accepts no session", ko="준비 단계: 세션이 성립하지 않음")
            raise Undecided(said)
        return session

    async def resumed(self, earlier: Session) -> Session:
        """Go on, as set-up, with an earlier session; undecided where the device begins a new one."""
        session = await self.established(resume=earlier)
        if not session.resumed:
            said = Text(en="set-up: the device resumes no session", ko="준비 단계: 세션이 재개되지 않음")
            raise Undecided(said)
        return session

    async def met(self, certificate: str, request: Request) -> Met | Outcome:
        """Open a session with a certificate and send a request; say how whichever went wrong first ended."""
        session = await self.handshake(certificate)
        if session.outcome is not Handshake.ACCEPTED:
            return session.outcome
        return await session.modbus.outcome(request)

    async def leave(self, session: Session) -> None:
        """End a session as a good client does."""
        await self._desk.part(session.connection)
        self._forget(session)

    async def damage(self, session: Session) -> Met:
        """Send a request with one byte of its record changed on the way, and say what it was met with."""
        client, connection = session.client, session.connection
        await self._desk.bench.keep_pace()
        client.damages_next = True
        connection.send(session.modbus.probe(), comment="a byte of the record was changed on purpose")
        received = await connection.receive(self._desk.reply_within)
        met = Reaction.NORMAL if isinstance(received, Received) else self._met(client, connection)
        session.closed = await connection.ends(LET_GO_WITHIN / 2)
        self._cite(connection.number)
        self._forget(session)
        return met

    async def says_farewell(self, session: Session) -> bool:
        """Send close_notify, and say whether the device sends one too before it closes."""
        connection = session.connection
        connection.finish_sending()
        await connection.ends(LET_GO_WITHIN)
        self._cite(connection.number)
        self._forget(session)
        return session.client.farewell

    async def offer(self, hello: ClientHello) -> Offer:
        """Send a ClientHello made by hand, and say what it was met with."""
        return await self._raw(hello.encode())

    async def shows(self) -> Chain:
        """Return the certificates that the device shows; undecided where none can be seen.

        They go in plain text up to TLS 1.2.
        """
        offer = await self.offer(first_hello())
        try:
            return Chain.of(offer.flight.certificates)
        except UnreadableChain as error:
            said = Text(en=f"no chain to look at: {error}", ko=f"인증서 체인을 볼 수 없음: {error}")
            raise Undecided(said) from error

    def request(self, function: Right | None, address: int, value: int = 0) -> Request:
        """Return a request of a function: a read of what is declared, or a write of one leased register."""
        match function:
            case "fc06":
                return WriteSingleRegister(address, value)
            case "fc16":
                return WriteMultipleRegisters(address, (value,))
            case "fc22":
                return MaskWriteRegister(address, 0, value)
            case "fc23":
                return ReadWriteMultipleRegisters(address, 1, address, (value,))
            case _:
                table, kind = READS[function or "fc03"]
                areas = self._desk.bench.declaration.areas(table)
                return kind(areas[0].first if areas else 0, 1)

    async def plain(self) -> Met:
        """Send a harmless Modbus request without TLS, and say what it was met with."""
        data = self._desk.testers[0].probe()
        self._desk.check(data)
        return (await self._raw(data)).outcome

    async def _raw(self, data: bytes) -> Offer:
        await self._make_room()
        line = Overture(self._desk.recorder)
        await self._dial.below(line)
        line.send(data)
        await line.hears(self._desk.reply_within)
        flight, ended = line.flight, line.ended
        outcome: Met
        if flight.alert is not None:
            outcome = Handshake.ALERT
        elif flight.hello is not None:
            outcome = Handshake.ACCEPTED
        elif flight.strange:
            outcome = Handshake.FOREIGN
        else:
            outcome = Reaction.CLOSED if ended else Reaction.SILENCE
        closed = flight.alert is not None and await line.ends(LET_GO_WITHIN / 2)
        line.close()
        self._desk.testers[0].frames = tuple(line.frames)
        return Offer(outcome, flight, closed or ended)

    async def _make_room(self) -> None:
        """Keep the pace; a device of one session is left before another begins."""
        await self._desk.bench.keep_pace()
        first = self._desk.testers[0]
        if self._desk.bench.declaration.sessions < 2 and first.is_open:  # noqa: PLR2004 - its own and this one
            await self._desk.part(first.wire)

    def _cite(self, number: int) -> None:
        """Cite the packets of a connection that carry no ADU."""
        packets = self._desk.recorder.packets
        shown = [one.number for one in packets if one.connection == number and one.kind is not Kind.OPEN]
        self._desk.testers[0].frames = tuple(shown)

    def _forget(self, session: Session) -> None:
        session.connection.close()
        if session.modbus in self._desk.testers:
            self._desk.testers.remove(session.modbus)
