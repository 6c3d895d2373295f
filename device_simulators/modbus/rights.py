"""The roles-to-rights rules of the controller, as its user writes them (MODBUS/TCP Security v36, R-25 to 28).

A file `rights.yaml` in the folder of the keys, one line a role, with the functions that it may use:

    Operator: all
    Viewer: [1, 2, 3, 4]
    "": [43]                  # a client whose certificate names no role
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from testbed.model.document import Complaint, DocumentError, parse

FILE = "rights.yaml"
EVERYTHING = frozenset(range(256))


def rights_of(
    folder: Path, otherwise: Mapping[str | None, frozenset[int]]
) -> Mapping[str | None, frozenset[int]]:
    """Return the rules of a folder, or others where it has none.

    Raises:
        DocumentError: they cannot be used; with file and line.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return otherwise
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(str(path), [Complaint(0, f"cannot be read: {error}")]) from error
    rules, lines = parse(text, str(path))
    if not isinstance(rules, dict):
        raise DocumentError(str(path), [Complaint(1, "must be a list of `ROLE: [FUNCTION, ...]` lines")])
    found: dict[str | None, frozenset[int]] = {}
    for role, functions in rules.items():
        listed = functions if isinstance(functions, list) else []
        sound = all(type(one) is int and one in EVERYTHING for one in listed)
        if functions != "all" and not (isinstance(functions, list) and sound):
            said = f"`{role}`: write `all`, or a list of function codes such as `[1, 3]`"
            raise DocumentError(str(path), [Complaint(lines.get((role,), 1), said)])
        found[str(role) or None] = EVERYTHING if functions == "all" else frozenset(listed)
    return found
