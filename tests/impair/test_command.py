"""`testbed impair` between two programs: it prints where it listens, and says at its end what it did."""

import signal
import socket
import subprocess
import sys
import threading

import pytest


@pytest.fixture
def echo():
    """The port of an echo in a thread."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            with one:
                try:
                    while data := one.recv(4096):
                        one.sendall(data)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def started(*arguments):
    command = [sys.executable, "-m", "testbed", "impair", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_stands_between(echo, tmp_path):
    path = tmp_path / "always.yaml"
    path.write_text(
        "id: always@1\ntitle: { en: Always, ko: 항상 }\nsummary: { en: Each ends., ko: 모두 끊김. }\n"
        "sources: [assumed]\nstream: { delay: { time: 20 ms }, "
        "breaks: [{ share: 1, how: reset, after: { least: 14, most: 14 } }] }\n"
    )
    process = started(path, "--to", f"127.0.0.1:{echo}", "--seed", 7)
    try:
        where, _, seed = process.stdout.readline().strip().partition(" seed ")
        with socket.create_connection(("127.0.0.1", int(where.rpartition(":")[2])), timeout=10) as client:
            client.sendall(bytes(40))
            got = client.recv(14, socket.MSG_WAITALL)
            with pytest.raises(ConnectionResetError):
                client.recv(100)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()

    assert seed == "7"
    assert got == bytes(14)
    assert process.returncode == 0
    assert "impairment always@1: connection 1 reset behind 40 bytes to the device and 14 from it" in said


def test_bad_input():
    process = started("plant-wify", "--to", "127.0.0.1:502")
    _, said = process.communicate(timeout=20)

    assert process.returncode == 64
    assert "did you mean `plant-wifi@1`?" in said
