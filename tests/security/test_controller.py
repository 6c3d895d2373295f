"""The simulated controller behind TLS: its user can change the rights; plain TCP knows nothing of them."""

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.secure import Security
from testbed.model.document import DocumentError
from testbed.wire.mbaps import make_folder

READ, WRITE = bytes.fromhex("0300000001"), bytes.fromhex("0600000001")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("mbaps") / "keys"
    make_folder(made)
    return made


def may(folder, role):
    guarded = Security(Plc(), folder).guard(role)
    return [guarded.answer(request)[0] < 0x80 for request in (READ, WRITE)]


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("Operator", [True, True]),
        ("Viewer", [True, False]),
        (None, [False, False]),
        ("Admin", [False, False]),
    ],
)
def test_rights_as_delivered(folder, role, rights):
    assert may(folder, role) == rights


def test_rights_as_the_user_writes_them(folder):
    rules = folder / "rights.yaml"
    rules.write_text('Admin: all\nViewer: [6]\n"": [3]\n')
    assert [may(folder, role) for role in ("Admin", "Viewer", None, "Operator")] == [
        [True, True], [False, True], [True, False], [False, False],
    ]  # fmt: skip
    rules.unlink()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- all\n", "line 1: must be a list of"),
        ("Viewer: [fc03]\n", "line 1: `Viewer`: write `all`, or a list of function codes"),
        ("Operator: all\nViewer: some\n", "line 2: `Viewer`"),
    ],
)
def test_rights_that_nobody_can_read(folder, text, said):
    rules = folder / "rights.yaml"
    rules.write_text(text)
    with pytest.raises(DocumentError) as refused:
        Security(Plc(), folder)
    rules.unlink()
    assert said in str(refused.value)


def test_what_is_refused_is_not_executed(folder):
    server = Plc()
    guarded = Security(server, folder).guard("Viewer")
    assert guarded.answer(bytes.fromhex("0600055A5A")) == bytes.fromhex("8601")
    assert server.holding_registers[5] == 5
    assert server.answer(bytes.fromhex("0600055A5A")) == bytes.fromhex("0600055A5A")
