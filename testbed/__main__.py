"""`python -m testbed`: the command line where no script is installed."""

from testbed.commands import main

main()
