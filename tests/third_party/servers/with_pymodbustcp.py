"""pyModbusTCP's own server with tables of a chosen size, as its documentation sets one up.

Prints the port that it listens on; ends when its standard input does.
"""

from __future__ import annotations

import sys

from pyModbusTCP.server import DataBank, ModbusServer

tables = DataBank(coils_size=4096, d_inputs_size=2048, h_regs_size=456, i_regs_size=200)
tables.set_coils(0, [False, True] * 2048)
tables.set_discrete_inputs(0, [True, False] * 1024)
tables.set_holding_registers(0, list(range(456)))
tables.set_input_registers(0, list(range(1000, 1200)))

server = ModbusServer(host="127.0.0.1", port=0, no_block=True, data_bank=tables)
server.start()
print(server._service.socket.getsockname()[1], flush=True)  # noqa: T201 - its only message
sys.stdin.read()
server.stop()
