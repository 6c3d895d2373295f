"""The security profile of OPC UA: the proforma of any server, and evidence for another standard."""

from fnmatch import fnmatchcase

import pytest

from reports.controls import controls
from testbed.model.record import Judged
from testbed.model.verdict import Verdict
from testbed.plugin.shelf import read_profile, suites

PROFILE = read_profile("opcua-basic@1", "a test")[0]
REQUIREMENTS = {one.id: one for one in suites()["opcua_server"].catalogue.requirements}


def judged(name, verdict):
    """A requirement with a verdict."""
    return Judged(requirement=REQUIREMENTS[name], suite="opcua_server", verdict=verdict)


def test_it_asks_what_any_server_is_asked():
    usual = {one.item for one in read_profile("opcua-server@1", "a test")[0].items}
    assert {one.item for one in PROFILE.items} == usual


def test_what_keeps_users_and_machines_apart_is_mandatory():
    mandatory = {one.item for one in PROFILE.items if one.status == "m"}
    assert {"Security Certificate Validation", "Security Invalid user token", "security_keys"} <= mandatory


@pytest.mark.parametrize("control", PROFILE.controls, ids=lambda one: one.id)
def test_every_pattern_names_requirements(control):
    idle = [
        pattern
        for pattern in control.requirements
        if not any(fnmatchcase(name, pattern) for name in REQUIREMENTS)
    ]
    assert idle == []


def test_a_failure_speaks_against_what_it_is_mapped_to():
    found = controls(
        PROFILE,
        [
            judged("UA-SEC-USER-CHANGE", Verdict.FAIL),
            judged("UA-SEC-USER-CHANGE-FAILED", Verdict.PASS),
            judged("UA-SEC-USER-BACK-OFF", Verdict.NOT_APPLICABLE),
        ],
    )
    assert [(one.control.id, [it.requirement.id for it in one.against]) for one in found] == [
        ("CR 2.1", ["UA-SEC-USER-CHANGE"])
    ]
    assert sorted(found[0].counts) == sorted([(Verdict.FAIL, 1), (Verdict.PASS, 1)])
