"""Hellos made by hand and flights read by hand, held against OpenSSL and tshark."""

import asyncio
import shutil
import ssl
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.tls import (
    Alert,
    ClientHello,
    ContentType,
    Extension,
    OtherAlert,
    ServerHello,
    Version,
    alert_of,
    alert_of_openssl,
    read_flight,
    record,
    records,
    roles_of,
)
from testbed.protocols.tls.dissect import dissect_tls
from testbed.testers.modbus.chain import Chain
from testbed.testers.modbus.hellos import MANDATORY, first_hello
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import in_process
from testbed.wire.mbaps import make_device, throw_away
from testbed.wire.overture import Overture
from testbed.wire.pcapng import capture
from testbed.wire.recorder import Recorder

HELLOS = st.builds(
    ClientHello,
    version=st.sampled_from([one for one in Version if one > Version.SSL_2_0]),
    suites=st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=40).map(tuple),
    random=st.binary(min_size=32, max_size=32),
    session=st.binary(max_size=32),
    compressions=st.lists(st.integers(0, 255), min_size=1, max_size=3).map(tuple),
    extensions=st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=5),
)


@given(HELLOS)
def test_a_hello_is_read_as_it_was_made(hello):
    assert ClientHello.decode(hello.encode()) == hello


@given(st.binary(max_size=300))
def test_nothing_that_comes_breaks_the_reading(data):
    flight = read_flight(b"\x16\x03\x03" + len(data).to_bytes(2) + data)
    assert flight.longest == len(data)
    read_flight(data)
    ClientHello.decode(data)
    ServerHello.decode(data)
    roles_of(data)
    whole, rest = records(data)
    assert b"".join(record(one.kind, one.body, one.version) for one in whole) + rest == data
    fields = dissect_tls(data)
    assert b"".join(data[one.start : one.end] for one in fields) == data


def talk(hello, options=()):
    """Return what OpenSSL's own server answers to a hello, through no socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    device = make_device(throw_away().folder)
    for stem in ("ecc", "rsa"):
        context.load_cert_chain(device / f"{stem}.pem", device / f"{stem}.key")
    for name, value in options:
        setattr(context, name, value)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello.encode())
    with pytest.raises(ssl.SSLError):
        session.do_handshake()
    return outgoing.read()


def test_openssl_understands_every_part():
    flight = read_flight(
        talk(first_hello(fragments=1, renegotiation=True, groups=(23,)), [("verify_mode", ssl.CERT_OPTIONAL)])
    )
    assert flight.hello.version == Version.TLS_1_2
    assert flight.hello.suite in MANDATORY
    assert flight.compression == 0
    assert flight.extension(Extension.MAX_FRAGMENT_LENGTH) == b"\x01"
    assert flight.extension(Extension.RENEGOTIATION_INFO) == b"\x00"
    assert flight.curve == 23
    assert flight.asks_certificate
    assert flight.is_done
    assert flight.longest <= 512
    assert flight.alert is None
    assert (len(flight.certificates), Chain.of(flight.certificates).is_linked) == (3, True)


@pytest.mark.parametrize(
    ("hello", "alert"),
    [
        (first_hello(Version.TLS_1_1, (0xC013,)), Alert.PROTOCOL_VERSION),
        (first_hello(Version.SSL_3_0, (0x002F,)), Alert.HANDSHAKE_FAILURE),
        (first_hello(suites=(0x0000,)), Alert.HANDSHAKE_FAILURE),
        (first_hello(suites=(0x0004,)), Alert.HANDSHAKE_FAILURE),
    ],
    ids=["TLS 1.1", "SSL 3.0", "no encryption", "MD5"],
)
def test_openssl_refuses_what_it_should(hello, alert):
    flight = read_flight(talk(hello))
    assert (flight.alert, flight.hello) == (alert, None)


def test_alerts_have_the_names_of_openssl():
    assert alert_of(48) is Alert.UNKNOWN_CA
    assert isinstance(alert_of(200), OtherAlert)
    assert alert_of_openssl("TLSV13_ALERT_CERTIFICATE_REQUIRED") is Alert.CERTIFICATE_REQUIRED
    assert alert_of_openssl("SSLV3_ALERT_BAD_RECORD_MAC") is Alert.BAD_RECORD_MAC
    assert alert_of_openssl("TLSV1_ALERT_USER_CANCELLED") is Alert.USER_CANCELED
    assert alert_of_openssl("WRONG_VERSION_NUMBER") is None


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _):
        self.transport.write(ServerHello(Version.TLS_1_2, 0xC02F).encode())
        self.transport.write(record(ContentType.ALERT, bytes((2, Alert.INTERNAL_ERROR))))
        self.transport.close()


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
def test_tshark_reads_both_hellos(tmp_path):
    async def main():
        line = Overture(Recorder(asyncio.get_running_loop().time))
        await in_process(Echo, 802)(line)
        line.send(first_hello(fragments=1).encode())
        await line.hears(1.0)
        assert await line.ends(1.0)
        return line

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        line = runner.run(main())
    file = tmp_path / "hello.pcapng"
    file.write_bytes(capture(line.recorder, comment="", epoch=1.0))
    fields = ["tls.handshake.type", "tls.handshake.ciphersuite", "tls.alert_message.desc"]
    command = ["tshark", "-r", file, "-Y", "tls", "-T", "fields", *(f"-e{name}" for name in fields)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[0].split("\t")[:2] == ["1", "0xc02b,0xc02f"]
    assert "2\t0xc02f\t" in said
    assert "80" in said.splitlines()[-1]
    assert line.flight.alert is Alert.INTERNAL_ERROR
