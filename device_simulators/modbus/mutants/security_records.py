"""Controllers that go wrong with records, or have a way around TLS (RFC 5246, 6.2 and 7.2)."""

import ssl
from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.secure import SecureProtocol, Security
from testbed.protocols.tls import ContentType
from testbed.wire.tls import Ending


@mutant("MB-TLS-ADU-UNCHANGED", suite="modbus_security")
class ChangesTheHeaderInTls(Plc):
    """Puts its own unit identifier into every answer that goes through TLS."""

    class protocol_class(ModbusTcpProtocol):
        """Knows better who it is."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - the rule's form
            """Answer as unit 247."""
            return super().envelop(transaction, 247, pdu)


@mutant("MB-TLS-RECORDS-SPLIT", suite="modbus_security")
class TakesRecordsForAdus(Plc):
    """Expects a whole request in each record, and forgets what is none."""

    class protocol_class(ModbusTcpProtocol):
        """One record, one request."""

        def data_received(self, data: bytes) -> None:
            """Forget the rest of a record."""
            super().data_received(data)
            self.pending = b""


@mutant("MB-TLS-RECORDS-JOINED", suite="modbus_security")
class ReadsOneRequestEach(Plc):
    """Answers the first request in a record, and drops what stands behind it."""

    class protocol_class(ModbusTcpProtocol):
        """One record, one request."""

        def data_received(self, data: bytes) -> None:
            """Cut a record behind its first request."""
            whole = self.pending + data
            end = 6 + int.from_bytes(whole[4:6]) if len(whole) >= 6 else len(whole)
            super().data_received(data[: max(0, end - len(self.pending))])


@mutant("MB-TLS-RECORD-DAMAGED", suite="modbus_security")
class LeavesWithoutWords(Plc):
    """Closes the connection when a record does not verify, and sends no alert."""

    class secure_class(Security):
        """Never explains itself."""

        class session_class(SecureProtocol):
            """Just leaves."""

            def give_up(self, error: ssl.SSLError) -> None:
                """Close without an alert, where a session had begun."""
                if self.ending is Ending.DONE:
                    self.below.close()
                else:
                    super().give_up(error)


@mutant("MB-TLS-FAREWELL", suite="modbus_security")
class LeavesWithoutFarewell(Plc):
    """Closes the connection without close_notify."""

    class secure_class(Security):
        """TCP has an end of its own, it thinks."""

        class session_class(SecureProtocol):
            """Closes what is below."""

            def farewell_received(self) -> None:
                """Close."""
                self.below.close()


@mutant("MB-TLS-PLAIN", suite="modbus_security")
class FallsBackToPlainText(Plc):
    """Serves clients without TLS on the same port."""

    class secure_class(Security):
        """Compatible with everything."""

        HANDSHAKE: ClassVar[int] = ContentType.HANDSHAKE

        def takes(self, data: bytes) -> bool:
            """Take for TLS what looks like it."""
            return data[0] == self.HANDSHAKE
