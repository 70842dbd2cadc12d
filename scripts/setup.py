# ruff: noqa: ANN001, ANN201, PLC0415, PTH100, PTH118, PTH120, PTH123, S606 - old Pythons cannot do it the way these want
"""Finds a Python that is new enough and lets it set up .venv (see environment.py).

Every Python since 2.7 can read this file, so an old one ends in a sentence and not in a SyntaxError.
"""

from __future__ import print_function

import os
import subprocess
import sys

MINIMUM = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3", "python")
HERE = os.path.dirname(os.path.abspath(__file__))


def is_new_enough(interpreter):
    """Tells whether a command is a Python that is new enough."""
    check = "import sys; sys.exit(sys.version_info < {0!r})".format(MINIMUM)
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([interpreter, "-ES", "-c", check], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def main():
    """Sets up .venv with this Python or, if it is too old, with another one on the PATH."""
    if sys.version_info >= MINIMUM:
        import environment

        return environment.main()
    for interpreter in CANDIDATES:
        if is_new_enough(interpreter):
            os.execvp(interpreter, [interpreter, "-ES", os.path.join(HERE, "setup.py")])
    needed = ".".join(map(str, MINIMUM))
    print("needs Python {0} or newer, this is {1}".format(needed, sys.version.split()[0]), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
