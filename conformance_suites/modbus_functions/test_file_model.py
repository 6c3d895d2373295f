"""MODBUS Application Protocol V1.1b3, 6.14 and 6.15: Records written and read in whatever groups."""

from testbed.cases import alone, verifies


@alone
@verifies("MB-FILES-CONSISTENT")
async def test_files_machine(machine, files):
    """Records agree with a model of them over random sequences of functions 20 and 21."""
    outcome = await machine("files", files)

    assert outcome.agrees
