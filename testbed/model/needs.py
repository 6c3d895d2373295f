"""What a requirement needs of a device before it can be judged: the conditions of ISO/IEC 9646-7.

A need is the name of a fact (`fc03`, `isolated`, `Attribute Read`), or a size (`holding_registers >= 126`).
All needs of a list must hold; of an inner list, any one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from testbed.model.base import Frozen
from testbed.model.opcua.channel import lacks_security
from testbed.model.opcua.nodes import lacks_kind, node_permissions
from testbed.model.verdict import Verdict

_NEED = re.compile(r"(?P<name>[A-Za-z][\w .,&()/\[\]\u2013-]*?)(?:\s*>=\s*(?P<least>\d{1,6}))?")


def _checked(need: str) -> str:
    if _NEED.fullmatch(need) is None:
        raise ValueError(f"`{need}` is not a need; write a name or `name >= number`")
    return need


Need = Annotated[str, AfterValidator(_checked)]
Needs = tuple[Need | Annotated[tuple[Need, ...], Field(min_length=1)], ...]


class Missing(Frozen):
    """Why a requirement cannot be judged on a device, and the line that would allow it."""

    verdict: Verdict
    need: str
    reason: str
    paste: str = ""


PERMISSIONS: Mapping[str, str] = {
    "isolated": "isolated: true",
    "server_id": "diagnostics: {{ server_id: BYTES }}",
    "scratch_registers": "holding_registers: [{{ first: ADDRESS, count: {least}, scratch: true }}]",
    "scratch_coils": "coils: [{{ first: ADDRESS, count: {least}, scratch: true }}]",
    "scratch_files": "files: [{{ file: NUMBER, first: RECORD, count: {least}, scratch: true }}]",
    "security_keys": "security: {{ keys: FOLDER }}",
    **node_permissions(),
}
"""Facts that allow a test something, with the line of a declaration that grants them.

Their absence says nothing about the device, so it leaves a requirement INCONCLUSIVE; the absence of any
other fact makes it NOT_APPLICABLE, and so does that of a node to write where there is none to read either,
and that of certificates where no secured channel is claimed.
"""


def split(need: str) -> tuple[str, int]:
    """Return the name of a need and the least amount that satisfies it (1 for a plain name)."""
    found = _NEED.fullmatch(need)
    if found is None:
        raise ValueError(f"`{need}` is not a need")
    return found["name"], int(found["least"] or 1)


def names(needs: Needs) -> frozenset[str]:
    """Return every fact that some needs speak of."""
    return frozenset(split(one)[0] for need in needs for one in ((need,) if isinstance(need, str) else need))


def least(needs: Needs, name: str) -> int:
    """Return the amount of a fact that some needs ask for; 0 when they do not speak of it."""
    found = [split(need) for need in needs if isinstance(need, str)]
    return max((amount for fact, amount in found if fact == name), default=0)


def missing(needs: Needs, facts: Mapping[str, int]) -> Missing | None:
    """Say what a device lacks of some needs; None when all are met.

    A lack that makes the requirement not applicable outweighs a permission that was not given.
    """
    return next(iter(lacks(needs, facts)), None)


def lacks(needs: Needs, facts: Mapping[str, int]) -> tuple[Missing, ...]:
    """Return everything that a device lacks of some needs, what makes them not applicable first."""
    found = [lack for need in needs if (lack := _lack(need, facts)) is not None]
    return tuple(sorted(found, key=lambda lack: lack.verdict is not Verdict.NOT_APPLICABLE))


def _lack(need: str | Sequence[str], facts: Mapping[str, int]) -> Missing | None:
    if not isinstance(need, str):
        each = [_lack(one, facts) for one in need]
        if None in each:
            return None
        granted = [lack for lack in each if lack is not None and lack.verdict is Verdict.INCONCLUSIVE]
        if granted:  # one permission would do
            return granted[0]
        return _unclaimed(" or ".join(need))
    name, amount = split(need)
    if facts.get(name, 0) >= amount:
        return None
    if name in PERMISSIONS and not lacks_kind(name, facts) and not lacks_security(name, facts):
        line = PERMISSIONS[name].format(least=amount)
        return Missing(
            verdict=Verdict.INCONCLUSIVE,
            need=need,
            reason=f"the declaration does not grant `{need}`",
            paste=line,
        )
    return _unclaimed(need)


def _unclaimed(need: str) -> Missing:
    return Missing(
        verdict=Verdict.NOT_APPLICABLE, need=need, reason=f"the declaration does not claim `{need}`"
    )
