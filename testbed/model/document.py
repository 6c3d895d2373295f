"""YAML text into a value of the model; every complaint names file, line, fault and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

LARGEST = 1 << 20
"""Characters of the largest document that is read (assumed; hundreds of times a large declaration)."""
DEEPEST = 32
"""Levels of nesting that are read (assumed; a requirement has five). Deeper flow takes quadratic time."""
MOST_COMPLAINTS = 20
"""Faults of one document that are told (assumed); whoever has more begins with these."""

SECRETIVE = frozenset({"user"})
"""Keys under which somebody may have written a secret: what stands there is never repeated."""
WHOLE = "whole"
"""Type of a fault whose message says everything, so that the value need not follow."""

_HALF = re.compile("[\\ud800-\\udfff]")
"""What no text in UTF-8 can hold, and an escape in a document can."""

Path = tuple[str | int, ...]
Value = TypeVar("Value", bound=BaseModel)


@dataclass(frozen=True)
class Complaint:
    """One thing wrong in a document."""

    line: int
    what: str

    def __str__(self) -> str:
        """Return one line fit for a terminal: what a document says may try to command it."""
        said = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in self.what)
        return f"line {self.line}: {said}" if self.line else said


class DocumentError(ValueError):
    """A document that cannot be used."""

    def __init__(self, source: str, complaints: Sequence[Complaint]) -> None:
        self.source = source
        self.complaints = tuple(complaints)
        super().__init__("\n".join(f"{source}: {complaint}" for complaint in complaints))


def parse(text: str, source: str) -> tuple[Any, dict[Path, int]]:
    """Return the plain data of one YAML document and the line of each of its parts.

    Args:
        text: the document, at most `LARGEST` characters.
        source: the name to complain about, usually a file's.

    Raises:
        DocumentError: not YAML, too large, nested too deeply, a key twice, an anchor, alias or tag.
    """
    if len(text) > LARGEST:
        raise DocumentError(source, [Complaint(1, f"is larger than {LARGEST} characters")])
    lines: dict[Path, int] = {}
    try:
        _refuse_cleverness(text, source)
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise DocumentError(source, [Complaint(1, "is empty")])
        return _plain(loader, node, (), lines, source), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"is not YAML: {error.problem or error.context}"
        raise DocumentError(source, [Complaint(mark.line + 1 if mark else 1, what)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"is not YAML: the character U+{ord(text[error.position]):04X} is not allowed"
        raise DocumentError(source, [Complaint(line, what)]) from error


class _Strict(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]  # either has the same methods
    """A quick loader that takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - yaml's interface
        """Build a mapping, unless a key stands twice."""
        data: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(data) != len(node.value):
            raise yaml.YAMLError("a key stands twice")
        return data


def quickly(text: str, source: str) -> Any:
    """Return the plain data of a document that came with an installed package, where nobody asks for lines.

    Raises:
        DocumentError: as `parse`, which says what is wrong.
    """
    try:
        return yaml.load(text, Loader=_Strict)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return parse(text, source)[0]


def _refuse_cleverness(text: str, source: str) -> None:
    """Refuse what a document needs for no honest purpose, before any of it is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        what = ""
        if getattr(event, "anchor", None):
            what = "anchors and aliases are not allowed; write it out"
        elif tag := getattr(event, "tag", None):
            what = f"tags such as `{tag}` are not allowed; write the plain value"
        elif depth > DEEPEST:
            what = f"is nested deeper than {DEEPEST} levels"
        elif _HALF.search(getattr(event, "value", None) or ""):
            what = "half a surrogate pair is no character; write the whole, or `\\U` and eight digits"
        if what:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentError(source, [Complaint(line, what)])


def _plain(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int], source: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _built(loader, key_node, source)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str | int):
                raise DocumentError(source, [Complaint(line, f"`{key!r}` cannot be a key")])
            if key in data:
                raise DocumentError(source, [Complaint(line, f"`{key}` stands twice")])
            lines[(*path, key)] = line
            data[key] = _plain(loader, value_node, (*path, key), lines, source)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, at), lines, source) for at, item in enumerate(node.value)]
    return _built(loader, node, source)


def _built(loader: yaml.SafeLoader, node: yaml.Node, source: str) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:  # a date such as 2026-13-45
        raise DocumentError(source, [Complaint(node.start_mark.line + 1, str(error))]) from error


def load(model: type[Value], text: str, source: str, extra: Mapping[str, Any] | None = None) -> Value:
    """Read one YAML document as a value of the model.

    Args:
        model: what it must be.
        text: the document.
        source: the name to complain about.
        extra: top-level parts that come from another document.

    Raises:
        DocumentError: with one complaint for each fault found.
    """
    return load_with_lines(model, text, source, extra)[0]


def load_with_lines(
    model: type[Value], text: str, source: str, extra: Mapping[str, Any] | None = None
) -> tuple[Value, dict[Path, int]]:
    """Do the same, and return the line of each part too.

    Raises:
        DocumentError: with one complaint for each fault found.
    """
    data, lines = parse(text, source)
    if not isinstance(data, dict):
        raise DocumentError(source, [Complaint(1, "must be a list of `key: value` lines")])
    value: Value = _validated(TypeAdapter(model), model, {**data, **(extra or {})}, lines, source)
    return value, lines


def load_list(model: type[Value], text: str, source: str) -> tuple[tuple[Value, ...], dict[Path, int]]:
    """Read one YAML document as a list of values of the model; return them and the line of each part.

    Raises:
        DocumentError: with one complaint for each fault found.
    """
    data, lines = parse(text, source)
    if not isinstance(data, list):
        raise DocumentError(source, [Complaint(1, "must be a list: each entry begins with `- `")])
    values = tuple[model, ...]  # type: ignore[valid-type]  # known only at run time
    return _validated(TypeAdapter(values), values, data, lines, source), lines


def _validated(kind: TypeAdapter[Any], model: Any, data: Any, lines: dict[Path, int], source: str) -> Any:
    try:
        return kind.validate_python(data)
    except ValidationError as error:
        told = list(islice(_complaints(model, error, lines), MOST_COMPLAINTS))
        if more := error.error_count() - len(told):
            told.append(Complaint(1, f"and {more} more faults"))
        raise DocumentError(source, told) from None


def _complaints(model: Any, error: ValidationError, lines: dict[Path, int]) -> Iterator[Complaint]:
    for fault in error.errors(include_url=False):
        path = tuple(
            part for part in fault["loc"] if (not isinstance(part, str)) or not part.startswith("function-")
        )
        line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 1)
        name = ".".join(str(part) for part in path) or "the document"
        kind = fault["type"]
        if kind == "extra_forbidden":
            known = _known_keys(model, path[:-1])
            near = difflib.get_close_matches(str(path[-1]), known, n=1)
            advice = f"; did you mean `{near[0]}`?" if near else f"; known here: {', '.join(sorted(known))}"
            yield Complaint(line, f"unknown key `{name}`{advice}")
        elif kind == "missing":
            yield Complaint(line, f"`{name}` is missing")
        else:
            said = fault["msg"].removeprefix("Value error, ")
            shown = repr(fault["input"])
            is_quoted = f"`{fault['input']}`" in said
            told = not is_quoted and len(shown) < 60 and path and path[0] not in SECRETIVE and kind != WHOLE  # noqa: PLR2004 - as much as fits a line
            tail = f" (it is {shown})" if told else ""
            if kind not in {"value_error", WHOLE}:  # what pydantic says begins with a capital
                said = said[:1].lower() + said[1:]
            yield Complaint(line, f"`{name}`: {said}{tail}")


def _known_keys(model: Any, path: Path) -> list[str]:
    """Follow a path through the model's annotations to the keys that stand there."""
    for part in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            model = field.annotation if field else None
        else:  # `part` is a place in a list, or a name in a mapping
            model = next(_models(model), None)
        if get_origin(model) not in {tuple, dict}:
            model = next(_models(model), None)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    return []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
