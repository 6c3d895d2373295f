"""A run in other formats: JUnit for build servers, test-result for policies, a badge for a page.

Each is a pure function of an `Account`: the same run gives the same bytes, now and when it is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from testbed.bundle.exports.account import Account, suite_name
from testbed.bundle.exports.badge import badge
from testbed.bundle.exports.junit import junit
from testbed.bundle.exports.result import as_test_result

EXPORTS: Mapping[str, Callable[[Account], bytes]] = {
    "badge.svg": badge,
    "junit.xml": junit,
    "test-result.json": as_test_result,
}
"""Files of a bundle, by name; the report's statement lists them as evidence."""

__all__ = ["EXPORTS", "Account", "suite_name"]
