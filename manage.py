#!/usr/bin/env python3
"""The one entry. Started with any Python 3.11 to 3.13, it sets itself up first; without an argument it says what it can do."""

import os
import sys


def main():
    """Hand over to the project's environment, then to the command: ours need no Django loaded, the others do."""
    if sys.version_info < (3, 6):  # noqa: UP036 - the one line that older ones can read
        sys.exit("manage.py: Python 3.11, 3.12 or 3.13 is needed")
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from mlplatform import bootstrap

    arguments = sys.argv[1:]
    bootstrap.enter(arguments)
    from mlplatform import commands

    sys.exit(commands.execute(arguments))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
