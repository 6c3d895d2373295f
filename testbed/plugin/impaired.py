"""A run under an impairment: what is read, how the device is reached, how long the tester waits."""

from __future__ import annotations

import difflib
import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from testbed.model.declaration import Declaration
from testbed.model.document import Complaint, DocumentError, load
from testbed.model.impairment import Impaired, Impairment, Means
from testbed.plugin.shelf import OWN
from testbed.wire.awaiting import Awaited
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.documents import read_document
from testbed.wire.impair.dial import impaired
from testbed.wire.impair.means import lacks
from testbed.wire.impair.scope import Impairing
from testbed.wire.secure_dial import SecureDial

FOLDER = OWN / "impairments"
CARRIED = {"modbus": 260, "opcua": 65536, "modbus_client": 260}
"""Bytes of the longest message whose way through an impairment is waited for: of Modbus the largest ADU over
TCP (IG 3.1.3), of OPC UA a chunk (assumed; OPC 10000-6, 7.1.2.3 demands that 8192 bytes fit at least)."""


@dataclass(frozen=True)
class Chosen:
    """An impairment as somebody asked for it."""

    scenario: Impairment
    text: bytes
    means: Means = "stream"

    @property
    def sha256(self) -> str:
        """Digest of the scenario as written."""
        return hashlib.sha256(self.text).hexdigest()

    def lengthened(self, protocol: str) -> float:
        """Return the seconds by which the tester waits longer, so that it does not miss a late answer."""
        if self.means == "stream":
            stream = self.scenario.stream
            return 2 * stream.longest(CARRIED[protocol]) if stream else 0.0
        packets = self.scenario.packets
        return packets.longest if packets else 0.0

    def impairing(self, declaration: Declaration, seed: int) -> Impairing:
        """Return it at work."""
        return Impairing(self.scenario, seed, self.means, self.lengthened(declaration.protocol))

    def said(self, declaration: Declaration, seed: int) -> Impaired:
        """Return what a record says of it."""
        one = self.scenario
        return Impaired(
            id=one.id,
            title=one.title,
            summary=one.summary,
            sha256=self.sha256,
            seed=seed,
            means=self.means,
            lengthened_s=round(self.lengthened(declaration.protocol), 6),
        )


def names() -> list[str]:
    """Return the scenarios of the bed."""
    return sorted(file.stem for file in FOLDER.glob("*@*.yaml"))


def chosen(name: str | None, means: Means = "stream") -> Chosen | None:
    """Read a scenario by its name, the newest where no version is said, or by the path of its file.

    Returns None where none is named.

    Raises:
        DocumentError: there is none, or it cannot be used, or it has nothing for that means, or this system
            lacks the means.
    """
    if name is None:
        if means != "stream":
            raise DocumentError(
                "--impair-by", [Complaint(0, "it says how; name what with --impair SCENARIO")]
            )
        return None
    if lack := lacks(means):
        raise DocumentError("--impair-by", [Complaint(0, f"`{means}`: {lack}")])
    path = Path(name)
    if path.suffix != ".yaml":
        found = [one for one in names() if name in {one, one.partition("@")[0]}]
        if not found:
            near = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(names())}"
            raise DocumentError(name, [Complaint(0, f"unknown impairment `{name}`; {hint}")])
        path = FOLDER / f"{max(found, key=lambda one: int(one.partition('@')[2]))}.yaml"
    return read(path, means)


def read(path: Path, means: Means) -> Chosen:
    """Read a scenario from its file.

    Raises:
        DocumentError: it cannot be used, or it has nothing for that means.
    """
    found, text = scenario(path)
    if (found.stream if means == "stream" else found.packets) is None:
        other = "packets" if means == "stream" else "stream"
        how = "with `--impair-by tun`" if means == "stream" else "without `--impair-by`"
        what = f"{found.id} has `{other}` alone; ask for it {how}"
        raise DocumentError(str(path), [Complaint(0, what)])
    if means == "netem" and found.packets is not None:
        from testbed.wire.impair.netem import options  # noqa: PLC0415 - Linux alone has it

        try:
            options(found.packets, 0)
        except UnreachableError as error:
            raise DocumentError(str(path), [Complaint(0, str(error))]) from error
    return Chosen(found, text, means)


def scenario(path: Path) -> tuple[Impairment, bytes]:
    """Read a scenario, and its text.

    Raises:
        DocumentError: it cannot be used.
    """
    text = read_document(path)
    return load(Impairment, text, str(path)), text.encode()


def check(declaration: Declaration, name: str, means: Means) -> None:
    """Hold that the device is reached over TCP: a serial line has impairments of its own kind.

    Raises:
        DocumentError: it is not, or it is a client, before which none but those of the stream can stand.
    """
    endpoint = declaration.endpoint
    if declaration.protocol == "modbus_client" and means != "stream":
        what = f"a client comes by itself, and `{means}` is between tester and device; leave --impair-by away"
        raise DocumentError(name, [Complaint(0, what)])
    if endpoint.scheme == "serial" or endpoint.over in {"rtu", "ascii"}:
        what = f"an impairment is of a network, and `connect` says {endpoint}; leave --impair away"
        raise DocumentError(name, [Complaint(0, what)])


def waiting(declaration: Declaration, impairing: Impairing | None) -> Declaration:
    """Return a declaration with which the tester waits as long as an impaired answer may take."""
    if impairing is None or not impairing.lengthened:
        return declaration
    timing = declaration.timing
    longer = timing.model_copy(update={"reply_within": timing.reply_within + impairing.lengthened})
    return declaration.model_copy(update={"timing": longer})


async def way(dial: Dial, impairing: Impairing | None, stack: AsyncExitStack) -> Dial:
    """Return what dials through an impairment; what it opens for that is left to the stack.

    Raises:
        UnreachableError: this system cannot make it.
    """
    if impairing is None or isinstance(dial, Awaited):  # who comes by himself meets it at the stand-in
        return dial
    if isinstance(dial, SecureDial):  # a network knows nothing of the sessions that it carries
        dial.below = await way(dial.below, impairing, stack)
        return dial
    if impairing.means == "stream":
        return impaired(dial, impairing)
    from testbed.wire.impair.tunnel import tunnelled  # noqa: PLC0415 - few runs have one, and it needs root

    return await tunnelled(dial, impairing, stack)
