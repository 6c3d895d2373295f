"""pymodbus's synchronous and asynchronous clients, as a user would write a small reader and writer.

    with_pymodbus.py sync|async HOST PORT UNIT FUNCTION ADDRESS COUNT [--again] [--as TYPE] [VALUE...]

Time-out 0.5 s and no retries, as the declarations say. What is read is printed, one value a line.
"""

import argparse
import asyncio
import sys
import time

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient, ModbusTcpClient

TIMEOUT = 0.5
PACE = 0.2
FUNCTIONS = {
    "fc01": "read_coils",
    "fc02": "read_discrete_inputs",
    "fc03": "read_holding_registers",
    "fc04": "read_input_registers",
    "fc05": "write_coil",
    "fc06": "write_register",
    "fc15": "write_coils",
    "fc16": "write_registers",
}


def asked():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("sync", "async"))
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("unit", type=int)
    parser.add_argument("function", choices=FUNCTIONS)
    parser.add_argument("address", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--as", dest="type", default="")
    parser.add_argument("values", nargs="*", type=int)
    return parser.parse_args()


def arguments(said):
    """Return what pymodbus's method of a function takes."""
    if said.function in {"fc01", "fc02", "fc03", "fc04"}:
        return {"address": said.address, "count": said.count, "device_id": said.unit}
    values = [bool(one) if said.function in {"fc05", "fc15"} else one for one in said.values]
    if said.function in {"fc05", "fc06"}:
        return {"address": said.address, "value": values[0], "device_id": said.unit}
    return {"address": said.address, "values": values, "device_id": said.unit}


def shown(said, client, reply):
    """Print what came; return whether it was an error."""
    if reply.isError():
        sys.stderr.write(f"error: {reply}\n")
        return True
    if said.function in {"fc01", "fc02"}:
        values = [int(one) for one in reply.bits[: said.count]]
    elif said.function in {"fc03", "fc04"} and said.type:
        values = client.convert_from_registers(reply.registers, getattr(client.DATATYPE, said.type.upper()))
        values = values if isinstance(values, list) else [values]
    elif said.function in {"fc03", "fc04"}:
        values = reply.registers
    else:
        return False
    for value in values:
        sys.stdout.write(f"{value}\n")
    sys.stdout.flush()
    return False


def synchronous(said):
    client = ModbusTcpClient(said.host, port=said.port, timeout=TIMEOUT, retries=0)
    while True:
        try:
            failed = not client.connect()
            failed = failed or shown(
                said, client, getattr(client, FUNCTIONS[said.function])(**arguments(said))
            )
        except ModbusException as error:
            sys.stderr.write(f"error: {error}\n")
            failed = True
        if not said.again:
            client.close()
            return int(failed)
        time.sleep(PACE)


async def asynchronous(said):
    client = AsyncModbusTcpClient(said.host, port=said.port, timeout=TIMEOUT, retries=0)
    await client.connect()
    while True:
        try:
            failed = not client.connected and not await client.connect()
            if not failed:
                reply = await getattr(client, FUNCTIONS[said.function])(**arguments(said))
                failed = shown(said, client, reply)
        except ModbusException as error:
            sys.stderr.write(f"error: {error}\n")
            failed = True
        if not said.again:
            client.close()
            return int(failed)
        await asyncio.sleep(PACE)


if __name__ == "__main__":
    wanted = asked()
    sys.exit(synchronous(wanted) if wanted.kind == "sync" else asyncio.run(asynchronous(wanted)))
