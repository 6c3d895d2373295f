"""What a device told of itself is read off responses of functions 07, 08, 11, 12 and 17."""

from testbed.testers.modbus.reply import Instead, Reply


def reply(pdu):
    return Reply(bytes.fromhex("0001 0000 0000 01") + bytes.fromhex(pdu), 1, 0.0)


def test_words_of_function_08():
    assert (reply("08 000b 1234").sub_function, reply("08 000b 1234").count) == (11, 0x1234)
    assert isinstance(reply("08 000b 12").count, Instead)
    assert isinstance(reply("88 01").count, Instead)


def test_a_counter_and_a_log():
    counter, log = reply("0b ffff 0102"), reply("0c 08 ffff 0102 0304 80 41")
    assert (counter.status, counter.count) == (log.status, log.count) == (0xFFFF, 0x0102)
    assert log.message_count == 0x0304
    assert log.events == b"\x80\x41"


def test_events():
    log = reply("0c 0c 0000 0000 0000 80 41 04 00 3f 40")
    assert log.unknown_events == {0x3F}
    assert log.newest(range(0x40, 0x80)) == 0x41
    assert log.newest([0x42]) is None
    assert isinstance(reply("8c 01").newest([0x41]), Instead)
    assert isinstance(reply("0c 06 0000").unknown_events, Instead)


def test_sizes_and_single_bytes():
    assert reply("07 5a").size == 2
    assert isinstance(reply("87 01").size, Instead)
    assert reply("11 03 01 ff 00").data_byte(1) == 0xFF
    assert isinstance(reply("11 01 01").data_byte(1), Instead)
