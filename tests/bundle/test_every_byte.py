"""No byte of a bundle can be changed, taken away or added without the file being named."""

from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testbed.bundle import page
from testbed.bundle.errors import Refused
from testbed.bundle.verify import Status

KINDS = {
    "report": "report.html",
    "certificate": "certificate.html",
    "jsonl": "results.jsonl",
    "capture": "wire/*.pcapng",
    "statement": "statement.json",
    "yaml": "declaration.yaml",
}


@contextmanager
def changed(path, content):
    before = path.read_bytes()
    assert content != before
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("pattern", KINDS.values(), ids=KINDS)
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_byte(shared_bundle, pattern, data):
    (path,) = shared_bundle.directory.glob(pattern)
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1), label="position")
    edit = data.draw(st.sampled_from(["flip", "remove", "append", "insert"]))
    byte = bytes([data.draw(st.integers(0, 255), label="byte")])
    forged = {
        "flip": content[:at] + bytes([content[at] ^ (byte[0] or 1)]) + content[at + 1 :],
        "remove": content[:at] + content[at + 1 :],
        "append": content + byte,
        "insert": content[:at] + byte + content[at:],
    }[edit]

    with changed(path, forged):
        result = shared_bundle.verify()

    assert result.status is Status.REFUSED
    named = {problem.file for problem in result.problems}
    assert path.relative_to(shared_bundle.directory).as_posix() in named


@pytest.mark.acceptance
def test_every_byte_of_a_signature_block(shared_bundle):
    """Where openssl accepted hundreds of flips: here not a sample, but all of them."""
    content = shared_bundle.report.read_bytes()
    for at in range(content.index(b"<!--"), len(content)):
        with pytest.raises(Refused):
            page.signed_payload(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def test_the_bundle_is_good_again(shared_bundle):
    assert shared_bundle.verify().status is Status.GOOD
