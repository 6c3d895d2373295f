"""How many requests a second the reference Modbus/TCP server answers, beside pymodbus and libmodbus.

    python benchmarks/modbus_server.py [--seconds 1] [--rounds 5] [--json]

Function 03 of ten registers over 1 and 16 connections, one outstanding request each. Each server is a
process of its own; the load is a C program that checks every byte of every answer and reports how busy
it was itself: below 100 % of a core it was waiting for the server, not the other way round. Servers take
turns in every round, so that a noisy machine is noisy for all, and the median of the rounds counts. The
processor time of the server for a request stands beside the rate: it hardly changes where the rate drops
because the machine is busy with something else.
What needs a C compiler or libmodbus is left out, and said so, where they are missing.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import cast

HERE = Path(__file__).resolve().parent
CONNECTIONS = (1, 16)
OURS, PYMODBUS, LIBMODBUS = "ours", "pymodbus", "libmodbus"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process and its port."""

    pid: int
    port: int

    def busy_seconds(self) -> float:
        """Processor time that it has used, all of it in its only thread."""
        nanoseconds, *_ = Path(f"/proc/{self.pid}/schedstat").read_text().split()
        return int(nanoseconds) / 1e9


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement: answers a second, server time an answer and latencies in µs, share of a core."""

    per_second: float
    server_us: float
    p50: float
    p99: float
    generator_busy: float


async def serve_ours() -> None:
    """Serve the reference controller on a free port, and print it."""
    from device_simulators.modbus.devices import Plc  # noqa: PLC0415

    plc = Plc()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: plc.protocol_class(plc), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def serve_pymodbus() -> None:
    """Serve the same 200 holding registers by pymodbus."""
    from pymodbus.server import ModbusTcpServer  # noqa: PLC0415
    from pymodbus.simulator import DataType, SimData, SimDevice  # noqa: PLC0415

    registers = SimData(0, values=list(range(200)), datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(1, [registers]), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    listening = cast("asyncio.Server", server.transport)  # what loop.create_server gave it
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


SERVERS: dict[str, Callable[[], Coroutine[None, None, None]]] = {OURS: serve_ours, PYMODBUS: serve_pymodbus}


def serve(name: str) -> None:
    """Run one of our Python servers, ``ours`` or ``pymodbus``, with ``+uvloop`` behind it on uvloop."""
    server, _, fast = name.partition("+")
    if fast:
        import uvloop  # noqa: PLC0415

        uvloop.run(SERVERS[server]())
    else:
        asyncio.run(SERVERS[server]())


def compile_c(source: str, folder: str, *libraries: str) -> str:
    """Compile a C program of this folder and return where it is."""
    program = str(Path(folder) / source.removesuffix(".c"))
    subprocess.run(["cc", "-O2", "-o", program, str(HERE / source), *libraries], check=True)
    return program


def libmodbus_flags() -> list[str] | None:
    """What the compiler needs to find libmodbus, or None where it is not installed."""
    if not shutil.which("pkg-config"):
        return None
    asked = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=False
    )
    return asked.stdout.split() if asked.returncode == 0 else None


def start(command: list[str], stack: ExitStack) -> Server:
    """Start a server that prints its port; it ends with the stack."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    process = stack.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    )
    stack.callback(process.terminate)
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    return Server(process.pid, int(process.stdout.readline()))


def measure(generator: str, server: Server, connections: int, seconds: float) -> Load:
    """Load a server for some seconds."""
    busy = server.busy_seconds()
    command = [generator, str(server.port), str(connections), str(seconds)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    requests, elapsed, cpu, p50, p99 = map(float, printed.split())
    server_us = (server.busy_seconds() - busy) / requests * 1e6
    return Load(requests / elapsed, server_us, p50, p99, cpu / elapsed)


def run(seconds: float, rounds: int) -> dict[int, dict[str, list[Load]]]:
    """Measure all servers that can be had: number of connections → server → a load for each round."""
    loops = ("", "+uvloop") if find_spec("uvloop") else ("",)
    commands = {
        f"{server}{loop}": [sys.executable, __file__, "--serve", f"{server}{loop}"]
        for server in SERVERS
        for loop in loops
    }
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        generator = compile_c("modbus_load.c", folder)
        flags = libmodbus_flags()
        if flags is None:
            print("libmodbus is not installed: left out", file=sys.stderr)
        else:
            commands[LIBMODBUS] = [compile_c("libmodbus_server.c", folder, *flags)]
        servers = {name: start(command, stack) for name, command in commands.items()}
        cells = [(connections, name) for connections in CONNECTIONS for name in servers]
        loads: dict[tuple[int, str], list[Load]] = {cell: [] for cell in cells}
        for _ in range(rounds):
            for connections, name in cells:
                loads[connections, name].append(measure(generator, servers[name], connections, seconds))
    return {n: {name: loads[n, name] for name in servers} for n in CONNECTIONS}


def medians(loads: list[Load]) -> Load:
    """The median of each number."""
    rows = [asdict(load) for load in loads]
    return Load(**{name: median(row[name] for row in rows) for name in rows[0]})


def ratios(result: dict[str, list[Load]]) -> dict[str, float]:
    """Our rate as a multiple of another server's, the median of the rounds; Python on the same loop."""
    fast = "+uvloop" if f"{OURS}+uvloop" in result else ""
    pairs = [(f"{OURS}{loop}", f"{PYMODBUS}{loop}") for loop in dict.fromkeys(("", fast))]
    pairs += [(f"{OURS}{fast}", LIBMODBUS)] if LIBMODBUS in result else []
    return {
        f"{ours} / {other}": median(
            one.per_second / two.per_second for one, two in zip(result[ours], result[other], strict=True)
        )
        for ours, other in pairs
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Requests a second of Modbus/TCP servers.")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each server")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    if not shutil.which("cc"):
        sys.exit("this benchmark needs a C compiler (cc) for its load generator")
    results = run(arguments.seconds, arguments.rounds)
    if arguments.json:
        rows = [
            {
                "connections": n,
                "servers": {name: asdict(medians(loads)) for name, loads in result.items()},
                "ratios": ratios(result),
            }
            for n, result in results.items()
        ]
        print(json.dumps(rows, indent=2))
        return
    for connections, result in results.items():
        print(
            f"\n{connections} connection(s)         answers/s  server µs    p50 µs    p99 µs   generator busy"
        )
        for name, load in ((name, medians(loads)) for name, loads in result.items()):
            rate = f"{load.per_second:11,.0f}{load.server_us:11.2f}"
            print(f"  {name:20}{rate}{load.p50:10.0f}{load.p99:10.0f}{load.generator_busy:12.0%}")
        for pair, ratio in ratios(result).items():
            print(f"  {pair:40} {ratio:.2f}")


if __name__ == "__main__":
    main()
