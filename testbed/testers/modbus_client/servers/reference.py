"""Our own reference server, found like any simulator: it serves in this process, on a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import testbed
from testbed.model.base import Text
from testbed.model.declaration import TABLES, Declaration
from testbed.testers.modbus_client.servers.server import HOST, Server
from testbed.testers.modbus_client.servers.tables import Tables
from testbed.testers.trouble import NotTestable
from testbed.wire.simulator import NoSuchSimulatorError, stand_in

FUNCTIONS = ["fc01", "fc02", "fc03", "fc04", "fc05", "fc06", "fc15", "fc16"]


class Reference(Server):
    """The simulator that stands in for any declared device."""

    name = "reference"

    @classmethod
    async def find(cls) -> Server:
        """Return the reference of this test bed."""
        return cls(testbed.__version__)

    @asynccontextmanager
    async def running(self, tables: Tables, unit: int) -> AsyncIterator[int]:
        """Serve tables as a unit."""
        declared = Declaration.model_validate(
            {
                "device": {"vendor": "Mother Factory", "model": "reference", "firmware": self.version},
                "profile": "modbus-tcp-server@1",
                "connect": f"sim:stand-in?unit={unit}",
                "supports": FUNCTIONS,
                "sessions": 8,
                **{one: [{"first": 0, "count": len(tables.of(one))}] for one in TABLES if tables.of(one)},
            }
        )
        try:
            offered = stand_in(declared)
        except NoSuchSimulatorError as error:
            raise NotTestable(Text(en=str(error), ko="설치된 기준 서버가 없음")) from error
        assert offered.build is not None  # noqa: S101 - that is how it was found
        serve = offered.build(declared, values={one: tables.of(one) for one in TABLES})
        server = await asyncio.get_running_loop().create_server(serve, HOST, 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
