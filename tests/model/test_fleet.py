"""A fleet's file: places count upward, names follow, and two devices never have one place."""

import pytest

from testbed.model.document import DocumentError
from testbed.model.placing import read_fleet

HEAD = "name: { en: Test, ko: 시험 }\ndevices:\n"


def read(*groups, head=HEAD):
    return read_fleet(head + "".join(f"  - {{ {group} }}\n" for group in groups), "fleet.yaml")[0]


def complaint(*groups, head=HEAD):
    with pytest.raises(DocumentError) as caught:
        read(*groups, head=head)
    return str(caught.value)


def test_a_group_counts_addresses_or_ports_upward():
    fleet = read(
        "kind: transmitter, count: 500, address: 127.0.1.1+, port: 5020",
        "kind: plc, name: furnace, count: 3, port: 6000+",
        "kind: io-block, name: furnace, port: 0",
    )
    posts = [(post.name, post.address, post.port, post.unit) for post in fleet.posts()]

    assert posts[0] == ("transmitter-1", "127.0.1.1", 5020, None)
    assert posts[255] == ("transmitter-256", "127.0.2.0", 5020, None)
    assert posts[499:503] == [
        ("transmitter-500", "127.0.2.244", 5020, None),
        ("furnace-1", "127.0.0.1", 6000, None),
        ("furnace-2", "127.0.0.1", 6001, None),
        ("furnace-3", "127.0.0.1", 6002, None),
    ]
    assert posts[503:] == [("furnace-4", "127.0.0.1", 0, None)]


def test_a_group_with_units_stands_behind_gateways():
    fleet = read(
        "kind: transmitter, count: 2, gateways: 2, unit: 10+, port: 5020+",
        "kind: plc, gateways: 2, unit: 1, port: 5020+",
    )

    assert [(post.name, post.port, post.unit) for post in fleet.posts()] == [
        ("transmitter-1", 5020, 10),
        ("transmitter-2", 5020, 11),
        ("transmitter-3", 5021, 10),
        ("transmitter-4", 5021, 11),
        ("plc-1", 5020, 1),
        ("plc-2", 5021, 1),
    ]


def test_the_order_of_a_file_names_the_devices_and_ipv6_is_an_address_too():
    (post,) = read("kind: plc, address: '::1', port: 5020").posts()

    assert (post.name, post.address) == ("plc-1", "::1")


PLACES = {
    "one port for many": (
        ["kind: plc, count: 2, port: 5020"],
        (
            "line 3: `devices.0`: 2 devices cannot share 127.0.0.1 port 5020; "
            "write `address: 127.0.0.1+` or `port: 5020+`"
        ),
    ),
    "one unit for many": (
        ["kind: plc, count: 2, port: 5020, unit: 7"],
        "line 3: `devices.0`: 2 devices cannot share unit 7; write `unit: 7+`",
    ),
    "one port for many gateways": (
        ["kind: plc, gateways: 3, port: 5020, unit: 7"],
        (
            "line 3: `devices.0`: 3 gateways cannot share 127.0.0.1 port 5020; "
            "write `address: 127.0.0.1+` or `port: 5020+`"
        ),
    ),
    "gateways without units": (
        ["kind: plc, gateways: 3, port: 5020+"],
        "line 3: `devices.0`: gateways route by unit identifier; add `unit: 1+`",
    ),
    "more than the ports": (
        ["kind: plc, count: 17, port: 65520+"],
        "line 3: `devices.0`: `port: 65520+` has room for 16, and 17 are wanted",
    ),
    "more than the units": (
        ["kind: plc, count: 248, port: 5020, unit: 1+"],
        "line 3: `devices.0`: `unit: 1+` has room for 247, and 248 are wanted",
    ),
    "more than the addresses": (
        ["kind: plc, count: 6, address: 127.255.255.250+, port: 5020"],
        "line 3: `devices.0`: `address: 127.255.255.250+` has room for 5, and 6 are wanted",
    ),
    "a port twice": (
        ["kind: plc, count: 9, port: 5020+", "kind: io-block, port: 5028"],
        (
            "line 4: `devices.1`: io-block-1 wants 127.0.0.1 port 5028, which plc-9 of line 3 has; "
            "give another address or port"
        ),
    ),
    "a unit twice": (
        ["kind: plc, count: 9, unit: 1+, port: 5020", "kind: io-block, unit: 9, port: 5020"],
        (
            "line 4: `devices.1`: io-block-1 wants unit 9 of the gateway at 127.0.0.1 port 5020, "
            "which plc-9 of line 3 has; give another unit or port"
        ),
    ),
    "a device in a gateway's place": (
        ["kind: plc, unit: 1, port: 5020", "kind: io-block, port: 5020"],
        (
            "line 4: `devices.1`: io-block-1 wants 127.0.0.1 port 5020, which plc-1 of line 3 has; "
            "give the gateway another port"
        ),
    ),
    "a gateway in a device's place": (
        ["kind: io-block, port: 5020", "kind: plc, unit: 1, port: 5020"],
        (
            "line 4: `devices.1`: plc-1 wants 127.0.0.1 port 5020, which io-block-1 of line 3 has; "
            "give the gateway another port"
        ),
    ),
}


@pytest.mark.parametrize(("groups", "said"), PLACES.values(), ids=PLACES)
def test_places_that_cannot_be(groups, said):
    (line,) = complaint(*groups).splitlines()

    assert line.startswith(f"fleet.yaml: {said}")


WORDS = {
    "no address": ("kind: plc, address: plc.local, port: 1", "`devices.0.address`: is no IP address"),
    "every address": ("kind: plc, address: 0.0.0.0, port: 1", "`devices.0.address`: is no address of one"),
    "no port": ("kind: plc, port: 65536", "`devices.0.port`: is not a port; write a number from 0 to 65535"),
    "any ports on": ("kind: plc, port: 0+", "`devices.0.port`: is not a port"),
    "no port at all": ("kind: plc", "`devices.0.port` is missing"),
    "broadcast": (
        "kind: plc, port: 1, unit: 0",
        "`devices.0.unit`: is not a unit identifier; write a number",
    ),
    "no devices": ("kind: plc, port: 1, count: 0", "`devices.0.count`: input should be greater than"),
    "too many": ("kind: plc, port: 0, count: 20001", "`devices.0.count`: input should be less than"),
    "a long name": ("kind: plc, port: 1, name: twelve-chars", "`devices.0.name`: string should have at most"),
    "no register": (
        "kind: plc, port: 1, signals: [{ table: input_registers, around: 925, swing: 1, scale: 100 }]",
        "`devices.0.signals.0`: goes from 92400 to 92600, and a register holds 0 to 65535; see `scale`",
    ),
    "no time": (
        "kind: plc, port: 1, signals: [{ table: coils, around: 1, every: 5 }]",
        "`devices.0.signals.0.every`: has no unit; write `5 ms` or `5 s`",
    ),
}


@pytest.mark.parametrize(("group", "said"), WORDS.values(), ids=WORDS)
def test_words_that_cannot_be(group, said):
    assert complaint(group).startswith(f"fleet.yaml: line 3: {said}")


def test_a_fleet_has_devices():
    said = complaint(head=HEAD.replace("devices:", "devices: []"))

    assert said == "fleet.yaml: line 1: `the document`: `devices` is empty; a fleet has one at least"


def test_a_fleet_of_groups_is_bounded_as_a_whole():
    groups = ["kind: plc, count: 20000, port: 0", "kind: plc, port: 0"]

    assert "has 20001 devices; one fleet has at most 20000" in complaint(*groups)


def test_each_group_that_collides_is_told_once():
    said = complaint(*["kind: plc, count: 5, port: 5020+"] * 3)

    assert said.count("\n") == 1
    assert [line.partition(": `")[0] for line in said.splitlines()] == [
        "fleet.yaml: line 4",
        "fleet.yaml: line 5",
    ]
