"""What Server/Namespaces says of each namespace (OPC 10000-5 1.05.04, 6.3.13, 6.3.14)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from device_simulators.opcua.building import HAS_COMPONENT
from device_simulators.opcua.nodes import standard

if TYPE_CHECKING:
    from device_simulators.opcua.building import Builder

STRING = 1
"""A string, as IdType has it (OPC 10000-3, 8.22)."""

VERSION = "1.0"
PUBLISHED = datetime(2026, 11, 1, tzinfo=UTC)


def add_namespace(builder: Builder, uri: str) -> None:
    """Describe a namespace of this server, all of which is here, with string ids that never change."""
    node = builder.object(
        standard("Server_Namespaces"),
        f"Namespaces.{uri}",
        kind=standard("NamespaceMetadataType"),
        name=uri,
        link=HAS_COMPONENT,
    )
    for name, data_type, value in (
        ("NamespaceUri", "String", uri),
        ("NamespaceVersion", "String", VERSION),
        ("NamespacePublicationDate", "DateTime", PUBLISHED),
        ("IsNamespaceSubset", "Boolean", False),
        ("StaticNodeIdTypes", "IdType", [STRING]),
        ("StaticNumericNodeIdRange", "NumericRange", []),
        ("StaticStringNodeIdPattern", "String", "%"),
    ):
        builder.property(node, name, standard(data_type), value)
