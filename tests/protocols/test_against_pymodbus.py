"""The same messages through pymodbus's own PDU classes, both ways: an implementation that shares no code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu import (
    DecodePDU,
    ExceptionResponse,
    FileRecord,
    bit_message,
    diag_message,
    file_message,
    mei_message,
    other_message,
    register_message,
)

from testbed.protocols import modbus
from testbed.protocols.modbus import decode_request, decode_response

byte = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)


def words(most):
    return st.lists(word, min_size=1, max_size=most)


def bits(most):
    return st.lists(st.booleans(), min_size=1, max_size=most)


def pairs(ours, theirs, *values):
    """Strategy of the same message built twice from the same values."""
    return st.tuples(*values).map(lambda drawn: (ours(*drawn), theirs(*drawn)))


def read(theirs, ours, most):
    return pairs(ours, lambda a, n: theirs(address=a, count=n), word, st.integers(1, most))


def record(file, number, values):
    data = b"".join(value.to_bytes(2, "big") for value in values)
    return FileRecord(file_number=file, record_number=number, record_data=data)


groups = st.lists(st.tuples(word, word, words(10)), min_size=1, max_size=5)
references = st.lists(st.tuples(word, word, st.integers(1, 100)), min_size=1, max_size=35)
identities = st.dictionaries(byte, st.binary(min_size=1, max_size=20), min_size=1, max_size=8)
counters = st.sampled_from(sorted(set(modbus.SubFunction) - {0, 1, 3}))


def written(cls):
    return lambda g: cls(tuple(modbus.RecordWrite(file, number, tuple(values)) for file, number, values in g))


def diagnostics(side):
    """Pymodbus has a class a sub-function, in a table by request and response."""
    return lambda code, data: DecodePDU.pdu_sub_table[8][code][side](message=data)


REQUESTS = {
    "read coils": read(bit_message.ReadCoilsRequest, modbus.ReadCoils, 2000),
    "read discrete inputs": read(bit_message.ReadDiscreteInputsRequest, modbus.ReadDiscreteInputs, 2000),
    "read holding registers": read(
        register_message.ReadHoldingRegistersRequest, modbus.ReadHoldingRegisters, 125
    ),
    "read input registers": read(register_message.ReadInputRegistersRequest, modbus.ReadInputRegisters, 125),
    "write single coil": pairs(
        lambda a, on: modbus.WriteSingleCoil(a, modbus.COIL_ON if on else modbus.COIL_OFF),
        lambda a, on: bit_message.WriteSingleCoilRequest(address=a, bits=[on]),
        word,
        st.booleans(),
    ),
    "write single register": pairs(
        modbus.WriteSingleRegister,
        lambda a, v: register_message.WriteSingleRegisterRequest(address=a, registers=[v]),
        word,
        word,
    ),
    "read exception status": pairs(modbus.ReadExceptionStatus, other_message.ReadExceptionStatusRequest),
    "diagnostics": pairs(modbus.Diagnostics, diagnostics(0), counters, st.just(b"\x00\x00")),
    "return query data": pairs(
        lambda data: modbus.Diagnostics(0, data),
        lambda data: diag_message.ReturnQueryDataRequest(message=data),
        words(100).map(lambda values: b"".join(value.to_bytes(2, "big") for value in values)),
    ),
    "get comm event counter": pairs(modbus.GetCommEventCounter, other_message.GetCommEventCounterRequest),
    "get comm event log": pairs(modbus.GetCommEventLog, other_message.GetCommEventLogRequest),
    "write multiple coils": pairs(
        lambda a, v: modbus.WriteMultipleCoils(a, tuple(v)),
        lambda a, v: bit_message.WriteMultipleCoilsRequest(address=a, bits=v),
        word,
        bits(1968),
    ),
    "write multiple registers": pairs(
        lambda a, v: modbus.WriteMultipleRegisters(a, tuple(v)),
        lambda a, v: register_message.WriteMultipleRegistersRequest(address=a, registers=v),
        word,
        words(123),
    ),
    "report server id": pairs(modbus.ReportServerId, other_message.ReportDeviceIdRequest),
    "read file record": pairs(
        lambda g: modbus.ReadFileRecord(tuple(modbus.RecordReference(*reference) for reference in g)),
        lambda g: file_message.ReadFileRecordRequest(
            [FileRecord(file_number=f, record_number=r, record_length=2 * n) for f, r, n in g]
        ),
        references,
    ),
    "write file record": pairs(
        written(modbus.WriteFileRecord),
        lambda g: file_message.WriteFileRecordRequest([record(*group) for group in g]),
        groups,
    ),
    "mask write register": pairs(
        modbus.MaskWriteRegister, register_message.MaskWriteRegisterRequest, word, word, word
    ),
    "read/write multiple registers": pairs(
        lambda ra, rn, wa, v: modbus.ReadWriteMultipleRegisters(ra, rn, wa, tuple(v)),
        register_message.ReadWriteMultipleRegistersRequest,
        word,
        st.integers(1, 125),
        word,
        words(121),
    ),
    "read FIFO queue": pairs(modbus.ReadFifoQueue, file_message.ReadFifoQueueRequest, word),
    "read device identification": pairs(
        modbus.ReadDeviceIdentification,
        mei_message.ReadDeviceInformationRequest,
        st.integers(1, 4),
        byte,
    ),
}


def answered_bits(ours, theirs):
    whole = st.integers(1, 30).flatmap(lambda n: st.lists(st.booleans(), min_size=8 * n, max_size=8 * n))
    return pairs(lambda v: ours(tuple(v)), lambda v: theirs(bits=v), whole)


def answered_registers(ours, theirs):
    return pairs(lambda v: ours(tuple(v)), lambda v: theirs(registers=v), words(125))


RESPONSES = {
    "read coils": answered_bits(modbus.ReadCoilsResponse, bit_message.ReadCoilsResponse),
    "read discrete inputs": answered_bits(
        modbus.ReadDiscreteInputsResponse, bit_message.ReadDiscreteInputsResponse
    ),
    "read holding registers": answered_registers(
        modbus.ReadHoldingRegistersResponse, register_message.ReadHoldingRegistersResponse
    ),
    "read input registers": answered_registers(
        modbus.ReadInputRegistersResponse, register_message.ReadInputRegistersResponse
    ),
    "write single coil": pairs(
        lambda a, on: modbus.WriteSingleCoilResponse(a, modbus.COIL_ON if on else modbus.COIL_OFF),
        lambda a, on: bit_message.WriteSingleCoilResponse(address=a, bits=[on]),
        word,
        st.booleans(),
    ),
    "write single register": pairs(
        modbus.WriteSingleRegisterResponse,
        lambda a, v: register_message.WriteSingleRegisterResponse(address=a, registers=[v]),
        word,
        word,
    ),
    "read exception status": pairs(
        modbus.ReadExceptionStatusResponse,
        lambda status: set_status(other_message.ReadExceptionStatusResponse(), status),
        byte,
    ),
    "diagnostics": pairs(
        modbus.DiagnosticsResponse,
        diagnostics(1),
        counters.filter(lambda code: code != modbus.SubFunction.FORCE_LISTEN_ONLY_MODE),  # has no response
        st.binary(min_size=2, max_size=2),
    ),
    "get comm event counter": pairs(
        lambda ready, count: modbus.GetCommEventCounterResponse(0 if ready else 0xFFFF, count),
        lambda ready, count: other_message.GetCommEventCounterResponse(status=ready, count=count),
        st.booleans(),
        word,
    ),
    "get comm event log": pairs(
        lambda ready, messages, events, log: modbus.GetCommEventLogResponse(
            0 if ready else 0xFFFF, events, messages, bytes(log)
        ),
        other_message.GetCommEventLogResponse,
        st.booleans(),
        word,
        word,
        st.lists(byte, max_size=64),
    ),
    "write multiple coils": pairs(
        modbus.WriteMultipleCoilsResponse,
        lambda a, n: bit_message.WriteMultipleCoilsResponse(address=a, count=n),
        word,
        word,
    ),
    "write multiple registers": pairs(
        modbus.WriteMultipleRegistersResponse,
        lambda a, n: register_message.WriteMultipleRegistersResponse(address=a, count=n),
        word,
        word,
    ),
    "report server id": pairs(
        lambda name, on: modbus.ReportServerIdResponse(name + (b"\xff" if on else b"\x00")),
        other_message.ReportDeviceIdResponse,
        st.binary(min_size=1, max_size=200),
        st.booleans(),
    ),
    "read file record": pairs(
        lambda g: modbus.ReadFileRecordResponse(tuple(modbus.RecordContent(tuple(v)) for v in g)),
        lambda g: file_message.ReadFileRecordResponse([record(0, 0, values) for values in g]),
        st.lists(words(10), min_size=1, max_size=8),
    ),
    "write file record": pairs(
        written(modbus.WriteFileRecordResponse),
        lambda g: file_message.WriteFileRecordResponse([record(*group) for group in g]),
        groups,
    ),
    "mask write register": pairs(
        modbus.MaskWriteRegisterResponse, register_message.MaskWriteRegisterResponse, word, word, word
    ),
    "read/write multiple registers": answered_registers(
        modbus.ReadWriteMultipleRegistersResponse, register_message.ReadWriteMultipleRegistersResponse
    ),
    "read FIFO queue": pairs(
        lambda v: modbus.ReadFifoQueueResponse(tuple(v)), file_message.ReadFifoQueueResponse, words(31)
    ),
    "read device identification": pairs(
        lambda code, found: modbus.ReadDeviceIdentificationResponse(
            code, 0x83, tuple(modbus.DeviceObject(*item) for item in found.items())
        ),
        mei_message.ReadDeviceInformationResponse,
        st.integers(1, 4),
        identities,
    ),
    "exception": pairs(modbus.ExceptionResponse, ExceptionResponse, st.integers(1, 127), byte),
}


def set_status(message, status):
    message.status = status
    return message


def encoded(theirs):
    return bytes((theirs.function_code,)) + theirs.encode()


# Faults of pymodbus 3.16.1, not ours: as a server it takes the record length of function 20 for bytes and
# halves it; encoding an identification counts its objects on top of those already counted.
HALVES_RECORD_LENGTH = "read file record"
COUNTS_OBJECTS_TWICE = "read device identification"


@pytest.mark.parametrize("name", REQUESTS)
@given(data=st.data())
def test_request(name, data):
    ours, theirs = data.draw(REQUESTS[name])
    wire = encoded(theirs)

    assert ours.encode() == wire
    assert decode_request(wire) == ours
    if name != HALVES_RECORD_LENGTH:
        assert encoded(DecodePDU(is_server=True).decode(ours.encode())) == wire


@pytest.mark.parametrize("name", RESPONSES)
@given(data=st.data())
def test_response(name, data):
    ours, theirs = data.draw(RESPONSES[name])
    wire = encoded(theirs)

    assert ours.encode() == wire
    assert decode_response(wire) == ours
    again = DecodePDU(is_server=False).decode(ours.encode())
    if name == COUNTS_OBJECTS_TWICE:
        again.number_of_objects = 0
    assert encoded(again) == wire


def test_every_function_that_pymodbus_knows_is_held_against_it():
    assert set(DecodePDU.pdu_table) == set(modbus.Function)
