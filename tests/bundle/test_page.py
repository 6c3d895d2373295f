"""A sealed page has one shape; a hostile text in it can neither break the seal nor imitate one."""

from hashlib import sha256

import pytest

from testbed.bundle import cms, page, statement
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused
from testbed.bundle.keys import load_signer
from testbed.bundle.statement import PredicateType

HTML = b"<!doctype html>\n<p>x\n</html>\n"
DIGEST = "0" * 64


def sealed_by(signer, html=HTML):
    return page.seal(html, {"outcome": "CONFORMANT"}, {"results.jsonl": DIGEST}, signer)


@pytest.fixture
def sealed(laboratory):
    return sealed_by(laboratory)


def test_what_is_signed(sealed, laboratory):
    html, _ = page.split(sealed)
    signed = statement.parse(page.signed_payload(sealed))

    assert html == HTML
    assert list(signed.subjects.items()) == [
        ("report.html#visible", sha256(HTML).hexdigest()),
        ("results.jsonl", DIGEST),
    ]
    assert signed.predicate == {
        "outcome": "CONFORMANT",
        "signer": {"name": laboratory.name, "fingerprint": laboratory.fingerprint, "test": True},
    }


def test_shape(sealed):
    assert sealed.startswith(HTML + b"<!--\n-----BEGIN CMS-----\n")
    assert sealed.endswith(b"\n-----END CMS-----\n-->\n")


@pytest.mark.parametrize(
    ("hostile", "plain"),
    [
        (b"-----BEGIN CMS-----\nAAAA", b"&#45;----BEGIN CMS-----\nAAAA"),
        (b"a\r\nb\rc", b"a\nb\nc"),
        (b"a\0b", b"a\xef\xbf\xbdb"),
        (b"<!--\n-----BEGIN CMS-----\n", b"<!--\n&#45;----BEGIN CMS-----\n"),
    ],
)
def test_what_a_device_may_say(laboratory, hostile, plain):
    html, _ = page.split(sealed_by(laboratory, b"<p>\n" + hostile + b"\n</html>\n"))

    assert html == b"<p>\n" + plain + b"\n</html>\n"


@pytest.mark.parametrize("html", [b"", b"<p>", b"</html>", b"</html>\n\n", b"</html>\n<p>\n", b"</HTML>\n"])
def test_a_page_without_an_end(laboratory, html):
    with pytest.raises(ValueError, match="does not end"):
        sealed_by(laboratory, html)


def test_each_paper_has_its_signer(keys, laboratory):
    with pytest.raises(ValueError, match="signed by the council, not by"):
        page.seal(HTML, {}, {}, laboratory, kind=PredicateType.CONFIRMATION)
    with pytest.raises(ValueError, match="signed by the laboratory, not by"):
        sealed_by(load_signer(keys, Role.COUNCIL))


def test_what_seal_alone_writes(laboratory):
    with pytest.raises(ValueError, match="seal"):
        page.seal(HTML, {"signer": {}}, {}, laboratory)
    with pytest.raises(ValueError, match="seal"):
        page.seal(HTML, {}, {"report.html#visible": DIGEST}, laboratory)


def test_too_large(laboratory, monkeypatch):
    monkeypatch.setattr(page, "MAX_PAGE", 1000)

    with pytest.raises(ValueError, match="larger than the 1000"):
        sealed_by(laboratory)


BEGIN, END = cms.BEGIN.encode(), cms.END.encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p + b"<h1>appended</h1>\n",
        lambda p: p + b"\n",
        lambda p: p[:-1],
        lambda p: p.replace(b"\n", b"\r\n"),
        lambda p: p.replace(BEGIN, BEGIN + b"X: --><h1>smuggled</h1>\n\n"),
        lambda p: p.replace(BEGIN, b"--><h1>early</h1><!--\n" + BEGIN),
        lambda p: p.replace(b"<!--\n", b"<!-- \n"),
        lambda p: p.replace(b"<!--\n", b"\n<!--\n"),
        lambda p: p.replace(END, END + b"\n"),
        lambda p: p.replace(END, b"--><h1>late</h1><!--\n" + END),
        lambda p: p.replace(b"-->\n", b"--!>\n"),
        lambda p: p + p[p.index(b"<!--\n") :],
        lambda p: p[p.index(b"<!--\n") :],
        lambda p: p[: p.index(b"<!--\n")],
        lambda p: p.replace(b"<p>", b"-----BEGIN CMS-----\n"),
        lambda p: p.replace(b"<p>", b"\0"),
        lambda _: b"",
    ],
)
def test_another_shape_is_refused(sealed, change):
    changed = change(sealed)
    assert changed != sealed

    with pytest.raises(Refused):
        page.signed_payload(changed)
