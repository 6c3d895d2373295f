"""The five forgeries of which OpenSSL accepts four, because it looks at the statement alone."""

import shutil
import subprocess

import pytest

from testbed.bundle.verify import Status

BEGIN = b"-----BEGIN CMS-----\n"

FORGERIES = {
    "text after the comment": lambda page: page + b"<h1>granted</h1>\n",
    "markup in PEM headers": lambda page: page.replace(BEGIN, BEGIN + b"X: --><h1>granted</h1>\n\n"),
    "a number changed": lambda page: page.replace("부적합 0".encode(), "부적합 1".encode()),
    "the comment closed early": lambda page: page.replace(BEGIN, b"--><h1>granted</h1>\n" + BEGIN),
    "line ends converted": lambda page: page.replace(b"\n", b"\r\n"),
}


@pytest.fixture(params=FORGERIES.values(), ids=FORGERIES)
def forged(bundle, request):
    for path in (bundle.report, bundle.certificate):
        before = path.read_bytes()
        path.write_bytes(request.param(before))
        assert path.read_bytes() != before
    return bundle


def test_refused_and_named(forged):
    assert forged.verify().status is Status.REFUSED
    assert forged.refused() == {"report.html", "certificate.html"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program")
def test_openssl_alone_is_not_enough(bundle):
    """Each forgery is worth its test: all but the PEM headers pass through `openssl cms -verify`."""
    accepted = set()
    for name, forge in FORGERIES.items():
        path = bundle.directory / "forged.html"
        path.write_bytes(forge(bundle.report.read_bytes()))
        root = bundle.keys / "root.pem"
        command = ["openssl", "cms", "-verify", "-inform", "PEM", "-in", path, "-CAfile", root]
        if subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0:
            accepted.add(name)

    assert len(accepted) >= 4
