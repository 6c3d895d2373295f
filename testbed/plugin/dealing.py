"""Deals a round of proficiency testing: chooses devices, starts them, writes what a laboratory may see."""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from testbed import __version__
from testbed.bundle.sealed import new_key, seal
from testbed.model.document import parse
from testbed.model.proficiency import Assigned, Dealt, Round
from testbed.model.record import SuiteUsed
from testbed.plugin.shelf import example, read_profile, suites
from testbed.wire.simulator import Simulator, simulators

ROUND = "round.json"
PROTOCOL = "modbus"
"""What is dealt so far."""
REFERENCE = "plc"
"""The whole device of a round; every mutant claims to be it."""
REFERENCES = 5
"""One device in so many is whole (assumed): enough to find a laboratory that accuses at random."""

ASSIGNED: TypeAdapter[tuple[Assigned, ...]] = TypeAdapter(tuple[Assigned, ...])


def choose(count: int, seed: int | None) -> list[Simulator]:
    """Choose the devices of a round: some whole, the others mutants, none twice while there are more.

    Args:
        count: devices of the round.
        seed: of the choice; a fresh one where it is None.

    A fault between connections is left out: what it shows in depends on what the laboratory does at once.
    """
    dice = random.Random(secrets.randbits(128) if seed is None else seed)  # noqa: S311 - the seed is kept secret
    known = simulators(PROTOCOL)
    declared = known[REFERENCE].declaration
    broken = [
        one
        for one in known.values()
        if one.breaks and not one.crosses and (one.declaration or declared) == declared
    ]
    whole = sum(dice.random() < 1 / REFERENCES for _ in range(count))
    mutants = [one for _ in range(count // len(broken) + 1) for one in dice.sample(broken, len(broken))]
    dealt = [known[REFERENCE]] * whole + mutants[: count - whole]
    dice.shuffle(dealt)
    return dealt


class Dealer:
    """The provider of one round."""

    def __init__(self, devices: Sequence[Simulator], folder: Path, key: Path) -> None:
        self._devices = devices
        self._folder = folder
        self._key = key
        self._servers: list[asyncio.Server] = []
        self.endpoints: dict[str, str] = {}
        """Of each item, where it listens."""

    async def open(self, host: str) -> Round:
        """Start the devices, and write declarations, round and key.

        Raises:
            OSError: a device cannot listen, or a file cannot be written.
        """
        loop = asyncio.get_running_loop()
        identity = f"PT-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        items, assigned = [], []
        for number, device in enumerate(self._devices, 1):
            name = f"device-{number:02}"
            server = await loop.create_server(device.start(), host, 0)
            self._servers.append(server)
            bound = server.sockets[0].getsockname()
            self.endpoints[name] = (
                f"tcp://{f'[{bound[0]}]' if ':' in bound[0] else bound[0]}:{bound[1]}?unit=1"
            )
            text = _declaration(identity, name, self.endpoints[name])
            (self._folder / f"{name}.yaml").write_bytes(text)
            assigned.append(
                Assigned(
                    item=name,
                    simulator=device.name,
                    suite=device.suite if device.breaks else "",
                    breaks=tuple(sorted(device.breaks)),
                    salt=secrets.token_hex(16),
                )
            )
            digest = hashlib.sha256(text).hexdigest()
            items.append(Dealt(item=name, declaration_sha256=digest, commitment=assigned[-1].commitment))
        answers = ASSIGNED.dump_json(tuple(assigned))
        dealt = Round(
            id=identity,
            dealt=datetime.now(UTC).isoformat(timespec="seconds"),
            tester=f"mother-factory {__version__}",
            suites=_suites(),
            items=tuple(items),
            sealed=seal(answers, new_key(self._key), identity),
        )
        (self._folder / ROUND).write_text(dealt.model_dump_json(indent=1) + "\n", encoding="utf-8")
        return dealt

    async def serve(self) -> None:
        """Serve the devices until cancelled."""
        await asyncio.gather(*(server.serve_forever() for server in self._servers))


def _suites() -> tuple[SuiteUsed, ...]:
    """Return the suites by which a round is to be judged: those of the reference's profile."""
    text = example(simulators(PROTOCOL)[REFERENCE].declaration).read_text(encoding="utf-8")
    plain, _ = parse(text, REFERENCE)
    profile, _ = read_profile(plain["profile"], REFERENCE)
    used = [suites()[name] for name in profile.suites]
    return tuple(
        SuiteUsed(id=one.catalogue.id, version=one.catalogue.version, digest=one.digest) for one in used
    )


def _declaration(identity: str, name: str, endpoint: str) -> bytes:
    """Return a declaration that claims what the reference claims, and says no more of the device."""
    plain, _ = parse(
        example(simulators(PROTOCOL)[REFERENCE].declaration).read_text(encoding="utf-8"), REFERENCE
    )
    plain["device"] = {"vendor": "Proficiency", "model": identity, "firmware": "sealed", "serial": name}
    plain["connect"] = endpoint
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    return f"# A sealed device of the round {identity}: the reference, or broken somewhere.\n{text}".encode()
