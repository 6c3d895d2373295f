"""How a simulated fleet stands: time until it is ready, memory, and answers a second from all its devices.

    python benchmarks/fleet.py [profiles/fleets/heat-treatment.yaml] [--seconds 5] [--json]

One connection to each device, one outstanding request each, every device asked again and again in turn. The
client is Python too and shares the machine, so the rate is a lower bound; the processor time of the fleet for
an answer stands beside it. Each answer is checked: transaction, unit, function, and a length as asked for.
"""

import argparse
import json
import selectors
import socket
import struct
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "profiles" / "fleets" / "heat-treatment.yaml"

ASKED = {"io-block": (0x02, 16, 2), "transmitter": (0x04, 5, 10)}
"""Function, quantity and bytes of data, by kind; other kinds are controllers."""
CONTROLLER = (0x03, 10, 20)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a fleet takes and gives."""

    devices: int
    ready_s: float
    memory_mb: float
    answers_per_s: float
    fleet_us_per_answer: float
    longest_turn_ms: float


class Asker:
    """One connection that asks the same question again and again."""

    def __init__(self, device: dict[str, str]) -> None:
        where = urlsplit(device["endpoint"])
        unit = int(parse_qs(where.query).get("unit", "1")[0])
        function, quantity, self.size = ASKED.get(device["kind"], CONTROLLER)
        self.request = struct.pack(">HHHBBHH", 1, 0, 6, unit, function, 0, quantity)
        self.wanted = struct.pack(">HHHBBB", 1, 0, 3 + self.size, unit, function, self.size)
        self.asked_at = 0.0
        self.socket = socket.create_connection((where.hostname, where.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        """Send the request."""
        self.asked_at = time.perf_counter()
        self.socket.sendall(self.request)

    def hear(self) -> float:
        """Check one answer and return how long it took, in seconds."""
        answer = self.socket.recv(300)
        if answer[: len(self.wanted)] != self.wanted or len(answer) != len(self.wanted) + self.size:
            sys.exit(f"{self.request.hex(' ')} was answered by {answer.hex(' ')}")
        return time.perf_counter() - self.asked_at


def busy_seconds(pid: int) -> float:
    """Processor time that a process of one thread has used."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def memory(pid: int) -> float:
    """Most memory that a process has held at once, in MB of a million bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


def load(pid: int, devices: list[dict[str, str]], seconds: float) -> tuple[float, float, float]:
    """Ask all devices for some seconds: answers a second, µs of the fleet for one, longest wait in ms."""
    with selectors.DefaultSelector() as selector:
        askers = [Asker(device) for device in devices]
        for asker in askers:
            selector.register(asker.socket, selectors.EVENT_READ, asker)
        began, busy = time.perf_counter(), busy_seconds(pid)
        answers, longest, left = 0, 0.0, len(askers)
        for asker in askers:
            asker.ask()
        while left:
            still = time.perf_counter() - began < seconds
            for key, _ in selector.select(timeout=10):
                longest = max(longest, key.data.hear())
                answers += 1
                if still:
                    key.data.ask()
                else:
                    left -= 1
        took, busy = time.perf_counter() - began, busy_seconds(pid) - busy
        for asker in askers:
            asker.socket.close()
    return answers / took, busy / answers * 1e6, longest * 1e3


def measure(fleet: Path, seconds: float) -> Standing:
    """Start a fleet, load it, and end it."""
    command = [sys.executable, "-m", "testbed", "simulate", str(fleet), "--json"]
    began = time.perf_counter()
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        )
        stack.callback(process.terminate)
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        devices = json.loads(process.stdout.readline())["devices"]
        ready = time.perf_counter() - began
        rate, busy, longest = load(process.pid, devices, seconds)
        return Standing(len(devices), ready, memory(process.pid), rate, busy, longest)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A simulated fleet: start, memory and rate.")
    parser.add_argument("fleet", nargs="?", type=Path, default=EXAMPLE, help="the fleet's file")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of the load")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    found = measure(arguments.fleet.resolve(), arguments.seconds)
    if arguments.json:
        print(json.dumps(asdict(found), indent=2))
        return
    print(f"{found.devices:>12,} devices")
    print(f"{found.ready_s:>12.2f} s until ready, from the command on")
    print(f"{found.memory_mb:>12.1f} MB at most, a connection to each device among it")
    print(f"{found.answers_per_s:>12,.0f} answers a second, one outstanding request to each device")
    print(f"{found.fleet_us_per_answer:>12.2f} µs of processor time of the fleet for an answer")
    print(f"{found.longest_turn_ms:>12.1f} ms was the longest wait for an answer")


if __name__ == "__main__":
    main()
