"""Wrong set-ups of OPC UA servers: preflight names one cause and a remedy that is true, and never writes."""

import asyncio
import time
from pathlib import Path

import pytest

from testbed.plugin.preflight import NotReadyError, look, reach
from testbed.plugin.setup import prepare, prepare_text
from testbed.testers.opcua.permission import Permission
from testbed.testers.opcua.preflight import reaching
from testbed.wire.opcua_keys import make_folder
from testbed.wire.simulator import simulator
from tests.testers.opcua import setups
from tests.testers.opcua.setups import PLC, certified, server, setup, text
from tests.testers.setups import (
    HangsUp,
    device,
    http_server,
    nobody,
    pasted,
    serving,
    timed,
    tls_server,
)

DEVICES = Path(__file__).parents[3] / "profiles/devices"
READS = {
    "OpenSecureChannelRequest",
    "GetEndpointsRequest",
    "CreateSessionRequest",
    "ActivateSessionRequest",
    "ReadRequest",
    "CloseSessionRequest",
}
SECURED = "{ policy: Basic256Sha256, mode: SignAndEncrypt, certificate: own.pem, key: own.key }"
OPERATOR = "{ name: operator, password: { env: PLC_PASSWORD } }"


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Every request that is sent; none may be anything but a read, or what sessions and channels take."""
    kept, check = set(), Permission.check

    def keep(self, request):
        kept.add(type(request).__name__)
        return check(self, request)

    monkeypatch.setattr(Permission, "check", keep)
    yield kept
    assert kept <= READS


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Waits as short as loopback allows, and no look at a port that does not belong to the test."""
    monkeypatch.setattr(reaching, "LISTEN_WITHIN", 0.3)
    monkeypatch.setattr(reaching, "OTHER_PORTS", ())


def one(made):
    """The only thing that preflight finds."""
    (found,) = look(made).found
    assert found.remedy.en
    assert found.remedy.ko
    assert "{" not in found.said.en.replace("{ ", "")
    return found


MENDED = {
    "another host": (
        setups.Elsewhere,
        {},
        (
            "PF-URL",
            False,
            "names itself opc.tcp://plc-7.plant.example:4840/UA, but opc.tcp://127.0.0.1:{port}",
        ),
        "connect: opc.tcp://plc-7.plant.example:4840/UA",
    ),
    "too many sessions": (
        setups.Narrow,
        {"sessions": "4"},
        ("PF-SESSIONS", False, "4 sessions at once are declared, but 2 were served"),
        "sessions: 2",
    ),
}


@pytest.mark.parametrize(("made", "changes", "wanted", "paste"), MENDED.values(), ids=MENDED)
def test_a_line_mends_it(made, changes, wanted, paste):
    name, stops, said = wanted
    with serving(server(made)) as port:
        found = one(setup(text(port, changes)))

        assert (found.id, found.stops, found.paste) == (name, stops, paste)
        assert said.format(port=port) in found.said.en
        if "connect" not in paste:
            assert look(setup(pasted(text(port, changes), paste))).found == ()


def nodes(line):
    return {"nodes": f"[{{ {line} }}]"}


LEFT = {
    "a name that leads nowhere": (setups.Nameless, {}, "PF-URL-UNUSABLE", "opc.tcp://:4840?"),
    "a path that it does not know": (setups.Picky, {}, "PF-URL-REFUSED", "Bad_TcpEndpointUrlInvalid"),
    "no unsecured endpoint": (
        setups.SecuredOnly,
        {},
        "PF-ENDPOINT",
        "no endpoint has policy None with mode None; the server offers Basic256Sha256 with mode Sign",
    ),
    "no anonymous users": (setups.NoStrangers, {}, "PF-ANONYMOUS", "the endpoint takes UserName"),
    "anonymous users refused": (
        setups.ChangedItsMind,
        {},
        "PF-ANONYMOUS-REFUSED",
        "refused with Bad_IdentityTokenRejected",
    ),
    "no room": (setups.Full, {}, "PF-FULL", "Bad_TooManySessions"),
    "an hour late": (setups.Slow, {}, "PF-CLOCK", "clock is 3600 s behind this computer's"),
    "a namespace that it lacks": (
        setups.Plc,
        nodes('id: "nsu=urn:a;s=A", type: Double'),
        "PF-NAMESPACE",
        "does not have the declared namespace urn:a",
    ),
    "a node that does not exist": (
        setups.Plc,
        nodes(f'id: "{PLC}Static.Duoble", type: Double'),
        "PF-NODE",
        f"{PLC}Static.Duoble does not exist",
    ),
    "an object": (setups.Plc, nodes(f'id: "{PLC}Methods", type: Double'), "PF-NODE-CLASS", "is no variable"),
    "another type": (
        setups.Plc,
        nodes(f'id: "{PLC}Static.Float", type: Double'),
        "PF-NODE-TYPE",
        "Static.Float holds Float, not Double",
    ),
    "another rank": (
        setups.Plc,
        nodes(f'id: "{PLC}Static.DoubleMatrix", type: Double, array: 6'),
        "PF-NODE-TYPE",
        "holds Double[2][3], not Double[6]",
    ),
    "of any type": (
        setups.Plc,
        nodes(f'id: "{PLC}Scratch.Variant", type: Double, scratch: true')
        | {"supports": "[Attribute Write Values]"},
        "PF-NODE-TYPE",
        "takes values of other types than Double, too: DataType BaseDataType",
    ),
    "not to be written": (
        setups.Plc,
        nodes(f'id: "{PLC}Static.Double", type: Double, scratch: true')
        | {"supports": "[Attribute Write Values]"},
        "PF-NODE-ACCESS",
        "is scratch and cannot be written by this user",
    ),
    "not read-only": (
        setups.Plc,
        nodes(f'id: "{PLC}Scratch.Double", type: Double, access: read-only'),
        "PF-NODE-ACCESS",
        "is declared read-only and can be written",
    ),
    "not to be read": (
        setups.Plc,
        nodes(f'id: "{PLC}Access.WriteOnly", type: Int32'),
        "PF-NODE-ACCESS",
        "cannot be read by this user",
    ),
    "a locked method": (
        setups.Plc,
        {
            "methods": f'[{{ object: "{PLC}Methods", method: "{PLC}Methods.Locked" }}]',
            "supports": "[Method Call, Address Space Method]",
        },
        "PF-NODE-ACCESS",
        "cannot be called by this user now",
    ),
}
MENTIONED = {"PF-URL-UNUSABLE", "PF-CLOCK", "PF-NODE-ACCESS"}


@pytest.mark.parametrize(("made", "changes", "name", "said"), LEFT.values(), ids=LEFT)
def test_the_rest_is_named_with_what_to_do(made, changes, name, said):
    with serving(server(made)) as port, timed(15):
        found = one(setup(text(port, changes)))

    assert (found.id, found.stops) == (name, name not in MENTIONED)
    assert said in found.said.en


def test_the_line_of_a_wrong_type_is_right():
    with serving(server()) as port:
        found = one(setup(text(port, nodes(f'id: "{PLC}Static.DoubleMatrix", type: Float'))))

        line = f'{{ id: "{PLC}Static.DoubleMatrix", type: Double, matrix: [2, 3] }}'
        assert found.remedy.en == f"write `{line}`"
        assert look(setup(text(port, {"nodes": f"[{line}]"}))).found == ()


def test_a_secured_channel_is_opened_and_its_user_let_in(tmp_path, monkeypatch):
    make_folder(tmp_path / "keys")
    monkeypatch.setenv("PLC_PASSWORD", "simulated")
    channel = "{ policy: Basic256Sha256, mode: SignAndEncrypt }"
    with serving(server(keys=tmp_path / "keys")) as port:
        declared = text(port, {"channel": channel, "security": "{ keys: keys }", "user": OPERATOR})
        done = look(setup(declared, tmp_path / "a.yaml"))

        assert done.found == ()
        monkeypatch.setenv("PLC_PASSWORD", "wrong")
        found = one(setup(declared, tmp_path / "a.yaml"))
        assert found.id == "PF-USER"
        assert found.said.en.startswith("the user operator is refused with Bad_")
        assert b"simulated" not in done.capture


def test_a_server_that_does_not_trust_us_yet(tmp_path):
    certified(tmp_path)

    class Suspicious(setups.Plc):
        def accept_certificate(self, sent, policy):  # noqa: ARG002 - the server's interface
            raise setups.Broken(setups.status.BadSecurityChecksFailed)

    with serving(server(Suspicious)) as port:
        found = one(setup(text(port, {"channel": SECURED}), tmp_path / "a.yaml"))

    assert found.id == "PF-NOT-TRUSTED"
    assert f"put {tmp_path / 'own.pem'} into the server's trust list" in found.remedy.en


def test_no_endpoint_of_the_declared_policy(tmp_path):
    certified(tmp_path)
    with serving(server(setups.Plain)) as port:
        declared = text(port, {"channel": SECURED})
        found = one(setup(declared, tmp_path / "a.yaml"))

        assert (found.id, found.paste) == ("PF-ENDPOINT", "channel: { policy: None, mode: None }")
        assert look(setup(pasted(declared, found.paste))).found == ()


def test_users_with_a_password_are_not_offered(monkeypatch):
    monkeypatch.setenv("PLC_PASSWORD", "simulated")
    with serving(server(setups.NoUsers)) as port:
        assert one(setup(text(port, {"user": OPERATOR}))).id == "PF-NO-USER-TOKEN"


def test_nothing_listens(monkeypatch):
    with serving(server()) as usual, nobody() as port:
        assert one(setup(text(port))).id == "PF-REFUSED"
        monkeypatch.setattr(reaching, "OTHER_PORTS", (usual,))
        found = one(setup(text(port)))

        assert (found.id, found.paste) == ("PF-PORT", f"connect: opc.tcp://127.0.0.1:{usual}")
        assert look(setup(pasted(text(port), found.paste))).found == ()


def test_a_name_that_does_not_resolve():
    assert one(setup(text(1, {"connect": "opc.tcp://no-such-device.invalid"}))).id == "PF-NAME"


@pytest.mark.parametrize(
    ("factory", "name", "said"),
    [
        (device(), "PF-MODBUS", "speaks Modbus/TCP, not OPC UA"),
        (asyncio.Protocol, "PF-SILENT", "does not answer a Hello"),
        (device(protocol=HangsUp), "PF-HANGS-UP", "ends it without an answer to a Hello"),
    ],
)
def test_modbus_and_mutes_on_the_port(factory, name, said):
    with serving(factory) as port, timed(15):
        found = one(setup(text(port)))

    assert (found.id, found.stops) == (name, True)
    assert said in found.said.en


def test_http_on_the_port_while_opcua_is_at_its_usual_one(monkeypatch):
    with serving(server()) as usual, http_server() as port:
        assert "speaks HTTP" in one(setup(text(port))).said.en
        monkeypatch.setattr(reaching, "OTHER_PORTS", (usual,))
        assert one(setup(text(port))).paste == f"connect: opc.tcp://127.0.0.1:{usual}"


def test_tls_on_the_port(tmp_path):
    with tls_server(tmp_path) as port:
        found = one(setup(text(port)))

    assert (found.id, found.stops) == ("PF-TLS", True)
    assert "write the port of its `opc.tcp` endpoint" in found.remedy.en


@pytest.mark.parametrize(("name", "checks"), [("plc", 6), ("transmitter", 5)])
def test_reference_devices_are_as_declared(name, checks):
    began = time.monotonic()
    done = look(prepare(DEVICES / f"sim-opcua-{name}.yaml"))

    assert done.found == ()
    assert len(done.checks) == checks  # one more where `security` is declared
    assert done.capture[:4] == b"\n\r\r\n"
    assert time.monotonic() - began < 10


def test_a_run_begins_with_it():
    with (
        serving(server()) as port,
        pytest.raises(NotReadyError, match=r"Static\.Duoble does not exist; write node ids"),
    ):
        reach(setup(text(port, nodes(f'id: "{PLC}Static.Duoble", type: Double'))))


@pytest.mark.parametrize(
    "name", ["opcua-says-that-nothing-is-writable", "opcua-reads-in-order-of-attributes"]
)
def test_no_fault_of_a_server_is_taken_for_one_of_the_set_up(name):
    """What a case judges, preflight leaves to it: it may mention it, and never stops the run."""
    declaration = (DEVICES / "sim-opcua-plc.yaml").read_text(encoding="utf-8")

    done = look(prepare_text(declaration, "a.yaml", device=simulator(name)))

    assert [found.sentence("en") for found in done.found if found.stops] == []
