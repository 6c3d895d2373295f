"""`testbed demo`: from nothing to a signed report and a confirmation, with the simulated PLC over TCP."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from testbed.commands.console import fail


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/demo"), show_default=True)
def demo(out: Path) -> None:
    """Start the simulated PLC, judge it over TCP, sign the report, grant a confirmation with test keys."""
    from testbed.plugin.shelf import example  # noqa: PLC0415 - loads the model

    keys = out / "keys"
    if not keys.exists():
        _testbed("keys", "init", str(keys))
    number = 1
    while (bundle := out / f"run-{number}").exists():
        number += 1
    with (
        subprocess.Popen(
            [sys.executable, "-m", "testbed", "simulate", "plc"], stdout=subprocess.PIPE, text=True
        ) as plc,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            if plc.stdout is None or not (endpoint := plc.stdout.readline().strip()):
                raise fail("the simulated PLC did not start", 1)
            source = example("sim-plc.yaml")
            declaration = Path(folder) / "demo-plc.yaml"
            text = source.read_text(encoding="utf-8").replace("sim:plc", f"{endpoint}?unit=1")
            declaration.write_text(text, encoding="utf-8")
            click.echo(f"the simulated PLC serves {endpoint}")
            _testbed("run", str(declaration), "--out", str(bundle), "--keys", str(keys))
        finally:
            plc.terminate()
    _testbed("grant", str(bundle), "--keys", str(keys))
    _testbed("verify", str(bundle), "--root", str(keys / "root.pem"))
    click.echo(f"\nreport       {(bundle / 'report.html').resolve()}")
    click.echo(f"certificate  {(bundle / 'certificate.html').resolve()}")


def _testbed(*arguments: str) -> None:
    """Run this program as a user would; end with its status when it fails."""
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", "testbed", *arguments], check=False)  # noqa: S603 - itself
    if done.returncode:
        raise SystemExit(done.returncode)
