"""Suites keep to the grammar of a case: one stimulus, one observation, and nothing that hides anything.

A case's assertion is evaluated again to explain what it saw, so it must only look at values.
"""

import ast
import re

import pytest

from testbed.model.document import DocumentError, parse, quickly
from testbed.model.needs import names
from testbed.model.opcua.units import units
from testbed.model.security import Security
from testbed.model.standard import clause_order
from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare
from testbed.plugin.shelf import example, suites
from testbed.testers.modbus.bench import ModbusBench
from testbed.testers.modbus_client.bench import ClientBench
from testbed.testers.opcua.bench import UaBench
from tests.plugin.bench import setup

MOST_LINES = 14
IMPORTS = {
    "testbed.cases",
    "testbed.modbus",
    "testbed.modbus_client",
    "testbed.opcua",
    "testbed.tls",
    "pytest",
}
FORBIDDEN = (
    ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.If, ast.Lambda,
    ast.ClassDef, ast.Global, ast.Nonlocal, ast.Delete, ast.Raise, ast.Return, ast.Yield, ast.YieldFrom,
    ast.NamedExpr, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.AugAssign,
)  # fmt: skip
DECORATORS = {"verifies", "opens", "alone", "lasting", "parametrize"}
LOOKS = {"bits", "data_byte", "encode", "frozenset", "len", "newest", "range", "refusals", "set", "tuple"}
LOOKS |= {"each", "reference_to", "seconds_since"}
"""Calls that give the same value however often they are made, and touch no device."""
OPCUA = prepare(example("sim-opcua-plc.yaml")).declaration
OF_EVERY_PROTOCOL = {*setup().declaration.facts, *Security().facts} - {*setup().declaration.supports}
OF_EVERY_PROTOCOL |= {*OPCUA.facts, *units()}
"""What a declaration tells of any device; functions are for suites to name."""

FILES = {
    f"{folder.name}/{file.name}": ast.parse(file.read_text(encoding="utf-8"))
    for suite in suites().values()
    for folder in suite.folders
    for file in sorted(folder.glob("*.py"))
}
CASES = {
    name: [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for name, tree in FILES.items()
}


@pytest.mark.parametrize("name", FILES)
class TestFile:
    def test_it_holds_cases_and_their_values_and_nothing_else(self, name):
        tree = FILES[name]
        if name.endswith("__init__.py"):
            assert not tree.body
            return
        kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AsyncFunctionDef)
        assert all(isinstance(node, kinds) for node in tree.body)
        assert all(isinstance(node.value, ast.Constant) for node in tree.body if isinstance(node, ast.Expr))
        targets = [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]
        assert all(target.isupper() for target in targets)

    def test_it_imports_the_public_words_only(self, name):
        for node in ast.walk(FILES[name]):
            if isinstance(node, ast.ImportFrom):
                assert (node.module, node.level) in {(one, 0) for one in IMPORTS}
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= IMPORTS

    def test_its_title_is_document_clause_and_title(self, name):
        if not name.endswith("__init__.py"):
            pattern = r"[A-Z][\w/ .\-]+, (Annex )?[0-9A-Z][^:]*: [A-Za-z].*\."
            assert re.fullmatch(pattern, ast.get_docstring(FILES[name]))


def called(decorator):
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else node.id


def shape(case):
    assert isinstance(case, ast.AsyncFunctionDef)
    assert case.name.startswith("test_")
    assert case.end_lineno - case.lineno + 1 <= MOST_LINES
    assert {called(one) for one in case.decorator_list} <= DECORATORS
    assert "verifies" in {called(one) for one in case.decorator_list}
    found = [type(node).__name__ for node in ast.walk(case) if isinstance(node, FORBIDDEN)]
    assert found == ["AsyncFunctionDef"]  # itself


def sentence(case):
    sentence = ast.get_docstring(case)
    assert sentence
    assert "\n" not in sentence
    assert re.fullmatch(r"[A-Z0-9].*\.", sentence)


def one_observation_that_only_looks_at_values(case):
    body = case.body
    assertions = [node for node in ast.walk(case) if isinstance(node, ast.Assert)]
    assert assertions == [body[-1]]
    assert assertions[0].msg is None
    inside = list(ast.walk(assertions[0].test))
    assert not any(isinstance(node, ast.Await | ast.NamedExpr) for node in inside)
    scopes = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
    assert not any(isinstance(node, scopes) for node in inside)
    calls = {called(node) for node in inside if isinstance(node, ast.Call)}
    assert calls <= LOOKS


def a_blank_line_before_it(case):
    body = case.body
    assert body[-1].lineno - body[-2].end_lineno == 2


def waiting_and_logging_through_the_tester(case):
    names_used = {node.id for node in ast.walk(case) if isinstance(node, ast.Name)}
    assert not names_used & {"asyncio", "time", "sleep", "print", "logging", "open", "eval", "exec"}


def arguments_that_are_fixtures_or_parameters(case):
    parameters = set()
    for decorator in case.decorator_list:
        if called(decorator) == "parametrize":
            named = ast.literal_eval(decorator.args[0])
            parameters |= set(named.replace(" ", "").split(",") if isinstance(named, str) else named)
    arguments = {argument.arg for argument in case.args.args}
    assert parameters <= arguments
    assert arguments - parameters <= {*ModbusBench.FIXTURES, *UaBench.FIXTURES, *ClientBench.FIXTURES}


RULES = (
    shape,
    sentence,
    one_observation_that_only_looks_at_values,
    a_blank_line_before_it,
    waiting_and_logging_through_the_tester,
    arguments_that_are_fixtures_or_parameters,
)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", FILES)
def test_every_case_of_a_file_has(name, rule):
    broken = {}
    for case in CASES[name]:
        try:
            rule(case)
        except AssertionError as error:
            broken[case.name] = str(error)
    assert not broken


@pytest.mark.parametrize("name", suites())
class TestCatalogue:
    def test_every_requirement_is_verified_or_says_why_not(self, name):
        suite = suites()[name]
        verified = {requirement for case in gather([suite]) for requirement in case.verifies}
        for one in suite.catalogue.requirements:
            ways = (one.id in verified, one.invariant, one.untestable is not None)
            survival = one.id == "MB-SURVIVES"  # judged after every case
            assert any(ways) or survival, one.id
            assert not (one.untestable and one.id in verified), one.id

    def test_every_requirement_speaks_both_languages(self, name):
        for one in suites()[name].catalogue.requirements:
            for text in (one.text, one.hint):
                if text is not None:
                    assert text.en.strip() == text.en
                    assert re.search(r"[가-힣]", text.ko), one.id
                    assert not re.search(r"[가-힣]", text.en), one.id
                    assert text.en.endswith("."), one.id
                    assert text.ko.endswith("."), one.id

    def test_every_need_is_a_known_fact(self, name):
        catalogue = suites()[name].catalogue
        known = OF_EVERY_PROTOCOL | {fact for suite in suites().values() for fact in suite.catalogue.facts}
        for one in catalogue.requirements:
            assert names(one.needs) <= known, one.id

    def test_every_clause_can_be_put_in_order(self, name):
        requirements = suites()[name].catalogue.requirements
        assert len(sorted(requirements, key=clause_order)) == len(requirements)


def test_ids_are_unique_among_all_suites_and_parts():
    """A part's rows count once, however many suites include them."""
    folders = {folder for suite in suites().values() for folder in suite.folders}
    files = [file for folder in folders for file in folder.glob("requirements*.yaml")]
    ids = [row["id"] for file in files for row in parse(file.read_text(encoding="utf-8"), str(file))[0]]
    assert len(ids) == len(set(ids))
    assert set(ids) == {one.id for suite in suites().values() for one in suite.catalogue.requirements}


def test_case_ids_are_unique_in_a_suite():
    for suite in suites().values():
        ids = [case.id for case in gather([suite])]
        assert len(ids) == len(set(ids))
        assert ids


@pytest.mark.parametrize(
    "path",
    sorted(
        {file for suite in suites().values() for folder in suite.folders for file in folder.glob("*.yaml")}
    ),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_what_is_read_quickly_is_what_stands_there(path):
    text = path.read_text(encoding="utf-8")

    assert quickly(text, path.name) == parse(text, path.name)[0]


def test_read_quickly_a_key_stands_once_as_well():
    with pytest.raises(DocumentError, match="line 2: `a` stands twice"):
        quickly("a: 1\na: 2\n", "x.yaml")
