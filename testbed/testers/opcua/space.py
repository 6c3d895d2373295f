"""The address space of a server as cases judge it: one crawl a run, and rules over what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.answer import Agreement
from testbed.testers.opcua.crawl import Crawl
from testbed.testers.opcua.snapshot import Snapshot
from testbed.testers.opcua.view_reply import Described
from testbed.testers.trouble import Unanswered, Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.desk import UaCase

_LOOKED_AT_AGAIN = 3
"""Guilty nodes that a case looks at again, so that its capture shows them."""


class Guilty(NamedTuple):
    """A node that breaks a rule, and how."""

    node: ua.NodeId
    en: str
    ko: str


@dataclass(frozen=True)
class Rule:
    """What must hold of an address space."""

    expected: Text
    find: Callable[[Snapshot], Iterable[Guilty]]


def rule(en: str, ko: str) -> Callable[[Callable[[Snapshot], Iterable[Guilty]]], Rule]:
    """Make a function that finds guilty nodes a rule; the words say what was expected of them."""
    return lambda find: Rule(Text(en=en, ko=ko), find)


class Space:
    """The address space as one case sees it."""

    def __init__(self, client: Client, found: Snapshot) -> None:
        self._client = client
        self._found = found

    async def follows(self, judged: Rule) -> Agreement:
        """Judge all nodes by a rule; those found guilty are looked at again, and have to be guilty still.

        Raises:
            Unanswered: silence or a close.
            Undecided: nothing stands against it, but the crawl had to be stopped.
        """
        guilty = list(judged.find(self._found))
        if not guilty:
            _is_whole(self._found.stopped)
            return Agreement()
        suspects = list(dict.fromkeys(one.node for one in guilty))[:_LOOKED_AT_AGAIN]
        again = await self._look_again(suspects)
        still = [one for one in judged.find(again) if one.node in suspects]
        if not still:
            _is_whole(self._found.stopped)
            return Agreement()
        more = len({one.node for one in guilty}) - 1
        first, name = still[0], _shown(still[0].node)
        return Agreement(
            judged.expected,
            Text(
                en=f"{name}: {first.en}" + (f"; {more} more such nodes" if more else ""),
                ko=f"{name}: {first.ko}" + (f" (그 밖에 {more}개)" if more else ""),
            ),
            (self._client.frames[-1], 0, 0),
        )

    async def _look_again(self, suspects: list[ua.NodeId]) -> Snapshot:
        known = [self._found.nodes[node] for node in suspects if node in self._found.nodes]
        crawl = Crawl(self._client)
        self._client.frames = ()
        batch = [Described(node=one.id, node_class=one.node_class, name=one.name) for one in known]
        again = await crawl.look(batch)
        _is_whole(crawl.stopped)
        return self._found.with_nodes(again)


def _is_whole(stopped: str) -> None:
    """Let nobody say that all is well of an address space that was seen in part."""
    if stopped:
        raise Undecided(
            Text(en=f"the crawl was stopped: {stopped}", ko=f"주소 공간 탐색이 중단됨: {stopped}")
        )


def _shown(node: ua.NodeId) -> str:
    return str(node.to_string())[:200]


async def crawled(desk: UaCase) -> Space:
    """Return the address space; the first case of a run that asks for it crawls, the others wait.

    Raises:
        Undecided: the crawl got no answer.
    """
    client = next((one for one in desk.testers if one.is_activated), None)
    if client is None:
        client = desk.another()
        await desk.begin(client)
    bench = desk.bench
    async with bench.crawling:
        if bench.space is None:
            try:
                bench.space = await Crawl(client).run(bench.declared.namespaces)
            except Unanswered as trouble:
                bench.space = trouble.said
            client.frames = ()
            desk.recorder.note("the address space was crawled")
    if isinstance(bench.space, Text):
        said = bench.space
        raise Undecided(Text(en=f"crawl of the address space: {said.en}", ko=f"주소 공간 탐색: {said.ko}"))
    return Space(client, bench.space)
