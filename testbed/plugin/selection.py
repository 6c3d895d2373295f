"""Which cases a device gives no reason or no leave to run, and what the record says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from testbed.model.base import Text
from testbed.model.needs import missing
from testbed.model.record import CaseRecord, Finding
from testbed.model.verdict import Verdict
from testbed.plugin.case import Case


def left_out(case: Case, facts: Mapping[str, int], refused: Collection[str]) -> CaseRecord | None:
    """Return the record of a case that is not run; None for one that is.

    Args:
        case: the case.
        facts: what the device declares.
        refused: declared functions that it was found not to serve.
    """
    lack = missing(case.needs, facts)
    if lack is not None:
        reason = Text(
            en=f"{lack.reason}; to allow it, add the line `{lack.paste}`" if lack.paste else lack.reason,
            ko=f"허가되지 않음; 허용하려면 `{lack.paste}` 줄을 추가"
            if lack.paste
            else f"선언되지 않음: `{lack.need}`",
        )
        return not_run(case, lack.verdict, reason)
    if not refused:
        return None
    served = {name: amount for name, amount in facts.items() if not {name, function_of(name)} & set(refused)}
    if not case.gate and missing(case.needs, served) is not None:
        named = ", ".join(sorted(refused))
        reason = Text(en=f"declared but not served: {named}", ko=f"선언되었으나 동작하지 않음: {named}")
        return not_run(case, Verdict.INCONCLUSIVE, reason)
    return None


def function_of(fact: str) -> str:
    """Return the function of which a fact is a part: `fc08` of `fc08/01`, and of any other fact itself."""
    return fact.partition("/")[0]


def wholly_refused(gates: Iterable[str], refused: Collection[str]) -> set[str]:
    """Return the functions of which every part that was tried is refused: the other parts need no try.

    Args:
        gates: facts that were tried, `fc08/00` and the like.
        refused: those that were found not to be served.
    """
    tried = [gate for gate in gates if function_of(gate) != gate]
    return {function_of(gate) for gate in tried} - {
        function_of(gate) for gate in tried if gate not in refused
    }


def not_run(case: Case, verdict: Verdict, reason: Text) -> CaseRecord:
    """Return the record of a case that was not run."""
    return CaseRecord(
        suite=case.suite,
        case=case.id,
        title=case.title,
        verifies=case.verifies,
        verdict=verdict,
        reason=reason,
        findings=tuple(
            Finding(requirement=one, verdict=verdict, source="selection") for one in case.verifies
        ),
    )
