"""What the documents say is there: files, commands, options, words, examples."""

import re
import shlex
from pathlib import Path

import click
import pytest

from testbed.commands import cli
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.model.verdict import Outcome, Verdict

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.ko.md"]
DOCUMENTS = [*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
HOMES = [ROOT, ROOT / "testbed"]
"""Where a path in a document may begin."""
LINES_OF_ARCHITECTURE = 60
BYTES_OF_A_PICTURE = 300_000


def text(document):
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text(document), re.DOTALL | re.MULTILINE)


def prose(document):
    return re.sub(r"^```.*?^```$", "", text(document), flags=re.DOTALL | re.MULTILINE)


def inline(document):
    return [re.sub(r"\s+", " ", code) for code in re.findall(r"`([^`]+)`", prose(document))]


def commands(document):
    lines = [line for block in blocks(document, "sh") for line in block.splitlines()]
    said = [code for code in inline(document) if code.startswith(("testbed ", "make ", "pytest "))]
    own = [f"pytest {code}" for code in inline(document) if code.startswith("--testbed-")]
    return [line.replace(".venv/bin/", "") for line in lines + said + own]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text(document))
    local = [link for link in links if not link.startswith("https://")]

    assert [link for link in local if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document):
    paths = [
        code
        for code in inline(document)
        if re.fullmatch(r"[\w.*-]+(/[\w.*@-]+)+(\.(py|yaml|md|html)|/)", code)
    ]

    assert [path for path in paths if not any(list(home.glob(path)) for home in HOMES)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_and_option_exists(document, pytestconfig):
    for line in commands(document):
        program, *words = [word for word in shlex.split(line) if not re.fullmatch(r"[A-Z]+=\w+", word)]
        if program == "testbed":
            refuse_unknown(cli, words)
        elif program == "make":
            assert re.search(rf"^{words[0]}:", text("Makefile"), re.MULTILINE), line
        elif program == "pytest":
            for option in options(words):
                pytestconfig.getoption(option)  # raises ValueError where no plugin offers it


def refuse_unknown(command, words):
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}

    assert options(words) - known == set(), command.name


def options(words):
    return {word for word in words if word.startswith("-")}


@pytest.mark.parametrize("readme", READMES)
def test_every_sub_command_is_shown(readme):
    shown = {line.split()[1] for line in commands(readme) if line.startswith("testbed ")}

    assert set(cli.list_commands(click.Context(cli))) - shown == set()


@pytest.mark.parametrize("readme", READMES)
def test_every_verdict_and_outcome_is_explained(readme):
    assert {str(word) for word in (*Verdict, *Outcome)} - set(inline(readme)) == set()


def test_both_readmes_show_the_same_commands_and_examples():
    english, korean = READMES

    assert blocks(english, "sh") == blocks(korean, "sh")
    assert set(commands(english)) == set(commands(korean))
    assert blocks(english, "yaml") == blocks(korean, "yaml")
    assert without_remarks(blocks(english, "toml")) == without_remarks(blocks(korean, "toml"))


def without_remarks(codes):
    return [re.sub(r"\s*#.*", "", code) for code in codes]


@pytest.mark.parametrize("readme", READMES)
def test_each_declaration_has_five_lines_and_is_valid(readme):
    declarations = [load(Declaration, code, readme) for code in blocks(readme, "yaml")]

    assert [len(code.splitlines()) for code in blocks(readme, "yaml")] == [5, 5]
    assert [one.protocol for one in declarations] == ["modbus", "opcua"]
    assert {one.endpoint.host for one in declarations} == {"192.168.0.10"}


@pytest.mark.parametrize(
    "example", sorted((ROOT / "profiles" / "devices").glob("*.yaml")), ids=lambda path: path.name
)
def test_every_example_declaration_is_valid(example):
    assert load(Declaration, example.read_text(encoding="utf-8"), example.name).facts


def test_the_worked_example_is_the_real_one():
    sources = [
        text("conformance_suites/modbus_functions/requirements.yaml"),
        text("conformance_suites/modbus_functions/test_read_holding_registers.py"),
        text("device_simulators/modbus/mutants/holding_registers.py"),
    ]
    shown = [*blocks("CONTRIBUTING.md", "yaml"), *blocks("CONTRIBUTING.md", "python")]

    assert [code in source for code, source in zip(shown, sources, strict=True)] == [True] * 3


def test_the_architecture_is_one_page():
    assert len(text("ARCHITECTURE.md").splitlines()) <= LINES_OF_ARCHITECTURE


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").glob("*.png")), ids=lambda path: path.name)
def test_pictures_are_small(picture):
    assert picture.stat().st_size < BYTES_OF_A_PICTURE
