"""A statement is read only in the form in which it is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.bundle import statement
from testbed.bundle.errors import Refused
from testbed.bundle.statement import PredicateType, build, parse

DIGEST = "0123456789abcdef" * 4
SUBJECTS = {"report.html#visible": DIGEST, "wire/a.pcapng": DIGEST, "suites/modbus#folder": DIGEST}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "Infinity" not in json.dumps(value))


def written():
    return build(SUBJECTS, {"n": "1"}, PredicateType.TEST_REPORT)


def test_what_goes_in_comes_out():
    read = parse(written())

    assert list(read.subjects.items()) == list(SUBJECTS.items())
    assert read.predicate_type is PredicateType.TEST_REPORT
    assert read.predicate == {"n": "1"}
    assert read.files == {"wire/a.pcapng": DIGEST}


def test_an_in_toto_statement():
    assert json.loads(written()) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": DIGEST}} for name in SUBJECTS],
        "predicateType": f"{statement.PROJECT}/test-report/v1",
        "predicate": {"n": "1"},
    }


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_any_predicate_either_round_trips_or_is_not_written(predicate):
    try:
        payload = build(SUBJECTS, predicate, PredicateType.CONFIRMATION)
    except ValueError as error:
        assert "UTF-8" in str(error) or "safe integer" in str(error)  # noqa: PT017  (either way is right)
    else:
        assert parse(payload).predicate == predicate


@pytest.mark.parametrize(
    "name",
    [
        *("", "/etc/passwd", "../up", "a/../b", "a/./b", "a//b", "a/", ".hidden", "a/.b", "a\\b"),
        *("a\nb", "a\0", "é", "a b", "a#", "a#b#c", "a" * 129, "a/" * 127 + "ab", "a\n", "C:x", "-rf"),
    ],
)
def test_names_that_are_no_portable_path(name):
    with pytest.raises(ValueError, match="not a portable relative path"):
        build({name: DIGEST}, {}, PredicateType.TEST_REPORT)
    with pytest.raises(Refused, match="not a portable relative path"):
        parse(written().replace(b"wire/a.pcapng", json.dumps(name, ensure_ascii=False).encode()[1:-1]))


@pytest.mark.parametrize("digest", ["", DIGEST[1:], DIGEST.upper(), DIGEST + "0", "g" * 64, DIGEST + "\n"])
def test_digests_that_are_none(digest):
    with pytest.raises(ValueError, match="64 lower-case"):
        build({"a": digest}, {}, PredicateType.TEST_REPORT)


def test_no_subject():
    with pytest.raises(ValueError, match="1 to 100000 subjects"):
        build({}, {}, PredicateType.TEST_REPORT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"_type"', b' {"_type"'),
        (b"}]}", b"}]}\n"),
        (b'"n":"1"', b'"n":"1","n":"1"'),
        (b'"n":"1"', b'"n":NaN'),
        (b'"n":"1"', b'"n":9007199254740993'),
        (b'"n":"1"', b'"n":1.0'),
        (b'"n":"1"', b'"n":"\\u0031"'),
        (b'"n":"1"', b'"n":' + b"[" * 100_000 + b"]" * 100_000),
        (b'"n":"1"', b'"n":"\xff"'),
        (b'"n":"1"', b'"n":"\\ud800"'),
        (b'{"n":"1"}', b"[]"),
        (b'"subject":', b'"subjects":'),
        (b"}]}", b'}],"z":1}'),
        (b"Statement/v1", b"Statement/v2"),
        (b"test-report/v1", b"test-report/v2"),
        (b'"sha256"', b'"sha512"'),
        (b'"},"name":"report', b'","sha512":""},"name":"report'),
        (b'"name":"wire/a.pcapng"', b'"name":"wire/a.pcapng","uri":""'),
        (b'"name":"wire/a.pcapng"', b'"name":1'),
        (b'"name":"wire/a.pcapng"', b'"name":"report.html#visible"'),
    ],
)
def test_another_form_is_refused(before, after):
    assert before in written()

    with pytest.raises(Refused):
        parse(written().replace(before, after))


@given(st.binary(max_size=100))
def test_rubbish(rubbish):
    with pytest.raises(Refused):
        parse(rubbish)
