"""A small run made by hand that shows every verdict, for the golden pages and for looking at."""

from __future__ import annotations

from datetime import date

from reports.face import SignerFace
from testbed.model.base import Text
from testbed.model.council import Council
from testbed.model.declaration import Area, Declaration, Device
from testbed.model.lab import (
    Client,
    Item,
    Laboratory,
    Opinion,
    People,
    Person,
    Provider,
    Reissue,
    Replaced,
    changes,
)
from testbed.model.profile import Profile
from testbed.model.record import (
    CaseRecord,
    FieldOfFrame,
    Finding,
    Footer,
    Frame,
    Header,
    SuiteUsed,
    counts,
    outcome_of,
    roll_up,
)
from testbed.model.standard import Catalogue, Document, Requirement
from testbed.model.verdict import Basis, Level, Outcome, Verdict
from testbed.model.waiver import Waiver

DECLARATION = """\
device:      { vendor: 예시제어(주), model: PX-200, firmware: "4.1.7", serial: A-0193 }
profile:     modbus-tcp-server@1
connect:     sim:plc
supports:    [fc03, fc06, fc16]
holding_registers:
  - { first: 0, count: 120 }
"""

PASTE = "holding_registers: [{ first: ADDRESS, count: 2, scratch: true }]"

SIGNER = SignerFace(
    name="Hong Gil-dong (홍길동)",
    fingerprint="3F:9A:" + ":".join(f"{n:02X}" for n in range(30)),
    is_test=True,
)

PROFILE = Profile(
    id="modbus-tcp-server@1",
    title=Text(en="Modbus/TCP server", ko="Modbus/TCP 서버"),
    suites=("modbus_tcp_server", "interop_modbus"),
)

_DOCUMENTS = {
    "AP": Document(title="MODBUS Application Protocol Specification", edition="V1.1b3 (2012-04-26)"),
    "IG": Document(
        title="MODBUS Messaging on TCP/IP Implementation Guide",
        edition="V1.0b (2006-10-24)",
        international="IEC 61158",
    ),
}


def _requirement(id_: str, clause: dict[str, str], en: str, ko: str, **more: object) -> Requirement:
    usual = {
        "id": id_,
        "clause": clause,
        "level": Level.SHALL,
        "basis": Basis.READ,
        "text": {"en": en, "ko": ko},
    }
    return Requirement.model_validate(usual | more)


SUITE = Catalogue(
    id="modbus_tcp_server",
    version="1.0.0",
    title=Text(en="Modbus/TCP server", ko="Modbus/TCP 서버"),
    protocol="modbus",
    documents=_DOCUMENTS,
    requirements=(
        _requirement(
            "MB-FC03-QUANTITY-ZERO",
            {"AP": "6.3"},
            "A request for no registers is refused with exception 03.",
            "수량이 0인 요청에는 예외 코드 03으로 응답하여야 한다.",
            hint={"en": "Check the quantity before the address.", "ko": "주소보다 수량을 먼저 확인하십시오."},
        ),
        _requirement(
            "MB-FC03-READS",
            {"AP": "6.3"},
            "Declared registers are read.",
            "명세서에 적힌 레지스터를 읽을 수 있어야 한다.",
        ),
        _requirement(
            "MB-FC16-WRITES",
            {"AP": "6.12"},
            "Registers written are read back with the values written.",
            "쓴 레지스터를 읽으면 쓴 값이 나와야 한다.",
        ),
        _requirement(
            "MB-FC43-BASIC",
            {"AP": "6.21"},
            "The basic identification objects are served.",
            "기본 식별 객체를 제공하여야 한다.",
        ),
        _requirement(
            "MB-MBAP-TRANSACTION",
            {"IG": "4.4.2.5", "AP": "4.1"},
            "Every answer repeats the transaction identifier of its request.",
            "모든 응답은 요청의 트랜잭션 식별자를 그대로 돌려주어야 한다.",
            invariant=True,
        ),
        _requirement(
            "MB-TCP-NODELAY",
            {"IG": "4.3.2"},
            "Small answers are sent without delay.",
            "짧은 응답은 지연 없이 보내는 것이 좋다.",
            level=Level.SHOULD,
            basis=Basis.SECONDARY,
        ),
        _requirement(
            "MB-TCP-PIPELINE",
            {"IG": "4.2.1.1"},
            "Several requests may be under way on one connection.",
            "한 연결에서 여러 요청을 동시에 처리할 수 있다.",
            level=Level.MAY,
        ),
        _requirement(
            "MB-DIAG-MEMORY",
            {"AP": "6.8"},
            "The diagnostic echo returns the data sent.",
            "진단 에코는 보낸 데이터를 그대로 돌려주어야 한다.",
            basis=Basis.MEMORY,
        ),
        _requirement(
            "MB-SURVIVES",
            {"IG": "4.4.2.2"},
            "The server goes on answering after a malformed request.",
            "잘못된 요청을 받은 뒤에도 계속 응답하여야 한다.",
        ),
        _requirement(
            "MB-TCP-HALF-OPEN",
            {"IG": "4.2.2"},
            "A half-open connection is released.",
            "반쯤 열린 연결은 해제하여야 한다.",
            untestable="not observable on the wire",
        ),
        _requirement(
            "MB-SERIAL-TIMING",
            {"AP": "4.3"},
            "Characters of one frame follow one another in time.",
            "한 프레임의 문자는 정해진 시간 안에 이어져야 한다.",
            level=Level.SHOULD,
        ),
    ),
)

INTEROP = Catalogue(
    id="interop_modbus",
    version="1.0.0",
    title=Text(en="Exchanges with independent Modbus clients", ko="독립된 Modbus 클라이언트와의 통신"),
    protocol="modbus",
    section="interoperability",
    documents={"AP": _DOCUMENTS["AP"]},
    requirements=(
        _requirement(
            "MB-PEER-READ",
            {"AP": "6.3"},
            "An independent client reads the values that the device holds.",
            "독립된 클라이언트가 기기의 값을 그대로 읽을 수 있어야 한다.",
        ),
    ),
)

CATALOGUES = (SUITE, INTEROP)


def both(en: str, ko: str) -> Text:
    """Return a sentence of a laboratory."""
    return Text(en=en, ko=ko)


LAB = Laboratory(
    name=both("Example Industrial Test Laboratory (fictitious)", "예시산업시험소(가상)"),
    address=both("1 Example-ro, Jinju-si, Gyeongsangnam-do, Korea", "경상남도 진주시 예시로 1"),
    contact="lab@example.test · +82 55 000 0000",
    prefix="EXL",
    client=Client(
        name=both("Example Controls Co.", "예시제어(주)"),
        contact="quality@example.test",
        address=both("2 Sample-ro, Changwon-si, Korea", "경상남도 창원시 견본로 2"),
    ),
    item=Item(
        received=date(2026, 11, 20),
        condition=both("new, in its packing, undamaged", "신품, 포장 상태, 손상 없음"),
    ),
    people=People(
        tester=Person(name="Kim Si-heom", role=both("Tester", "시험자")),
        reviewer=Person(name="Lee Geom-to", role=both("Reviewer", "검토자")),
        approver=Person(name="Park Seung-in", role=both("Technical manager", "기술책임자")),
    ),
    environment=both(
        "23 °C ± 3 °C, 45 % RH ± 15 % RH; isolated network",
        "23 °C ± 3 °C, 상대습도 45 % ± 15 %, 분리된 통신망",
    ),
    providers=(Provider(name="Example Calibration", results=both("reference of the clock", "시계의 기준")),),
    opinions=(
        Opinion(
            text=both(
                "A check of the quantity before the address would mend it.",
                "주소보다 수량을 먼저 확인하면 고쳐질 것입니다.",
            ),
            basis=both("Findings of requirement MB-FC03-QUANTITY-ZERO", "MB-FC03-QUANTITY-ZERO의 소견"),
            by="Kim Si-heom",
        ),
    ),
)

MISNAMED = LAB.model_copy(
    update={
        "client": LAB.client.model_copy(update={"name": both("Exampel Controls Co.", "예시재어(주)")}),
    }
)
"""As the first issue had it, with the client's name misspelt."""

REISSUE = Reissue(
    revision=2,
    replaces=Replaced(report="EXL-20261122T093000Z-7f3a-1", sha256="9" * 64, issued=date(2026, 11, 22)),
    issued=date(2026, 11, 24),
    reason=both("The client's name was misspelt.", "의뢰자의 이름에 오기가 있었습니다."),
    changes=changes(MISNAMED, LAB),
)

COUNCIL = Council(
    name=both("Example Interoperability Council (fictitious)", "예시상호운용성심의위원회(가상)"),
    address=both("3 Sample-ro, Sejong-si, Korea", "세종특별자치시 견본로 3"),
    contact="council@example.test",
    scheme=both("Rules of the example council on confirmations", "예시심의위원회 확인서 발급 규정"),
    members=(
        Person(name="Choi Sim-ui", role=both("Chair", "위원장")),
        Person(name="Jung Wi-won", role=both("Member", "위원")),
    ),
    approver=Person(name="Choi Sim-ui", role=both("Chair", "위원장")),
)


def header(**changes: object) -> Header:
    """Return the first line of the record."""
    return Header(
        run="20261122T093000Z-7f3a",
        tester="testbed 0.1.0",
        python="3.11.7",
        platform="Linux x86_64",
        packages={"pymodbus": "3.16.1", "pyModbusTCP": "0.3.0"},
        suites=tuple(
            SuiteUsed(id=one.id, version=one.version, digest=digit * 64)
            for one, digit in zip(CATALOGUES, "ab", strict=True)
        ),
        profile=PROFILE.id,
        profile_sha256="c" * 64,
        declaration_sha256="d" * 64,
        declaration=Declaration(
            device=Device(vendor="예시제어(주)", model="PX-200", firmware="4.1.7", serial="A-0193"),
            profile=PROFILE.id,
            connect="sim:plc",
            supports=("fc03", "fc06", "fc16"),
            holding_registers=(Area(first=0, count=120),),
        ),
        started="2026-11-22T09:30:00Z",
        seed=20261122,
        jobs=4,
        clock="virtual",
    ).model_copy(update=changes)


_SENT = Frame(
    number=1,
    at=0.0012,
    connection=1,
    sent=True,
    hex="000100000006010300000000",
    fields=(
        FieldOfFrame(start=0, end=2, name="transaction identifier", value="1"),
        FieldOfFrame(start=2, end=4, name="protocol identifier", value="0"),
        FieldOfFrame(start=4, end=6, name="length", value="6"),
        FieldOfFrame(start=6, end=7, name="unit identifier", value="1"),
        FieldOfFrame(start=7, end=8, name="function code", value="3 (Read Holding Registers)"),
        FieldOfFrame(start=8, end=10, name="starting address", value="0"),
        FieldOfFrame(start=10, end=12, name="quantity", value="0"),
    ),
)
_ANSWER = Frame(
    number=2,
    at=0.0048,
    connection=1,
    sent=False,
    hex="000100000003010300",
    fields=(
        FieldOfFrame(start=0, end=2, name="transaction identifier", value="1"),
        FieldOfFrame(start=2, end=4, name="protocol identifier", value="0"),
        FieldOfFrame(start=4, end=6, name="length", value="3"),
        FieldOfFrame(start=6, end=7, name="unit identifier", value="1"),
        FieldOfFrame(start=7, end=8, name="function code", value="3 (Read Holding Registers)", guilty=True),
        FieldOfFrame(start=8, end=9, name="byte count", value="0", guilty=True),
    ),
    note="answered after 3.6 ms",
)


def case(name: str, title: str, requirement: str, verdict: Verdict, **more: object) -> CaseRecord:
    """Return a case with one finding of the same verdict."""
    told = {
        key: more.pop(key)
        for key in ("expected", "received", "source", "broken", "frames_cited")
        if key in more
    }
    if "frames_cited" in told:
        told["frames"] = told.pop("frames_cited")
    finding = Finding.model_validate({"requirement": requirement, "verdict": verdict} | told)
    values: dict[str, object] = {
        "suite": SUITE.id,
        "case": name,
        "title": title,
        "verifies": (requirement,),
        "verdict": verdict,
        "findings": (finding,),
        "duration_s": 0.012,
        "capture": "wire/" + "e" * 16 + ".pcapng",
    }
    return CaseRecord.model_validate(values | more)


CASES = (
    case(
        "test_read_holding_registers.py::test_quantity_zero",
        "A request for no registers is refused with exception 03.",
        "MB-FC03-QUANTITY-ZERO",
        Verdict.FAIL,
        broken=True,
        expected=Text(en="exception 03 (illegal data value)", ko="예외 코드 03(잘못된 데이터 값)"),
        received=Text(en="a normal answer without registers", ko="레지스터가 없는 정상 응답"),
        frames_cited=(2,),
        frames=(_SENT, _ANSWER),
        reproduce='testbed run plc.yaml --suite modbus_tcp_server -k "test_quantity_zero"',
        log=(
            "control: read register 0, answered in 2.1 ms",
            "sent quantity 0",
            "control answered: the device survived",
        ),
    ),
    case(
        "test_read_holding_registers.py::test_reads[0-120]",
        "Declared registers are read.",
        "MB-FC03-READS",
        Verdict.PASS,
    ),
    case(
        "test_write_multiple_registers.py::test_reads_back",
        "Registers written are read back.",
        "MB-FC16-WRITES",
        Verdict.INCONCLUSIVE,
        source="selection",
        capture="",
        duration_s=0.0,
        reason=Text(
            en=f"The declaration does not grant `scratch_registers >= 2`. Add `{PASTE}`",
            ko=f"명세서에 `scratch_registers >= 2`가 없습니다. `{PASTE}`를 추가하십시오.",
        ),
    ),
    case(
        "test_device_identification.py::test_basic",
        "The basic identification objects are served.",
        "MB-FC43-BASIC",
        Verdict.NOT_APPLICABLE,
        source="selection",
        capture="",
        duration_s=0.0,
        reason=Text(en="The declaration does not claim `fc43`.", ko="명세서에 `fc43` 지원이 없습니다."),
    ),
    case(
        "test_mbap.py::test_transaction",
        "Every answer repeats the transaction identifier.",
        "MB-MBAP-TRANSACTION",
        Verdict.PASS,
        source="invariant",
    ),
    case(
        "test_tcp.py::test_no_delay",
        "Small answers are sent without delay.",
        "MB-TCP-NODELAY",
        Verdict.WEAK,
        broken=True,
        expected=Text(en="an answer within 40 ms", ko="40 ms 이내의 응답"),
        received=Text(en="203 ms, reproduced 3 of 3", ko="203 ms, 3회 중 3회 재현"),
        reproduce="testbed run plc.yaml -k test_no_delay",
    ),
    case(
        "test_tcp.py::test_pipeline",
        "Several requests are under way.",
        "MB-TCP-PIPELINE",
        Verdict.INFO,
        broken=True,
        received=Text(en="the second request went unanswered", ko="두 번째 요청에 응답하지 않음"),
    ),
    case(
        "test_diagnostics.py::test_echo",
        "The diagnostic echo returns the data.",
        "MB-DIAG-MEMORY",
        Verdict.INFO,
        broken=True,
    ),
    case(
        "test_tcp.py::test_survives",
        "The server goes on answering after a malformed request.",
        "MB-SURVIVES",
        Verdict.ERROR,
        reason=Text(
            en="Fault of the test bed: no free local port.", ko="테스트베드 결함: 빈 로컬 포트가 없습니다."
        ),
    ),
    case(
        "test_peers.py::test_reads[pymodbus]",
        "An independent client reads the values that the device holds.",
        "MB-PEER-READ",
        Verdict.PASS,
        peer="pymodbus 3.16.1",
        suite=INTEROP.id,
    ),
    case(
        "test_peers.py::test_reads[mbpoll]",
        "mbpoll reads the values that the device holds.",
        "MB-PEER-READ",
        Verdict.NOT_TESTED,
        suite=INTEROP.id,
        capture="",
        reason=Text(en="mbpoll is not installed.", ko="mbpoll이 설치되어 있지 않습니다."),
    ),
)


def footer(cases: tuple[CaseRecord, ...] = CASES, /, **changes: object) -> Footer:
    """Return the last line of the record, true to its cases."""
    judged = roll_up(CATALOGUES, cases)
    return Footer(
        ended="2026-11-22T09:30:07Z",
        duration_s=7.2,
        cases=len(cases),
        outcome=outcome_of(judged, finished=True, selected_by_hand=False),
        counts=counts(judged),
        captures=sum(bool(one.capture) for one in cases),
    ).model_copy(update=changes)


_KEPT = {Verdict.PASS, Verdict.WEAK, Verdict.INFO, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}


def passed(one: CaseRecord) -> CaseRecord:
    """Return a case as if it had found nothing wrong."""
    findings = tuple(Finding(requirement=each, verdict=Verdict.PASS) for each in one.verifies)
    clean = {"verdict": Verdict.PASS, "reason": None, "findings": findings, "frames": (), "log": ()}
    return one.model_copy(update=clean)


GOOD = tuple(one if one.verdict in _KEPT else passed(one) for one in CASES)
"""The cases of a run that is conformant."""

assert footer(GOOD).outcome is Outcome.CONFORMANT

WAIVER = Waiver(
    requirement="MB-FC03-QUANTITY-ZERO",
    vendor="예시제어(주)",
    model="PX-200",
    firmware="4.1.7",
    reason="The controller that polls this device never asks for no registers.",
    link="https://example.test/waivers/1",
    approver="Park Seung-in",
    expires=date(2026, 12, 31),
)

WAIVED = tuple(passed(one) if one.verdict in {Verdict.INCONCLUSIVE, Verdict.ERROR} else one for one in CASES)
"""The cases of a run whose only failure is accepted by a waiver."""
