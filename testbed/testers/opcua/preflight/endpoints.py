"""Who speaks there, and which endpoints it offers: URL, policy, mode, tokens (OPC 10000-4, 5.5.4)."""

from __future__ import annotations

from typing import Any

from testbed.model.connect import Endpoint, endpoint
from testbed.protocols.opcua import Status, status
from testbed.testers.opcua.bench import ANONYMOUS, CERTIFICATE, MODES, POLICY, USER_NAME
from testbed.testers.opcua.client import Client
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.preflight.reaching import stranger
from testbed.testers.trouble import Unanswered

MOST_SHOWN = 5
"""Endpoints that a sentence names."""
_LONGEST = 200
"""Characters of a name from the server that are shown."""
_BINARY = "uatcp-uasc-uabinary"
"""End of the transport profile's URI (10000-7)."""


async def discover(desk: Desk) -> None:
    """Say Hello, ask for the endpoints over an unsecured channel, and hold them against the declaration."""
    desk.trying("Hello")
    client = await desk.greeted(secured=False)
    try:
        hello = await client.hello()
    except Unanswered as error:
        is_open = client.is_open
        client.close()
        desk.found(await stranger(desk, error.said, is_open=is_open))
        return
    if hello.is_error_message:
        _refused(desk, hello.status)
        return
    desk.passed(f"{desk.endpoint} answers a Hello", f"{desk.endpoint}이(가) Hello에 응답함")
    offered = await _endpoints(desk, client)
    await desk.case.part(client)
    desk.offered = offered
    if offered:
        _compare(desk, offered)


def _refused(desk: Desk, said: Status) -> None:
    if said == status.BadTcpEndpointUrlInvalid:
        desk.found(diagnosis("URL-REFUSED", url=str(desk.endpoint)))
    else:
        desk.found(diagnosis("HELLO-REFUSED", status=said.title))


async def _endpoints(desk: Desk, client: Client) -> list[Any]:
    """Return the endpoints of the binary protocol over TCP; none where the server does not tell them."""
    desk.trying("endpoints")
    try:
        reply = await client.open()
        if reply.status == status.Good:
            reply = await client.get_endpoints()
    except Unanswered as error:
        desk.found(diagnosis("NO-ENDPOINTS", error=error.said.en, error_ko=error.said.ko))
        return []
    if reply.status != status.Good:
        desk.found(diagnosis("NO-ENDPOINTS", error=reply.status.title, error_ko=reply.status.title))
        return []
    offered = reply.results if isinstance(reply.results, tuple) else ()
    found = [one for one in offered if str(one.TransportProfileUri or "").endswith(_BINARY)]
    if not found:
        desk.found(diagnosis("NO-ENDPOINTS", error="the list is empty", error_ko="목록이 비어 있음"))
    return found


def _compare(desk: Desk, offered: list[Any]) -> None:
    declared = desk.declaration.channel
    wanted = POLICY[declared.policy].uri, MODES[declared.mode]
    fitting = [one for one in offered if (one.SecurityPolicyUri, int(one.SecurityMode)) == wanted]
    if not fitting:
        _no_endpoint(desk, offered)
        return
    desk.passed(
        f"an endpoint with policy {declared.policy} and mode {declared.mode} is offered",
        f"정책 {declared.policy}, 모드 {declared.mode} 엔드포인트가 제공됨",
    )
    _urls(desk, fitting)
    _tokens(desk, fitting)


def _no_endpoint(desk: Desk, offered: list[Any]) -> None:
    names = {one.uri: one.name for one in POLICY.values()}
    modes = {number: name for name, number in MODES.items()}
    pairs = dict.fromkeys(
        (
            names.get(one.SecurityPolicyUri, shown(one.SecurityPolicyUri)),
            modes.get(int(one.SecurityMode), "?"),
        )
        for one in offered
    )
    listed = ", ".join(f"{policy} with mode {mode}" for policy, mode in list(pairs)[:MOST_SHOWN])
    declared = desk.declaration.channel
    facts = {"policy": declared.policy, "mode": declared.mode, "offered": listed}
    ours = next(((policy, mode) for policy, mode in pairs if policy in POLICY and mode in MODES), None)
    if ours is None:
        desk.found(diagnosis("ENDPOINT-NONE", **facts))
        return
    has_keys = ours[0] == "None" or desk.declaration.security is not None
    files = "" if has_keys else ", certificate: own.pem, key: own.key"
    desk.found(diagnosis("ENDPOINT", f"channel: {{ policy: {ours[0]}, mode: {ours[1]}{files} }}", **facts))


def _urls(desk: Desk, fitting: list[Any]) -> None:
    """Hold that an endpoint has the URL that was connected to: clients take the server at its word."""
    here = desk.endpoint
    if here.is_simulated:
        return
    said = [str(one.EndpointUrl or "") for one in fitting]
    if any(_same(here, url) for url in said):
        return
    usable = next((url for url in said if _read(url) is not None), None)
    if usable is None:
        desk.found(diagnosis("URL-UNUSABLE", url=shown(said[0]), here=str(here)))
        return
    desk.found(diagnosis("URL", f"connect: {_read(usable)}", url=shown(usable), here=str(here)))


def _tokens(desk: Desk, fitting: list[Any]) -> None:
    user = desk.declaration.user
    wanted = ANONYMOUS if user is None else USER_NAME if user.password is not None else CERTIFICATE
    policies = [policy for one in fitting for policy in one.UserIdentityTokens or ()]
    if any(int(one.TokenType) == wanted for one in policies):
        return
    kinds = {0: "Anonymous", 1: "UserName", 2: "Certificate", 3: "IssuedToken"}
    offered = ", ".join(sorted({kinds.get(int(one.TokenType), "?") for one in policies})) or "none"
    desk.found(diagnosis("ANONYMOUS" if user is None else "NO-USER-TOKEN", offered=offered))


def _same(here: Endpoint, url: str) -> bool:
    there = _read(url)
    if there is None:
        return False
    same_place = (there.host.casefold(), there.port) == (here.host.casefold(), here.port)
    return same_place and there.path.rstrip("/") == here.path.rstrip("/")


def _read(url: str) -> Endpoint | None:
    """Return an endpoint URL of the server's, where it is one that a client could connect to."""
    try:
        found = endpoint(url)
    except ValueError:
        return None
    return found if found.scheme == "opc.tcp" else None


def shown(text: object) -> str:
    """Return what a server said, short and printable."""
    return "".join(c if c.isprintable() and c != "`" else "?" for c in str(text)[:_LONGEST])
