"""OPC 10000-5 1.05.04, 6.3.2: ServerCapabilitiesType, its limits, and what 6.3.13 describes."""

import pytest

from testbed.cases import verifies
from testbed.opcua import bearable, ids, status

PROPERTIES = (
    "NamespaceUri",
    "NamespaceVersion",
    "NamespacePublicationDate",
    "IsNamespaceSubset",
    "StaticNodeIdTypes",
    "StaticNumericNodeIdRange",
    "StaticStringNodeIdPattern",
)


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (ids.Server_ServerCapabilities_ServerProfileArray, "String"),
        (ids.Server_ServerCapabilities_LocaleIdArray, "String"),
        (ids.Server_ServerCapabilities_MinSupportedSampleRate, "Double"),
        (ids.Server_ServerCapabilities_MaxBrowseContinuationPoints, "UInt16"),
        (ids.Server_ServerCapabilities_MaxQueryContinuationPoints, "UInt16"),
        (ids.Server_ServerCapabilities_MaxHistoryContinuationPoints, "UInt16"),
        (ids.Server_ServerCapabilities_SoftwareCertificates, "ExtensionObject"),
    ],
)
@verifies("UA-INFO-CAPABILITIES")
async def test_mandatory_properties(ua, node, kind):
    """A mandatory property of ServerCapabilities holds a value of its type."""
    reply = await ua.read(node)

    assert reply.type == kind


@pytest.mark.parametrize(
    "node",
    [
        ids.Server_ServerCapabilities_MaxArrayLength,
        ids.Server_ServerCapabilities_MaxStringLength,
        ids.Server_ServerCapabilities_MaxByteStringLength,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerWrite,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerMethodCall,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRegisterNodes,
        ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds,
    ],
)
@verifies("UA-INFO-LIMITS")
async def test_limits(ua, node):
    """A limit of the server is a UInt32, or there is none."""
    reply = await ua.read(node)

    assert reply.operation == status.BadNodeIdUnknown or reply.type == "UInt32"


@verifies("UA-INFO-PROFILES")
async def test_profiles(ua):
    """The server names a profile."""
    reply = await ua.read(ids.Server_ServerCapabilities_ServerProfileArray)

    assert len(reply.elements) >= 1


@verifies("UA-INFO-PROFILES-CLAIMED")
async def test_claimed_profiles(ua, declared):
    """A profile that the vendor claims is among those that the server names."""
    reply = await ua.read(ids.Server_ServerCapabilities_ServerProfileArray)
    common = declared.claims & set(reply.strings)

    assert len(common) >= 1


@verifies("UA-INFO-NAMESPACE-METADATA")
async def test_described_namespaces(ua, declared):
    """Every namespace that Server/Namespaces describes stands in NamespaceArray."""
    entries = await ua.browse(ids.Server_Namespaces, reference=ids.HasComponent)
    paths = bearable(await ua.translate_many(*[(one.node, ("NamespaceUri",)) for one in entries.described]))
    reply = bearable(await ua.read(*paths.first_targets))

    assert set(reply.texts) <= set(declared.namespaces)


@verifies("UA-INFO-NAMESPACE-METADATA-ALL")
async def test_namespaces_of_declared_nodes(ua, declared):
    """Every namespace of a declared node is described in Server/Namespaces."""
    entries = await ua.browse(ids.Server_Namespaces, reference=ids.HasComponent)
    paths = bearable(await ua.translate_many(*[(one.node, ("NamespaceUri",)) for one in entries.described]))
    reply = bearable(await ua.read(*paths.first_targets))
    expected = {declared.namespaces[one.NamespaceIndex] for one in declared.many}

    assert set(reply.texts) >= expected


@verifies("UA-INFO-NAMESPACE-METADATA-PROPERTIES")
async def test_properties_of_an_entry(ua):
    """Each mandatory property of an entry of Server/Namespaces is found and read."""
    entries = await ua.browse(ids.Server_Namespaces, reference=ids.HasComponent)
    wanted = [(one.node, (name,)) for one in entries.described for name in PROPERTIES]
    paths = bearable(await ua.translate_many(*wanted))
    reply = bearable(await ua.read(*paths.first_targets))
    found = (len(paths.first_targets), reply.served)

    assert found == (len(entries.described) * len(PROPERTIES), (True,) * len(paths.first_targets))
