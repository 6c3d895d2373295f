"""Serves one device, `python -m tests.hostile.serve NAME [at-once]`, until its standard input is closed."""

import os
import sys
import threading

from tests.hostile.devices import DEVICES
from tests.hostile.line import BEHAVES, Device


def main() -> None:
    device = Device({BEHAVES.name: BEHAVES, **DEVICES}[sys.argv[1]], at_once=sys.argv[2:] == ["at-once"])
    threading.Thread(target=device.serve, daemon=True).start()
    print(device.port, flush=True)  # noqa: T201 - who started it waits for this line
    sys.stdin.read()
    os._exit(0)  # whatever its threads still do


if __name__ == "__main__":
    main()
