"""The reference server under each policy and mode with each user token: conformant, and judged by as much.

The declaration names channel and user; passwords come from the environment, keys from files.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import cycle, product

import pytest
from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.model.record import CaseRecord, outcome_of, roll_up
from testbed.model.verdict import Outcome, Verdict
from testbed.plugin.attempt import Settings
from testbed.plugin.engine import Engine
from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.plugin.traffic import traffic
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.opcua_keys import throw_away
from testbed.wire.simulator import serve, simulator

TEXT = example("sim-opcua-plc.yaml").read_text(encoding="utf-8")
PLAIN = "channel:  { policy: None, mode: None }\n"
MODES = {"None": 1, "Sign": 2, "SignAndEncrypt": 3}
"""Message security modes (OPC 10000-4 1.05.04, 7.20)."""
SECURED = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")
CHANNELS = (("None", "None"), *product(SECURED, ("Sign", "SignAndEncrypt")))
TOKENS = {
    "anonymous": ua.AnonymousIdentityToken,
    "user-name": ua.UserNameIdentityToken,
    "certificate": ua.X509IdentityToken,
}
OF_USERS = TOKENS.keys() - {"anonymous"}
EVERY = [(*channel, token) for channel in CHANNELS for token in TOKENS]
SAMPLE = [(*channel, token) for channel, token in zip(CHANNELS, cycle(TOKENS), strict=False)]
"""Each channel with one of the tokens; `make acceptance` tries all."""
FEW = ("test_session_activate.py",)
"""Files of cases that are tried so."""
OF_NOBODY = {
    "test_general_optional_services.py::test_server_object_is_not_deleted",
    "test_session_activate.py::test_anonymous_with_a_wrong_policy",
    "test_session_activate.py::test_null_identity",
}
"""Cases that enter as nobody, so that they are none of a device that is declared to be entered by a user."""


@dataclass(frozen=True)
class Judged:
    """What a run found, and how the device was entered."""

    outcome: Outcome
    records: dict[str, CaseRecord]
    entered: Counter
    faults: list[str]


class Counting(Plc):
    """The reference, which counts by which policy, mode and token it is entered."""

    def __init__(self, entered):
        super().__init__()
        self.entered = entered

    def logged_in(self, channel, session, asked):
        """Count a token that was good."""
        user = super().logged_in(channel, session, asked)
        self.entered[channel.policy.name, channel.mode, type(asked.UserIdentityToken)] += 1
        return user


def declared(policy, mode, token):
    """Return the reference's declaration, entered through a channel and by a token."""
    keys = throw_away()
    users = {
        "anonymous": "",
        "user-name": f"user: {{ name: {keys.login.name}, password: {{ env: OF_THE_PAIR }} }}\n",
        "certificate": (
            f"user: {{ certificate: {keys.folder / 'user.der'}, key: {keys.folder / 'user.key'} }}\n"
        ),
    }
    assert PLAIN in TEXT
    return TEXT.replace(PLAIN, f"channel: {{ policy: {policy}, mode: {mode} }}\n{users[token]}")


def judge(policy, mode, token, files=()):
    """Judge the reference by the whole suite, or by some files of it, on the virtual clock."""
    entered = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OF_THE_PAIR", throw_away().login.password)
        setup = prepare_text(declared(policy, mode, token), "a.yaml", seed=1, jobs=1)
        device = replace(simulator("opcua-plc"), start=partial(serve, partial(Counting, entered)))
        suites = [one for one in setup.suites if one.catalogue.section == "conformance"]
        cases = [case for case in gather(suites) if not files or case.id.partition("::")[0] in files]
        engine = Engine(
            cases=cases,
            catalogues={one.catalogue.id: one.catalogue for one in suites},
            settings=Settings(1, 1, 0.0, captures=False),
            connect=replace(setup, simulator=device).connect(),
            new_loop=VirtualClockLoop,
        )
        records = [result.record for result in engine.run()]
    watched = [traffic(one.catalogue, records, engine.faults) for one in suites]
    judged = roll_up([one.catalogue for one in suites], records + watched)
    outcome = outcome_of(judged, finished=True, selected_by_hand=False)
    return Judged(outcome, {one.case: one for one in records}, entered, engine.faults)


plain = cache(partial(judge, "None", "None", "anonymous"))


def hold(policy, mode, token, files=()):
    """Hold that the reference is entered as declared, and judged as it is without security."""
    found, usual = judge(policy, mode, token, files), plain(files)
    of_nobody = {one for one in OF_NOBODY & usual.records.keys() if token in OF_USERS}

    assert found.faults == []
    ((most_often, _),) = found.entered.most_common(1)
    assert most_often == (policy, MODES[mode], TOKENS[token])
    assert {name: one.verdict for name, one in found.records.items()} == {
        name: Verdict.NOT_APPLICABLE if name in of_nobody else one.verdict
        for name, one in usual.records.items()
    }
    assert {found.records[name].reason.en for name in of_nobody} <= {
        "the declaration does not claim `anonymous`"
    }
    assert {one.verdict for one in found.records.values()} <= {
        Verdict.PASS,
        Verdict.NOT_TESTED,
        Verdict.NOT_APPLICABLE,
    }
    return found


@pytest.mark.parametrize(("policy", "mode", "token"), SAMPLE)
def test_what_is_entered_so_is_conformant(policy, mode, token):
    hold(policy, mode, token, FEW)


@pytest.mark.acceptance
@pytest.mark.parametrize(("policy", "mode", "token"), EVERY)
def test_the_whole_suite_is_conformant(policy, mode, token):
    found = hold(policy, mode, token)

    assert found.outcome is Outcome.CONFORMANT
