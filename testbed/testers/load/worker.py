"""One process of the load engine: `python -m testbed.testers.load.worker`. It imports next to nothing.

It reads one line of JSON, its share of a plan; writes a line once its connections are open; reads the time at
which to start; writes what it saw: one line of JSON, then two arrays of 64-bit numbers of this machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any, BinaryIO

from testbed.testers.load.churn import Churn
from testbed.testers.load.engine import Engine
from testbed.testers.load.extra import crowd_in
from testbed.testers.load.plan import SECOND, Plan


def plan_of(said: dict[str, Any]) -> Plan:
    """Return the plan that a line of JSON tells."""
    return Plan(**said | {"request": bytes.fromhex(said["request"])})


def told(plan: Plan) -> dict[str, Any]:
    """Return a plan as a line of JSON tells it."""
    return asdict(plan) | {"request": plan.request.hex()}


async def work(orders: BinaryIO, answers: BinaryIO) -> None:
    """Do one share of a plan."""
    said = json.loads(orders.readline())
    plan = plan_of(said["plan"])
    offsets = plan.schedule()[said["worker"] :: said["workers"]]
    engine = Churn(plan, offsets) if plan.churn else Engine(plan, offsets)
    await engine.open()
    tally = engine.tally
    _line(answers, {"connected": tally.connected, "trouble": tally.trouble, "own": tally.own})
    start = int(await asyncio.get_running_loop().run_in_executor(None, orders.readline) or 0)
    if not start:
        engine.close()
        return  # whoever asked went away, or another worker has no connections
    beside = asyncio.ensure_future(crowd_in(engine, start + round(plan.seconds * SECOND / 2)))
    await engine.run(start)
    await beside
    _line(
        answers,
        {
            "own": tally.own,
            "ends": tally.ends,
            "strange": tally.strange,
            "backlog": tally.backlog,
            "extra": tally.extra,
            "cpu_s": tally.cpu_s,
            "loop": type(asyncio.get_running_loop()).__module__.partition(".")[0],
        },
    )
    answers.write(tally.latencies.tobytes())
    answers.write(tally.late.tobytes())
    answers.flush()


def _line(answers: BinaryIO, said: dict[str, Any]) -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


def _take_all_descriptors() -> None:
    """Raise the limit of open files to the highest that this process may have."""
    if find_spec("resource"):  # not on Windows
        import resource  # noqa: PLC0415 - as above

        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    """Work by standard input and output, on uvloop where it is installed."""
    _take_all_descriptors()
    working = work(sys.stdin.buffer, sys.stdout.buffer)
    if find_spec("uvloop"):
        import uvloop  # noqa: PLC0415 - only where it is there

        uvloop.run(working)
    else:
        asyncio.run(working)


if __name__ == "__main__":
    main()
