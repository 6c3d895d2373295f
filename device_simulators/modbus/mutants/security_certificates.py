"""Controllers that trust wrong clients, or show wrong certificates (MODBUS/TCP Security v36, 8.2, 10.2.3)."""

import ssl

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.secure import Security

_NO_TIME_CHECK = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the `ssl` module does not name."""


@mutant("MB-TLS-CERTIFICATE-UNTRUSTED", "MB-TLS-CERTIFICATE-REVOKED", suite="modbus_security")
class TrustsWhoeverWasSeenOnce(Plc):
    """Takes any certificate into its trust that it has once been shown."""

    class secure_class(Security):
        """Trust on first use, which asks nobody whether it still holds."""

        CHECKED = ssl.VerifyFlags(0)

        def trust(self, context: ssl.SSLContext) -> None:
            """Trust strangers too."""
            super().trust(context)
            for stem in ("untrusted", "self-signed"):
                context.load_verify_locations(self.folder / f"{stem}.pem")


@mutant(
    "MB-TLS-CERTIFICATE-EXPIRED",
    "MB-TLS-CERTIFICATE-NOT-YET-VALID",
    suite="modbus_security",
)
class HasNoClock(Plc):
    """Does not look at the validity of certificates."""

    class secure_class(Security):
        """It is always now."""

        CHECKED = Security.CHECKED | _NO_TIME_CHECK


@mutant("MB-TLS-CERTIFICATE-REVOKED", suite="modbus_security")
class IgnoresRevocations(Plc):
    """Has the revocation list, and does not look into it."""

    class secure_class(Security):
        """Signed is signed."""

        CHECKED = ssl.VerifyFlags(0)


@mutant("MB-TLS-CERTIFICATE-WEAK-KEY", suite="modbus_security")
class TakesWeakKeys(Plc):
    """Accepts keys of any length."""

    class secure_class(Security):
        """The lowest level of security that OpenSSL has."""

        SUITES = Security.SUITES + ":@SECLEVEL=0"


@mutant("MB-TLS-DEVICE-CERTIFICATE", suite="modbus_security")
class ShowsAnExpiredCertificate(Plc):
    """Was installed long ago, and its certificate never renewed."""

    class secure_class(Security):
        """An old certificate."""

        SHOWN = ("expired", "rsa")


@mutant("MB-TLS-CHAIN", suite="modbus_security")
class KeepsItsRootToItself(Plc):
    """Sends its chain without the root."""

    class secure_class(Security):
        """A chain like that of a web server."""

        SHOWN = ("short", "rsa")


@mutant("MB-TLS-DEVICE-AUTHORITY", suite="modbus_security")
class VouchesForItself(Plc):
    """Shows a certificate that its own key signed."""

    class secure_class(Security):
        """As it came from the factory."""

        SHOWN = ("self-signed", "rsa")
