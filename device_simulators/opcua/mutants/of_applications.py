"""Servers that are wrong about applications, and right about users."""

from __future__ import annotations

from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import Policy


class OfApplications(Plc):
    """Is wrong about applications, and right about users."""

    of_user = False

    def check_user_certificate(self, sent: bytes, policy: Policy) -> None:
        """Remember whose certificate it is."""
        self.of_user = True
        try:
            super().check_user_certificate(sent, policy)
        finally:
            self.of_user = False
