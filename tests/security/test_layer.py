"""TLS between a connection and its transport: what is recorded, what is said when it does not come about."""

import asyncio
import gc
import shutil
import subprocess

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.security import Security
from testbed.protocols.tls import Alert, records
from testbed.testers.modbus.evidence import evidence
from testbed.wire.dial import UnreachableError, in_process
from testbed.wire.mbaps import throw_away
from testbed.wire.pcapng import capture
from testbed.wire.playback import steps
from testbed.wire.recorder import Kind
from testbed.wire.simulator import simulator
from testbed.wire.tls import Ending, TlsClient

from .bench import ANSWER, BOTH, READ, connected, controller, dial, listening, virtually


async def exchange(secure):
    connection = await connected(secure)
    connection.send(READ)
    received = await connection.receive(1.0)
    connection.finish_sending()
    await connection.ends(1.0)
    connection.close()
    return connection, received


def data(recorder):
    return [one for one in recorder.packets if one.kind is Kind.DATA]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_an_adu_goes_through_and_comes_back(version):
    connection, received = virtually(exchange(dial(controller(), Security(versions=(version,)))))

    assert received.data == ANSWER
    sent, got = data(connection.recorder)
    assert (sent.data, got.data) == (READ, ANSWER)
    assert sent.records.startswith(b"\x17\x03\x03")
    assert got.records.startswith(b"\x17\x03\x03")
    assert READ not in sent.records


def test_the_same_over_sockets():
    async def main():
        async with listening(simulator("plc").start("tls")) as below:
            return await exchange(dial(below))

    connection, received = asyncio.run(main())
    assert received.data == ANSWER
    assert connection.ended is None or connection.recorder.packets[-1].kind in {Kind.FIN, Kind.TLS}


def test_packets_stand_in_the_order_in_which_they_went():
    connection, _ = virtually(exchange(dial(controller())))

    kinds = [(one.kind, one.sent) for one in connection.recorder.packets]
    hello, flight, finished = kinds[1:4]
    assert (hello, flight, finished) == ((Kind.TLS, True), (Kind.TLS, False), (Kind.TLS, True))
    assert kinds[-4:] == [(Kind.TLS, True), (Kind.FIN, True), (Kind.TLS, False), (Kind.FIN, False)]


def test_two_adus_in_one_record_are_two_frames():
    async def main():
        connection = await connected(dial(controller()))
        connection.send(READ + READ)
        return [await connection.receive(1.0) for _ in range(2)], connection.recorder

    received, recorder = virtually(main())
    assert [one.data for one in received] == [ANSWER, ANSWER]
    _, first, second = data(recorder)
    assert first.records
    assert second.records == b""
    assert first.number < second.number


class InParts(ModbusTcpProtocol):
    """Sends each answer in two records."""

    def connection_made(self, transport):
        super().connection_made(transport)
        whole = transport.write
        transport.write = lambda data: (whole(data[:5]), whole(data[5:]))


def test_an_adu_in_two_records_is_one_frame():
    class Parts(Plc):
        protocol_class = InParts

    connection, received = virtually(exchange(dial(in_process(Parts().serve("tls"), 802))))
    assert received.data == ANSWER
    _, got = data(connection.recorder)
    assert [len(one.body) - 17 for one in records(got.records)[0]] == [5, len(ANSWER) - 5]


def test_evidence_is_plain_and_says_that_it_was_decrypted():
    connection, _ = virtually(exchange(dial(controller())))
    numbers = [one.number for one in connection.recorder.packets]

    frames = {one.number: one for one in evidence(connection.recorder, numbers, {})}
    sent, got = data(connection.recorder)
    assert frames[got.number].hex == ANSWER.hex()
    assert frames[got.number].note == f"decrypted from {len(got.records)} bytes of TLS"
    assert {one.name for one in frames[sent.number].fields} >= {"transaction identifier", "function code"}
    hello = next(frames[number] for number in numbers if number in frames and not frames[number].note)
    assert any("Hello" in one.value for one in hello.fields)


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
@pytest.mark.parametrize("versions", [("1.2",), ("1.3",)])
def test_tshark_reads_modbus_without_any_option(tmp_path, versions):
    connection, _ = virtually(exchange(dial(controller(), Security(versions=versions))))
    file = tmp_path / "case.pcapng"
    file.write_bytes(capture(connection.recorder, comment="", epoch=1.0))

    fields = ["mbtcp.trans_id", "mbtcp.len", "modbus.func_code"]
    command = ["tshark", "-r", file, "-Y", "mbtcp", "-T", "fields", *(f"-e{name}" for name in fields)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["7\t6\t3", "7\t7\t3"]
    broken = subprocess.run(["tshark", "-r", file, "-Y", "_ws.malformed"], capture_output=True, check=True)
    assert broken.stdout == b""


def test_no_key_stands_in_a_capture():
    connection, _ = virtually(exchange(dial(controller())))
    written = capture(connection.recorder, comment="", epoch=1.0)

    assert b"SERVER_TRAFFIC_SECRET_0" in written
    for file in throw_away().folder.rglob("*.key"):
        assert file.read_bytes()[40:100] not in written
        assert b"PRIVATE" not in written


def refusal(secure):
    async def main():
        with pytest.raises(UnreachableError) as refused:
            await connected(secure)
        return str(refused.value)

    return virtually(main())


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_refused_certificate_is_said_with_its_alert(version):
    secure = dial(controller(), Security(versions=(version,)))
    secure.shown = "expired"
    secure._context = throw_away().context("expired", least=secure._context.minimum_version)

    assert "refuses the session with alert 45 (certificate_expired)" in refusal(secure)


class Speaks(asyncio.Protocol):
    """Answers anything with the same bytes, with nothing, or with the end."""

    def __init__(self, answer):
        self.answer = answer

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _):
        if self.answer is None:
            self.transport.close()
        elif self.answer:
            self.transport.write(self.answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "answers with what is no TLS (WRONG_VERSION_NUMBER)"),
        (None, "closes the connection in the TLS handshake without an alert"),
        (b"", "does not finish the TLS handshake within 5 s"),
        (bytes.fromhex("15030300020228"), "refuses the session with alert 40 (handshake_failure)"),
    ],
    ids=["another protocol", "closes", "silent", "alert"],
)
def test_what_does_not_come_about_is_said_in_one_sentence(answer, said):
    assert said in refusal(dial(in_process(lambda: Speaks(answer), 802)))


def test_a_damaged_record_is_met_with_an_alert_and_the_end():
    async def main():
        connection = await connected(dial(controller()))
        layer = connection._transport._layer
        layer.damages_next = True
        connection.send(READ)
        assert await connection.ends(1.0)
        return layer

    layer = virtually(main())
    assert layer.alert is Alert.BAD_RECORD_MAC
    assert layer.ending is Ending.DONE


def test_a_session_is_logged_once_and_its_file_goes_with_the_log():
    secure = dial(controller())
    connection, _ = virtually(exchange(secure))
    path = secure.keylog._path

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(connection.recorder.secrets) == len(set(connection.recorder.secrets)) == 5
    del secure, connection
    gc.collect()
    assert not path.exists()


def test_bytes_of_a_stranger_never_reach_the_server():
    """Whatever comes before a handshake is done goes to TLS alone."""
    reached = []

    async def main():
        device = simulator("plc").start("tls")
        protocol = device()
        protocol.accept = lambda: reached.append(1)
        below = in_process(lambda: protocol, 802)
        client = TlsClient(Speaks(b""), throw_away().context(None), None)
        await below(client)
        await asyncio.sleep(1.0)
        return client

    client = virtually(main())
    assert client.alert in {Alert.CERTIFICATE_REQUIRED, Alert.HANDSHAKE_FAILURE}
    assert not reached
    assert BOTH.facts["tls13"]


def test_a_capture_is_read_back_as_what_was_meant():
    """A replay sends the ADUs again, in a session of its own."""
    connection, _ = virtually(exchange(dial(controller())))

    found = steps(capture(connection.recorder, comment="", epoch=1.0))
    kinds = [(one.kind, one.sent, one.data) for one in found]
    assert kinds == [
        (Kind.OPEN, True, b""),
        (Kind.DATA, True, READ),
        (Kind.DATA, False, ANSWER),
        (Kind.FIN, True, b""),
        (Kind.FIN, False, b""),
    ]
