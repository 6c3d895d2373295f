"""Secured channels that are refused in every way: what a case gets, and what a reader is told of it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from asyncua import ua

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.plc import Plc
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.protocols.opcua import OPN, encode_service, status
from testbed.protocols.opcua.asymmetric import leaf
from testbed.protocols.opcua.security_headers import decode_asymmetric
from testbed.testers.answer import Reaction
from testbed.testers.opcua.bench import UaBench
from testbed.testers.opcua.refusal import Faulted
from testbed.testers.trouble import NotTestable, Undecided
from testbed.testers.words import words
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.recorder import Recorder
from testbed.wire.simulator import serve, simulator

TEXT = example("sim-opcua-plc.yaml").read_text(encoding="utf-8")


class Hangs(Plc):
    """Does not answer who is refused, and keeps the connection."""

    def fail(self, line, why, reason=None):
        """Do nothing."""


class HangsUp(Plc):
    """Closes the connection of who is refused, without a word."""

    def fail(self, line, why, reason=None):  # noqa: ARG002 - says none of it
        """Close it."""
        line.end(self.LINGER)


class Faults(Plc):
    """Answers who is refused with a ServiceFault in an OPN, encrypted for the one who asked."""

    def take_open(self, line, frame):
        """Answer as if there were a channel."""
        try:
            self.open_channel(line, frame)
        except Broken as broken:
            said, _ = decode_asymmetric(frame)
            secure = self.new_secure(self.accepted_policy(said.policy_uri), leaf(said.sender_certificate))
            asked = secure.open(frame)
            fault = ua.ServiceFault()
            fault.ResponseHeader.ServiceResult = ua.StatusCode(int(broken.status))
            fault.ResponseHeader.RequestHandle = self.read_open(asked).RequestHeader.RequestHandle
            fault.ResponseHeader.Timestamp = self.now()
            for one in secure.seal(encode_service(fault), asked.request_id, type=OPN):
                line.send(one)


class Unsecured(Plc):
    """Offers no secured endpoint."""

    MODES = {"None": (1,)}  # noqa: RUF012 - as of all servers


def at(device, talk):
    """Let a coroutine talk to a device through a case's secured channels, and return what it returns."""

    async def run():
        reference = simulator("opcua-plc")
        setup = replace(
            prepare_text(TEXT, "a.yaml"), simulator=replace(reference, start=lambda *a: serve(device, *a))
        )
        async with AsyncExitStack() as stack:
            bench = UaBench(*await setup.connect()(stack), 1)
            desk = bench.case("test_x", (), "", Recorder(asyncio.get_running_loop().time))
            arguments = await desk.prepare(["secure"])
            found = await talk(arguments["secure"])
            assert await desk.conclude() is None
            assert desk.monitor.breaches == []
            return found

    loop = VirtualClockLoop()
    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


async def untrusted(secure):
    """Show a certificate that nobody trusts."""
    return await secure.met(secure.keys.bad["untrusted"])


@pytest.mark.parametrize(
    ("device", "reaction", "en", "ko"),
    [
        (
            Plc,
            status.BadSecurityChecksFailed,
            "Bad_SecurityChecksFailed (0x80130000)",
            "Bad_SecurityChecksFailed (0x80130000)",
        ),
        (Hangs, Reaction.SILENCE, "no answer", "응답 없음"),
        (HangsUp, Reaction.CLOSED, "the connection closed", "연결 종료"),
        (
            Faults,
            status.BadSecurityChecksFailed,
            (
                "Bad_SecurityChecksFailed (0x80130000) as a ServiceFault inside an encrypted"
                " OpenSecureChannel response"
            ),
            "암호화된 OpenSecureChannel 응답 안의 ServiceFault Bad_SecurityChecksFailed (0x80130000)",
        ),
    ],
)
def test_a_hang_a_close_and_an_encrypted_fault_are_told_apart(device, reaction, en, ko):
    found = at(device, untrusted)

    assert found == reaction
    assert isinstance(found, Faulted) is (device is Faults)
    assert (words(found).en, words(found).ko) == (en, ko)


def test_who_is_accepted_is_served():
    async def talk(secure):
        client = await secure.session()
        return (await client.get_endpoints()).status

    assert at(Plc, talk) == status.Good


def test_the_strongest_policy_is_chosen_and_the_tester_encrypts():
    async def talk(secure):
        return secure.policy.name, secure.mode, secure.policies

    policies = ("Aes256_Sha256_RsaPss", "Basic256Sha256", "Aes128_Sha256_RsaOaep")
    assert at(Plc, talk) == ("Aes256_Sha256_RsaPss", 3, policies)


def test_a_server_without_a_secured_endpoint_is_not_tested():
    with pytest.raises(NotTestable, match="no secured endpoint"):
        at(Unsecured, untrusted)


def test_a_channel_that_is_set_up_in_vain_judges_nothing():
    async def talk(secure):
        await secure.opened(secure.keys.bad["expired"])

    with pytest.raises(Undecided, match="Bad_CertificateTimeInvalid"):
        at(Plc, talk)


def test_each_field_of_an_opening_can_be_wrong():
    async def talk(secure):
        return (
            await secure.met(nonce=b"short"),
            await secure.met(thumbprint=bytes(20)),
            await secure.met(policy_uri=secure.unoffered),
            await secure.met(request_mode=1),
        )

    assert at(Plc, talk) == (
        status.BadNonceInvalid,
        status.BadCertificateInvalid,
        status.BadSecurityPolicyRejected,
        status.BadSecurityModeRejected,
    )


def test_users_are_proven_on_whatever_channel():
    async def talk(secure):
        anonymous = await secure.session(identity=secure.identity.anonymous())
        plain = await secure.session(policy="None")
        return anonymous.is_activated, plain.is_activated

    assert at(Plc, talk) == (True, True)
