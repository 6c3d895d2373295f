"""Products that nobody here wrote, each served by a process of its own on a free port of this machine.

Over TCP that is a port of the loopback address, on a serial line one of two pseudo-terminals joined by wires.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template

from tests.third_party.wires import wires

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
ENDS_WITHIN = 10.0
"""Seconds that a server has to end once its standard input is closed."""


@dataclass(frozen=True)
class Product:
    """One server, and the declaration that its maker could sign."""

    name: str
    judged: str
    """The version whose verdicts the tests know."""
    over: str = "tcp"
    """The transport on which it serves."""

    def __str__(self) -> str:
        return self.name if self.over == "tcp" else f"{self.name} over {self.over}"

    @property
    def installed(self) -> str:
        """The version at hand; a test of this product skips where it is none or another."""
        if self.name != "libmodbus":
            return version(self.name)
        asked = (
            shutil.which("pkg-config")
            and subprocess.run(
                ["pkg-config", "--modversion", "libmodbus"], capture_output=True, text=True, check=False
            ).stdout.strip()
        )
        return asked or "not installed"

    @property
    def is_on_a_line(self) -> bool:
        """Whether it serves on a serial port."""
        return self.over in {"rtu", "ascii"}

    def command(self, folder: Path) -> list[str]:
        """Return what starts the server, compiled in a folder where it is written in C."""
        if self.name != "libmodbus":
            return [sys.executable, str(SERVERS / f"with_{self.name.lower()}.py"), self.over]
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libmodbus"], text=True).split()
        program = folder / ("with_libmodbus_rtu" if self.is_on_a_line else "with_libmodbus")
        source = SERVERS / f"{program.name}.c"
        subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", program, source, *flags], check=True)
        return [str(program)]

    @contextmanager
    def running(self, folder: Path) -> Iterator[str]:
        """Start the server; yield where it is reached; end it."""
        with wires() if self.is_on_a_line else nullcontext(("", "")) as (far, near):
            command = [*self.command(folder), *([far] if far else [])]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as process:
                try:
                    assert process.stdout is not None
                    port = process.stdout.readline().strip()
                    assert port, "the server did not start"
                    line = f"serial://{near}?unit=1&mode={self.over}&parity=none"
                    yield line if near else f"{self.over}://127.0.0.1:{port}?unit=1"
                    assert process.poll() is None, "the server did not outlive what it was sent"
                    process.communicate(timeout=ENDS_WITHIN)
                finally:
                    process.kill()

    @contextmanager
    def served(self, folder: Path) -> Iterator[Path]:
        """Start the server; yield its declaration; end it."""
        with self.running(folder) as connect:
            name = self.name.lower() if self.over == "tcp" else f"{self.name.lower()}_serial"
            said = Template((SERVERS / f"{name}.yaml").read_text(encoding="utf-8"))
            mode = "ascii" if self.over == "ascii" else "rtu"
            declaration = folder / "declaration.yaml"
            declaration.write_text(
                said.substitute(connect=connect, version=self.installed, mode=mode), "utf-8"
            )
            yield declaration


PYMODBUS = Product("pymodbus", "3.16.1")
PYMODBUSTCP = Product("pyModbusTCP", "0.3.1")
LIBMODBUS = Product("libmodbus", "3.1.6")
LINES = (
    Product("pymodbus", "3.16.1", "rtu"),
    Product("pymodbus", "3.16.1", "ascii"),
    Product("pymodbus", "3.16.1", "rtu+tcp"),
    Product("libmodbus", "3.1.6", "rtu"),
)
"""The same servers, on serial lines and behind a gateway that passes RTU frames on."""
