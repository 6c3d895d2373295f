"""A product that a person makes act, or whose values he reads: what he did not do is no fault of it."""

from __future__ import annotations

import asyncio

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.modbus_client.driving import Act, Place, Watch
from testbed.testers.modbus_client.numbers import Values, number_of
from testbed.testers.modbus_client.terminal import NoTerminalError, Terminal, language
from testbed.testers.product import readable
from testbed.testers.trouble import Undecided

MOST_ASKED = 3
"""Times that a question is put where the answer is none of those that were named (assumed)."""
_CANNOT = "x"
_ERROR = "e"
_DONE = "d"
_LONGEST_WORDS = 1000

_ACT = Text(
    en="the product is to act: {words}\n"
    "  ({does}, address {at}, {count}; the server is at {host}:{port}, unit {unit})\n"
    "  then press Enter, within {within:g} s ({cannot} and Enter if that cannot be done): ",
    ko="제품을 동작시켜 주십시오: {words}\n"
    "  ({does}, 주소 {at}, {count}개; 서버 {host}:{port}, 유닛 {unit})\n"
    "  실행 후 {within:g}초 이내에 Enter (할 수 없으면 {cannot} 입력 후 Enter): ",
)
_READ = Text(
    en="what does the product show now? Type {count} value(s) with spaces between,\n"
    "  {error} if it reports an error, nothing if neither; then Enter, within {within:g} s: ",
    ko="제품에 지금 무엇이 표시됩니까? 값 {count}개를 띄어쓰기로 구분하여 입력, 오류가 표시되면 {error},\n"
    "  둘 다 아니면 빈칸으로 두고 {within:g}초 이내에 Enter: ",
)
_WRITTEN = Text(
    en="what does the product say of this write? Type {done} if it reports success,\n"
    "  {error} if it reports an error, nothing if neither; then Enter, within {within:g} s: ",
    ko="이 쓰기에 대해 제품이 무엇을 표시합니까? 성공이면 {done}, 오류이면 {error},\n"
    "  둘 다 아니면 빈칸으로 두고 {within:g}초 이내에 Enter: ",
)
_NO_TERMINAL = Text(
    en="an operator is to be asked, and there is no terminal: run the test bed in the foreground of one",
    ko="작업자에게 물어야 하는데 터미널이 없음: 터미널의 포그라운드에서 실행할 것",
)
_CANNOT_SAID = Text(en="the operator says that it cannot be done", ko="작업자가 실행할 수 없다고 답함")
_CLOSED = Text(
    en="the operator's terminal was closed before an answer", ko="작업자의 터미널이 응답 전에 닫힘"
)


class _Ends(Exception):  # noqa: N818 - not an error of this program
    """A person gave no answer that tells anything."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


class ByHand:
    """An operator, asked in the terminal.

    Args:
        within: seconds for each of his answers.
        watch: what looks where the values are shown; None where he is asked for them.
    """

    def __init__(self, within: float, watch: Watch | None) -> None:
        self._within, self._watch = within, watch
        self._terminal: Terminal | None = None
        self._asking: asyncio.Task[None] | None = None

    async def begin(self, task: Task, place: Place, act: Act) -> None:
        """Ask him to make the product act."""
        self._task, self._act = task, act
        if self._watch is not None:
            await self._watch.begin(act)
        if not (task.operator or self._asks_afterwards):
            return
        try:
            self._terminal = Terminal()
        except NoTerminalError:
            act.end("could not be made to act", Undecided(_NO_TERMINAL))
            return
        if task.operator:
            self._asking = asyncio.ensure_future(self._ask_to_act(place))

    async def stop(self) -> None:
        """Ask him what the product shows, where nothing else looks there."""
        try:
            if self._asking is not None:
                self._asking.cancel()
                await asyncio.wait([self._asking])
            if self._watch is not None:
                await self._watch.stop()
            current = asyncio.current_task()
            if self._terminal is not None and not (current is not None and current.cancelling()):
                await self._end_of_act()
        finally:
            if self._terminal is not None:
                self._terminal.close()

    @property
    def _asks_afterwards(self) -> bool:
        return self._task.is_typed or not (self._task.reads or self._task.belief)

    async def _end_of_act(self) -> None:
        act = self._act
        if act.trouble is None and self._task.operator and not (act.is_confirmed or act.asked()):
            act.trouble = Undecided(
                Text(
                    en=f"the operator did not make the product act within {self._within:g} s",
                    ko=f"작업자가 {self._within:g}초 이내에 제품을 동작시키지 않음",
                )
            )
        if act.trouble is None and self._asks_afterwards:
            try:
                await self._ask_what_it_shows()
            except _Ends as end:
                act.trouble = Undecided(end.said)

    async def _ask_to_act(self, place: Place) -> None:
        task = self._task
        words = task.told(place.host, place.port, place.unit)
        question = _ACT.in_language(language()).format(
            words="".join(one if one.isprintable() else " " for one in words)[:_LONGEST_WORDS],
            does=task.does,
            at=task.at,
            count=task.quantity,
            host=place.host,
            port=place.port,
            unit=place.unit,
            within=self._within,
            cannot=_CANNOT,
        )
        try:
            typed = await self._ask(question)
        except _Ends as end:
            if not self._act.asked():
                self._act.end("was not made to act", Undecided(end.said))
            return
        if typed.lower() == _CANNOT:
            self._act.end("was not made to act", Undecided(_CANNOT_SAID))
            return
        self._act.is_confirmed = True
        self._act.news()

    async def _ask_what_it_shows(self) -> None:
        text = (_READ if self._task.reads else _WRITTEN).in_language(language())
        question = text.format(count=self._task.count, error=_ERROR, done=_DONE, within=self._within)
        for _ in range(MOST_ASKED):
            typed = await self._ask(question)
            if not typed:
                return
            if typed.lower() == _ERROR:
                self._act.tell(None)
                return
            values = self._values(typed)
            if values is not None:
                self._act.tell(values)
                return
        raise _Ends(
            Text(
                en=f"the operator typed {MOST_ASKED} times what was not asked for: {readable(typed)}",
                ko=f"작업자가 질문에 맞지 않는 답을 {MOST_ASKED}번 입력함: {readable(typed)}",
            )
        )

    def _values(self, typed: str) -> Values | None:
        if not self._task.reads:
            return () if typed.lower() == _DONE else None
        numbers = [number_of(one) for one in typed.replace(",", " ").split()]
        if None in numbers or len(numbers) != self._task.count:
            return None
        return tuple(one for one in numbers if one is not None)

    async def _ask(self, question: str) -> str:
        assert self._terminal is not None  # noqa: S101 - opened before
        try:
            typed = await self._terminal.ask(question, self._within)
        except TimeoutError as error:
            raise _Ends(
                Text(
                    en=f"the operator did not answer within {self._within:g} s",
                    ko=f"작업자가 {self._within:g}초 이내에 답하지 않음",
                )
            ) from error
        except OSError as error:
            raise _Ends(_CLOSED) from error
        if typed is None:
            raise _Ends(_CLOSED)
        return typed
