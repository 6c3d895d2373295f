"""Connect strings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.connect import Endpoint, endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tcp://127.0.0.1:5020", Endpoint(scheme="tcp", host="127.0.0.1", port=5020)),
        ("tcp://127.0.0.1:5020/", Endpoint(scheme="tcp", host="127.0.0.1", port=5020)),
        ("tcp://plc", Endpoint(scheme="tcp", host="plc", port=502)),
        ("tcp://plc?unit=17", Endpoint(scheme="tcp", host="plc", port=502, unit=17)),
        ("tcp://plc:1?unit=0", Endpoint(scheme="tcp", host="plc", port=1, unit=0)),
        ("tcp://[::1]:5020?unit=255", Endpoint(scheme="tcp", host="::1", port=5020, unit=255)),
        ("tcp://[fe80::1%eth0]:65535", Endpoint(scheme="tcp", host="fe80::1%eth0", port=65535)),
        ("sim:plc", Endpoint(scheme="sim", name="plc")),
        ("sim:plc?unit=9", Endpoint(scheme="sim", name="plc", unit=9)),
        ("sim:plc?over=ascii&unit=9", Endpoint(scheme="sim", over="ascii", name="plc", unit=9)),
        ("sim:plc?over=rtu+tcp", Endpoint(scheme="sim", over="rtu+tcp", name="plc")),
        ("tls://plc", Endpoint(scheme="tls", over="tls", host="plc", port=802)),
        (
            "rtu+tcp://plc:4001?unit=17",
            Endpoint(scheme="rtu+tcp", over="rtu+tcp", host="plc", port=4001, unit=17),
        ),
        ("serial:///dev/ttyS0", Endpoint(scheme="serial", over="rtu", name="/dev/ttyS0")),
        ("serial://COM3", Endpoint(scheme="serial", over="rtu", name="COM3")),
        (
            "serial:///dev/ttyS0?mode=ascii&baud=9600&parity=none&unit=247",
            Endpoint(
                scheme="serial", over="ascii", name="/dev/ttyS0", baud=9600, parity="none", stop=2, unit=247
            ),
        ),
    ],
)
def test_read(text, expected):
    assert endpoint(text) == expected
    assert expected.is_simulated is text.startswith("sim:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write `tcp://HOST:PORT?unit=1`, `opc.tcp://HOST:PORT` or `sim:NAME`"),
        ("plc", "write `tcp://HOST:PORT?unit=1`, `opc.tcp://HOST:PORT` or `sim:NAME`"),
        ("tpc://plc", "did you mean `tcp`?"),
        ("udp://plc:502", "cannot connect to `udp://plc:502`"),
        ("tcp://plc:0", "is not of the form"),
        ("tcp://plc:65536", "no usable host and port"),
        ("tcp://plc:-1", "no usable host and port"),
        ("tcp://plc:x", "no usable host and port"),
        ("tcp://[::1", "no usable host and port"),
        ("tcp://", "is not of the form"),
        ("tcp:plc:502", "is not of the form"),
        ("tcp://:502", "is not of the form"),
        ("tcp://me@plc:502", "is not of the form"),
        ("tcp://plc:502/path", "is not of the form"),
        ("tcp://plc:502#part", "is not of the form"),
        ("tcp://plc?unti=1", "unknown option `unti`; known: unit"),
        ("tcp://plc?unit=1&baud=9600", "unknown option `baud`"),
        ("serial://?unit=1", "names no port"),
        ("serial:///dev/ttyS0?unit=0", "has an address from 1 to 247"),
        ("serial:///dev/ttyS0?unit=248", "has an address from 1 to 247"),
        ("serial:///dev/ttyS0?baud=fast", "it is a number like 9600 or 19200"),
        ("serial:///dev/ttyS0?baud=9600&baud=19200", "names more than one baud"),
        ("serial:///dev/ttyS0?parity=mark", "has parity `mark`; known: even, odd, none"),
        ("serial:///dev/ttyS0?stop=3", "names `3` stop bits"),
        ("serial:///dev/ttyS0?mode=tcp", "has mode `tcp`; known: rtu, ascii"),
        ("sim:plc?over=udp", "has over `udp`; known: tcp, tls, rtu, ascii, rtu+tcp"),
        ("tcp://plc?unit=1&unit=2", "more than one unit"),
        ("tcp://plc?unit=256", "a number from 0 to 255"),
        ("tcp://plc?unit=-1", "a number from 0 to 255"),
        ("tcp://plc?unit=", "a number from 0 to 255"),
        ("tcp://plc?unit=\u0661", "a number from 0 to 255"),
        ("tcp://plc?unit=" + "1" * 5000, "a number from 0 to 255"),
        ("sim:", "lacks the simulator's name"),
        ("sim:?unit=1", "lacks the simulator's name"),
    ],
)
def test_refused(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        endpoint(text)


@given(st.text() | st.text("tcpsim:/[]@?#=&unit0123456789.%").map("tcp://".__add__))
def test_any_text_is_an_endpoint_or_a_value_error(text):
    try:
        found = endpoint(text)
    except ValueError:
        return
    assert 0 <= found.unit <= 255
    assert found.is_simulated or (found.host and 1 <= found.port <= 65535)


hosts = st.sampled_from(["plc", "plc.example", "10.0.0.1", "::1", "fe80::1%eth0"])
endpoints = st.builds(
    Endpoint, scheme=st.just("tcp"), host=hosts, port=st.integers(1, 65535), unit=st.integers(0, 255)
) | st.builds(
    Endpoint, scheme=st.just("sim"), name=st.sampled_from(["plc", "io-block"]), unit=st.integers(0, 255)
)


@given(endpoints)
def test_what_is_printed_reads_back(one):
    assert endpoint(str(one)) == one
