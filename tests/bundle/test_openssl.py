"""What a reader without this program can do: OpenSSL proves the statement, from the page itself."""

import shutil
import subprocess

import pytest

from testbed.bundle import page
from testbed.bundle.certificates import Role
from testbed.bundle.keys import load_signer

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program")


def openssl(path, *options):
    command = ["openssl", "cms", "-verify", "-inform", "PEM", "-in", path, *options]
    return subprocess.run(command, capture_output=True, check=False, timeout=30)


@pytest.mark.parametrize("options", [(), ("-cades",), ("-purpose", "any")])
def test_report_against_the_root(bundle, options):
    done = openssl(bundle.report, "-CAfile", bundle.keys / "root.pem", *options)

    assert done.returncode == 0, done.stderr
    assert done.stdout == (bundle.directory / "statement.json").read_bytes()


def test_without_a_root(bundle):
    assert openssl(bundle.report, "-noverify").returncode == 0
    assert openssl(bundle.certificate, "-noverify").returncode == 0


def test_certificate_against_the_root(bundle):
    done = openssl(bundle.certificate, "-CAfile", bundle.keys / "root.pem")

    assert done.returncode == 0, done.stderr
    assert b'"name":"report.html"' in done.stdout


def test_another_root(bundle, other_keys):
    done = openssl(bundle.report, "-CAfile", other_keys / "root.pem")

    assert done.returncode != 0


@pytest.mark.parametrize(
    "hostile",
    [
        b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n",
        b"x" * 254 + b"-----BEGIN CMS-----\n",
        b"\0\0\n",
        b"\xff\xfe\n",
        b"x" * 100_000 + b"\n",
    ],
)
def test_a_page_with_hostile_text(tmp_path, keys, hostile):
    path = tmp_path / "report.html"
    path.write_bytes(page.seal(b"<p>\n" + hostile + b"</html>\n", {}, {}, load_signer(keys, Role.LABORATORY)))

    done = openssl(path, "-CAfile", keys / "root.pem")

    assert done.returncode == 0, done.stderr
    assert done.stdout == page.signed_payload(path.read_bytes())
