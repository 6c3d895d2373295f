"""Preflight of a client: is there a place to listen, and does the product do what it is told?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.model.connect import Endpoint
from testbed.model.declaration import Declaration
from testbed.model.preflight import Check, Diagnosis
from testbed.testers.modbus.captures import captured
from testbed.testers.modbus_client.bench import ClientBench
from testbed.testers.modbus_client.meeting import NoPlace
from testbed.testers.trouble import Undecided
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder

__all__ = ["Desk", "captured", "examine"]

_REMEDY = Text(
    en="run the command by hand against a server that answers, and see that it uses {host}, {port} and "
    "{unit}, that `does`, `at` and `count` say what it asks, and that `belief` finds the values",
    ko="응답하는 서버를 상대로 명령을 직접 실행하여 {host}, {port}, {unit}을 쓰는지, `does`, `at`, `count`가 "
    "실제 요청과 같은지, `belief`가 값을 찾는지 확인할 것",
)
_PLACE = Text(
    en="name in `connect` an address of this host and a port that nobody has; port 0 is any free one, where "
    "the product is told",
    ko="`connect`에 이 호스트의 주소와 비어 있는 포트를 적을 것; 제품에 알려 줄 수 있으면 포트 0(임의의 빈 "
    "포트)",
)


@dataclass(eq=False)
class Desk:
    """One client about to be judged."""

    declaration: Declaration
    dial: Dial
    recorder: Recorder
    trying: Callable[[str], None]
    elsewhere: Callable[[Endpoint], Dial] | None
    checks: list[Check] = field(default_factory=list)


async def examine(desk: Desk) -> None:
    """Let the product act once, and say what is wrong where it does not do what it is told."""
    desk.trying("one act of the client")
    case = ClientBench(desk.declaration, desk.dial, 0).case("(preflight)", (), "", desk.recorder)
    try:
        await case.prepare(())
    except Undecided as trouble:
        name, remedy = ("PLACE", _PLACE) if isinstance(trouble, NoPlace) else ("IDLE", _REMEDY)
        found = Diagnosis(id=f"PF-CLIENT-{name}", stops=True, said=trouble.said, remedy=remedy)
        desk.checks.append(Check(said=found.said, found=found))
        desk.recorder.note(f"{found.id}: {found.said.en}")
        return
    await asyncio.sleep(0)
    said = Text(
        en="the product acted as it was told, and shows the values that it was answered",
        ko="제품이 지시대로 동작하고 응답받은 값을 표시함",
    )
    desk.checks.append(Check(said=said))
    desk.recorder.note(said.en)
