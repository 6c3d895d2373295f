"""What a run leaves behind is held to: nothing hidden, nothing obeyed, genuine, and readable by others."""

import subprocess
import unicodedata

from testbed.bundle.certificates import load_roots
from testbed.bundle.page import split
from testbed.bundle.verify import Status, verify_bundle
from tests.reports.reading import check

HARMLESS = {"\n", "\t"}


def controls(text):
    """Characters that no reader sees, and that a terminal or a browser may obey."""
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}} - HARMLESS


def shown(bundle):
    """The report of a bundle, held to everything that any page of ours must keep."""
    html, _ = split((bundle / "report.html").read_bytes())
    return check(html)


def is_good(bundle, keys):
    """Whether a bundle verifies, by the root of the laboratory that made it."""
    return verify_bundle(bundle, load_roots(keys / "root.pem")).status is Status.GOOD


def frames(program, bundle):
    """How many frames Wireshark's own tools read in each capture."""
    captures = sorted((bundle / "wire").iterdir())
    command = [program("capinfos"), "-T", "-M", "-r", "-c", *captures]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    read = dict(line.split("\t")[:2] for line in done.stdout.splitlines())
    assert len(read) == len(captures)
    return {path.relative_to(bundle).as_posix(): int(read[str(path)]) for path in captures}
