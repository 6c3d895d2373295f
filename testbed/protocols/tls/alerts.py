"""Alerts of TLS by number and name (RFC 8446, 6 and B.2; RFC 5246, 7.2)."""

from __future__ import annotations

from enum import IntEnum


class Alert(IntEnum):
    """Why one side ends a session."""

    CLOSE_NOTIFY = 0
    UNEXPECTED_MESSAGE = 10
    BAD_RECORD_MAC = 20
    DECRYPTION_FAILED = 21
    RECORD_OVERFLOW = 22
    DECOMPRESSION_FAILURE = 30
    HANDSHAKE_FAILURE = 40
    NO_CERTIFICATE = 41
    BAD_CERTIFICATE = 42
    UNSUPPORTED_CERTIFICATE = 43
    CERTIFICATE_REVOKED = 44
    CERTIFICATE_EXPIRED = 45
    CERTIFICATE_UNKNOWN = 46
    ILLEGAL_PARAMETER = 47
    UNKNOWN_CA = 48
    ACCESS_DENIED = 49
    DECODE_ERROR = 50
    DECRYPT_ERROR = 51
    EXPORT_RESTRICTION = 60
    PROTOCOL_VERSION = 70
    INSUFFICIENT_SECURITY = 71
    INTERNAL_ERROR = 80
    INAPPROPRIATE_FALLBACK = 86
    USER_CANCELED = 90
    NO_RENEGOTIATION = 100
    MISSING_EXTENSION = 109
    UNSUPPORTED_EXTENSION = 110
    UNRECOGNIZED_NAME = 112
    BAD_CERTIFICATE_STATUS_RESPONSE = 113
    UNKNOWN_PSK_IDENTITY = 115
    CERTIFICATE_REQUIRED = 116
    NO_APPLICATION_PROTOCOL = 120

    @property
    def title(self) -> str:
        """Its name as the standard writes it."""
        return self.name.lower()


class OtherAlert(int):
    """A number that no standard known here gives to an alert."""

    @property
    def title(self) -> str:
        """What to call it."""
        return "not known"


AnyAlert = Alert | OtherAlert

_KNOWN = frozenset(Alert)
_MARKS = ("_ALERT_", "SSLV3_", "TLSV13_", "TLSV1_")


def alert_of(number: int) -> AnyAlert:
    """Return the alert of a number from 0 to 255."""
    return Alert(number) if number in _KNOWN else OtherAlert(number)


def alert_of_openssl(reason: str) -> Alert | None:
    """Return the alert that OpenSSL names as the reason of an error; None where the reason is another.

    It writes `SSLV3_ALERT_HANDSHAKE_FAILURE` or `TLSV13_ALERT_CERTIFICATE_REQUIRED` where one came in.
    """
    for mark in _MARKS:
        name = reason.partition(mark)[2].replace("USER_CANCELLED", "USER_CANCELED")
        if name in Alert.__members__:
            return Alert[name]
    return None
