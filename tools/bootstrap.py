"""Make the project's virtual environment ready, then get out of the way.

Runs under whatever `python3` the machine has, before anything is installed: standard library only, and this file keeps
to a syntax that old interpreters parse, so that they can say what is wrong instead of showing a SyntaxError.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file alone must also run on what is too old
    sys.exit(
        "Linli needs Python 3.11 or newer; %s is Python %d.%d. "  # noqa: UP031 - as above
        "Install a newer one and name it, for example: make run PYTHON=python3.12"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )

import virtual_environment

if __name__ == "__main__":
    sys.exit(virtual_environment.main())
