"""MODBUS Application Protocol V1.1b3, 4.1: Requests that nobody thought of."""

from testbed.cases import alone, verifies


@alone
@verifies("MB-FUZZ-SURVIVES")
async def test_survives_fuzzing(fuzz):
    """The device stays alive under random and nearly valid frames."""
    outcome = await fuzz.survival()

    assert outcome.agrees


@alone
@verifies("MB-FUZZ-WELL-FORMED")
async def test_answers_under_fuzzing(fuzz):
    """Malformed requests, random and nearly valid, are answered by well-formed responses."""
    outcome = await fuzz.answers()

    assert outcome.agrees
