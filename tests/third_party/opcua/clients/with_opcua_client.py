"""The classes behind the windows of opcua-client: browse, read, write and call, said as one line of JSON."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Any

from asyncua import ua
from PyQt5.QtWidgets import QApplication, QTreeView
from uaclient.uaclient import UaClient
from uawidgets.attrs_widget import AttrsWidget
from uawidgets.tree_widget import TreeWidget

NAMESPACE = "https://example.org/mother-factory/plc"


def errands(client: UaClient) -> dict[str, Any]:
    """Do each errand once, and return what they brought."""
    at = f"ns={client.client.get_namespace_index(NAMESPACE)};s="
    children = client.get_children(client.get_node(ua.ObjectIds.ObjectsFolder))
    read = client.get_node(f"{at}Static.Double").read_value()
    scratch = client.get_node(f"{at}Scratch.Double")
    scratch.write_value(ua.Variant(6.5, ua.VariantType.Double))
    methods, add = client.get_node(f"{at}Methods"), client.get_node(f"{at}Methods.Add")
    return {
        "children": [child.BrowseName.Name for child in children],
        "read": read,
        "written": scratch.read_value(),
        "called": methods.call_method(add, 2.0, 3.0),
    }


def shown(client: UaClient) -> dict[str, Any]:
    """Return what the tree of nodes and the table of attributes show."""
    view, table = QTreeView(), QTreeView()
    tree, attributes = TreeWidget(view), AttrsWidget(table)
    tree.set_root_node(client.client.nodes.objects)
    attributes.show_attrs(client.client.nodes.server)
    top = tree.model.item(0)
    rows = attributes.model
    return {
        "tree": top.text(),
        "attributes": {rows.item(row).text(): rows.item(row, 1).text() for row in range(rows.rowCount())},
    }


def main(url: str) -> None:
    """Connect, do everything once, say what came."""
    application = QApplication(sys.argv[:1])
    client = UaClient()
    with redirect_stdout(sys.stderr):
        client.connect(url)
        try:
            got = errands(client) | shown(client)
        finally:
            client.disconnect()
    print(json.dumps(got))  # noqa: T201
    del application


main(sys.argv[1])
