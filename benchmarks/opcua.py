"""OPC UA servers beside one another: reads a second, start-up and memory, and many devices in one process.

    TESTBED_NODE_MODULES=.venv/npm/node_modules python benchmarks/opcua.py [--seconds 3] [--json]

The same client asks each server for one Double, with 1 and with 16 requests outstanding; every answer is held
to its size and to being good. Client and server share the machine. asyncua's and node-opcua's servers are
measured in the same run, and the ratios printed: only those say something about another machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import socket
import statistics
import struct
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MODULES = Path(os.environ.get("TESTBED_NODE_MODULES") or Path(sys.prefix) / "npm" / "node_modules")
SERVERS = ROOT / "tests" / "third_party" / "opcua" / "servers"
OUTSTANDING = (1, 16)
VARIABLES = (0, 1_000, 10_000)
DEVICES = 50
ROUNDS = 3
HEADER = 8
"""Bytes of a message header."""

NODES = {
    "ours": ("https://example.org/mother-factory/plc", "Static.Double"),
    "asyncua": ("urn:testbed:values", "Static.Double"),
    "node-opcua": ("urn://node-opcua-simulator", "Static_Scalar_Double"),
}
"""A Double of each server: its namespace and identifier."""


# The servers, each a process of its own.


async def serve_ours() -> None:
    """Serve the reference controller; print its URL."""
    from testbed.wire.simulator import simulator  # noqa: PLC0415 - only this process needs it

    server = await asyncio.get_running_loop().create_server(simulator("opcua-plc").start(), "127.0.0.1", 0)
    print(f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


def start_up(kind: str, count: int) -> None:
    """Bring a server with so many further variables up; print seconds and megabytes."""
    began = time.perf_counter()
    asyncio.run(_made_by_asyncua(count) if kind == "asyncua" else _made_by_us(count))
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "memory_mb": memory}))


async def _made_by_asyncua(count: int) -> None:
    from asyncua import Server  # noqa: PLC0415 - counted in the start-up

    server = Server()
    await server.init()
    index = await server.register_namespace("urn:benchmark")
    for number in range(count):
        await server.nodes.objects.add_variable(index, f"V{number}", 1.5)


async def _made_by_us(count: int) -> None:
    from asyncua import ua  # noqa: PLC0415 - counted in the start-up

    from device_simulators.opcua.building import Builder  # noqa: PLC0415
    from device_simulators.opcua.plc import Plc  # noqa: PLC0415

    builder, objects, double = Builder(Plc().space, 2), (0, 85), (0, 11)
    for number in range(count):
        builder.variable(objects, f"V{number}", double, ua.Variant(1.5))


def many(count: int) -> None:
    """Bring devices up in one process, each on a port of its own; print seconds and megabytes a device."""
    began = time.perf_counter()
    asyncio.run(_many(count, began))


async def _many(count: int, began: float) -> None:
    from testbed.wire.simulator import simulator  # noqa: PLC0415 - counted in the start-up

    loop, device = asyncio.get_running_loop(), simulator("opcua-plc")
    servers = [await loop.create_server(device.start(), "127.0.0.1", 0)]
    gc.collect()
    first = resident()
    servers += [await loop.create_server(device.start(), "127.0.0.1", 0) for _ in range(count - 1)]
    seconds = time.perf_counter() - began
    gc.collect()
    further = (resident() - first) / 1024 / max(count - 1, 1)
    print(json.dumps({"devices": len(servers), "seconds": seconds, "mb_a_further_device": further}))


def resident() -> float:
    """Return the kilobytes that this process holds; beside Linux the most that it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() / 1024


# The client: blocking, one connection, requests made once.


class Client:
    """A session that reads one Double again and again."""

    def __init__(self, url: str, namespace: str, identifier: str) -> None:
        from asyncua import ua  # noqa: PLC0415 - heavy

        from testbed.protocols.opcua import MSG, OPN, POLICIES, Hello, SecureChannel  # noqa: PLC0415

        self._ua, self._types = ua, (MSG, OPN)
        where = urlsplit(url)
        self._socket = socket.create_connection((where.hostname or "", where.port or 4840), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""
        none = next(one for one in POLICIES.values() if one.is_none)
        self._channel = SecureChannel(none, 1, server=False)
        self._request_id, self._token = 1, ua.NodeId(0, 0, ua.NodeIdType.TwoByte)
        self._socket.sendall(Hello(url=url).encode())
        self._message()
        opening = ua.OpenSecureChannelRequest()
        opening.Parameters.SecurityMode, opening.Parameters.RequestedLifetime = 1, 3_600_000
        opened = self._ask(opening, kind=OPN)
        token = opened.Parameters.SecurityToken
        self._channel.install(token.ChannelId, token.TokenId, b"", b"")
        created = self._ask(self._create(url))
        self._token = created.Parameters.AuthenticationToken
        policies = [p for one in created.Parameters.ServerEndpoints for p in one.UserIdentityTokens or ()]
        activate = ua.ActivateSessionRequest()
        activate.Parameters.UserIdentityToken = ua.AnonymousIdentityToken(
            PolicyId=next(one.PolicyId for one in policies if int(one.TokenType) == 0)
        )
        self._ask(activate)
        namespaces = self._ask(self._read(ua.NodeId(2255, 0))).Results[0].Value.Value
        self._body = self._encoded(self._read(ua.NodeId(identifier, namespaces.index(namespace))))

    def _create(self, url: str) -> object:
        request = self._ua.CreateSessionRequest()
        request.Parameters.EndpointUrl, request.Parameters.SessionName = url, "benchmark"
        request.Parameters.RequestedSessionTimeout = 60_000
        request.Parameters.ClientDescription.ApplicationUri = "urn:mother-factory:benchmark"
        request.Parameters.ClientNonce = bytes(32)
        return request

    def _read(self, node: object) -> object:
        request = self._ua.ReadRequest()
        request.Parameters.TimestampsToReturn = 3
        request.Parameters.NodesToRead = [self._ua.ReadValueId(NodeId=node, AttributeId=13)]
        return request

    def _encoded(self, request: object) -> bytes:
        from testbed.protocols.opcua import encode_service  # noqa: PLC0415

        header = request.RequestHeader  # type: ignore[attr-defined]
        header.AuthenticationToken, header.Timestamp = self._token, datetime.now(UTC).replace(tzinfo=None)
        return encode_service(request)

    def _ask(self, request: object, kind: bytes = b"MSG") -> object:
        from testbed.protocols.opcua import decode_service  # noqa: PLC0415

        frames = self._channel.seal(self._encoded(request), self._request_id, type=kind)
        self._request_id += 1
        self._socket.sendall(b"".join(frames))
        body = b""
        while True:
            chunk = self._channel.open(self._message())
            body += chunk.body
            if chunk.chunk == b"F":
                return decode_service(body)

    def _message(self) -> bytes:
        size = HEADER
        while len(self._held) < size or size == HEADER:
            if len(self._held) >= HEADER:
                size = struct.unpack_from("<I", self._held, 4)[0]
            if len(self._held) < size:
                self._held += self._socket.recv(65536)
        frame, self._held = self._held[:size], self._held[size:]
        return frame

    def rate(self, outstanding: int, seconds: float) -> float:
        """Return reads answered a second.

        Raises:
            ValueError: an answer of another size, or one that is not good.
        """
        head = b"MSGF" + struct.pack(
            "<III", 24 + len(self._body), self._channel.channel_id, self._channel.token_id
        )
        sequence, answered, size, last = self._channel.send_sequence, 0, 0, 0
        ends = time.perf_counter() + seconds
        began = time.perf_counter()
        for _ in range(outstanding):
            self._socket.sendall(head + struct.pack("<II", sequence, self._request_id) + self._body)
            sequence, self._request_id, last = sequence + 1, self._request_id + 1, last + 1
        while answered < last:
            frame = self._message()
            answered += 1
            size = size or len(frame)
            if len(frame) != size or frame[40:44] != bytes(4):
                raise ValueError("an answer of another size, or one that is not good")
            if time.perf_counter() < ends:
                self._socket.sendall(head + struct.pack("<II", sequence, self._request_id) + self._body)
                sequence, self._request_id, last = sequence + 1, self._request_id + 1, last + 1
        self._channel.send_sequence = sequence
        return answered / (time.perf_counter() - began)

    def close(self) -> None:
        """End the connection; the session is left to its time-out."""
        self._socket.close()


def command(name: str) -> list[str] | None:
    """Return what starts a server; None where it is not installed."""
    if name == "node-opcua":
        there = (MODULES / "node-opcua").is_dir()
        return ["node", str(SERVERS / "with_node_opcua.cjs")] if there else None
    if name == "asyncua":
        return [sys.executable, "-W", "ignore", str(SERVERS / "with_asyncua.py")]
    return [sys.executable, __file__, "--serve"]


def rates(seconds: float) -> dict[str, dict[int, float]]:
    """Return reads a second of each server, by outstanding requests: the median of some rounds."""
    found: dict[str, dict[int, float]] = {}
    for name, node in NODES.items():
        asked = command(name)
        if asked is None:
            continue
        environment = os.environ | {"NODE_PATH": str(MODULES)}
        with subprocess.Popen(
            asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment,
        ) as process:  # fmt: skip
            assert process.stdout is not None  # noqa: S101 - narrows the type
            url = next(line.strip() for line in process.stdout if line.startswith("opc.tcp:"))
            client = Client(url, *node)
            found[name] = {
                many: statistics.median(client.rate(many, seconds) for _ in range(ROUNDS))
                for many in OUTSTANDING
            }
            client.close()
            process.kill()
    return found


def told(*arguments: str) -> dict[str, float]:
    """Run this file in a fresh process; return what it prints."""
    said = subprocess.check_output(
        [sys.executable, __file__, *arguments], text=True, stderr=subprocess.DEVNULL
    )
    answer: dict[str, float] = json.loads(said)
    return answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--start-up", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--many", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        with suppress(KeyboardInterrupt):
            asyncio.run(serve_ours())
    elif asked.start_up:
        start_up(asked.start_up[0], int(asked.start_up[1]))
    elif asked.many:
        many(asked.many)
    else:
        report(asked.seconds, as_json=asked.json)


def report(seconds: float, *, as_json: bool) -> None:
    """Measure all and print it."""
    reads = rates(seconds)
    ups = {
        kind: {count: told("--start-up", kind, str(count)) for count in VARIABLES}
        for kind in ("ours", "asyncua")
    }
    devices = told("--many", str(DEVICES))
    if as_json:
        print(json.dumps({"reads_a_second": reads, "start_up": ups, "devices": devices}))
        return
    for name, found in reads.items():
        for outstanding, rate in found.items():
            ratio = reads["ours"][outstanding] / rate
            print(f"{name:11} {outstanding:3} outstanding  {rate:8.0f} reads/s   ours is {ratio:5.2f} of it")
    for kind, found_up in ups.items():
        for count, up in found_up.items():
            print(f"{kind:11} {count:6} variables  up in {up['seconds']:6.2f} s  {up['memory_mb']:6.0f} MB")
    print(
        f"{devices['devices']} devices in one process: up in {devices['seconds']:.2f} s, "
        f"{devices['mb_a_further_device']:.2f} MB a further device"
    )


if __name__ == "__main__":
    main()
