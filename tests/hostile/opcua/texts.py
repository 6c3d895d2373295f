"""Servers that want to be obeyed by whoever reads what they say: markup, escapes, marks that turn text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from asyncua import ua

from testbed.protocols.opcua import ErrorMessage, status
from tests.hostile.opcua.turncoat import Turncoat

EVIL = "\x1b[2J\x1b]0;owned\x07</script><script>alert(1)</script>\u202e]]>`[bold]{{7*7}}\x00\r\n|# h\n"


class WritesMarkup(Turncoat):
    """Calls itself, its locales, its URLs and its policies by what a terminal or a browser might obey."""

    said = "script"
    NAMES: ClassVar[Mapping[str, str]] = {EVIL: EVIL}
    PRODUCT_URI = EVIL

    def url_of(self, channel: Any, asked: str | None) -> str:
        return super().url_of(channel, asked) + "/" + EVIL

    def policy_id(self, kind: str, policy: Any, mode: int) -> str:
        return super().policy_id(kind, policy, mode) + EVIL

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        response = super().read(session, request)
        if self.is_hostile:
            for one in response.Results:
                if isinstance(one.Value.Value if one.Value else None, str):
                    one.Value = ua.Variant(EVIL)
        return response

    def described(self, one: Any, mask: int) -> ua.ReferenceDescription:
        said = super().described(one, mask)
        if self.is_hostile:
            said.BrowseName = ua.QualifiedName(EVIL, 1)
            said.DisplayName = ua.LocalizedText(EVIL, EVIL)
        return said


class RefusesWithMarkup(Turncoat):
    """Ends every connection with an Error whose reason is markup."""

    said = "Bad_InternalError"
    stops = "refuses a good Hello with Bad_InternalError"

    def act(self, line: Any, frame: bytes) -> None:  # noqa: ARG002 - as all of them
        line.transport.write(ErrorMessage(int(status.BadInternalError), EVIL).encode())
        line.transport.close()


class OffersMarkup(Turncoat):
    """Offers endpoints alone whose policies and modes are not of any standard."""

    said = "."
    stops = "no endpoint has policy None"

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        found = super().endpoints(url, locales)
        for one in found:
            one.SecurityPolicyUri = EVIL
        return found if self.is_hostile else super().endpoints(url, locales)
