"""The controller on a pseudo-terminal, asked by clients that nobody here wrote."""

import asyncio
import logging
import shutil
import subprocess

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient

from testbed.wire.pseudo_terminal import serve_on_terminal
from testbed.wire.simulator import simulator


def served(over, ask):
    """Return what a function makes of the port of a controller, in a thread of its own."""

    async def main():
        terminal = serve_on_terminal(simulator("plc").start(over))
        try:
            return await asyncio.to_thread(ask, terminal.get_extra_info("serial").name)
        finally:
            terminal.abort()
            await terminal.closed.wait()

    return asyncio.run(main())


@pytest.mark.parametrize("over", ["rtu", "ascii"])
def test_pymodbus_reads_writes_and_is_refused(over, caplog):
    caplog.set_level(logging.CRITICAL, "pymodbus")

    def ask(path):
        with ModbusSerialClient(path, framer=FramerType[over.upper()], baudrate=19200) as client:
            written = client.write_registers(400, [1, 0xFFFF, 3])
            return (
                client.read_holding_registers(5, count=3).registers,
                written.isError(),
                client.read_holding_registers(400, count=3).registers,
                client.read_holding_registers(300).exception_code,
            )

    assert served(over, ask) == ([5, 6, 7], False, [1, 0xFFFF, 3], 2)


@pytest.mark.skipif(not shutil.which("mbpoll"), reason="not installed")
def test_libmodbus_reads():
    """`mbpoll` is a client over libmodbus; it counts registers from 1."""

    def ask(path):
        words = [
            "mbpoll",
            "-m",
            "rtu",
            "-a",
            "1",
            "-b",
            "19200",
            "-P",
            "even",
            "-t",
            "4",
            "-r",
            "6",
            "-c",
            "2",
            "-1",
        ]
        return subprocess.run([*words, path], capture_output=True, text=True, check=False, timeout=10)

    done = served("rtu", ask)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split("-- Polling")[1].split()[-4:] == ["[6]:", "5", "[7]:", "6"]
