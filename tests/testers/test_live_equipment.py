"""What whole suites send to a device with something real behind it: reads, and writes to scratch values."""

from pathlib import Path

import pytest

from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare_text
from testbed.protocols.modbus import Framer
from testbed.testers.modbus.permission import Permission
from tests.plugin.bench import engine

DEVICES = Path(__file__).parents[2] / "profiles/devices"
TO_OTHERS = {
    "test_another_address",
    "test_traffic_of_others",
    "test_reserved_address[248]",
    "test_broadcast_read",
}
WRITING = {5, 6, 15, 16, 21, 22, 23}


def judged(name, *, isolated):
    text = (DEVICES / f"{name}.yaml").read_text(encoding="utf-8")
    word = str(isolated).lower()
    made = prepare_text(text.replace("isolated:    true", f"isolated:    {word}"), "a.yaml", seed=1, jobs=8)
    assert made.declaration.isolated is isolated
    running = engine(gather([one for one in made.suites if one.catalogue.section == "conformance"]), made)
    records = [result.record for result in running.run()]
    assert running.faults == []
    return records


@pytest.fixture
def sent(monkeypatch):
    """All bytes that cases send."""
    kept, check = [], Permission.check

    def keep(self, data, behind=b""):
        kept.append(data)
        check(self, data, behind)

    monkeypatch.setattr(Permission, "check", keep)
    return kept


@pytest.mark.parametrize("name", ["sim-plc", "sim-plc-rtu", "sim-plc-ascii", "sim-gateway"])
def test_no_case_wants_more_and_none_breaks_off(name, sent):
    records = judged(name, isolated=False)

    assert {record.verdict for record in records} <= {"PASS", "INCONCLUSIVE", "NOT_TESTED", "NOT_APPLICABLE"}
    assert not [record.case for record in records if record.reason and "would send" in record.reason.en]
    assert not [record.case for record in records if "only an isolated device" in " ".join(record.writes)]
    if name == "sim-plc":
        transactions = [frame.transaction for data in sent for frame in Framer().feed(data)]
        assert len(transactions) > 500
        assert all(WRITING.isdisjoint(one.to_bytes(2)) for one in transactions)


@pytest.mark.parametrize("name", ["sim-plc-rtu", "sim-plc-ascii"])
def test_what_goes_to_others_are_reads(name):
    writes = {record.case.partition("::")[2]: record.writes for record in judged(name, isolated=True)}

    assert {case: writes[case] for case in TO_OTHERS} == dict.fromkeys(TO_OTHERS, ())
