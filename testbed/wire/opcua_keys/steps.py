"""The steps for the vendor, beside the certificates."""

from __future__ import annotations

from testbed.wire.opcua_keys.names import BAD, BAD_USERS, LOGIN_NAME


def steps() -> str:
    """Return the text of STEPS.txt."""
    bad = "\n".join(f"  bad/{name + '.der':26} {wrong.en}" for name, wrong in BAD.items())
    users = "\n".join(f"  bad-users/{name + '.der':20} {wrong.en}" for name, wrong in BAD_USERS.items())
    return f"""Keys and certificates of a tester of OPC UA

All of it is for tests: a device in service must not trust these authorities.

What the device has to refuse
{bad}

A user with a password, for the device's list of users (no administrator)
  name      {LOGIN_NAME}
  password  the line of login.password

Users that the device has to refuse
{users}
"""
