"""`make attack`: carry out the attacks of the catalogue against a system of its own, and print one table.

The status is 0 when all of them were held, 1 when one succeeded or is missing, 2 when the tests could not run.
"""

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from sandbox.attack.catalogue import CATALOGUE
from sandbox.attack.table import HELD, judge, render

ROOT = Path(__file__).resolve().parents[2]
RAN = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


class Watcher:
    """Notes how each test ended, its parameters together. An error before or after it is a failure too."""

    def __init__(self) -> None:
        self.ended: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one report of pytest."""
        if report.when == "call" or report.outcome != "passed":
            self.ended[report.nodeid.split("[")[0]].append(report.outcome)


def main(arguments: list[str]) -> int:
    """Run the tests of the attacks named by number, or of all."""
    numbers = {int(each) for each in arguments}
    chosen = [each for each in CATALOGUE if not numbers or each.number in numbers]
    if not chosen:
        print(f"linli: 1 to {len(CATALOGUE)}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    watcher = Watcher()
    nodes = [node for each in chosen for node in each.nodes]
    status = pytest.main(["-q", "-n", "0", "--no-header", "--tb=short", *nodes], plugins=[watcher]) if nodes else 0
    if status not in RAN:
        return 2
    outcomes = [judge(each, watcher.ended) for each in chosen]
    print("\n" + render(outcomes))
    return 0 if all(each.state == HELD for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
