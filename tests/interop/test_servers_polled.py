"""A product that polls by itself, several things in turn, before independent servers."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress

from testbed.testers.modbus_client.exchanging import meet
from tests.testers.modbus_client.bench import desk

TASKS = {
    "speed": {"does": "fc03", "at": 107, "count": 3},
    "level": {"does": "fc04", "at": 8, "count": 2},
}


def exact(line, size):
    data = b""
    while len(data) < size:
        if not (more := line.recv(size - len(data))):
            raise ConnectionError("closed")
        data += more
    return data


def poll(port, files, stop):
    """Ask both in turn, ten times a second, and write what came into a file each; connect again at an end."""
    while not stop.wait(0.05):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as line:
            number = 0
            while not stop.wait(0.05):
                for name, task in TASKS.items():
                    number += 1
                    asked = (int(task["does"][2:]), task["at"], task["count"])
                    line.sendall(struct.pack(">HHHBBHH", number, 0, 6, 17, *asked))
                    answer = exact(line, 9 + 2 * task["count"])
                    values = struct.unpack(f">{task['count']}H", answer[9:])
                    files[name].write_text("".join(f"{one}\n" for one in values), encoding="ascii")


def polled(tmp_path, what):
    """Let a product poll, and return what an exchange with our reference tells of it."""
    files = {name: tmp_path / name for name in TASKS}
    stop = threading.Event()
    tasks = {
        name: task | {"belief": {"where": "file", "path": str(files[name])}} for name, task in TASKS.items()
    }
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    thread = threading.Thread(target=poll, args=(port, files, stop), daemon=True)
    thread.start()

    async def run():
        case = desk([], connect=f"listen://127.0.0.1:{port}?unit=17", polls=True, tasks=tasks)
        found = await what(await meet(case, "reference"))
        assert case.monitor.breaches == []
        return found

    try:
        return asyncio.run(run())
    finally:
        stop.set()
        thread.join(5)


def test_it_shows_what_each_server_holds(tmp_path):
    read = polled(tmp_path, lambda peer: peer.reads("fc04"))
    assert len(read.held) == 2
    assert read.believed == read.held


def test_it_comes_back_to_a_server_that_was_restarted(tmp_path):
    read = polled(tmp_path, lambda peer: peer.sees_restart())
    assert len(read.held) == 1
    assert read.believed == read.held
