"""What the harness adds is measured on the way that the load itself takes."""

import asyncio
from types import SimpleNamespace

from testbed.plugin.shelf import read_profile
from testbed.testers.modbus import loading
from testbed.wire.impair.scope import CURRENT, Impairing
from tests.impair.bench import scenario


def test_under_an_impairment_it_takes_the_passage_too(plan_for, monkeypatch):
    passage, opened = loading.passage, []
    monkeypatch.setattr(loading, "passage", lambda dial: opened.append(dial) or passage(dial))
    performance = read_profile("performance/proof", "test")[0].performance
    bench = SimpleNamespace(performance=performance, floors={}, load_workers=1)
    load = loading.Load(SimpleNamespace(bench=bench))
    plan = plan_for(0, 100, 0.5, connections=2)

    async def both():
        plain = await load._floor(plan)
        CURRENT.set(Impairing(scenario({"delay": {"time": "300 ms"}}), 1).scope())
        through = await load._floor(plan)
        return plain, through, await load._floor(plan)

    plain, through, again = asyncio.run(both())

    assert len(opened) == 1
    assert plain is not through
    assert again is through
    assert (through.unanswered, through.wrong) == (0, 0)
    assert min(through.latencies) < 150_000_000  # what is done on purpose is no part of it
