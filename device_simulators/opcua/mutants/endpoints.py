"""Endpoints described wrongly (OPC 10000-4 1.05.04, 7.2, 7.14, 7.41)."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import Policy


class _Misdescribed(Plc):
    """Describes its endpoints wrongly, in CreateSession as in GetEndpoints."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Change one endpoint."""

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        """Describe them wrongly."""
        found = super().endpoints(url, locales)
        for one in found:
            self.spoil(one)
        return found


@mutant("UA-ENDPOINTS-URL")
class DescribesWebUrls(_Misdescribed):
    """Describes its endpoints with URLs of another transport."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Name another scheme."""
        endpoint.EndpointUrl = endpoint.EndpointUrl.replace("opc.tcp", "opc.https")


@mutant("UA-ENDPOINTS-APPLICATION-URI")
class HidesItsUri(_Misdescribed):
    """Describes one endpoint of an application without a URI."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave the URI out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.Server = ua.ApplicationDescription(
                ApplicationUri=None,
                ProductUri=endpoint.Server.ProductUri,
                ApplicationName=endpoint.Server.ApplicationName,
                ApplicationType=endpoint.Server.ApplicationType,
                DiscoveryUrls=endpoint.Server.DiscoveryUrls,
            )


@mutant("UA-ENDPOINTS-APPLICATION-TYPE")
class TakesItselfForClient(_Misdescribed):
    """Describes itself as a client."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Name another type."""
        endpoint.Server.ApplicationType = ua.ApplicationType.Client


@mutant("UA-ENDPOINTS-TRANSPORT")
class HidesItsTransport(_Misdescribed):
    """Describes a secured endpoint without a transport profile."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave the profile out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.TransportProfileUri = None


@mutant("UA-ENDPOINTS-POLICY")
class HidesAPolicy(_Misdescribed):
    """Describes a secured endpoint without its security policy."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave the policy out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.SecurityPolicyUri = None


@mutant("UA-ENDPOINTS-MODE")
class OffersNoModeForAPolicy(_Misdescribed):
    """Describes an endpoint of Basic256Sha256 with the security mode None."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Change what is to be signed."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.SecurityMode = ua.MessageSecurityMode.None_


@mutant("UA-ENDPOINTS-TOKENS", "UA-SEC-POLICY-BASIC256SHA256", "UA-SEC-POLICY-AES128", "UA-SEC-POLICY-AES256")
class HidesTokenPolicies(_Misdescribed):
    """Describes a secured endpoint without user token policies."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave them out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.UserIdentityTokens = []


@mutant("UA-ENDPOINTS-POLICY-ID")
class NamesPoliciesAlike(Plc):
    """Gives the user token policies of one endpoint the same id."""

    def token_policies(self, policy: Policy, mode: int) -> list[ua.UserTokenPolicy]:
        """Call both the same where the mode is to sign."""
        found = super().token_policies(policy, mode)
        if mode == ua.MessageSecurityMode.Sign:
            for one in found:
                one.PolicyId = "signed"
        return found


@mutant("UA-ENDPOINTS-LEVEL", "UA-SEC-ENDPOINT-LEVEL")
class PrefersNoSecurity(Plc):
    """Gives the endpoint without security the highest level."""

    def security_level(self, policy: Policy, mode: int) -> int:
        """Count the other way around."""
        return 9 - super().security_level(policy, mode)


@mutant("UA-ENDPOINTS-CERTIFICATE")
class HidesItsCertificate(_Misdescribed):
    """Describes a secured endpoint without its certificate."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave the certificate out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.ServerCertificate = None


@mutant(
    "UA-ENDPOINTS-CERTIFICATE-URI",
    "UA-SEC-POLICY-BASIC256SHA256",
    "UA-SEC-POLICY-AES128",
    "UA-SEC-POLICY-AES256",
)
class ShowsAnotherCertificate(_Misdescribed):
    """Describes a secured endpoint with bytes that are no certificate."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Spoil the certificate where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.ServerCertificate = endpoint.ServerCertificate[:-64]
