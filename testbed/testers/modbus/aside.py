"""The tester stands aside while somebody else uses its session, and comes back."""

from __future__ import annotations

from typing import Protocol

from testbed.model.base import Text
from testbed.testers.modbus.reply import Reply
from testbed.testers.modbus.tester import Modbus
from testbed.testers.trouble import Undecided
from testbed.wire.dial import UnreachableError


class Host(Protocol):
    """What coming back takes of a case at the bench."""

    async def control(self, modbus: Modbus) -> Reply:
        """Make a good exchange; Undecided where it fails."""


async def come_back(host: Host, tester: Modbus) -> None:
    """Connect the tester again, and prove that the device answers it.

    Raises:
        Undecided: it does not.
    """
    try:
        await tester.connect()
    except UnreachableError as error:
        raise Undecided(
            Text(
                en=f"the tester cannot connect again: {error}",
                ko=f"시험기를 다시 연결할 수 없음: {error}",
            )
        ) from error
    await host.control(tester)
