"""Records are leased, restored and guarded as registers are; identifications are read as far as they go."""

import pytest

from device_simulators.modbus.devices import Plc
from testbed.protocols.modbus import (
    Adu,
    ReadDeviceIdentification,
    ReadFifoQueue,
    ReadFileRecord,
    RecordReference,
    RecordWrite,
    WriteFileRecord,
)
from testbed.testers.modbus.identified import Identified
from testbed.testers.modbus.reply import Instead, Reply
from testbed.testers.modbus.safety import Write, writes_of
from testbed.testers.trouble import Undecided, Unsafe
from tests.testers.bench import bench, run, seated


def adu(request):
    return Adu(1, 1, request if isinstance(request, bytes) else request.encode()).encode()


def identified(*pdus):
    return Identified(tuple(Reply(adu(bytes.fromhex(pdu)), 0, 0.0) for pdu in pdus))


class Diary:
    """A journal that keeps what it is told."""

    def __init__(self):
        self.entries, self.put_back = [], []

    def leased(self, table, first, values, *, single, file=0):
        self.entries.append((table, file, first, tuple(values), single))
        return len(self.entries)

    def restored(self, number):
        self.put_back.append(number)


def test_records_are_leased_journalled_and_put_back():
    device = Plc()
    at = bench(device, isolated=False)
    at.journal = diary = Diary()

    async def write():
        async with seated(at, "modbus", "files", needs=("scratch_files >= 3",)) as (desk, given):
            files = given["files"]
            assert (files.file, files.first, files.count) == (4, 0, 3)
            await given["modbus"].write_file_record(files.content(7, 8, 9))
            assert await files.values() == (7, 8, 9)
        return desk

    desk = run(write())
    assert diary.entries == [("files", 4, 0, (4000, 4001, 4002), False)]
    assert diary.put_back == [1]
    assert device.files[4].read(0, 3) == b"\x0f\xa0\x0f\xa1\x0f\xa2"
    assert desk.permission.writes == ["writes file 4, records 0 to 2"] * 2
    assert at.pools["files"].writes[(4 << 16) + 1] == 2


@pytest.mark.parametrize(
    "group", [RecordWrite(4, 3, (0,)), RecordWrite(3, 0, (0,)), RecordWrite(4, 2, (0, 0))]
)
def test_what_is_not_leased_is_not_written(group):
    async def write():
        at = bench(isolated=False)
        async with seated(at, "modbus", "files", needs=("scratch_files >= 3",)) as (_, given):
            with pytest.raises(Unsafe):
                await given["modbus"].write_file_record(RecordWrite(4, 0, (1,)), group)

    run(write())


def test_no_scratch_records_no_lease():
    async def ask():
        async with seated(bench(files=()), "modbus", "files"):
            raise AssertionError

    with pytest.raises(Undecided, match="scratch_files"):
        run(ask())


@pytest.mark.parametrize(
    "request_",
    [
        ReadFileRecord((RecordReference(4, 0, 2), RecordReference(3, 0, 2))),
        ReadFifoQueue(1246),
        ReadDeviceIdentification(3),
        bytes.fromhex("2b0e0500"),
        bytes.fromhex("2b0e"),
        bytes.fromhex("1804"),
    ],
)
def test_reads_are_harmless(request_):
    assert writes_of(adu(request_)) == []


@pytest.mark.parametrize(
    "pdu", ["2b0d0000", "2b0f00", "2b", "150906000400070002 1234", "14060600040001000102"]
)
def test_what_may_be_a_write_is_for_isolated_devices_alone(pdu):
    assert writes_of(adu(bytes.fromhex(pdu))) is None


def test_a_write_of_records_says_where_and_is_read_again():
    request = WriteFileRecord((RecordWrite(4, 7, (1, 2)), RecordWrite(65535, 9999, (3,))))
    writes = writes_of(adu(request))

    assert list(map(str, writes)) == [
        "writes file 4, records 7 to 8",
        "writes file 65535, records 9999 to 9999",
    ]
    assert [Write.of(str(one)) for one in writes] == writes


def test_file_zero_is_no_file_that_could_be_leased():
    assert writes_of(adu(WriteFileRecord((RecordWrite(0, 7, (1,)),)))) is None


@pytest.mark.parametrize(
    ("pdu", "records"),
    [
        ("14 06 05 06 0001 0002", ((1, 2),)),
        ("14 08 03 06 0001 03 06 0002", ((1,), (2,))),
    ],
)
def test_records_of_a_reply(pdu, records):
    assert Reply(adu(bytes.fromhex(pdu)), 0, 0.0).records == records


@pytest.mark.parametrize("pdu", ["94 02", "14 06 05 05 0001 0002", "14 06 05 06 0001", "14"])
def test_records_that_cannot_be_read(pdu):
    assert isinstance(Reply(adu(bytes.fromhex(pdu)), 0, 0.0).records, Instead)


def test_objects_are_walked_whatever_their_number_says():
    told = identified("2b 0e 03 83 ff 02 09  00 01 41 01 01 42", "2b 0e 03 83 00 05 01  02 01 43")

    assert told.ids == (0, 1, 2)
    assert told.values((1, 2, 9)) == (b"B", b"C")
    assert told.miscounted == (1,)
    assert told.gaps == ()
    assert told.dangling == (5,)
    assert told.last == (0, 5)


def test_an_object_cut_short_is_miscounted():
    assert identified("2b 0e 01 01 00 00 01  00 05 41").miscounted == (1,)


def test_gaps_repetitions_and_strange_flags():
    told = identified("2b 0e 03 83 01 02 01  00 01 41", "2b 0e 03 83 00 00 01  00 01 41")

    assert told.gaps == (2,)
    assert told.repeated == (0,)
    assert told.strange_flags == (1,)
    assert told.basic == (0,)


@pytest.mark.parametrize(
    "attribute", ["ids", "gaps", "first", "last", "codes", "named", "not_ascii", "miscounted"]
)
@pytest.mark.parametrize("pdu", ["ab 02", "2b 0e 01", ""])
def test_what_has_no_head_is_said_instead(pdu, attribute):
    assert isinstance(getattr(identified(pdu), attribute), Instead)


def test_a_chain_that_goes_in_a_circle_ends():
    class Circle(Plc):
        def more_follows(self, request, following):  # noqa: ARG002 - more follows for ever
            return 0xFF, 0 if request[3] else 1

    async def ask():
        async with seated(bench(Circle()), "modbus") as (_, given):
            return await given["modbus"].identify(3), given["modbus"].frames

    told, frames = run(ask())
    assert len(told.replies) == 2
    assert len(frames) == 4  # what a finding cites
    assert not told.ends
