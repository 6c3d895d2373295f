"""The secure channel over which a server is judged (OPC 10000-4, 5.6.2), as a vendor declares it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from testbed.model.base import Frozen

PolicyName = Literal["None", "Basic256Sha256"]
"""Security policies that the bed can speak; the name is the end of the policy's URI."""
Mode = Literal["None", "Sign", "SignAndEncrypt"]


class Channel(Frozen):
    """Policy and mode of the channel, and where the tester's certificates are: files in DER or PEM."""

    policy: PolicyName = "None"
    mode: Mode = "None"
    certificate: str = ""
    """File of the tester's application instance certificate, seen from the declaration's folder."""
    key: str = ""
    """File of its private key, without a passphrase; nobody but you can read it."""
    server_certificate: str = ""
    """File of the server's certificate; asked of the server where empty."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.policy == "None") != (self.mode == "None"):
            raise ValueError(
                f"policy {self.policy} does not go with mode {self.mode}; "
                "write both as None, or a policy with `mode: Sign` or `mode: SignAndEncrypt`"
            )
        if bool(self.certificate) != bool(self.key):
            raise ValueError("`certificate` and `key` belong together: write both, or leave both out")
        return self

    @property
    def is_secured(self) -> bool:
        """Whether messages are signed."""
        return self.policy != "None"
