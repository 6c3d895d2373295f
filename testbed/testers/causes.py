"""Causes that a preflight can name, in words: one sentence, and what to do. Each protocol has its own."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.preflight import Diagnosis
from testbed.wire.dial import UnreachableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Sentences with places for facts; without a remedy of its own it is mended by the lines to paste."""

    en: str
    ko: str
    remedy_en: str = ""
    remedy_ko: str = ""
    stops: bool = True


WAY: Mapping[str, Cause] = {
    "NO-HOST": Cause(
        en="{error}",
        ko="{where}에서 제한 시간 안에 연결 응답이 없음",
        remedy_en="see that `ping {host}` answers and that no firewall stops port {port}",
        remedy_ko="`ping {host}` 응답과 방화벽의 포트 {port} 허용을 확인할 것",
    ),
    "UNREACHABLE": Cause(
        en="{error}",
        ko="{where}에 연결할 수 없음",
        remedy_en="check address, cable and route to the device",
        remedy_ko="기기의 주소, 배선, 경로를 확인할 것",
    ),
}
"""Causes on the way to a device, whatever it speaks."""


def on_the_way(error: UnreachableError) -> str:
    """Return the name of the cause for which no TCP connection could be made."""
    cause = error.__cause__
    if isinstance(cause, TimeoutError):
        return "NO-HOST"
    if isinstance(cause, socket.gaierror | UnicodeError):
        return "NAME"
    return "REFUSED" if "refuses" in str(error) else "UNREACHABLE"


def diagnosed(
    causes: Mapping[str, Cause], name: str, lines: tuple[str, ...], facts: dict[str, object]
) -> Diagnosis:
    """Return one cause with its facts filled in.

    Args:
        causes: by name.
        name: of the cause.
        lines: what takes the place of the same keys of the declaration.
        facts: what its sentences speak of.
    """
    cause = causes[name]
    remedy_en, remedy_ko = cause.remedy_en, cause.remedy_ko
    if not remedy_en:
        facts["quoted"] = " and ".join(f"`{line}`" for line in lines)
        facts["quoted_ko"] = ", ".join(f"`{line}`" for line in lines)
        remedy_en, remedy_ko = "write {quoted}", "{quoted_ko}(으)로 고칠 것"
    return Diagnosis(
        id=f"PF-{name}",
        stops=cause.stops,
        said=Text(en=cause.en.format(**facts), ko=cause.ko.format(**facts)),
        remedy=Text(en=remedy_en.format(**facts), ko=remedy_ko.format(**facts)),
        paste="\n".join(lines),
    )
