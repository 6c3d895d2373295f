"""Devices and strangers on loopback ports, each set up in its own way, and declarations of them."""

# ruff: noqa: ARG002 - a protocol gets what its interface says

import asyncio
import http.server
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import contextmanager
from functools import partial

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.server import ModbusServer
from testbed.plugin.setup import prepare_text
from testbed.protocols.modbus import crc16

FIRST = {
    "device": '{ vendor: A, model: B, firmware: "1" }',
    "profile": "modbus-tcp-server@1",
    "connect": "",
    "supports": "[fc03, fc04, fc06, fc16]",
    "sessions": "2",
    "timing": "{ reply_within: 300 ms }",
    "holding_registers": "[{ first: 0, count: 100, scratch: true }]",
    "input_registers": "[{ first: 0, count: 20 }]",
}
SINGLE = struct.unpack(">HH", struct.pack(">f", 21.5))


def text(port, changes=()):
    """The declaration of what listens on a port, some of its lines changed."""
    lines = FIRST | {"connect": f"tcp://127.0.0.1:{port}?unit=1"} | dict(changes)
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def pasted(declaration, paste):
    """The declaration with lines in place of those of the same keys."""
    lines = dict(line.split(": ", 1) for line in declaration.splitlines())
    lines |= dict(line.split(": ", 1) for line in paste.splitlines())
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def setup(declaration):
    return prepare_text(declaration, "a.yaml")


# Devices.


def device(holding=((0, range(100)),), inputs=((0, range(1000, 1020)),), protocol=ModbusTcpProtocol, **rules):
    """What serves the connections of a device with these registers."""
    made = type("Made", (ModbusServer,), rules)(
        holding_registers=Registers([(first, list(values)) for first, values in holding]),
        input_registers=Registers([(first, list(values)) for first, values in inputs]),
        coils=Bits([(0, [False] * 16)]),
    )
    return partial(protocol, made)


class OnlyUnit7(ModbusTcpProtocol):
    def respond(self, transaction, protocol, unit, pdu):
        return super().respond(transaction, protocol, unit, pdu) if unit == 7 else b""


class Gateway(ModbusTcpProtocol):
    """Hears nobody but unit 5."""

    def respond(self, transaction, protocol, unit, pdu):
        if unit == 5:
            return super().respond(transaction, protocol, unit, pdu)
        return self.envelop(transaction, unit, bytes((pdu[0] | 0x80, 0x0B)))


class NobodyBehind(ModbusTcpProtocol):
    def respond(self, transaction, protocol, unit, pdu):
        return self.envelop(transaction, unit, bytes((pdu[0] | 0x80, 0x0B)))


class TwoUnits(ModbusTcpProtocol):
    """Unit 3 holds what unit 1 does not."""

    def respond(self, transaction, protocol, unit, pdu):
        answer = super().respond(transaction, protocol, unit, pdu)
        return answer if unit == 3 else answer[:9] + bytes(len(answer) - 9)


class Late(ModbusTcpProtocol):
    def data_received(self, data):
        asyncio.get_running_loop().call_later(0.45, super().data_received, data)


class Mute(ModbusTcpProtocol):
    def respond(self, transaction, protocol, unit, pdu):
        return b""


class HangsUp(ModbusTcpProtocol):
    def data_received(self, data):
        self.transport.close()


class Resets(ModbusTcpProtocol):
    def data_received(self, data):
        self.transport.abort()


class _Few(ModbusTcpProtocol):
    """Serves three connections at once, and lets the others down in some way."""

    def connection_made(self, transport):
        super().connection_made(transport)
        crowd = vars(self.server).setdefault("crowd", [])
        crowd.append(self)
        if len(crowd) > 3:
            self.let_down()

    def connection_lost(self, exc):
        self.server.crowd.remove(self)

    def let_down(self):
        self.transport.close()


class FewAndCloses(_Few):
    pass


class FewAndMute(_Few):
    deaf = False

    def let_down(self):
        self.deaf = True

    def data_received(self, data):
        if not self.deaf:
            super().data_received(data)


class FewAndForgetsTheOldest(_Few):
    def let_down(self):
        self.server.crowd[0].transport.abort()


def always(code):
    return {"answer": lambda _, request: bytes((request[0] | 0x80, code))}


# Strangers.


class Greets(asyncio.Protocol):
    """Says who it is, as soon as somebody comes."""

    def __init__(self, words):
        self.words = words

    def connection_made(self, transport):
        transport.write(self.words)


class Replies(asyncio.Protocol):
    """Answers everything with the same bytes, and closes."""

    def __init__(self, words):
        self.words = words

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(self.words)
        self.transport.close()


class RtuOverTcp(asyncio.Protocol):
    """A transparent serial server with a slave behind it."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if not crc16(data) and data[0] == 1:
            answer = bytes((1, data[1], 2, 0, 7))
            self.transport.write(answer + crc16(answer).to_bytes(2, "little"))


class AsciiOverTcp(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data[:1] == b":" and sum(bytes.fromhex(data[1:-2].decode())) & 0xFF == 0:
            answer = bytes((1, int(data[3:5], 16), 2, 0, 7))
            answer += bytes((-sum(answer) & 0xFF,))
            self.transport.write(b":" + answer.hex().upper().encode() + b"\r\n")


class Drips(asyncio.Protocol):
    """Sends a byte every tenth of a second, for ever."""

    def connection_made(self, transport):
        self.transport = transport
        self.drip()

    def drip(self):
        if not self.transport.is_closing():
            self.transport.write(b"\0")
            asyncio.get_running_loop().call_later(0.1, self.drip)


class Floods(asyncio.Protocol):
    """Sends as fast as it is read, until 256 MB are gone."""

    def connection_made(self, transport):
        self.transport = transport
        self.left, self.going = 256, True
        self.pour()

    def pour(self):
        while self.left and self.going and not self.transport.is_closing():
            self.left -= 1
            self.transport.write(b"\xa5" * (1 << 20))

    def pause_writing(self):
        self.going = False

    def resume_writing(self):
        self.going = True
        self.pour()


@contextmanager
def serving(factory, **options):
    """Serve on a loopback port from a loop in a thread of its own; yield the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)

    async def begin():
        return await loop.create_server(factory, "127.0.0.1", 0, **options)

    async def end():
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.02)

    server = do(begin())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        do(end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@contextmanager
def http_server():
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def tls_server(folder):
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    made += ["-subj", "/CN=plc", "-days", "2", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(device(), ssl=context) as port:
        yield port


@contextmanager
def nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


@contextmanager
def timed(most):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < most
