"""Does the server trust the tester yet? Where security is declared, every case of it rests on that.

OPC 10000-4 1.05.04, 6.1.3: a server that does not know a certificate rejects it, and keeps it for its
administrator, who moves it to those that are trusted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.preflight import Diagnosis
from testbed.model.security import Security
from testbed.protocols.opcua import status
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.secure import Secure
from testbed.testers.trouble import NotTestable, Unanswered, Undecided

if TYPE_CHECKING:
    from testbed.wire.opcua_keys import Pair

NOT_TRUSTED = {
    "BadSecurityChecksFailed",
    "BadCertificateUntrusted",
    "BadCertificateInvalid",
    "BadCertificateUriInvalid",
    "BadCertificateChainIncomplete",
    "BadCertificateUseNotAllowed",
    "BadCertificatePolicyCheckFailed",
}
"""How a server says that it does not take a certificate (10000-4, 6.1.3)."""
_TIME = {"BadCertificateTimeInvalid", "BadCertificateIssuerTimeInvalid"}
_NO_LIST = {"BadCertificateRevocationUnknown", "BadCertificateIssuerRevocationUnknown"}
OF_CERTIFICATES = NOT_TRUSTED | _TIME | _NO_LIST


async def trusted(desk: Desk) -> None:
    """Open a secured channel with each certificate that the server is declared to trust."""
    security = desk.declaration.security
    if security is None or desk.declaration.channel.is_secured or not desk.offered:
        return  # on a secured channel the session has shown it
    try:
        secure = Secure(desk.case, desk.offered)
    except NotTestable:
        desk.found(diagnosis("NO-SECURED-ENDPOINT"))
        return
    for kind in security.trusts:
        desk.trying(f"a secured channel ({kind})")
        pair = secure.keys.signed if kind == "authority" else secure.keys.self_signed
        if (found := await _refusal(desk, secure, pair, kind)) is not None:
            desk.found(found)
            return
    desk.passed("the server trusts the tester's certificate", "서버가 시험기의 인증서를 신뢰함")


async def _refusal(desk: Desk, secure: Secure, pair: Pair, kind: str) -> Diagnosis | None:
    """Return why no channel can be opened with a certificate; None where one can."""
    try:
        client = await secure.begun(pair)
    except Undecided as error:
        return diagnosis("SECURED-CHANNEL", error=error.said.en, error_ko=error.said.ko)
    try:
        reply = await client.open()
    except Unanswered as error:
        return not_trusted(desk, "", error.said, kind)
    if reply.status != status.Good:
        title = reply.status.title
        return not_trusted(desk, reply.status.name, Text(en=title, ko=title), kind)
    await desk.case.part(client)
    return None


def not_trusted(desk: Desk, name: str, said: Text, kind: str = "") -> Diagnosis:
    """Name why a certificate of the tester's is refused, and which file has to go where.

    Args:
        desk: of the server.
        name: of the status; empty where there was none.
        said: how that ended.
        kind: how the server is declared to trust it; that of the declared channel unless named.
    """
    declared = desk.declaration
    security, own = declared.security or Security(), declared.channel.certificate
    used = kind or ("authority" if "authority" in security.trusts else "certificate")
    folder = Path(security.keys)
    if own and not kind:
        what, do = own, _moved(own)
    elif used == "authority":
        what, do = str(folder / "tester.der"), _authority(folder)
    else:
        what = str(folder / "self-signed.der")
        do = _moved(what, str(folder / "STEPS.txt"))
    facts = {"certificate": what, "status": said.en, "status_ko": said.ko}
    if name in _TIME:
        return diagnosis("CERTIFICATE-TIME", **facts)
    if name in _NO_LIST and what != own and used == "authority":
        return diagnosis("NO-LIST", list=str(folder / "authority.crl"), **facts)
    return diagnosis("NOT-TRUSTED", do=do.en, do_ko=do.ko, **facts)


def _authority(folder: Path) -> Text:
    root, revoked, steps = (folder / name for name in ("authority.der", "authority.crl", "STEPS.txt"))
    return Text(
        en=f"let it trust {root} as an authority, with {revoked} as its revocation list; {steps} says where "
        "its maker's server wants them",
        ko=f"{root}을(를) 신뢰하는 인증기관으로, {revoked}을(를) 그 폐기 목록으로 등록할 것(제조사별 위치는 "
        f"{steps} 참조)",
    )


def _moved(certificate: str, steps: str = "") -> Text:
    return Text(
        en=f"put {certificate} into the server's trust list, often by moving it from the list of rejected "
        f"ones{f'; {steps} says where that is' if steps else ''}",
        ko=f"{certificate}을(를) 서버의 신뢰 목록에 넣을 것. 거부 목록에서 옮기면 되는 경우가 많음"
        f"{f'(위치는 {steps} 참조)' if steps else ''}",
    )
