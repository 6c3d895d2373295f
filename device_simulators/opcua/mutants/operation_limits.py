"""Controllers that take too few or too many operations (OPC 10000-4 1.05.04, 7.38; 10000-5, 6.3.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF = 2


class _TakesNothing(Plc):
    """Answers requests of one service that have nothing to do."""

    service = ""

    def has_work(self, service: str, operations: Sequence[Any]) -> bool:
        """Let an empty list pass."""
        return service == self.service or super().has_work(service, operations)


class _TakesAnyNumber(Plc):
    """Keeps no limit of one service."""

    service = ""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Let any number pass."""
        return service == self.service or super().is_bearable(service, operations, maximum)


class _TakesHalf(Plc):
    """Takes half as many operations of one service as it states."""

    service = ""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Halve the limit."""
        most = maximum // HALF if service == self.service else maximum
        return super().is_bearable(service, operations, most)


@mutant("UA-BROWSE-NOTHING-TO-DO")
class BrowsesNoNodes(_TakesNothing):
    """Answers a Browse of no nodes."""

    service = "browse"


@mutant("UA-BROWSE-NEXT-NOTHING-TO-DO")
class ContinuesNothing(_TakesNothing):
    """Answers a BrowseNext of no continuation points."""

    service = "browse_next"


@mutant("UA-TRANSLATE-NOTHING-TO-DO")
class TranslatesNoPaths(_TakesNothing):
    """Answers a translation of no paths."""

    service = "translate"


@mutant("UA-REGISTER-NOTHING-TO-DO")
class RegistersNoNodes(_TakesNothing):
    """Answers a RegisterNodes of no nodes."""

    service = "register_nodes"


@mutant("UA-UNREGISTER-NOTHING-TO-DO")
class UnregistersNoNodes(_TakesNothing):
    """Answers an UnregisterNodes of no nodes."""

    service = "unregister_nodes"


@mutant("UA-BROWSE-TOO-MANY")
class BrowsesAnyNumber(_TakesAnyNumber):
    """Browses more nodes than it states."""

    service = "browse"


@mutant("UA-TRANSLATE-TOO-MANY")
class TranslatesAnyNumber(_TakesAnyNumber):
    """Translates more paths than it states."""

    service = "translate"


@mutant("UA-REGISTER-TOO-MANY")
class RegistersAnyNumber(_TakesAnyNumber):
    """Registers more nodes than it states."""

    service = "register_nodes"


@mutant("UA-BROWSE-OPERATION-LIMIT")
class BrowsesHalf(_TakesHalf):
    """Browses half as many nodes as it states."""

    service = "browse"


@mutant("UA-TRANSLATE-OPERATION-LIMIT")
class TranslatesHalf(_TakesHalf):
    """Translates half as many paths as it states."""

    service = "translate"


@mutant("UA-REGISTER-OPERATION-LIMIT")
class RegistersHalf(_TakesHalf):
    """Registers half as many nodes as it states."""

    service = "register_nodes"
