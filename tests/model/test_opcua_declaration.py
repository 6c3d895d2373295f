"""Declarations of OPC UA servers: what is accepted, what it means, and what is said about a wrong one."""

import json
from pathlib import Path

import pytest
from asyncua.ua import VariantType
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.declaration import Declaration
from testbed.model.document import DocumentError, load
from testbed.model.opcua.node_id import node_name
from testbed.model.opcua.nodes import BUILTINS
from testbed.model.opcua.units import mandatory_units, profile_named, profiles, unit_named, units
from tests.model import opcua_profiles

SOURCE = Path(__file__).parents[3] / "shared" / "catalogue" / "opcua-profiles.json"
NODE = "nsu=https://example.org/plc;s=A"


def complaints(read, *lines):
    with pytest.raises(DocumentError) as caught:
        read(*lines)
    return str(caught.value)


def test_the_smallest_declaration_assumes_the_careful_things(opcua):
    one = opcua()

    assert (one.protocol, one.sessions, one.isolated, one.user, one.supports) == ("opcua", 1, False, None, ())
    assert (one.channel.policy, one.channel.mode, one.limits.channels) == ("None", "None", None)
    assert {name for name, amount in one.facts.items() if amount} == {"sessions", "anonymous"}


def test_a_claim_brings_every_mandatory_unit_of_what_it_includes(opcua):
    facts = opcua("claims: [Nano Embedded Device 2022 Server Profile]", "supports: [Method Call]").facts

    assert facts["Attribute Read"] == facts["UA Binary Encoding"] == facts["Time Sync - Support"] == 1
    assert facts["Security ECC Policy"] == facts["Method Call"] == 1
    assert "Attribute Write Values" not in facts


@pytest.mark.parametrize(
    "claim",
    [
        "SecurityPolicy [B] \u2013 Basic256Sha256",
        "securitypolicy [b] - basic256sha256",
        "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256",
    ],
)
def test_a_profile_is_told_by_name_or_uri(opcua, claim):
    assert opcua(f'claims: ["{claim}"]').claims == ("SecurityPolicy [B] \u2013 Basic256Sha256",)


def test_both_lines_of_profiles_are_known():
    assert {"View Basic", "Session Minimum 1"} <= mandatory_units(
        ["Nano Embedded Device 2017 Server Profile"]
    )
    assert {"View Basic 2", "Session Multiple"} <= mandatory_units(["Standard 2022 UA Server Profile"])


def test_what_profiles_include_is_known():
    for one in profiles().values():
        assert profile_named(one.name) == one.name
        assert set(one.includes) <= profiles().keys()
        assert {*one.mandatory, *one.optional} <= units()
    assert {unit_named(name.replace("\u2013", "-")) for name in units()} == units()


@pytest.mark.skipif(not SOURCE.exists(), reason=f"{SOURCE} is not here")
def test_the_profiles_are_those_of_their_sources():
    wanted = opcua_profiles.content(json.loads(SOURCE.read_text(encoding="utf-8")))

    assert opcua_profiles.FILE.read_text(encoding="utf-8") == wanted


NODES = [
    f'{{ id: "{NODE}", type: Double }}',
    f'{{ id: "{NODE}1", type: Double, scratch: true }}',
    f'{{ id: "{NODE}2", type: Int32, array: 10, access: read-only }}',
    f'{{ id: "{NODE}3", type: Int32, matrix: [2, 3], access: write-only }}',
    f'{{ id: "{NODE}4", type: Int32, matrix: [2, 3], scratch: true }}',
]


def test_nodes_and_methods_are_facts(opcua):
    methods = [
        f'{{ object: "{NODE}", method: "{NODE}1", inputs: [{{ Double: 2.0 }}], outputs: [Double] }}',
        f'{{ object: "{NODE}", method: "{NODE}2" }}',
        f'{{ object: "{NODE}", method: "{NODE}3", executable: false }}',
    ]
    facts = opcua(f"nodes: [{', '.join(NODES)}]", f"methods: [{', '.join(methods)}]").facts

    assert (facts["read Double"], facts["scratch Double"], facts["read Int32 array"]) == (2, 1, 1)
    assert (facts["read Int32 matrix"], facts["scratch Int32 matrix"]) == (1, 1)
    assert "scratch Int32 array" not in facts  # it is claimed that nothing writes it
    assert (facts["read_nodes"], facts["scratch_nodes"]) == (4, 2)
    assert (facts["read_only"], facts["write_only"]) == (1, 1)
    assert (facts["methods"], facts["method_inputs"], facts["method_locked"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "claims: [Nano Embedded Device 2022 Server]",
            "did you mean `Nano Embedded Device 2022 Server Profile`?",
        ),
        ("claims: [zzzz]", "`claims.0`: `zzzz` is no known profile or facet; OPC 10000-7 has the names"),
        ("claims: [UA-TCP UA-SC UA-Binary, ua-tcp ua-sc ua-binary]", "`UA-TCP UA-SC UA-Binary` stands twice"),
        (
            "supports: [Session Base, Atribute Read]",
            "`supports.1`: `Atribute Read` is no known conformance unit; did you mean `Attribute Read`?",
        ),
        ("supports: [session base]", "`supports.0`: write it as the standard does: `Session Base`"),
        (
            "coils: [{ first: 0, count: 1 }]",
            "is a word of Modbus, and `connect: opc.tcp://plc` speaks OPC UA; remove it, or write `connect: tcp://",
        ),
        ("transactions: 2", "`transactions`: is a word of Modbus"),
        ("connect: opc.tcp://plc?unit=1", "is not of the form `opc.tcp://HOST:PORT/PATH`"),
        ("channel: { policy: Basic256Sha256 }", "policy Basic256Sha256 does not go with mode None"),
        ("channel: { policy: Basic265 }", "'Aes256_Sha256_RsaPss' (it is 'Basic265')"),
        ("channel: { policy: Basic256, mode: Sign }", "is deprecated, and the bed opens no channel with it"),
        (
            "channel: { policy: ECC_nistP256, mode: Sign }",
            "has elliptic curves, which the bed does not cover",
        ),
        ("security: { trusts: [certificate] }", "is missing: the folder that `testbed keys opcua FOLDER`"),
        ("security: { keys: a, trusts: [] }", "is empty; write `authority`, `certificate`, or both"),
        ("security: { keys: a, trusts: [authority, authority] }", "`authority` stands twice"),
        ("security: { keys: a, resumption: true }", "`security.resumption` is a word of Modbus/TCP Security"),
        (
            "channel: { policy: Basic256Sha256, mode: Sign, key: a }",
            "`certificate` and `key` belong together: write both, or leave both out",
        ),
        (
            "user: { name: operator, password: secret }",
            "write `password: { env: NAME }` and set the variable NAME, or `password: { file: PATH }`",
        ),
        ("user: { name: operator, password: 12345 }", "a password does not belong in a declaration"),
        ("user: { name: operator, password: [secret] }", "a password does not belong in a declaration"),
        (
            "user: { name: operator, password: { env: A, file: b } }",
            "write one of `env: NAME` and `file: PATH`",
        ),
        ("user: { name: operator, password: {} }", "write one of `env: NAME` and `file: PATH`"),
        ("user: operator:secret", "`user`: input should be a valid dictionary"),
        ("user: { name: operator }", "`user.password` is missing"),
        ("limits: { chanels: 4 }", "unknown key `limits.chanels`; did you mean `channels`?"),
        ("limits: { channels: 201 }", "less than or equal to 200"),
        ('nodes: [{ id: "s", type: Double }]', "is no node id; write `nsu=URI;s=Name`, or `i=NUMBER`"),
        ('nodes: [{ id: "ns=65536;s=A", type: Double }]', "has the namespace index 65536"),
        ('nodes: [{ id: "i=4294967296", type: Double }]', "a number from 0 to 4294967295"),
        ('nodes: [{ id: "g=1", type: Double }]', "which is no GUID"),
        ('nodes: [{ id: "b=!", type: Double }]', "which is no Base64"),
        (f'nodes: [{{ id: "{NODE}", type: double }}]', "`nodes.0.type`: input should be 'Boolean', 'SByte'"),
        (f"nodes: [{NODES[0]}, {NODES[0]}]", f"`{NODE}` stands twice"),
        (
            f'nodes: [{{ id: "{NODE}", type: Double, array: 2, matrix: [1, 2] }}]',
            "cannot be both array and matrix",
        ),
        (f'nodes: [{{ id: "{NODE}", type: Double, matrix: [1] }}]', "at least 2 items"),
        (f'nodes: [{{ id: "{NODE}", type: Double, array: 0 }}]', "greater than or equal to 1"),
        (
            f'nodes: [{{ id: "{NODE}", type: Double, scratch: true, access: write-only }}]',
            "cannot be both scratch and write-only: such a value cannot be read, nor put back",
        ),
        (
            f'methods: [{{ object: "{NODE}", method: "{NODE}", inputs: [{{ Int16: 40000 }}] }}]',
            "40000 is no Int16",
        ),
        (f'methods: [{{ object: "{NODE}", method: "{NODE}", inputs: [{{ Byte: -1 }}] }}]', "-1 is no Byte"),
        (
            f'methods: [{{ object: "{NODE}", method: "{NODE}", inputs: [{{ Boolean: 1 }}] }}]',
            "1 is no Boolean",
        ),
        (
            f'methods: [{{ object: "{NODE}", method: "{NODE}", inputs: [{{ Float: 1.0e+39 }}] }}]',
            "is no Float",
        ),
    ],
)
def test_one_fault_is_one_complaint_with_its_line(opcua, line, fault):
    said = complaints(opcua, line)

    assert len(said.splitlines()) == 1
    assert said.startswith("plc.yaml: line ")
    assert fault in said
    assert "secret" not in said
    assert "12345" not in said


def test_a_modbus_declaration_has_no_words_of_opcua(declared):
    said = complaints(declared, "claims: [UA-TCP UA-SC UA-Binary]", f"nodes: [{NODES[0]}]").splitlines()

    assert [line.split(":")[1] for line in said] == [" line 5", " line 6"]
    assert all("is a word of OPC UA, and `connect: sim:plc` speaks Modbus" in line for line in said)


def test_a_modbus_declaration_says_what_it_supports(declared):
    assert "`supports`: lacks at least 1 item" in complaints(declared, "supports: []")


@pytest.mark.parametrize("connect", ["opc.tcp://plc:4840/UA", "sim:opcua-plc", "sim:opcua-transmitter"])
def test_a_declaration_is_read_back_from_its_json(opcua, connect):
    one = opcua(
        f"connect: {connect}", f"nodes: [{', '.join(NODES)}]", "user: { name: A, password: { env: B } }"
    )

    assert Declaration.model_validate_json(one.model_dump_json()) == one
    assert one.protocol == "opcua"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("i=2258", (0, "i", "2258")),
        ("ns=3;s=A;B=C", (3, "s", "A;B=C")),
        ("nsu=urn:a%3Bb%25;s=A", ("urn:a;b%", "s", "A")),
        ("g=00000000-0000-0000-0000-00000000000A", (0, "g", "00000000-0000-0000-0000-00000000000A")),
        ("ns=1;b=AAE=", (1, "b", "AAE=")),
    ],
)
def test_node_ids_are_taken_apart(text, parts):
    name = node_name(text)

    assert (name.namespace, name.kind, name.identifier) == parts


@given(st.text() | st.text("nsu=;isgb0123456789-").map("ns".__add__))
def test_any_text_is_a_node_id_or_a_value_error(text):
    try:
        name = node_name(text)
    except ValueError:
        return
    assert name.identifier


def test_built_in_types_are_those_of_the_standard():
    assert ("Null", *BUILTINS) == tuple(kind.name for kind in VariantType)


def test_example_and_simulator_are_declared():
    folder = Path(__file__).parents[2] / "profiles" / "devices"
    for name in ("sim-opcua-plc", "example-opcua"):
        one = load(Declaration, (folder / f"{name}.yaml").read_text(encoding="utf-8"), name)
        assert one.facts["read_nodes"]
        assert one.facts["scratch_nodes"]
