"""What the codec writes, read by tshark: a dissector by another author, in another language."""

import pytest
from asyncua import ua

from testbed.protocols.opcua import (
    CLO,
    OPN,
    Acknowledge,
    ErrorMessage,
    Hello,
    encode_service,
    encoding_id,
)
from tests.protocols.conftest import PORT
from tests.protocols.opcua.channels import BASE, opened

OPTIONS = ("-d", f"tcp.port=={PORT},opcua", "-E", "aggregator= ")
MALFORMED = "_ws.malformed"
T = ua.VariantType


def request(cls, **parameters):
    found = cls()
    found.RequestHeader.RequestHandle = 77
    for name, value in parameters.items():
        setattr(found.Parameters, name, value)
    return found


def response(cls, **fields):
    found = cls()
    found.ResponseHeader.RequestHandle = 77
    for name, value in fields.items():
        setattr(found, name, value)
    return found


def values(*held):
    return [ua.DataValue(ua.Variant(value, kind)) for value, kind in held]


MESSAGES = [
    (
        request(
            ua.ReadRequest,
            NodesToRead=[ua.ReadValueId(ua.NodeId(2258), 13), ua.ReadValueId(ua.NodeId("Hot水", 2), 1)],
            TimestampsToReturn=ua.TimestampsToReturn.Both,
        ),
        {
            "opcua.nodeid.numeric": "0 0 2258",  # those of the header are null
            "opcua.nodeid.string": "Hot水",
            "opcua.TimestampsToReturn": "0x00000002",
        },
    ),
    (
        response(
            ua.ReadResponse,
            Results=values(
                (-5, T.Int32), (1.5, T.Double), ("水", T.String), (b"ab", T.ByteString), (True, T.Boolean)
            ),
        ),
        {
            "opcua.Int32": "-5",
            "opcua.Double": "1.5",
            "opcua.String": "水",
            "opcua.ByteString": "6162",
            "opcua.Boolean": "1",
        },
    ),
    (
        response(ua.ReadResponse, Results=values(([1, 2, 3], T.UInt16), ([[1, 2], [3, 4]], T.UInt32))),
        {"opcua.UInt16": "1 2 3", "opcua.UInt32": "1 2 3 4"},
    ),
    (
        response(
            ua.ReadResponse,
            Results=[
                ua.DataValue(
                    ua.Variant(1, T.Byte),
                    ua.StatusCode(0x80340000),
                    ua.win_epoch_to_datetime(0x01DD000000000000),
                    ua.win_epoch_to_datetime(0x01DD000000000000),
                    11,
                    22,
                )
            ],
        ),
        {"opcua.datavalue.SourcePicoseconds": "11", "opcua.datavalue.ServerPicoseconds": "22"},
    ),
    (
        response(
            ua.WriteResponse,
            DiagnosticInfos=[
                # tshark takes the text for the first of locale and text, other than the standard's table
                ua.DiagnosticInfo(1, 2, None, 4, "more", ua.StatusCode(5), ua.DiagnosticInfo(SymbolicId=6))
            ],
        ),
        {
            "opcua.diag.SymbolicId": "1 6",
            "opcua.diag.LocalizedText": "4",
            "opcua.diag.AdditionalInfo": "more",
        },
    ),
    (
        request(ua.BrowseRequest, NodesToBrowse=[ua.BrowseDescription(ua.NodeId(85), 0)]),
        {"opcua.nodeid.numeric": "0 0 0 85 0", "opcua.BrowseDirection": "0x00000000"},
    ),
    (
        request(
            ua.CallRequest,
            MethodsToCall=[ua.CallMethodRequest(ua.NodeId(1), ua.NodeId(2), [ua.Variant(ua.Range(1, 2))])],
        ),
        {"opcua.Low": "1", "opcua.High": "2"},
    ),
    (
        request(ua.ActivateSessionRequest, UserIdentityToken=ua.UserNameIdentityToken("0", "me")),
        {"opcua.UserName": "me"},
    ),
]


CLIENT, SERVER = opened()
CONNECTION = [
    (False, Hello(0, 8192, 16384, 7, 9, "opc.tcp://localhost:4840").encode()),
    (True, Acknowledge(0, 8193, 16385, 8, 10).encode()),
    (False, CLIENT.seal(encode_service(request(ua.OpenSecureChannelRequest)), 1, type=OPN)[0]),
    (True, SERVER.seal(encode_service(response(ua.OpenSecureChannelResponse)), 1, type=OPN)[0]),
]
SERVICES = [(False, CLIENT.seal(encode_service(one), 9)[0]) for one, _ in MESSAGES]
MANY = encode_service(response(ua.ReadResponse, Results=values((list(range(300)), T.Int32))))
CHUNKS = [(True, frame) for frame in SERVER.seal(MANY, 4, most=500)]
END = [
    (False, CLIENT.seal(encode_service(request(ua.CloseSecureChannelRequest)), 2, type=CLO)[0]),
    (True, ErrorMessage(0x80340000, "why").encode()),
]
TRANSPORT = [f"opcua.transport.{name}" for name in ("type", "chunk", "rbs", "mcc", "scid", "reason")]
SECURITY = ["opcua.security.spu", "opcua.security.rqid", "opcua.security.tokenid"]


@pytest.fixture(scope="module")
def read(tshark):
    """All packets of one connection as tshark reads them: starting it takes longest."""
    names = sorted({name for _, expected in MESSAGES for name in expected})
    fields = [MALFORMED, "opcua.servicenodeid.numeric", "opcua.RequestHandle", "opcua.transport.size"]
    packets = [*CONNECTION, *SERVICES, *CHUNKS, *END]
    found = tshark(packets, [*fields, *names, *TRANSPORT, *SECURITY], OPTIONS)
    assert [one["opcua.transport.size"] for one in found] == [str(len(frame)) for _, frame in packets]
    assert {one[MALFORMED] for one in found} == {""}
    return found


@pytest.mark.parametrize("number", range(len(MESSAGES)), ids=lambda at: type(MESSAGES[at][0]).__name__)
def test_a_service_is_what_tshark_reads(read, number):
    message, expected = MESSAGES[number]
    found = read[len(CONNECTION) + number]

    assert found["opcua.servicenodeid.numeric"] == str(encoding_id(type(message)))
    assert found["opcua.RequestHandle"] == "77"
    assert {name: found[name] for name in expected} == expected


def test_a_connection_is_what_tshark_reads(read):
    found = [read[at] for at in (0, 1, 2, 3, -2, -1)]

    assert [tuple(one[name] for name in (*TRANSPORT, *SECURITY)) for one in found] == [
        ("HEL", "F", "8192", "9", "", "", "", "", ""),
        ("ACK", "F", "8193", "10", "", "", "", "", ""),
        ("OPN", "F", "", "", "5", "", f"{BASE}None", "1", ""),
        ("OPN", "F", "", "", "5", "", f"{BASE}None", "1", ""),
        ("CLO", "F", "", "", "5", "", "", "2", "7"),
        ("ERR", "F", "", "", "", "why", "", "", ""),
    ]


def test_a_message_of_many_chunks_is_put_together_by_tshark(read):
    found = read[len(CONNECTION) + len(SERVICES) : -len(END)]

    assert [one["opcua.transport.chunk"] for one in found] == ["C", "C", "F"]
    assert found[-1]["opcua.Int32"] == " ".join(map(str, range(300)))
