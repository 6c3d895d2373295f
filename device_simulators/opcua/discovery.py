"""Discovery: which endpoints there are and which server this is (OPC 10000-4 1.05.04, 5.5)."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.channels import Channels
from testbed.protocols.opcua import PORT, SIGN, Policy
from testbed.protocols.opcua.policies import POLICIES

TCP_PROFILE = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"
"""The transport profile of OPC UA TCP with UA Secure Conversation and UA Binary (OPC 10000-7)."""
TOKENS_PROTECTED_BY = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"
"""The policy of passwords and user signatures where the channel has none."""


class Discovery(Channels):
    """The discovery services, which need no session."""

    PRODUCT_URI: ClassVar[str] = "https://example.org/mother-factory/sim"
    NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"en": "Simulated controller", "ko": "모의 제어기"})
    """The application's name by locale; the first is for everybody else."""

    TOKENS: ClassVar[Mapping[str, ua.UserTokenType]] = MappingProxyType(
        {
            "anonymous": ua.UserTokenType.Anonymous,
            "username": ua.UserTokenType.UserName,
            "certificate": ua.UserTokenType.Certificate,
        }
    )
    """The kinds of identity tokens that every endpoint takes."""

    # Rules

    def host_of(self, channel: Channel, asked: str | None) -> str:
        """Return the host that the client named where it is ours, else what it is connected to (5.5.4.2)."""
        connected: str = self.address_of(channel)[0]
        try:
            host = urlsplit(asked or "").hostname or ""
        except ValueError:
            return connected
        return host if host in {"localhost", socket.gethostname().lower()} else connected

    def address_of(self, channel: Channel) -> tuple[str, int]:
        """Return where a client is connected to."""
        bound = channel.line.transport.get_extra_info("sockname")
        return (bound[0], bound[1]) if bound else ("127.0.0.1", PORT)

    def url_of(self, channel: Channel, asked: str | None) -> str:
        """Return the URL at which a client finds the server."""
        host = self.host_of(channel, asked)
        return f"opc.tcp://{f'[{host}]' if ':' in host else host}:{self.address_of(channel)[1]}"

    def name_in(self, locales: Sequence[str | None]) -> ua.LocalizedText:
        """Return the application's name in the first locale that it has (5.5.2.2, 5.4)."""
        wanted = next((one for one in locales if one in self.NAMES), next(iter(self.NAMES)))
        return ua.LocalizedText(self.NAMES[wanted or ""], wanted)

    def has_profile(self, endpoint: ua.EndpointDescription, profiles: Sequence[str | None]) -> bool:
        """Say whether an endpoint has one of the wanted transport profiles; none wanted is all (5.5.4.2)."""
        return not profiles or endpoint.TransportProfileUri in profiles

    def is_wanted(self, server: ua.ApplicationDescription, uris: Sequence[str | None]) -> bool:
        """Say whether a server is one of those looked for; none named is all (5.5.2.2)."""
        return not uris or server.ApplicationUri in uris

    def security_level(self, policy: Policy, mode: int) -> int:
        """Return how secure an endpoint is next to the others; 0 is not recommended (7.14).

        Encryption counts before the policy.
        """
        policies = list(self.MODES)
        return 0 if policy.is_none else len(policies) * (mode - SIGN) + policies.index(policy.name)

    def policy_id(self, kind: str, policy: Policy, mode: int) -> str:
        """Return the id of a token policy, different for each on this server (7.41)."""
        return f"{kind}-{policy.name}-{mode}"

    def token_policies(self, policy: Policy, mode: int) -> list[ua.UserTokenPolicy]:
        """Return how users may say who they are at an endpoint (7.41)."""
        return [
            ua.UserTokenPolicy(
                self.policy_id(name, policy, mode),
                kind,
                SecurityPolicyUri=self.token_security(kind, policy),
            )
            for name, kind in self.TOKENS.items()
        ]

    def token_security(self, kind: ua.UserTokenType, policy: Policy) -> str | None:
        """Return the policy that protects a kind of token; None for that of the channel (7.41).

        The channel's is named too: asyncua sends passwords in clear where none is.
        """
        if kind == ua.UserTokenType.Anonymous:
            return None
        return TOKENS_PROTECTED_BY if policy.is_none else policy.uri

    # What there is

    def application(self, url: str, locales: Sequence[str | None]) -> ua.ApplicationDescription:
        """Describe this server (7.2)."""
        return ua.ApplicationDescription(
            ApplicationUri=self.application_uri,
            ProductUri=self.PRODUCT_URI,
            ApplicationName=self.name_in(locales),
            ApplicationType=ua.ApplicationType.Server,
            DiscoveryUrls=[url],
        )

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        """Describe every way to be connected (7.14)."""
        server = self.application(url, locales)
        return [
            ua.EndpointDescription(
                EndpointUrl=url,
                Server=server,
                ServerCertificate=self.identity.certificate,
                SecurityMode=ua.MessageSecurityMode(mode),
                SecurityPolicyUri=policy.uri,
                UserIdentityTokens=self.token_policies(policy, mode),
                TransportProfileUri=TCP_PROFILE,
                SecurityLevel=self.security_level(policy, mode),
            )
            for policy in POLICIES.values()
            for mode in self.MODES.get(policy.name, ())
        ]

    def recalled(self, endpoints: list[ua.EndpointDescription]) -> list[ua.EndpointDescription]:
        """Leave out of endpoints what a client in a session need not compare (5.7.2.2)."""
        for one in endpoints:
            one.Server = ua.ApplicationDescription(ApplicationUri=self.application_uri)
            one.ServerCertificate = None
        return endpoints

    # Services

    def get_endpoints(self, channel: Channel, request: ua.GetEndpointsRequest) -> ua.GetEndpointsResponse:
        """GetEndpoints (5.5.4)."""
        asked = request.Parameters
        found = self.endpoints(self.url_of(channel, asked.EndpointUrl), asked.LocaleIds or ())
        profiles = asked.ProfileUris or ()
        response = ua.GetEndpointsResponse()
        response.Endpoints = [one for one in found if self.has_profile(one, profiles)]
        return response

    def find_servers(self, channel: Channel, request: ua.FindServersRequest) -> ua.FindServersResponse:
        """FindServers, of which this one knows itself alone (5.5.2)."""
        asked = request.Parameters
        own = self.application(self.url_of(channel, asked.EndpointUrl), asked.LocaleIds or ())
        response = ua.FindServersResponse()
        response.Servers = [own] if self.is_wanted(own, asked.ServerUris or ()) else []
        return response
