"""`testbed run --resume` of an OPC UA server: a killed run goes on, and what it had written is put back."""

import asyncio
import threading

import pytest
from asyncua.ua.ua_binary import variant_to_binary

from device_simulators.opcua.plc import Plc
from testbed.bundle.journal import Leased
from testbed.bundle.reader import read_record
from testbed.bundle.taking_up import _is_scratch
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.wire.opcua_keys.material import throw_away
from tests.commands.test_resume import SEED, House, kill_when, lines, verdicts

WRITES = ("-k", "test_attribute_write_values or test_attribute_write_range")
"""Of a whole run what takes a second, and writes in every case."""


class Server:
    """The simulated controller on a loopback port, served from a thread of this process."""

    def __init__(self, keys):
        self.plc, self.port = Plc(), 0
        served = self.plc.serve(keys=keys)
        self.plc.identity  # noqa: B018 - it is read before anybody waits for an answer
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def serve():
            server = await self._loop.create_server(served, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            return server

        self._server = self._loop.create_task(serve())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def scratch(self):
        """Return every value that a case may write."""
        space = self.plc.space
        return {
            str(node): variant_to_binary(space[node].value) for node in list(space) if "Scratch." in str(node)
        }

    def close(self):
        self._loop.call_soon_threadsafe(self._server.result().close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def house(folder, started, declare, keys, *more):
    """Serve the controller and judge it once, with nobody who stops the run."""
    device = Server(throw_away().folder)
    words = {
        "sim:opcua-plc": f"opc.tcp://127.0.0.1:{device.port}",
        "500 ms": "2 s",
        "security: {": f"security: {{ keys: {throw_away().folder},",
    }
    declaration = declare(folder, "opcua-plc", words=words)
    made = House(device, declaration, keys, started, device.scratch())
    assert made.before
    done = started("run", declaration, "--out", folder / "whole", "--seed", SEED, *more, cwd=folder)
    assert done.stderr == ""
    made.whole = read_record(folder / "whole")
    return made, done.returncode


def go_on(made, folder, status, holds, *more):
    """Kill a run once something holds, and let it go on; return what stood in its record."""
    bundle = folder / "bundle"
    with made.run(bundle, *more) as process:
        kill_when(process, lambda: holds(bundle))
    kept, changed = lines(bundle), made.device.scratch() != made.before
    done = made.testbed("run", "--resume", bundle, cwd=folder)
    assert (done.returncode, done.stderr) == (status, ""), done.stderr
    record = read_record(bundle)
    (resumed,) = record.resumed
    assert resumed.not_restored == ()
    assert bool(resumed.restored) >= changed
    assert verdicts(record) == verdicts(made.whole)
    assert b"".join(lines(bundle)).startswith(b"".join(kept))
    assert made.device.scratch() == made.before
    made.good(bundle)
    return kept


@pytest.mark.parametrize(
    ("name", "values", "is_granted"),
    [
        ("Scratch.Int32", (6, 1, 0, 0, 0), True),
        ("Scratch.Int32", (256,), False),
        ("Static.Int32", (6,), False),
    ],
)
def test_only_bytes_of_scratch_nodes_are_put_back(name, values, is_granted):
    file = example("sim-opcua-plc.yaml")
    declared = prepare_text(file.read_text(encoding="utf-8"), str(file)).declaration
    (node,) = [one.id for one in declared.nodes if one.id.endswith(f";s={name}")]
    found = Leased(number=1, table="nodes", node=node, first=0, values=values, single=True)

    assert _is_scratch(found, declared) is is_granted


@pytest.mark.acceptance
def test_killed_while_a_value_stands_changed(tmp_path, started, declare, keys):
    made, status = house(tmp_path, started, declare, keys, *WRITES)
    try:
        go_on(made, tmp_path, status, lambda _: made.device.scratch() != made.before, *WRITES)
    finally:
        made.device.close()


@pytest.mark.acceptance
@pytest.mark.parametrize("count", [2, 150, 400])
def test_a_killed_run_goes_on(count, tmp_path, started, declare, keys):
    made, status = house(tmp_path, started, declare, keys)
    try:
        kept = go_on(made, tmp_path, status, lambda bundle: len(lines(bundle)) >= count)
    finally:
        made.device.close()
    assert len(kept) >= count
