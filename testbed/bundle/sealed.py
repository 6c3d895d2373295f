"""Answers under seal: encrypted with a key of their own, so that changing or reading them takes that key."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from testbed.bundle import files
from testbed.bundle.errors import Refused

_BITS = 256
_NONCE = 12
"""Bytes of the nonce of AES-GCM (NIST SP 800-38D, 5.2.1.1)."""


def new_key(path: Path) -> bytes:
    """Write a new key where none stands, readable by its owner alone, and return it.

    Raises:
        OSError: it cannot be written, or the file exists.
    """
    key = AESGCM.generate_key(_BITS)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return key


def read_key(path: Path) -> bytes:
    """Read a key.

    Raises:
        Refused: it is missing, or no key.
    """
    try:
        key = bytes.fromhex(files.read(path, 1024).decode("ascii"))
    except Refused as error:
        raise Refused(f"{path} {error}") from None
    except ValueError:
        raise Refused(f"{path} is not a key of a sealed round") from None
    if len(key) * 8 != _BITS:
        raise Refused(f"{path} is not a key of a sealed round")
    return key


def seal(answers: bytes, key: bytes, about: str) -> str:
    """Encrypt answers, bound to what they are about; return base64."""
    nonce = os.urandom(_NONCE)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, answers, about.encode())).decode()


def open_seal(sealed: str, key: bytes, about: str) -> bytes:
    """Return the answers.

    Raises:
        Refused: another key sealed them, they are about something else, or they were changed.
    """
    try:
        data = b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], about.encode())
    except (InvalidTag, Error, ValueError):
        raise Refused("the seal does not open: it is of another key, or it was changed") from None
