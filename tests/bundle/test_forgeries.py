"""What a forger would try, by name: refused by the program, its command and verify.sh, each time aloud."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from testbed.bundle.verify import Status, verify_bundle

BEGIN = b"-----BEGIN CMS-----\n"

PAGES = {
    "text after the comment": lambda page: page + b"<h1>granted</h1>\n",
    "markup in PEM headers": lambda page: page.replace(BEGIN, BEGIN + b"X: --><h1>granted</h1>\n\n"),
    "a number changed": lambda page: page.replace("부적합 0".encode(), "부적합 1".encode()),
    "the comment closed early": lambda page: page.replace(BEGIN, b"--><h1>granted</h1>\n" + BEGIN),
    "line ends converted": lambda page: page.replace(b"\n", b"\r\n"),
}
"""The five of which OpenSSL accepts four, because it looks at the statement alone."""


def exchange(directory, *patterns):
    one, other = (min(directory.glob(pattern)) for pattern in patterns)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def edit(directory, name, change):
    path = directory / name
    path.write_bytes(change(path.read_bytes()))


def take(directory, another, *names):
    for name in names:
        shutil.copy(another / name, directory / name)


BUNDLES = {
    "evidence exchanged": (lambda d, _: exchange(d, "wire/*", "results.jsonl"), "results.jsonl"),
    "captures exchanged": (lambda d, _: exchange(d, "wire/4*", "wire/second.pcapng"), "wire/second.pcapng"),
    "results of another run": (lambda d, a: take(d, a, "results.jsonl"), "results.jsonl"),
    "the log truncated": (lambda d, _: edit(d, "results.jsonl", lambda log: log[:13]), "results.jsonl"),
    "the log cut in a line": (lambda d, _: edit(d, "results.jsonl", lambda log: log[:-5]), "results.jsonl"),
    "the log emptied": (lambda d, _: edit(d, "results.jsonl", lambda _: b""), "results.jsonl"),
    "a log continued": (lambda d, _: edit(d, "results.jsonl", lambda log: log + log), "results.jsonl"),
    "a capture removed": (lambda d, _: (d / "wire" / "second.pcapng").unlink(), "wire/second.pcapng"),
    "the declaration removed": (lambda d, _: (d / "declaration.yaml").unlink(), "declaration.yaml"),
    "the report removed": (lambda d, _: (d / "report.html").unlink(), "report.html"),
    "a file added": (lambda d, _: (d / "wire" / "third.pcapng").touch(), "wire/third.pcapng"),
    "a hidden file added": (lambda d, _: (d / ".notes").touch(), ".notes"),
    "a folder added": (lambda d, _: (d / "more").mkdir(), "more"),
    "a capture linked": (
        lambda d, _: (
            (d / "wire" / "second.pcapng").rename(d.parent / "x")
            and (d / "wire" / "second.pcapng").symlink_to(d.parent / "x")
        ),
        "wire/second.pcapng",
    ),
    "the report of another run": (lambda d, a: take(d, a, "report.html"), "results.jsonl"),
    "report and statement of another run": (
        lambda d, a: take(d, a, "report.html", "statement.json"),
        "results.jsonl",
    ),
    "the confirmation of another report": (lambda d, a: take(d, a, "certificate.html"), "report.html"),
    "pages exchanged": (lambda d, _: exchange(d, "report.html", "certificate.html"), "report.html"),
    "the statement changed": (
        lambda d, _: edit(d, "statement.json", lambda s: s.replace(b"CONFORMANT", b"CONFORMING")),
        "statement.json",
    ),
    "a line added to the statement": (
        lambda d, _: edit(d, "statement.json", lambda s: s + b"\n"),
        "statement.json",
    ),
    "verify.sh changed": (
        lambda d, _: edit(d, "verify.sh", lambda s: s.replace(b"exit 1", b"exit 0")),
        "verify.sh",
    ),
}


@pytest.fixture
def full(bundle, report_anew, confirm_anew):
    (bundle.directory / "wire" / "second.pcapng").write_bytes(b"another capture")
    report_anew(bundle)
    confirm_anew(bundle)
    assert bundle.verify().status is Status.GOOD
    return bundle


@pytest.mark.parametrize("forge", PAGES.values(), ids=PAGES)
class TestPages:
    @pytest.fixture
    def forged(self, bundle, forge):
        for path in (bundle.report, bundle.certificate):
            edit(path.parent, path.name, forge)
        return bundle

    def test_by_the_program(self, forged):
        assert forged.verify().status is Status.REFUSED
        assert forged.refused() == {"report.html", "certificate.html"}

    def test_by_the_command(self, forged, said):
        for path in (forged.report, forged.certificate, forged.directory):
            status, out = said("verify", path, "--root", forged.keys / "root.pem")

            assert (status, out.splitlines()[-1]) == (1, "REFUSED")

    @pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
    def test_by_the_script(self, forged, verify_sh, shell):
        status, out = verify_sh(forged.directory, forged.keys / "root.pem", shell=shell)

        assert (status, out.splitlines()[-1]) == (1, "REFUSED 거부")
        assert "signed 서명" not in out
        assert {line.rpartition("/bundle/")[2].partition(":")[0] for line in out.splitlines()[:-1]} == {
            "report.html",
            "certificate.html",
        }


@pytest.mark.parametrize(("forge", "named"), BUNDLES.values(), ids=BUNDLES)
def test_bundles(full, another, both, forge, named):
    forge(full.directory, another.directory)

    assert full.verify().status is Status.REFUSED
    assert named in full.refused()
    (status, out), (script_status, script_out) = both(full.directory, full.keys / "root.pem")
    assert (status, out.splitlines()[-1]) == (1, "REFUSED")
    assert (script_status, script_out.splitlines()[-1]) == (1, "REFUSED 거부")
    assert f"{named}: " in out
    assert named in script_out


def test_signed_again_by_another_root(full, other_keys, report_anew, confirm_anew, both):
    """A stranger's bundle may be whole; that nobody whom the reader trusts has signed it is no success."""
    forged = replace(full, keys=other_keys)
    report_anew(forged)
    confirm_anew(forged)

    assert verify_bundle(full.directory, full.roots).status is Status.SIGNER_UNKNOWN
    for (status, out), last in zip(
        both(full.directory, full.keys / "root.pem"),
        ("SIGNER_UNKNOWN", "SIGNER UNKNOWN 서명자 미확인"),
        strict=True,
    ):
        assert (status, out.splitlines()[-1]) == (2, last)
        assert out.count("no given root vouches") == 2


def test_openssl_alone_is_not_enough(bundle, program):
    """Each forgery is worth its test: all but the PEM headers pass through `openssl cms -verify`."""
    accepted = set()
    for name, forge in PAGES.items():
        path = bundle.directory / "forged.html"
        path.write_bytes(forge(bundle.report.read_bytes()))
        root = bundle.keys / "root.pem"
        command = [program("openssl"), "cms", "-verify", "-inform", "PEM", "-in", path, "-CAfile", root]
        if subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0:
            accepted.add(name)

    assert len(accepted) >= 4
