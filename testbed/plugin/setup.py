"""What a run starts from: the declaration, its profile and suites, and how the device is reached."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.model.budget import DEFAULT, Budget
from testbed.model.connect import NAMES_OF_PROTOCOLS
from testbed.model.declaration import Declaration
from testbed.model.document import Complaint, DocumentError, load_with_lines
from testbed.model.document import Path as Place
from testbed.model.lab import Laboratory
from testbed.model.profile import Profile
from testbed.plugin.engine import Connect
from testbed.plugin.impaired import Chosen, check, waiting, way
from testbed.plugin.shelf import Suite, read_profile, suites
from testbed.wire.dial import Dial, over_tcp
from testbed.wire.documents import read_document
from testbed.wire.impair.scope import Impairing
from testbed.wire.key_files import MaterialError
from testbed.wire.mbaps import Material
from testbed.wire.opcua_keys import OpcUaKeys, check_writable
from testbed.wire.reach import reach
from testbed.wire.secrets import SecretError, check_secrets, located
from testbed.wire.simulator import NoSuchSimulatorError, Simulator, simulator

if TYPE_CHECKING:
    from testbed.plugin.waivers import SignedWaivers  # loads cryptography

SEEDS = 1 << 32
DEFAULT_JOBS = 8


@dataclass(frozen=True)
class Setup:
    """One device to be judged."""

    declaration: Declaration
    declaration_text: bytes
    declaration_name: str
    profile: Profile
    profile_text: bytes
    suites: tuple[Suite, ...]
    seed: int = field(default_factory=lambda: secrets.randbelow(SEEDS))
    jobs: int = DEFAULT_JOBS
    simulator: Simulator | None = None
    """The device itself, where it runs in this process."""
    fuzz_budget: Budget = DEFAULT
    """How much each case that fuzzes may send."""
    load_workers: int = 1
    """Processes that share a load on the device."""
    lab: Laboratory | None = None
    """Who tests, and for whom; None where a vendor tests its own device."""
    lab_text: bytes = b""
    waivers: SignedWaivers | None = None
    """What the laboratory accepts, of whatever device."""
    impairment: Chosen | None = None
    """What is done on purpose to the traffic with the device."""

    @property
    def declaration_sha256(self) -> str:
        """Digest of the declaration as written."""
        return hashlib.sha256(self.declaration_text).hexdigest()

    @property
    def profile_sha256(self) -> str:
        """Digest of the profile as written."""
        return hashlib.sha256(self.profile_text).hexdigest()

    @property
    def lab_sha256(self) -> str:
        """Digest of the laboratory's settings as written; empty where there are none."""
        return hashlib.sha256(self.lab_text).hexdigest() if self.lab_text else ""

    @property
    def protocol(self) -> str:
        """The protocol that the profile's suites speak."""
        return self.suites[0].catalogue.protocol

    @property
    def base(self) -> Path:
        """The folder from which the declaration names another."""
        return _base(self.declaration, self.declaration_name)

    @property
    def is_virtual(self) -> bool:
        """Whether the device runs in this process, on a virtual clock."""
        return self.simulator is not None and (self.impairment is None or self.impairment.means == "stream")

    def impaired(self, impairment: Chosen) -> Setup:
        """Return the same under an impairment.

        Raises:
            DocumentError: the device is not reached over a network.
        """
        check(self.declaration, self.declaration_name, impairment.means)
        return replace(self, impairment=impairment)

    def impairing(self) -> Impairing | None:
        """Return the impairment at work, if there is one."""
        return self.impairment.impairing(self.declaration, self.seed) if self.impairment else None

    def connect(self, impairing: Impairing | None = None) -> Connect:
        """Return how the engine's loop reaches the device, over whatever its transport is.

        Args:
            impairing: what is done to the traffic; None where it passes as it is.
        """
        declaration, device = located(self.declaration, self.base), self.simulator

        async def connect(stack: AsyncExitStack) -> tuple[Declaration, Dial]:
            dial = reach(declaration.endpoint, device, declaration.security, self.base)
            return waiting(declaration, impairing), await way(dial, impairing, stack)

        return connect

    def connect_over_sockets(self, impairing: Impairing | None = None) -> Connect:
        """Return how to reach the device over TCP; a simulated one then serves a loopback port.

        Args:
            impairing: what is done to the traffic; None where it passes as it is.
        """
        declaration, device = located(self.declaration, self.base), self.simulator
        if device is None or device.client is not None:  # a client is awaited, wherever it runs
            return self.connect(impairing)
        named = declaration.security.keys if declaration.security is not None else ""
        keys = Path(named) if named and declaration.protocol == "opcua" else None

        async def connect(stack: AsyncExitStack) -> tuple[Declaration, Dial]:
            server = await asyncio.get_running_loop().create_server(device.start("tcp", keys), "127.0.0.1", 0)
            stack.callback(server.close)
            port = server.sockets[0].getsockname()[1]
            url = f"tcp://127.0.0.1:{port}?unit={declaration.endpoint.unit}"
            if declaration.protocol == "opcua":
                url = f"opc.tcp://127.0.0.1:{port}"
            served = waiting(declaration, impairing).model_copy(update={"connect": url})
            return served, await way(over_tcp(served.endpoint), impairing, stack)

        return connect


def prepare(
    path: Path,
    *,
    seed: int | None = None,
    jobs: int | None = None,
    lab: Path | None = None,
    profile: str | None = None,
) -> Setup:
    """Read a declaration and everything that it names, with the laboratory's settings where there are any.

    Args:
        path: of the declaration.
        seed: of every random choice; a fresh one where none is given.
        jobs: cases that may run at once.
        lab: the laboratory's settings.
        profile: to judge by another one than the declaration names.

    Raises:
        DocumentError: it cannot be used; the message says where and why.
    """
    setup = prepare_text(read_document(path), str(path), seed=seed, jobs=jobs, profile=profile)
    if lab is None:
        return setup
    text = read_document(lab)
    settings, lines = load_with_lines(Laboratory, text, str(lab))
    today = datetime.now(UTC).date()
    if settings.item.received > today + timedelta(days=1):  # where it was received it may be tomorrow
        line = lines.get(("item", "received"), 0)
        what = f"`item.received`: {settings.item.received} is still to come, and a test begins with the item"
        raise DocumentError(str(lab), [Complaint(line, what)])
    return replace(setup, lab=settings, lab_text=text.encode())


def prepare_text(  # noqa: PLR0913 - all that somebody may choose
    text: str,
    name: str,
    *,
    seed: int | None = None,
    jobs: int | None = None,
    device: Simulator | None = None,
    profile: str | None = None,
) -> Setup:
    """Read a declaration's text; `device` replaces what it connects to (the ledger's mutants).

    Raises:
        DocumentError: it cannot be used.
    """
    declaration, lines = load_with_lines(Declaration, text, name)
    wanted, where = (profile, "--profile") if profile else (declaration.profile, name)
    chosen, profile_text = read_profile(wanted, where, 0 if profile else lines.get(("profile",), 0))
    used = tuple(suites()[suite] for suite in chosen.suites)
    _check_transport(declaration, used, chosen.id, where, 0 if profile else lines.get(("profile",), 0))
    known = {fact for suite in used for fact in suite.catalogue.facts}
    if known:
        for at, fact in enumerate(declaration.supports):
            if fact not in known:
                what = f"`supports`: `{fact}` is not known to {chosen.id}; known: {', '.join(sorted(known))}"
                raise DocumentError(name, [Complaint(lines.get(("supports", at), 0), what)])
    _check_keys(declaration, name, lines)
    _check_secrets(declaration, name, lines)
    if device is None and declaration.endpoint.is_simulated:
        try:
            device = simulator(declaration.endpoint.name)
        except NoSuchSimulatorError as error:
            raise DocumentError(name, [Complaint(lines.get(("connect",), 0), str(error))]) from error
    return Setup(
        declaration=declaration,
        declaration_text=text.encode(),
        declaration_name=name,
        profile=chosen,
        profile_text=profile_text,
        suites=used,
        seed=secrets.randbelow(SEEDS) if seed is None else seed,
        jobs=DEFAULT_JOBS if jobs is None else jobs,
        simulator=device,
    )


def _check_transport(
    declaration: Declaration, used: Sequence[Suite], profile: str, name: str, line: int
) -> None:
    """Hold that the suites judge what the device speaks: one of another line would accuse it of that.

    Raises:
        DocumentError: they do not.
    """
    over, speaks = declaration.endpoint.over, declaration.protocol
    for suite in used:
        judged = suite.catalogue.over
        if suite.catalogue.protocol != speaks:
            wanted = NAMES_OF_PROTOCOLS.get(suite.catalogue.protocol, suite.catalogue.protocol)
            said = f"is for devices that speak {wanted}, and `connect` says {NAMES_OF_PROTOCOLS[speaks]}"
            what = f"`profile`: {profile} {said}; change one of the two"
            raise DocumentError(name, [Complaint(line, what)])
        if judged and over not in judged:
            said = f"is for devices over {' or '.join(judged)}, and `connect` says {over}"
            what = f"`profile`: {profile} {said}; change one of the two"
            raise DocumentError(name, [Complaint(line, what)])


def _base(declaration: Declaration, name: str) -> Path:
    """Return the declaration's own folder; that of a bundle's copy holds no keys: then the current one."""
    beside, keys = Path(name).parent, declaration.security.keys if declaration.security else ""
    return beside if (beside / keys).exists() else Path()


def _check_keys(declaration: Declaration, name: str, lines: Mapping[Place, int]) -> None:
    """Hold that the tester's certificates can be used, where the declaration names their folder.

    Raises:
        DocumentError: one cannot.
    """
    security = declaration.security
    if security is None or not security.keys:
        return
    folder = _base(declaration, name) / security.keys
    try:
        if declaration.protocol == "opcua":
            OpcUaKeys(folder).check()
            if declaration.endpoint.is_simulated:
                check_writable(OpcUaKeys(folder))
        elif declaration.endpoint.over == "tls":
            Material(folder).check(security.named)
    except MaterialError as error:
        line = lines.get(("security", "keys"), 0)
        raise DocumentError(name, [Complaint(line, f"`security.keys`: {error}")]) from error


def _check_secrets(declaration: Declaration, name: str, lines: Mapping[Place, int]) -> None:
    """Hold that passwords, certificates and keys that the declaration names can be used.

    Raises:
        DocumentError: one cannot.
    """
    try:
        check_secrets(located(declaration, _base(declaration, name)))
    except SecretError as error:
        line = next((lines[error.place[:n]] for n in (2, 1) if error.place[:n] in lines), 0)
        said = f"`{'.'.join(error.place)}`: {error}"
        raise DocumentError(name, [Complaint(line, said)]) from error
