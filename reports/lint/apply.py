"""All rules at once: what a page breaks, and what does not apply to it, with the reason."""

from __future__ import annotations

from reports.lint import council, items, statements  # noqa: F401 - they enter their rules
from reports.lint.rule import CONFIRMATION, RULES, Fault, Known, Problem, Rule
from reports.lint.sheet import Sheet, read

_TITLE = "LINT-7.8.2.1-A"


def rules() -> tuple[Rule, ...]:
    """Return all rules, those of a laboratory's paper first."""
    return tuple(sorted(RULES.values(), key=lambda rule: rule.papers == CONFIRMATION))


def lint(html: str, known: Known | None = None) -> tuple[Sheet, tuple[Problem, ...]]:
    """Hold a page to every rule that applies to it.

    Args:
        html: the page, with its signature block or without.
        known: what to compare it with.

    Raises:
        ValueError: it is no page of this house.
    """
    sheet = read(html)
    if not sheet.paper:
        return sheet, (Problem(RULES[_TITLE], Fault("the page does not say which paper it is")),)
    return sheet, tuple(
        Problem(rule, fault)
        for rule in rules()
        if sheet.paper in rule.papers
        for fault in rule.check(sheet, known or Known())
    )


def not_applicable(sheet: Sheet) -> tuple[tuple[Rule, str], ...]:
    """Return the rules that do not apply to a paper of this kind, each with the reason."""
    return tuple(
        (rule, rule.otherwise or "it belongs to the report that is confirmed")
        for rule in rules()
        if sheet.paper not in rule.papers
    )
