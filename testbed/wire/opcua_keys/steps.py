"""The steps for the vendor, beside the certificates."""

from __future__ import annotations

from testbed.wire.opcua_keys.names import BAD, BAD_USERS


def steps() -> str:
    """Return the text of STEPS.txt."""
    bad = "\n".join(f"  bad/{name + '.der':26} {wrong.en}" for name, wrong in BAD.items())
    users = "\n".join(f"  bad-users/{name + '.der':20} {wrong.en}" for name, wrong in BAD_USERS.items())
    return f"""Keys and certificates of a tester of OPC UA

All of it is for tests: a device in service must not trust these authorities.

What the device has to refuse
{bad}

Users that the device has to refuse
{users}
"""
