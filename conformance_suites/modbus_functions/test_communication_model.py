"""MODBUS Application Protocol V1.1b3, 6.8 to 6.10: Counters and listen-only mode over any sequence."""

from testbed.cases import alone, verifies


@alone
@verifies("MB-COMMUNICATION-CONSISTENT")
async def test_communication_machine(machine):
    """Counters agree with a model of them over random sequences of functions 08, 11 and 12."""
    outcome = await machine("communication")

    assert outcome.agrees
