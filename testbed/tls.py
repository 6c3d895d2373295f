"""The words of Modbus/TCP Security that suites use, beside those of `testbed.modbus`."""

from testbed.protocols.tls import Extension, Version
from testbed.testers.modbus.hellos import (
    ECDHE_ECDSA_AES_128_GCM_SHA256,
    ECDHE_RSA_AES_128_GCM_SHA256,
    MANDATORY,
    SECP256R1,
    first_hello,
)
from testbed.testers.modbus.sessions import Handshake

ACCEPTED = Handshake.ACCEPTED
ALERT = Handshake.ALERT
FOREIGN = Handshake.FOREIGN

__all__ = [
    "ACCEPTED",
    "ALERT",
    "ECDHE_ECDSA_AES_128_GCM_SHA256",
    "ECDHE_RSA_AES_128_GCM_SHA256",
    "FOREIGN",
    "MANDATORY",
    "SECP256R1",
    "Extension",
    "Version",
    "first_hello",
]
