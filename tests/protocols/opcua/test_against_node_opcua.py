"""Channels with node-opcua at the other end: another author, another language."""

import asyncio
import json
import os
import shutil
import ssl
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from asyncua import ua

from testbed.protocols.opcua import POLICIES, SecureChannel
from tests.protocols.opcua.peers import WITHIN, connected, serving

HERE = Path(__file__).parent / "node"
MODULES = [Path(sys.prefix) / "npm/node_modules", *map(Path, os.environ.get("NODE_PATH", "").split(":"))]
CHANNELS = [
    ("None", 1),
    ("Basic256Sha256", 2),
    ("Basic256Sha256", 3),
    ("Aes128_Sha256_RsaOaep", 3),
    ("Aes256_Sha256_RsaPss", 3),
]
LONG = ["x" * 400] * 60
"""Locales that make a request of several chunks."""


@pytest.fixture(scope="module")
def node():
    """Node with the folder of its modules."""
    found = [one for one in MODULES if (one / "node-opcua-client").is_dir()]
    if shutil.which("node") is None or not found:
        pytest.skip("node-opcua is not installed (npm install --prefix .venv/npm node-opcua)")
    return found[0]


@pytest.fixture
def store(tmp_path, client_party, server_party):
    """A folder with the keys of both sides, as node-opcua reads them."""
    for name, party in (("client", client_party), ("server", server_party)):
        (tmp_path / f"{name}.pem").write_text(ssl.DER_cert_to_PEM_cert(party.certificate))
        (tmp_path / f"{name}.key").write_bytes(party.pem)
    (tmp_path / "server.der").write_bytes(server_party.certificate)
    return tmp_path


@asynccontextmanager
async def running(node, script, store, *arguments):
    environment = {**os.environ, "NODE_PATH": str(node), "HOME": str(store)}
    with (store / "stderr").open("wb") as complaints:
        program = await asyncio.create_subprocess_exec(
            "node",
            HERE / script,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
        )
    try:
        yield program
        program.stdin.close()
        await asyncio.wait_for(program.wait(), WITHIN)
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


def test_the_client_of_node_opcua_is_answered(node, store, server_party):
    async def talk():
        async with serving(server_party) as (port, made):
            keys = [store / name for name in ("pki", "client.pem", "client.key", "server.der")]
            async with running(node, "client.js", store, f"opc.tcp://127.0.0.1:{port}", *keys) as program:
                said = await asyncio.wait_for(program.stdout.read(), WITHIN)
        return said, made

    said, made = asyncio.run(talk())

    lines = [json.loads(line) for line in said.splitlines() if line.startswith(b"[")]
    assert lines == [[name, mode, 1, 200] for name, mode in CHANNELS], (store / "stderr").read_text()
    assert [(one.channel.policy.name, one.channel.mode) for one in made] == CHANNELS
    assert all(one.chunks > len(("OPN", "MSG", "MSG", "CLO")) for one in made)


@pytest.mark.acceptance
def test_the_server_of_node_opcua_answers(node, store, client_party, server_party):
    async def talk():
        keys = [store / name for name in ("pki", "server.pem", "server.key")]
        async with running(node, "server.js", store, *keys) as program:
            line = b""
            while not line.startswith(b"port "):
                line = await asyncio.wait_for(program.stdout.readline(), WITHIN)
                assert line, (store / "stderr").read_text()
            return [await exchange(int(line[5:]), name, mode) for name, mode in CHANNELS]

    async def exchange(port, name, mode):
        url = f"opc.tcp://127.0.0.1:{port}"
        channel = SecureChannel(
            next(one for one in POLICIES.values() if one.name == name),
            mode,
            server=False,
            certificate=client_party.certificate,
            key=client_party.key,
            peer_certificate=server_party.certificate,
        )
        async with connected(port, channel, url) as client:
            request = ua.GetEndpointsRequest()
            request.Parameters.EndpointUrl = url
            request.Parameters.LocaleIds = LONG
            before = (await client.ask(request)).Endpoints
            await client.renew()
            after = (await client.ask(request)).Endpoints
            fault = await client.ask(ua.ReadRequest())
            await client.close()
            return before, after, fault

    for before, after, fault in asyncio.run(talk()):
        assert before == after
        assert {one.SecurityPolicyUri for one in before} == set(POLICIES)
        assert isinstance(fault, ua.ServiceFault)
