"""python-opcua's client: browses, reads, writes and calls, and prints what it got as one line of JSON."""

from __future__ import annotations

import json
import sys

from opcua import Client, ua

NAMESPACE = "https://example.org/mother-factory/plc"


def main(url: str) -> None:
    """Do each errand once."""
    with Client(url) as client:
        at = f"ns={client.get_namespace_index(NAMESPACE)};s="
        names = [child.get_browse_name().Name for child in client.get_objects_node().get_children()]
        read = client.get_node(f"{at}Static.Double").get_value()
        scratch = client.get_node(f"{at}Scratch.Double")
        scratch.set_value(ua.Variant(6.5, ua.VariantType.Double))
        written = scratch.get_value()
        called = client.get_node(f"{at}Methods").call_method(client.get_node(f"{at}Methods.Add"), 2.0, 3.0)
    print(json.dumps({"children": names, "read": read, "written": written, "called": called}))  # noqa: T201


main(sys.argv[1])
