"""Random mutations of a bundle's files and pages, and splices of two bundles: none accepted."""

import unicodedata
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from testbed.bundle.cms import BEGIN, END
from testbed.bundle.verify import CERTIFICATE, Status

ODD = [
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\x0b",
    b"\x1a",
    b"\xef\xbb\xbf",
    "\u200b\u00a0".encode(),
    b"=",
]
MARKUP = [
    b"-->",
    b"<!--\n",
    b"<h1>",
    b"X: y\n",
    b"\n\n",
    BEGIN.encode(),
    END.encode(),
    b"-->\n<!--\n",
    b"</html>\n",
]


def span(data, content, longest=64):
    start = data.draw(st.integers(0, max(0, len(content) - 1)), label="from")
    return start, min(len(content), start + data.draw(st.integers(1, longest), label="length"))


def flip(data, content):
    at, _ = span(data, content)
    return content[:at] + bytes([content[at] ^ 1 << data.draw(st.integers(0, 7))]) + content[at + 1 :]


def delete(data, content):
    start, end = span(data, content)
    return content[:start] + content[end:]


def insert(data, content):
    start, _ = span(data, content)
    new = data.draw(st.binary(min_size=1, max_size=8) | st.sampled_from(ODD + MARKUP))
    return content[:start] + new + content[start:]


def append(data, content):
    return content + data.draw(st.binary(min_size=1, max_size=8) | st.sampled_from(ODD + MARKUP))


def duplicate(data, content):
    start, end = span(data, content, longest=2000)
    return content[:end] + content[start:]


def swap(data, content):
    start, end = span(data, content)
    other = data.draw(st.integers(end, max(end, len(content))), label="with")
    size = min(end - start, len(content) - other)
    one, two = content[start : start + size], content[other : other + size]
    return content[:start] + two + content[start + size : other] + one + content[other + size :]


def truncate(data, content):
    return content[: span(data, content)[0]]


def lines(data, content):
    at = data.draw(st.sampled_from([i for i in range(len(content)) if content[i : i + 1] == b"\n"] or [0]))
    return content[:at] + data.draw(st.sampled_from([b"", *ODD])) + content[at + 1 :]


def line_ends(data, content):
    return content.replace(b"\n", data.draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b" \n", b"\n\r"])))


def case(data, content):
    at = data.draw(st.sampled_from([i for i in range(len(content)) if content[i : i + 1].isalpha()] or [0]))
    return content[:at] + content[at : at + 1].swapcase() + content[at + 1 :]


def unicode_form(data, content):
    text = content.decode("utf-8", "surrogateescape")
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    return unicodedata.normalize(form, text).encode("utf-8", "surrogateescape")


def splice(data, content, other):
    (start, _), (end, _) = span(data, content), span(data, other)
    return content[:start] + other[end:]


BYTES = [flip, delete, insert, append, duplicate, swap, truncate, lines, line_ends, case, unicode_form]


def mutated(data, content, other):
    """Change a file once, seldom two or three times."""
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]), label="changes")):
        means = data.draw(st.sampled_from([*BYTES, splice] if content else [append]), label="means")
        content = splice(data, content, other) if means is splice else means(data, content)
    return content


def forged(data, files, others):
    """Change a bundle, given as name to content, with another one at hand."""
    names = sorted(files)
    name, second = (data.draw(st.sampled_from(names), label="file") for _ in range(2))
    other = others.get(name, b"")
    return (
        files
        | data.draw(
            st.sampled_from(
                [
                    *[lambda: {name: mutated(data, files[name], other)}] * 20,
                    lambda: {name: files[second], second: files[name]},
                    lambda: {name: other},
                    lambda: {name: files[second]},
                    lambda: {
                        name: None,
                        f"{name}.{data.draw(st.sampled_from(['bak', 'html', '0']))}": files[name],
                    },
                    lambda: {f"wire/{data.draw(st.integers(0, 9))}.pcapng": files[name]},
                    lambda: (
                        {name: None} if name != CERTIFICATE else {name: b""}
                    ),  # an ungranted bundle is whole
                ]
            ),
            label="forgery",
        )()
    )


@contextmanager
def laid_out(directory, before, after):
    """Let a folder hold other files for a moment."""
    touched = [name for name in before | after if before.get(name) != after.get(name)]
    _write(directory, {name: after.get(name) for name in touched})
    try:
        yield
    finally:
        _write(directory, {name: before.get(name) for name in touched})


def _write(directory, files):
    for name, content in files.items():
        if content is None:
            (directory / name).unlink()
        else:
            (directory / name).write_bytes(content)


@pytest.fixture(scope="session")
def files(shared_bundle, shared_other):
    """The contents of two good bundles of the same laboratory."""
    return tuple(
        {
            path.relative_to(bundle.directory).as_posix(): path.read_bytes()
            for path in bundle.directory.rglob("*")
            if path.is_file()
        }
        for bundle in (shared_bundle, shared_other)
    )


def examples(number):
    suppressed = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=number, deadline=None, suppress_health_check=suppressed)


def check_program(data, shared_bundle, files):
    after = forged(data, *files)
    assume(after != files[0])

    with laid_out(shared_bundle.directory, files[0], after):
        assert shared_bundle.verify().status is Status.REFUSED


def check_script(data, shared_bundle, files, verify_sh):
    after = forged(data, *files)
    assume(after != files[0])

    with laid_out(shared_bundle.directory, files[0], after):
        status, out = verify_sh(shared_bundle.directory, shared_bundle.keys / "root.pem")

    assert (status, out.splitlines()[-1]) == (1, "REFUSED 거부")


@given(data=st.data())
@examples(100)
def test_by_the_program(shared_bundle, files, data):
    check_program(data, shared_bundle, files)


@given(data=st.data())
@examples(10)
def test_by_the_script(shared_bundle, files, verify_sh, data):
    check_script(data, shared_bundle, files, verify_sh)


@pytest.mark.acceptance
@given(data=st.data())
@examples(2000)
def test_two_thousand_by_the_program(shared_bundle, files, data):
    check_program(data, shared_bundle, files)


@pytest.mark.acceptance
@given(data=st.data())
@examples(500)
def test_five_hundred_by_the_script(shared_bundle, files, verify_sh, data):
    check_script(data, shared_bundle, files, verify_sh)


def test_the_bundle_is_good_again(shared_bundle, verify_sh):
    assert shared_bundle.verify().status is Status.GOOD
    assert verify_sh(shared_bundle.directory, shared_bundle.keys / "root.pem")[0] == 0
