"""A signer out of his time, or whose certificate the root took back: refused, whenever he signed."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from testbed.bundle import authority, certificates, issuing, keys, revocation
from testbed.bundle.certificates import Role, load_roots
from testbed.bundle.errors import Refused
from testbed.bundle.keys import KeyUnusable, Signer, load_signer
from testbed.bundle.verify import Status, verify_bundle, verify_page

MONTH = timedelta(days=30)


@pytest.fixture
def own(bundle, tmp_path):
    """The bundle, with keys of its own that a test may revoke."""
    return replace(bundle, keys=shutil.copytree(bundle.keys, tmp_path / "own"))


@pytest.fixture
def root_pem(own):
    return own.keys / "root.pem"


@pytest.fixture(scope="module")
def keys_with_list(tmp_path_factory):
    directory = tmp_path_factory.mktemp("listed") / "keys"
    keys.create_keys(directory)
    return revoke(directory, "laboratory.pem"), load_roots(directory / "root.pem")


def revoke(directory, *names, at=None):
    """Issue a list of these signers and, unless another instant is given, of those on the list before."""
    own = authority.load_root(directory)
    serials = {authority.serial_of(str(directory / name), own[0]) for name in names}
    if at is None:
        return authority.revoke(directory, serials, validity=MONTH)
    path = directory / revocation.LIST
    path.write_bytes(revocation.issue(serials, own, at=at).public_bytes(Encoding.PEM))
    return path


def listed(path, roots):
    return {entry.serial_number for entry in revocation.load_list(path, roots)}


class TestOutOfTime:
    @pytest.fixture
    def signed_by(self, own, report_anew, monkeypatch):
        """Sign the bundle's report with a certificate of other dates."""

        def sign(validity, tolerance):
            root, root_key = authority.load_root(own.keys)
            key = ec.generate_private_key(ec.SECP256R1())
            monkeypatch.setattr(issuing, "SIGNER_VALIDITY", validity)
            monkeypatch.setattr(issuing, "CLOCK_TOLERANCE", tolerance)
            issued = issuing.issue_signer(Role.LABORATORY, key.public_key(), root, root_key, test=True)
            report_anew(own, Signer(issued, key))
            return own

        return sign

    def test_expired(self, signed_by, both, root_pem):
        own = signed_by(timedelta(days=-2), timedelta(days=3))

        assert own.verify().status is Status.REFUSED
        (status, out), (script_status, script_out) = both(own.directory, root_pem)
        assert (status, script_status) == (1, 1)
        assert "expired on" in out
        assert "has expired" in script_out

    def test_not_yet_valid(self, signed_by, both, root_pem):
        own = signed_by(timedelta(days=9), timedelta(days=-2))

        assert own.verify().status is Status.REFUSED
        (status, out), (script_status, script_out) = both(own.directory, root_pem)
        assert (status, script_status) == (1, 1)
        assert "valid only from" in out
        assert "not yet valid" in script_out

    def test_in_time(self, signed_by, both, root_pem):
        own = signed_by(timedelta(days=1), timedelta(days=1))

        assert [status for status, _ in both(own.directory, root_pem)] == [0, 0]


class TestRevoked:
    def test_refused_though_signed_before(self, own, both, root_pem):
        crl = revoke(own.keys, "laboratory.pem")

        result = verify_page(own.report, own.roots, revoked=[revocation.load_list(crl, own.roots)])

        assert result.status is Status.REFUSED
        (problem,) = result.problems
        assert f"was revoked on {datetime.now(UTC):%Y-%m-%d}; without a time stamp" in problem.reason
        for status, out in both(own.directory, root_pem, crl):
            assert status == 1
            assert "was revoked" in out
            assert out.count("report.html") >= 1

    def test_only_whoever_was_revoked(self, own, both, root_pem):
        crl = revoke(own.keys, "laboratory.pem")

        assert [status for status, _ in both(own.certificate, root_pem, crl)] == [0, 0]

    def test_by_openssl_alone(self, own, program, root_pem, tmp_path):
        crl = revoke(own.keys, "laboratory.pem")
        authorities = tmp_path / "ca.pem"
        authorities.write_bytes(root_pem.read_bytes() + crl.read_bytes())
        command = [
            program("openssl"),
            "cms",
            "-verify",
            "-crl_check",
            "-inform",
            "PEM",
            "-CAfile",
            authorities,
        ]

        report = subprocess.run([*command, "-in", own.report], capture_output=True, check=False, timeout=30)
        other = subprocess.run(
            [*command, "-in", own.certificate], capture_output=True, check=False, timeout=30
        )

        assert b"certificate revoked" in report.stderr
        assert (report.returncode != 0, other.returncode) == (True, 0)

    def test_he_signs_no_more(self, own):
        revoke(own.keys, "council.pem", at=datetime.now(UTC) - 2 * MONTH)  # an old list is no excuse

        with pytest.raises(KeyUnusable, match=r"council\.pem: the certificate of .* was revoked on"):
            load_signer(own.keys, Role.COUNCIL)
        load_signer(own.keys, Role.LABORATORY)

    def test_without_its_root_a_list_beside_the_keys_stops_signing(self, own, root_pem):
        revoke(own.keys, "council.pem")
        root_pem.unlink()

        with pytest.raises(KeyUnusable, match=r"root\.pem cannot be read"):
            load_signer(own.keys, Role.LABORATORY)

    def test_the_own_list_is_asked_unless_another_root_is_named(self, own, said, monkeypatch, root_pem):
        revoke(own.keys, "laboratory.pem")
        root = shutil.copy(root_pem, own.directory.parent / "pinned.pem")
        monkeypatch.setenv("TESTBED_KEYS", str(own.keys))

        assert said("verify", own.directory)[0] == 1
        assert said("verify", own.directory, "--root", root)[0] == 0

    def test_nothing_is_granted(self, own, said):
        revoke(own.keys, "laboratory.pem")
        own.certificate.unlink()

        status, out = said("grant", own.directory, "--keys", own.keys)

        assert status == 1
        assert "was revoked" in out
        assert not own.certificate.exists()


class TestLists:
    def test_the_list_grows(self, own):
        first = listed(revoke(own.keys, "laboratory.pem"), own.roots)
        again = listed(revoke(own.keys, "laboratory.pem"), own.roots)
        both = listed(revoke(own.keys, "council.pem"), own.roots)

        assert first == again < both
        assert listed(revoke(own.keys), own.roots) == both
        found = revocation.load_list(own.keys / revocation.LIST, own.roots)
        assert found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 4
        assert not [path for path in own.keys.iterdir() if path.name.startswith(".")]

    @pytest.mark.parametrize("days", [-31, 40])
    def test_out_of_its_time(self, own, days):
        crl = revocation.load_list(revoke(own.keys), own.roots)

        result = own.verify(revoked=[crl], at=datetime.now(UTC) + timedelta(days=days))

        reasons = {problem.reason for problem in result.problems}
        word = "expired on" if days > 0 else "valid only from"
        assert result.status is Status.REFUSED
        assert any(word in reason for reason in reasons)

    def test_expired_by_both(self, own, both, root_pem):
        crl = revoke(own.keys, at=datetime.now(UTC) - 2 * MONTH)

        for (status, out), words in zip(
            both(own.directory, root_pem, crl),
            ("ask for a newer one", "revocation list has expired"),
            strict=True,
        ):
            assert status == 1
            assert words in out

    def test_a_newer_list_stands_for_an_older_one(self, own):
        old = revocation.load_list(revoke(own.keys, at=datetime.now(UTC) - 2 * MONTH), own.roots)
        new = revocation.load_list(revoke(own.keys), own.roots)

        assert own.verify(revoked=[old]).status is Status.REFUSED
        assert own.verify(revoked=[old, new]).status is Status.GOOD
        assert own.verify(revoked=[new, old]).status is Status.GOOD

    def test_of_another_root(self, own, other_keys, tmp_path, both, root_pem):
        theirs = shutil.copytree(other_keys, tmp_path / "theirs")
        crl = revoke(theirs, "laboratory.pem")

        (status, out), (script_status, script_out) = both(own.directory, root_pem, crl)

        assert status == 64
        assert f"{crl} was not issued by any root that is trusted here" in out
        assert script_status == 1
        assert "the revocation list is not of the signer's root" in script_out

    def test_of_another_of_the_trusted_roots(self, own, other_keys, tmp_path):
        theirs = shutil.copytree(other_keys, tmp_path / "theirs")
        roots = [*own.roots, *load_roots(theirs / "root.pem")]
        crl = revocation.load_list(revoke(theirs), roots)

        result = verify_bundle(own.directory, roots, revoked=[crl])

        assert result.status is Status.REFUSED
        assert all("no revocation list is of the root" in problem.reason for problem in result.problems)

    def test_a_list_brings_no_root_along(self, own, other_keys, both, tmp_path):
        """Whoever hands over the list must not be able to make the reader trust his own root."""
        crl = tmp_path / "crl.pem"
        crl.write_bytes(revoke(own.keys).read_bytes() + (own.keys / "root.pem").read_bytes())

        results = both(own.directory, other_keys / "root.pem", crl)

        assert all(status != 0 for status, _ in results)

    def test_a_part_of_a_list(self, own):
        root, root_key = authority.load_root(own.keys)
        point = x509.IssuingDistributionPoint(
            full_name=None,
            relative_name=None,
            only_contains_user_certs=False,
            only_contains_ca_certs=True,
            only_some_reasons=None,
            indirect_crl=False,
            only_contains_attribute_certs=False,
        )
        now = datetime.now(UTC)
        partial = (
            x509.CertificateRevocationListBuilder(root.subject, now, now + MONTH)
            .add_extension(point, critical=True)
            .sign(root_key, SHA256())
        )
        path = own.keys / revocation.LIST
        path.write_bytes(partial.public_bytes(Encoding.PEM))

        with pytest.raises(Refused, match="lists only a part"):
            revocation.load_list(path, own.roots)

    @pytest.mark.parametrize(
        "content", [None, b"", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"]
    )
    def test_no_list(self, own, both, root_pem, content):
        path = own.keys / revocation.LIST
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(Refused, match=r"crl\.pem"):
            revocation.load_list(path, own.roots)
        assert all(status not in {0, 2} for status, _ in both(own.directory, root_pem, path))

    @given(data=st.data())
    def test_a_changed_list(self, keys_with_list, data):
        path, roots = keys_with_list
        content = path.read_bytes()
        at = data.draw(st.integers(30, len(content) - 30))
        changed = path.with_name("changed.pem")
        changed.write_bytes(content[:at] + data.draw(st.binary(max_size=3)) + content[at + 1 :])

        try:
            found = revocation.load_list(changed, roots)
        except Refused:
            return
        assert found == revocation.load_list(path, roots)


class TestCommands:
    def test_by_certificate_and_by_serial_number(self, own, said, root_pem):
        laboratory, council = (keys.load_certificate(own.keys / f"{role}.pem") for role in Role)
        serial = f"{council.serial_number:040x}"
        colons = ":".join(serial[i : i + 2] for i in range(0, 40, 2))

        for named in (own.keys / "laboratory.pem", colons, serial.upper(), f"0x{serial}"):
            status, out = said("keys", "revoke", named, "--keys", own.keys)
            assert (status, "revoked: " in out) == (0, True)

        assert listed(own.keys / "crl.pem", own.roots) == {laboratory.serial_number, council.serial_number}
        assert said("verify", own.directory, "--root", root_pem, "--crl", own.keys / "crl.pem")[0] == 1

    @pytest.mark.parametrize(
        ("named", "reason"),
        [
            ("nothing.pem", "neither a file with a certificate nor a serial number"),
            ("0" * 42, "neither a file with a certificate nor a serial number"),
            ("{keys}/root.pem", "is the root itself"),
            ("{keys}/root.key", "the certificate is malformed"),
            ("{other}/laboratory.pem", "was not issued by this root"),
        ],
    )
    def test_what_cannot_be_revoked(self, own, other_keys, said, named, reason):
        status, out = said(
            "keys", "revoke", named.format(keys=own.keys, other=other_keys), "--keys", own.keys
        )

        assert status == 64
        assert reason in out
        assert not (own.keys / "crl.pem").exists()

    def test_without_the_root_key(self, own, said):
        (own.keys / "root.key").unlink()

        for arguments in (("revoke",), ("renew", "laboratory")):
            status, out = said("keys", *arguments, "--keys", own.keys)
            assert status == 64
            assert "root.key cannot be read" in out

    def test_a_list_that_is_not_ours_is_not_continued(self, own, said):
        (own.keys / "crl.pem").write_bytes(b"x")

        status, out = said("keys", "revoke", "--keys", own.keys)

        assert (status, "holds no readable revocation list" in out) == (64, True)
        assert (own.keys / "crl.pem").read_bytes() == b"x"

    def test_renewed(self, own, said, report_anew, both, root_pem):
        before = load_signer(own.keys, Role.LABORATORY)

        status, out = said("keys", "renew", "laboratory", "--keys", own.keys)

        after = load_signer(own.keys, Role.LABORATORY)
        old = own.keys / f"laboratory-{before.certificate.serial_number:x}.pem"
        assert (status, str(old) in out) == (0, True)
        assert after.fingerprint != before.fingerprint
        assert after.is_test
        assert certificates.has_role(after.certificate, Role.LABORATORY)
        assert keys.load_certificate(old) == before.certificate
        crl = authority.revoke(own.keys, {before.certificate.serial_number}, validity=MONTH)
        assert [status for status, _ in both(own.directory, root_pem, crl)] == [1, 1]
        report_anew(own)
        assert [status for status, _ in both(own.directory, root_pem, crl)] == [0, 0]
