"""Every cause that preflight of an OPC UA server can name, in words: one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.model.preflight import Diagnosis
from testbed.testers.causes import WAY, Cause, diagnosed

_CAUSES: Mapping[str, Cause] = {
    # The way to the server.
    **WAY,
    "NAME": Cause(
        en="{error}",
        ko="호스트 이름 {host}을(를) 찾을 수 없음",
        remedy_en="write the address in numbers, as `connect: opc.tcp://192.0.2.10:4840`",
        remedy_ko="`connect: opc.tcp://192.0.2.10:4840`처럼 주소를 숫자로 쓸 것",
    ),
    "PORT": Cause(
        en="nothing listens at {where}, but port {other} of the same host answers OPC UA",
        ko="{where}에서는 아무것도 수신하지 않으나 같은 호스트의 포트 {other}에서 OPC UA로 응답함",
    ),
    "REFUSED": Cause(
        en="{error}",
        ko="{where}이(가) 연결을 거부함: 그 포트에서 아무것도 수신하지 않음",
        remedy_en="start its OPC UA server, or write the port that its manual names, usually 4840",
        remedy_ko="기기의 OPC UA 서버를 켜거나 설명서에 적힌 포트(보통 4840)를 쓸 것",
    ),
    "LOST": Cause(
        en="the server answered once, and then no more: {error}",
        ko="서버가 응답하다가 더 이상 응답하지 않음: {error_ko}",
        remedy_en="end its other clients, wait until it has released their sessions, and run again",
        remedy_ko="다른 클라이언트를 종료하고 서버가 세션을 해제한 뒤 다시 실행할 것",
    ),
    "GARBLED": Cause(
        en="the server answers with what no client could take: {error}",
        ko="서버가 어떤 클라이언트도 받아들일 수 없는 응답을 보냄: {error_ko}",
        remedy_en="nothing in the declaration mends this: have its vendor look at what it sends, in a "
        "capture of the connection",
        remedy_ko="선언으로 고칠 수 없음: 연결을 캡처하여 서버가 보내는 것을 제조사가 확인할 것",
    ),
    "ENDLESS": Cause(
        en="within {within:g} s no session could be opened: the server answers too slowly, or without an end",
        ko="{within:g}초 이내에 세션을 열 수 없음: 서버의 응답이 너무 느리거나 끝나지 않음",
        remedy_en="restart the server; if it is as slow as that, write a longer `timing.reply_within`",
        remedy_ko="서버를 다시 시작하고, 원래 느린 서버라면 `timing.reply_within`을 늘릴 것",
    ),
    # Who speaks there.
    "OTHER-PROTOCOL": Cause(
        en="port {port} speaks {name}{greeting}, not OPC UA over TCP",
        ko="포트 {port}은(는) OPC UA(TCP)가 아니라 {name}(으)로 통신함",
        remedy_en="write the port of its OPC UA server, which usually is 4840",
        remedy_ko="기기의 OPC UA 포트(보통 4840)로 고칠 것",
    ),
    "OTHER-PORT": Cause(
        en="port {port} speaks {name}{greeting}, not OPC UA over TCP, but port {other} of the same host does",
        ko="포트 {port}은(는) {name}(으)로 통신하나 같은 호스트의 포트 {other}에서 OPC UA로 응답함",
    ),
    "MODBUS": Cause(
        en="port {port} speaks Modbus/TCP, not OPC UA",
        ko="포트 {port}은(는) OPC UA가 아니라 Modbus/TCP로 통신함",
        remedy_en="write the port of its OPC UA server, usually 4840, or have it judged as it is, with "
        "`profile: modbus-tcp-server@1` and `connect: tcp://HOST:PORT?unit=1`",
        remedy_ko="OPC UA 포트(보통 4840)로 고치거나, 그대로 시험하려면 `profile: modbus-tcp-server@1`과 "
        "`connect: tcp://HOST:PORT?unit=1`을 쓸 것",
    ),
    "TLS": Cause(
        en="port {port} expects TLS; OPC UA over TCP has security of its own and knows none",
        ko="포트 {port}은(는) TLS를 요구함; OPC UA(TCP)는 자체 보안을 쓰며 TLS를 쓰지 않음",
        remedy_en="write the port of its `opc.tcp` endpoint, not that of `opc.wss` or `https`",
        remedy_ko="`opc.wss`나 `https`가 아니라 `opc.tcp` 엔드포인트의 포트를 쓸 것",
    ),
    "HANGS-UP": Cause(
        en="port {port} takes the connection and ends it without an answer to a Hello{registered}",
        ko="포트 {port}이(가) 연결을 받은 뒤 Hello에 응답하지 않고 끊음",
        remedy_en="end other clients of the server, see that it admits this computer's address, and that the "
        "port is that of OPC UA",
        remedy_ko="다른 클라이언트를 종료하고 이 컴퓨터의 주소 허용 여부와 OPC UA 포트가 맞는지 확인할 것",
    ),
    "SILENT": Cause(
        en="port {port} takes the connection and does not answer a Hello{registered}",
        ko="포트 {port}이(가) 연결을 받으나 Hello에 응답하지 않음",
        remedy_en="see that the OPC UA server is enabled in the device, and that the port is its own",
        remedy_ko="기기에서 OPC UA 서버가 켜져 있고 포트가 맞는지 확인할 것",
    ),
    "URL-REFUSED": Cause(
        en="the server refuses the endpoint URL {url} with Bad_TcpEndpointUrlInvalid",
        ko="서버가 엔드포인트 URL {url}을(를) Bad_TcpEndpointUrlInvalid로 거부함",
        remedy_en="write host and path in `connect` as the server's own configuration names them",
        remedy_ko="서버 설정에 있는 호스트와 경로를 `connect`에 그대로 쓸 것",
    ),
    "HELLO-REFUSED": Cause(
        en="the server refuses a good Hello with {status}",
        ko="서버가 올바른 Hello를 {status}(으)로 거부함",
        remedy_en="end other clients of the server, restart it, and run again",
        remedy_ko="다른 클라이언트를 종료하고 서버를 다시 시작한 뒤 실행할 것",
    ),
    # What it offers.
    "NO-ENDPOINTS": Cause(
        en="the server does not tell its endpoints over an unsecured channel: {error}",
        ko="서버가 보안 없는 채널에서 엔드포인트를 알려 주지 않음: {error_ko}",
        remedy_en="enable discovery in the server; without it nobody can choose a channel but by its manual",
        remedy_ko="서버에서 탐색(discovery)을 켤 것",
        stops=False,
    ),
    "SERVER-CERTIFICATE": Cause(
        en="the declared channel cannot be opened without the server's certificate: {error}",
        ko="서버 인증서를 알 수 없어 선언된 채널을 열 수 없음: {error_ko}",
        remedy_en="have the server show a certificate of its own in its endpoints, or write that "
        "certificate's file as `channel: {{ server_certificate: FILE }}`",
        remedy_ko="서버가 엔드포인트에 자신의 인증서를 밝히게 하거나, 그 파일을 "
        "`channel: {{ server_certificate: FILE }}`로 선언할 것",
    ),
    "URL": Cause(
        en="the server names itself {url}, but {here} was connected to; clients go where it says",
        ko="{here}에 연결했으나 서버는 자신을 {url}(으)로 알림; 클라이언트는 서버가 알린 주소로 연결함",
        remedy_en="write `{line}` if that name leads to the server from here, or set host name and path in "
        "the server to those of `connect`",
        remedy_ko="그 이름으로 서버에 연결된다면 `{line}`(으)로 고치고, 아니면 서버의 호스트 이름과 경로를 "
        "`connect`에 맞출 것",
        stops=False,
    ),
    "URL-UNUSABLE": Cause(
        en="the server names itself {url}, which no client can connect to; {here} was connected to",
        ko="서버가 연결할 수 없는 주소 {url}(으)로 자신을 알림({here}에 연결함)",
        remedy_en="set host name and port in the server to those of `connect`",
        remedy_ko="서버의 호스트 이름과 포트를 `connect`에 맞출 것",
        stops=False,
    ),
    "ENDPOINT": Cause(
        en="no endpoint has policy {policy} with mode {mode}; the server offers {offered}",
        ko="정책 {policy}, 모드 {mode} 엔드포인트가 없음; 서버가 제공하는 것: {offered}",
    ),
    "ENDPOINT-NONE": Cause(
        en="no endpoint has policy {policy} with mode {mode}; the server offers {offered}, none of which the "
        "bed speaks",
        ko="정책 {policy}, 모드 {mode} 엔드포인트가 없고, 서버가 제공하는 {offered}은(는) 지원하지 않음",
        remedy_en="enable an endpoint with policy None, Basic256Sha256, Aes128_Sha256_RsaOaep or "
        "Aes256_Sha256_RsaPss in the server",
        remedy_ko="서버에서 정책 None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss 중 하나의 "
        "엔드포인트를 켤 것",
    ),
    "ANONYMOUS": Cause(
        en="anonymous users are not offered; the endpoint takes {offered}",
        ko="익명 사용자가 제공되지 않음; 엔드포인트가 받는 토큰: {offered}",
        remedy_en="declare a user, as `user: {{ name: NAME, password: {{ env: PLC_PASSWORD }} }}`, or allow "
        "anonymous users in the server",
        remedy_ko="`user: {{ name: NAME, password: {{ env: PLC_PASSWORD }} }}`처럼 사용자를 선언하거나 "
        "서버에서 익명 사용자를 허용할 것",
    ),
    "NO-USER-TOKEN": Cause(
        en="users as the declared one are not offered; the endpoint takes {offered}",
        ko="선언된 유형의 사용자가 제공되지 않음; 엔드포인트가 받는 토큰: {offered}",
        remedy_en="change `user` or leave it out, or allow such users in the server",
        remedy_ko="`user`를 바꾸거나 빼고, 또는 서버에서 그 유형의 사용자를 허용할 것",
    ),
    # Whom it lets in.
    "NOT-TRUSTED": Cause(
        en="the server has not trusted us yet: it refuses {certificate}: {status}",
        ko="서버가 아직 시험기를 신뢰하지 않음: {certificate}을(를) 거부함: {status_ko}",
        remedy_en="{do}; see that its clock is right, and run again",
        remedy_ko="{do_ko}; 서버의 시계를 확인하고 다시 실행할 것",
    ),
    "CERTIFICATE-TIME": Cause(
        en="the server says that {certificate} or its authority is not valid now: {status}",
        ko="서버가 {certificate} 또는 그 인증기관의 유효 기간이 아니라고 함: {status_ko}",
        remedy_en="set the server's clock; if it is right, make new certificates with `testbed keys opcua`",
        remedy_ko="서버의 시계를 맞추고, 시계가 맞다면 `testbed keys opcua`로 인증서를 새로 만들 것",
    ),
    "NO-LIST": Cause(
        en="the server has no revocation list of the authority that signed {certificate}: {status}",
        ko="서버에 {certificate}을(를) 서명한 인증기관의 폐기 목록이 없음: {status_ko}",
        remedy_en="give it {list} as the revocation list of that authority",
        remedy_ko="{list}을(를) 그 인증기관의 폐기 목록으로 등록할 것",
    ),
    "NO-SECURED-ENDPOINT": Cause(
        en="`security` is declared, and the server offers no secured endpoint that the bed speaks",
        ko="`security`가 선언되었으나 지원되는 보안 엔드포인트를 서버가 제공하지 않음",
        remedy_en="enable Basic256Sha256, Aes128_Sha256_RsaOaep or Aes256_Sha256_RsaPss in the server, or "
        "leave `security` out",
        remedy_ko="서버에서 Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss 중 하나를 켜거나 "
        "`security`를 뺄 것",
        stops=False,
    ),
    "SECURED-CHANNEL": Cause(
        en="a secured channel cannot be tried: {error}",
        ko="보안 채널을 시도할 수 없음: {error_ko}",
        remedy_en="give the server a certificate of its own, and see that it takes a second connection",
        remedy_ko="서버에 자체 인증서를 두고 두 번째 연결을 받는지 확인할 것",
    ),
    "FULL": Cause(
        en="the server has no room for a session: {status}",
        ko="서버에 세션을 열 자리가 없음: {status}",
        remedy_en="end its other clients, or wait until their sessions have timed out, and run again",
        remedy_ko="다른 클라이언트를 종료하거나 세션이 만료되기를 기다린 뒤 다시 실행할 것",
    ),
    "USER": Cause(
        en="the user {name} is refused with {status}",
        ko="사용자 {name}이(가) {status}(으)로 거부됨",
        remedy_en="check `user.name` and the password where `user.password` says it stands",
        remedy_ko="`user.name`과 `user.password`가 가리키는 비밀번호를 확인할 것",
    ),
    "ANONYMOUS-REFUSED": Cause(
        en="an anonymous user is refused with {status}, though the endpoint offers it",
        ko="엔드포인트는 익명 사용자를 제공하나 {status}(으)로 거부함",
        remedy_en="declare a user, as `user: {{ name: NAME, password: {{ env: PLC_PASSWORD }} }}`",
        remedy_ko="`user: {{ name: NAME, password: {{ env: PLC_PASSWORD }} }}`처럼 사용자를 선언할 것",
    ),
    "SESSION": Cause(
        en="no session can be opened: {step} is refused with {status}",
        ko="세션을 열 수 없음: {step} 단계가 {status}(으)로 거부됨",
        remedy_en="look into the server's log, and check `channel` and `user`",
        remedy_ko="서버의 기록을 보고 `channel`과 `user`를 확인할 것",
    ),
    "CLOCK": Cause(
        en="the server's clock is {amount:.0f} s {ahead} this computer's",
        ko="서버의 시계가 이 컴퓨터보다 {amount:.0f}초 {ahead_ko}",
        remedy_en="set both clocks by the same time server; certificates and timestamps depend on them",
        remedy_ko="두 시계를 같은 시간 서버에 맞출 것; 인증서와 시각이 이에 달려 있음",
        stops=False,
    ),
    "SESSIONS": Cause(
        en="{declared} sessions at once are declared, but {served} were served",
        ko="동시 세션 {declared}개로 선언되었으나 {served}개만 응답함",
        remedy_en="end the server's other clients, or write `{line}`",
        remedy_ko="서버의 다른 클라이언트를 종료하거나 `{line}`(으)로 고칠 것",
        stops=False,
    ),
    # What is declared of its nodes.
    "NAMESPACES": Cause(
        en="the server's namespace table cannot be read: {error}",
        ko="서버의 네임스페이스 표를 읽을 수 없음: {error_ko}",
        remedy_en="let this user read NamespaceArray (i=2255)",
        remedy_ko="이 사용자가 NamespaceArray(i=2255)를 읽을 수 있게 할 것",
    ),
    "NAMESPACE": Cause(
        en="the server does not have the declared namespace {lacking}",
        ko="서버에 선언된 네임스페이스 {lacking}이(가) 없음",
        remedy_en="write one of its own after `nsu=`: {known}",
        remedy_ko="`nsu=` 뒤에 서버의 네임스페이스를 쓸 것: {known}",
    ),
    "NODE": Cause(
        en="{named}",
        ko="존재하지 않는 노드: {named}",
        remedy_en="write node ids as the server has them, or let `testbed declare {where}` find them",
        remedy_ko="서버에 있는 노드 식별자를 쓰거나 `testbed declare {where}`(으)로 찾을 것",
    ),
    "NODE-CLASS": Cause(
        en="{named}",
        ko="노드 종류가 선언과 다름: {named}",
        remedy_en="name variables in `nodes` and methods in `methods`",
        remedy_ko="`nodes`에는 변수를, `methods`에는 메서드를 쓸 것",
    ),
    "NODE-TYPE": Cause(
        en="{named}",
        ko="자료형이나 배열 크기가 선언과 다름: {named}",
        remedy_en="write `{line}`",
        remedy_ko="`{line}`(으)로 고칠 것",
    ),
    "NODE-ACCESS": Cause(
        en="{named}",
        ko="접근 권한이 선언과 다름: {named}",
        remedy_en="correct `scratch`, `access` and `executable`, or give the user the right",
        remedy_ko="`scratch`, `access`, `executable`을 고치거나 사용자에게 권한을 줄 것",
        stops=False,
    ),
    "NODE-VALUE": Cause(
        en="{named}",
        ko="값이 없는 노드: {named}",
        remedy_en="let the device give it a value, or leave it out of `nodes`",
        remedy_ko="기기가 값을 갖게 하거나 `nodes`에서 뺄 것",
    ),
}


def diagnosis(name: str, /, *lines: str, **facts: object) -> Diagnosis:
    """Return one cause with its facts filled in.

    Args:
        name: of the cause.
        lines: what takes the place of the same keys of the declaration.
        facts: what its sentences speak of.
    """
    if lines:
        facts.setdefault("line", lines[0])
    return diagnosed(_CAUSES, name, lines, facts)
