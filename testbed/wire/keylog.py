"""The secrets of TLS sessions, as OpenSSL writes them for Wireshark (draft-ietf-tls-keylogfile).

OpenSSL writes to a file alone, so there is one, readable by nobody else and gone with the run. It holds
secrets of sessions, never a key that identifies anybody.
"""

from __future__ import annotations

import os
import ssl
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path


class KeyLog:
    """One key log, for the sessions of all contexts that write to it."""

    def __init__(self) -> None:
        number, name = tempfile.mkstemp(prefix="testbed-keylog-")  # mode 0600
        os.close(number)
        self._path = Path(name)
        weakref.finalize(self, self._path.unlink, missing_ok=True)
        self._read = 0
        self._lines: dict[str, list[str]] = {}
        """The lines of each session, by the client's random number in hexadecimal."""

    def watch(self, context: ssl.SSLContext) -> None:
        """Have the sessions of a context logged."""
        context.keylog_filename = str(self._path)

    def lines_of(self, random: bytes) -> Sequence[str]:
        """Return what is logged of the session that began with this random number of the client's."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("ascii", errors="replace").splitlines():
            words = line.split()
            if len(words) == 3:  # noqa: PLR2004 - label, random number, secret
                self._lines.setdefault(words[1].lower(), []).append(line)
        return self._lines.get(random.hex(), ())
