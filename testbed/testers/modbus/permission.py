"""What a case may send: reads, writes to what it has leased, and anything to an isolated device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.testers.modbus.safety import Write
from testbed.testers.modbus.scratch import FIRST_WRITES, MOST_WRITES, Lease, Pool
from testbed.testers.trouble import Undecided, Unsafe

LISTEN_ONLY = bytes((8, 0, 4))
"""How a request for listen-only mode begins (AP 6.8.1)."""


@dataclass
class Permission:
    """Stands between one case and the device, and keeps account of what is written."""

    pools: Mapping[str, Pool]
    leases: Mapping[str, Lease]
    """What the case has leased, by table."""
    isolated: bool
    """Whether the device is declared to have nothing real behind it."""
    writes_of: Callable[[bytes, bytes], list[Write] | None]
    """Finds the writes in bytes, as the transport frames them."""
    writes: list[str] = field(default_factory=list)
    """What was written, and what only an isolated device may get, in order."""
    repeated: bool = False
    """Whether the case was tried before: writes are kept back for that."""
    muted: bool = False
    """Whether the device was sent into listen-only mode, from which only a restart brings it back."""
    restoring: bool = False
    """Whether values are put back now, which is never refused."""

    def check(self, data: bytes, behind: bytes = b"") -> None:
        """Raise Unsafe where the declaration does not allow the bytes, or what they complete."""
        writes = self.writes_of(data, behind)
        if writes is None:
            self.muted |= LISTEN_ONLY in data or LISTEN_ONLY.hex().encode() in data
            self.writes.append(
                f"{len(data)} bytes that only an isolated device may get: {data[:16].hex(' ')}"
            )
        for write in writes or ():
            self.writes.append(str(write))
        if writes is None or not all(map(self.owns, writes)):
            if not self.isolated:
                raise Unsafe(
                    Text(
                        en="the case would send more than reads and writes to scratch areas",
                        ko="읽기와 시험 영역 쓰기를 넘는 요청",
                    )
                )
        else:
            for write in writes:
                self._count(write)

    def summarise(self, since: int) -> None:
        """Say in one line what only an isolated device may get, of all that was sent behind some entry."""
        behind = self.writes[since:]
        kept = [said for said in behind if Write.of(said)]
        left = len(behind) - len(kept)
        self.writes[since:] = [
            *kept,
            *([f"{left} fuzzed frames that only an isolated device may get"] * (left > 0)),
        ]

    def owns(self, write: Write) -> bool:
        """Say whether the case has leased all that a request writes."""
        lease, wanted = self.leases.get(write.table), write.places
        return lease is not None and lease.places.start <= wanted.start and wanted.stop <= lease.places.stop

    def _count(self, write: Write) -> None:
        writes = self.pools[write.table].writes
        writes.update(write.places)
        most = MOST_WRITES if self.repeated else FIRST_WRITES
        if max(writes[place] for place in write.places) > most and not self.restoring:
            raise Undecided(
                Text(
                    en=f"a value would be written more than {most} times in one run",
                    ko=f"한 값을 {most}회 넘게 쓰게 됨",
                )
            )
