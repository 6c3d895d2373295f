"""Setups, cases and engines of the simulated controller."""

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from device_simulators.modbus.devices import Plc
from testbed.model.verdict import Verdict
from testbed.plugin.attempt import Settings
from testbed.plugin.case import Case
from testbed.plugin.engine import Engine
from testbed.plugin.gather import gather
from testbed.plugin.setup import Setup, prepare_text
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.simulator import Simulator, stand_in

DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-plc.yaml"
TEXT = DECLARATION.read_text(encoding="utf-8")


def declared(**changes: str) -> str:
    """Return the controller's declaration with other words in it."""
    text = TEXT
    for old, new in {
        "sessions:    16": changes.get("sessions"),
        "transactions: 16": changes.get("transactions"),
        "isolated:    true": changes.get("isolated"),
        ", scratch: true": changes.get("scratch"),
        "connect:     sim:plc": changes.get("connect"),
        "reply_within: 200 ms": changes.get("timing"),
    }.items():
        if new is not None:
            assert old in text
            text = text.replace(old, new)
    return text


def setup(text: str = TEXT, *, stand: bool = False, seed: int = 1, jobs: int = 8) -> Setup:
    """Prepare a run, against a stand-in for the declared device where told so."""
    made = prepare_text(text, "a.yaml", seed=seed, jobs=jobs)
    return replace(made, simulator=stand_in(made.declaration)) if stand else made


@cache
def suite_cases() -> tuple[Case, ...]:
    """Return the cases of the conformance suite."""
    return tuple(gather([one for one in setup().suites if one.catalogue.section == "conformance"]))


def case(call, *fixtures, name="", verifies=("MB-FC03-READS",), **more) -> Case:
    """Make a case of a plain coroutine function."""
    name = f"test_x.py::{name or call.__name__}"
    needs = more.pop("needs", ())
    return Case("modbus_tcp_server", name, "A title.", call, {}, fixtures, verifies, needs, **more)


def engine(cases, made: Setup | None = None, *, virtual: bool = True) -> Engine:
    """Make an engine for some cases."""
    made = made or setup()
    return Engine(
        cases=list(cases),
        catalogues={suite.catalogue.id: suite.catalogue for suite in made.suites},
        settings=Settings(made.seed, made.jobs, 0.0),
        connect=made.connect(),
        new_loop=VirtualClockLoop if virtual else asyncio.new_event_loop,
    )


def records(cases, made: Setup | None = None):
    """Run cases on a virtual clock; return their records by name."""
    running = engine(cases, made)
    found = [result.record for result in running.run()]
    assert running.faults == []
    return {record.case.removeprefix("test_x.py::"): record for record in found}


def other_than_pass(found) -> dict[str, Verdict]:
    """Return each verdict that is no PASS, but for what is asked of gateways: the controller is none."""
    return {
        record.case: record.verdict
        for record in found
        if record.verdict is not Verdict.PASS and not record.case.startswith("test_gateway.py")
    }


def simulated(device, protocol=None) -> Simulator:
    """Return a simulator that serves one given device."""
    return Simulator("given", "", lambda *_: partial(protocol or device.protocol_class, device))


@contextmanager
def served():
    """Serve a controller on a loopback port, from a loop in a thread of its own; yield it and the port."""
    device, loop, ready = Plc(), asyncio.new_event_loop(), threading.Event()
    ports = []

    async def serve():
        server = await loop.create_server(partial(device.protocol_class, device), "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        return server

    server = loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield device, ports[0]
    finally:

        async def end():
            server.result().close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.01)
            loop.stop()

        asyncio.run_coroutine_threadsafe(end(), loop)
        thread.join(5)
        loop.close()
