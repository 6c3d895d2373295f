"""Under an impairment: what the harness adds, and what was done to a load by which several cases judge."""

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


def test_who_judges_by_the_load_of_another_case_judges_under_what_was_done_to_it():
    impairing = Impairing(scenario({"delay": {"time": "300 ms"}}), 1)
    other, mine = impairing.scope("other"), impairing.scope("mine")
    other.worst = 0.3
    other.broke("connection 1 reset")
    notes = []
    desk = SimpleNamespace(
        bench=SimpleNamespace(loads={"steady": ("other", "load", other)}),
        permission=SimpleNamespace(repeated=False),
        recorder=SimpleNamespace(note=notes.append),
    )

    async def steady():
        CURRENT.set(mine)
        return await loading.Load(desk).steady()

    assert asyncio.run(steady()) == "load"
    assert notes == ["judged by the load of case other"]
    assert (mine.worst, mine.broken, mine.events) == (0.3, True, ["connection 1 reset"])
