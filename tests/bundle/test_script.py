"""verify.sh alone: on any shell, with openssl, sed and grep and nothing else, whatever files are called."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509

from testbed.bundle import cms, issuing, page
from testbed.bundle.keys import create_keys
from testbed.bundle.statement import PredicateType, build
from testbed.bundle.verify import SCRIPT, Status

SOURCE = Path(page.__file__).with_name(SCRIPT)


@pytest.fixture(params=["system", "busybox"])
def poor(request, tmp_path, program):
    """Runs the script where the PATH holds openssl, sed and grep alone: the system's own, or BusyBox's."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "openssl").symlink_to(program("openssl"))
    for name in ("sed", "grep"):
        (tools / name).symlink_to(program("busybox" if request.param == "busybox" else name))
    shell = [program("dash")] if request.param == "system" else [program("busybox"), "sh"]

    def run(*arguments, cwd=tmp_path, without=None):
        if without:
            (tools / without).unlink()
        command = [*shell, SOURCE, *arguments]
        done = subprocess.run(
            command, cwd=cwd, env={"PATH": str(tools)}, capture_output=True, check=False, timeout=60
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def test_good(bundle, poor):
    root = bundle.keys / "root.pem"
    before = {path: path.stat().st_mtime_ns for path in bundle.directory.rglob("*")}

    for what, lines in ((bundle.directory, 3), (bundle.report, 2), (bundle.certificate, 2)):
        status, out, err = poor(what, root)
        assert (status, err) == (0, "")
        assert len(out.splitlines()) == lines
        assert out.endswith("GOOD 진본\n")
        assert "TEST KEY 시험용 키" in out
    assert {path: path.stat().st_mtime_ns for path in bundle.directory.rglob("*")} == before


def test_without_a_root_all_else_is_checked(bundle, poor):
    assert poor(bundle.directory)[0] == 2
    (bundle.directory / "results.jsonl").write_bytes(b"")
    assert poor(bundle.directory)[0] == 1


@pytest.mark.parametrize("at", ["</html>\n", "-----BEGIN CMS", "-->\n"])
@pytest.mark.parametrize("odd", [b"\0", b"\0<h1>granted</h1>"])
def test_what_tools_of_text_might_not_see(bundle, poor, odd, at):
    content = bundle.report.read_bytes()
    place = content.index(at.encode())
    for put in (place, place + len(at.encode())):
        bundle.report.write_bytes(content[:put] + odd + content[put:])

        status, out, _ = poor(bundle.report, bundle.keys / "root.pem")

        assert (status, out.splitlines()[-1]) == (1, "REFUSED 거부")


@pytest.mark.parametrize("name", ["-e", "* a;b$(c)`d` x'\"y"])
def test_names_that_a_shell_might_read(bundle, poor, tmp_path, name):
    folder = tmp_path / "elsewhere"
    shutil.copytree(bundle.directory, folder / name / "bundle")
    shutil.copytree(bundle.directory, folder / f"{name}2")
    shutil.copy(bundle.report, folder / f"{name}.html")
    root = bundle.keys / "root.pem"

    for what in (f"{name}/bundle", f"{name}2", f"{name}.html"):
        assert poor(what, root, cwd=folder)[0] == 0
    (folder / f"{name}2" / name).touch()
    assert poor(f"{name}2", root, cwd=folder)[0] == 1


def test_many_files(bundle, poor, report_anew):
    """More than are compared at once, of which one in the middle is another."""
    for number in range(250):
        (bundle.directory / "wire" / f"{number}.pcapng").write_bytes(b"%d" % number)
    report_anew(bundle)
    assert poor(bundle.directory, bundle.keys / "root.pem")[0] == 0

    (bundle.directory / "wire" / "123.pcapng").write_bytes(b"124")

    _, out, _ = poor(bundle.directory, bundle.keys / "root.pem")
    refused = [line for line in out.splitlines() if line.startswith("REFUSED 거부  ")]
    assert refused == ["REFUSED 거부  wire/123.pcapng: is not the file that was signed / 서명된 파일과 다름"]


def test_the_report_beside_a_certificate(bundle, poor):
    root = bundle.keys / "root.pem"
    bundle.report.write_bytes(bundle.report.read_bytes() + b"\n")
    assert poor(bundle.certificate, root)[0] == 1

    bundle.report.unlink()
    status, out, _ = poor(bundle.certificate, root)
    assert status == 0
    assert "no report.html beside it to compare" in out


def test_a_laboratory_confirms_nothing(bundle, poor):
    """A page is what its signature says; the folder's names count for nothing."""
    bundle.certificate.write_bytes(bundle.report.read_bytes())

    status, out, _ = poor(bundle.directory, bundle.keys / "root.pem")

    assert status == 1
    assert "is signed as a report, not as a certificate" in out


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "GOOD"),
        ({"name": "KOLAS"}, "names another signer"),
        ({"fingerprint": "0" * 64}, "names another signer"),
        ({"test": False}, "names another signer"),
        ({"kind": PredicateType.CONFIRMATION}, "certificate was not issued to a council"),
        ({"subject": "certificate.html#visible"}, "the visible page is not the one"),
    ],
)
def test_what_a_statement_must_say(bundle, laboratory, poor, change, reason):
    """Signed by a laboratory that the root knows, and still not what a report says."""
    change = {"kind": PredicateType.TEST_REPORT, **change}
    kind, subject = change.pop("kind"), change.pop("subject", "")
    html = b"<p>\n</html>\n"
    subject = subject or page.visible_name(kind)
    who = {"name": laboratory.name, "fingerprint": laboratory.fingerprint, "test": True} | change
    payload = build({subject: sha256(html).hexdigest()}, {"signer": who}, kind)
    bundle.report.write_bytes(html + b"<!--\n" + cms.sign(payload, laboratory).encode() + b"-->\n")

    status, out, _ = poor(bundle.report, bundle.keys / "root.pem")

    assert status == int(reason != "GOOD")
    assert reason in out


@pytest.mark.parametrize(
    "name", ["한국시험원(주)", 'Say "so" \\ Ltd., x=y + CN=z', "Prüf & <b>Amt</b>", "#%s $(id)"]
)
def test_names_of_laboratories(tmp_path, monkeypatch, bundle_of, poor, name):
    def subject(unit, **_):
        pairs = ((x509.NameOID.ORGANIZATIONAL_UNIT_NAME, unit), (x509.NameOID.COMMON_NAME, name))
        return x509.Name([x509.NameAttribute(*pair) for pair in pairs])

    monkeypatch.setattr(issuing, "_subject", subject)
    create_keys(tmp_path / "keys", test=False)
    bundle = bundle_of(tmp_path / "keys")
    assert bundle.verify().status is Status.GOOD

    status, out, err = poor(bundle.directory, bundle.keys / "root.pem")

    assert (status, err) == (0, "")
    shown = name.replace("\\", "\\\\")
    assert f": {shown}, key {bundle.verify().fingerprint[:16]}…\n" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "usage: "),
        (("a", "b", "c", "d"), "usage: "),
        (("missing",), "missing: there is no such file or folder"),
        (("{report}", "{report}"), "report.html holds no root certificate"),
        (("{report}", "{root}", "{root}"), "root.pem holds no revocation list"),
        (("{report}", "missing"), "missing holds no root certificate"),
    ],
)
def test_what_cannot_be_checked(bundle, poor, arguments, reason):
    given = [one.format(report=bundle.report, root=bundle.keys / "root.pem") for one in arguments]

    status, out, err = poor(*given)

    assert (status, out) == (64, "")
    assert reason in err


@pytest.mark.parametrize("tool", ["openssl", "sed", "grep"])
def test_without_a_tool_nothing_is_good(bundle, poor, tool):
    assert poor(bundle.directory, bundle.keys / "root.pem", without=tool)[0] in {1, 64}
