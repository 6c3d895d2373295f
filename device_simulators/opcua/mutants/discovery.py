"""Endpoints and servers told wrongly (OPC 10000-4 1.05.04, 5.5, 7.2, 7.14, 7.41)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import NO_SECURITY, Policy, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel

STRANGE = "qq-QQ"
"""A locale that nobody has."""
NULL = ua.NodeId()


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


@mutant("UA-ENDPOINTS-LISTED", "UA-SESSION-ENDPOINTS")
class HidesTheUnsecuredEndpoint(Plc):
    """Does not list the endpoint without security, which it serves."""

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """List the secured ones."""
        response = super().get_endpoints(channel, request)
        response.Endpoints = [one for one in response.Endpoints if one.SecurityMode != NO_SECURITY]
        return response


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


@mutant("UA-ENDPOINTS-TOKENS")
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


@mutant("UA-ENDPOINTS-LEVEL")
class PrefersNoSecurity(Plc):
    """Gives the endpoint without security the highest level."""

    def security_level(self, policy: Policy, mode: int) -> int:
        """Count the other way around."""
        return 3 - super().security_level(policy, mode)


@mutant("UA-ENDPOINTS-CERTIFICATE")
class HidesItsCertificate(_Misdescribed):
    """Describes a secured endpoint without its certificate."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Leave the certificate out where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.ServerCertificate = None


@mutant("UA-ENDPOINTS-CERTIFICATE-URI")
class ShowsAnotherCertificate(_Misdescribed):
    """Describes a secured endpoint with bytes that are no certificate."""

    def spoil(self, endpoint: ua.EndpointDescription) -> None:
        """Spoil the certificate where the mode is to sign."""
        if endpoint.SecurityMode == ua.MessageSecurityMode.Sign:
            endpoint.ServerCertificate = endpoint.ServerCertificate[:-64]


@mutant("UA-ENDPOINTS-PROFILE-UNKNOWN")
class IgnoresUnknownProfiles(Plc):
    """Lists all endpoints where a transport profile is asked for that it does not have."""

    def has_profile(self, endpoint: ua.EndpointDescription, profiles: Sequence[str | None]) -> bool:
        """Overlook a profile that no endpoint has."""
        return endpoint.TransportProfileUri not in profiles or super().has_profile(endpoint, profiles)


@mutant("UA-ENDPOINTS-PROFILE-KNOWN")
class FindsNoProfile(Plc):
    """Lists no endpoint where a transport profile is asked for."""

    def has_profile(self, endpoint: ua.EndpointDescription, profiles: Sequence[str | None]) -> bool:  # noqa: ARG002 - not looked at
        """Want no wishes."""
        return not profiles


@mutant("UA-ENDPOINTS-LOCALE-UNKNOWN")
class DescribesInItsLocalesOnly(Plc):
    """Lists no endpoint in a locale that it does not have."""

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        """Look for a description in that locale."""
        return [] if STRANGE in locales else super().endpoints(url, locales)


@mutant("UA-ENDPOINTS-URL-UNKNOWN")
class DescribesItsHostOnly(Plc):
    """Lists no endpoint for a URL with a strange host."""

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """Look for endpoints of that host."""
        response = super().get_endpoints(channel, request)
        if ".example" in (request.Parameters.EndpointUrl or ""):
            response.Endpoints = []
        return response


class _WantsNoToken(Plc):
    """Looks for the session of a discovery request that needs none."""

    def refuse_token(self, request: Any) -> None:
        """Refuse a token of nobody."""
        if request.RequestHeader.AuthenticationToken != NULL:
            raise Refused(status.BadSessionIdInvalid)


@mutant("UA-ENDPOINTS-TOKEN-IGNORED", "UA-ENDPOINTS-IN-SESSION", "UA-SESSION-EXPIRY-KEEPS-CHANNEL")
class DescribesWithoutTokenOnly(_WantsNoToken):
    """Refuses GetEndpoints with an authentication token."""

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """Look at the token."""
        self.refuse_token(request)
        return super().get_endpoints(channel, request)


@mutant("UA-ENDPOINTS-IN-SESSION")
class DescribesBeforeSessionsOnly(Plc):
    """Refuses GetEndpoints on the channel of a session."""

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """Look at the sessions."""
        if any(one.is_active for one in channel.sessions):
            raise Refused(status.BadServiceUnsupported)
        return super().get_endpoints(channel, request)


@mutant("UA-ENDPOINTS-STABLE")
class ForgetsAnEndpoint(Plc):
    """Lists one endpoint less when it is asked again on a channel."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[int] = set()

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """Forget the last endpoint but for who asks first, or asks for something."""
        response = super().get_endpoints(channel, request)
        asked = request.Parameters
        if channel.id in self.asked and not asked.LocaleIds and ".example" not in (asked.EndpointUrl or ""):
            response.Endpoints = response.Endpoints[:-1]
        self.asked.add(channel.id)
        return response


@mutant("UA-SERVERS-SELF", "UA-SERVERS-URI-ARRAY")
class FindsAnotherName(Plc):
    """Returns itself with another URI than its endpoints have."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Change the URI."""
        response = super().find_servers(channel, request)
        for one in response.Servers if not request.Parameters.ServerUris else ():
            one.ApplicationUri = f"{one.ApplicationUri}:discovery"
        return response


@mutant("UA-SERVERS-URLS")
class FindsNoUrl(Plc):
    """Returns itself without a discovery URL."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Leave the URLs out."""
        response = super().find_servers(channel, request)
        for one in response.Servers:
            one.DiscoveryUrls = []
        return response


@mutant("UA-SERVERS-NAME")
class FindsNoName(Plc):
    """Returns itself without a name."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Leave the name out."""
        response = super().find_servers(channel, request)
        for one in response.Servers:
            one.ApplicationName = ua.LocalizedText()
        return response


@mutant("UA-SERVERS-FILTER-NONE")
class FindsItselfForStrangers(Plc):
    """Returns itself where only a server is looked for that it does not know."""

    def is_wanted(self, server: ua.ApplicationDescription, uris: Sequence[str | None]) -> bool:
        """Overlook a single wish."""
        return len(uris) == 1 or super().is_wanted(server, uris)


@mutant("UA-SERVERS-FILTER-OWN")
class LooksAtTheFirstUri(Plc):
    """Looks at the first URI of a filter only."""

    def is_wanted(self, server: ua.ApplicationDescription, uris: Sequence[str | None]) -> bool:
        """Cut the filter."""
        return super().is_wanted(server, uris[:1])


@mutant("UA-SERVERS-LOCALE-UNKNOWN")
class FindsItselfInItsLocalesOnly(Plc):
    """Returns nothing in a locale that it does not have."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Look for a name in that locale."""
        response = super().find_servers(channel, request)
        if STRANGE in (request.Parameters.LocaleIds or ()):
            response.Servers = []
        return response


@mutant("UA-SERVERS-URL-UNKNOWN")
class FindsItsHostOnly(Plc):
    """Returns nothing for a URL with a strange host."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Look for servers of that host."""
        response = super().find_servers(channel, request)
        if ".example" in (request.Parameters.EndpointUrl or ""):
            response.Servers = []
        return response


@mutant("UA-SERVERS-TOKEN-IGNORED")
class FindsWithoutTokenOnly(_WantsNoToken):
    """Refuses FindServers with an authentication token."""

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """Look at the token."""
        self.refuse_token(request)
        return super().find_servers(channel, request)
