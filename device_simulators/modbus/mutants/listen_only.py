"""Mutants of listen-only mode (MODBUS Application Protocol V1.1b3, 6.8.1, sub-functions 01 and 04)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function


@mutant("MB-FC08-LISTEN-ONLY-SILENT")
class ConfirmsListenOnlyMode(Plc):
    """Confirms that it only listens from now on."""

    def force_listen_only_mode(self, request: bytes) -> bytes:
        """Answer before falling silent."""
        super().force_listen_only_mode(request)
        return self.echo(request)


@mutant("MB-FC08-LISTEN-ONLY-UNANSWERED")
class RefusesWhileItListens(Plc):
    """Refuses, in listen-only mode, every request but a restart as if it were busy."""

    def listen(self, request: bytes, how: int = 0) -> bytes:
        """Answer that nothing can be done."""
        silent = super().listen(request, how)
        return silent if self.is_restart(request) else self.refuse(request, 6)


@mutant("MB-FC08-LISTEN-ONLY-INERT")
class WritesWhileItListens(Plc):
    """Carries writes out in listen-only mode, and keeps silent about them."""

    def listen(self, request: bytes, how: int = 0) -> bytes:
        """Suppress the answer alone."""
        if request[0] == Function.WRITE_SINGLE_REGISTER:
            self.write_single_register(request)
        return super().listen(request, how)


@mutant("MB-FC08-LISTEN-ONLY-RESTART-SILENT")
class ConfirmsTheRestartThatWakesIt(Plc):
    """Confirms the restart that ends listen-only mode."""

    def listen(self, request: bytes, how: int = 0) -> bytes:
        """Answer as soon as answers are allowed again."""
        super().listen(request, how)
        return b"" if self.counters.listen_only else self.echo(request)


@mutant("MB-FC08-LISTEN-ONLY-LEAVES")
class WakesAtTheSecondRestart(Plc):
    """Goes on listening when communications restart, until they restart once more."""

    half_awake = False

    def restart(self, request: bytes) -> None:
        """Leave listen-only mode one restart too late."""
        asleep = self.counters.listen_only and not self.half_awake
        super().restart(request)
        self.counters.listen_only = self.half_awake = asleep


@mutant("MB-COMMUNICATION-CONSISTENT")
class CountsOnBehindListening(Plc):
    """Clears its counters at a restart, but not at one that ends listen-only mode."""

    def clear_counters(self) -> None:
        """Keep what was counted while it listened, and before."""
        if not self.counters.listen_only:
            super().clear_counters()


@mutant("MB-COMMUNICATION-CONSISTENT")
class ListensOnceForEachTime(Plc):
    """Wants as many restarts as it was told to listen."""

    told = 0

    def listen(self, request: bytes, how: int = 0) -> bytes:
        """Take note of being told again."""
        self.told += request[:3] == b"\x08\x00\x04"
        return super().listen(request, how)

    def restart(self, request: bytes) -> None:
        """Come back one step."""
        super().restart(request)
        self.counters.listen_only = self.told > 0
        self.told = max(0, self.told - 1)
