"""Connect strings: where a device under test is reached (`tcp://127.0.0.1:5020?unit=1`, `sim:plc`)."""

from __future__ import annotations

import difflib
import re
from urllib.parse import parse_qsl, urlsplit

from testbed.model.base import Frozen

SCHEMES = ("tcp", "sim")
"""What the bed can connect to so far."""

MODBUS_PORT = 502
"""The registered port of Modbus/TCP (IG 4.2.1.2)."""

_UNIT_MAX = 255


class Endpoint(Frozen):
    """Where a device is reached: a scheme, then a host and port or the name of a simulator."""

    scheme: str
    host: str = ""
    port: int = 0
    name: str = ""
    unit: int = 1

    @property
    def is_simulated(self) -> bool:
        """Whether the device runs in this process, on a virtual clock."""
        return self.scheme == "sim"

    def __str__(self) -> str:
        if self.is_simulated:
            return f"sim:{self.name}?unit={self.unit}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}?unit={self.unit}"


def endpoint(text: str) -> Endpoint:
    """Read a connect string.

    Raises:
        ValueError: a scheme, host, port or option that the bed does not know, with what to write instead.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in SCHEMES:
        near = difflib.get_close_matches(scheme, SCHEMES, n=1)
        hint = f" (did you mean `{near[0]}`?)" if near else ""
        raise ValueError(f"cannot connect to `{text}`{hint}; write `tcp://HOST:PORT?unit=1` or `sim:NAME`")
    query = rest.partition("?")[2]
    options = parse_qsl(query, keep_blank_values=True)
    if unknown := {name for name, _ in options} - {"unit"}:
        raise ValueError(f"`{text}` has the unknown option `{min(unknown)}`; known: unit")
    if len(options) > 1:
        raise ValueError(f"`{text}` names more than one unit")
    unit = dict(options).get("unit", "1")
    if re.fullmatch(r"[0-9]{1,3}", unit) is None or int(unit) > _UNIT_MAX:
        raise ValueError(f"`{text}` names unit `{unit}`; a unit identifier is a number from 0 to 255")
    if scheme == "sim":
        name = rest.partition("?")[0]
        if not name:
            raise ValueError("`sim:` lacks the simulator's name; write `sim:plc`")
        return Endpoint(scheme=scheme, name=name, unit=int(unit))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, MODBUS_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise ValueError(f"`{text}` has no usable host and port: {error}") from error
    if not host or not port or parts.path not in {"", "/"} or parts.username is not None or parts.fragment:
        raise ValueError(f"`{text}` is not of the form `tcp://HOST:PORT?unit=1`")
    return Endpoint(scheme=scheme, host=host, port=port, unit=int(unit))
