"""Where products show their values: standard output, a file, a page of their own; and who acts by himself."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from asyncua import Client, ua

from device_simulators.opcua.plc import Plc
from testbed.model.client import Task
from testbed.model.client_belief import Belief as BelongsTo
from testbed.testers.modbus_client.answers import foreign, good
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.driving import Act
from testbed.testers.modbus_client.places import File, Nodes, Page, pointed
from testbed.testers.modbus_client.watching import watch_of
from testbed.testers.trouble import Gone, Undecided
from tests.testers.modbus_client.bench import READS, desk, script
from tests.testers.setups import serving

ASKS = "line = socket.create_connection((host, port)); ask(line)\n"


def test_a_file(tmp_path):
    shown = tmp_path / "values.txt"
    shown.write_text("1 2 3\n", "utf-8")  # of yesterday

    async def act():
        text = f"{ASKS}open({str(shown)!r}, 'w').write(' '.join(map(str, answer(line))))"
        case = desk(script(text), {"where": "file", "path": str(shown), "pattern": r"\d+"})
        acting = (await case.prepare(["client"]))["client"]
        assert (await acting.reads(good())).belief is Belief.RIGHT
        assert (await acting.reads(foreign(transaction=1))).belief is Belief.INVALID

    asyncio.run(act())


def test_a_page_of_its_own():
    shown = {"values": b"nothing yet"}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(shown["values"])

        def do_PUT(self):
            shown["values"] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as page:
        Thread(target=page.serve_forever, daemon=True).start()
        where = f"http://127.0.0.1:{page.server_port}/"

        async def act():
            text = (
                f"{ASKS}import urllib.request\n"
                "body = str(list(answer(line))).encode()\n"
                f"urllib.request.urlopen(urllib.request.Request({where!r}, body, method='PUT'))\n"
            )
            case = desk(script(text), {"where": "http", "url": where, "pattern": r"\d+"})
            acting = (await case.prepare(["client"]))["client"]
            assert (await acting.reads(good())).belief is Belief.RIGHT

        asyncio.run(act())
        page.shutdown()


def believed(tmp_path, text, there=""):
    """Return what a product believes that writes a file so."""
    shown = tmp_path / "values.txt"
    shown.write_text(there, "utf-8")

    async def act():
        case = desk(script(ASKS + text.format(shown=str(shown))), {"where": "file", "path": str(shown)})
        acting = (await case.prepare(["client"]))["client"]
        return (await acting.reads(good())).belief

    return asyncio.run(act())


@pytest.mark.parametrize("gap", [0.006, 0.12])
def test_values_may_be_written_one_after_the_other(tmp_path, gap):
    text = f"""
for value in answer(line):
    with open({{shown!r}}, "a") as file:
        print(value, file=file)
    time.sleep({gap})
"""
    assert believed(tmp_path, text) is Belief.RIGHT


def test_fewer_values_than_were_read_are_told_in_the_end(tmp_path):
    text = """
values = answer(line)  # all of them in the control exchange
size = open({shown!r}, 'rb').seek(0, 2)
print(*values[:1 if size else 3], file=open({shown!r}, 'a'))
"""
    assert believed(tmp_path, text) is Belief.OTHER


def test_a_long_log_is_no_belief(tmp_path):
    text = "print(*answer(line), file=open({shown!r}, 'a'))\n"
    assert believed(tmp_path, text, "7 8 9\n" * 60_000) is Belief.RIGHT


def test_a_log_that_grows_long(tmp_path):
    text = """
values = answer(line)
with open({shown!r}, "a") as file:
    file.write("-\\n" * 200_000)
    file.flush()
    time.sleep(0.3)
    print(*values, file=file)
"""
    assert believed(tmp_path, text, "7 8 9\n") is Belief.RIGHT


def test_a_pipe_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    place = File(tmp_path / "pipe")
    assert (place.begin(), place.look()) == ("", (False, ""))


def test_a_longer_number_is_another_one(tmp_path):
    path = tmp_path / "value"
    path.write_text("5", "utf-8")
    place = File(path)
    assert place.begin() == "5"
    path.write_text("57", "utf-8")
    assert place.look() == (True, "57")
    path.write_text("57\n6", "utf-8")
    assert place.look() == (False, "\n6")
    path.unlink()
    assert place.look() == (True, "")
    assert place.look() == (False, "")


def test_what_pointers_lead_to():
    document = {"a/b": [{"v": 1.5}, True], "m~n": "7", "list": [1, None, 2**70], "none": None}
    pointers = [
        "/a~1b/0/v",
        "/a~1b/1",
        "/m~0n",
        "/list",
        "/none",
        "/nowhere/1",
        "/list/9",
        "/list/x",
        "/a~1b/0",
    ]
    assert list(pointed(document, pointers)) == ["1.5", "1", "7", "1", str(2**70)]
    assert list(pointed([3, 4], [""])) == ["3", "4"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1, 2",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 200_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"9" * 200_000,
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_page_that_is_none_tells_nothing(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(answer)

        Thread(target=serve, daemon=True).start()
        assert Page(f"http://127.0.0.1:{server.getsockname()[1]}/", ["/0"]).look() == (False, "")


def test_a_page_that_drips_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            line, _ = server.accept()
            with line, suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nX-A: b\r\n" * 9:
                    line.send(bytes((byte,)))
                    time.sleep(0.5)

        Thread(target=serve, daemon=True).start()
        place = Page(f"http://127.0.0.1:{server.getsockname()[1]}/", [])
        began = time.monotonic()
        assert place.look() == (False, "")
        assert time.monotonic() - began < 4
        assert place.fault is not None


def test_a_page_with_pointers_tells_its_values_alone():
    body = json.dumps({"time": 1234, "line": {"speed": 7, "temperatures": [1.5, 2.5]}}).encode()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            for _ in range(2):
                line, _ = server.accept()
                with line:
                    line.recv(4096)
                    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)

        Thread(target=serve, daemon=True).start()
        place = Page(f"http://127.0.0.1:{server.getsockname()[1]}/", ["/line/speed", "/line/temperatures"])
        assert place.begin() == "7\n1.5\n2.5"
        assert place.look() == (False, "")


PLC = "nsu=https://example.org/mother-factory/plc;s="


def test_nodes_of_a_server():
    """What another client writes there is told; what stood there is not, nor what nobody could read."""

    async def look(port):
        belief = BelongsTo(
            where="opcua",
            url=f"opc.tcp://127.0.0.1:{port}",
            nodes=[f"{PLC}Scratch.Double", f"{PLC}Scratch.Boolean"],
        )
        task = Task(does="fc03", at=107, count=2, command=["none"], belief=belief)
        act = Act(asyncio.get_running_loop().time, lambda: 0, lambda: None)
        looking = watch_of(task)
        await looking.begin(act)
        async with Client(f"opc.tcp://127.0.0.1:{port}") as product:
            index = await product.get_namespace_index("https://example.org/mother-factory/plc")
            for name, value in (("Double", 7.25), ("Boolean", True)):
                node = product.get_node(f"ns={index};s=Scratch.{name}")
                await node.write_value(ua.DataValue(ua.Variant(value)))
            await asyncio.sleep(0.3)
        await looking.stop()
        return [one.values for one in act.told]

    with serving(Plc().serve()) as port:
        told = asyncio.run(look(port))

    assert told[-1] == (7.25, 1)
    assert set(told) <= {(7.25, 1), (7.25, 0)}


OURS = f"{PLC}Scratch.Double"


def troubled(belief):
    """Return why nothing can be told of a product that shows its values so, and does not."""

    async def act():
        case = desk(script(f"{ASKS}answer(line)"), belief)
        with pytest.raises(Undecided) as caught:
            await case.prepare(())
        assert not isinstance(caught.value, Gone)
        return caught.value.said.en

    return asyncio.run(act())


@pytest.mark.parametrize(
    ("node", "why"), [("nsu=urn:nowhere;i=1", "no namespace `urn:nowhere`"), ("i=999999", "no node i=999999")]
)
def test_a_node_that_there_is_not_is_no_fault_of_the_client(node, why):
    with serving(Plc().serve()) as port:
        said = troubled({"where": "opcua", "url": f"opc.tcp://127.0.0.1:{port}", "nodes": [OURS, node]})
    assert "what the product shows cannot be read" in said
    assert why in said


@pytest.mark.parametrize(
    ("body", "pointers", "why"), [(b"[" * 9000, ["/0"], "no JSON document"), (None, [], "efused")]
)
def test_a_page_that_is_none_is_no_fault_of_the_client(body, pointers, why):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def serve():
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line:
                        line.recv(4096)
                        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)

        if body is None:
            server.close()
        else:
            Thread(target=serve, daemon=True).start()
        said = troubled({"where": "http", "url": url, "pointers": pointers})
    assert why in said


def test_values_that_the_product_marks_as_bad_are_an_error():
    """A gateway says so of what it could not read: told once, and values again afterwards."""

    async def look(port):
        belief = BelongsTo(where="opcua", url=f"opc.tcp://127.0.0.1:{port}", nodes=[OURS])
        task = Task(does="fc03", at=107, count=1, command=["none"], belief=belief)
        act = Act(asyncio.get_running_loop().time, lambda: 0, lambda: None)
        looking = watch_of(task)
        await looking.begin(act)
        async with Client(f"opc.tcp://127.0.0.1:{port}") as product:
            index = await product.get_namespace_index("https://example.org/mother-factory/plc")
            node = product.get_node(f"ns={index};s=Scratch.Double")
            for status in (ua.StatusCodes.BadCommunicationError, ua.StatusCodes.Good):
                value = ua.DataValue(ua.Variant(7.25), StatusCode=ua.StatusCode(status))
                await node.write_value(value)
                await asyncio.sleep(0.3)
        await looking.stop()
        return [one.values for one in act.told]

    with serving(Plc().serve()) as port:
        assert asyncio.run(look(port)) == [None, (7.25,)]


def test_a_server_that_is_not_there_holds_nothing():
    async def look():
        place = Nodes("opc.tcp://127.0.0.1:1", ["i=2258"])
        found = (await place.begin(), await place.look(), await place.look())
        await place.end()
        return found

    assert asyncio.run(look()) == ("", (False, ""), (False, ""))


def test_one_that_polls_by_itself(tmp_path):
    """Nobody tells it anything: it connects wherever somebody listens, and goes on afterwards."""
    shown = tmp_path / "values.txt"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = f"""
while True:
    try:
        line = socket.create_connection((host, port))
        while True:
            ask(line)
            open({str(shown)!r}, 'w').write(' '.join(map(str, answer(line))))
            time.sleep(0.05)
    except (OSError, SystemExit):
        time.sleep(0.05)
"""
    command = [sys.executable, "-c", READS + text, "127.0.0.1", str(port), "17"]
    with subprocess.Popen(command) as product:
        try:

            async def act():
                belief = {"where": "file", "path": str(shown), "pattern": r"\d+"}
                case = desk([], belief, connect=f"listen://127.0.0.1:{port}?unit=17", polls=True)
                acting = (await case.prepare(["client"]))["client"]
                meeting = await acting.polls(good(), good(), good())
                assert meeting.belief is Belief.RIGHT
                assert meeting.connections == 1
                assert await case.conclude() is None

            asyncio.run(act())
        finally:
            product.kill()
