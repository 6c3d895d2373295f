"""pyModbusTCP's client, as a user would write a small reader and writer.

    with_pymodbustcp.py HOST PORT UNIT FUNCTION ADDRESS COUNT [--again] [VALUE...]

Time-out 0.5 s, as the declaration says; the library repeats nothing. What is read stands one value a line.
"""

import argparse
import sys
import time

from pyModbusTCP.client import ModbusClient

TIMEOUT = 0.5
PACE = 0.2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("unit", type=int)
    parser.add_argument("function")
    parser.add_argument("address", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("values", nargs="*", type=int)
    said = parser.parse_args()
    client = ModbusClient(host=said.host, port=said.port, unit_id=said.unit, timeout=TIMEOUT)
    reads = {
        "fc01": client.read_coils,
        "fc02": client.read_discrete_inputs,
        "fc03": client.read_holding_registers,
        "fc04": client.read_input_registers,
    }
    writes = {
        "fc05": lambda: client.write_single_coil(said.address, bool(said.values[0])),
        "fc06": lambda: client.write_single_register(said.address, said.values[0]),
        "fc15": lambda: client.write_multiple_coils(said.address, [bool(one) for one in said.values]),
        "fc16": lambda: client.write_multiple_registers(said.address, said.values),
    }
    while True:
        if said.function in reads:
            values = reads[said.function](said.address, said.count)
            failed = values is None
            for value in values or ():
                sys.stdout.write(f"{int(value)}\n")
            sys.stdout.flush()
        else:
            failed = not writes[said.function]()
        if failed:
            sys.stderr.write(f"error: {client.last_error_as_txt}: {client.last_except_as_txt}\n")
        if not said.again:
            client.close()
            return int(failed)
        time.sleep(PACE)


if __name__ == "__main__":
    sys.exit(main())
