"""OPC 10000-4 1.05.04, 5.5.4: GetEndpoints; 7.14: EndpointDescription; 7.41: UserTokenPolicy."""

from testbed.cases import verifies
from testbed.opcua import certificate_uri, each, granted, status, structures

OPC_TCP = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"
NO_PROFILE = "http://opcfoundation.org/UA-Profile/Transport/no-such-transport"
NO_SECURITY = "http://opcfoundation.org/UA/SecurityPolicy#None"
STRANGE = structures.NodeId(4711, 0)
"""An authentication token of nobody."""


@verifies("UA-ENDPOINTS-LISTED")
async def test_listed(channel):
    """The endpoints hold the policy and the mode of the channel on which they were asked for."""
    reply = await channel.get_endpoints()

    assert (channel.channel.policy.uri, channel.channel.mode) in each(
        reply, "SecurityPolicyUri", "SecurityMode"
    )


@verifies("UA-ENDPOINTS-URL")
async def test_url(channel):
    """Each endpoint of UA TCP has a URL that begins with opc.tcp."""
    reply = granted(await channel.get_endpoints(profiles=[OPC_TCP]))
    schemes = {(url or "").partition("://")[0] for url in each(reply, "EndpointUrl")}

    assert schemes <= {"opc.tcp"}


@verifies("UA-ENDPOINTS-APPLICATION-URI")
async def test_application_uri(channel):
    """No endpoint lacks the URI of its application."""
    reply = granted(await channel.get_endpoints())
    lacking = [one for one in each(reply, "Server.ApplicationUri") if not one]

    assert lacking == []


@verifies("UA-ENDPOINTS-APPLICATION-TYPE")
async def test_application_type(channel):
    """The application of each endpoint is a server, or client and server."""
    reply = granted(await channel.get_endpoints())

    assert set(each(reply, "Server.ApplicationType")) <= {
        structures.ApplicationType.Server,
        structures.ApplicationType.ClientAndServer,
    }


@verifies("UA-ENDPOINTS-TRANSPORT")
async def test_transport(channel):
    """No endpoint lacks a transport profile."""
    reply = granted(await channel.get_endpoints())
    lacking = [one for one in each(reply, "TransportProfileUri") if not one]

    assert lacking == []


@verifies("UA-ENDPOINTS-POLICY")
async def test_policy(channel):
    """No endpoint lacks a security policy."""
    reply = granted(await channel.get_endpoints())
    lacking = [one for one in each(reply, "SecurityPolicyUri") if not one]

    assert lacking == []


@verifies("UA-ENDPOINTS-MODE")
async def test_mode(channel):
    """The endpoints of security policy None, and no others, have security mode None."""
    reply = granted(await channel.get_endpoints())
    found = each(reply, "SecurityPolicyUri", "SecurityMode")
    unfit = [(uri, mode) for uri, mode in found if uri and (uri == NO_SECURITY) != (mode == 1)]

    assert unfit == []


@verifies("UA-ENDPOINTS-TOKENS")
async def test_tokens(channel):
    """No endpoint lacks user token policies."""
    reply = granted(await channel.get_endpoints())
    lacking = [one for one in each(reply, "UserIdentityTokens") if not one]

    assert lacking == []


@verifies("UA-ENDPOINTS-POLICY-ID")
async def test_policy_id(channel):
    """No two different user token policies of the server have one PolicyId."""
    reply = granted(await channel.get_endpoints())
    policies = [one for tokens in each(reply, "UserIdentityTokens") for one in tokens or ()]
    different = {
        (one.PolicyId, one.TokenType, one.IssuedTokenType, one.SecurityPolicyUri) for one in policies
    }
    names = {one.PolicyId for one in policies}

    assert len(different) == len(names)


@verifies("UA-ENDPOINTS-LEVEL")
async def test_level(channel):
    """The highest security level of an endpoint without security is at most the lowest of one with it."""
    reply = granted(await channel.get_endpoints())
    levels = each(reply, "SecurityPolicyUri", "SecurityLevel")
    without = max((level for uri, level in levels if uri == NO_SECURITY), default=0)
    lowest = min((level for uri, level in levels if uri != NO_SECURITY), default=255)

    assert without <= lowest


@verifies("UA-ENDPOINTS-CERTIFICATE")
async def test_certificate(channel):
    """No endpoint with security lacks the server's certificate."""
    reply = granted(await channel.get_endpoints())
    found = each(reply, "SecurityPolicyUri", "ServerCertificate")
    lacking = [uri for uri, certificate in found if uri != NO_SECURITY and not certificate]

    assert lacking == []


@verifies("UA-ENDPOINTS-CERTIFICATE-URI")
async def test_certificate_uri(channel):
    """The URI in the certificate of each endpoint that has one is that of the application."""
    reply = granted(await channel.get_endpoints())
    found = each(reply, "ServerCertificate", "Server.ApplicationUri")
    wrong = [uri for certificate, uri in found if certificate and uri and certificate_uri(certificate) != uri]

    assert wrong == []


@verifies("UA-ENDPOINTS-PROFILE-UNKNOWN")
async def test_profile_unknown(channel):
    """The list of endpoints with a transport profile that does not exist is empty, and the service good."""
    reply = await channel.get_endpoints(profiles=[NO_PROFILE])

    assert (reply.status, len(each(reply, "EndpointUrl"))) == (status.Good, 0)


@verifies("UA-ENDPOINTS-PROFILE-KNOWN")
async def test_profile_known(channel):
    """The endpoints with the transport profile of UA TCP have that one, and there are some."""
    reply = await channel.get_endpoints(profiles=[OPC_TCP])

    assert set(each(reply, "TransportProfileUri")) == {OPC_TCP}


@verifies("UA-ENDPOINTS-LOCALE-UNKNOWN")
async def test_locale_unknown(channel):
    """As many endpoints are returned in a locale that does not exist as in any."""
    everything = granted(await channel.get_endpoints())
    reply = await channel.get_endpoints(locales=["qq-QQ"])

    assert len(each(reply, "EndpointUrl")) == len(each(everything, "EndpointUrl"))


@verifies("UA-ENDPOINTS-URL-UNKNOWN")
async def test_url_unknown(channel):
    """As many endpoints are returned for a URL with a strange host as for the own one."""
    everything = granted(await channel.get_endpoints())
    reply = await channel.get_endpoints(url="opc.tcp://no-such-host.example:4840")

    assert len(each(reply, "EndpointUrl")) == len(each(everything, "EndpointUrl"))


@verifies("UA-ENDPOINTS-TOKEN-IGNORED")
async def test_token_ignored(channel):
    """GetEndpoints with an authentication token of nobody is served."""
    reply = await channel.get_endpoints(token=STRANGE)

    assert reply.status == status.Good


@verifies("UA-ENDPOINTS-STABLE")
async def test_stable(channel):
    """The second of two equal requests gets the policies and modes of the first."""
    first = granted(await channel.get_endpoints())
    second = await channel.get_endpoints()

    assert set(each(first, "SecurityPolicyUri", "SecurityMode")) == set(
        each(second, "SecurityPolicyUri", "SecurityMode")
    )


@verifies("UA-ENDPOINTS-IN-SESSION")
async def test_in_session(ua):
    """GetEndpoints is served on a channel with an activated session."""
    reply = await ua.get_endpoints()

    assert reply.status == status.Good
