"""Servers that are hostile in what secures a channel: certificates, nonces, tokens, endpoints, OPN."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from struct import Struct
from typing import Any, ClassVar

from asyncua import ua
from asyncua.ua import ua_binary
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from testbed.protocols.opcua import MSG, OPN, SIGN_AND_ENCRYPT, AsymmetricHeader, encode_service
from testbed.protocols.opcua.asymmetric import leaf, thumbprint
from tests.hostile.opcua.turncoat import Turncoat, is_harmless_request

_ANY_SIZE = 1 << 27
"""Bytes of a chunk that holds whatever it is to hold."""
_CERTIFICATES = 10_000
_GARBAGE = 16 << 20
_LONG_NONCE = 10_000_000
_ENDPOINTS = 100_000
_LENGTH = Struct("<i")
_MARK = "the one endpoint of a session"
_ENDPOINT = ua_binary.struct_to_binary(ua.EndpointDescription())
"""An endpoint with nothing in it."""
_CHOSEN = (("Basic256Sha256", SIGN_AND_ENCRYPT), ("Aes256_Sha256_RsaPss", SIGN_AND_ENCRYPT))
"""Policy and mode of the endpoint that is declared, and of the one that cases choose by themselves."""
_KEY_BITS = 65_536
_DEEP = 100_000
_LONGEST_LIFE = 0xFFFF_FFFF


class Secured(Turncoat):
    """Serves secured channels to the tester's certificates, and turns on them as on others."""

    def perform(self, channel: Any, request: Any) -> Any:
        self.is_hostile |= not is_harmless_request(request)
        return super().perform(channel, request)


class _AnswersOpens(Secured):
    """Does something wrong when a channel is opened."""

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if self.is_hostile and kind == OPN:
            self.open_wrongly(channel, body, request_id)
        else:
            super().reply(channel, body, request_id, kind)

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        """Answer an OPN whose good answer has a body."""
        raise NotImplementedError

    def show(self, channel: Any, body: bytes, request_id: int, certificate: bytes) -> None:
        """Answer an OPN, and show a certificate; an unsecured channel has none, and shows it all the same."""
        secure = channel.secure
        receiver = thumbprint(secure.peer_certificate) if secure.peer_certificate else None
        said = AsymmetricHeader(secure.policy.uri, certificate, receiver)
        for frame in secure.seal(body, request_id, type=OPN, asymmetric=said, most=_ANY_SIZE):
            channel.line.send(frame)


class ShowsManyCertificates(_AnswersOpens):
    """Opens channels with a chain of 10,000 certificates."""

    said = "bytes"
    stops = "bytes"

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        self.show(channel, body, request_id, self.identity.certificate * _CERTIFICATES)


class ShowsGarbage(_AnswersOpens):
    """Opens channels with 16 MiB of garbage as its certificate."""

    said = "bytes"
    stops = "bytes"

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        self.show(channel, body, request_id, random.Random(1).randbytes(_GARBAGE))  # noqa: S311 - the same in every run


class OpensForEver(_AnswersOpens):
    """Answers an OPN, and goes on to answer it."""

    said = "which nothing asked for|flood"
    stops = "which nothing asked for|flood"
    broken = ("UA-ONE-ANSWER",)

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        self.pour(channel.line, lambda: b"".join(channel.secure.seal(body, request_id, type=OPN)))


class OpensInManyChunks(_AnswersOpens):
    """Answers an OPN with a nonce of ten megabytes, in as many chunks as it takes.

    On a secured channel it signs for seconds: after preflight it did not answer in time.
    """

    said = "chunk type|flood|no answer within"
    stops = "chunk type|flood"

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        response = ua.OpenSecureChannelResponse()
        response.Parameters.ServerNonce = bytes(_LONG_NONCE)
        del body
        for frame in channel.secure.seal(encode_service(response), request_id, type=OPN):
            if not channel.line.transport.is_closing():
                channel.line.send(frame)


class OpensWithALongNonce(_AnswersOpens):
    """Answers an OPN with a nonce of ten megabytes, in one chunk.

    On a secured channel it encrypts for seconds: after preflight it did not answer in time.
    """

    said = "bytes|no answer within"
    stops = "bytes"

    def open_wrongly(self, channel: Any, body: bytes, request_id: int) -> None:
        response = ua.OpenSecureChannelResponse()
        response.Parameters.ServerNonce = bytes(_LONG_NONCE)
        del body
        sealed = channel.secure.seal(encode_service(response), request_id, type=OPN, most=_ANY_SIZE)
        channel.line.send(b"".join(sealed))


class GivesLongNonces(Secured):
    """Gives sessions a nonce of ten megabytes."""

    said = "nonce"
    most_memory = 2500.0  # as LongText: sixteen sessions, each with two answers of ten megabytes
    nonce = bytes(_LONG_NONCE)

    def new_nonce(self, session: Any) -> bytes:
        return self.nonce if self.is_hostile else super().new_nonce(session)


class TokensWithoutLife(Secured):
    """Gives its tokens a life of nothing."""

    said = r"^0 \(0x0000\)"
    broken: ClassVar[tuple[str, ...]] = ("UA-OPN-LIFETIME",)
    life = 0

    def answer_open(self, token: ua.ChannelSecurityToken, nonce: bytes) -> ua.OpenSecureChannelResponse:
        token.RevisedLifetime = self.life if self.is_hostile else token.RevisedLifetime
        return super().answer_open(token, nonce)


class TokensForALifetime(TokensWithoutLife):
    """Gives its tokens a life of 49 days."""

    said = "gives no token a life of 12 s or less"
    broken = ()
    life = _LONGEST_LIFE


class ListsManyEndpoints(Secured):
    """Tells of 100,000 endpoints when a session is created."""

    said = "a message of more than 524288 elements"
    stops = "a message of more than 524288 elements"
    broken = ("UA-ENCODING-DECODABLE",)

    def recalled(self, endpoints: list[ua.EndpointDescription]) -> list[ua.EndpointDescription]:
        found = super().recalled(endpoints)
        return [ua.EndpointDescription(EndpointUrl=_MARK)] if self.is_hostile else found

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        mark = _LENGTH.pack(len(_MARK)) + _MARK.encode()
        if self.is_hostile and mark in body:  # to encode each of them would take longer than anybody waits
            start = body.index(mark) - _LENGTH.size
            rest = body[start + _LENGTH.size + len(mark) + len(_ENDPOINT) - _LENGTH.size :]
            body = body[:start] + _LENGTH.pack(_ENDPOINTS) + _ENDPOINT * _ENDPOINTS + rest
        super().reply(channel, body, request_id, kind)


class _Shows(Secured):
    """Shows another certificate than its own, in endpoints and sessions."""

    shown: ClassVar[bytes]

    def endpoints(self, url: str, locales: Any = ()) -> list[ua.EndpointDescription]:
        found = super().endpoints(url, locales)
        if self.is_hostile:
            for one in found:  # of all endpoints they would be no message that the tester takes
                way = (str(one.SecurityPolicyUri).partition("#")[2], int(one.SecurityMode))
                one.ServerCertificate = self.other_certificate() if way in _CHOSEN else None
        return found

    def create_session(self, channel: Any, request: Any) -> Any:
        response = super().create_session(channel, request)
        if self.is_hostile:
            response.Parameters.ServerCertificate = self.other_certificate()
        return response

    def other_certificate(self) -> bytes:
        """Return what is shown."""
        raise NotImplementedError


class OffersALongKey(_Shows):
    """Shows a certificate whose RSA key has 65,536 bits."""

    said = "a key of 65536 bits|a key of 65,536 bits"
    stops = "a key of 65536 bits|a key of 65,536 bits"

    def other_certificate(self) -> bytes:
        return with_long_key(self.identity.key, _KEY_BITS)


class OffersManyCertificates(_Shows):
    """Shows chains of 5,000 certificates: two of them are nearly as long as a message may be."""

    said = "."

    def other_certificate(self) -> bytes:
        return self.identity.certificate * (_CERTIFICATES // 2)


class OffersGarbage(_Shows):
    """Shows seven megabytes of garbage that say to be one certificate."""

    said = "certificate"
    stops = "certificate"
    most_memory = 1250.0  # half of LongText's: sessions as many, each with an answer of seven megabytes

    def other_certificate(self) -> bytes:
        return _wrapped(7_000_000, bytes(7_000_000))


class OffersNesting(_Shows):
    """Shows a certificate of sequences within sequences, 100,000 deep."""

    said = "certificate"
    stops = "certificate"

    def other_certificate(self) -> bytes:
        return _nested()


def _wrapped(size: int, content: bytes = b"") -> bytes:
    """Return a SEQUENCE of so many bytes, in DER."""
    if size < 0x80:
        return bytes((0x30, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x30, 0x80 | len(length))) + length + content


@cache
def _nested() -> bytes:
    heads, size = [b"\x05\x00"], 2
    for _ in range(_DEEP):
        heads.append(_wrapped(size))
        size += len(heads[-1])
    return b"".join(reversed(heads))


@cache
def with_long_key(key: Any, bits: int) -> bytes:
    """Return a certificate with a modulus that nobody can factor or use, signed with another key."""
    modulus = random.Random(1).getrandbits(bits) | 1 | 1 << (bits - 1)  # noqa: S311 - the same in every run
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "long")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(RSAPublicNumbers(65537, modulus).public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    return leaf(made.public_bytes(Encoding.DER))
