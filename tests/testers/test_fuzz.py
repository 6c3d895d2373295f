"""The fuzzer: a seed fires the same shots, what it may not send it does not, what fails is made small."""

import asyncio
import time
from collections import defaultdict

import pytest
from hypothesis import given

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.fuzzing import AnswersLongReadsOutOfItsBuffer, RestartsOnTooManyBytes
from device_simulators.modbus.mutants.header import AnswersWithUnitZero
from device_simulators.modbus.rtu_over_tcp import ModbusRtuOverTcpProtocol
from testbed.model.budget import Budget
from testbed.model.declaration import Area
from testbed.model.document import DocumentError, load
from testbed.model.saved_case import SavedCase
from testbed.protocols.modbus import Framer, ReadCoils, ReadHoldingRegisters, RtuAdu
from testbed.testers.modbus.fuzz import shots_of
from testbed.testers.modbus.fuzz.campaign import surface
from testbed.testers.modbus.fuzz.generation import BLOCK, block
from testbed.testers.modbus.fuzz.session import Session
from testbed.testers.modbus.fuzz.shot import SILENCE, Shot, simpler
from testbed.testers.modbus.fuzz.strategies import Surface, corners, nearly_valid, valid
from testbed.testers.modbus.replay import NotAllowedError
from testbed.testers.modbus.replay.saved import resend
from testbed.testers.trouble import Gone
from tests.testers.bench import bench, run, seated

SURFACE = Surface(
    reads=(("fc01", (Area(first=0, count=64),)), ("fc03", (Area(first=0, count=200),))),
    register=400,
    coil=4096,
    functions=(1, 3, 5, 6, 15, 16, 22, 23),
    unit=1,
    framing="MBAP",
)


def fuzzed(device, which="survival", budget="300", seed=1, **changes):
    """Fuzz a device; return the agreement, the desk, and what was sent."""

    async def fuzz():
        at = bench(device(), protocol=device.protocol_class, **changes)
        at.seed, at.fuzz_budget = seed, Budget.of(budget)
        async with seated(at, "modbus", "fuzz") as (desk, given_):
            agreement = await getattr(given_["fuzz"], which)()
            return agreement, desk, [packet.data for packet in desk.recorder.packets if packet.sent]

    return run(fuzz())


class TestGeneration:
    def test_the_same_seed_gives_the_same_shots(self):
        assert block("a", 3, SURFACE) == block("a", 3, SURFACE)
        block.__globals__["_drawn"].cache_clear()
        assert block("a", 3, SURFACE) == block("a", 3, SURFACE)

    def test_another_seed_or_block_gives_others(self):
        assert len({block("a", 3, SURFACE), block("b", 3, SURFACE), block("a", 4, SURFACE)}) == 3

    def test_corners_come_first(self):
        first = corners(SURFACE)
        assert block("a", 0, SURFACE)[: len(first)] == first
        assert len(block("a", 0, SURFACE)) == BLOCK

    @given(valid(SURFACE))
    def test_what_is_valid_is_carried_out_by_a_sound_device(self, pdu):
        assert Plc().answer(pdu)[0] == pdu[0]

    @given(nearly_valid(SURFACE))
    def test_what_is_nearly_valid_fits_a_frame(self, pdu):
        assert 1 <= len(pdu) <= 253
        assert Plc().answer(pdu)

    def test_a_simpler_shot_is_shorter_or_has_more_zeros(self):
        shot = Shot(bytes(range(40)), is_pdu=False, sizes=(3,))
        for one in simpler(shot):
            assert (len(one.sizes), len(one.data), sum(map(bool, one.data))) < (1, 40, 39) or not one.sizes
            assert one != shot


class TestFuzzing:
    @pytest.mark.parametrize("which", ["survival", "answers"])
    def test_a_sound_device_agrees(self, which):
        agreement, desk, _ = fuzzed(Plc, which)
        assert agreement.agrees
        assert desk.saved is None
        assert not desk.not_restored

    def test_the_same_seed_sends_the_same_frames(self):
        assert fuzzed(Plc, budget="150")[2] == fuzzed(Plc, budget="150")[2]

    def test_the_frame_that_stops_a_device_is_found_and_made_small(self):
        agreement, desk, _ = fuzzed(RestartsOnTooManyBytes)
        assert not agreement.agrees
        assert agreement.is_absence
        assert [step.send for step in desk.saved.steps] == ["17 00 00 00 00 00 00 00 00 ff"]

    def test_an_answer_of_no_layout_is_found_and_its_request_made_small(self):
        agreement, desk, _ = fuzzed(AnswersLongReadsOutOfItsBuffer, "answers")
        assert not agreement.agrees
        assert len(bytes.fromhex(desk.saved.steps[0].send)) == 101  # the shortest that is answered so
        assert set(desk.saved.steps[0].send.split()[1:]) == {"00"}
        assert agreement.guilty is not None

    def test_a_broken_invariant_is_charged_once_and_kept(self):
        _, desk, _ = fuzzed(AnswersWithUnitZero, "answers")
        assert {one.requirement for one in desk.monitor.breaches} == {"MB-MBAP-UNIT-ECHO"}
        assert len(desk.saved.steps) == 1

    def test_a_device_that_never_comes_back_is_told_with_the_frames_before(self):
        class Dies(RestartsOnTooManyBytes):
            def read_write_multiple_registers(self, request):
                answer = super().read_write_multiple_registers(request)
                self.down_until = float("inf") if self.down_until else 0.0
                return answer

        agreement, desk, _ = fuzzed(Dies)
        assert agreement.is_absence
        assert desk.saved.steps[-1].send.startswith("17 ")
        with pytest.raises(Gone):
            fuzzed(Dies, "answers")


class TestGuard:
    def test_a_device_at_work_gets_reads_and_leased_writes_alone(self):
        agreement, desk, _ = fuzzed(Plc, isolated=False)
        assert agreement.agrees
        streams = defaultdict(bytes)
        for packet in desk.recorder.packets:
            streams[packet.connection] += packet.data if packet.sent else b""
        frames = [frame for data in streams.values() for frame in Framer().feed(data)]
        assert len(frames) > 50
        for frame in frames:
            for write in desk.framing.writes(frame.raw, b""):  # None where it is not provably harmless
                assert write.first in {400, 4096}  # the first scratch values of the declaration
                assert write.count == 1

    def test_nothing_silences_or_restarts_a_sound_device(self):
        async def session():
            at = bench()
            async with seated(at, "modbus", "fuzz") as (desk, _):
                firing = Session(desk)
                never = [Shot(bytes((8, 0, one, 0, 0)), is_pdu=True) for one in (1, 4)]
                return [firing.allows(shot) for shot in (*never, Shot(b"\x08\0\0\0\0", is_pdu=True))]

        assert run(session()) == [False, False, True]

    def test_a_scratch_value_is_not_worn_out(self):
        async def session():
            at = bench()
            async with seated(at, "modbus", "fuzz") as (desk, _):
                firing, write = Session(desk), Shot(b"\x06\x01\x90\0\0", is_pdu=True)
                assert surface(desk).register == 0x190
                await firing.fire([write] * 300)
                return firing

        firing = run(session())
        assert firing.sent == 200
        assert firing.skipped == 100


class TestSavedCase:
    def again(self, device, saved, **changes):
        at = bench(device(), protocol=device.protocol_class, **changes)

        async def send():
            return await resend(saved, at.dial, at.declaration)

        return run(send())

    @pytest.mark.parametrize(
        ("device", "which"),
        [(RestartsOnTooManyBytes, "survival"), (AnswersLongReadsOutOfItsBuffer, "answers")],
    )
    def test_it_fails_again_and_passes_on_a_sound_device(self, device, which):
        agreement, desk, _ = fuzzed(device, which)
        saved = load(SavedCase, desk.saved.written(), "case.yaml")
        assert saved == desk.saved
        assert self.again(device, saved).agreement.received == agreement.received
        assert self.again(Plc, saved).agreement.agrees

    def test_malformed_requests_need_an_isolated_device(self):
        saved = fuzzed(RestartsOnTooManyBytes)[1].saved
        with pytest.raises(NotAllowedError, match="`isolated: true`"):
            self.again(Plc, saved, isolated=False)

    def test_whole_frames_go_over_the_line_that_they_were_made_for(self):
        saved = SavedCase(judged_by="fuzzer", over="rtu", steps=({"send": "01 03", "whole": True},))
        with pytest.raises(NotAllowedError, match="made for rtu"):
            self.again(Plc, saved)

    def test_segments_are_kept(self):
        step = {"send": "00 01 00", "whole": True, "sizes": (1, 1)}
        saved = SavedCase(judged_by="fuzzer", over="tcp", steps=(step,))
        assert shots_of(saved) == (Shot(b"\0\1\0", is_pdu=False, sizes=(1, 1)),)
        assert [sent for sent, _ in self.again(Plc, saved).lines][:3] == [True] * 3

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("steps: []\njudged_by: fuzzer\n", "at least 1"),
            ("judged_by: fuzzer\nsteps:\n- {send: 3G}\n", "line 3.*is not bytes"),
            ("judged_by: luck\nsteps:\n- {send: '03'}\n", "line 1"),
            ("judged_by: fuzzer\nformat: 2\nsteps:\n- {send: '03'}\n", "line 2"),
            ("judged_by: fuzzer\nleases: {registers: 0}\nsteps:\n- {send: '03'}\n", "line 2"),
            ("judged_by: fuzzer\nsteps:\n" + "- {send: '03'}\n" * 600, "512"),
        ],
    )
    def test_what_is_wrong_with_a_file_is_said_with_its_line(self, text, said):
        with pytest.raises(DocumentError, match=f"case.yaml: .*{said}"):
            load(SavedCase, text, "case.yaml")


class Slow(ModbusRtuOverTcpProtocol):
    """Takes its time, and less than the 200 ms that it declares."""

    def send(self, frame):
        self.loop.call_later(0.15, super().send, frame)


def test_a_slow_answer_is_not_taken_for_that_to_the_next_shot():
    """On a line nothing but its turn tells what an answer belongs to."""
    whole = Shot(RtuAdu(1, ReadHoldingRegisters(0, 1).encode()).encode(), is_pdu=False)
    shots = [whole, Shot(ReadCoils(0, 1).encode(), is_pdu=True)]

    async def fire():
        async with seated(bench(protocol=Slow, connect="sim:plc?over=rtu+tcp"), "modbus") as (desk, _):
            return await Session(desk).fire(shots)

    assert run(fire()) is None


class TestBudget:
    @pytest.mark.parametrize(
        ("said", "budget"),
        [
            ("10000", Budget(10000, 1000.0)),
            ("60s", Budget(10_000_000, 60.0)),
            ("5min", Budget(10_000_000, 300.0)),
        ],
    )
    def test_it_is_requests_or_a_time(self, said, budget):
        assert Budget.of(said) == budget
        assert Budget.of(str(budget)) == budget

    @pytest.mark.parametrize("said", ["", "0", "-5", "60 parsecs", "1e9", "99999999", "25h"])
    def test_anything_else_is_refused_with_what_to_write(self, said):
        with pytest.raises(ValueError, match=r"no budget; write requests|is too much"):
            Budget.of(said)

    def test_a_time_ends_it(self):
        began = time.monotonic()
        agreement, desk, _ = fuzzed(Plc, budget="1s")
        assert agreement.agrees
        assert 1 <= time.monotonic() - began < 5
        assert "shots fired" in " ".join(desk.recorder.notes)


@pytest.mark.acceptance
def test_ten_thousand_frames_in_bounded_time():
    began = time.process_time()
    agreement, desk, _ = fuzzed(Plc, budget="10000")
    assert agreement.agrees
    assert time.process_time() - began < 20
    assert len(desk.permission.writes) < 1000
    assert "not kept" in " ".join(desk.recorder.notes)  # of a long campaign, the capture holds the end


def test_waiting_costs_no_time_on_a_virtual_clock():
    async def session():
        at = bench(RestartsOnTooManyBytes(), RestartsOnTooManyBytes.protocol_class)
        async with seated(at, "modbus", "fuzz") as (desk, _):
            firing = Session(desk)
            found = await firing.fire([Shot(bytes.fromhex("170000000000000000ff"), is_pdu=True)])
            before = asyncio.get_running_loop().time()
            return found[0].kind, await firing.revive(), asyncio.get_running_loop().time() - before

    kind, is_back, waited = run(session())
    assert kind == SILENCE
    assert is_back
    assert 1 <= waited < 5
