"""Where products show their values: standard output, a file, a page of their own; and who acts by himself."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from testbed.testers.modbus_client.answers import foreign, good
from testbed.testers.modbus_client.belief import Belief
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
