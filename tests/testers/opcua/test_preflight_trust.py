"""A server that does not trust the tester yet: one cause, the file that has to go there, and it is true."""

# ruff: noqa: ARG002 - a rule gets what its interface says

import shutil
from datetime import timedelta

import pytest

from testbed.plugin.preflight import look
from testbed.wire.opcua_keys import OpcUaKeys, device_side, make_folder
from tests.testers.opcua import setups
from tests.testers.opcua.setups import certified, server, setup, text
from tests.testers.setups import serving, timed

URI = "urn:mother-factory:sim-plc"
SECURED = "{ policy: Aes256_Sha256_RsaPss, mode: SignAndEncrypt }"
CHANNELS = {"on the declared channel": {"channel": SECURED}, "beside the declared channel": {}}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two folders of testers who do not know each other."""
    folder = tmp_path_factory.mktemp("opcua")
    for name in ("ours", "theirs"):
        make_folder(folder / name)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """Copies, whose devices may be changed."""
    for name in ("ours", "theirs"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def trusted_by(folder, name):
    """The trust lists of the server that trusts one of the testers."""
    return device_side(OpcUaKeys(folder / name), URI)


def looked(folder, port, changes=(), security="{ keys: ours }"):
    with timed(15):
        declared = text(port, {"security": security, **dict(changes)})
        return look(setup(declared, folder / "a.yaml"))


def one(done):
    (found,) = done.found
    assert found.remedy is not None
    return found


@pytest.mark.parametrize("changes", CHANNELS.values(), ids=CHANNELS)
def test_whom_it_trusts_it_lets_in(folder, changes):
    with serving(server(keys=folder / "ours")) as port:
        done = looked(folder, port, changes, "{ keys: ours, trusts: [authority, certificate] }")

    assert done.found == ()


@pytest.mark.parametrize("changes", CHANNELS.values(), ids=CHANNELS)
def test_an_authority_that_it_does_not_know_yet(folder, changes):
    with serving(server(keys=folder / "theirs")) as port:
        found = one(looked(folder, port, changes))

        assert (found.id, found.stops) == ("PF-NOT-TRUSTED", True)
        assert f"has not trusted us yet: it refuses {folder / 'ours/tester.der'}: Bad_" in found.said.en
        assert f"let it trust {folder / 'ours/authority.der'} as an authority" in found.remedy.en
        assert f"with {folder / 'ours/authority.crl'} as its revocation list" in found.remedy.en
        assert str(folder / "ours/STEPS.txt") in found.remedy.ko

        for kind, ending in (("certs", "der"), ("crl", "crl")):
            there = trusted_by(folder, "theirs") / "trusted" / kind
            shutil.copy(folder / f"ours/authority.{ending}", there / f"new.{ending}")
        assert looked(folder, port, changes).found == ()


@pytest.mark.parametrize("changes", CHANNELS.values(), ids=CHANNELS)
def test_a_certificate_that_was_turned_away_is_moved(folder, changes):
    with serving(server(keys=folder / "theirs")) as port:
        security = "{ keys: ours, trusts: [certificate] }"
        found = one(looked(folder, port, changes, security))

        assert found.id == "PF-NOT-TRUSTED"
        own = folder / "ours/self-signed.der"
        assert f"put {own} into the server's trust list, often by moving it from the list" in found.remedy.en

        lists = trusted_by(folder, "theirs")
        (turned_away,) = (lists / "rejected").iterdir()
        assert turned_away.read_bytes() == own.read_bytes()
        shutil.move(turned_away, lists / "trusted/certs")
        assert looked(folder, port, changes, security).found == ()


def test_a_certificate_of_ones_own(folder):
    certified(folder)
    channel = "{ policy: Basic256Sha256, mode: Sign, certificate: own.pem, key: own.key }"
    with serving(server(keys=folder / "ours")) as port:
        found = one(looked(folder, port, {"channel": channel}))

    assert found.id == "PF-NOT-TRUSTED"
    assert f"put {folder / 'own.pem'} into the server's trust list" in found.remedy.en


def test_an_authority_without_its_list(folder):
    (trusted_by(folder, "ours") / "trusted/crl/authority.crl").unlink()

    class Frank(setups.Plc):
        """Says why."""

        def wire_status(self, found):
            return found

    with serving(server(Frank, folder / "ours")) as port:
        found = one(looked(folder, port))

    assert found.id == "PF-NO-LIST"
    assert f"give it {folder / 'ours/authority.crl'} as the revocation list" in found.remedy.en


def test_a_server_that_lives_in_another_time(folder):
    class Late(setups.Plc):
        """Its clock was never set."""

        def now(self):
            return super().now() - timedelta(days=9000)

    with serving(server(Late, folder / "ours")) as port:
        clock, found = looked(folder, port).found

    assert (clock.id, found.id) == ("PF-CLOCK", "PF-CERTIFICATE-TIME")
    assert found.remedy.en.startswith("set the server's clock")


def test_no_secured_endpoint(folder):
    with serving(server(setups.Plain, folder / "ours")) as port:
        found = one(looked(folder, port))

    assert (found.id, found.stops) == ("PF-NO-SECURED-ENDPOINT", False)


def test_a_server_that_hangs_up_without_a_word(folder):
    class Mute(setups.Plc):
        """Closes where it should say something."""

        def accept_certificate(self, sent, policy):
            raise ConnectionResetError

    with serving(server(Mute, folder / "ours")) as port:
        found = one(looked(folder, port))

    assert found.id == "PF-NOT-TRUSTED"
    assert "connection" in found.said.en


@pytest.mark.parametrize("changes", CHANNELS.values(), ids=CHANNELS)
def test_a_server_in_this_process_trusts_the_folder_of_its_declaration(folder, changes):
    done = looked(folder, 4840, {"connect": "sim:opcua-plc", **changes})

    assert done.found == ()
    assert (trusted_by(folder, "ours") / "own/certs/self-signed.der").exists()
