"""A product that is a client: what it can be made to do, and where the values that it believes are seen."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from testbed.model.base import Duration, Frozen
from testbed.model.client_belief import Belief, compiled
from testbed.model.connect import Endpoint
from testbed.model.known import FORMATS, Order, ValueType

READS = ("fc01", "fc02", "fc03", "fc04")
WRITES = ("fc05", "fc06", "fc15", "fc16")
BITS = frozenset({"fc01", "fc02", "fc05", "fc15"})
"""Functions whose values are single bits."""
SINGLE = frozenset({"fc05", "fc06"})
"""Functions that write one value."""
MOST_BITS = {"fc01": 2000, "fc02": 2000, "fc05": 1, "fc15": 1968}
MOST_REGISTERS = {"fc03": 125, "fc04": 125, "fc06": 1, "fc16": 123}
"""Quantities of one request (AP 6.1 to 6.12)."""
MOST_TASKS = 32
"""Tasks of one declaration (assumed; a function and a number format each take one)."""
PATIENCE = 3.0
"""Times the declared time-out, for each declared try, after which an error is due (catalogue, K21)."""
STILL_WAITING = 0.8
"""Share of the declared time-out for which a client waits for certain (assumed: clocks differ)."""
PLACES = frozenset({"host", "port", "unit"})
"""What a command may have filled in, in braces."""
QUESTIONS = 2
"""Times that an operator is asked at most in one act: to make the product act, and what it shows then."""

Function = Literal["fc01", "fc02", "fc03", "fc04", "fc05", "fc06", "fc15", "fc16"]
_Int = Annotated[int, Field(strict=True)]
_Bool = Annotated[bool, Field(strict=True)]
_Word = Annotated[str, StringConstraints(max_length=4096)]
_BRACES = re.compile(r"\{(\w+)\}")


class Task(Frozen):
    """One thing that the product can be made to do."""

    does: Function
    at: _Int = Field(default=0, ge=0, le=0xFFFF)
    """First address, as on the wire."""
    count: _Int = Field(default=1, ge=1, le=2000)
    """Values of the type, in one request."""
    type: ValueType = "uint16"
    order: Order = "ABCD"
    values: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = ()
    """What a write writes."""
    again: _Bool = False
    """Whether it repeats itself over one connection until it is ended."""
    command: tuple[_Word, ...] = ()
    """Program and arguments, with {host}, {port} and {unit} to be filled in; no shell reads them."""
    operator: Annotated[str, StringConstraints(max_length=1000)] = ""
    """What a person at the product is to do, in the vendor's words; filled in as a command is."""
    belief: Belief | None = None
    failed: str = ""
    """What the product's output holds where it reports an error, beside an exit status that is not 0."""

    _checked = field_validator("failed")(compiled)

    @property
    def reads(self) -> bool:
        """Whether it reads."""
        return self.does in READS

    @property
    def is_bits(self) -> bool:
        """Whether its values are single bits."""
        return self.does in BITS

    @property
    def quantity(self) -> int:
        """Bits or registers of its request."""
        return self.count if self.is_bits else self.count * struct.calcsize(FORMATS[self.type]) // 2

    @field_validator("command", "operator")
    @classmethod
    def _filled_in(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        for word in (value,) if isinstance(value, str) else value:
            for name in _BRACES.findall(word):
                if name not in PLACES:
                    raise ValueError(f"`{{{name}}}` is not filled in; known: {{host}}, {{port}}, {{unit}}")
        return value

    @model_validator(mode="after")
    def _is_driven(self) -> Self:
        if self.command and self.operator:
            raise ValueError("`command` and `operator` both make the product act: one is enough")
        where = self.belief.where if self.belief is not None else ""
        if self.operator and where == "stdout":
            raise ValueError(
                "`where: stdout` is the output of a `command`; an operator types: `where: operator`"
            )
        if self.command and where == "operator":
            raise ValueError(
                "a command is ended before an operator could look: `where: operator` goes without"
            )
        if self.failed and self.operator:
            raise ValueError("`failed` is looked for in the output of a `command`")
        return self

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        most = MOST_BITS.get(self.does) or MOST_REGISTERS[self.does]
        if self.quantity > most:
            raise ValueError(f"{self.does} carries at most {most}, not {self.quantity}")
        if self.at + self.quantity > 0x10000:  # noqa: PLR2004 - addresses have 16 bits (AP 4.4)
            raise ValueError("the last address lies past 65535")
        if self.is_bits and self.type != "uint16":
            raise ValueError(f"{self.does} carries bits, which have no type")
        if self.reads and self.values:
            raise ValueError("`values` are what a write writes")
        if not self.reads and len(self.values) != self.count:
            raise ValueError(f"`values` lists {len(self.values)} of {self.count} values that it writes")
        if not self.reads and (self.type != "uint16" or any(one != int(one) for one in self.values)):
            raise ValueError("what is written is told in registers, numbers from 0 to 65535")
        top = 1 if self.is_bits else 0xFFFF
        if any(not 0 <= one <= top for one in self.values):
            raise ValueError(f"a value that is written is not within 0 to {top}")
        return self

    def filled(self, host: str, port: int, unit: int) -> tuple[str, ...]:
        """Return the command with the endpoint filled in."""
        return tuple(_filled(word, host, port, unit) for word in self.command)

    def told(self, host: str, port: int, unit: int) -> str:
        """Return what the operator is to do, with the endpoint filled in."""
        return _filled(self.operator, host, port, unit)

    @property
    def is_typed(self) -> bool:
        """Whether a person types what the product shows, and so nobody knows when it did."""
        return self.belief is not None and self.belief.where == "operator"

    @property
    def is_by_hand(self) -> bool:
        """Whether a person is needed for it."""
        return bool(self.operator) or self.is_typed

    def tells_errors(self, *, by_itself: bool) -> bool:
        """Say whether it shows that the product reports an error.

        Args:
            by_itself: whether the product polls, and nobody sees how a command ends.
        """
        if self.belief is not None and self.belief.where in {"operator", "opcua"}:
            return True
        return not by_itself and (bool(self.failed) or not (self.again or self.operator))


def _filled(text: str, host: str, port: int, unit: int) -> str:
    said = {"host": host, "port": str(port), "unit": str(unit)}
    return _BRACES.sub(lambda found: said[found[1]], text)


class Client(Frozen):
    """What the vendor declares of a client."""

    timeout: Duration = Field(default=1.0, gt=0, le=60, json_schema_extra={"default": "1 s"})
    """How long it waits for an answer."""
    retries: _Int = Field(default=0, ge=0, le=10)
    """How often it repeats a request that was not answered."""
    repeats_writes: _Bool = False
    """Whether it repeats writes, too, whose answer is lost: then they may take effect twice."""
    pending: _Int = Field(default=1, ge=1, le=16)
    """Transactions that it has open at once, NumberMaxOfClientTransaction (IG 4.4.1.2)."""
    polls: _Bool = False
    """Whether it acts by itself, as soon as somebody listens."""
    acts_within: Duration = Field(default=10.0, gt=0, le=600, json_schema_extra={"default": "10 s"})
    """Longest time until its first request, once it is made to act."""
    environment: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], ...] = ()
    """Variables of the tester's own environment that commands get, for secrets; PATH and HOME they get so."""
    tasks: Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")], Task] = Field(
        min_length=1, max_length=MOST_TASKS
    )

    @property
    def tries(self) -> int:
        """How often it makes a request that is never answered."""
        return 1 + self.retries

    @property
    def tries_of_writes(self) -> int:
        """How often it makes a write that is never answered."""
        return self.tries if self.repeats_writes else 1

    @property
    def by_hand(self) -> bool:
        """Whether a person makes it act, or reads what it shows."""
        tasks = self.tasks.values()
        return any(one.is_by_hand for one in tasks)

    @property
    def answers_within(self) -> float:
        """Seconds that an operator has in one act, over all that he is asked."""
        return QUESTIONS * self.acts_within if self.by_hand else 0.0

    @property
    def gives_up_within(self) -> float:
        """Seconds within which it has to say that no answer came."""
        return PATIENCE * self.timeout * self.tries


def check_client(client: Client, endpoint: Endpoint) -> None:
    """Hold that each task can be made to happen, and that what comes of it can be seen.

    Raises:
        ValueError: one cannot.
    """
    if endpoint.is_simulated:
        return
    if client.polls and not endpoint.port:
        raise ValueError("`connect` names no port, and a client that polls by itself has to know one")
    for name, task in client.tasks.items():
        if not task.command and not task.operator and not client.polls:
            raise ValueError(
                f"`client.tasks.{name}` lacks a `command` or an `operator`, and the client does not "
                "poll by itself"
            )
        stdout = task.belief is not None and task.belief.where == "stdout"
        if stdout and not task.command:
            raise ValueError(
                f"`client.tasks.{name}` shows its values in the output of a command that it lacks"
            )
        if task.reads and task.belief is None:
            raise ValueError(f"`client.tasks.{name}` lacks `belief`: where the values are seen that it read")


def client_facts(client: Client) -> Mapping[str, int]:
    """What requirements of clients may need."""
    tasks = client.tasks.values()
    facts: dict[str, int] = {task.does: 1 for task in tasks}
    registers = [task for task in tasks if task.reads and not task.is_bits]
    facts |= {task.type: 1 for task in registers}
    facts["reads"] = int(bool(registers))
    facts["registers"] = max((task.quantity for task in registers), default=0)
    facts["again"] = int(any(task.again or client.polls for task in registers))
    facts["writes"] = int(any(not task.reads for task in tasks))
    facts["pending"] = client.pending
    facts["timed"] = int(any(not task.is_typed for task in registers))
    facts["errors"] = int(any(task.tells_errors(by_itself=client.polls) for task in registers))
    facts["retries"] = client.retries
    return facts
