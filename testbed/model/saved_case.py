"""A failing sequence as a file: the frames that a machine or the fuzzer was left with, to be sent again."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from testbed.model.base import Frozen, Text

MOST_STEPS = 512
"""Steps of one file (assumed; a minimised sequence has a handful)."""
_BYTES = re.compile(r"([0-9a-f]{2}( [0-9a-f]{2}){0,4095})?")
_ANSWER = re.compile(r"silence|\*|([0-9a-f]{2}|\.\.)( ([0-9a-f]{2}|\.\.)){0,259}( \*)?")

FOLDER = "cases"
"""Of a bundle, where its sequences stand."""
SILENCE = "silence"


def _is_bytes(said: str) -> str:
    if not _BYTES.fullmatch(said):
        raise ValueError(
            "is not bytes; write them in lower-case hexadecimal with a blank between, as `03 00 00`"
        )
    return said


def _is_answer(said: str) -> str:
    if not _ANSWER.fullmatch(said):
        raise ValueError("is no answer; write bytes, `..` for any byte, `*` for any rest, or `silence`")
    return said


Bytes = Annotated[str, AfterValidator(_is_bytes), Field(max_length=3 * 4096)]
"""Bytes in hexadecimal, a blank between two."""
Answer = Annotated[str, AfterValidator(_is_answer), Field(max_length=1024)]
"""An acceptable answer: a PDU with `..` for any byte and `*` for any rest, or `silence`."""


def fits(answer: str, received: bytes | None) -> bool:
    """Say whether what a device answered is acceptable.

    Args:
        answer: a pattern.
        received: a response PDU; None where none came.
    """
    if received is None or answer == SILENCE:
        return received is None and answer == SILENCE
    pattern = answer.removesuffix("*").split()
    if len(received) < len(pattern) or (len(received) > len(pattern) and not answer.endswith("*")):
        return False
    return all(one == ".." or int(one, 16) == byte for one, byte in zip(pattern, received, strict=False))


class SavedStep(Frozen):
    """What is sent, and what is acceptable."""

    send: Bytes
    expect: tuple[Answer, ...] = ()
    """Acceptable answers, any one of them."""
    whole: bool = False
    """Whether these are all bytes of the line, right or wrong, and no request to be framed."""
    sizes: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = ()
    """Sizes of the segments in which they go over TCP; the rest is the last one."""


class SavedCase(Frozen):
    """A sequence that a device failed."""

    format: Literal[1] = 1
    judged_by: Literal["answers", "fuzzer"]
    """What judges it: the acceptable answers of each step; or what judges the fuzzer, the invariants,
    the layout of responses and whether the device is alive behind the last step."""
    over: str = ""
    """The kind of line that whole frames are made for."""
    suite: str = ""
    version: str = ""
    """Version of the suite."""
    case: str = ""
    seed: int = 0
    """Seed of the run that found it."""
    leases: Annotated[
        dict[
            Annotated[str, Field(pattern="^(registers|coils|files)$")],
            Annotated[int, Field(ge=1, le=65536)],
        ],
        Field(default_factory=dict),
    ]
    """How many scratch values of each table it writes, from the first that is declared."""
    expected: Text | None = None
    """What the last step was expected to be met with."""
    received: Text | None = None
    """What it was met with, when the file was made."""
    steps: Annotated[tuple[SavedStep, ...], Field(min_length=1, max_length=MOST_STEPS)]
    afterwards: tuple[Bytes, ...] = ()
    """What brings the device back into its ordinary state; how it answers is not judged."""

    @property
    def path(self) -> str:
        """Where it stands in a bundle."""
        named = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.suite}-{self.case}").strip("-")
        return f"{FOLDER}/{named[:100]}.yaml"

    def written(self) -> str:
        """Return the text of its file: YAML, a step a line."""
        head = self.model_dump(mode="json", exclude_defaults=True, exclude={"format", "steps"})
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        steps = [step.model_dump(mode="json", exclude_defaults=True) for step in self.steps]
        return "\n".join(
            [
                "format: 1",
                *lines,
                "steps:",
                *(f"- {json.dumps(step, ensure_ascii=False)}" for step in steps),
                "",
            ]
        )
