"""The tester's side of a case over a serial line, sent again: byte for byte, and gap for gap."""

import pytest

from testbed.bundle.reader import read_record
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.testers.modbus.replay import NotAllowedError
from testbed.wire.playback import steps
from testbed.wire.simulator import simulator
from tests.commands.test_replay import played

CHOSEN = "test_frames or test_crc or test_addresses or test_read_coils or test_write_single_register"
"""Cases whose answers do not depend on what was sent before them, as counters do."""


def setup(over, device="plc", changed=()):
    text = example("sim-plc.yaml" if over == "tcp" else f"sim-plc-{over}.yaml").read_text("utf-8")
    for was, now in changed:
        assert was in text
        text = text.replace(was, now)
    return prepare_text(text, "plc", device=simulator(device))


@pytest.fixture(scope="module", params=["rtu", pytest.param("ascii", marks=pytest.mark.acceptance)])
def run(request, started, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay")
    declaration = example(f"sim-plc-{request.param}.yaml")
    started("run", declaration, "--out", "bundle", "-k", CHOSEN, cwd=folder)
    return request.param, folder / "bundle"


def captures(bundle):
    return {record.case: bundle / record.capture for record in read_record(bundle).cases if record.capture}


def test_every_case_is_answered_as_in_its_capture(run):
    over, bundle = run
    using, again = setup(over), captures(bundle)
    different = [case for case, capture in again.items() if not played(capture, using).is_same]

    assert len(again) > 40
    assert different == []


def test_a_gap_inside_a_frame_is_kept(run):
    _, bundle = run
    gaps = [
        step for capture in captures(bundle).values() for step in steps(capture.read_bytes()) if step.pieces
    ]

    assert gaps


def test_a_capture_in_another_framing_is_refused_by_name(run):
    over, bundle = run
    capture = captures(bundle)["test_read_coils.py::test_quantity_max"]
    name = over.upper()

    with pytest.raises(NotAllowedError, match=f"the capture holds {name} frames, .* by MBAP frames"):
        played(capture, setup("tcp"))


def test_a_broadcast_is_not_sent_where_something_real_may_hear_it(run):
    over, bundle = run
    capture = captures(bundle)["test_addresses.py::test_broadcast_write"]
    careful = setup(over, changed=[("isolated:    true", "isolated: false")])

    with pytest.raises(NotAllowedError, match="to send it, declare `isolated: true`"):
        played(capture, careful)
