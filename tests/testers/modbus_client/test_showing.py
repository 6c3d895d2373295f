"""Where products show their values: standard output, a file, a page of their own; and who acts by himself."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from device_simulators.opcua.plc import Plc
from testbed.testers.modbus_client.answers import foreign, good
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.trouble import Gone, Undecided
from tests.testers.modbus_client.bench import READS, desk, script

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


class Product:
    """A page of a product's own: a JSON document that a PUT replaces."""

    def __init__(self, *documents: bytes) -> None:
        self.documents = list(documents)

    def __enter__(self):
        product = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(product.documents[-1])

            def do_PUT(self):
                product.documents.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/tags"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def shows(self, expression: str) -> str:
        """Return lines that put a document there."""
        return (
            "import json, urllib.request\n"
            f"body = json.dumps({expression}).encode()\n"
            f"urllib.request.urlopen(urllib.request.Request({self.url!r}, body, method='PUT'))\n"
        )

    def belief(self, *pointers: str) -> dict[str, object]:
        return {"where": "http", "url": self.url, "pointers": list(pointers)}


def test_a_json_document():
    """One value is put after the other, and the time stands beside them: neither is another belief."""
    with Product(b'{"at": 0, "tags": [1, 2, 3]}') as product:
        text = f"{ASKS}one, two, three = answer(line)\n"
        text += product.shows("{'at': 1, 'tags': [one, 2, 3]}")
        text += product.shows("{'at': 2, 'tags': [one, two, three]}")
        text += "time.sleep(0.2)\n" + product.shows("{'at': 3, 'tags': [one, two, three]}")

        async def act():
            case = desk(script(text), product.belief("/tags"))
            acting = (await case.prepare(["client"]))["client"]
            meeting = await acting.reads(good())
            assert meeting.beliefs == (Belief.RIGHT,)
            assert (await acting.reads(foreign(transaction=1))).belief is Belief.INVALID

        asyncio.run(act())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"[" * 9000, "nested more than"),
        (b"[1, 2, 3" + b" " * (10 << 20) + b"]", "larger than"),
        (b"not yet", "no JSON document"),
    ],
    ids=["deep", "large", "none"],
)
def test_a_document_that_cannot_be_read_is_no_fault_of_the_client(document, why):
    with Product(document) as product:

        async def act():
            case = desk(script(f"{ASKS}answer(line)"), product.belief("/0", "/1", "/2"))
            with pytest.raises(Undecided, match=why) as caught:
                await case.prepare(())
            assert not isinstance(caught.value, Gone)

        asyncio.run(act())


def test_a_page_that_never_answers_is_no_fault_of_the_client():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        belief = {"where": "http", "url": f"http://127.0.0.1:{deaf.getsockname()[1]}/", "pointers": ["/0"]}

        async def act():
            with pytest.raises(Undecided, match="no whole page within 2 s"):
                await desk(script(f"{ASKS}answer(line)"), belief).prepare(())

        asyncio.run(act())


def test_nodes_of_opcua():
    """A gateway: what it reads over Modbus it shows as variables of its own server."""
    node = "nsu=https://example.org/mother-factory/plc;s=Scratch.UInt16Array"
    belief = {"where": "opcua", "nodes": [node]}
    text = f"""{ASKS}values = answer(line)
from asyncua import ua
from asyncua.sync import Client
with Client(sys.argv[4]) as server:
    index = server.get_namespace_index("https://example.org/mother-factory/plc")
    node = server.get_node("ns=%d;s=Scratch.UInt16Array" % index)
    node.write_value(ua.DataValue(ua.Variant([*values], ua.VariantType.UInt16)))
    time.sleep(0.3)
"""

    async def act():
        server = await asyncio.get_running_loop().create_server(Plc().serve(), "127.0.0.1", 0)
        belief["url"] = f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        case = desk([*script(text), belief["url"]], belief, timeout="2 s", acts_within="20 s")
        try:
            acting = (await case.prepare(["client"]))["client"]
            assert (await acting.reads(good())).belief is Belief.RIGHT
            assert (await acting.reads(foreign(transaction=1))).belief is Belief.INVALID
        finally:
            server.close()

    asyncio.run(act())
