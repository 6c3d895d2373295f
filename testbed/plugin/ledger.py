"""The ledger: which mutants each requirement and each case has caught, and what is still unproven.

A suite proves itself when every mutant is killed by exactly the requirements that it breaks, the reference
by none, every SHALL and SHOULD by at least one mutant, and every case, with each of its parameters, has
failed at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from testbed.model.standard import Catalogue
from testbed.model.verdict import Level
from testbed.plugin.case import Case


@dataclass(frozen=True)
class Trial:
    """What a suite made of one simulated device."""

    device: str
    breaks: frozenset[str]
    killed_by: frozenset[str]
    """Requirements that found it broken."""
    failed: frozenset[str]
    """Cases that found it broken in what they verify."""
    not_tested: frozenset[str]
    """Cases that could not run here at all."""
    trouble: tuple[str, ...] = ()
    """Our own errors, and on the reference whatever is not a clean pass."""

    @property
    def is_equal(self) -> bool:
        """Whether it was killed by exactly what it breaks, without an error of ours."""
        return self.killed_by == self.breaks and not self.trouble


@dataclass
class Ledger:
    """The trials of one suite, and what follows from them."""

    catalogue: Catalogue
    cases: Sequence[Case]
    trials: list[Trial] = field(default_factory=list)

    @property
    def killers(self) -> dict[str, list[str]]:
        """Of each requirement, the mutants that it killed."""
        ids = [one.id for one in self.catalogue.requirements]
        return {one: [trial.device for trial in self.trials if one in trial.killed_by] for one in ids}

    @property
    def failures(self) -> dict[str, list[str]]:
        """Of each case with its parameters, the mutants that failed it."""
        ids = [case.id for case in self.cases]
        return {one: [trial.device for trial in self.trials if one in trial.failed] for one in ids}

    @property
    def unproven_requirements(self) -> list[str]:
        """Demands that no mutant breaks: nobody knows whether their cases can fail.

        What another suite proves with the same cases is left to it.
        """
        killers = self.killers
        return [
            one.id
            for one in self.catalogue.requirements
            if one.level is not Level.MAY
            and one.untestable is None
            and not one.proven_in
            and not killers[one.id]
        ]

    @property
    def unproven_cases(self) -> list[str]:
        """Cases that no mutant has ever failed, but for those that could not run here."""
        cannot = {case for trial in self.trials for case in trial.not_tested}
        failures = self.failures
        return [case for case in failures if case in self.own - cannot and not failures[case]]

    @property
    def own(self) -> set[str]:
        """The cases that this suite has to prove: of what verifies a demand that no other suite proves."""
        return {
            case.id for case in self.cases if not all(self.catalogue[one].proven_in for one in case.verifies)
        }

    @property
    def unequal(self) -> list[Trial]:
        """Trials that came out otherwise than they should."""
        return [trial for trial in self.trials if not trial.is_equal]

    @property
    def is_proven(self) -> bool:
        """Whether the suite proves itself."""
        return not (self.unequal or self.unproven_requirements or self.unproven_cases)
