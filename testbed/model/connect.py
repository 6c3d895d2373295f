"""Connect strings: where a device under test is reached, and over what.

`tcp://192.168.0.10:502?unit=1`, `tls://plc.local`, `rtu+tcp://10.0.0.5:4001?unit=17`,
`serial:///dev/ttyUSB0?unit=1&mode=rtu&baud=19200&parity=even&stop=1`, `sim:plc?over=rtu`,
`opc.tcp://192.168.0.10:4840/path`, `sim:opcua-plc`. A product that is a client is waited for:
`listen://127.0.0.1:0?unit=1`, `sim:client`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Literal, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from testbed.model.base import Frozen

SCHEMES = ("tcp", "tls", "rtu+tcp", "serial", "opc.tcp", "listen", "sim")
"""What the bed can connect to."""

Over = Literal["tcp", "tls", "rtu", "ascii", "rtu+tcp"]
"""The transport of Modbus: how PDUs become ADUs, and what carries these."""
TRANSPORTS: tuple[Over, ...] = ("tcp", "tls", "rtu", "ascii", "rtu+tcp")

ProtocolName = Literal["modbus", "opcua", "modbus_client"]
"""A protocol as suites name it."""
NAMES_OF_PROTOCOLS: Mapping[str, str] = {
    "modbus": "Modbus",
    "opcua": "OPC UA",
    "modbus_client": "Modbus as clients",
}

Parity = Literal["even", "odd", "none"]
PARITIES: tuple[Parity, ...] = ("even", "odd", "none")

MODBUS_PORT = 502
"""The registered port of Modbus/TCP (IG 4.2.1.2)."""
SECURE_PORT = 802
"""The registered port of Modbus/TCP Security (MODBUS/TCP Security v36, Appendix A)."""
OPCUA_PORT = 4840
"""The registered port of OPC UA over TCP (OPC 10000-6, 7.2)."""
OPCUA_SIMULATORS = "opcua-"
"""How the names of simulators that speak OPC UA begin; all others speak Modbus."""
CLIENT_SIMULATORS = "client"
"""How the names of simulated Modbus clients begin."""
BAUD = 19200
"""The default of every serial device (SL 3.2)."""

Word = TypeVar("Word", bound=str)

_PORTS = {"tcp": MODBUS_PORT, "rtu+tcp": MODBUS_PORT, "tls": SECURE_PORT, "opc.tcp": OPCUA_PORT, "listen": 0}
_UNIT_MAX = 255
_SLAVES = range(1, 248)
"""Addresses of devices on a serial line (SL 2.2)."""
_BAUDS = range(50, 10_000_001)
"""Rates that some port may have (assumed)."""
_OPTIONS = {"serial": ("unit", "mode", "baud", "parity", "stop"), "sim": ("unit", "over"), "opc.tcp": ()}
_LONGEST_URL = 4096
"""Bytes of an endpoint URL in a Hello message (OPC 10000-6, 7.1.2.3)."""
_FORM = {
    "tcp": "tcp://HOST:PORT?unit=1",
    "tls": "tls://HOST:PORT?unit=1",
    "rtu+tcp": "rtu+tcp://HOST:PORT?unit=1",
    "serial": "serial:///dev/ttyUSB0?unit=1&mode=rtu&baud=19200&parity=even",
    "opc.tcp": "opc.tcp://HOST:PORT/PATH",
    "listen": "listen://127.0.0.1:0?unit=1",
}


class Endpoint(Frozen):
    """Where a device is reached, and over which transport."""

    scheme: str
    over: Over = "tcp"
    host: str = ""
    port: int = 0
    name: str = ""
    """Of a simulator, or the path of a serial port."""
    unit: int = 1
    baud: int = BAUD
    parity: Parity = "even"
    stop: int = 1
    path: str = ""
    """Of an OPC UA endpoint URL, with its leading slash."""

    @property
    def protocol(self) -> ProtocolName:
        """The protocol that the device speaks."""
        if self.scheme == "listen" or (self.is_simulated and self.name.startswith(CLIENT_SIMULATORS)):
            return "modbus_client"
        simulated = self.is_simulated and self.name.startswith(OPCUA_SIMULATORS)
        return "opcua" if self.scheme == "opc.tcp" or simulated else "modbus"

    @property
    def is_simulated(self) -> bool:
        """Whether the device runs in this process, on a virtual clock."""
        return self.scheme == "sim"

    @property
    def is_serial(self) -> bool:
        """Whether frames are those of a serial line, whatever carries them."""
        return self.over in {"rtu", "ascii", "rtu+tcp"}

    @property
    def is_timed(self) -> bool:
        """Whether silence on the line tells where a frame ends."""
        return self.over == "rtu"

    def __str__(self) -> str:
        if self.is_simulated and self.protocol == "opcua":
            return f"sim:{self.name}"
        if self.is_simulated:
            over = "" if self.over == "tcp" else f"&over={self.over}"
            return f"sim:{self.name}?unit={self.unit}{over}"
        if self.scheme == "serial":
            line = f"mode={self.over}&baud={self.baud}&parity={self.parity}&stop={self.stop}"
            return f"serial://{self.name}?unit={self.unit}&{line}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        after = self.path if self.protocol == "opcua" else f"?unit={self.unit}"
        return f"{self.scheme}://{host}:{self.port}{after}"


def endpoint(text: str) -> Endpoint:
    """Read a connect string.

    Raises:
        ValueError: a scheme, host, port or option that the bed does not know, with what to write instead.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in SCHEMES:
        near = difflib.get_close_matches(scheme.lower(), SCHEMES, n=1)
        hint = f" (did you mean `{near[0]}`?)" if near else ""
        if scheme in {"opc.https", "opc.wss", "http", "https"} and "//" in rest:
            hint = "; of OPC UA the bed speaks `opc.tcp` alone"
        forms = "`tcp://HOST:PORT?unit=1`, `opc.tcp://HOST:PORT` or `sim:NAME`"
        raise ValueError(f"cannot connect to `{text}`{hint}; write {forms}")
    if scheme == "opc.tcp":
        return _opcua(text)
    options = _options(text, scheme, rest.partition("?")[2])
    if scheme == "serial":
        return _serial(text, rest.partition("?")[0].removeprefix("//"), options)
    if scheme == "sim":
        name, over = rest.partition("?")[0], _one_of(text, options, "over", TRANSPORTS)
        if not name:
            raise ValueError("`sim:` lacks the simulator's name; write `sim:plc`")
        if name.startswith(OPCUA_SIMULATORS) and options:
            raise ValueError(f"`{text}` speaks OPC UA, which knows no option; write `sim:{name}`")
        return Endpoint(scheme=scheme, over=over, name=name, unit=_unit(text, options, over))
    host, port, path = _place(text, scheme)
    if path not in {"", "/"}:
        raise ValueError(f"`{text}` is not of the form `{_FORM[scheme]}`")
    over = cast("Over", "tcp" if scheme == "listen" else scheme)
    return Endpoint(scheme=scheme, over=over, host=host, port=port, unit=_unit(text, options, over))


def _place(text: str, scheme: str) -> tuple[str, int, str]:
    """Return host, port and path of a URL."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, _PORTS[scheme] if parts.port is None else parts.port
    except ValueError as error:
        raise ValueError(f"`{text}` has no usable host and port: {error}") from error
    if not host or (not port and scheme != "listen") or parts.username is not None or parts.fragment:
        raise ValueError(f"`{text}` is not of the form `{_FORM[scheme]}`")
    return host, port, parts.path


def _opcua(text: str) -> Endpoint:
    """Read an endpoint URL of OPC UA (OPC 10000-6, 7.2)."""
    host, port, path = _place(text, "opc.tcp")
    if "?" in text or not text.isprintable() or len(text.encode()) > _LONGEST_URL:
        raise ValueError(f"`{text[:200]}` is not of the form `{_FORM['opc.tcp']}`")
    return Endpoint(scheme="opc.tcp", host=host, port=port, path="" if path == "/" else path)


def _options(text: str, scheme: str, query: str) -> dict[str, str]:
    pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)  # `rtu+tcp` holds no space
    known = _OPTIONS.get(scheme, ("unit",))
    if unknown := {name for name, _ in pairs} - set(known):
        raise ValueError(f"`{text}` has the unknown option `{min(unknown)}`; known: {', '.join(known)}")
    options = dict(pairs)
    if len(options) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise ValueError(f"`{text}` names more than one {twice}")
    return options


def _serial(text: str, path: str, options: dict[str, str]) -> Endpoint:
    """Read a serial port; what is not said is the default of SL 3.2: 19200 baud, even parity, RTU."""
    if not path:
        raise ValueError(f"`{text}` names no port; write `{_FORM['serial']}`")
    modes: tuple[Literal["rtu", "ascii"], ...] = ("rtu", "ascii")
    mode = _one_of(text, options, "mode", modes)
    parity = _one_of(text, options, "parity", PARITIES)
    baud, stop = options.get("baud", str(BAUD)), options.get("stop", "2" if parity == "none" else "1")
    if re.fullmatch(r"[0-9]{1,8}", baud) is None or int(baud) not in _BAUDS:
        raise ValueError(f"`{text}` names the baud rate `{baud}`; it is a number like 9600 or 19200")
    if stop not in {"1", "2"}:
        raise ValueError(f"`{text}` names `{stop}` stop bits; there are 1, or 2 without parity")
    return Endpoint(
        scheme="serial",
        over=mode,
        name=path,
        unit=_unit(text, options, mode),
        baud=int(baud),
        parity=parity,
        stop=int(stop),
    )


def _one_of(text: str, options: dict[str, str], name: str, words: tuple[Word, ...]) -> Word:
    """Return the word of an option, the first where nothing is said."""
    said = options.get(name, words[0])
    for word in words:
        if said == word:
            return word
    raise ValueError(f"`{text}` has {name} `{said}`; known: {', '.join(words)}")


def _unit(text: str, options: dict[str, str], over: Over) -> int:
    unit = options.get("unit", "1")
    if re.fullmatch(r"[0-9]{1,3}", unit) is None or int(unit) > _UNIT_MAX:
        raise ValueError(f"`{text}` names unit `{unit}`; a unit identifier is a number from 0 to 255")
    if over in {"rtu", "ascii"} and int(unit) not in _SLAVES:
        raise ValueError(
            f"`{text}` names unit `{unit}`; a device on a serial line has an address from 1 to 247"
        )
    return int(unit)
