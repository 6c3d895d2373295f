"""What a vendor declares of a client: how it acts, where its values are seen, what is said of a wrong one."""

from pathlib import Path

import pytest
import yaml

from testbed.model.declaration import Declaration
from testbed.model.document import DocumentError, load

EXAMPLE = Path(__file__).parents[2] / "profiles" / "devices" / "example-client.yaml"
STDOUT = {"where": "stdout"}
NODES = {"where": "opcua", "url": "opc.tcp://h:4840", "nodes": ["i=2258"]}


def declared(task, **client):
    """Read a declaration of a client with one task."""
    said = {
        "device": {"vendor": "nobody", "model": "script", "firmware": "1"},
        "profile": "modbus-tcp-client@1",
        "connect": "listen://127.0.0.1:5020?unit=17",
        "client": {"tasks": {"read": {"does": "fc03", "count": 3, **task}}, **client},
    }
    return load(Declaration, yaml.safe_dump(said), "client.yaml")


def test_the_example_is_one():
    declared = load(Declaration, EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE))
    places = {task.belief.where for task in declared.client.tasks.values() if task.belief is not None}

    assert places == {"stdout", "file", "http", "opcua", "operator"}
    assert declared.client.by_hand


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ({"belief": STDOUT}, "lacks a `command` or an `operator`"),
        ({"command": ["a"]}, "lacks `belief`"),
        ({"command": ["a"], "operator": "do", "belief": STDOUT}, "one is enough"),
        ({"operator": "do", "belief": STDOUT}, "an operator types: `where: operator`"),
        ({"command": ["a"], "belief": {"where": "operator"}}, "ended before an operator could look"),
        ({"operator": "on {hots}", "belief": {"where": "operator"}}, "`{hots}` is not filled in"),
        ({"operator": "do", "failed": "x", "belief": {"where": "operator"}}, "output of a `command`"),
        ({"command": ["a"], "belief": {"where": "screen"}}, "stdout"),
        ({"command": ["a"], "belief": {"where": "file"}}, "`where: file` needs `path`"),
        ({"command": ["a"], "belief": {"where": "http"}}, "`where: http` needs `url`"),
        ({"command": ["a"], "belief": {"where": "opcua", "url": "opc.tcp://h"}}, "needs `nodes`"),
        ({"command": ["a"], "belief": {**NODES, "nodes": ["x=1"]}}, "is no node id"),
        ({"command": ["a"], "belief": {**NODES, "url": "http://h"}}, "opc.tcp"),
        ({"command": ["a"], "belief": {**NODES, "url": "tcp://h:1"}}, "does not begin with opc.tcp://"),
        ({"command": ["a"], "belief": {**NODES, "pattern": "x"}}, "one is enough"),
        ({"command": ["a"], "belief": {**STDOUT, "path": "a"}}, "`path` belongs to `where: file`"),
        ({"command": ["a"], "belief": {**STDOUT, "nodes": ["i=1"]}}, "`nodes` belongs to `where: opcua`"),
        ({"command": ["a"], "belief": {"where": "http", "url": "https://h"}}, "begin with http://"),
        ({"command": ["a"], "belief": {"where": "http", "url": "http://[::1/"}}, "names no host and port"),
        ({"command": ["a"], "belief": {"where": "http", "url": "http://h:x/"}}, "names no host and port"),
        (
            {"command": ["a"], "belief": {"where": "http", "url": "http://h", "pointers": ["tags"]}},
            "is no JSON Pointer (RFC 6901); write `/tags/0/value`",
        ),
        (
            {"command": ["a"], "belief": {"where": "http", "url": "http://h", "pointers": ["/a~2"]}},
            "is no JSON Pointer",
        ),
        ({"command": ["a"], "belief": {**STDOUT, "pattern": "("}}, "is no regular expression"),
    ],
)
def test_a_wrong_one_is_told(task, why):
    with pytest.raises(DocumentError) as caught:
        declared(task)
    assert why in str(caught.value)


def test_what_a_product_that_polls_prints_is_seen_by_nobody():
    with pytest.raises(DocumentError, match="output of a command that it lacks"):
        declared({"belief": STDOUT}, polls=True)


@pytest.mark.parametrize(
    ("task", "client", "told"),
    [
        ({"command": ["a"], "belief": STDOUT}, {}, 1),
        ({"command": ["a"], "belief": STDOUT, "again": True}, {}, 0),
        ({"command": ["a"], "belief": STDOUT, "again": True, "failed": "no"}, {}, 1),
        ({"belief": {"where": "file", "path": "a"}}, {"polls": True}, 0),
        ({"belief": NODES}, {"polls": True}, 1),
        ({"operator": "do", "belief": {"where": "file", "path": "a"}}, {}, 0),
        ({"operator": "do", "belief": {"where": "operator"}}, {}, 1),
    ],
)
def test_errors_are_judged_where_they_can_be_seen(task, client, told):
    assert declared(task, **client).facts["errors"] == told
