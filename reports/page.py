"""From a view to bytes: the templates' engine, the style and its hash, one self-contained page."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from reports.hostile import pieces, visible
from reports.words import milliseconds, period, seconds, word, written

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, *, number: str, is_test: bool, **view: object) -> bytes:
    """Fill a template and return the page: UTF-8, LF only, ending in `</html>` and one line feed.

    Args:
        template: file name under `templates`.
        number: of the paper, printed at the foot of every sheet.
        is_test: whether every sheet says TEST KEY.
        view: what the template prints.
    """
    style = _style(number, is_test=is_test)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:"
    text = (
        _engine()
        .get_template(template)
        .render(style=style, policy=policy, number=number, is_test=is_test, **view)
    )
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8")


def _style(number: str, *, is_test: bool) -> str:
    """Return the style sheet with the foot of printed sheets; only harmless characters enter it.

    It is one line: checkers of the page disagree about a hash over line feeds.
    """
    safe = re.sub(r"[^A-Za-z0-9._:-]", "?", number[:80])
    rule = f'\n@page {{ @bottom-left {{ content: "{safe}" }} }}\n'
    if is_test:
        rule += '@page { @bottom-center { content: "TEST KEY · 시험용 키" } }\n'
    return " ".join((_source("style.css") + rule).split())


@cache
def _source(name: str) -> str:
    return (files("reports") / "templates" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _engine() -> Environment:
    """Build the engine once. Every value printed passes `visible` and is then escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - a tenth of a second

    engine = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_neutral,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.filters |= {"pieces": pieces}
    engine.globals |= {
        "word": word,
        "written": written,
        "period": period,
        "seconds": seconds,
        "time": milliseconds,
    }
    return engine


def _neutral(value: object) -> object:
    """Make text harmless unless a template made it."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
