"""Two ends of a secure channel without a wire between them."""

from testbed.protocols.opcua import NO_SECURITY, POLICIES, SecureChannel

BASE = "http://opcfoundation.org/UA/SecurityPolicy#"


def ends(client=None, server=None, name="None", mode=NO_SECURITY):
    """The client's and the server's half of a channel that is not open yet."""
    policy = POLICIES[BASE + name]
    if client is None:
        return SecureChannel(policy, mode, server=False), SecureChannel(policy, mode, server=True)
    return (
        SecureChannel(
            policy,
            mode,
            server=False,
            certificate=client.certificate,
            key=client.key,
            peer_certificate=server.certificate,
        ),
        SecureChannel(policy, mode, server=True, certificate=server.certificate, key=server.key),
    )


def opened(*args, **kwargs):
    """Both halves with token 7 of channel 5."""
    both = ends(*args, **kwargs)
    for end in both:
        end.install(5, 7, bytes(range(32)), bytes(range(32, 64)))
    return both
