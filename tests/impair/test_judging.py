"""What an impairment may have caused stands against nobody; what no impairment can cause stands."""

import pytest

from testbed.model.record import Finding
from testbed.model.verdict import Verdict
from testbed.plugin.explaining import explained
from testbed.plugin.judge import Judgement
from testbed.wire.impair.scope import Impairing
from tests.impair.bench import scenario

FRAME = {3: (0, 2)}


def judged(*, source="case", verdict=Verdict.FAIL, stands=False, shown=False, **done):
    """Judge one finding in a case to which the impairment did something; return its verdict."""
    packets, proven = done.pop("packets", None), done.pop("proven", False)
    impairing = Impairing(
        scenario({"delay": {"time": "1 ms"}}, packets), 1, "tun" if packets else "stream", lengthened=0.1
    )
    scope = impairing.scope("case")
    for name, value in done.items():
        setattr(scope, name, value)
    finding = Finding(requirement="MB-X", verdict=verdict, broken=verdict is Verdict.FAIL, source=source)
    before = Judgement(
        [finding], standing=frozenset({"MB-X"} if stands else ()), guilty=FRAME if shown else {}
    )
    after = explained(before, scope, impairing, proven=proven)
    assert (after.reason is not None) is (after.findings[0].verdict is not verdict)
    return after.findings[0].verdict


ALTERS = {"corrupt": {"share": 0.1, "checksum": "right"}}


@pytest.mark.parametrize(
    ("done", "verdict"),
    [
        ({}, Verdict.FAIL),
        ({"worst": 0.04, "proven": True}, Verdict.FAIL),  # the tester waited that much longer
        ({"worst": 0.04, "proven": True, "timed": True}, Verdict.INCONCLUSIVE),  # a load measures times
        ({"timed": True}, Verdict.FAIL),
        ({"worst": 0.04}, Verdict.INCONCLUSIVE),  # some waits have a length of their own
        ({"worst": 0.04, "source": "control"}, Verdict.FAIL),  # made without the impairment
        ({"altered": True, "source": "control"}, Verdict.INCONCLUSIVE),
        ({"cut_short": True, "proven": True}, Verdict.INCONCLUSIVE),
        ({"worst": 0.06, "proven": True}, Verdict.INCONCLUSIVE),
        ({"was_late": True}, Verdict.INCONCLUSIVE),
        ({"altered": True}, Verdict.INCONCLUSIVE),
        ({"broken": True}, Verdict.INCONCLUSIVE),
        ({"broken": True, "source": "control"}, Verdict.INCONCLUSIVE),
        ({"broken": True, "verdict": Verdict.PASS}, Verdict.INCONCLUSIVE),
        ({"broken": True, "verdict": Verdict.ERROR}, Verdict.ERROR),
        ({"worst": 9.0, "verdict": Verdict.PASS}, Verdict.PASS),
        ({"worst": 9.0, "stands": True, "shown": True}, Verdict.FAIL),
        ({"worst": 9.0, "stands": True}, Verdict.INCONCLUSIVE),  # a time that was measured
        ({"stands": True}, Verdict.FAIL),
        ({"broken": True, "stands": True, "shown": True}, Verdict.INCONCLUSIVE),
        ({"broken": True, "stands": True, "source": "invariant"}, Verdict.FAIL),
        ({"altered": True, "stands": True, "source": "invariant"}, Verdict.FAIL),
        ({"stands": True, "source": "invariant", "packets": ALTERS}, Verdict.INCONCLUSIVE),
        ({"stands": True, "source": "invariant", "packets": {"loss": 0.1}}, Verdict.FAIL),
    ],
)
def test_what_stands(done, verdict):
    assert judged(**done) is verdict


def test_without_an_impairment_nothing_changes():
    judgement = Judgement([Finding(requirement="MB-X", verdict=Verdict.FAIL, broken=True)])

    assert explained(judgement, None, None) is judgement
