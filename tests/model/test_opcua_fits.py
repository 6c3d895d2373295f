"""The model carries the second protocol as it stands: ten requirements of OPC UA, judged without a device.

Clauses under both editions of OPC 10000-4, of which 1.05 inserted a clause; needs are conformance units.
"""

import pytest

from testbed.model.document import load, parse
from testbed.model.needs import missing
from testbed.model.record import counts, outcome_of, roll_up
from testbed.model.standard import Catalogue, clause_order
from testbed.model.verdict import Outcome, Verdict, broken
from tests.model.sample import case

SUITE = """
id: opcua_server
version: 0.1.0
title: { en: OPC UA server, ko: OPC UA 서버 }
protocol: opcua
documents:
  "10000-4":
    title: "OPC Unified Architecture, Part 4: Services"
    edition: "1.05"
    international: IEC 62541-4
facts: [Attribute Read, Session Base, Monitor Basic, Subscription Basic, Security Certificate Validation]
"""

REQUIREMENTS = """
- id: UA-SESSION-ACTIVATE-FIRST
  clause: { "10000-4@1.05": "5.7.2", "10000-4@1.04": "5.6.2" }
  level: SHALL
  basis: read
  needs: [Session Base]
  text:
    en: A session serves nothing before it is activated.
    ko: 세션은 활성화되기 전에는 서비스하지 않아야 한다.
- id: UA-SESSION-CLOSED
  clause: { "10000-4@1.05": "5.7.4", "10000-4@1.04": "5.6.4" }
  level: SHALL
  basis: read
  needs: [Session Base]
  text:
    en: A closed session serves nothing any more.
    ko: 닫힌 세션은 더 이상 서비스하지 않아야 한다.
- id: UA-SESSION-WRONG-TOKEN
  clause: { "10000-4@1.05": "5.7.3", "10000-4@1.04": "5.6.3" }
  level: SHALL
  basis: read
  needs: [Session Base, [Security User Name Password 2, Security User Name Password]]
  text:
    en: An unknown user is not let in.
    ko: 알 수 없는 사용자를 허용하지 않아야 한다.
- id: UA-SESSION-HANDLE-ECHOED
  clause: { "10000-4@1.05": "7.33", "10000-4@1.04": "7.29" }
  level: SHALL
  basis: read
  needs: [Session Base]
  invariant: true
  text:
    en: A response carries the handle of its request.
    ko: 응답은 요청의 핸들을 그대로 담아야 한다.
- id: UA-READ-NOTHING
  clause: { "10000-4@1.05": "5.11.2", "10000-4@1.04": "5.10.2" }
  level: SHALL
  basis: read
  needs: [Attribute Read]
  text:
    en: A read of no nodes is refused.
    ko: 대상 노드가 없는 읽기 요청은 거부하여야 한다.
- id: UA-READ-UNKNOWN-NODE
  clause: { "10000-4@1.05": "5.11.2", "10000-4@1.04": "5.10.2" }
  level: SHALL
  basis: read
  needs: [Attribute Read]
  text:
    en: An unknown node does not spoil the others.
    ko: 알 수 없는 노드가 다른 노드의 결과를 해치지 않아야 한다.
- id: UA-READ-INDEX-RANGE
  clause: { "10000-4@1.05": "7.27", "10000-4@1.04": "7.22" }
  level: SHOULD
  basis: secondary
  needs: [Attribute Read, "array_length >= 10"]
  text:
    en: A range partly outside returns what is inside.
    ko: 범위의 일부가 벗어나면 안쪽 값만 응답하는 것이 좋다.
- id: UA-MONITOR-NOTHING
  clause: { "10000-4@1.05": "5.13.2", "10000-4@1.04": "5.12.2" }
  level: SHALL
  basis: read
  needs: [Monitor Basic, Subscription Basic]
  text:
    en: A request for no monitored items is refused.
    ko: 감시 항목이 없는 요청은 거부하여야 한다.
- id: UA-CERTIFICATE-EXPIRED
  clause: { "10000-4@1.05": "6.1.3", "10000-4@1.04": "6.1.3" }
  level: SHALL
  basis: read
  needs: [Security Certificate Validation]
  text:
    en: An expired client certificate is refused.
    ko: 만료된 클라이언트 인증서는 거부하여야 한다.
- id: UA-CHANNEL-UNKNOWN-POLICY
  clause: { "10000-4@1.05": "5.6.2", "10000-4@1.04": "5.5.2" }
  level: SHALL
  basis: memory
  needs: [Security Certificate Validation, isolated]
  text:
    en: An unknown security policy is refused.
    ko: 알 수 없는 보안 정책은 거부하여야 한다.
"""

NANO = {"Attribute Read": 1, "Session Base": 1, "array_length": 10, "sessions": 2, "isolated": 0}
MICRO = NANO | {"Monitor Basic": 1, "Subscription Basic": 1}
SECURE = MICRO | {"Security Certificate Validation": 1, "Security User Name Password 2": 1, "isolated": 1}


@pytest.fixture(scope="module")
def suite():
    rows, _ = parse(REQUIREMENTS, "requirements.yaml")
    return load(Catalogue, SUITE, "suite.yaml", {"requirements": rows})


def judged(suite, facts, *broken_ones):
    """A run as the engine would record it: a case a requirement, run where nothing is missing."""
    cases = []
    for one in suite.requirements:
        lack = missing(one.needs, facts)
        held = broken(one.level, one.basis) if one.id in broken_ones else Verdict.PASS
        cases.append(
            case({one.id: held if lack is None else lack.verdict}, suite.id, f"test_ua.py::{one.id}")
        )
    return roll_up([suite], cases)


def outcome(suite, facts, *broken_ones):
    return outcome_of(judged(suite, facts, *broken_ones), finished=True, selected_by_hand=False)


def test_both_editions_stand_beside_each_requirement(suite):
    assert len(suite.requirements) == 10
    assert all(one.clause.keys() == {"10000-4@1.05", "10000-4@1.04"} for one in suite.requirements)
    assert suite.documents["10000-4"].international == "IEC 62541-4"


def test_requirements_sort_by_the_clauses_of_the_newer_edition(suite):
    clauses = [one.clause["10000-4@1.05"] for one in sorted(suite.requirements, key=clause_order)]

    assert clauses == [
        "5.6.2",
        "5.7.2",
        "5.7.3",
        "5.7.4",
        "5.11.2",
        "5.11.2",
        "5.13.2",
        "6.1.3",
        "7.27",
        "7.33",
    ]


@pytest.mark.parametrize(
    ("facts", "passed", "not_applicable", "inconclusive"),
    [(NANO, 6, 4, 0), (MICRO, 7, 3, 0), (SECURE, 10, 0, 0), (SECURE | {"isolated": 0}, 9, 0, 1)],
)
def test_applicability_follows_the_declared_conformance_units(
    suite, facts, passed, not_applicable, inconclusive
):
    found = counts(judged(suite, facts))

    assert (found["PASS"], found["NOT_APPLICABLE"], found["INCONCLUSIVE"]) == (
        passed,
        not_applicable,
        inconclusive,
    )


@pytest.mark.parametrize(
    ("facts", "broken_one", "verdict", "expected"),
    [
        (NANO, "UA-READ-NOTHING", Verdict.FAIL, Outcome.NOT_CONFORMANT),
        (NANO, "UA-READ-INDEX-RANGE", Verdict.WEAK, Outcome.CONFORMANT),
        (NANO, "UA-MONITOR-NOTHING", Verdict.NOT_APPLICABLE, Outcome.CONFORMANT),
        (SECURE, "UA-SESSION-WRONG-TOKEN", Verdict.FAIL, Outcome.NOT_CONFORMANT),
        (SECURE, "UA-CHANNEL-UNKNOWN-POLICY", Verdict.INFO, Outcome.CONFORMANT),
    ],
)
def test_a_broken_requirement_is_judged_as_for_modbus(suite, facts, broken_one, verdict, expected):
    found = {one.requirement.id: one.verdict for one in judged(suite, facts, broken_one)}

    assert found[broken_one] is verdict
    assert outcome(suite, facts, broken_one) is expected
