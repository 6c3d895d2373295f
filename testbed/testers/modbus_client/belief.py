"""What a product believes: the values that it tells, held against those that valid answers carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.modbus_client.numbers import Values, same

_SAID = {
    "right": Text(en="the values of the valid answer", ko="유효한 응답의 값"),
    "done": Text(en="success", ko="성공"),
    "invalid": Text(
        en="values of an answer that was not valid for the request", ko="요청에 유효하지 않은 응답의 값"
    ),
    "other": Text(en="values that no answer carried", ko="어느 응답에도 없는 값"),
    "error": Text(en="an error", ko="오류 보고"),
    "nothing": Text(en="neither a value nor an error", ko="값도 오류도 없음"),
}


class Belief(Enum):
    """What a product took an answer for."""

    RIGHT = "right"
    DONE = "done"
    """A write, reported to have succeeded."""
    INVALID = "invalid"
    OTHER = "other"
    ERROR = "error"
    NOTHING = "nothing"

    @property
    def said(self) -> Text:
        """The belief in words."""
        return _SAID[self.value]

    @property
    def is_shown(self) -> bool:
        """Whether it is a value or a success that the product shows."""
        return self not in {Belief.ERROR, Belief.NOTHING}

    @property
    def is_absence(self) -> bool:
        """Whether it is that nothing came."""
        return self is Belief.NOTHING


@dataclass(frozen=True)
class Said:
    """What a product told once: values, or an error."""

    values: Values | None
    at: float
    """Seconds since the case began."""
    asked: int
    """Requests that it had made by then."""


@dataclass
class Truth:
    """The values that answers carried, and for which request."""

    task: Task
    valid: dict[int, Values] = field(default_factory=dict)
    """By the number of the request that they answer."""
    late: set[int] = field(default_factory=set)
    """Numbers of requests that were answered after the client's time was out."""
    invalid: list[Values] = field(default_factory=list)

    def beliefs(self, told: Sequence[Said]) -> tuple[Belief, ...]:
        """Say what each thing told is; a valid answer is believed once, and none after a later one."""
        found, last = [], -1
        for one in told:
            if one.values is None:
                found.append(Belief.ERROR)
                continue
            answers = [at for at, values in self.valid.items() if same(self.task, one.values, values)]
            fresh = [at for at in answers if at > last and (at not in self.late or one.asked <= at + 1)]
            if fresh:
                last = fresh[0]
                found.append(Belief.RIGHT)
            elif answers or self._is_poison(one.values):
                found.append(Belief.INVALID)
            else:
                found.append(Belief.OTHER)
        return tuple(found)

    def _is_poison(self, told: Values) -> bool:
        """Say whether any number told stood in an invalid answer alone."""
        if self.task.is_bits:
            return any(same(self.task, told, values) for values in self.invalid)
        numbers = {number for values in self.invalid for number in values}
        return any(number in numbers for number in told)
