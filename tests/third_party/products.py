"""Products that nobody here wrote, each served by a process of its own on a free port of this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template

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

    def command(self, folder: Path) -> list[str]:
        """Return what starts the server, compiled in a folder where it is written in C."""
        if self.name != "libmodbus":
            return [sys.executable, str(SERVERS / f"with_{self.name.lower()}.py")]
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libmodbus"], text=True).split()
        program = folder / "with_libmodbus"
        source = SERVERS / "with_libmodbus.c"
        subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", program, source, *flags], check=True)
        return [str(program)]

    @contextmanager
    def served(self, folder: Path) -> Iterator[Path]:
        """Start the server; yield its declaration; end it."""
        with subprocess.Popen(
            self.command(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                port = process.stdout.readline().strip()
                declared = Template((SERVERS / f"{self.name.lower()}.yaml").read_text(encoding="utf-8"))
                declaration = folder / "declaration.yaml"
                declaration.write_text(declared.substitute(port=port, version=self.installed), "utf-8")
                yield declaration
                assert process.poll() is None, "the server did not outlive what it was sent"
                process.communicate(timeout=ENDS_WITHIN)
            finally:
                process.kill()


PYMODBUS = Product("pymodbus", "3.16.1")
PYMODBUSTCP = Product("pyModbusTCP", "0.3.1")
LIBMODBUS = Product("libmodbus", "3.1.6")
