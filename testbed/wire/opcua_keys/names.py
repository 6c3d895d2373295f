"""What a tester of OPC UA shows to servers: each certificate's name, and what is right or wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from testbed.model.base import Text

APPLICATION_URI = "urn:mother-factory:testbed"
"""The tester's application, as its certificates name it (OPC 10000-6 1.05.04, 6.2.2)."""
OTHER_URI = "urn:mother-factory:somebody-else"
"""What the one certificate with a wrong URI names."""
USER_NAME = "testbed-user"
"""Common name of the user's certificate."""
LOGIN_NAME = "testbed-login"
"""The user who has a password in place of a certificate."""

WEAK_BITS, RSA_BITS, OVERLONG_BITS = 1024, 2048, 4104
"""RSA keys below, within and above what all policies allow: 2048 to 4096 (OPC 10000-7 1.05.04, 6.6)."""

GOOD: Mapping[str, Text] = MappingProxyType(
    {
        "tester": Text(
            en="the tester's certificate, signed by authority.der",
            ko="authority.der가 서명한 시험기 인증서",
        ),
        "self-signed": Text(
            en="the tester's certificate, signed by its own key",
            ko="자체 서명된 시험기 인증서",
        ),
        "renewed": Text(
            en="the tester's next certificate, signed by authority.der",
            ko="authority.der가 서명한 시험기의 갱신 인증서",
        ),
        "chained": Text(
            en="the tester's certificate below an intermediate authority, sent with it",
            ko="중간 인증기관이 서명한 시험기 인증서(중간 인증기관 인증서를 함께 보냄)",
        ),
    }
)
"""Each good certificate of the application."""

BAD: Mapping[str, Text] = MappingProxyType(
    {
        "expired": Text(en="its validity ended yesterday", ko="유효 기간이 어제 끝남"),
        "not-yet-valid": Text(
            en="its validity has not begun: it begins in two years",
            ko="유효 기간이 아직 시작되지 않음(2년 뒤 시작)",
        ),
        "untrusted": Text(
            en="signed by its own key, and known to nobody",
            ko="자체 서명되었고 어디에도 등록되지 않음",
        ),
        "revoked": Text(en="listed in authority.crl", ko="authority.crl에 폐기된 것으로 등재됨"),
        "unknown-issuer": Text(
            en="signed by an authority that nobody trusts, which is sent with it",
            ko="신뢰되지 않는 인증기관이 서명함(그 인증기관 인증서를 함께 보냄)",
        ),
        "chain-incomplete": Text(
            en="signed by an intermediate authority that is neither sent nor known",
            ko="중간 인증기관이 서명했으나 그 인증서를 보내지 않았고 등록되지도 않음",
        ),
        "issuer-expired": Text(
            en="signed by an intermediate authority whose validity ended yesterday",
            ko="유효 기간이 어제 끝난 중간 인증기관이 서명함",
        ),
        "issuer-no-ca": Text(
            en="signed with a certificate that is no authority's (basicConstraints)",
            ko="인증기관이 아닌 인증서(basicConstraints)로 서명함",
        ),
        "issuer-no-cert-sign": Text(
            en="signed by an authority that may not sign certificates (keyUsage)",
            ko="인증서 서명 권한(keyUsage)이 없는 인증기관이 서명함",
        ),
        "no-crl": Text(
            en="signed by second-authority.der, which is trusted and has no revocation list",
            ko="신뢰되지만 폐기 목록이 없는 second-authority.der가 서명함",
        ),
        "wrong-uri": Text(
            en="names another application URI than the tester's",
            ko="시험기와 다른 애플리케이션 URI가 적혀 있음",
        ),
        "no-digital-signature": Text(
            en="its key may not sign (keyUsage without digitalSignature)",
            ko="서명에 쓸 수 없는 키(keyUsage에 digitalSignature 없음)",
        ),
        "no-data-encipherment": Text(
            en="its key may not encrypt data (keyUsage without dataEncipherment)",
            ko="데이터 암호화에 쓸 수 없는 키(keyUsage에 dataEncipherment 없음)",
        ),
        "no-client-auth": Text(
            en="is for servers alone (extendedKeyUsage without clientAuth)",
            ko="서버 전용(extendedKeyUsage에 clientAuth 없음)",
        ),
        "weak-key": Text(en=f"has an RSA key of {WEAK_BITS} bits", ko=f"{WEAK_BITS}비트 RSA 키를 가짐"),
        "overlong-key": Text(
            en=f"has an RSA key of {OVERLONG_BITS} bits", ko=f"{OVERLONG_BITS}비트 RSA 키를 가짐"
        ),
        "broken-signature": Text(
            en="one bit of its issuer's signature is wrong", ko="발급자 서명의 한 비트가 틀림"
        ),
        "sha1": Text(en="its issuer signed it with SHA-1", ko="발급자가 SHA-1로 서명함"),
        "garbage": Text(en="bytes that are no certificate", ko="인증서가 아닌 바이트열"),
    }
)
"""Each bad certificate of the application, and what is wrong with it, and nothing else."""

USER = Text(
    en="the user's certificate, signed by user-authority.der", ko="user-authority.der가 서명한 사용자 인증서"
)

BAD_USERS: Mapping[str, Text] = MappingProxyType(
    {
        "untrusted": Text(
            en="a user's certificate signed by its own key, and known to nobody",
            ko="자체 서명되었고 어디에도 등록되지 않은 사용자 인증서",
        ),
        "expired": Text(
            en="a user's certificate whose validity ended yesterday", ko="유효 기간이 어제 끝난 사용자 인증서"
        ),
        "revoked": Text(
            en="a user's certificate listed in user-authority.crl",
            ko="user-authority.crl에 폐기된 것으로 등재된 사용자 인증서",
        ),
    }
)
"""Each bad certificate of a user."""
