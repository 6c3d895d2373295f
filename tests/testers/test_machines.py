"""Machines: the same seed sends the same frames, the shortest sequence that fails is found, and kept."""

import asyncio
import threading

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.machines import ReadsStaleCopies
from device_simulators.modbus.mutants.multiple_registers import EchoesMultipleWrites
from testbed.model.saved_case import SavedCase, fits
from testbed.testers.modbus.machines.machine import Machine, initialize, precondition, rule
from testbed.testers.modbus.replay import NotAllowedError
from testbed.testers.modbus.replay.saved import resend
from testbed.testers.shrinking import fewest, simplest
from testbed.testers.trouble import Undecided
from testbed.testers.turns import by_turns
from tests.testers.bench import bench, run, seated

FINDS = 5
"""A seed by which the machine of registers finds the stale copy."""


def driven(device, seed=FINDS, **changes):
    """Drive the machine of registers; return the agreement, the desk, and what was sent."""

    async def drive():
        at = bench(device(), protocol=device.protocol_class, **changes)
        at.seed = seed
        async with seated(at, "modbus", "registers", "machine", needs=("scratch_registers >= 4",)) as (
            desk,
            given,
        ):
            agreement = await given["machine"]("registers", given["registers"])
            return agreement, desk, [packet.data for packet in desk.recorder.packets if packet.sent]

    return run(drive())


class TestDriving:
    def test_a_sound_device_agrees(self):
        agreement, desk, _ = driven(Plc)
        assert agreement.agrees
        assert desk.saved is None

    def test_the_same_seed_sends_the_same_frames(self):
        assert driven(Plc, 7)[2] == driven(Plc, 7)[2]

    def test_another_seed_sends_others(self):
        assert driven(Plc, 7)[2] != driven(Plc, 8)[2]

    def test_the_shortest_sequence_is_found(self):
        agreement, desk, _ = driven(ReadsStaleCopies)
        assert not agreement.agrees
        functions = [step.send[:2] for step in desk.saved.steps]
        assert functions == ["10", "16", "17"]  # reset, mask write, read of the stale copy
        assert agreement.expected != agreement.received

    def test_its_frames_are_cited_and_said(self):
        agreement, desk, _ = driven(ReadsStaleCopies)
        cited = [packet for packet in desk.recorder.packets if packet.number in desk.testers[0].frames]
        assert [packet.sent for packet in cited] == [True, False] * 3
        assert agreement.guilty[0] == cited[-1].number
        assert sum("→" in note for note in desk.recorder.notes) == 3

    def test_what_one_function_does_wrong_alone_is_not_its_matter(self):
        with pytest.raises(Undecided, match="set-up: 10 01 90"):
            driven(EchoesMultipleWrites)

    def test_nothing_is_left_beside_the_users_files(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        driven(Plc)
        assert list(tmp_path.iterdir()) == []


class TestSavedCase:
    def again(self, device, saved, **changes):
        at = bench(device(), protocol=device.protocol_class, **changes)

        async def send():
            return await resend(saved, at.dial, at.declaration)

        return run(send())

    def test_it_fails_again_and_passes_on_a_sound_device(self):
        agreement, desk, _ = driven(ReadsStaleCopies)
        saved = desk.saved.model_copy(update={"over": "tcp"})
        assert self.again(ReadsStaleCopies, saved).agreement.received == agreement.received
        resent = self.again(Plc, saved)
        assert resent.agreement.agrees
        assert not resent.not_restored
        sent = [data[7:].hex(" ") for sent, data in resent.lines if sent][: len(saved.steps)]
        assert sent == [step.send for step in saved.steps]

    def test_values_that_are_not_scratch_are_not_written(self):
        _, desk, _ = driven(ReadsStaleCopies)
        areas = tuple(
            area.model_copy(update={"first": area.first + 1, "count": area.count - 1} if area.scratch else {})
            for area in desk.bench.declaration.holding_registers
        )
        with pytest.raises(NotAllowedError, match=r"step 1 .* scratch"):
            self.again(Plc, desk.saved, holding_registers=areas)

    @pytest.mark.parametrize(
        ("answer", "received", "right"),
        [
            ("03 02 00 01", b"\x03\x02\0\1", True),
            ("03 02 00 01", b"\x03\x02\0\2", False),
            ("03 02 00 01", b"\x03\x02\0\1\0", False),
            ("03 .. 00", b"\x03\x02\0", True),
            ("03 *", b"\x03\x02\0", True),
            ("*", b"\x83\x02", True),
            ("silence", None, True),
            ("silence", b"\x03", False),
            ("03 *", None, False),
        ],
    )
    def test_answers_are_patterns(self, answer, received, right):
        assert fits(answer, received) is right

    @pytest.mark.parametrize("wrong", ["0G", "03 2", "03  02", "silence *", "", "ff FF", "0302", "....*"])
    def test_what_is_no_pattern_is_refused(self, wrong):
        with pytest.raises(ValidationError, match="is no answer"):
            SavedCase(judged_by="answers", steps=({"send": "03", "expect": (wrong,)},))


class Counter(Machine):
    """A machine over arguments, for what shrinking makes of them."""

    @initialize()
    def reset(self):
        self.total = 0

    @precondition(lambda machine: machine.total < 100)
    @rule(number=st.integers(3, 9))
    def add(self, number):
        self.total += number


def test_rules_run_again_only_where_their_precondition_holds():
    machine = Counter(None, None)
    machine.reset()
    for _ in range(40):
        machine.add(number=9)
    calls = machine.attempt.calls
    again = Counter(None, None)
    again.again(calls)
    assert calls[0].initial
    assert again.total == 108  # twelve times, and not once more


class TestShrinking:
    def test_only_what_is_needed_is_left(self):
        tried = []

        def fails(items):
            tried.append(list(items))
            return {13, 77} <= set(items)

        assert fewest(range(100), fails) == [13, 77]
        assert len(tried) < 100

    def test_order_is_kept(self):
        assert fewest("xaxbxax", lambda some: "ab" in "".join(some).replace("x", "")) == ["a", "b"]

    def test_a_failure_that_does_not_come_again_keeps_everything(self):
        assert fewest([1, 2, 3], lambda _: False) == [1, 2, 3]

    def test_items_are_simplified_one_by_one(self):
        def fails(items):
            return sum(items) >= 10 and len(items) == 2

        assert simplest([90, 50], lambda item: [item // 2, item - 1] if item else [], fails) == [0, 10]


class TestTurns:
    def test_no_virtual_time_passes_while_the_program_thinks(self):
        async def session():
            loop = asyncio.get_running_loop()
            alarm = asyncio.create_task(asyncio.sleep(100))

            def think(have_done):
                threading.Event().wait(0.05)
                have_done(lambda: asyncio.sleep(2))
                return threading.current_thread().name

            name = await by_turns(think)
            now = loop.time()
            alarm.cancel()
            return name, now

        assert run(session()) == ("testbed-turns", 2.0)

    def test_what_a_job_raises_ends_both(self):
        async def broken():
            raise LookupError("of a job")

        with pytest.raises(LookupError, match="of a job"):
            run(by_turns(lambda have_done: have_done(broken)))
        assert all(one.name != "testbed-turns" for one in threading.enumerate())

    def test_what_the_program_raises_is_raised(self):
        def program(_):
            raise KeyError("of the program")

        with pytest.raises(KeyError, match="of the program"):
            run(by_turns(program))

    def test_a_cancelled_case_leaves_no_thread_behind(self):
        async def session():
            task = asyncio.create_task(by_turns(lambda have_done: have_done(asyncio.Event().wait)))
            await asyncio.sleep(1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        run(session())
        assert all(one.name != "testbed-turns" for one in threading.enumerate())
