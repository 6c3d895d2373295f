"""`testbed declare opc.tcp://…`: drafts what a review accepts and preflight finds true, by reads alone."""

import asyncio
import json
import re

import pytest
from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.model.connect import endpoint
from testbed.model.opcua.nodes import BUILTINS
from testbed.model.review import review
from testbed.plugin.preflight import look
from testbed.plugin.setup import prepare, prepare_text
from testbed.testers.manners import Manners
from testbed.testers.opcua.permission import Permission
from testbed.testers.opcua.scout import Found, Wishes, scout
from testbed.testers.opcua.scout_nodes import text_of
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import in_process
from tests.testers.opcua import setups
from tests.testers.opcua.setups import server
from tests.testers.setups import device, nobody, serving

READS = {
    "OpenSecureChannelRequest",
    "CreateSessionRequest",
    "ActivateSessionRequest",
    "ReadRequest",
    "BrowseRequest",
    "BrowseNextRequest",
    "CloseSessionRequest",
    "GetEndpointsRequest",
}
FAST = ("--pace", "10000")


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Every request that is sent; none may be anything but a read or a browse."""
    kept, check = set(), Permission.check

    def keep(self, request):
        kept.add(type(request).__name__)
        return check(self, request)

    monkeypatch.setattr(Permission, "check", keep)
    yield kept
    assert kept <= READS


def scouted(made, **manners):
    """What the scout finds of a simulated server, in virtual time."""
    found = Found(endpoint("sim:opcua-plc"))

    async def go():
        await scout(in_process(made().serve()), Wishes(2, Manners(**manners)), found, lambda _: None)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(go())
    return found


def test_the_draft_has_a_node_of_every_type_and_rank(said, tmp_path, asked):
    status, out, err = said("declare", "sim:opcua-plc", "--out", str(tmp_path / "draft.yaml"))

    assert (status, out) == (0, "")
    assert len(err.splitlines()) == 2
    assert {"ReadRequest", "BrowseRequest"} <= asked
    setup = prepare(tmp_path / "draft.yaml")
    declared = setup.declaration
    assert {(node.type, node.rank) for node in declared.nodes} == {
        (kind, rank) for kind in BUILTINS for rank in ("scalar", "array", "matrix")
    }
    assert not any(node.scratch for node in declared.nodes)
    assert (declared.methods, declared.isolated, declared.sessions) == ((), False, 16)
    assert (declared.device.vendor, declared.device.model) == ("Mother Factory", "SIM-PLC")
    assert {"Core 2022 Server Facet", "Method 2022 Server Facet"} <= set(declared.claims)
    assert "Session Multiple" in declared.supports
    assert review(declared, setup.profile, [one.catalogue for one in setup.suites]).holds
    assert look(setup).found == ()


def test_what_stands_behind_marks_are_lines_of_a_declaration(said):
    _, out, _ = said("declare", "sim:opcua-plc")
    granted = re.sub(r"(?m)^#(  - \{ id: .*scratch: true)", r"\1", out)
    granted = re.sub(r"(?m)^# ?(methods:|  - \{ object: .*)", r"\1", granted).replace("#  - ", "  - ")
    setup = prepare_text(granted.replace("isolated: false", "isolated: true"), "draft.yaml")

    assert setup.declaration.facts["scratch_nodes"] == 75
    assert len(setup.declaration.methods) >= 5
    assert [found for found in look(setup).found if found.stops] == []


def test_secured_endpoints_are_offered_to_be_judged(said):
    _, out, _ = said("declare", "sim:opcua-transmitter")

    for policy in ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"):
        assert f"#   {policy}: Sign, SignAndEncrypt\n" in out
    setup = prepare_text(out, "draft.yaml")
    assert setup.declaration.security is None
    lines = "\n# security: {{ keys: opcua }}\n", "\nsecurity: {}\n"
    uncovered = out.replace(lines[0].format(), lines[1])
    named = re.findall(r"(?m)^#   (SecurityPolicy .*)$", uncovered)
    claims = "".join(f'  - "{one}"\n' for one in named)
    granted = prepare_text(uncovered.replace("claims:\n", f"claims:\n{claims}"), "draft.yaml")
    assert granted.declaration.facts["security_keys"] == 1
    assert granted.declaration.facts["Security Signing Required"] == 1


def test_over_tcp_and_as_json(said):
    with serving(server()) as port:
        where = f"opc.tcp://127.0.0.1:{port}"
        status, out, _ = said("declare", where, "--json", "--most-sessions", "1", *FAST)

    found = json.loads(out)
    assert (status, found["connect"], found["complete"], found["writes"]) == (0, where, True, 0)
    assert (found["sessions"], len(found["nodes"])) == (0, 75)
    assert "Add" in " ".join(found["methods"])
    assert prepare_text(found["declaration"], "draft.yaml").declaration.sessions == 1


@pytest.mark.acceptance
def test_a_run_of_the_draft_ends_without_error(testbed):
    asked = testbed("declare", "sim:opcua-transmitter", "--out", "draft.yaml")
    assert asked.returncode == 0, asked.stderr
    done = testbed("run", "draft.yaml", "--out", "bundle", "--json", "--seed", "1")

    counts = json.loads(done.stdout)["counts"]
    assert (counts["ERROR"], counts["FAIL"]) == (0, 0)
    assert counts["PASS"] > 50


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (setups.NoStrangers, "no anonymous user is let in: Bad_IdentityTokenInvalid"),
        (
            setups.ChangedItsMind,
            "no anonymous user is let in: Bad_IdentityTokenRejected; a draft knows of no",
        ),
        (setups.Full, "no session is created: Bad_TooManySessions; end the server's other clients"),
    ],
)
def test_who_is_not_let_in_is_told_what_to_do(said, made, why):
    with serving(server(made)) as port:
        status, out, err = said("declare", f"opc.tcp://127.0.0.1:{port}", *FAST)

    assert (status, out) == (2, "")
    assert why in err


def test_ports_without_opcua(said):
    with nobody() as port:
        status, _, err = said("declare", f"opc.tcp://127.0.0.1:{port}", *FAST)
    assert status == 2
    assert "refuses the connection" in err
    with serving(device()) as port:
        status, _, err = said("declare", f"opc.tcp://127.0.0.1:{port}", "--patience", "0.3", *FAST)
    assert status == 2
    assert "is this the port of OPC UA over TCP, usually 4840?" in err


@pytest.mark.parametrize("option", [("--units",), ("--at", "7")])
def test_options_of_modbus_are_refused(said, option):
    status, _, err = said("declare", "sim:opcua-plc", *option)

    assert status == 64
    assert "`--units` and `--at` are for Modbus" in err


def test_a_budget_that_is_used_up():
    found = scouted(Plc, reads=12)

    assert (found.stopped, found.reads) == ("the reads granted are used up", 12)
    assert found.names["vendor"] == "Mother Factory"


class Endless(Plc):
    """Every folder has more children, every browse a continuation, for ever."""

    made = 0

    def browse_one(self, *_):
        return self.grown()

    def browse_on(self, *_):
        return self.grown()

    def grown(self):
        made = []
        for _ in range(50):
            type(self).made += 1
            one = ua.ReferenceDescription()
            one.NodeId = ua.ExpandedNodeId(f"Child.{type(self).made}", 2)
            one.NodeClass = ua.NodeClass.Object
            made.append(one)
        return ua.BrowseResult(ContinuationPoint=b"more", References=made)


def test_an_address_space_without_end_is_bounded():
    found = scouted(Endless, reads=300)

    assert not found.crawl.is_whole
    assert found.stopped == ""
    assert found.reads < 300


class Mumbles(Plc):
    """Hangs up after some answers."""

    answers = 0

    def reply(self, channel, *what):
        self.answers += 1
        if self.answers > 30:
            channel.line.transport.abort()
            return
        super().reply(channel, *what)


def test_a_server_that_falls_silent_is_drafted_as_far_as_it_went():
    found = scouted(Mumbles)

    assert found.silent
    assert found.stopped.startswith("the server stopped answering")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (ua.NodeId(7, 0), "i=7"),
        (ua.NodeId("A;%", 1), "nsu=urn:a%3Bb%25;s=A;%"),
        (ua.NodeId(b"\x00\x01", 1), "nsu=urn:a%3Bb%25;b=AAE="),
        (ua.NodeId("A", 9), "ns=9;s=A"),
        (ua.NodeId("A\n", 1), None),
        (ua.NodeId("A" * 300, 1), None),
    ],
)
def test_node_ids_as_a_declaration_writes_them(node, text):
    assert text_of(node, ["http://opcfoundation.org/UA/", "urn:a;b%"]) == text
