"""Every byte of a frame has a name, whatever the frame is."""

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.opcua import (
    ABORT,
    OPN,
    SIGN,
    SIGN_AND_ENCRYPT,
    Acknowledge,
    ErrorMessage,
    Hello,
    ReverseHello,
    encode_service,
)
from testbed.protocols.opcua.dissect import dissect
from testbed.protocols.opcua.tree import MOST_FIELDS
from testbed.protocols.opcua.words import MOST_LETTERS, words
from tests.protocols.opcua.channels import opened


def response(*values):
    found = ua.ReadResponse()
    found.ResponseHeader.Timestamp = None
    found.Results = [ua.DataValue(value) for value in values]
    return found


BODY = encode_service(
    response(
        ua.Variant(1.5, ua.VariantType.Double),
        ua.Variant([1, 2, 3], ua.VariantType.Int32),
        ua.Variant("a\x1b[31m", ua.VariantType.String),
        ua.Variant(ua.Range(1.0, 2.0), ua.VariantType.ExtensionObject),
    )
)
_, SERVER = opened()
FRAMES = [
    SERVER.seal(BODY, 9)[0],
    SERVER.seal(BODY, 9, type=OPN)[0],
    SERVER.seal(ErrorMessage(0x80B90000, "large").encode()[8:], 9, chunk=ABORT)[0],
    Hello(url="opc.tcp://localhost").encode(),
    Acknowledge().encode(),
    ErrorMessage(0x80340000, "why").encode(),
    ReverseHello("urn:server", None).encode(),
]


def said(frame, body=None):
    """The fields by their names, after a look at whether they cover the frame."""
    fields, at = dissect(frame, body), 0
    for one in fields:
        assert one.start == at <= one.end
        assert one.value.isprintable()
        at = one.end
    assert at == len(frame)
    return {one.name: one.value for one in fields}


def test_a_message_is_named_to_its_leaves():
    fields = said(FRAMES[0])

    assert fields["message type"] == "MSG (secured message)"
    assert fields["chunk type"] == "F (final)"
    assert (fields["secure channel id"], fields["security token id"]) == ("5", "7")
    assert (fields["sequence number"], fields["request id"]) == ("1", "9")
    assert fields["TypeId"] == "i=634 (ReadResponse)"
    assert fields["ResponseHeader.ServiceResult"] == "Good"
    assert fields["Results length"] == "4"
    assert fields["Results[0].Value"] == "Double 1.5"
    assert fields["Results[1].Value"] == "Int32[] 3 elements: 1, 2, 3"
    assert fields["Results[2].Value"] == r'String "a\x1b[31m"'
    assert fields["Results[3].Value"] == "ExtensionObject Range (Low 1.0, High 2.0)"


def test_messages_of_the_connection_are_named():
    assert said(FRAMES[3])["endpoint URL"] == '"opc.tcp://localhost"'
    assert said(FRAMES[4])["receive buffer size"] == "65535"
    assert said(FRAMES[5])["error"] == "Bad_NodeIdUnknown"
    assert said(FRAMES[6])["endpoint URL"] == "null"
    assert said(FRAMES[2])["reason"] == '"large"'
    assert said(FRAMES[1])["security policy URI"].endswith('#None"')


def test_an_extension_object_of_a_request_is_named_to_its_leaves():
    request = ua.ActivateSessionRequest()
    request.Parameters.UserIdentityToken = ua.UserNameIdentityToken(UserName="operator", Password=b"secret")
    fields = said(opened()[0].seal(encode_service(request), 1)[0])

    assert fields["Parameters.UserIdentityToken.TypeId"] == "i=324"
    assert fields["Parameters.UserIdentityToken.UserName"] == '"operator"'
    assert fields["Parameters.UserIdentityToken.Password"] == "6 bytes, not shown"


def test_what_was_signed_ends_with_its_signature(client_party, server_party):
    _, server = opened(client_party, server_party, "Basic256Sha256", SIGN)
    frame = server.seal(BODY, 9)[0]

    *_, last = dissect(frame, BODY)
    assert said(frame, BODY)["Results[0].Value"] == "Double 1.5"
    assert (last.name, last.start) == ("signature, or undecoded bytes", len(frame) - 32)


def test_what_was_encrypted_is_named_by_its_body(client_party, server_party):
    _, server = opened(client_party, server_party, "Basic256Sha256", SIGN_AND_ENCRYPT)
    frame = server.seal(BODY, 9)[0]

    fields = {one.name: one for one in dissect(frame, BODY)}
    assert fields["Results[0].Value"].value == "Double 1.5"
    assert (fields["Results[0].Value"].start, fields["Results[0].Value"].end) == (16, len(frame))
    assert said(frame)["signature, or undecoded bytes"].startswith(f"{len(frame) - 16} bytes")


def test_a_part_of_a_message_is_named_by_the_whole():
    frames = SERVER.seal(BODY, 9, most=60)

    assert said(frames[0])["TypeId"] == "i=634 (ReadResponse)"
    assert any(one.name == "Results[0].Value" for one in dissect(frames[-1], BODY))


def test_fields_and_words_are_bounded():
    body = encode_service(response(*[ua.Variant(b"x" * 9999, ua.VariantType.ByteString)] * 500))

    fields = dissect(SERVER.seal(body, 9, most=1 << 24)[0])

    assert len(fields) <= MOST_FIELDS + 10
    assert fields[-1].name == "further bytes"
    assert all(len(one.value) <= MOST_LETTERS + 1 for one in fields)


@pytest.mark.parametrize(
    "value", [["\n" * 9999] * 9999, [[[[[[1]]]]]], ua.NodeId("\x00" * 9999, 1), "\udcff"]
)
def test_words_are_short_and_harmless(value):
    found = words(value)

    assert len(found) <= MOST_LETTERS + 1
    assert found.isprintable()


@given(st.sampled_from(FRAMES), st.data())
def test_damaged_frames_are_covered(frame, data):
    damaged = bytearray(frame)
    for _ in range(data.draw(st.integers(0, 5))):
        damaged[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))

    said(bytes(damaged[: data.draw(st.integers(0, len(frame)))]))


@given(st.binary(max_size=100))
def test_any_bytes_are_covered(data):
    said(data)
    said(b"MSGF" + data)
