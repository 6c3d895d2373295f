"""A container in other words: encodings of BER that mean the same, odd elements, armour of other widths."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from testbed.bundle.cms import _P256_ORDER, BEGIN, END
from testbed.bundle.verify import Status, verify_page

SEQUENCE, OCTETS, TAIL = 0x30, 0x04, b"\0\0"


def armour(der, columns=64):
    text = base64.b64encode(der).decode()
    return (
        BEGIN + "".join(text[i : i + columns] + "\n" for i in range(0, len(text), columns)) + END
    ).encode()


def parse(der):
    """The DER as nested lists of [tag, children or content]."""
    found = []
    while der:
        octets = der[1] & 0x7F if der[1] & 0x80 else 0
        length = int.from_bytes(der[2 : 2 + octets]) if octets else der[1]
        start = 2 + octets
        inner = der[start : start + length]
        found.append([der[0], parse(inner) if der[0] & 0x20 else inner])
        der = der[start + length :]
    return found


def nodes(tree):
    for node in tree:
        yield node
        if isinstance(node[1], list):
            yield from nodes(node[1])


def write(tree, *, odd=None, form=""):
    """Encode again, one element of it in an odd form of BER that means the same."""
    out = b""
    for node in tree:
        tag, inner = node
        content = write(inner, odd=odd, form=form) if isinstance(inner, list) else inner
        size = len(content).to_bytes(4).lstrip(b"\0")
        length = size if size and size[0] < 0x80 and len(size) == 1 else bytes([0x80 | len(size)]) + size
        length = length if content else b"\0"
        if node is odd and form == "long":
            length = b"\x84" + len(content).to_bytes(4)
        elif node is odd and form == "indefinite" and tag & 0x20:
            length, content = b"\x80", content + TAIL
        elif node is odd and form == "pieces" and tag == OCTETS and len(content) > 1:
            half = write([[OCTETS, content[:1]], [OCTETS, content[1:]]])
            tag, length, content = OCTETS | 0x20, b"\x80", half + TAIL
        out += bytes([tag]) + length + content
    return out


def encoding(data, der):
    tree = parse(der)
    odd = data.draw(st.sampled_from(list(nodes(tree))), label="element")
    return write(tree, odd=odd, form=data.draw(st.sampled_from(["long", "indefinite", "pieces"])))


def structure(data, der):
    tree = parse(der)
    children = data.draw(st.sampled_from([n for n in nodes(tree) if isinstance(n[1], list) and n[1]]))[1]
    at = data.draw(st.integers(0, len(children) - 1))
    change = data.draw(st.sampled_from(["drop", "twice", "reverse", "null", "unsigned"]))
    if change == "drop":
        del children[at]
    elif change == "twice":
        children.insert(at, children[at])
    elif change == "reverse":
        children.reverse()
    else:
        children.append([0x05, b""] if change == "null" else [0xA1, [[SEQUENCE, []]]])
    return write(tree)


def twin(_, der):
    """The other signature that holds, (r, n - s)."""
    tree = parse(der)
    value = list(nodes(tree))[-1]
    r, s = decode_dss_signature(value[1])
    value[1] = encode_dss_signature(r, _P256_ORDER - s)
    return write(tree)


def after_the_end(data, der):
    return der + data.draw(st.binary(min_size=1, max_size=4))


def flip(data, der):
    at = data.draw(st.integers(0, len(der) - 1), label="at")
    return der[:at] + bytes([der[at] ^ 1 << data.draw(st.integers(0, 7))]) + der[at + 1 :]


def unchanged(_, der):
    return der


@pytest.fixture(scope="module")
def page(shared_bundle):
    """A page cut in three: before, DER, after."""
    visible, _, block = shared_bundle.report.read_bytes().partition(BEGIN.encode())
    body, _, rest = block.partition(END.encode())
    return visible, base64.b64decode(body), rest


@pytest.fixture
def forged(page, tmp_path):
    """Writes the page with another container; returns its path."""

    def write_page(block):
        path = tmp_path / "report.html"
        path.write_bytes(page[0] + block + page[2])
        return path

    return write_page


def test_these_encodings_are_otherwise_true(page, forged, shared_bundle):
    assert write(parse(page[1])) == page[1]
    assert verify_page(forged(armour(page[1])), shared_bundle.roots).status is Status.GOOD


def test_the_issuer_beside_the_certificate(page, forged, verify_sh, shared_bundle):
    """OpenSSL takes this name in any encoding, and writes it again as it was: writing again shows nothing."""
    tree = parse(page[1])
    info = tree[0][1][1][1][0][1][-1][1][0]
    issuer = info[1][1][1][0]
    for odd in (issuer, *nodes(issuer[1])):
        path = forged(armour(write(tree, odd=odd, form="long")))

        assert verify_sh(path, shared_bundle.keys / "root.pem")[0] == 1
        assert verify_page(path, shared_bundle.roots).status is Status.REFUSED


def examples(number):
    suppressed = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=number, deadline=None, suppress_health_check=suppressed)


def block(data, der):
    """Draw another container than the true one, in base64."""
    columns = data.draw(st.sampled_from([64, 64, 64, 64, 76, 4, 65, 1 << 20]), label="columns")
    means = [flip, encoding, encoding, structure, structure, twin, after_the_end]
    change = data.draw(st.sampled_from(means if columns == 64 else [unchanged, *means]), label="means")
    found = armour(change(data, der), columns)
    assume(found != armour(der))
    return found


@given(data=st.data())
@examples(60)
def test_by_the_program(page, forged, shared_bundle, data):
    path = forged(block(data, page[1]))

    assert verify_page(path, shared_bundle.roots).status is Status.REFUSED


@given(data=st.data())
@examples(10)
def test_by_the_script(page, forged, verify_sh, shared_bundle, data):
    path = forged(block(data, page[1]))

    status, out = verify_sh(path, shared_bundle.keys / "root.pem")

    assert (status, out.splitlines()[-1]) == (1, "REFUSED 거부")


@pytest.mark.acceptance
@given(data=st.data())
@examples(1000)
def test_a_thousand_by_the_program(page, forged, shared_bundle, data):
    path = forged(block(data, page[1]))

    assert verify_page(path, shared_bundle.roots).status is Status.REFUSED


@pytest.mark.acceptance
@given(data=st.data())
@examples(500)
def test_five_hundred_by_the_script(page, forged, verify_sh, shared_bundle, data):
    path = forged(block(data, page[1]))

    assert verify_sh(path, shared_bundle.keys / "root.pem")[0] == 1


def test_what_openssl_alone_would_accept(page, forged, verify_sh, shared_bundle, program):
    """Versions, algorithms, kinds, the letters of the issuer's name: of each it ignores a bit."""
    der, root = page[1], shared_bundle.keys / "root.pem"
    command = [program("openssl"), "cms", "-verify", "-inform", "PEM", "-CAfile", root]
    accepted = 0
    for place in [25, 41, *range(49, 58, 3), *range(len(der) - 370, len(der) - 70, 9), len(der) - 79]:
        changed = der[:place] + bytes([der[place] ^ 0x20]) + der[place + 1 :]
        path = forged(armour(changed))
        done = subprocess.run([*command, "-in", path], capture_output=True, check=False, timeout=30)
        if done.returncode == 0:
            accepted += 1
            assert verify_sh(path, root)[0] == 1
            assert verify_page(path, shared_bundle.roots).status is Status.REFUSED

    assert accepted > 5
