"""Secured messages that are verified wrongly (OPC 10000-6 1.05.04, 6.7.2.5, 6.7.3 and 6.7.7)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import (
    ABORT,
    MSG,
    NO_SECURITY,
    SIGN,
    SIGN_AND_ENCRYPT,
    Chunk,
    DecodeError,
    SecureChannel,
    SecurityError,
    Status,
    Tamper,
    decode_service,
    status,
)
from testbed.protocols.opcua.policies import NONE

if TYPE_CHECKING:
    from asyncua import ua

    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection

CHUNK = slice(3, 4)
"""Where a chunk says whether it is the last one."""
CHANNEL = slice(8, 12)
"""Where it names its channel."""


class _Overlooks(Plc):
    """Does not look at the signatures of some messages."""

    def is_trusted(self, secure: SecureChannel, frame: bytes) -> bool:
        """Say whether a message is taken for what it says."""
        raise NotImplementedError

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Overlook the signature; what is wrong besides is found as ever."""
        if frame.startswith(MSG) and self.is_trusted(secure, frame):
            with suppress(SecurityError):
                return secure.open(frame, ignore=self.IGNORED | {"signature"})
        return super().opened(secure, frame)


@mutant("UA-SEC-MSG-SIGNATURE", "UA-SEC-MSG-UNSIGNED")
class ForgetsSignatures(_Overlooks):
    """Does not verify the signatures of messages that are only signed."""

    def is_trusted(self, secure: SecureChannel, frame: bytes) -> bool:  # noqa: ARG002 - any of them
        """Trust the mode."""
        return secure.mode == SIGN


@mutant("UA-SEC-MSG-SIGNATURE-ENCRYPTED", "UA-SEC-MSG-ERROR", "UA-SEC-MSG-ORACLE", "UA-SEC-MSG-ABORT")
class TrustsEncryption(_Overlooks):
    """Does not verify the signatures of messages that are encrypted."""

    def is_trusted(self, secure: SecureChannel, frame: bytes) -> bool:  # noqa: ARG002 - any of them
        """Trust the mode."""
        return secure.mode == SIGN_AND_ENCRYPT


@mutant("UA-SEC-MSG-ABORT")
class BelievesAborts(_Overlooks):
    """Gives a request up for an abort whose signature is wrong."""

    def is_trusted(self, secure: SecureChannel, frame: bytes) -> bool:  # noqa: ARG002 - on any channel
        """Trust aborts."""
        return frame[CHUNK] == ABORT


class _TakesBareMessages(Plc):
    """Takes messages without any protection on channels of one mode."""

    MODE: int

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Read what cannot be verified as it stands, where it is a request then."""
        try:
            return super().opened(secure, frame)
        except Broken:
            if secure.mode != self.MODE or not frame.startswith(MSG):
                raise
            bare = SecureChannel(NONE, NO_SECURITY, server=True)
            bare.install(secure.channel_id, secure.token_id, b"", b"")
            try:
                chunk = bare.open(frame)
                decode_service(chunk.body)
            except (SecurityError, DecodeError):
                pass
            else:
                return chunk
            raise


@mutant("UA-SEC-MSG-UNSIGNED")
class TakesUnsignedMessages(_TakesBareMessages):
    """Takes messages without a signature on channels that sign."""

    MODE = SIGN


@mutant("UA-SEC-MSG-PLAIN")
class TakesPlainMessages(_TakesBareMessages):
    """Takes messages in clear on channels that encrypt."""

    MODE = SIGN_AND_ENCRYPT


@mutant("UA-SEC-MSG-ERROR")
class ClosesSilently(Plc):
    """Closes without an Error message where a message cannot be verified."""

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Say nothing on an open secured channel."""
        if why == status.BadSecurityChecksFailed and line.channel is not None and line.channel.is_secured:
            line.end(self.LINGER)
        else:
            super().fail(line, why, reason)


class _Waits(Plc):
    """Does not answer what cannot be decrypted for one reason, as if the rest of it were to come."""

    REASON: str
    waits = False

    def reason_of(self, error: SecurityError) -> Broken:
        """Take note of what is wrong."""
        self.waits = error.reason == self.REASON
        return super().reason_of(error)

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Say nothing of it, and close nothing."""
        waits, self.waits = self.waits, False
        if not waits or line.channel is None:
            super().fail(line, why, reason)


@mutant("UA-SEC-MSG-CIPHERTEXT", "UA-SEC-MSG-PLAIN", "UA-SEC-MSG-CLOSE-UNSIGNED")
class WaitsForWholeBlocks(_Waits):
    """Does not answer ciphertext that is no whole number of blocks: it waits for the rest."""

    REASON = "encryption"


@mutant("UA-SEC-MSG-PADDING")
class WaitsForPadding(_Waits):
    """Does not answer a message that is shorter than its padding: it waits for the rest."""

    REASON = "padding"


@mutant("UA-SEC-MSG-ORACLE")
class LooksAtPaddingFirst(Plc):
    """Looks at the padding before the signature, and says what is wrong with it."""

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Take the padding off first."""
        if frame.startswith(MSG) and secure.mode == SIGN_AND_ENCRYPT:
            try:
                secure.open(frame, ignore={"signature"})
            except SecurityError as error:
                if error.reason == "padding":
                    raise Broken(status.BadDecodingError) from error
        return super().opened(secure, frame)


@mutant("UA-SEC-MSG-CLOSE-UNSIGNED")
class IgnoresFalseCloses(Plc):
    """Ignores a CloseSecureChannel that it cannot verify."""

    def take_close(self, line: ServerConnection, frame: bytes) -> None:
        """Go on."""
        try:
            super().take_close(line, frame)
        except Broken:
            if line.channel is None or not line.channel.is_secured:
                raise


@mutant("UA-SEC-MSG-CLOSE-FOREIGN")
class ClosesWhatIsNamed(Plc):
    """Closes the channel that a CloseSecureChannel names, whoever sent it and however."""

    def take_close(self, line: ServerConnection, frame: bytes) -> None:
        """Look for the channel first."""
        named = self.channels.get(int.from_bytes(frame[CHANNEL], "little"))
        if named is not None and named.line is not line:
            named.line.end(self.LINGER)
        super().take_close(line, frame)


@mutant("UA-SC-SECURED")
class SignsFarewellsWrongly(Plc):
    """Sends the response to CloseSession on a secured channel with a wrong signature."""

    parting = False

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Take note of the farewell."""
        self.parting = channel.is_secured
        return super().close_session(channel, request)

    def reply(self, channel: Channel, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        """Change a bit of the signature."""
        parting, self.parting = self.parting, False
        if not parting:
            super().reply(channel, body, request_id, kind)
            return
        wrong = Tamper(signed=lambda chunk: chunk[:-1] + bytes((chunk[-1] ^ 1,)))
        for frame in channel.secure.seal(body, request_id, tamper=wrong):
            channel.line.send(frame)
