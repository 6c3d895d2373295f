"""How a rule of the server says no: to one request, or to the whole connection."""

from testbed.protocols.opcua.status import Status


class Refused(Exception):  # noqa: N818 - the answer to a request, not a fault of ours
    """The request is answered with a ServiceFault (OPC 10000-4 1.05.04, 7.34).

    Args:
        status: why; its severity is Bad.
        pause: seconds for which the answer is held back.
    """

    def __init__(self, status: Status, pause: float = 0.0) -> None:
        super().__init__(status)
        self.status = status
        self.pause = pause


class Broken(Exception):  # noqa: N818 - the peer's fault, not ours
    """The connection cannot go on: an Error message, then it is closed (OPC 10000-6 1.05.04, 7.1.5).

    Args:
        status: what the Error message says.
        reason: a sentence for a person; none where it would help an attacker (10000-6, 6.7.7).
    """

    def __init__(self, status: Status, reason: str | None = None) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


class Failed(Exception):  # noqa: N818 - the answer to an operation, not a fault of ours
    """One operation of a request comes to nothing; the others go on (OPC 10000-4 1.05.04, 7.38).

    Args:
        status: the StatusCode among the results.
    """

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status
