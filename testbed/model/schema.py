"""JSON Schemas of the files that people write and programs read, generated from the model."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from testbed.model.council import Council
from testbed.model.declaration import Declaration
from testbed.model.errata import Erratum
from testbed.model.fleet import Fleet
from testbed.model.impairment import Impairment
from testbed.model.lab import Laboratory, Reissue
from testbed.model.profile import Profile
from testbed.model.record import LINE
from testbed.model.standard import Catalogue, Requirement
from testbed.model.waiver import Waiver


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema (2020-12) of each kind of file, by the name of its schema file."""
    kinds: dict[str, TypeAdapter[Any]] = {
        "council": TypeAdapter(Council),
        "declaration": TypeAdapter(Declaration),
        "errata": TypeAdapter(list[Erratum]),
        "fleet": TypeAdapter(Fleet),
        "impairment": TypeAdapter(Impairment),
        "lab": TypeAdapter(Laboratory),
        "profile": TypeAdapter(Profile),
        "reissue": TypeAdapter(Reissue),
        "requirements": TypeAdapter(list[Requirement]),
        "results-line": LINE,
        "suite": TypeAdapter(Catalogue),
        "waivers": TypeAdapter(list[Waiver]),
    }
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {f"{name}.schema.json": {"$schema": dialect, **kind.json_schema()} for name, kind in kinds.items()}
