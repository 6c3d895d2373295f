"""OPC 10000-4 1.05.04, 5.5.2: FindServers; 7.2: ApplicationDescription."""

from testbed.cases import verifies
from testbed.opcua import each, granted, ids, status, structures

NOBODY = "urn:testbed:no-such-server"
STRANGE = structures.NodeId(4711, 0)
"""An authentication token of nobody."""


@verifies("UA-SERVERS-SELF")
async def test_self(channel):
    """The servers hold the application of the endpoints."""
    endpoints = granted(await channel.get_endpoints())
    reply = await channel.find_servers()

    assert set(each(endpoints, "Server.ApplicationUri")) <= {*each(reply, "ApplicationUri"), None}


@verifies("UA-SERVERS-URLS")
async def test_urls(channel):
    """No server lacks a discovery URL."""
    reply = granted(await channel.find_servers())
    lacking = [one for one in each(reply, "DiscoveryUrls") if not one]

    assert lacking == []


@verifies("UA-SERVERS-URI-ARRAY")
async def test_uri_array(ua):
    """The servers hold the URI that stands first in ServerArray."""
    array = await ua.held(ids.Server_ServerArray)
    reply = granted(await ua.find_servers())

    assert {*array.strings[:1]} & {*each(reply, "ApplicationUri")} != set()


@verifies("UA-SERVERS-FILTER-NONE")
async def test_filter_none(channel):
    """The list of servers with a URI of nobody is empty, and the service good."""
    reply = await channel.find_servers(uris=[NOBODY])

    assert (reply.status, len(each(reply, "ApplicationUri"))) == (status.Good, 0)


@verifies("UA-SERVERS-FILTER-OWN")
async def test_filter_own(channel):
    """The list of servers with the own URI or one of nobody holds the own one alone."""
    own = each(granted(await channel.get_endpoints()), "Server.ApplicationUri")
    reply = await channel.find_servers(uris=[NOBODY, *own[:1]])

    assert each(reply, "ApplicationUri") == own[:1]


@verifies("UA-SERVERS-LOCALE-UNKNOWN")
async def test_locale_unknown(channel):
    """As many servers are returned in a locale that does not exist as in any."""
    everything = granted(await channel.find_servers())
    reply = await channel.find_servers(locales=["qq-QQ"])

    assert len(each(reply, "ApplicationUri")) == len(each(everything, "ApplicationUri"))


@verifies("UA-SERVERS-URL-UNKNOWN")
async def test_url_unknown(channel):
    """As many servers are returned for a URL with a strange host as for the own one."""
    everything = granted(await channel.find_servers())
    reply = await channel.find_servers(url="opc.tcp://no-such-host.example:4840")

    assert len(each(reply, "ApplicationUri")) == len(each(everything, "ApplicationUri"))


@verifies("UA-SERVERS-TOKEN-IGNORED")
async def test_token_ignored(channel):
    """FindServers with an authentication token of nobody is served."""
    reply = await channel.find_servers(token=STRANGE)

    assert reply.status == status.Good


@verifies("UA-SERVERS-NAME")
async def test_name(channel):
    """No server lacks a name."""
    reply = granted(await channel.find_servers())
    lacking = [one for one in each(reply, "ApplicationName.Text") if not one]

    assert lacking == []
