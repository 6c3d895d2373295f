"""Every cause that preflight can name, in words: one sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.model.preflight import Diagnosis
from testbed.testers.causes import WAY, Cause, diagnosed

_CAUSES: Mapping[str, Cause] = {
    **WAY,
    # The way to the device.
    "NAME": Cause(
        en="{error}",
        ko="호스트 이름 {host}을(를) 찾을 수 없음",
        remedy_en="write the address in numbers, as `connect: tcp://192.0.2.10:502?unit=1`",
        remedy_ko="`connect: tcp://192.0.2.10:502?unit=1`처럼 주소를 숫자로 쓸 것",
    ),
    "PORT": Cause(
        en="nothing listens at {where}, but port {other} of the same host answers Modbus",
        ko="{where}에서는 아무것도 수신하지 않으나 같은 호스트의 포트 {other}에서 Modbus로 응답함",
    ),
    "REFUSED": Cause(
        en="{error}",
        ko="{where}이(가) 연결을 거부함: 그 포트에서 아무것도 수신하지 않음",
        remedy_en="start its Modbus service, or write the port that its manual names",
        remedy_ko="기기의 Modbus 서비스를 켜거나 설명서에 적힌 포트를 쓸 것",
    ),
    "NO-SESSION": Cause(
        en="{error}",
        ko="{where}와(과) TLS 세션이 성립하지 않음",
        remedy_en="let the device trust ca.pem of `security.keys`, and check `security.versions`",
        remedy_ko="기기가 `security.keys`의 ca.pem을 신뢰하게 하고 `security.versions`를 확인할 것",
    ),
    "SERIAL-PORT": Cause(
        en="{error}",
        ko="직렬 포트 {port}을(를) 사용할 수 없음",
        remedy_en="name a port in `connect` that is there, free, and open to this user",
        remedy_ko="존재하고 사용 중이 아니며 이 사용자가 열 수 있는 포트를 `connect`에 쓸 것",
    ),
    "LINE": Cause(
        en="nothing answers on {port} in {here}, but the device answers in {there}",
        ko="{port}의 {here} 설정에서는 응답이 없으나 {there} 설정에서 응답함",
    ),
    "SILENT-LINE": Cause(
        en="nothing answers on {port} at {setting}: neither unit {unit} nor another one, nor "
        "at another setting, as far as tried",
        ko="{port}의 {setting} 설정에서 유닛 {unit}도, 시도한 다른 유닛과 다른 설정도 응답하지 않음",
        remedy_en="see that the device is powered, that the two wires are not swapped, and that its address, "
        "rate, parity and mode are those of `connect`",
        remedy_ko="기기의 전원, 두 선의 극성, 그리고 기기 메뉴의 주소, 속도, 패리티, 모드를 확인할 것",
    ),
    "LOST": Cause(
        en="the device took a connection once, and then no more: {error}",
        ko="기기가 한 번 연결을 받은 뒤 더 이상 받지 않음",
        remedy_en="end its other clients, wait until it has released their connections, and run again",
        remedy_ko="다른 클라이언트를 종료하고 기기가 연결을 해제한 뒤 다시 실행할 것",
    ),
    # Who speaks there.
    "OTHER-PROTOCOL": Cause(
        en="port {port} speaks {name}{greeting}, not Modbus",
        ko="포트 {port}은(는) Modbus가 아니라 {name}(으)로 통신함",
        remedy_en="write the device's Modbus port, which usually is 502",
        remedy_ko="기기의 Modbus 포트(보통 502)로 고칠 것",
    ),
    "OTHER-PORT": Cause(
        en="port {port} speaks {name}{greeting}, not Modbus, but port {other} of the same host does",
        ko="포트 {port}은(는) {name}(으)로 통신하나 같은 호스트의 포트 {other}에서 Modbus로 응답함",
    ),
    "FRAMING": Cause(
        en="port {port} speaks Modbus in {name} framing, without the header of Modbus TCP",
        ko="포트 {port}이(가) Modbus TCP 헤더 없이 Modbus {name} 프레임으로 통신함",
        remedy_en='set the serial server or gateway from "transparent" or "raw TCP" to "Modbus TCP", or have '
        "it judged as it is: `{rtu}` with `profile: modbus-rtu-server@1`",
        remedy_ko="시리얼 서버나 게이트웨이를 투명(raw TCP) 방식에서 Modbus TCP 방식으로 바꾸거나, "
        "그대로 시험하려면 `{rtu}`와 `profile: modbus-rtu-server@1`을 쓸 것",
    ),
    "TLS": Cause(
        en="port {port} expects TLS, and plain Modbus was declared",
        ko="포트 {port}은(는) TLS를 요구하나 평문 Modbus로 선언됨",
        remedy_en="judge it over TLS with `profile: modbus-security@1`, or enable its plain port, or take "
        "TLS off with `{tunnel}` and write `{line}`",
        remedy_ko="`profile: modbus-security@1`로 TLS를 통해 시험하거나, 평문 포트를 켜거나, "
        "`{tunnel}` 명령으로 TLS를 벗기고 `{line}`(으)로 고칠 것",
    ),
    "TLS-PORT": Cause(
        en="port {port} expects TLS, but port {other} of the same host answers plain Modbus",
        ko="포트 {port}은(는) TLS를 요구하나 같은 호스트의 포트 {other}은(는) 평문 Modbus로 응답함",
    ),
    "HANGS-UP": Cause(
        en="port {port} takes the connection and ends it without an answer{registered}",
        ko="포트 {port}이(가) 연결을 받은 뒤 응답 없이 끊음",
        remedy_en="end other clients that hold the device's connections (SCADA, engineering tool), see that "
        "it admits this computer's address, and that the port is the one for Modbus",
        remedy_ko="기기의 연결을 점유한 다른 클라이언트(SCADA, 설정 도구)를 종료하고 "
        "이 컴퓨터의 주소 허용 여부와 Modbus 포트가 맞는지 확인할 것",
    ),
    "FLOODS": Cause(
        en="port {port} sends without end what nobody asked for",
        ko="포트 {port}이(가) 요청하지 않은 데이터를 끝없이 보냄",
        remedy_en="see that `connect` names the device's Modbus port; if it does, the firmware needs mending",
        remedy_ko="`connect`가 기기의 Modbus 포트인지 확인하고, 맞으면 펌웨어를 고칠 것",
    ),
    "SILENT": Cause(
        en="port {port} takes connections, but neither unit {unit} nor another one tried answered a read"
        "{registered}",
        ko="포트 {port}은(는) 연결을 받으나 유닛 {unit}도, 시도한 다른 유닛도 읽기에 응답하지 않음",
        remedy_en="see that Modbus is enabled in the device and that no other client holds it, and write its "
        "unit as `?unit=` in `connect`",
        remedy_ko="기기에서 Modbus가 켜져 있고 다른 클라이언트가 점유하지 않는지 확인하고 "
        "`connect`의 `?unit=`에 유닛을 쓸 것",
    ),
    "UNREADABLE": Cause(
        en="a read was answered with bytes that are no Modbus answer: {shown}",
        ko="읽기에 Modbus 응답이 아닌 바이트가 옴: {shown}",
        remedy_en="see that `connect` names the device's Modbus port; if it does, the cases will judge it",
        remedy_ko="`connect`가 기기의 Modbus 포트인지 확인할 것; 맞다면 케이스가 판정함",
        stops=False,
    ),
    "UNIT": Cause(
        en="unit {declared} does not answer, but unit {unit} does",
        ko="유닛 {declared}은(는) 응답하지 않으나 유닛 {unit}은(는) 응답함",
    ),
    "GATEWAY": Cause(
        en="a gateway answers exception {code:02X} for unit {unit}: the device behind it is not heard",
        ko="게이트웨이가 유닛 {unit}에 예외 {code:02X}(으)로 응답함: 그 뒤의 기기가 응답하지 않음",
        remedy_en="check the device's power, wiring, serial address and bit rate, and write its address as "
        "`?unit=` in `connect`",
        remedy_ko="기기의 전원, 배선, 국번, 통신 속도를 확인하고 `connect`의 `?unit=`에 국번을 쓸 것",
    ),
    "BUSY": Cause(
        en="every read is refused with exception {code:02X} ({title}), {times} of {times} times",
        ko="모든 읽기가 예외 {code:02X}({title})(으)로 거부됨({times}회 중 {times}회)",
        remedy_en="let the device finish starting, end its other clients, then run again",
        remedy_ko="기동을 기다리고 다른 클라이언트를 종료한 뒤 다시 실행할 것",
    ),
    "FAILING": Cause(
        en="every read of the declared {table}s is refused with exception 04 (Server Device Failure)",
        ko="선언된 {table_ko} 읽기가 모두 예외 04(Server Device Failure)로 거부됨",
        remedy_en="clear the device's faults, or correct the addresses: some devices refuse unknown ones so",
        remedy_ko="기기의 고장을 해제하거나 주소를 고칠 것: 없는 주소를 이렇게 거부하는 기기도 있음",
    ),
    # How it is declared.
    "REPLY-WITHIN": Cause(
        en="answers took up to {slowest:.0f} ms, {late} of {times} longer than the declared {declared:g} ms",
        ko="응답이 최대 {slowest:.0f} ms 걸림, 선언한 {declared:g} ms를 넘은 응답 {times}회 중 {late}회",
    ),
    "SESSIONS": Cause(
        en="{declared} connections at once are declared, but {served} were served",
        ko="동시 연결 {declared}개로 선언되었으나 {served}개만 응답함",
        remedy_en="end the device's other clients, or write `{line}`",
        remedy_ko="기기의 다른 클라이언트를 종료하거나 `{line}`(으)로 고칠 것",
        stops=False,
    ),
    "NO-READ": Cause(
        en="no read function is declared together with addresses to read",
        ko="읽기 기능과 읽을 주소가 함께 선언되지 않음",
        remedy_en="add one to `supports`, and its table, as `holding_registers: [{{ first: 0, count: 1 }}]`",
        remedy_ko="`supports`에 읽기 기능을, `holding_registers: [{{ first: 0, count: 1 }}]`처럼 "
        "그 표를 추가할 것",
        stops=False,
    ),
    "NUMBERING": Cause(
        en="address {declared} is refused, but {served} answers: what was declared are entity numbers, which "
        "begin at 1, not addresses of the PDU",
        ko="주소 {declared}은(는) 거부되나 {served}은(는) 응답함: PDU 주소가 아니라 "
        "1부터 시작하는 엔티티 번호로 선언됨",
    ),
    "ONE-TOO-HIGH": Cause(
        en="addresses are declared one higher than the device serves them: they seem to be counted from 1",
        ko="주소가 기기보다 하나 크게 선언됨: 1부터 센 것으로 보임",
    ),
    "ONE-TOO-LOW": Cause(
        en="addresses are declared one lower than the device serves them",
        ko="주소가 기기보다 하나 작게 선언됨",
    ),
    "TABLE": Cause(
        en="the declared {table}s are refused, but {other}s of the same addresses answer",
        ko="선언된 {table_ko}은(는) 거부되나 같은 주소의 {other_ko}은(는) 응답함",
    ),
    "FUNCTION": Cause(
        en="{function} is declared, but refused with exception 01; MB-DECLARED-SERVED will judge it",
        ko="{function} 기능이 선언되었으나 예외 01로 거부됨; MB-DECLARED-SERVED로 판정함",
        remedy_en="leave `{function}` out of `supports` if the device does not have it",
        remedy_ko="기기에 없는 기능이면 `supports`에서 `{function}`을(를) 뺄 것",
        stops=False,
    ),
    "AREA": Cause(
        en="of the declared {table}s only {served} answer",
        ko="선언된 {table_ko} 중 {served_ko}만 응답함",
        stops=False,
    ),
    "ADDRESSES": Cause(
        en="no edge of the declared {table}s answers, nor does an address one below or above",
        ko="선언된 {table_ko}의 양끝과 그 앞뒤 주소가 모두 응답하지 않음",
        remedy_en="write the addresses of the manual, counted from 0, or let `testbed declare {where}` find "
        "them",
        remedy_ko="설명서의 주소를 0부터 세어 쓰거나 `testbed declare {where}`(으)로 찾을 것",
        stops=False,
    ),
    # What stands there.
    "WORD-ORDER": Cause(
        en="{table} {number} holds {value:g} {found} ({order}), not {declared} as declared",
        ko="{table_ko} {number}의 값 {value:g}은(는) 선언한 {declared}가 아니라 "
        "{order}({found_ko}) 순서로 들어 있음",
    ),
    "VALUE-UNIT": Cause(
        en="the known values stand in unit {unit}, not in unit {declared}",
        ko="알려진 값이 유닛 {declared}이(가) 아니라 유닛 {unit}에 있음",
    ),
    "VALUE-TABLE": Cause(
        en="the known values stand in {table}s",
        ko="알려진 값이 {table_ko}에 있음",
    ),
    "VALUE": Cause(
        en="{table} {number} holds {found:g}, not {value:g} ({type}, {order}), and no other order, "
        "neighbour, unit or table explains it",
        ko="{table_ko} {number}의 값은 {value:g}이(가) 아니라 {found:g}임({type}, {order}); "
        "다른 순서, 이웃 주소, 유닛, 표로도 설명되지 않음",
        remedy_en="see that this is the declared device, then correct the value or widen its `within`",
        remedy_ko="선언한 기기가 맞는지 확인하고 값을 고치거나 `within`을 넓힐 것",
    ),
    "VALUE-UNREADABLE": Cause(
        en="the known value at {table} {number} cannot be read, and no neighbour, unit or table explains it",
        ko="{table_ko} {number}의 알려진 값을 읽을 수 없고, 이웃 주소, 유닛, 표로도 설명되지 않음",
        remedy_en="see that this is the declared device, then correct `at` and `table`",
        remedy_ko="선언한 기기가 맞는지 확인하고 `at`과 `table`을 고칠 것",
    ),
}


def diagnosis(name: str, /, *lines: str, **facts: object) -> Diagnosis:
    """Return one cause with its facts filled in.

    Args:
        name: of the cause.
        lines: what takes the place of the same keys of the declaration.
        facts: what its sentences speak of.
    """
    return diagnosed(_CAUSES, name, lines, facts)


def mentioned(found: Diagnosis) -> Diagnosis:
    """Return a cause that does not stop a run this time."""
    return found.model_copy(update={"stops": False})
