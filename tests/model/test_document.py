"""YAML from strangers: whatever it holds, a value or one clear complaint."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.model.declaration import Declaration
from testbed.model.document import DEEPEST, LARGEST, MOST_COMPLAINTS, Complaint, DocumentError, load, parse
from testbed.model.profile import Profile
from testbed.model.standard import Catalogue


def refusal(text, model=Declaration):
    with pytest.raises(DocumentError) as caught:
        load(model, text, "x.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: is empty"),
        ("# only a word\n", "line 1: is empty"),
        ("- a\n", "line 1: must be a list of `key: value` lines"),
        ("a: [\n", "line 2: is not YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\nb: 2\na: 3\n", "line 3: `a` stands twice"),
        ("a: { b: 1,\n b: 2 }\n", "line 2: `b` stands twice"),
        ('b: 1\na: "\\udb40\\udc41"\n', "line 2: half a surrogate pair is no character; write the whole"),
        ("a: &x 1\n", "line 1: anchors and aliases are not allowed; write it out"),
        ("a: 1\nb: *x\n", "line 2: anchors and aliases are not allowed; write it out"),
        (
            "a: !!str 1\n",
            "line 1: tags such as `tag:yaml.org,2002:str` are not allowed; write the plain value",
        ),
        ("a: !x 1\n", "line 1: tags such as `!x` are not allowed; write the plain value"),
        ("a: !!timestamp x\n", "line 1: tags such as `tag:yaml.org,2002:timestamp` are not allowed; "),
        ("? [a]\n: 1\n", "line 1: `['a']` cannot be a key"),
        ("1.5: a\n", "line 1: `1.5` cannot be a key"),
        ("~: a\n", "line 1: `None` cannot be a key"),
        ("a: 1\n2026-13-45: 1\n", "line 2: month must be in 1..12"),
        ("a: 1\nb: 2026-13-45\n", "line 2: month must be in 1..12"),
        ("a: 1\nb: \a\n", "line 2: is not YAML: the character U+0007 is not allowed"),
        ("a: 1\n--- 2\n", "line 2: is not YAML: but found another document"),
        ("%YAML 9.9\n--- 1\n", "line 1: is not YAML: found incompatible YAML document"),
        ("[" * 2000, f"line 1: is nested deeper than {DEEPEST} levels"),
        ("- " * 2000, f"line 1: is nested deeper than {DEEPEST} levels"),
        (f"a: {'9' * 5000}\n", "line 1: Exceeds the limit (4300 digits)"),
        ("a: " + "x" * LARGEST, f"line 1: is larger than {LARGEST} characters"),
    ],
)
def test_complaint(text, complaint):
    assert str(refusal(text)).startswith(f"x.yaml: {complaint}")


def test_nesting_up_to_the_bound_is_read():
    data, _ = parse("[" * DEEPEST + "]" * DEEPEST, "x.yaml")

    for _ in range(DEEPEST - 1):
        (data,) = data
    assert data == []


@pytest.mark.parametrize("text", ["[" * LARGEST, "- " * (LARGEST // 2), "? " * (LARGEST // 2), "{" * LARGEST])
def test_a_bomb_goes_off_nowhere(text):
    """Where nothing bounds the depth this test takes hours."""
    assert str(refusal(text)) == f"x.yaml: line 1: is nested deeper than {DEEPEST} levels"


def test_lines_of_parts():
    _, lines = parse("a: 1\nb:\n  - c: 2\n  -\n    d: 3\n", "x.yaml")

    assert lines[("b",)] == 2
    assert lines[("b", 0, "c")] == 3
    assert lines[("b", 1, "d")] == 5


def test_many_faults_are_told_by_the_first_and_their_number():
    said = refusal("".join(f"key{number}: 1\n" for number in range(100))).complaints

    assert len(said) == MOST_COMPLAINTS + 1
    assert str(said[-1]) == "line 1: and 83 more faults"  # a hundred keys, three missing


def test_a_complaint_commands_no_terminal():
    said = str(refusal('"\\e]0;owned\\a\\n": 1\n').complaints[-1])

    assert said.startswith(r"line 1: unknown key `\x1b]0;owned\x07\n`")
    assert said.isprintable()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("documents: { AP: { titel: T } }", "`documents.AP.titel`; did you mean `title`?"),
        ("requirements: [{ hint: { enn: T } }]", "`requirements.0.hint.enn`; did you mean `en`?"),
        (
            "requirements: [{ x: 1 }]",
            "`requirements.0.x`; known here: basis, clause, hint, id, invariant, level",
        ),
    ],
)
def test_the_nearest_word_is_of_the_place(text, near):
    assert near in str(refusal(text, Catalogue))


def test_a_complaint_without_a_line_stands_without_one():
    assert str(Complaint(0, "cannot be read")) == "cannot be read"


KEYS = [*Declaration.model_fields, "first", "count", "scratch", "vendor", "reply_within", "<<", "="]
VALUES = [
    "1",
    "0",
    "-1",
    "1e99",
    ".inf",
    "~",
    "yes",
    "500 ms",
    "tcp://[::1]:1",
    "sim:plc",
    "2026-02-30",
    "0x_",
]
nested = st.recursive(
    st.sampled_from(VALUES) | st.text(max_size=6).map(repr),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda parts: f"{{{', '.join(f'{key}: {value}' for key, value in parts.items())}}}"
        )
    ),
    max_leaves=12,
)
almost = st.lists(st.tuples(st.sampled_from(KEYS), nested), max_size=6).map(
    lambda lines: "".join(f"{key}: {value}\n" for key, value in lines)
)
marks = st.text("abc019-?:,[]{}#&*!|>'\"%@`\n\t \\=<~.\x00\x85\u2028é가", max_size=40)


@given(st.text(max_size=200) | marks | almost, st.sampled_from([Declaration, Profile, Catalogue]))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_value_or_a_refusal_with_file_and_line(text, model):
    try:
        value = load(model, text, "x.yaml")
    except DocumentError as error:
        refused = error
    else:
        assert isinstance(value, model)
        return
    last = 1 + len(re.findall("[\n\r\x85\u2028\u2029]", text))
    assert refused.complaints
    assert all(1 <= one.line <= last for one in refused.complaints)
    assert all(said.startswith("x.yaml: line ") and said.isprintable() for said in str(refused).splitlines())
