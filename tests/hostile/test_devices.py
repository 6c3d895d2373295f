"""Whatever a device does: bounded time and memory, a verdict that names it, a page that stays harmless.

A run that meets a hostile device may take as long as three runs of the reference (what is found broken is
repeated twice), the time-outs that ran out by its own log, and ten seconds.
"""

import re

import pytest

from testbed.plugin.reproduction import TRIES
from tests.hostile.devices import DEVICES
from tests.hostile.harmless import controls, frames, is_good, shown
from tests.hostile.running import MOST_MEMORY, MOST_TIME, declare, judged, served

QUICK = {"answers_with_markup"}
"""Devices that are met in every run of the tests after preflight; the others are acceptance tests."""
SLOW = {"lets_nobody_in", "never_accepts", "never_answers", "never_reads"}
"""Devices that preflight waits for, for as long as a connection may take."""
FLOODS = {"pours_frames", "pours_answers"}
"""Devices that keep a machine busy; `pours_answers_of_others` stands for them where little time is."""


def named(devices, quick):
    """A parameter for each device; those that are not quick take part in the acceptance tests alone."""
    return pytest.mark.parametrize(
        "device",
        [
            pytest.param(one, marks=() if one.name in quick else pytest.mark.acceptance, id=one.name)
            for one in devices
        ],
    )


def test_there_are_thirty_and_each_says_what_it_does():
    assert len(DEVICES) >= 30
    assert len({device.does for device in DEVICES.values()}) == len(DEVICES)
    assert {*QUICK, *SLOW, *FLOODS} <= DEVICES.keys()


@named([one for one in DEVICES.values() if one.accepts], QUICK)
def test_hostile_after_preflight(device, reference, keys, tmp_path, program):
    """It does nothing wrong as long as it is only read."""
    with served(device.name) as port:
        run = judged(declare(tmp_path, port), keys)

    assert run.took < TRIES * reference.took + run.time_outs + MOST_TIME
    assert run.peak < reference.peak + MOST_MEMORY
    assert run.outcome == ("NOT_CONFORMANT" if device.broken else "INCOMPLETE")
    assert set(device.broken) <= run.broken
    assert any(re.search(device.said, one) for one in run.said), run.said
    assert "ERROR" not in {finding["verdict"] for finding in run.findings}
    assert controls(run.printed) == set()
    report = shown(run.bundle)
    assert controls(report.source) == set()
    assert re.search(device.said, report.text)
    assert is_good(run.bundle, keys)
    counted = frames(program, run.bundle)
    for case in run.cases:
        cited = {number for finding in case["findings"] for number in finding["frames"]}
        assert not cited or 0 < min(cited) <= max(cited) <= counted[case["capture"]]


@named([one for one in DEVICES.values() if one.stops], DEVICES.keys() - SLOW - FLOODS)
def test_hostile_at_once(device, reference, keys, tmp_path):
    """Preflight names it, and nothing is judged."""
    with served(device.name, "at-once") as port:
        run = judged(declare(tmp_path, port), keys)

    assert run.took < reference.took + (MOST_TIME if device.name not in SLOW else 3 * MOST_TIME)
    assert run.peak < reference.peak + MOST_MEMORY
    assert run.status == 2
    assert re.search(device.stops, run.printed), run.printed
    assert controls(run.printed) == set()
    assert not run.bundle.exists()
