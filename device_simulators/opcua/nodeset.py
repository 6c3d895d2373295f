"""NodeSet2 files in the address space of a device (OPC 10000-6 1.05.04, annex F), over asyncua's importer.

The importer leaves out attributes, and values of types that it does not know. Attributes are mended from the
file; whatever is lost is logged.
"""

from __future__ import annotations

import asyncio
import logging
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.common.xmlimporter import XmlImporter
from asyncua.ua import AttributeIds

from device_simulators.opcua.importing import ImportSession
from device_simulators.opcua.nodes import Key, key
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import BASE_DATA_TYPE, default_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOG = logging.getLogger(__name__)

_XML = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"
_NODES = tuple(
    f"{_XML}UA{kind}"
    for kind in (
        "Object",
        "Variable",
        "Method",
        "ObjectType",
        "VariableType",
        "ReferenceType",
        "DataType",
        "View",
    )
)


class _Importer(XmlImporter):  # type: ignore[misc] # asyncua says nothing of its types
    """Adds what stands in the file and nothing else: metadata of namespaces come from the device."""

    def __init__(self, session: ImportSession) -> None:
        # Classes for the file's structures would go into tables that the tester in this process uses too.
        super().__init__(session, strict_mode=False, auto_load_definitions=False)

    async def _add_variable_value(self, obj: Any) -> ua.Variant:
        """Return a value, or none where it is of a type that nobody knows: its Variable is kept."""
        try:
            value: ua.Variant = await super()._add_variable_value(obj)
        except Exception as error:  # noqa: BLE001 - the importer raises whatever it stumbles over
            LOG.warning("the value of %s cannot be read: %s", obj.nodeid.to_string(), error)
            return ua.Variant()
        return value

    async def _check_if_namespace_meta_information_is_added(self) -> None:
        """None are added."""


def import_nodesets(space: Space, paths: Sequence[Path], namespaces: list[str]) -> None:
    """Add the nodes of NodeSet2 files, in the order given.

    Args:
        space: where to; it has the standard's nodes.
        paths: the files; one that others need comes before them.
        namespaces: the NamespaceArray so far; those of the files are added to it.

    Raises:
        ValueError: a file is no NodeSet, or needs another one that was not imported before it.
    """
    roots = [_parsed(path) for path in paths]
    session = ImportSession(namespaces)
    # The importer is asynchronous, this is not, and a loop may be running in this thread.
    with ThreadPoolExecutor(1) as thread:
        for path, root in zip(paths, roots, strict=True):
            mapping = thread.submit(asyncio.run, _import(session, path, root)).result()
            for node_id, why in session.refused:
                LOG.warning("%s: node %s is left out: %s", path.name, node_id.to_string(), why.name)
            session.refused.clear()
            session.added.into(space, lost=partial(LOG.warning, "%s: %s", path.name))
            session.added.clear()
            _mend_all(space, path, root, mapping)


def _parsed(path: Path) -> ET.Element:
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - a file of the device's author
    except ET.ParseError as error:
        raise ValueError(f"{path} is no XML: {error}") from error
    if root.tag != f"{_XML}UANodeSet":
        raise ValueError(f"{path} is no NodeSet: it begins with {root.tag}")
    for element in root.iter():
        # asyncua takes a list for empty where no white space stands before its first element.
        if len(element) and element.text is None:
            element.text = " "
    return root


async def _import(session: ImportSession, path: Path, root: ET.Element) -> dict[int, int]:
    importer = _Importer(session)
    try:
        await importer.import_xml(xmlstring=ET.tostring(root))
    except (AttributeError, KeyError) as error:
        raise ValueError(f"{path} is not a NodeSet that can be read: {error}") from error
    return {0: 0, **importer.namespaces}


def _mend_all(space: Space, path: Path, root: ET.Element, mapping: dict[int, int]) -> None:
    aliases = {one.get("Alias"): one.text or "" for one in root.iter(f"{_XML}Alias")}
    for element in (one for one in root if one.tag in _NODES):
        found = _migrated(element.get("NodeId", ""), aliases, mapping)
        if found not in space:
            LOG.warning("%s: node %s is left out", path.name, element.get("NodeId"))
        else:
            _mend(space, found, element, _migrated(element.get("DataType", "i=24"), aliases, mapping))
            if element.find(f"{_XML}Value") is not None and _is_null(space[found].value):
                LOG.warning("%s: the value of %s is left out", path.name, element.get("NodeId"))
            _fill(space, found)


def _mend(space: Space, place: Key, element: ET.Element, data_type: Key) -> None:
    node = space.own(place)
    for attribute, value in _told(element):
        if attribute in node.attributes or attribute in _EXTRA:
            node.attributes[int(attribute)] = value
    if int(AttributeIds.DataType) in node.attributes:
        known = data_type if data_type in space else BASE_DATA_TYPE
        node.attributes[int(AttributeIds.DataType)] = space[known].node_id


_EXTRA = (AttributeIds.AccessLevelEx, AttributeIds.MinimumSamplingInterval)


def _told(element: ET.Element) -> Iterator[tuple[int, Any]]:
    """Yield the attributes of a node in a file, with the defaults of the format (annex F)."""
    level = int(element.get("AccessLevel", "1"))
    yield AttributeIds.AccessLevel, level & 0xFF
    yield AttributeIds.UserAccessLevel, int(element.get("UserAccessLevel", str(level))) & level & 0xFF
    if level > 0xFF:  # noqa: PLR2004 - what a byte holds
        yield AttributeIds.AccessLevelEx, level
    yield AttributeIds.ValueRank, int(element.get("ValueRank", "-1"))
    for name in ("IsAbstract", "Symmetric", "Historizing", "ContainsNoLoops"):
        yield AttributeIds[name], element.get(name, "false") == "true"
    for name in ("Executable", "UserExecutable"):
        yield AttributeIds[name], element.get(name, "true") == "true"
    # Neither written attributes nor events are served for these nodes.
    for name in ("EventNotifier", "WriteMask", "UserWriteMask"):
        yield AttributeIds[name], 0
    if element.get("MinimumSamplingInterval"):
        yield AttributeIds.MinimumSamplingInterval, float(element.get("MinimumSamplingInterval", "0"))


def _fill(space: Space, place: Key) -> None:
    node = space[place]
    if node.node_class == ua.NodeClass.VariableType and _is_null(node.value):
        space.own(place).value = None
    elif node.node_class == ua.NodeClass.Variable and _is_null(node.value):
        rank = node.attributes[int(AttributeIds.ValueRank)]
        data_type = key(node.attributes[int(AttributeIds.DataType)])
        space.own(place).value = default_value(space, data_type, rank)


def _is_null(value: ua.Variant | None) -> bool:
    return value is None or value.VariantType == ua.VariantType.Null


def _migrated(text: str, aliases: dict[str | None, str], mapping: dict[int, int]) -> Key:
    """Return a node id of a file, or an alias of one, with the namespace index of the device."""
    told = ua.NodeId.from_string(aliases.get(text, text))
    return mapping.get(told.NamespaceIndex, told.NamespaceIndex), told.Identifier
