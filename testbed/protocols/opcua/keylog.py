"""Keys of a security token as Wireshark's OPC UA dissector reads them, from version 4.4 on.

A line each for the vector, the key and the size of the signature of each side, all named after channel and
token; Wireshark takes them from a file, or from a Decryption Secrets Block of a capture.
"""

from testbed.protocols.opcua.policies import SIGN_AND_ENCRYPT, Policy
from testbed.protocols.opcua.symmetric import SIGNATURE, Keys, derive


def key_log(
    policy: Policy, mode: int, ids: tuple[int, int], client_nonce: bytes, server_nonce: bytes
) -> list[str]:
    """Return the lines for a token; none where nothing is encrypted under it.

    Args:
        policy: of the channel.
        mode: of the channel.
        ids: of the channel and of the token.
        client_nonce: with which the token was asked for.
        server_nonce: with which it was given.
    """
    if policy.is_none or mode != SIGN_AND_ENCRYPT:
        return []
    sides = {
        "client": derive(server_nonce, client_nonce, policy.key_size),
        "server": derive(client_nonce, server_nonce, policy.key_size),
    }
    return [line for side, keys in sides.items() for line in _side(side, "{}_{}".format(*ids), keys)]


def _side(side: str, name: str, keys: Keys) -> tuple[str, str, str]:
    return (
        f"{side}_iv_{name}: {keys.vector.hex().upper()}",
        f"{side}_key_{name}: {keys.encrypting.hex().upper()}",
        f"{side}_siglen_{name}: {SIGNATURE}",
    )
