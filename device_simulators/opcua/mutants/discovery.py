"""GetEndpoints and FindServers answered wrongly (OPC 10000-4 1.05.04, 5.5.2 and 5.5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import NO_SECURITY, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel

STRANGE = "qq-QQ"
"""A locale that nobody has."""
NULL = ua.NodeId()


class _WantsNoToken(Plc):
    """Looks for the session of a discovery request that needs none."""

    def refuse_token(self, request: Any) -> None:
        """Refuse a token of nobody."""
        if request.RequestHeader.AuthenticationToken != NULL:
            raise Refused(status.BadSessionIdInvalid)


@mutant("UA-ENDPOINTS-LISTED", "UA-SESSION-ENDPOINTS")
class HidesTheUnsecuredEndpoint(Plc):
    """Does not list the endpoint without security, which it serves."""

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """List the secured ones."""
        response = super().get_endpoints(channel, request)
        response.Endpoints = [one for one in response.Endpoints if one.SecurityMode != NO_SECURITY]
        return response


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
