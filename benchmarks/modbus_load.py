"""How fast the load engine asks, and what it adds to a latency, beside a client in C.

    python benchmarks/modbus_load.py [--seconds 2] [--rounds 3] [--connections 16] [--workers 1] [--json]

Function 03 of ten registers, one outstanding request a connection, against a responder in C that does
nothing else. Both clients keep an open loop: latencies count from intended times. The highest rate is what
a client got answered a second when far too much was due. At a fixed rate `added` is the engine's percentile
less that of the C client: the rest is the kernel's and the responder's. Clients take turns in every round,
so that a noisy machine is noisy for both, and the median of the rounds counts. `late` is by how much the
engine says that it was late itself; `of a core` counts the processor, and below 100 % a client waited for the
responder.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from testbed.testers.load.crew import carry_out  # noqa: E402 - the checkout's own
from testbed.testers.load.plan import Plan  # noqa: E402
from testbed.testers.load.statistics import Latencies  # noqa: E402

RATES = (1_000, 10_000, 30_000)
FLOOD = 150_000
"""Requests a second that are due when the highest rate is looked for: more than either client sends."""
REQUEST, ANSWER_SIZE = bytes((1, 3, 0, 0, 0, 10)), 29


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement: answers a second, latencies in µs, how late the client was itself, share of a core."""

    per_second: float
    p50: float
    p99: float
    late_p99: float
    busy: float


def by_engine(port: int, connections: int, workers: int, seconds: float, rate: float) -> Load:
    """Load the responder by the engine."""
    plan = Plan(
        "127.0.0.1", port, REQUEST, ANSWER_SIZE, rate, seconds, connections=connections, drain=20 * seconds
    )
    seen = asyncio.run(carry_out(plan, workers))
    if seen.unanswered or seen.wrong or seen.strange or seen.ends:
        sys.exit(f"modbus_load: {seen.unanswered} not answered, {seen.wrong} wrongly, {dict(seen.ends)}")
    latencies, late = Latencies(seen.latencies), Latencies(seen.late)
    took = max(map(sum, zip(seen.offsets, seen.latencies, strict=True))) / 1e9
    p50, p99, late_p99 = (
        (one.at(share) or 0) / 1e3 for one, share in ((latencies, 0.5), (latencies, 0.99), (late, 0.99))
    )
    return Load(plan.count / took, p50, p99, late_p99, seen.cpu_s / took)


def by_c(program: str, port: int, connections: int, seconds: float, rate: float) -> Load:
    """Load the responder by the client in C."""
    command = [program, str(port), str(connections), str(seconds), str(rate)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    requests, took, cpu, p50, p99 = map(float, printed.split())
    return Load(requests / took, p50, p99, 0.0, cpu / took)


def compile_c(source: str, folder: str) -> str:
    """Compile a C program of this folder and return where it is."""
    program = str(Path(folder) / source.removesuffix(".c"))
    subprocess.run(["cc", "-O2", "-o", program, str(HERE / source)], check=True)
    return program


def run(seconds: float, rounds: int, connections: int, workers: int) -> dict[float, dict[str, Load]]:
    """Measure both clients: rate → client → the median of each number."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        program = compile_c("modbus_load.c", folder)
        responder = stack.enter_context(
            subprocess.Popen([compile_c("modbus_responder.c", folder)], stdout=subprocess.PIPE, text=True)
        )
        stack.callback(responder.terminate)
        assert responder.stdout is not None  # noqa: S101 - it is a pipe
        port = int(responder.stdout.readline())
        clients: dict[str, Callable[[float, float], Load]] = {
            "engine": partial(by_engine, port, connections, workers),
            "C client": partial(by_c, program, port, connections),
        }
        found: dict[tuple[float, str], list[Load]] = {
            (rate, name): [] for rate in (FLOOD, *RATES) for name in clients
        }
        for _ in range(rounds):
            for (rate, name), loads in found.items():
                loads.append(clients[name](seconds, rate))
    return {rate: {name: medians(found[rate, name]) for name in clients} for rate in (FLOOD, *RATES)}


def medians(loads: list[Load]) -> Load:
    """Return the median of each number."""
    rows = [asdict(load) for load in loads]
    return Load(**{name: median(row[name] for row in rows) for name in rows[0]})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The load engine beside a client in C.")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each client")
    parser.add_argument("--connections", type=int, default=16, help="connections of each client")
    parser.add_argument("--workers", type=int, default=1, help="processes of the engine")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    if not shutil.which("cc"):
        sys.exit("this benchmark needs a C compiler (cc)")
    results = run(arguments.seconds, arguments.rounds, arguments.connections, arguments.workers)
    top = results.pop(FLOOD)
    share = top["engine"].per_second / top["C client"].per_second
    if arguments.json:
        rows = {
            f"{rate:g}": {name: asdict(load) for name, load in row.items()} for rate, row in results.items()
        }
        highest = {name: load.per_second for name, load in top.items()}
        print(json.dumps({"highest": highest, "share": share, "rates": rows}, indent=2))
        return
    print(f"highest rate, {arguments.connections} connections, {arguments.workers} process(es)")
    for name, load in top.items():
        print(f"  {name:10}{load.per_second:12,.0f} answers/s   {load.busy:4.0%} of a core")
    print(f"  {'share':10}{share:12.2f}   (aim: at least 0.50)\n")
    print("rate           p50 µs             p99 µs            added µs      late µs")
    print("         engine       C     engine       C      p50     p99         p99")
    for rate, row in results.items():
        ours, theirs = row["engine"], row["C client"]
        added = f"{ours.p50 - theirs.p50:9.0f}{ours.p99 - theirs.p99:8.0f}"
        print(
            f"{rate:6,.0f}{ours.p50:9.0f}{theirs.p50:8.0f}{ours.p99:11.0f}{theirs.p99:8.0f}{added}"
            f"{ours.late_p99:12.0f}"
        )


if __name__ == "__main__":
    main()
