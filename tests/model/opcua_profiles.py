"""Where `testbed/model/opcua/profiles.json` comes from: names, URIs and relations, which are facts.

Two sources: the profile database of the OPC Foundation as ../shared/catalogue/opcua-profiles.json keeps
it, and, for what that does not hold, the tables of OPC 10000-7 1.04 and the names of units in
../shared/catalogue/opcua.md, which stand here. Make the file anew with

.venv/bin/python -m tests.model.opcua_profiles ../shared/catalogue/opcua-profiles.json
"""

import json
import sys
from pathlib import Path

FILE = Path(__file__).parents[2] / "testbed" / "model" / "opcua" / "profiles.json"
SERVER = "http://opcfoundation.org/UA-Profile/Server/"


def profile(name, uri, includes=(), mandatory=(), optional=()):
    """Return one profile as the file has it."""
    return {
        "name": name,
        "uri": uri,
        "includes": list(includes),
        "mandatory": list(mandatory),
        "optional": list(optional),
    }


OF_2017 = (
    profile(
        "Core 2017 Server Facet",
        SERVER + "Core2017Facet",
        ["SecurityPolicy \u2013 None", "User Token \u2013 User Name Password Server Facet"],
        [
            "Address Space Atomicity",
            "Address Space Base",
            "Address Space Full Array Only",
            "Attribute Read",
            "Base Info Core Structure",
            "Discovery Find Servers Self",
            "Discovery Get Endpoints",
            "Session Base",
            "Session General Service Behaviour",
            "Session Minimum 1",
            "View Basic",
            "View Minimum Continuation Point 01",
            "View RegisterNodes",
            "View TranslateBrowsePath",
        ],
        [
            "Attribute Write Index",
            "Attribute Write Values",
            "Base Info Estimated Return Time",
            "Base Info OptionSet",
            "Base Info Placeholder Modelling Rules",
            "Base Info Selection List",
            "Base Info Server Capabilities",
            "Base Info ValueAsText",
            "Security Administration",
            "Security Role Server Authorization",
        ],
    ),
    profile(
        "Nano Embedded Device 2017 Server Profile",
        SERVER + "NanoEmbeddedDevice2017",
        ["Core 2017 Server Facet", "UA-TCP UA-SC UA-Binary"],
        [],
        ["Base Info Custom Type System", "Base Info Diagnostics"],
    ),
    profile(
        "Embedded DataChange Subscription Server Facet",
        SERVER + "EmbeddedDataChangeSubscription",
        [],
        [
            "Monitor Basic",
            "Monitor Items 2",
            "Monitor QueueSize_1",
            "Monitor Value Change",
            "Subscription Basic",
            "Subscription Minimum 1",
            "Subscription Publish Discard Policy",
            "Subscription Publish Min 02",
        ],
    ),
    profile(
        "Micro Embedded Device 2017 Server Profile",
        SERVER + "MicroEmbeddedDevice2017",
        ["Nano Embedded Device 2017 Server Profile", "Embedded DataChange Subscription Server Facet"],
        ["Session Minimum 2 Parallel"],
    ),
    profile(
        "Standard DataChange Subscription 2017 Server Facet",
        SERVER + "StandardDataChangeSubscription2017",
        ["Embedded DataChange Subscription Server Facet"],
        [
            "Base Info GetMonitoredItems Method",
            "Base Info ResendData Method",
            "Method Call",
            "Monitor Items 10",
            "Monitor Items 100",
            "Monitor MinQueueSize_02",
            "Monitor Triggering",
            "Monitored Items Deadband Filter",
            "Subscription Minimum 02",
            "Subscription Publish Min 05",
        ],
    ),
    profile(
        "Embedded 2017 UA Server Profile",
        SERVER + "EmbeddedUA2017",
        ["Micro Embedded Device 2017 Server Profile", "Standard DataChange Subscription 2017 Server Facet"],
        [
            "Base Info Type System",
            "Security Default ApplicationInstance Certificate",
            "Security Policy Required",
        ],
        ["Base Info Engineering Units", "Security \u2013 No Application Authentication"],
    ),
    profile(
        "Standard 2017 UA Server Profile",
        SERVER + "StandardUA2017",
        [
            "Embedded 2017 UA Server Profile",
            "Enhanced DataChange Subscription 2017 Server Facet",
            "User Token \u2013 X509 Certificate Server Facet",
        ],
        [
            "Base Info Diagnostics",
            "Discovery Register",
            "Discovery Register2",
            "Session Cancel",
            "Session Minimum 50 Parallel",
            "View Minimum Continuation Point 05",
        ],
        ["Attribute Write StatusCode & Timestamp", "Session Change User"],
    ),
)
"""The 2017 line, which most certificates name (OPC 10000-7 1.04, 6.6.3, 6.6.66 to 6.6.71)."""

UNITS = (
    "A & C Enable",
    "Address Space UserWriteMask",
    "Best Practice \u2013 Administrative Access",
    "Best Practice \u2013 Strict Message Handling",
    "Discovery Accept Registrations",
    "Discovery Accept Registrations Security",
    "Discovery Find Servers Filter",
    "Historical Access Insert Value",
    "Historical Access Read Raw",
    "Historical Access Time Instance",
    "Security None CreateSession ActivateSession 1.01",
    "Security User Name Password",
    "Subscription Durable",
    "Subscription Transfer",
)
"""Conformance units that belong to none of the profiles that the sources have."""


def content(source):
    """Return the content of the file, one profile a line."""
    found = {}

    def gather(one):
        if one["name"] in found:
            return
        inner = [part["sub"] for part in one["profiles"]]
        found[one["name"]] = profile(
            one["name"], one["uri"], [part["name"] for part in inner], one["mandatory"], one["optional"]
        )
        for part in inner:
            gather(part)

    for one in source:
        gather(one)
    found |= {one["name"]: one for one in OF_2017}
    lines = ",\n".join(json.dumps(found[name], ensure_ascii=False) for name in sorted(found))
    units = json.dumps(list(UNITS), ensure_ascii=False)
    return f'{{"profiles": [\n{lines}\n],\n"units": {units}}}\n'


if __name__ == "__main__":
    FILE.write_text(content(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
