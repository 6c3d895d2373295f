"""What cases say of secured messages: right ones, and each thing that can be wrong with one.

OPC 10000-6 1.05.04, 6.7.2 (padding, signature), 6.7.4 (renewals) and 6.7.7 (what a receiver verifies).
"""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import (
    ABORT,
    CLO,
    ERR,
    INTERMEDIATE,
    NO_SECURITY,
    SIGN,
    SIGN_AND_ENCRYPT,
    DecodeError,
    ErrorMessage,
    SecureChannel,
    SecurityError,
    Status,
    Tamper,
    decode_service,
    status,
)
from testbed.protocols.opcua.policies import NONE
from testbed.testers.answer import Reaction
from testbed.testers.opcua.channel_words import HEADER, asking
from testbed.testers.opcua.crafting import RENEW
from testbed.testers.trouble import NotTestable
from testbed.wire.connection import Received

if TYPE_CHECKING:
    from collections.abc import Iterable

    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.reply import Reply
    from testbed.testers.opcua.secure import Secure
    from testbed.wire.opcua_keys import Pair

fresh_nonce = token_bytes
"""A nonce of so many bytes; none may come twice: who remembers them refuses the second (10000-4, 5.6.2)."""

_SIZE = slice(4, 8)
"""Where a chunk says how long it is (10000-6, 7.1.2.2)."""
_CUT = 7
"""Bytes that are cut off: what is left is no whole number of AES blocks."""
_TOO_MUCH = 0xFF
"""A padding size that is more than the whole of a short chunk."""


class Farewell(Status):
    """A status that came in an Error message; equal to the same status."""


def _resized(chunk: bytes) -> bytes:
    return chunk[: _SIZE.start] + len(chunk).to_bytes(4, "little") + chunk[_SIZE.stop :]


def _last_bit(chunk: bytes) -> bytes:
    return chunk[:-1] + bytes((chunk[-1] ^ 1,))


def _overpadded(chunk: bytes) -> bytes:
    return chunk[:-1] + bytes((_TOO_MUCH,))


WRONG_SIGNATURE = Tamper(signed=_last_bit)
"""One bit of the signature is another; it is encrypted, where the mode encrypts, behind that."""
CUT_SHORT = Tamper(sent=lambda chunk: _resized(chunk[:-_CUT]))
"""The last bytes of the ciphertext are missing; the header says so."""
WRONG_PADDING = Tamper(plain=_overpadded)
"""The padding is said to be longer than the chunk, and that is signed well."""
WRONG_PADDING_AND_SIGNATURE = Tamper(plain=_overpadded, signed=_last_bit)
"""What somebody without the keys gets who changes ciphertext: padding and signature are wrong."""


def unprotected(client: Client) -> Tamper:
    """Return what takes signature and encryption off a chunk: all else in it stays right."""
    encrypts = client.channel.mode == SIGN_AND_ENCRYPT
    kept: list[bytes] = []

    def keep(chunk: bytes) -> bytes:
        kept.append(chunk[: -(chunk[-1] + 1)] if encrypts else chunk)
        return chunk

    return Tamper(plain=keep, sent=lambda _: _resized(kept.pop()))


async def channel_in(secure: Secure, mode: int) -> Client:
    """Open, as set-up, a secured channel in a mode.

    Raises:
        NotTestable: no endpoint offers it.
        Undecided: the server opens none.
    """
    if secure.offers(secure.policy, mode) is None:
        raise not_offered(secure.policy.name, mode)
    return await secure.opened(mode=mode)


def not_offered(policy: str, mode: int) -> NotTestable:
    """Return what to raise where no endpoint has a policy and mode."""
    name = {SIGN: "Sign", SIGN_AND_ENCRYPT: "SignAndEncrypt"}[mode]
    said = f"no endpoint offers {policy} with mode {name}"
    return NotTestable(Text(en=said, ko=f"{policy}, {name} 엔드포인트가 제공되지 않음"))


async def asked_with(client: Client, tamper: Tamper) -> Status | Reaction:
    """Ask for the endpoints with a chunk that is wrong on purpose, and say how that ended."""
    return await put(client, b"".join(client.seal(asking(), tamper=tamper)))


async def ended_with(client: Client, tamper: Tamper) -> Status | Reaction:
    """Likewise, for a case to which the code of an Error message is nothing: see `ended_by`."""
    return await ended_by(client, b"".join(client.seal(asking(), tamper=tamper)))


async def ended_by(client: Client, data: bytes) -> Status | Reaction:
    """Send what is wrong on purpose, as `put` does.

    Returns:
        CLOSED for an Error message, too, whatever it says: nothing but the close comes behind it
        (10000-6, 7.1.5). Else what `put` returns.
    """
    reaction = await put(client, data)
    return Reaction.CLOSED if isinstance(reaction, Farewell) else reaction


async def put(client: Client, data: bytes, *shown: Pair) -> Status | Reaction:
    """Send what is wrong on purpose, and say by what kind of message it was met.

    Nothing else of the answer is judged: what a server secures such an answer with, nothing lays down. The
    client says nothing more on this connection.

    Args:
        client: whose channel it is.
        data: chunks as they go.
        shown: certificates beside the channel's own that an answer may be encrypted for.

    Returns:
        the status of an Error message, as a Farewell, or of a fault that can be read; NORMAL for any other
        message.
    """
    client.conversation.out_of_step, client.in_step = True, False
    await client.send(data)
    received = await client.wire.receive(client.reply_within)
    if not isinstance(received, Received):
        return Reaction.SILENCE if client.is_open else Reaction.CLOSED
    client.frames = (*client.frames, received.number)
    reaction = _meaning(client.channel, received.data, shown)
    if received.data.startswith(ERR):
        await client.is_closed()
    return reaction


def _meaning(channel: SecureChannel, frame: bytes, shown: Iterable[Pair]) -> Status | Reaction:
    if frame.startswith(ERR):
        try:
            return Farewell(ErrorMessage.decode(frame).status)
        except DecodeError:
            return Reaction.NORMAL  # an answer, whatever it was to say
    own = (channel.certificate, channel.key)
    for channel.certificate, channel.key in (own, *((one.certificate, one.key) for one in shown)):
        try:
            decoded = decode_service(channel.open(frame).body)
        except (SecurityError, DecodeError):
            continue
        result = Status(decoded.ResponseHeader.ServiceResult.value)
        return result if result.is_bad else Reaction.NORMAL
    return Reaction.NORMAL


async def carried(client: Client, data: bytes) -> Reply:
    """Send chunks as they are and return the answer.

    Raises:
        Unanswered: silence or a close.
    """
    await client.send(data)
    return await client.answer()


def later(client: Client, behind: int) -> bytes:
    """Return a request of now, for a time when so many other chunks were sent on the channel.

    It has the token of now and the sequence number of then: whoever takes the token takes the rest.
    """
    sequence = client.channel.send_sequence + behind
    sealed = client.channel.seal(_endpoints(client), _later_id(client), sequence=sequence)
    return b"".join(sealed)


def undelivered(client: Client) -> bytes:
    """Return the next request of a channel as somebody on the way could take it, before it arrives."""
    return b"".join(client.channel.seal(_endpoints(client), _later_id(client)))


def closing(client: Client) -> bytes:
    """Return an unsigned CloseSecureChannel of a channel, as somebody without its keys could make it."""
    bare = _bare(client)
    body = client.request(ua.CloseSecureChannelRequest())
    return b"".join(bare.seal(body, _later_id(client), type=CLO))


def given_up_with(client: Client, tamper: Tamper) -> bytes:
    """Return the first chunk of a request, and one that aborts it and is wrong on purpose (6.7.3)."""
    number = client.conversation.next_request_id
    reason = ErrorMessage(int(status.BadRequestTooLarge), None).encode()[HEADER:]
    first = client.seal(asking(), chunk=INTERMEDIATE)
    return b"".join(first + client.seal(reason, request_id=number, chunk=ABORT, tamper=tamper))


def relabelled(client: Client) -> bytes:
    """Return a request that names the newest token and is protected with the keys of the one before."""
    return b"".join(client.seal(asking(), previous=True, token_id=client.channel.token_id))


def renewal(client: Client, pair: Pair | None = None, mode: int | None = None) -> bytes:
    """Return the renewal of a channel, with another certificate and its key, or in another mode."""
    channel = client.channel
    own = (channel.certificate, channel.key)
    if pair is not None:
        channel.certificate, channel.key = pair.certificate, pair.key
    sealed = client.opening(request_type=RENEW, mode=mode)
    channel.certificate, channel.key = own
    return b"".join(sealed)


def undress(client: Client) -> None:
    """Go on without security, on a channel that was opened with it."""
    client.conversation.channel = _bare(client)


def other_mode(client: Client) -> int:
    """Return the secured mode that a channel does not have."""
    return SIGN if client.channel.mode == SIGN_AND_ENCRYPT else SIGN_AND_ENCRYPT


def _bare(client: Client) -> SecureChannel:
    """Return a half of the same channel that protects nothing."""
    channel = client.channel
    bare = SecureChannel(NONE, NO_SECURITY, server=False)
    bare.install(channel.channel_id, channel.token_id, b"", b"")
    bare.send_sequence = channel.send_sequence
    return bare


def _endpoints(client: Client) -> bytes:
    return client.request(asking())


def _later_id(client: Client) -> int:
    """A request id that no request of the case has."""
    return client.conversation.next_request_id + 1000
