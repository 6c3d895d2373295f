"""Load on a Modbus/TCP server, as a case asks for it: by the profile's numbers, over the declared sessions.

While it lasts the tester stands aside, so that no session is missing, and nothing else runs. What a load put
on the wire is not recorded, which may be millions of frames; the exchanges before and behind it are, and its
times are kept. Cases that look at one and the same load share it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.connect import endpoint
from testbed.model.performance import HICCUPS, Churn, Performance, Steady, Step
from testbed.testers.answer import Agreement
from testbed.testers.load.crew import NotConnectedError, Outcome, carry_out
from testbed.testers.load.measuring import lateness, measured, ms, quantiles
from testbed.testers.load.passage import passage
from testbed.testers.load.plan import DRAIN, SECOND, Plan
from testbed.testers.load.processes import EngineError, responder
from testbed.testers.load.search import held, knee, seconds_of
from testbed.testers.load.statistics import Latencies, smallest
from testbed.testers.load.virtual import answering, carry_out_virtually, is_virtual
from testbed.testers.modbus.aside import come_back
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.loaded import AGREED, BETTER, Loaded, of_share, too_late
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import over_tcp
from testbed.wire.impair.scope import CURRENT

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase

MOST_VALUES = 10
"""Values of one read: what a client asks at once of a small device (assumed)."""
DRIFTING = 0.9
"""The percentile by which a soak is judged to have become slower."""
FLOOR_S = 3.0
"""Seconds for which the harness is measured, at most."""


class Load:
    """Loads one device, for one case."""

    def __init__(self, desk: ModbusCase) -> None:
        self._desk = desk
        self._bench = desk.bench

    async def steady(self) -> Loaded:
        """Ask at the profile's rate."""
        return await self._once("steady", self._steady)

    async def latency(self) -> Agreement:
        """Ask at the profile's rate: each percentile of the latency that has a limit keeps it."""
        return (await self.steady()).latency

    async def soak(self) -> Loaded:
        """Ask at the profile's rate for a long time."""
        return await self._once("soak", self._soak)

    async def churn(self) -> Agreement:
        """Open, ask and close, so many times a second: the first answer comes in time, each time."""
        seen = await self._once("churn", self._churned)
        answered = seen.answered
        return answered if not answered.agrees else seen.keeps("p95", self._wanted.churn.within)

    async def sessions(self) -> Agreement:
        """Ask over all declared sessions, with more connections beside them from half-way on."""
        try:
            seen = await self._once("sessions", self._crowded)
        except NotConnectedError as error:
            said = Text(
                en=f"{error.connected} connections of {error.wanted}: {error.why}",
                ko=f"연결 {error.wanted}개 중 {error.connected}개: {error.why}",
            )
            raise Unanswered(said) from error
        name = max(seen.limits, key=lambda one: float(one[1:]))
        return seen.keeps(name, seen.limits[name]) if seen.answered.agrees else seen.answered

    async def throughput(self) -> Agreement:
        """Look for the highest rate at which the limit is kept."""
        seen = await self._once("search", self._searched)
        found, wanted = seen.measurement, self._wanted.throughput
        if found.rate >= wanted.at_least:
            return AGREED
        floor = of_share(found.harness.floor, float(wanted.share[1:]) / 100)
        own = floor.high if floor is not None else None
        if own is None or max(own, found.harness.late_p99) > wanted.within * 1000 / BETTER:
            raise Undecided(
                Text(
                    en="the load engine itself kept no higher rate in this run",
                    ko="이번 시험에서 부하 엔진 자체가 더 높은 요청률을 내지 못함",
                )
            )
        return Agreement(
            expected=Text(
                en=f"at least {wanted.at_least:,.0f} requests a second, {wanted.share} within "
                f"{wanted.within * 1000:,.4g} ms",
                ko=f"초당 {wanted.at_least:,.0f}회 이상, {wanted.share} {wanted.within * 1000:,.4g} ms 이내",
            ),
            received=Text(en=f"{found.rate:,.0f} requests a second", ko=f"초당 {found.rate:,.0f}회"),
            is_absence=True,
        )

    # Loads.

    async def _once(self, kind: str, make: Callable[[], Awaitable[Loaded]]) -> Loaded:
        """Make a load, unless another case made it; who tries again makes it anew."""
        known = self._bench.loads.get(kind)
        if known is not None and not self._desk.permission.repeated:
            name, loaded, scope = known
            self._desk.recorder.note(f"judged by the load of case {name}")
            mine = CURRENT.get()
            if mine is not None and scope is not None:
                mine.judges_by(scope)
            return loaded
        made = await make()
        for _ in range(HICCUPS - 1):
            late = made.hurried_ms if kind != "search" else None  # which looks for itself, rate by rate
            if late is None:
                break
            self._desk.recorder.note(
                f"the load engine itself was {late:,.0f} ms late: the load is made again"
            )
            made = await make()
        self._bench.loads[kind] = self._desk.name, made, CURRENT.get()
        self._desk.measurement = made.measurement
        return made

    async def _steady(self) -> Loaded:
        plan = self._plan(self._wanted.steady)
        return self._loaded("steady", await self._connected(plan), await self._floor(plan))

    async def _soak(self) -> Loaded:
        plan = self._plan(self._wanted.soak)
        outcome = await self._connected(plan)
        third = len(outcome.latencies) // 3
        first, last = (
            next((one for one in quantiles(Latencies(part)) if one.share == DRIFTING), None)
            for part in (outcome.latencies[:third], outcome.latencies[-third:])
        )
        seen = self._loaded("soak", outcome, await self._floor(plan))
        return replace(seen, thirds=(first, last), drift=self._wanted.soak.drift)

    async def _churned(self) -> Loaded:
        plan = replace(self._plan(self._wanted.churn), churn=True)
        return self._loaded("churn", await self._connected(plan), await self._floor(plan))

    async def _crowded(self) -> Loaded:
        steady = self._wanted.steady
        enough = (max(smallest(float(name[1:]) / 100) for name in self._wanted.latency) + 1) / steady.rate
        seconds = max(steady.seconds / 2, enough)
        plan = replace(self._plan(steady), extra=self._wanted.extra, seconds=seconds)
        outcome = await self._carried(plan)
        said = ", ".join(f"{number} {what}" for what, number in outcome.extra.items())
        self._desk.recorder.note(f"connections beyond the declared {plan.connections}: {said}")
        declared = self._bench.declaration.connections
        beyond = plan.connections + plan.extra - (declared.most or plan.connections + plan.extra)
        closable = max(0, beyond) if declared.beyond == "closes-oldest" else 0
        seen = self._loaded("sessions", outcome, await self._floor(replace(plan, extra=0)))
        return replace(seen, closable=closable)

    async def _searched(self) -> Loaded:
        wanted = self._wanted.throughput
        share, limit = float(wanted.share[1:]) / 100, round(wanted.within * SECOND)
        steps: list[Step] = []
        best: Outcome | None = None

        async def holds(rate: float) -> bool:
            nonlocal best
            seconds = seconds_of(rate, wanted.within, smallest(share))
            plan = replace(
                self._plan(Steady(rate=rate, seconds=seconds)), drain=min(DRAIN, 2 * wanted.within + 0.2)
            )
            for _ in range(HICCUPS):
                outcome = await self._connected(plan)
                kept, late = held(outcome, share, limit), ms(lateness(outcome).at(0.99)) or 0.0
                if kept or late <= wanted.within * 1000 / BETTER:
                    break
            else:
                if rate <= wanted.at_least:
                    raise Undecided(too_late(late))
            value = ms(Latencies(outcome.latencies).at(share))
            steps.append(Step(rate=rate, held=kept, value=value, unanswered=outcome.unanswered))
            if best is None or kept:
                best = outcome
            return kept

        good, bad = await knee(holds, wanted.at_least, wanted.up_to)
        if best is None:
            raise Undecided(Text(en="no rate was tried", ko="시도한 요청률이 없음"))
        floor = await self._floor(replace(best.plan, rate=best.plan.rate * BETTER, seconds=1.0))
        seen = self._loaded("search", best, floor)
        found = seen.measurement.model_copy(
            update={"rate": good, "steps": tuple(steps), "limit": wanted.within * 1000, "knee": bad}
        )
        return replace(seen, measurement=found)

    # What they are made of.

    @property
    def _wanted(self) -> Performance:
        wanted = self._bench.performance
        if wanted is None:
            raise Undecided(Text(en="the profile demands no performance", ko="프로파일에 성능 요구가 없음"))
        return wanted

    def _plan(self, load: Steady | Churn) -> Plan:
        """Return a load on the device: reads of values that it declares."""
        declaration = self._bench.declaration
        _, function = self._bench.probe()
        table, request = READS[function]
        area = declaration.areas(table)[0]
        count = min(area.count, MOST_VALUES)
        pdu = request(area.first, count).encode()
        values = 2 * count if table.endswith("registers") else -(-count // 8)
        where = declaration.endpoint
        return Plan(
            where.host,
            where.port,
            bytes((where.unit,)) + pdu,
            9 + values,  # header of 7, function, byte count: AP 4.1, 6.1 to 6.4
            load.rate,
            load.seconds,
            declaration.sessions,
            declaration.transactions,
            poisson=load.arrivals == "random",
            seed=self._bench.seed,
        )

    def _loaded(self, kind: str, outcome: Outcome, floor: Outcome) -> Loaded:
        wanted = self._wanted
        found = measured(kind, outcome, self._bench.load_workers, floor, wanted.stall)
        return Loaded(found, dict(wanted.latency), wanted.stall)

    async def _connected(self, plan: Plan) -> Outcome:
        """Carry a plan out; Undecided where the device does not take its connections."""
        try:
            return await self._carried(plan)
        except NotConnectedError as error:
            raise Undecided(
                Text(
                    en=f"{error.connected} of {error.wanted} declared sessions could be opened: {error.why}",
                    ko=f"선언된 세션 {error.wanted}개 중 {error.connected}개만 연결됨: {error.why}",
                )
            ) from error

    async def _carried(self, plan: Plan) -> Outcome:
        """Carry a plan out while the tester stands aside."""
        tester, scope = self._desk.testers[0], CURRENT.get()
        if scope is not None:
            scope.timed = True
        await self._desk.part(tester.wire)
        self._desk.recorder.note(
            f"load: {plan.rate:,.6g} requests a second for {plan.seconds:,.3g} s over {plan.connections} "
            f"connections, {plan.transactions} pending on each at most"
        )
        async with AsyncExitStack() as stack:
            if is_virtual():
                outcome = await carry_out_virtually(plan, self._bench.dial)
            elif scope is not None:  # under an impairment, which the workers know nothing of
                port = await stack.enter_async_context(passage(self._bench.dial))
                through = replace(plan, host="127.0.0.1", port=port)
                outcome = await carry_out(through, self._bench.load_workers)
            else:
                outcome = await carry_out(plan, self._bench.load_workers)
        for why, number in outcome.ends.items():
            self._desk.recorder.note(f"{number} connections ended: {why}")
        await come_back(self._desk, tester)
        return outcome

    async def _floor(self, plan: Plan) -> Outcome:
        """Put the same load on a loopback responder, once a run: what is seen then is the harness's own.

        Under an impairment it takes the same passage, without what is done on purpose: what that may explain
        is left out of the judgement elsewhere.
        """
        share = max((float(name[1:]) / 100 for name in self._wanted.latency), default=0.5)
        seconds = min(plan.seconds, max(FLOOR_S, (smallest(share) + 1) / plan.rate))
        key = plan.rate, plan.churn, CURRENT.get() is not None
        known = self._bench.floors.get(key)
        if known is not None and known.plan.seconds >= seconds:
            return known
        plan = replace(plan, seconds=seconds)
        try:
            if is_virtual():
                found = await carry_out_virtually(plan, answering(plan.answer_size))
            else:
                async with AsyncExitStack() as stack:
                    port = await stack.enter_async_context(responder(plan.answer_size))
                    if CURRENT.get() is not None:
                        dial = over_tcp(endpoint(f"tcp://127.0.0.1:{port}"))
                        port = await stack.enter_async_context(passage(dial))
                    to_it = replace(plan, host="127.0.0.1", port=port)
                    found = await carry_out(to_it, self._bench.load_workers)
        except NotConnectedError as error:  # that is no fault of the device
            raise EngineError(f"the harness cannot be measured: {error.why}") from error
        self._bench.floors[key] = found
        return found
