"""Counters of a device: ordinary exchanges are counted as one number, and nobody can tell."""

from hypothesis import given
from hypothesis import strategies as st

from device_simulators.modbus.counters import LOG_MAX, RECEIVED, SENT
from device_simulators.modbus.devices import Plc

READ = bytes.fromhex("03 0000 0001")
REFUSED = bytes.fromhex("03 0000 0000")
EVENT_LOG = bytes.fromhex("0C")
REFUSAL = SENT | 0x01
"""The event of an answer with exception 01, 02 or 03 (AP 6.10)."""


@given(st.lists(st.sampled_from([READ, REFUSED]), max_size=90), st.sets(st.integers(0, 89)))
def test_counts_and_events_are_the_same_whenever_somebody_looks(requests, looks):
    plc, wanted = Plc(), []
    for at, request in enumerate(requests):
        plc.answer(request)
        wanted += [RECEIVED, SENT if request == READ else REFUSAL]
        if at in looks:
            assert list(plc.counters.log) == wanted[::-1][:LOG_MAX]

    counters = plc.counters
    assert list(counters.log) == wanted[::-1][:LOG_MAX]
    assert counters.bus_messages == counters.server_messages == len(requests)
    assert counters.events == requests.count(READ)
    assert counters.exceptions == requests.count(REFUSED)


def test_the_log_that_a_client_fetches_ends_with_the_fetching():
    plc = Plc()
    for _ in range(3):
        plc.answer(READ)

    assert plc.answer(EVENT_LOG) == bytes.fromhex("0C 0D 0000 0003 0004") + bytes(
        [RECEIVED] + [SENT, RECEIVED] * 3
    )
