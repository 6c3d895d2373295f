"""Whatever a vendor declares, a good device is never found broken and the bed never fails of itself.

The device is a stand-in that serves exactly what is declared.
"""

import pytest

from testbed.model.verdict import Verdict
from tests.plugin.bench import TEXT, declared, other_than_pass, records, setup, suite_cases

HEAD = """
device:   {{ vendor: Odd Devices, model: ODD, firmware: "1" }}
profile:  modbus-tcp-server@1
connect:  tcp://127.0.0.1:5020?unit={unit}
supports: [{supports}]
"""


def odd(supports, areas, unit=1, **more):
    lines = [f"{name}: {value}" for name, value in {**more, **areas}.items()]
    return HEAD.format(supports=supports, unit=unit) + "\n".join(lines) + "\n"


ODD = {
    "as the example": TEXT,
    "not isolated": declared(isolated="isolated: false"),
    "nothing to write to": declared(scratch=""),
    "one session": declared(sessions="sessions: 1"),
    "one transaction": declared(transactions="transactions: 1"),
    "the least of all": declared(
        sessions="sessions: 1", transactions="transactions: 1", isolated="isolated: false", scratch=""
    ),
    "a pause": declared(timing="reply_within: 500 ms, pause: 3 s"),
    "slow": declared(timing="reply_within: 60 s"),
    "fast": declared(timing="reply_within: 10 ms"),
    "one register": odd("fc03", {"holding_registers": "[{ first: 7, count: 1 }]"}),
    "one scratch register": odd(
        "fc03, fc06, fc16, fc22, fc23", {"holding_registers": "[{ first: 65535, count: 1, scratch: true }]"}
    ),
    "every register": odd(
        "fc03, fc16", {"holding_registers": "[{ first: 0, count: 65536, scratch: true }]"}, isolated="true"
    ),
    "the last registers": odd(
        "fc03, fc06, fc16, fc23",
        {"holding_registers": "[{ first: 65400, count: 136, scratch: true }]"},
        isolated="true",
    ),
    "many small areas": odd(
        "fc03, fc04",
        {
            "holding_registers": str([{"first": 3 * at, "count": 1 + at % 2} for at in range(200)]),
            "input_registers": "[{ first: 9, count: 2 }]",
        },
    ),
    "read-only registers": odd(
        "fc03, fc06",
        {
            "holding_registers": "[{ first: 0, count: 4, read_only: true },"
            " { first: 9, count: 4, scratch: true }]"
        },
        isolated="true",
    ),
    "coils only": odd("fc01, fc05", {"coils": "[{ first: 0, count: 3, scratch: true }]"}, isolated="true"),
    "one input": odd("fc02", {"discrete_inputs": "[{ first: 0, count: 1 }]"}),
    "writes only": odd("fc16", {"holding_registers": "[{ first: 0, count: 4, scratch: true }]"}),
    "a function without a table": odd("fc03, fc04, fc01", {"holding_registers": "[{ first: 0, count: 4 }]"}),
    "a table without a function": odd(
        "fc03", {"holding_registers": "[{ first: 0, count: 4 }]", "coils": "[{ first: 0, count: 4 }]"}
    ),
    "entity numbers": odd(
        "fc03, fc06",
        {"numbering": "entity", "holding_registers": "[{ first: 40001, count: 20, scratch: true }]"},
        isolated="true",
    ),
    "records, queues and names": odd(
        "fc03, fc20, fc21, fc24, fc43/14",
        {
            "holding_registers": "[{ first: 0, count: 4 }]",
            "files": "[{ file: 9, first: 30, count: 3 }, { file: 9, first: 90, count: 7, scratch: true }]",
            "fifos": "[{ pointer: 0 }, { pointer: 65535, state: overfull }]",
            "identification": '{ conformity: 2, product_code: "#7" }',
        },
        isolated="true",
    ),
    "unit 0": odd("fc03", {"holding_registers": "[{ first: 0, count: 4 }]"}, unit=0),
    "unit 255": odd("fc03", {"holding_registers": "[{ first: 0, count: 4 }]"}, unit=255),
}


@pytest.mark.parametrize("name", ODD)
def test_a_good_device_is_never_broken(name):
    found = records(suite_cases(), setup(ODD[name], stand=True))
    odd_ones = {
        record.case: (record.verdict, record.reason)
        for record in found.values()
        if record.verdict not in {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE}
        or any(finding.broken for finding in record.findings)
    }
    assert odd_ones == {}


def test_without_isolation_all_that_is_left_open_names_the_line_to_paste():
    found = records(suite_cases(), setup(ODD["not isolated"]))
    left_open = [found[name] for name in other_than_pass(found.values())]
    assert {record.verdict for record in left_open} == {Verdict.INCONCLUSIVE}
    assert all("add the line `isolated: true`" in record.reason.en for record in left_open)
    assert all(not record.writes for record in left_open)
    assert 0 < len(left_open) < len(found)


def test_without_leave_to_write_nothing_is_written():
    found = records(suite_cases(), setup(ODD["the least of all"], stand=True))
    assert all(not record.writes for record in found.values())
    left_open = [record for record in found.values() if record.verdict is Verdict.INCONCLUSIVE]
    assert all("add the line `" in record.reason.en for record in left_open)


def test_verdicts_do_not_hang_on_seed_or_company():
    def departures(**how):
        return other_than_pass(records(suite_cases(), setup(**how)).values())

    assert departures(seed=1, jobs=8) == {}
    assert departures(seed=1, jobs=1) == {}
    for seed in (0, 7, 2**32 - 1):
        assert departures(seed=seed, jobs=8) == {}
