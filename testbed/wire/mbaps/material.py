"""A tester's folder in use: contexts for its sessions, and one clear message where a file does not serve."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from testbed.wire.key_files import MaterialError, check_private
from testbed.wire.keylog import KeyLog
from testbed.wire.mbaps.device import make_device
from testbed.wire.mbaps.folder import BAD, ROLES, file_of_role, make_folder

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
ORDINARY = "DEFAULT:@SECLEVEL=0"
"""Cipher suites that the tester offers where a case names none; weak keys are shown on purpose, too."""


class Material:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self, roles: Iterable[str]) -> None:
        """Hold that everything is there and fits.

        Raises:
            MaterialError: with the file and the reason.
        """
        for stem in (*map(file_of_role, roles), *BAD):
            self.context(stem)

    def context(
        self,
        stem: str | None,
        *,
        least: ssl.TLSVersion = TLS_1_2,
        most: ssl.TLSVersion = TLS_1_3,
        suites: str = ORDINARY,
        keylog: KeyLog | None = None,
    ) -> ssl.SSLContext:
        """Return what a session of the tester's is made of.

        The device's certificate is not judged here: cases look at it.

        Args:
            stem: of the certificate's files; None shows none.
            least: the oldest version that is offered.
            most: the newest.
            suites: those of TLS 1.2, as OpenSSL writes them.
            keylog: where the secrets go.

        Raises:
            MaterialError: with the file and the reason.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version, context.maximum_version = least, most
        context.set_ciphers(suites)
        if stem is not None:
            load_pair(context, self.folder / f"{stem}.pem", self.folder / f"{stem}.key", self.folder)
        if keylog is not None:
            keylog.watch(context)
        return context


def load_pair(context: ssl.SSLContext, chain: Path, key: Path, folder: Path) -> None:
    """Load a chain and its key.

    Raises:
        MaterialError: with the file and the reason.
    """
    for path in (chain, key):
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
        except FileNotFoundError as error:
            said = f"{path} is missing; `testbed keys mbaps {folder}` makes a whole new folder"
            raise MaterialError(said) from error
        except OSError as error:
            raise MaterialError(f"{path} cannot be read: {error.strerror}") from error
        if path is key:
            check_private(path, mode)
    try:
        context.load_cert_chain(chain, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", "") or str(error)
        if reason == "KEY_VALUES_MISMATCH":
            raise MaterialError(f"{chain} is not the certificate of {key}") from error
        said = f"{chain} and {key} hold no certificate and key that can be used: {reason}"
        raise MaterialError(said) from error


def _no_password() -> str:
    """Refuse a key with a password, where OpenSSL would ask on the terminal."""
    raise ValueError("the key has a password; write it without one")


@cache
def throw_away(roles: tuple[str, ...] = ROLES) -> Material:
    """Return material that lasts as long as this program, for devices that are simulated in it."""
    holder = tempfile.TemporaryDirectory(prefix="testbed-mbaps-")
    atexit.register(holder.cleanup)
    folder = Path(holder.name) / "keys"
    make_folder(folder, roles)
    make_device(folder)
    return Material(folder)
