"""Status codes by name and number."""

import pytest

from testbed.protocols.opcua import Status, status


def test_a_status_is_its_number():
    assert status.BadNodeIdUnknown == 0x80340000
    assert status.BadNodeIdUnknown == Status(0x80340000)
    assert status.BadNodeIdUnknown != 0x80340001
    assert {status.Good: 1}[0] == 1


@pytest.mark.parametrize(
    ("code", "name", "title"),
    [
        (0, "Good", "Good"),
        (0x80340000, "BadNodeIdUnknown", "Bad_NodeIdUnknown"),
        (0x40000000, "Uncertain", "Uncertain"),
        (0x80340480, "0x80340480", "Bad_NodeIdUnknown with info bits 0x0480"),
        (0x8FFF0000, "0x8FFF0000", "0x8FFF0000"),
    ],
)
def test_a_status_has_a_name_and_a_title(code, name, title):
    assert (Status(code).name, Status(code).title, str(Status(code))) == (name, title, title)


@pytest.mark.parametrize(
    ("code", "severity"), [(0, "good"), (0x40920000, "uncertain"), (0x80340000, "bad"), (0xC0000000, "bad")]
)
def test_a_status_has_one_severity(code, severity):
    one = Status(code)

    assert [name for name in ("good", "uncertain", "bad") if getattr(one, f"is_{name}")] == [severity]


def test_a_name_that_the_standard_lacks_is_an_error():
    with pytest.raises(AttributeError, match="BadWeather"):
        _ = status.BadWeather
