"""The lines that no read can draft, with what each would allow: writes, scratch areas, isolation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from testbed.model.allowance import enough, judged
from testbed.model.declaration import SCRATCH, Declaration
from testbed.model.needs import PERMISSIONS
from testbed.model.standard import Catalogue

WRITES: Mapping[str, tuple[str, ...]] = {
    "holding_registers": ("fc06", "fc16", "fc22", "fc23"),
    "coils": ("fc05", "fc15"),
}
"""Functions that write, by table (AP 6); whether a device serves them only a write would tell."""


@dataclass(frozen=True, slots=True)
class MissingLine:
    """Lines that belong together, and how many requirements can be judged once they stand."""

    paste: tuple[str, ...]
    means: str
    allows: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """How much of the catalogue a draft reaches, and what would reach further."""

    judged: int
    of: int
    """Requirements that can be tested at all."""
    lines: tuple[MissingLine, ...]
    """In the order in which to add them: each counts on top of those before it."""


def outlook(declaration: Declaration, catalogues: Sequence[Catalogue]) -> Outlook:
    """Count what a drafted declaration allows, and what the lines that it lacks would allow.

    Args:
        declaration: as drafted: reads alone, nothing to write, not isolated.
        catalogues: of the suites that will judge.
    """
    requirements = [one for catalogue in catalogues for one in catalogue.requirements]
    known = {fact for catalogue in catalogues for fact in catalogue.facts}
    facts = dict(declaration.facts)
    now = judged(requirements, facts)
    at_first, of = now, sum(one.untestable is None for one in requirements)
    lines: list[MissingLine] = []
    for fact, table in SCRATCH.items():
        functions = [name for name in WRITES[table] if name in known]
        if not functions or not facts[table]:
            continue
        facts |= dict.fromkeys(functions, 1)
        facts[fact] = enough(requirements, facts | {"isolated": 1}, fact, facts[table])
        supports = ", ".join([*declaration.supports, *functions])
        paste = (f"supports: [{supports}]", PERMISSIONS[fact].format(least=facts[fact]))
        words = f"the writes that the device serves, and {table.replace('_', ' ')} that a test may write"
        lines.append(MissingLine(paste, words, judged(requirements, facts) - now))
        now = judged(requirements, facts)
        declaration = declaration.model_copy(update={"supports": (*declaration.supports, *functions)})
    facts["isolated"] = 1
    line = PERMISSIONS["isolated"].format(least=1)
    lines.append(MissingLine((line,), "nothing real hangs on the device", judged(requirements, facts) - now))
    return Outlook(at_first, of, tuple(lines))


def as_comments(found: Outlook) -> str:
    """Return the lines as comments, to stand at the end of the draft."""
    said = [
        f"As drafted, {found.judged} of {found.of} requirements can be judged. Missing are lines that no",
        "read can prove; each number counts on top of those before it, with all the functions named:",
    ]
    for line in found.lines:
        said.append(f"  {line.allows} more with   # {line.means}")
        said += [f"    {paste}" for paste in line.paste]
    return "".join(f"# {one}\n" for one in said)
