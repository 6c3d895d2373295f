"""What cannot be read, and why, of bytes that a peer sent (OPC 10000-6 1.05.04, 5.2 and 6.7)."""

from typing import Any


class DecodeError(ValueError):
    """Bytes that are not what they claim to be.

    Attributes:
        reason: What is wrong, in words.
        start: Index of the first byte that is wrong or missing, in the bytes that were to be decoded.
        end: Index behind the last of them; equal to `start` where bytes are missing.
    """

    def __init__(self, reason: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(f"{reason} (at byte {start})")
        self.reason = reason
        self.start = start
        self.end = start if end is None else end

    @property
    def span(self) -> tuple[int, int]:
        """First guilty byte, and first behind the guilty ones."""
        return self.start, self.end


class EncodeError(ValueError):
    """A value that does not fit the type of its field."""


class UnknownType(DecodeError):  # noqa: N818 - the answer to it is a status, not an error of ours
    """A message body whose type id names no service.

    Attributes:
        node_id: The type id, as asyncua has it.
        body: The bytes behind it.
    """

    def __init__(self, node_id: Any, body: bytes, end: int) -> None:
        super().__init__(f"type id {node_id.to_string()} names no message", 0, end)
        self.node_id = node_id
        self.body = body


class SecurityError(DecodeError):
    """A chunk that the secure channel does not let through.

    Attributes:
        reason: "channel", "token", "policy", "certificate", "thumbprint", "encryption", "padding" or
            "signature": the first that is wrong.
        words: The same as a sentence.
    """

    def __init__(self, reason: str, words: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(words, start, end)
        self.reason, self.words = reason, words
