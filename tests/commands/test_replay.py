"""The tester's side of a case, played again: to the same device, a broken one, where it is not allowed."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.bundle.reader import read_record
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.protocols.modbus import Adu, WriteSingleRegister
from testbed.testers.modbus.replay import NotAllowedError, replay
from testbed.testers.modbus.replay.player import LONGEST_REST
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError, in_process
from testbed.wire.playback import Step, steps
from testbed.wire.recorder import Kind
from testbed.wire.simulator import simulator

PLC = example("sim-plc.yaml")
ZERO = "test_read_holding_registers.py::test_quantity_zero"
WRITES = "test_write_multiple_registers.py::test_writes"
OTHERWISE = {
    "test_read_write_multiple_registers.py::test_quantity_max",  # these two read registers
    "test_read_write_multiple_registers.py::test_quantity_max_held",  # that another case was writing
    "test_connections.py::test_a_client_that_never_reads",  # a replay reads what is answered
}
COUNTERS = {8, 11, 12}
"""Functions that tell of all communication so far: a replay begins with a device that has had none."""


@pytest.fixture(scope="module")
def bundle(started, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay")
    assert started("run", PLC, "--out", "bundle", "--seed", 1, cwd=folder).returncode == 0
    return folder / "bundle"


def setup(**changes):
    text = PLC.read_text()
    for was, now in changes.get("changed", {}).items():
        assert was in text
        text = text.replace(was, now)
    return prepare_text(text, "plc", device=simulator(changes.get("device", "plc")))


def capture_of(bundle, case):
    (record,) = (one for one in read_record(bundle).cases if one.case == case)
    return bundle / record.capture


def played(capture, using):
    async def session():
        async with AsyncExitStack() as stack:
            declaration, dial = await using.connect()(stack)
            return await replay(steps(capture.read_bytes()), dial, declaration)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(session())


def changed(result):
    """Return the reactions that are not as they were, but for counters."""

    def told(line):
        return {bytes.fromhex(adu)[7] for adu in (line.then, line.now) if adu[:1].isalnum()}

    return [line for line in result.lines if not (line.is_same or told(line) <= COUNTERS)]


def test_every_case_of_the_suite_is_answered_as_in_its_capture(bundle):
    using, played_cases = setup(), 0
    for record in read_record(bundle).cases:
        if record.suite == "modbus_tcp_server" and record.capture:
            result = played(bundle / record.capture, using)
            assert record.case in OTHERWISE or changed(result) == [], record.case
            assert all("not declared" in one for one in result.not_restored)
            played_cases += 1
    assert played_cases > 250


def test_a_broken_device_is_shown_beside_what_a_whole_one_did(bundle):
    result = played(capture_of(bundle, ZERO), setup(device="accepts-no-holding-registers"))
    (other,) = (line for line in result.lines if not line.is_same)
    assert not other.sent
    assert other.then.endswith("00 03 01 83 03")
    assert other.now.endswith("00 03 01 03 00")


def test_segments_are_sent_as_they_were(bundle):
    cases = [one for one in read_record(bundle).cases if "test_two_segments" in one.case]
    assert cases
    for case in cases:
        assert any(step.pieces for step in steps((bundle / case.capture).read_bytes()))
        assert played(bundle / case.capture, setup()).is_same


def test_what_is_overwritten_is_put_back(bundle):
    using = setup()
    shared = using.simulator.start()  # one device for both sessions

    def same_device(_over, _keys):
        return shared

    using = replace(using, simulator=replace(using.simulator, start=same_device))
    without_restoring = steps(capture_of(bundle, WRITES).read_bytes())[:-4]  # cut before the case restores
    values = []

    async def session():
        async with AsyncExitStack() as stack:
            declaration, dial = await using.connect()(stack)
            result = await replay(without_restoring, dial, declaration)
            again = await replay(without_restoring, dial, declaration)
            values.extend([result.not_restored, again.not_restored, again.lines])

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(session())
    first, second, lines = values
    assert first == second == []
    before = next(line.now for line in lines if not line.sent and line.now.endswith("01 03 04 01 90 01 91"))
    assert before  # the second replay still finds 400 and 401 in registers 400 and 401


@pytest.mark.parametrize(
    ("case", "changed", "said"),
    [
        (WRITES, {"count: 256, scratch: true": "count: 256"}, "declare that area `scratch: true`"),
        ("test_write_single_register.py::test_length_short[4]", {}, "neither a read nor a sound write"),
    ],
)
def test_what_the_declaration_does_not_allow_is_not_sent(bundle, case, changed, said):
    cases = [one.case for one in read_record(bundle).cases if one.case.startswith(case.partition("[")[0])]
    using = setup(changed={"isolated:    true": "isolated: false"} | changed)
    with pytest.raises(NotAllowedError, match=said):
        played(capture_of(bundle, cases[0]), using)


def written(unit=1):
    adu = Adu(1, unit, WriteSingleRegister(400, 7).encode()).encode()
    return Step(1, 0.0, 0, Kind.DATA, sent=True, data=adu)


def play(script, declaration, dial):
    async def session():
        return await replay(script, dial, declaration)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(session())


@pytest.mark.parametrize("cut", [0, 7])
def test_a_write_in_another_unit_may_reach_another_device_and_is_not_sent(cut):
    whole, declaration = written(unit=5), setup(changed={"isolated:    true": "isolated: false"}).declaration
    script = [replace(whole, data=data) for data in (whole.data[:cut], whole.data[cut:]) if data]
    dial = in_process(simulator("plc").start())
    with pytest.raises(NotAllowedError, match="writes in unit 5, and unit 1 is declared"):
        play(script, declaration, dial)
    assert play([written()], declaration, dial).not_restored == []


def test_what_could_not_be_put_back_into_a_device_that_went_is_said():
    declaration, there, dialled = setup().declaration, in_process(simulator("plc").start()), []

    async def dial(line):
        dialled.append(line)
        if len(dialled) > 2:  # after the look at what stands there, and the first connection
            raise UnreachableError("it went")
        await there(line)

    lost = "holding register 400 was 400: it went"
    assert play([written()], declaration, dial).not_restored == [lost]
    dialled.clear()
    there = in_process(simulator("plc").start())
    with pytest.raises(UnreachableError, match=f"it went\nnot restored: {lost}"):
        play([written(), replace(written(), connection=1)], declaration, dial)


def test_a_pause_without_end_ends():
    dial = in_process(simulator("plc").start())
    assert play([replace(written(), pieces=(6, 6), pause=1e300)], setup().declaration, dial).is_same is False


def test_pauses_that_are_many_end_as_well():
    dial, declaration = in_process(simulator("plc").start()), setup().declaration
    script = [replace(written(), frame=at, at=at * 29.0) for at in range(1000)]
    script += [replace(script[-1], frame=at, data=b"\0" * 12, sent=False) for at in range(1000, 9000)]
    took = []

    async def session():
        began = asyncio.get_running_loop().time()
        await replay(script, dial, declaration)
        took.append(asyncio.get_running_loop().time() - began)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(session())
    assert LONGEST_REST <= took[0] < LONGEST_REST + 5


def test_the_declared_pause_is_kept_whatever_the_capture_did():
    sent = []

    class Timed(ModbusTcpProtocol):
        def data_received(self, data):
            sent.append(asyncio.get_running_loop().time())
            super().data_received(data)

    declaration = setup(changed={"reply_within: 200 ms": "reply_within: 200 ms, pause: 70 ms"}).declaration
    script = [replace(written(), connection=at % 2) for at in range(6)]
    play(script, declaration, in_process(partial(Timed, Plc())))
    assert len(sent) > 8
    assert all(after - before > 0.0699 for before, after in pairwise(sent))


def test_the_command_prints_both_sides_and_says_whether_they_are_the_same(said, bundle):
    status, out, _ = said("replay", ZERO, "--from", bundle, "--against", PLC)
    assert status == 0
    assert "→ " in out
    assert out.rstrip().endswith("3 of 3 reactions are the same")
    status, out, _ = said("replay", f"modbus_tcp_server/{ZERO}", "--from", bundle, "--against", PLC, "--json")
    assert json.loads(out)["same"] is True
    status, out, _ = said("replay", capture_of(bundle, ZERO), "--against", PLC)
    assert status == 0


def test_what_differs_is_the_exit_status(said, bundle, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(PLC.read_text().replace("sim:plc", "sim:accepts-no-holding-registers"))
    status, out, _ = said("replay", ZERO, "--from", bundle, "--against", path)
    assert status == 1
    assert "← then" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.pcapng"], "nothing.pcapng: is missing"),
        ([ZERO], "say of which bundle: --from BUNDLE"),
        ([ZERO, "--from", "nowhere"], "is nowhere a bundle?"),
        (["test_x.py::test_y", "--from", "BUNDLE"], "has no case test_x.py::test_y"),
        (["(all traffic)", "--from", "BUNDLE"], "has no capture"),
    ],
)
def test_what_cannot_be_found_is_said(said, bundle, arguments, message):
    arguments = [bundle if one == "BUNDLE" else one for one in arguments]
    status, _, err = said("replay", *arguments, "--against", PLC)
    assert (status, message in err) == (64, True), err


def test_a_device_that_is_not_there_is_two(said, bundle, tmp_path):
    path = tmp_path / "gone.yaml"
    path.write_text(PLC.read_text().replace("sim:plc", "tcp://127.0.0.1:1"))
    status, _, err = said("replay", ZERO, "--from", bundle, "--against", path)
    assert (status, "refuses the connection" in err) == (2, True)


def test_records_are_put_back_and_written_only_where_they_are_scratch(bundle):
    capture = capture_of(bundle, "test_write_file_record.py::test_neighbours")
    result = played(capture, setup(changed={"isolated:    true": "isolated:    false"}))
    assert result.is_same
    assert result.not_restored == []

    kept = {"isolated:    true": "isolated:    false", "count: 128, scratch: true": "count: 128"}
    with pytest.raises(NotAllowedError, match="writes file 4, records 0 to 2; to send it, declare"):
        played(capture, setup(changed=kept))
