"""What a declaration says of OPC UA's security and cannot be: exit status 64, one line, and what to do."""

import shutil

import pytest
from click.testing import CliRunner

from testbed.commands import cli
from testbed.plugin.shelf import example
from testbed.wire.opcua_keys import make_folder

TEXT = example("sim-opcua-plc.yaml").read_text(encoding="utf-8")
CHANNEL = "channel:  { policy: None, mode: None }\n"
SECURITY = "security: { trusts: [authority, certificate] }\n"
WITH_KEYS = "security: { trusts: [authority, certificate], keys: keys }\n"
SIGNED = "channel: {{ policy: Basic256Sha256, mode: Sign, certificate: {}, key: {} }}\n"
POLICIES = "None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss"
DIFFER = "is not the key of keys/{}; name the two that were made together"
BY_OTHERS = "open.key can be read by others; write `chmod 600 open.key`"
NO_PLACE = "a password does not belong in a declaration; write `password: { env: NAME }`"

WRONG = {
    "a channel's certificate and key differ": (
        SIGNED.format("keys/tester.der", "keys/user.key"),
        "`channel.key`: keys/user.key " + DIFFER.format("tester.der"),
    ),
    "a channel's key is open to others": (SIGNED.format("keys/tester.der", "open.key"), BY_OTHERS),
    "a channel's key is missing": (
        SIGNED.format("keys/tester.der", "nowhere.key"),
        "`channel.key`: nowhere.key cannot be read: No such file or directory; write it there, or name",
    ),
    "a channel's key is not named": (
        "channel: { policy: Basic256Sha256, mode: Sign, certificate: keys/tester.der }\n",
        "`certificate` and `key` belong together: write both, or leave both out",
    ),
    "a policy that there is not": (
        "channel: { policy: Basic512, mode: Sign }\n",
        "`channel.policy`: input should be 'None', 'Basic256Sha256', 'Aes128_Sha256_RsaOaep' or",
    ),
    "a policy by a URI that there is not": (
        "channel: { policy: 'http://opcfoundation.org/UA/SecurityPolicy#Basic512', mode: Sign }\n",
        "`channel.policy`: input should be 'None', 'Basic256Sha256'",
    ),
    "a deprecated policy": (
        "channel: { policy: Basic128Rsa15, mode: Sign }\n",
        f"is deprecated, and the bed opens no channel with it; write one of {POLICIES}",
    ),
    "a policy of elliptic curves": (
        "channel: { policy: ECC_nistP256, mode: Sign }\n",
        f"has elliptic curves, which the bed does not cover; write one of {POLICIES}",
    ),
    "a mode that does not go with its policy": (
        "channel: { policy: Basic256Sha256 }\n",
        "policy Basic256Sha256 does not go with mode None; write both as None, or a policy with `mode: Sign`",
    ),
    "a user without a password": (
        CHANNEL + "user: { name: operator }\n",
        "`user.password` is missing: write `password: { env: VARIABLE }`, or `{ file: FILE }`",
    ),
    "a password whose variable is not set": (
        CHANNEL + "user: { name: operator, password: { env: NOT_SET_HERE } }\n",
        "the variable NOT_SET_HERE is not set; write `export NOT_SET_HERE=...` first",
    ),
    "a password whose file is missing": (
        CHANNEL + "user: { name: operator, password: { file: nowhere } }\n",
        "`user.password`: nowhere cannot be read: No such file or directory; write it there, or name",
    ),
    "a password in the declaration": (CHANNEL + "user: { name: operator, password: hunter2 }\n", NO_PLACE),
    "a user's certificate and key differ": (
        CHANNEL + "user: { certificate: keys/user.der, key: keys/tester.key }\n",
        "`user.key`: keys/tester.key " + DIFFER.format("user.der"),
    ),
    "a user's key is open to others": (
        CHANNEL + "user: { certificate: keys/user.der, key: open.key }\n",
        BY_OTHERS,
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with good keys, and a key that everybody can read."""
    made = tmp_path_factory.mktemp("declared")
    make_folder(made / "keys")
    shutil.copyfile(made / "keys/tester.key", made / "open.key")
    (made / "open.key").chmod(0o644)
    return made


def run(folder, text):
    """Run a declaration in a folder."""
    (folder / "device.yaml").write_text(text, encoding="utf-8")
    command = ["run", str(folder / "device.yaml"), "--out", str(folder / "bundle")]
    return CliRunner().invoke(cli, command)


def told(done, folder):
    """Return the one line that was printed, with the folder's name taken off."""
    assert done.exit_code == 64
    assert isinstance(done.exception, SystemExit)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert not (folder / "bundle").exists()
    return done.stderr.replace(f"{folder}/", "")


@pytest.mark.parametrize("wrong", WRONG)
def test_one_line_says_what_to_do(folder, wrong):
    written, said = WRONG[wrong]
    done = run(folder, TEXT.replace(CHANNEL, written).replace(SECURITY, WITH_KEYS))

    assert said in told(done, folder)
    line = TEXT[: TEXT.index(CHANNEL)].count("\n") + written.count("\n")
    assert told(done, folder).startswith(f"testbed: device.yaml: line {line}: ")
    assert "hunter2" not in done.stderr


def test_a_secured_channel_without_certificates(folder):
    signed = "channel: { policy: Basic256Sha256, mode: Sign }\n"
    done = run(folder, TEXT.replace(CHANNEL, signed).replace(SECURITY, ""))

    said = (
        "needs certificates of the tester: make some with `testbed keys opcua FOLDER`, and write `security:"
    )
    assert said in told(done, folder)


@pytest.mark.parametrize("below", ["device", "device/mother-factory/rejected"])
def test_trust_lists_that_cannot_be_written(tmp_path, folder, below):
    shutil.copytree(folder / "keys", tmp_path / "keys")
    shutil.rmtree(tmp_path / "keys/device", ignore_errors=True)
    (tmp_path / "keys" / below).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "keys" / below).write_text("a file, where a folder has to be")
    done = run(tmp_path, TEXT.replace(SECURITY, WITH_KEYS))

    said = f"`security.keys`: keys/{below} cannot be written: File exists; a simulated device keeps"
    assert said in told(done, tmp_path)
    assert "so make it writable, or take a copy of keys" in told(done, tmp_path)
