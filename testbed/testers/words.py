"""Values in words, in both languages: what stands under `expected` and `received`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from testbed.model.base import Text
from testbed.protocols.modbus import ExceptionCode
from testbed.protocols.tls import Alert, OtherAlert
from testbed.testers.answer import Array, Instead, Reaction
from testbed.testers.modbus.reply import OtherException, Reply
from testbed.testers.modbus.sessions import Handshake

_MOST_ITEMS = 12
"""Values of a list that are written out."""

_HANDSHAKES = {
    Handshake.ACCEPTED: Text(en="a session", ko="세션 성립"),
    Handshake.ALERT: Text(en="a fatal alert", ko="치명적 경고(fatal alert)"),
    Handshake.FOREIGN: Text(en="bytes that are no TLS", ko="TLS가 아닌 바이트"),
}
_REACTIONS = {
    Reaction.NORMAL: Text(en="a normal response", ko="정상 응답"),
    Reaction.SILENCE: Text(en="no answer", ko="응답 없음"),
    Reaction.CLOSED: Text(en="the connection closed", ko="연결 종료"),
}


def words(value: object) -> Text:  # noqa: C901, PLR0911, PLR0912 - one line a kind of value
    """Say a value as a reader of the standard would."""
    match value:
        case Reaction():
            return _REACTIONS[value]
        case Handshake():
            return _HANDSHAKES[value]
        case Alert() | OtherAlert():
            name = f"{int(value)} ({value.title})"
            return Text(en=f"alert {name}", ko=f"경고 {name}")
        case ExceptionCode():
            name = f"{value:02X} ({value.title})"
            return Text(en=f"exception {name}", ko=f"예외 {name}")
        case OtherException():
            return Text(
                en=f"exception {value:02X} (not defined by the standard)",
                ko=f"예외 {value:02X} (표준에 없음)",
            )
        case Instead():
            return Text(en=value.said, ko=value.said_ko)
        case Reply():
            return words(value.exception)
        case bool():
            return Text(en="1" if value else "0", ko="1" if value else "0")
        case int() if isinstance(said := getattr(value, "said", None), Text):
            return said  # a status code and the way in which it came
        case Enum() if isinstance(said := getattr(value, "said", None), Text):
            return said
        case int() if isinstance(title := getattr(value, "title", None), str):
            return _same(f"{title} (0x{value:08X})")  # a status code of OPC UA
        case int():
            return _same(f"{value} (0x{value:04X})" if value >= 0 else str(value))
        case bytes():
            return _same(
                value[: _MOST_ITEMS * 2].hex(" ").upper() + (" …" if len(value) > _MOST_ITEMS * 2 else "")
            )
        case set() | frozenset():
            return _several(sorted(value, key=str))
        case None:
            return Text(en="none", ko="없음")
        case range():
            return Text(en=f"{value[0]} to {value[-1]}", ko=f"{value[0]}~{value[-1]}")
        case Array():
            shown = ", ".join(words(one).en for one in value[:_MOST_ITEMS])
            return _same(f"[{shown}{', …' if len(value) > _MOST_ITEMS else ''}]")
        case tuple() | list():
            return _several(list(value))
        case _:
            return _same(str(value)[:200])


def either(values: Iterable[object]) -> Text:
    """Say that any one of some values is right."""
    said = [words(value) for value in values]
    return Text(en=" or ".join(one.en for one in said), ko=" 또는 ".join(one.ko for one in said))


def _several(values: list[object]) -> Text:
    if values and all(isinstance(value, bool) for value in values):
        bits = "".join("1" if value else "0" for value in values)
        return Text(en=f"bits {_cut(bits)}", ko=f"비트 {_cut(bits)}")
    if values and all(type(value) is int for value in values):
        shown = " ".join(f"{value:04X}" for value in values[:_MOST_ITEMS] if isinstance(value, int))
        rest = f" … ({len(values)})" if len(values) > _MOST_ITEMS else ""
        return Text(en=f"registers {shown}{rest}", ko=f"레지스터 {shown}{rest}")
    said = [words(value) for value in values[:_MOST_ITEMS]]
    return Text(
        en=", ".join(one.en for one in said) or "nothing", ko=", ".join(one.ko for one in said) or "없음"
    )


def _cut(bits: str) -> str:
    return bits if len(bits) <= 8 * _MOST_ITEMS else f"{bits[: 8 * _MOST_ITEMS]}… ({len(bits)})"


def _same(text: str) -> Text:
    return Text(en=text, ko=text)
