"""How long a PDU will be, told by its first bytes."""

import pytest

from testbed.protocols import modbus
from testbed.protocols.modbus import request_size, response_size
from tests.protocols.test_against_tshark import DIALOGUE

PAIRS = [(request.encode(), response.encode()) for request, _, response, _ in DIALOGUE]
ANY_LENGTH = {modbus.CanopenGeneralReference(b"\x01\x02").encode()}


@pytest.mark.parametrize(("request_", "response"), PAIRS)
def test_every_beginning_tells_the_right_size_or_none(request_, response):
    asked = {request_size(request_[:end]) for end in range(len(request_) + 1)}
    answered = {response_size(response[:end], request_) for end in range(len(response) + 1)}

    assert asked <= {None, len(request_)}
    assert answered <= {None, len(response)}
    known = request_ not in ANY_LENGTH
    assert (request_size(request_) is not None, response_size(response, request_) is not None) == (
        known,
        known,
    )


def test_query_data_have_any_length_and_come_back_as_long():
    query = modbus.Diagnostics(0, b"\x01\x02\x03\x04").encode()

    assert request_size(query) is None
    assert response_size(query[:3]) is None
    assert response_size(query[:3], query) == 7
    assert response_size(query[:3], modbus.Diagnostics(11).encode()) is None


def test_objects_of_an_identification_are_counted_as_they_come():
    objects = (modbus.DeviceObject(0, b"Example"), modbus.DeviceObject(1, b"PX"))
    response = modbus.ReadDeviceIdentificationResponse(1, 0x81, objects).encode()

    assert response_size(response[:-3]) is None
    assert response_size(response[:-2]) == len(response)
    assert response_size(b"\x2b\x0d\x01\x02\x03\x04\x05") is None


@pytest.mark.parametrize("code", [0x81, 0x83, 0xC5, 0xFF])
def test_an_exception_is_two_bytes(code):
    assert response_size(bytes((code,))) == 2
    assert request_size(bytes((code,))) is None


@pytest.mark.parametrize("code", [0, 9, 25, 42, 65, 100])
def test_of_a_function_that_is_not_public_nothing_is_known(code):
    assert request_size(bytes((code, 0, 0, 0, 0))) is None
    assert response_size(bytes((code, 0, 0, 0, 0))) is None
