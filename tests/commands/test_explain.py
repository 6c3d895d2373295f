"""A requirement is explained with each edition of its document under its own number."""

from click.testing import CliRunner

from testbed.commands import cli


def test_an_edition_that_numbers_otherwise_is_named():
    done = CliRunner().invoke(cli, ["explain", "UA-READ-MAX-AGE-NEGATIVE"])

    assert "OPC 10000-4: UA Part 4: Services, 1.05.04, 5.11.2" in done.output
    assert "OPC 10000-4: UA Part 4: Services, 1.04, 5.10.2" in done.output
