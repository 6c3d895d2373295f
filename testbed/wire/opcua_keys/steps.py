"""STEPS.txt beside the certificates: what the vendor does before a run, and what each file is."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.model.base import Text
from testbed.wire.opcua_keys.names import BAD, BAD_USERS, GOOD, LOGIN_NAME
from testbed.wire.opcua_keys.vendors import VENDORS


def steps() -> str:
    """Return the text of STEPS.txt."""
    return f"""Keys and certificates of a tester of OPC UA

All of it is for tests: a device in service must not trust these authorities. Take everything out of the
device's lists again when the test is over.

What the vendor does before a run
1. Let the device trust authority.der, as an authority, with its revocation list authority.crl.
   Where it trusts only single certificates: trust self-signed.der, and write `trusts: [certificate]`.
2. Let it trust second-authority.der, too, and give it no list for that: it has to refuse whom it signs.
3. Where the device asks for the revocation lists of intermediate authorities, give it issuers/*.crl.
   Do not give it any issuers/*.der: the tester sends those that a case wants to be known.
4. Where the device takes certificates of users: let it trust user-authority.der, with user-authority.crl.
5. Where it takes passwords: make the user {LOGIN_NAME}, who is no administrator, with the password that
   stands in login.password.
6. Set the device's clock, then name this folder in the declaration:
     security: {{ keys: FOLDER }}
     security: {{ keys: FOLDER, trusts: [authority, certificate] }}    # where self-signed.der is trusted, too

What the tester shows, with tester.key unless there is a key of the same name
{_listed("", GOOD)}
  user.der                       the user's certificate, signed by user-authority.der (user.key)

What the device has to refuse
{_listed("bad/", BAD)}

Users whom the device has to refuse
{_listed("bad-users/", BAD_USERS)}

Where each maker's server wants whom it trusts
Folders and dialogues change between versions: look into the manual where they are not found. PKI, STORE and
ROOT stand for the folder that the server was configured with.

{VENDORS}"""


def _listed(folder: str, names: Mapping[str, Text]) -> str:
    return "\n".join(f"  {f'{folder}{name}.der':30} {what.en}" for name, what in names.items())
