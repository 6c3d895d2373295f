"""OPC UA codec, sans I/O: connection protocol, secure channel, and the services in binary encoding."""

from testbed.protocols.opcua.channel import SecureChannel
from testbed.protocols.opcua.chunk import Aborted, Chunk, Reassembly, TooLarge
from testbed.protocols.opcua.errors import DecodeError, EncodeError, SecurityError, UnknownType
from testbed.protocols.opcua.policies import NO_SECURITY, POLICIES, SIGN, SIGN_AND_ENCRYPT, Policy
from testbed.protocols.opcua.securing import Tamper
from testbed.protocols.opcua.security_headers import AsymmetricHeader
from testbed.protocols.opcua.services import decode_service, encode_service, encoding_id
from testbed.protocols.opcua.status import Status, Statuses, status
from testbed.protocols.opcua.uacp import (
    ABORT,
    ACK,
    CLO,
    ERR,
    FINAL,
    HEL,
    INTERMEDIATE,
    MSG,
    OPN,
    PORT,
    RHE,
    Acknowledge,
    ErrorMessage,
    Framer,
    Header,
    Hello,
    ReverseHello,
    header,
)

__all__ = [
    "ABORT",
    "ACK",
    "CLO",
    "ERR",
    "FINAL",
    "HEL",
    "INTERMEDIATE",
    "MSG",
    "NO_SECURITY",
    "OPN",
    "POLICIES",
    "PORT",
    "RHE",
    "SIGN",
    "SIGN_AND_ENCRYPT",
    "Aborted",
    "Acknowledge",
    "AsymmetricHeader",
    "Chunk",
    "DecodeError",
    "EncodeError",
    "ErrorMessage",
    "Framer",
    "Header",
    "Hello",
    "Policy",
    "Reassembly",
    "ReverseHello",
    "SecureChannel",
    "SecurityError",
    "Status",
    "Statuses",
    "Tamper",
    "TooLarge",
    "UnknownType",
    "decode_service",
    "encode_service",
    "encoding_id",
    "header",
    "status",
]
