"""Clients that nobody here wrote meet the simulated PLC under each policy, mode and identity token."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from device_simulators.opcua.plc import Plc
from testbed.wire.opcua_keys import throw_away
from tests.third_party.opcua.products import MODULES

CLIENTS = Path(__file__).parent / "clients"
WITHIN = 120.0
"""Seconds that a client has for 21 sessions, on a busy machine."""
SECURED = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
WAYS = [("None", 1), *((policy, mode) for policy in SECURED for mode in (2, 3))]
READ_ONLY, EVERYTHING = 0x01, 0x63
"""What an anonymous user may do with the node that is read, and what a known one may."""
EXPECTED = {
    f"{policy} {mode} {kind}": READ_ONLY if kind == "anonymous" else EVERYTHING
    for policy, mode in WAYS
    for kind in ("anonymous", "username", "certificate")
}


@pytest.fixture(scope="module")
def url():
    """The URL of the simulated PLC, which trusts the authority of the throw-away certificates."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Plc().serve(), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with certificates and keys under the names that clients want."""
    made, keys = tmp_path_factory.mktemp("client"), throw_away().folder
    for name, stem in (("app", "tester"), ("user", "user")):
        certificate = (keys / f"{stem}.der").read_bytes()
        (made / f"{name}.der").write_bytes(certificate)
        pem = load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
        (made / f"{name}.crt").write_bytes(pem)
        (made / f"{name}.pem").write_bytes((keys / f"{stem}.key").read_bytes())
    return made


def met(*command, url, folder):
    home = {"HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "NODE_PATH": str(MODULES)}
    done = subprocess.run(
        [*command, url, folder, "simulated"],
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
        env=os.environ | home,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("client", ["asyncua", "opcua-client"])
def test_python_clients(url, folder, lacking, client):
    try:
        version(client)
    except PackageNotFoundError:
        lacking(f"{client} is not installed")

    program = CLIENTS / f"secured_{client.replace('-', '_')}.py"
    assert met(sys.executable, "-W", "ignore", program, url=url, folder=folder) == EXPECTED


def test_node_opcua(url, folder, program, lacking):
    node = program("node")
    if not (MODULES / "node-opcua").is_dir():
        lacking("node-opcua is not installed")

    assert met(node, CLIENTS / "secured_node_opcua.cjs", url=url, folder=folder) == EXPECTED
