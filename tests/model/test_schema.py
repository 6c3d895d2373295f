"""The JSON Schemas in profiles/schema: what an editor offers is what the bed accepts.

After a wanted change of the model refresh them:

GOLDEN=write .venv/bin/pytest tests/model/test_schema.py
"""

import json
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

from testbed.model.base import _DURATION
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.model.placing import read_fleet
from testbed.model.profile import Profile
from testbed.model.schema import schemas
from testbed.plugin.shelf import suites

FOLDER = Path(str(files("profiles") / "schema"))
SCHEMAS = schemas()
DECLARATIONS = sorted(FOLDER.parent.rglob("devices/*.yaml"))
TIMING = SCHEMAS["declaration.schema.json"]["$defs"]["Timing"]["properties"]
FLEETS = sorted(FOLDER.parent.rglob("fleets/*.yaml"))
PROFILES = sorted(set(FOLDER.parent.rglob("*@*.yaml")) - set(FOLDER.parent.glob("impairments/*")))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_of_the_model(name):
    path = FOLDER / name
    wanted = json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == wanted


def test_no_schema_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_reference_leads_somewhere_and_every_object_is_closed(name):
    def objects(part):
        if isinstance(part, dict):
            yield part
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from objects(inner)

    known = {f"#/$defs/{definition}" for definition in SCHEMAS[name].get("$defs", {})}
    for one in objects(SCHEMAS[name]):
        if "$ref" in one:
            assert one["$ref"] in known
        if "properties" in one and "type" in one:
            assert one["additionalProperties"] is False


def test_there_is_something_to_load():
    assert DECLARATIONS
    assert FLEETS
    assert PROFILES


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: path.name)
def test_declarations_of_the_house_load(path):
    one = load(Declaration, path.read_text(encoding="utf-8"), path.name)

    assert (path.parent.parent / f"{one.profile}.yaml").is_file()


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_profiles_of_the_house_load_and_are_named_after_their_files(path):
    one = load(Profile, path.read_text(encoding="utf-8"), path.name)

    assert path.as_posix().endswith(f"/{one.id}.yaml")
    assert set(one.suites) <= suites().keys()


@pytest.mark.parametrize("path", FLEETS, ids=lambda path: path.name)
def test_fleets_of_the_house_load(path):
    fleet, _ = read_fleet(path.read_text(encoding="utf-8"), path.name)

    assert len(list(fleet.posts())) > 30


def test_suites_of_the_house_load_and_are_named_after_their_folders():
    assert suites()
    for name, suite in suites().items():
        assert suite.folder.name == name == suite.catalogue.id
        assert suite.catalogue.requirements


@pytest.mark.parametrize(
    "text", ["500 ms", "2s", "1.5 min", "7 us", "500", "ms", "1 h", "-1 s", "1e3 s", "1. s"]
)
def test_durations_are_the_same_to_schema_and_loader(text):
    assert bool(re.search(TIMING["reply_within"]["pattern"], text)) == bool(_DURATION.fullmatch(text))


def test_what_an_editor_fills_in_is_accepted(declared):
    filled = ", ".join(f"{name}: {field['default']}" for name, field in TIMING.items())

    assert declared(f"timing: {{ {filled} }}") == declared()
