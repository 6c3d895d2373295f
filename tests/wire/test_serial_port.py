"""Serial ports, on pseudo-terminals: what the kernel says of a missing, busy or vanishing port is its own."""

import asyncio
import os
import termios
import tty
from contextlib import suppress

import pytest
from serial import Serial

from testbed.model.connect import endpoint
from testbed.wire import serial_port
from testbed.wire.dial import UnreachableError, over_serial
from testbed.wire.serial_format import SerialFormat
from testbed.wire.serial_port import resolution
from testbed.wire.serial_transport import PortVanishedError


class End(asyncio.Protocol):
    """Keeps what its port says."""

    def __init__(self):
        self.data, self.lost = b"", asyncio.get_running_loop().create_future()
        self.news = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        self.news.set()

    def connection_lost(self, exc):
        self.lost.set_result(exc)

    async def has(self, data):
        async with asyncio.timeout(2):
            while self.data != data:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def terminal():
    """A raw pseudo-terminal: the number of the device's end, and the path of the tester's."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    if master not in _CLOSED:
        os.close(master)
    _CLOSED.clear()


_CLOSED = set()


def unplug(master):
    os.close(master)
    _CLOSED.add(master)


def port(path, **options):
    return endpoint("serial://" + path + "?" + "&".join(f"{k}={v}" for k, v in options.items()))


def run(main, seconds=5):
    async def bounded():
        async with asyncio.timeout(seconds):
            await main()

    asyncio.run(bounded())


def test_bytes_go_both_ways(terminal):
    master, path = terminal

    async def main():
        end = End()
        await over_serial(port(path))(end)
        end.transport.write(bytes(range(256)))
        await asyncio.sleep(0.02)
        assert os.read(master, 300) == bytes(range(256))
        os.write(master, bytes(range(255, -1, -1)))
        await end.has(bytes(range(255, -1, -1)))
        end.transport.close()
        assert await end.lost is None

    run(main)


def test_more_than_the_terminal_holds_waits_for_its_reader(terminal):
    """A terminal takes some 4 kB; the rest is written as the other end reads."""
    master, path = terminal
    sent = os.urandom(100_000)

    async def main():
        end = End()
        await over_serial(port(path))(end)
        end.transport.write(sent)
        assert end.transport.get_write_buffer_size() > 0
        got = b""
        while len(got) < len(sent):
            await asyncio.sleep(0)
            with suppress(BlockingIOError):
                got += os.read(master, 4096)
        assert got == sent
        assert end.transport.get_write_buffer_size() == 0
        end.transport.abort()
        await end.lost

    run(main)


def test_a_write_waits_for_silence_behind_what_came(terminal):
    """At 1200 baud t3.5 is 32 ms: 3.5 characters of 11 bits (SL 2.5.1.1)."""
    master, path = terminal

    async def main():
        end, loop = End(), asyncio.get_running_loop()
        await over_serial(port(path, baud=1200))(end)
        os.write(master, b"answer")
        await end.has(b"answer")
        came = loop.time()
        end.transport.write(b"next")
        with pytest.raises(BlockingIOError):
            os.read(master, 10)
        await asyncio.sleep(0.05)
        assert os.read(master, 10) == b"next"
        assert end.transport.drained_at - came == pytest.approx(3.5 * 11 / 1200, abs=0.002)
        end.transport.close()
        await end.lost

    run(main)


def test_pieces_are_sent_with_the_gaps_that_were_asked_for(terminal):
    master, path = terminal

    async def main():
        end = End()
        await over_serial(port(path))(end)
        end.transport.send(b"ab", gap=0.0)
        end.transport.send(b"cd", gap=0.05)
        await asyncio.sleep(0.01)
        assert os.read(master, 10) == b"ab"
        end.transport.close()
        await end.lost
        assert os.read(master, 10) == b"cd"

    run(main)


def test_a_port_that_vanishes_is_a_lost_connection(terminal):
    master, path = terminal

    async def main():
        end = End()
        await over_serial(port(path))(end)
        unplug(master)
        error = await end.lost
        assert isinstance(error, PortVanishedError)
        assert str(error).startswith(f"the serial port {path} vanished")
        with pytest.raises(UnreachableError, match="does not exist"):
            await over_serial(port(path))(End())

    run(main)


def test_a_port_that_vanishes_while_something_waits_to_be_written(terminal):
    master, path = terminal

    async def main():
        end = End()
        await over_serial(port(path))(end)
        end.transport.write(bytes(100_000))
        unplug(master)
        assert isinstance(await end.lost, PortVanishedError)

    run(main)


def test_a_port_is_opened_for_one_program_alone(terminal):
    _, path = terminal

    async def main():
        with Serial(path, exclusive=True), pytest.raises(UnreachableError, match="in use by another program"):
            await over_serial(port(path))(End())
        end = End()
        await over_serial(port(path))(end)
        end.transport.close()

    run(main)


def test_a_port_that_is_just_being_closed_is_waited_for(terminal):
    _, path = terminal

    async def main():
        dial = over_serial(port(path))
        for _ in range(3):
            end = End()
            await dial(end)
            end.transport.close()

    run(main)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/ttyNONE", "the serial port /dev/ttyNONE does not exist; is it plugged in?"),
        ("/dev/null", "/dev/null is no serial port"),
        ("/dev", "/dev is no serial port"),
        (__file__, f"{__file__} is no serial port"),
    ],
)
def test_what_is_no_port_is_said_to_be_none(path, said):
    async def main():
        with pytest.raises(UnreachableError) as raised:
            await over_serial(port(path))(End())
        assert str(raised.value).startswith(said)

    run(main)


def test_a_port_that_is_not_allowed_names_its_group(terminal, monkeypatch):
    _, path = terminal

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    async def main():
        dial = over_serial(port(path))
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", refuse)
            with pytest.raises(UnreachableError) as raised:
                await dial(End())
        assert "may not be opened by this user; its group is `" in str(raised.value)
        assert "sudo usermod -aG" in str(raised.value)

    run(main)


def test_a_rate_that_is_refused_is_named(terminal, monkeypatch):
    """No pseudo-terminal refuses a rate: what pyserial raises where a driver does is put in its place."""
    _, path = terminal

    def refuse(*_):
        raise ValueError("Failed to set custom baud rate (12345): Invalid argument")

    async def main():
        monkeypatch.setattr(Serial, "_set_special_baudrate", refuse)
        with pytest.raises(UnreachableError) as raised:
            await over_serial(port(path, baud=12345, parity="odd"))(End())
        assert str(raised.value) == f"the serial port {path} refuses 12345 8O1; try another rate or parity"

    run(main)


def test_a_protocol_that_fails_loses_its_port_and_not_the_loop(terminal):
    master, path = terminal

    class Failing(End):
        def data_received(self, data):
            raise ValueError(data)

    async def main():
        said = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["exception"]))
        end = Failing()
        await over_serial(port(path))(end)
        os.write(master, b"x")
        assert isinstance(await end.lost, ValueError)
        assert len(said) == 1

    run(main)


def test_a_pseudo_terminal_is_opened_again_and_again_whatever_its_parity(terminal):
    """The kernel refuses to set a parity there a second time; nobody needs it."""
    _, path = terminal

    async def main():
        for options in ({"parity": "even"}, {"parity": "odd"}, {"mode": "ascii"}, {"parity": "none"}) * 2:
            end = End()
            await over_serial(port(path, **options))(end)
            end.transport.abort()
            await end.lost

    run(main)


def test_where_characters_have_parity_a_wrong_one_is_read_as_zero(terminal, monkeypatch):
    """The driver is told to look (termios, INPCK); a pseudo-terminal stands in for a port that has parity."""
    master, path = terminal
    monkeypatch.setattr(serial_port, "resolution", lambda _: 0.001)

    with serial_port.open_port(path, SerialFormat(parity="none", stop_bits=2)):
        assert termios.tcgetattr(master)[0] & termios.INPCK


def test_a_pseudo_terminal_shows_no_times(terminal):
    _, path = terminal

    assert resolution(path) is None
    assert resolution("/dev/ttyUSB0") == 0.01


@pytest.mark.parametrize(
    ("text", "bits", "t15_us", "t35_us"),
    [
        ("serial:///dev/x", 11, 859.375, 2005.208),  # 8E1 at 19200: 1.5 and 3.5 times 572.917 us
        ("serial:///dev/x?baud=9600", 11, 1718.75, 4010.417),
        ("serial:///dev/x?baud=1200&parity=none", 11, 13750, 32083.333),  # 8N2, as SL 2.5.1 wants
        ("serial:///dev/x?baud=9600&parity=none&stop=1", 10, 1562.5, 3645.833),
        ("serial:///dev/x?baud=38400", 11, 750, 1750),  # fixed above 19200
        ("serial:///dev/x?mode=ascii&baud=9600", 10, 1562.5, 3645.833),  # 7E1, SL 2.5.2
    ],
)
def test_silences_follow_from_rate_and_shape(text, bits, t15_us, t35_us):
    shape = SerialFormat.of(endpoint(text))

    assert shape.bits == bits
    assert shape.t15 * 1e6 == pytest.approx(t15_us, abs=0.001)
    assert shape.t35 * 1e6 == pytest.approx(t35_us, abs=0.001)
