"""What cases say besides their requests: which steps led up to what is judged, and what a server limits."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import TYPE_CHECKING

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import (
    ABORT,
    INTERMEDIATE,
    NO_SECURITY,
    SIGN_AND_ENCRYPT,
    ErrorMessage,
    Tamper,
    status,
)
from testbed.protocols.opcua.asymmetric import thumbprint
from testbed.testers.answer import Array
from testbed.testers.opcua import requests
from testbed.testers.trouble import NotTestable, Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.reply import Reply

LONGEST = 12.0
"""Seconds of the longest life of a token that a case waits for (assumed)."""
HEADER = 8
"""Bytes of a message's header (10000-6, 7.1.2.2): the body of an abort is an Error message without it."""
OVERLAP = 1.25
"""Of its life, how long a token may still be taken (10000-4, 5.6.2.1)."""


def granted(reply: Reply) -> Reply:
    """Return the answer to a step that leads up to what is judged.

    Raises:
        Undecided: it was refused.
    """
    if reply.status != status.Good:
        said = reply.status.title
        raise Undecided(Text(en=f"a step before the one judged: {said}", ko=f"판정 대상 이전의 단계: {said}"))
    return reply


def bearable(reply: Reply) -> Reply:
    """Return the answer to a request of many operations, where the server takes so many at once.

    Raises:
        NotTestable: it does not, and need not (10000-5, 6.3.11).
    """
    if reply.status == status.BadTooManyOperations:
        said = "the server does not take so many operations in one request"
        raise NotTestable(Text(en=said, ko="서버가 한 요청에서 그만큼의 작업을 받지 않음"))
    return reply


def whole(reply: Reply) -> Reply:
    """Return the answer to a browse without a limit, where the server gave all references at once.

    Raises:
        NotTestable: it gave a continuation point, as it may (10000-4, 7.9).
    """
    if any(reply.points):
        said = "the server does not return all references at once"
        raise NotTestable(Text(en=said, ko="서버가 모든 참조를 한 번에 반환하지 않음"))
    return reply


def enabled(flag: Reply) -> None:
    """Go on only where diagnostics are collected, by a read of EnabledFlag.

    Raises:
        NotTestable: they are not, and their values are not readable then (10000-5, 6.3.3).
    """
    if flag.value is not True:
        said = "the server's diagnostics are not enabled"
        raise NotTestable(Text(en=said, ko="서버의 진단 수집이 활성화되어 있지 않음"))


async def outlived(opened: Reply) -> None:
    """Wait until a token has ended, and the quarter of its life for which messages may be late.

    Raises:
        NotTestable: it lives longer than a case waits.
    """
    life = granted(opened).parameters.SecurityToken.RevisedLifetime / 1000
    if life > LONGEST:
        said = f"the server gives no token a life of {LONGEST:g} s or less"
        raise NotTestable(Text(en=said, ko=f"서버가 {LONGEST:g}초 이하의 토큰 수명을 허용하지 않음"))
    await asyncio.sleep(life * OVERLAP + 0.1)


def stated(limit: int, most: int) -> int:
    """Return a limit that the server acknowledged, where a case can exceed it.

    Raises:
        NotTestable: there is none, or it is larger than `most`.
    """
    if not 0 < limit <= most:
        said = f"the server states no limit from 1 to {most}"
        raise NotTestable(Text(en=said, ko=f"서버가 1~{most} 범위의 한도를 밝히지 않음"))
    return limit


def asking(size: int = 0) -> ua.GetEndpointsRequest:
    """Return a GetEndpoints of at least so many bytes, which any server may be asked on a channel."""
    return requests.get_endpoints("opc.tcp://localhost/".ljust(size, "x"), (), ())


def given_up(client: Client) -> bytes:
    """Return the first chunk of a request, and the one that aborts it (10000-6, 6.7.3)."""
    number = client.conversation.next_request_id
    reason = ErrorMessage(int(status.BadRequestTooLarge), None).encode()[HEADER:]
    first = client.seal(asking(), chunk=INTERMEDIATE)
    return b"".join(first + client.seal(reason, request_id=number, chunk=ABORT))


def each(reply: Reply, *names: str) -> Array:
    """Return fields of each result; of several names, tuples; nothing where there are no results.

    Args:
        reply: a list of structures, such as endpoints.
        names: by the standard; a dot leads into a structure within.
    """
    results = reply.results if isinstance(reply.results, Array) else ()
    found = [tuple(attrgetter(name)(one) for name in names) for one in results]
    return Array(one[0] for one in found) if len(names) == 1 else Array(found)


def unfit_mode(client: Client) -> int:
    """Return a security mode that does not go with the client's policy (10000-4, 5.6.2.2 and 7.20)."""
    return SIGN_AND_ENCRYPT if client.channel.policy.is_none else NO_SECURITY


def certificate_uri(certificate: bytes | None) -> str | None:
    """Return the application URI that a certificate names; None where none can be read (10000-6, 6.2.2)."""
    from cryptography import x509  # noqa: PLC0415 - heavy; only cases about certificates need it

    from testbed.protocols.opcua.asymmetric import leaf  # noqa: PLC0415 - it loads cryptography

    try:
        names = x509.load_der_x509_certificate(leaf(certificate or b"")).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (ValueError, x509.ExtensionNotFound):
        return None
    return next(iter(names.value.get_values_for_type(x509.UniformResourceIdentifier)), None)


def flipped(index: int = -1) -> Tamper:
    """Return a change of one bit of a signature, before it is encrypted; of its last byte unless named."""

    def flip(chunk: bytes) -> bytes:
        wrong = bytearray(chunk)
        wrong[index] ^= 1
        return bytes(wrong)

    return Tamper(signed=flip)


def sha1_of(certificate: bytes) -> bytes:
    """Return a certificate's thumbprint: the SHA-1 of it without its issuers (10000-6, 6.7.2.3)."""
    return thumbprint(certificate)
