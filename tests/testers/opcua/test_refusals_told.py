"""What a reader of a report is told of a server that refuses a certificate in an unusual way."""

import json
import re
from dataclasses import dataclass, replace
from functools import cache, partial
from html import unescape

import pytest
from click.testing import CliRunner

from device_simulators.opcua.plc import Plc
from testbed.commands import cli
from testbed.plugin import setup
from testbed.wire.simulator import serve, simulator
from tests.testers.opcua.test_secure import TEXT, Faults, Hangs, HangsUp

CASES = "test_security_certificate and (test_expired or test_closed)"
EXPIRED = "test_security_certificate_fitness.py::test_expired"
BEHIND = "test_security_certificate_open.py::test_closed"
AS_A_FAULT = (
    "Bad_SecurityChecksFailed (0x80130000) as a ServiceFault inside an encrypted OpenSecureChannel response",
    "암호화된 OpenSecureChannel 응답 안의 ServiceFault Bad_SecurityChecksFailed (0x80130000)",
)


@dataclass(frozen=True)
class Told:
    """What a bundle says."""

    cases: dict[str, dict]
    report: str

    def received(self, case):
        """What came in place of what was expected, in English and Korean."""
        (finding,) = self.cases[case]["findings"]
        assert finding["verdict"] == "FAIL"
        return finding["received"]["en"], finding["received"]["ko"]

    def reason(self, case):
        """Why a case judges nothing, in English and Korean."""
        assert self.cases[case]["verdict"] == "INCONCLUSIVE"
        return self.cases[case]["reason"]["en"], self.cases[case]["reason"]["ko"]

    def shows(self, en, ko):
        """Say whether the page has a sentence in both languages, side by side."""
        pair = f'<span class="ko" lang="ko">{ko}</span> <span class="en" lang="en">{en}</span>'
        return pair in self.report


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what a run of two cases of certificates tells of a device, once for each."""

    @cache
    def run(device):
        folder = tmp_path_factory.mktemp(device.__name__)
        (folder / "device.yaml").write_text(TEXT, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            found = replace(simulator("opcua-plc"), start=partial(serve, device))
            patch.setattr(setup, "simulator", lambda _: found)
            command = ["run", str(folder / "device.yaml"), "--out", str(folder / "bundle"), "-k", CASES]
            done = CliRunner().invoke(cli, command)
        assert done.exit_code in {1, 2}, done.output
        lines = (folder / "bundle/results.jsonl").read_text(encoding="utf-8").splitlines()
        cases = {one["case"]: one for one in map(json.loads, lines) if one["kind"] == "case"}
        report = (folder / "bundle/report.html").read_text(encoding="utf-8")
        return Told(cases, re.sub("</?code>", "`", unescape(report)))

    return run


@pytest.mark.parametrize(
    ("device", "case", "said"),
    [
        (Hangs, EXPIRED, ("no answer", "응답 없음")),
        (HangsUp, EXPIRED, ("the connection closed", "연결 종료")),
        (Faults, BEHIND, AS_A_FAULT),
    ],
)
def test_the_report_says_how_it_was_refused(told, device, case, said):
    assert told(device).received(case) == said
    assert told(device).shows(*said)


@pytest.mark.parametrize(
    ("device", "en", "ko"),
    [(Hangs, "no answer", "응답 없음"), (HangsUp, "the connection closed", "연결 종료")],
)
def test_the_report_says_why_no_status_is_judged(told, device, en, ko):
    said = (
        f"set-up: the certificate `untrusted` is not refused with a status: {en}",
        f"준비 단계: 인증서 `untrusted`이(가) 상태 코드로 거부되지 않음: {ko}",
    )
    assert told(device).reason(BEHIND) == said
    assert told(device).shows(*said)


def test_an_encrypted_fault_is_a_refusal_and_the_record_says_how_it_came(told):
    expired = told(Faults).cases[EXPIRED]

    assert expired["verdict"] == "PASS"
    (line,) = (one for one in expired["log"] if "OpenSecureChannel" in one)
    assert line.endswith(
        "OpenSecureChannel with the certificate `expired`: Bad_CertificateTimeInvalid (0x80140000)"
        " as a ServiceFault inside an encrypted OpenSecureChannel response"
    )


def test_who_refuses_as_the_standard_says_is_told_nothing(told):
    assert {one["verdict"] for one in told(Plc).cases.values()} == {"PASS"}
    assert not told(Plc).shows(*AS_A_FAULT)
