"""Keys made once, and a small bundle as `testbed run` and `testbed grant` leave it."""

import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from testbed.bundle import page
from testbed.bundle.certificates import Role, load_roots
from testbed.bundle.keys import create_keys, load_signer
from testbed.bundle.statement import PredicateType
from testbed.bundle.verify import SCRIPT, script, verify_bundle
from testbed.commands import cli

HTML = "<!doctype html>\n<html lang=ko>\n<p>적합 1 · 부적합 0\n</html>\n".encode()
CAPTURE = bytes(range(256))


@dataclass(frozen=True)
class Bundle:
    directory: Path
    keys: Path

    @property
    def report(self):
        return self.directory / "report.html"

    @property
    def certificate(self):
        return self.directory / "certificate.html"

    @property
    def roots(self):
        return load_roots(self.keys / "root.pem")

    def verify(self, **options):
        return verify_bundle(self.directory, self.roots, **options)

    def refused(self):
        """The files that verification names."""
        return {problem.file for problem in self.verify().problems}


def digests(directory):
    files = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    return {path.relative_to(directory).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def write_report(directory, keys, laboratory=None):
    laboratory = laboratory or load_signer(keys, Role.LABORATORY)
    sealed = page.seal(HTML, {"outcome": "CONFORMANT"}, digests(directory), laboratory)
    (directory / "report.html").write_bytes(sealed)
    (directory / "statement.json").write_bytes(page.signed_payload(sealed))


def write_certificate(directory, keys):
    subjects = {"report.html": sha256((directory / "report.html").read_bytes()).hexdigest()}
    council = load_signer(keys, Role.COUNCIL)
    sealed = page.seal(HTML, {"decision": "granted"}, subjects, council, kind=PredicateType.CONFIRMATION)
    (directory / "certificate.html").write_bytes(sealed)


def write_bundle(directory, keys):
    (directory / "wire").mkdir(parents=True)
    (directory / "wire" / f"{sha256(CAPTURE).hexdigest()}.pcapng").write_bytes(CAPTURE)
    (directory / "results.jsonl").write_bytes(b'{"header":1}\n{"footer":1}\n')
    (directory / "declaration.yaml").write_bytes(b"device: { vendor: Example Controls }\n")
    (directory / SCRIPT).write_bytes(script())
    write_report(directory, keys)
    write_certificate(directory, keys)
    return Bundle(directory, keys)


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("authority") / "keys"
    create_keys(directory)
    return directory


@pytest.fixture(scope="session")
def other_keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("stranger") / "keys"
    create_keys(directory)
    return directory


@pytest.fixture
def laboratory(keys):
    return load_signer(keys, Role.LABORATORY)


@pytest.fixture
def bundle(tmp_path, keys):
    return write_bundle(tmp_path / "bundle", keys)


@pytest.fixture
def bundle_of(tmp_path):
    """A bundle signed with the keys of a folder."""
    return lambda keys: write_bundle(tmp_path / "bundle of these", keys)


@pytest.fixture(scope="session")
def shared_bundle(tmp_path_factory, keys):
    """A bundle that a test may change only for a moment."""
    return write_bundle(tmp_path_factory.mktemp("shared") / "bundle", keys)


@pytest.fixture
def report_anew():
    """Write the report anew, over what the bundle holds now and with the keys it has now."""

    def write(bundle, laboratory=None):
        for name in ("certificate.html", "statement.json", "report.html"):
            (bundle.directory / name).unlink()
        write_report(bundle.directory, bundle.keys, laboratory)

    return write


@pytest.fixture
def confirm_anew():
    """Write the council's page anew, over the report that is there now."""
    return lambda bundle: write_certificate(bundle.directory, bundle.keys)


def write_another(directory, keys):
    other = write_bundle(directory, keys)
    (other.directory / "results.jsonl").write_bytes(b'{"header":2}\n{"footer":2}\n')
    for name in ("certificate.html", "statement.json", "report.html"):
        (other.directory / name).unlink()
    write_report(other.directory, keys)
    write_certificate(other.directory, keys)
    return other


@pytest.fixture
def another(tmp_path, keys):
    """Another run of the same laboratory, confirmed by the same council."""
    return write_another(tmp_path / "another", keys)


@pytest.fixture(scope="session")
def shared_other(tmp_path_factory, keys):
    """The same, which nobody changes."""
    return write_another(tmp_path_factory.mktemp("other") / "bundle", keys)


@pytest.fixture
def said(monkeypatch, tmp_path):
    """What the command line says of its arguments, and its exit status; the caller has no keys of his own."""
    monkeypatch.setenv("TESTBED_KEYS", str(tmp_path / "none"))

    def run(*arguments):
        result = CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)
        return result.exit_code, result.output

    return run


SHELLS = {"sh": (), "dash": (), "bash": ("--posix",), "busybox": ("sh",)}


@pytest.fixture(scope="session")
def verify_sh(program):
    """What verify.sh says, and its exit status; in the system's shell, or in one that is named."""
    program("openssl")

    def run(*arguments, shell="sh"):
        command = [program(shell), *SHELLS[shell], Path(page.__file__).with_name(SCRIPT), *arguments]
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        assert done.returncode in {0, 1, 2, 64}, done.stderr
        return done.returncode, (done.stdout + done.stderr).decode()

    return run


@pytest.fixture
def both(said, verify_sh):
    """What the command says of a page or a bundle, and what verify.sh says, with their exit statuses."""

    def run(what, *trusted):
        options = [text for pair in zip(("--root", "--crl"), trusted, strict=False) for text in pair]
        return said("verify", what, *options), verify_sh(what, *trusted)

    return run
