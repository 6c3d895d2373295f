"""Wrong set-ups, each real: preflight names one cause and a remedy that is true, and never writes."""

import asyncio
import time
from pathlib import Path

import pytest

from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.plugin.preflight import NotReadyError, look, reach
from testbed.plugin.setup import prepare, prepare_text
from testbed.protocols.modbus import Framer, Function, ReadHoldingRegisters, WriteSingleRegister
from testbed.testers.modbus.asking import Asking
from testbed.testers.modbus.preflight import control, desk, reaching, strangers
from testbed.wire.connection import Connection
from testbed.wire.dial import in_process
from testbed.wire.recorder import Recorder
from testbed.wire.simulator import simulators
from tests.testers import setups
from tests.testers.setups import (
    SINGLE,
    device,
    http_server,
    nobody,
    pasted,
    serving,
    setup,
    text,
    timed,
    tls_server,
)
from tests.third_party.products import PYMODBUS, PYMODBUSTCP

DEVICES = Path(__file__).parents[2] / "profiles/devices"
READS = {
    Function.READ_COILS,
    Function.READ_DISCRETE_INPUTS,
    Function.READ_HOLDING_REGISTERS,
    Function.READ_INPUT_REGISTERS,
}
INPUTS = {"input_registers": "[]", "supports": "[fc03]"}
VALUE = "{ table: holding_registers, at: 10, type: float32, value: 21.5"


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Everything that is sent; nothing of it may be anything but a read, however Modbus reads it."""
    kept, send = [], Connection.send

    def keep(self, data, **more):
        kept.append(data)
        return send(self, data, **more)

    monkeypatch.setattr(Connection, "send", keep)
    yield kept
    frames = [frame for data in kept for frame in Framer().feed(data) if frame.protocol == 0 and frame.pdu]
    assert {frame.pdu[0] for frame in frames} <= READS


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Waits as short as loopback allows, and no look at a port that does not belong to the test."""
    monkeypatch.setattr(control, "PATIENCE", 0.5)
    monkeypatch.setattr(desk, "SEARCH_WITHIN", 4.0)
    monkeypatch.setattr(strangers, "LISTEN_WITHIN", 0.3)
    monkeypatch.setattr(reaching, "OTHER_PORTS", ())


def one(declaration):
    """The only thing that preflight finds."""
    (found,) = look(setup(declaration)).found
    assert found.remedy.en
    assert found.remedy.ko
    assert found.said.en != found.said.ko
    assert "{" not in found.said.en
    return found


MENDED = {
    "counted from 1": (
        device(),
        {
            "holding_registers": "[{ first: 1, count: 100 }]",
            "input_registers": "[{ first: 1, count: 20 }]",
        },
        ("PF-ONE-TOO-HIGH", True, "addresses are declared one higher than the device serves them"),
        "holding_registers: [{ first: 0, count: 100 }]\ninput_registers: [{ first: 0, count: 20 }]",
    ),
    "counted from 1, known values too": (
        device(holding=[(0, [7] * 10), (10, SINGLE), (12, [7] * 88)]),
        INPUTS
        | {
            "holding_registers": "[{ first: 1, count: 60 }, { first: 61, count: 40, scratch: true }]",
            "known_values": f"[{VALUE.replace('10', '11')}, within: 0.25 }}]",
        },
        ("PF-ONE-TOO-HIGH", True, "one higher"),
        (
            "holding_registers: [{ first: 0, count: 60 }, { first: 60, count: 40, scratch: true }]\n"
            f"known_values: [{VALUE}, within: 0.25 }}]"
        ),
    ),
    "counted from 0 where the device counts from 1": (
        device(holding=[(1, range(100))], inputs=[(1, range(20))]),
        {},
        ("PF-ONE-TOO-LOW", True, "one lower"),
        """holding_registers: [{ first: 1, count: 100, scratch: true }]
input_registers: [{ first: 1, count: 20 }]""",
    ),
    "entity numbers as addresses": (
        device(),
        {
            "holding_registers": "[{ first: 40001, count: 100 }]",
            "input_registers": "[{ first: 30001, count: 20 }]",
        },
        ("PF-NUMBERING", True, "address 40001 is refused, but 0 answers"),
        "numbering: entity",
    ),
    "entity numbers of a device that counts from 1 on the wire": (
        device(holding=[(1, range(100))]),
        {"holding_registers": "[{ first: 40001, count: 100 }]", "numbering": "entity"} | INPUTS,
        ("PF-ONE-TOO-LOW", True, "one lower"),
        "holding_registers: [{ first: 40002, count: 100 }]",
    ),
    "the other table": (
        device(holding=[], inputs=[(0, range(100))]),
        INPUTS,
        ("PF-TABLE", True, "holding registers are refused, but input registers"),
        "supports: [fc04]\nholding_registers: []\ninput_registers: [{ first: 0, count: 100 }]",
    ),
    "more than there is": (
        device(holding=[(0, range(73))]),
        {},
        ("PF-AREA", False, "of the declared holding registers only 0 to 72 answer"),
        "holding_registers: [{ first: 0, count: 73, scratch: true }]",
    ),
    "a gap at the beginning": (
        device(holding=[(40, range(200))]),
        {},
        ("PF-AREA", False, "only 40 to 99 answer"),
        "holding_registers: [{ first: 40, count: 60, scratch: true }]",
    ),
    "the wrong unit": (
        device(protocol=setups.OnlyUnit7),
        {},
        ("PF-UNIT", True, "unit 1 does not answer, but unit 7 does"),
        "connect: tcp://127.0.0.1:{port}?unit=7",
    ),
    "the wrong unit behind a gateway": (
        device(protocol=setups.Gateway),
        {},
        ("PF-UNIT", True, "unit 1 does not answer, but unit 5 does"),
        "connect: tcp://127.0.0.1:{port}?unit=5",
    ),
    "words swapped": (
        device(holding=[(0, [0] * 10), (10, SINGLE[::-1]), (12, [0] * 88)]),
        {"known_values": f"[{VALUE} }}]"},
        ("PF-WORD-ORDER", True, "holding register 10 holds 21.5 low word first (CDAB), not ABCD"),
        "known_values: [" + VALUE + ", order: CDAB }]",
    ),
    "bytes swapped": (
        device(holding=[(0, [0] * 10), (10, [(n >> 8) | (n & 255) << 8 for n in SINGLE]), (12, [0] * 88)]),
        {"known_values": f"[{VALUE} }}]"},
        ("PF-WORD-ORDER", True, "low byte first in each register (BADC)"),
        "known_values: [" + VALUE + ", order: BADC }]",
    ),
    "off by one, told by a value alone": (
        device(holding=[(0, [0] * 9), (9, SINGLE), (11, [7] * 200)]),
        {"known_values": f"[{VALUE} }}]", "holding_registers": "[{ first: 1, count: 100 }]"} | INPUTS,
        ("PF-ONE-TOO-HIGH", True, "one higher"),
        "holding_registers: [{ first: 0, count: 100 }]\n" + f"known_values: [{VALUE.replace('10', '9')} }}]",
    ),
    "another unit, told by a value": (
        device(holding=[(0, [7] * 10), (10, SINGLE), (12, [7] * 88)], protocol=setups.TwoUnits),
        {"known_values": f"[{VALUE} }}]"},
        ("PF-VALUE-UNIT", True, "the known values stand in unit 3, not in unit 1"),
        "connect: tcp://127.0.0.1:{port}?unit=3",
    ),
    "a value of the other table": (
        device(inputs=[(0, [0] * 10), (10, SINGLE), (12, [0] * 8)]),
        {"known_values": f"[{VALUE} }}]"},
        ("PF-VALUE-TABLE", True, "the known values stand in input registers"),
        "known_values: [{ table: input_registers, at: 10, type: float32, value: 21.5 }]",
    ),
    "too short a time": (
        device(protocol=setups.Late),
        {"sessions": "1"},
        ("PF-REPLY-WITHIN", True, "3 of 3 longer than the declared 300 ms"),
        "timing: {{ reply_within: 1 s }}",
    ),
    "more connections than it takes": (
        device(protocol=setups.FewAndCloses),
        {"sessions": "8"},
        ("PF-SESSIONS", False, "8 connections at once are declared, but 3 were served"),
        "sessions: 3",
    ),
    "more connections than it answers": (
        device(protocol=setups.FewAndMute),
        {"sessions": "8"},
        ("PF-SESSIONS", False, "8 connections at once are declared, but 3 were served"),
        "sessions: 3",
    ),
    "more connections than it remembers": (
        device(protocol=setups.FewAndForgetsTheOldest),
        {"sessions": "8"},
        ("PF-SESSIONS", False, "8 connections at once are declared, but 3 were served"),
        "sessions: 3",
    ),
}


@pytest.mark.parametrize(("factory", "changes", "said", "paste"), MENDED.values(), ids=MENDED)
def test_a_line_mends_it(factory, changes, said, paste):
    with serving(factory) as port:
        declaration = text(port, changes)
        found = one(declaration)
        assert (found.id, found.stops) == said[:2]
        assert said[2] in found.said.en
        wanted = paste.format(port=port) if "{port}" in paste else paste.replace("{{", "{").replace("}}", "}")
        assert found.paste == wanted
        assert all(f"`{line}`" in found.remedy.en for line in wanted.splitlines())

        assert look(setup(pasted(declaration, found.paste))).found == ()


NAMED = {
    "SSH": (setups.Greets, b"SSH-2.0-OpenSSH_9.2p1\r\n", "speaks SSH (`SSH-2.0-OpenSSH_9.2p1`), not Modbus"),
    "SMTP": (setups.Greets, b"220 mail.example ESMTP\r\n", "speaks SMTP"),
    "FTP": (setups.Greets, b"220 Welcome\r\n", "speaks FTP"),
    "Telnet": (setups.Greets, b"\xff\xfd\x18\xff\xfd\x20", "speaks Telnet, not Modbus"),
    "VNC": (setups.Greets, b"RFB 003.008\n", "speaks VNC"),
    "OPC UA": (setups.Replies, b"ERRF\x10\0\0\0\0\0\x7e\x80\0\0\0\0", "speaks OPC UA, not Modbus"),
    "a web server that answers at once": (setups.Replies, b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks HTTP"),
    "commands to a terminal": (setups.Greets, b"SSH-\x1b[2J`x`\r\n", "speaks SSH, not Modbus"),
}


@pytest.mark.parametrize(("kind", "words", "said"), NAMED.values(), ids=NAMED)
def test_another_protocol(kind, words, said):
    with serving(lambda: kind(words)) as port:
        found = one(text(port))

    assert (found.id, found.stops, found.paste) == ("PF-OTHER-PROTOCOL", True, "")
    assert said in found.said.en
    assert "usually is 502" in found.remedy.en


def test_a_web_server():
    with http_server() as port:
        found = one(text(port))

    assert found.id == "PF-OTHER-PROTOCOL"
    assert f"port {port} speaks HTTP" in found.said.en


def test_another_protocol_while_modbus_is_at_its_usual_port(monkeypatch):
    with serving(device()) as usual, http_server() as port:
        monkeypatch.setattr(reaching, "OTHER_PORTS", (usual,))
        found = one(text(port))

        assert (found.id, found.paste) == ("PF-OTHER-PORT", f"connect: tcp://127.0.0.1:{usual}?unit=1")
        assert look(setup(pasted(text(port), found.paste))).found == ()


def test_tls_on_the_port(tmp_path):
    with tls_server(tmp_path) as port:
        found = one(text(port))

    assert (found.id, found.stops) == ("PF-TLS", True)
    assert f"port {port} expects TLS" in found.said.en
    assert f"OPENSSL:127.0.0.1:{port},verify=0" in found.remedy.en


def test_tls_on_the_port_while_plain_modbus_is_at_its_usual_one(tmp_path, monkeypatch):
    with serving(device()) as usual, tls_server(tmp_path) as port:
        monkeypatch.setattr(reaching, "OTHER_PORTS", (usual,))
        found = one(text(port))

        assert found.id == "PF-TLS-PORT"
        assert look(setup(pasted(text(port), found.paste))).found == ()


@pytest.mark.parametrize(
    ("protocol", "name"), [(setups.RtuOverTcp, "RTU"), (setups.AsciiOverTcp, "ASCII")], ids=["RTU", "ASCII"]
)
def test_serial_framing_on_a_socket(protocol, name):
    with serving(protocol) as port:
        found = one(text(port))

    assert (found.id, found.stops) == ("PF-FRAMING", True)
    assert f"speaks Modbus in {name} framing" in found.said.en
    assert '"Modbus TCP"' in found.remedy.en


LEFT = {
    "mute": (device(protocol=setups.Mute), {}, "PF-SILENT", True),
    "closes at once": (device(protocol=setups.HangsUp), {}, "PF-HANGS-UP", True),
    "resets at once": (device(protocol=setups.Resets), {}, "PF-HANGS-UP", True),
    "nobody behind the gateway": (device(protocol=setups.NobodyBehind), {}, "PF-GATEWAY", True),
    "always busy": (device(**setups.always(6)), {}, "PF-BUSY", True),
    "always failing": (device(**setups.always(4)), INPUTS, "PF-FAILING", True),
    "one byte at a time": (setups.Drips, {}, "PF-UNREADABLE", False),
    "a flood": (setups.Floods, {}, "PF-UNREADABLE", False),
    "a value that nothing explains": (
        device(),
        {"known_values": f"[{VALUE} }}]"},
        "PF-VALUE",
        True,
    ),
    "a value where nothing can be read": (
        device(),
        {"known_values": f"[{VALUE.replace('10', '5000')} }}]"},
        "PF-VALUE-UNREADABLE",
        True,
    ),
    "addresses far away": (
        device(holding=[(5000, [0])]),
        {},
        "PF-ADDRESSES",
        False,
    ),
    "a function that it lacks": (
        device(functions=frozenset({Function.READ_INPUT_REGISTERS})),
        {},
        "PF-FUNCTION",
        False,
    ),
    "nothing to read": (
        device(),
        {"supports": "[fc06]"},
        "PF-NO-READ",
        False,
    ),
}


@pytest.mark.parametrize(("factory", "changes", "name", "stops"), LEFT.values(), ids=LEFT)
def test_the_rest_is_named_with_what_to_do(factory, changes, name, stops):
    with serving(factory) as port, timed(15):
        found = one(text(port, changes))

    assert (found.id, found.stops) == (name, stops)


def test_nothing_listens():
    with nobody() as port:
        found = one(text(port))

    assert (found.id, found.stops) == ("PF-REFUSED", True)
    assert f"127.0.0.1:{port} refuses the connection" in found.said.en


def test_nothing_listens_but_modbus_is_at_its_usual_port(monkeypatch):
    with serving(device()) as usual, nobody() as port:
        monkeypatch.setattr(reaching, "OTHER_PORTS", (usual,))
        found = one(text(port))

        assert (found.id, found.paste) == ("PF-PORT", f"connect: tcp://127.0.0.1:{usual}?unit=1")
        assert look(setup(pasted(text(port), found.paste))).found == ()


def test_a_name_that_does_not_resolve():
    found = one(text(1, {"connect": "tcp://no-such-device.invalid"}))

    assert (found.id, found.stops) == ("PF-NAME", True)


@pytest.mark.parametrize("product", [PYMODBUS, PYMODBUSTCP], ids=lambda product: product.name)
def test_products_of_others_are_as_declared(product, tmp_path):
    with product.served(tmp_path) as declaration:
        done = look(prepare(declaration))

    assert done.found == ()
    assert len(done.checks) == 3


@pytest.mark.parametrize("name", ["plc", "transmitter", "io-block"])
def test_reference_devices_are_as_declared(name):
    done = look(prepare(DEVICES / f"sim-{name}.yaml"))

    assert done.found == ()
    assert done.capture[:4] == b"\n\r\r\n"


def test_known_values_prove_a_good_set_up():
    declared = (DEVICES / "sim-transmitter.yaml").read_text(encoding="utf-8")
    values = "\n".join(
        f"  - {{ table: input_registers, at: {at}, type: float32, value: 21.4, within: 0.2, order: {order} }}"
        for at, order in [(0, "ABCD"), (2, "CDAB")]
    )
    done = look(setup(f"{declared}known_values:\n{values}\n"))

    assert done.found == ()
    assert "2 known values stand as declared" in done.checks[2].said.en


MUTANTS = [one for one in simulators("modbus").values() if one.breaks]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_no_fault_of_a_device_is_taken_for_one_of_the_set_up(mutant):
    """What a case judges, preflight leaves to it: it may mention it, and never stops the run."""
    declaration = (DEVICES / (mutant.declaration or "sim-plc.yaml")).read_text(encoding="utf-8")

    done = look(prepare_text(declaration, "a.yaml", device=mutant))

    assert [found.sentence("en") for found in done.found if found.stops] == []


def test_it_takes_no_time_over_tcp():
    with serving(device()) as port:
        made = setup(text(port))
        look(made)
        began = time.process_time()
        assert look(made).found == ()
        assert time.process_time() - began < 0.05  # of tester and device, whatever else runs here


def test_it_keeps_the_declared_pause(sent):
    with serving(device()) as port:
        made = setup(text(port, {"timing": "{ reply_within: 300 ms, pause: 20 ms }"}))
        done = look(made)
        assert done.found == ()
        with pytest.raises(AssertionError), timed(0.02 * (len(sent) - 1)):
            look(made)


def test_a_run_stops_with_the_sentences_of_what_stops_it():
    with nobody() as port, pytest.raises(NotReadyError, match=r"refuses the connection.*; start its Modbus"):
        reach(setup(text(port)))


def test_nothing_but_a_plain_read_can_be_asked():
    async def write():
        asking = Asking(in_process(device()), Recorder(asyncio.get_running_loop().time))
        assert (await asking.read(ReadHoldingRegisters(5, 2), within=1)).values == (5, 6)
        with pytest.raises(ValueError, match="no plain read"):
            await asking.read(WriteSingleRegister(5, 2), within=1)
        await asking.leave()

    asyncio.run(write())


@pytest.mark.parametrize("how", ["silent", "busy", "closed"])
@pytest.mark.parametrize("at", range(1, 6))
def test_one_answer_that_got_lost_is_no_wrong_setup(at, how):
    class Unlucky(ModbusTcpProtocol):
        asked = 0

        def respond(self, transaction, protocol, unit, pdu):
            Unlucky.asked += 1
            if Unlucky.asked != at:
                return super().respond(transaction, protocol, unit, pdu)
            if how == "closed":
                self.transport.close()
            return self.envelop(transaction, unit, bytes((pdu[0] | 0x80, 6))) if how == "busy" else b""

    with serving(device(protocol=Unlucky)) as port:
        assert look(setup(text(port))).found == ()
    assert Unlucky.asked > at


def test_one_answer_that_got_lost_is_no_connection_too_few():
    class Unlucky(ModbusTcpProtocol):
        asked, lost = 0, 0

        def respond(self, transaction, protocol, unit, pdu):
            Unlucky.asked += 1
            answer = super().respond(transaction, protocol, unit, pdu)
            return b"" if Unlucky.asked == self.lost else answer

    with serving(device(protocol=Unlucky)) as port:
        declaration = setup(text(port, {"sessions": "4"}))
        assert look(declaration).found == ()
        for lost in range(Unlucky.asked - 6, Unlucky.asked + 1):
            Unlucky.asked, Unlucky.lost = 0, lost
            done = look(declaration)
            assert done.found == ()
            assert "4 connections at once are served" in [check.said.en for check in done.checks]
