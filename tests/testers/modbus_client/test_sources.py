"""Where values are seen, one look each: what a hostile page, document, file or server gets told instead."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest

from device_simulators.opcua.plc import Plc
from testbed.model.client_belief import Belief
from testbed.testers.modbus_client.nodes import NodeSource
from testbed.testers.modbus_client.pages import MOST_PAGE, UnreadableError, fetch
from testbed.testers.modbus_client.pointers import resolved, values_at
from testbed.testers.modbus_client.sources import MOST_FILE, FileSource, FloodError, Marked, source_of

OF_THE_STANDARD = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}
"""The document of RFC 6901, 5."""


@pytest.mark.parametrize(
    ("pointer", "named"),
    [
        ("", OF_THE_STANDARD),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/foo/00", None),
        ("/foo/2", None),
        ("/foo/-", None),
        ("/foo/0/x", None),
        ("/nowhere", None),
        ("/foo/" + "9" * 5000, None),
    ],
)
def test_pointers_of_the_standard(pointer, named):
    assert resolved(OF_THE_STANDARD, pointer) == named


def test_values_of_a_nested_document():
    text = json.dumps({"tags": [{"v": 1}, {"v": [2, "3.5", True]}], "at": "now"}).encode()
    assert values_at(["/tags/0/v", "/tags/1/v"], text) == (1, 2, 3.5, 1)
    assert values_at(["/tags/0/v", "/tags/2/v"], text) is None
    assert values_at(["/at"], text) is None
    assert values_at(["/tags/0"], text) is None


def test_whole_numbers_stay_exact():
    assert values_at([""], b"[18446744073709551615]") == (18446744073709551615,)


def test_numbers_that_json_lacks():
    (one, other) = values_at([""], b'[NaN, "-Infinity"]')
    assert math.isnan(one)
    assert other == -math.inf


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"1" * 5000,
        b"\xff\xfe\x00",
        b"",
        b"<html>",
        b"[" * 64 + b"]",
    ],
    ids=["brackets", "deep", "digits", "not-text", "empty", "html", "unclosed"],
)
def test_no_document(text):
    with pytest.raises(UnreadableError, match="JSON"):
        values_at([""], text)


@asynccontextmanager
async def serving(answer):
    """Serve HTTP by a function of the writer."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        try:
            await answer(writer)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/values?x=1"
    finally:
        server.close()


def fetched(said: bytes, *, stays: bool = False):
    async def run():
        async def answer(writer):
            writer.write(said)
            if stays:
                await writer.drain()
                await asyncio.sleep(5)

        async with serving(answer) as url:
            return await fetch(url, 1.0)

    return asyncio.run(run())


def test_a_page():
    assert fetched(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1 23", stays=True) == b"1 23"
    assert fetched(b"HTTP/1.0 200 OK\r\n\r\n1 2") == b"1 2"


def test_a_page_in_chunks():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert fetched(head + b"2\r\n1 \r\n1;a=b\r\n2\r\n0\r\n\r\n") == b"1 2"
    with pytest.raises(UnreadableError, match="broken chunks"):
        fetched(head + b"zz\r\n")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "redirects .status 302"),
        (b"HTTP/1.1 500 Oh\r\n\r\n", "status 500"),
        (b"SSH-2.0-OpenSSH\r\n", "does not speak HTTP"),
        (b"", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * (MOST_PAGE + 1), "larger than"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200_000, "larger than"),
    ],
)
def test_a_page_that_is_none(said, why):
    with pytest.raises(UnreadableError, match=why):
        fetched(said)


def test_ten_megabytes_are_not_taken():
    with pytest.raises(UnreadableError, match="larger than"):
        fetched(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"1 " * 5_000_000)


def test_a_page_that_never_ends_is_bounded():
    async def run():
        async def answer(writer):
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                writer.write(b"X")
                await writer.drain()
                await asyncio.sleep(0.1)

        async with serving(answer) as url:
            began = time.monotonic()
            with pytest.raises(UnreadableError, match=r"no whole page within 0\.5 s"):
                await fetch(url, 0.5)
            assert time.monotonic() - began < 5

    asyncio.run(run())


def looked(source):
    async def look():
        try:
            return await source.look()
        finally:
            await source.leave()

    return asyncio.run(look())


def test_a_file_that_is_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        with pytest.raises(UnreadableError, match="no file"):
            looked(FileSource(str(name)))
    assert looked(FileSource(str(tmp_path / "not-yet"))) == ""


def test_a_large_file_is_read_from_its_end_on(tmp_path):
    file = tmp_path / "log"
    with file.open("wb") as log:
        log.truncate(10 << 30)  # sparse

    async def looks():
        source = FileSource(str(file))
        before = await source.look()
        with file.open("ab") as log:
            log.write(b"1 2 3\n")
        after = await source.look()
        with file.open("ab") as log:
            log.truncate((10 << 30) + MOST_FILE + 7)
        with pytest.raises(FloodError, match="floods"):
            await source.look()
        file.write_text("4 5 6")
        return before, after, await source.look()

    assert asyncio.run(looks()) == ("", "1 2 3\n", "4 5 6")


OURS = "nsu=https://example.org/mother-factory/plc;s="


@asynccontextmanager
async def listening(serve):
    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    try:
        yield f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def nodes_seen(*names, serve=None):
    async def look():
        async with listening(serve or Plc().serve()) as url:
            source = NodeSource(url, [f"{OURS}{name}" for name in names])
            try:
                return await source.look()
            finally:
                await source.leave()

    return asyncio.run(look())


def test_nodes():
    (one, *ten) = nodes_seen("Static.UInt64", "Static.Int32Array")
    assert isinstance(one, int)
    assert len(ten) == 10
    assert nodes_seen("Static.String") is None
    assert nodes_seen("Static.Int32", "Static.Nowhere") is Marked.BAD


def test_nodes_of_a_namespace_that_the_server_lacks():
    async def look():
        async with listening(Plc().serve()) as url:
            with pytest.raises(UnreadableError, match="nowhere"):
                await NodeSource(url, ["nsu=urn:nowhere;s=a"]).look()

    asyncio.run(look())


class Silent(asyncio.Protocol):
    """Takes a connection and says nothing."""


class Floods(asyncio.Protocol):
    """Answers a Hello with a message that says it has two gigabytes."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _):
        self.transport.write(b"ACKF\xff\xff\xff\x7f" + bytes(100_000))


@pytest.mark.parametrize("serve", [Silent, Floods])
def test_nodes_of_what_is_no_server(serve):
    began = time.monotonic()
    with pytest.raises(UnreadableError, match=r"Hello|answer"):
        nodes_seen("Static.Int32", serve=serve)
    assert time.monotonic() - began < 15


def test_nodes_where_nobody_listens():
    with pytest.raises(UnreadableError, match="refuses"):
        looked(NodeSource("opc.tcp://127.0.0.1:1", [f"{OURS}Static.Int32"]))


def test_opcua_is_loaded_where_a_belief_needs_it():
    ask = "import sys, testbed.testers.modbus_client.bench as _; print('asyncua' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_each_place_has_a_source():
    said = {
        "file": {"path": "a"},
        "http": {"url": "http://a/"},
        "opcua": {"url": "opc.tcp://a:4840", "nodes": ["i=2258"]},
    }
    for where, more in said.items():
        assert source_of(Belief.model_validate({"where": where, **more})) is not None
    for where in ("stdout", "operator"):
        assert source_of(Belief.model_validate({"where": where})) is None
