"""The largest file there may be: 100,000 rows, of which one is bad."""

from pathlib import Path

from app.enrolment.terms import ROWS_MAX
from tests.enrolment.desk import HEADER, counts
from tests.points.api import refused

BAD = ROWS_MAX // 2
BAD_LINE = BAD + 2  # line 1 is the header's, and rows are counted from 0 here
MEMORY_MAX = 100 * 1024 * 1024
"""Twice what it takes, which does not grow with the rows."""


def full_file(bad_balance: str) -> bytes:
    """As many rows as a file may have, four residents to a home; the balance of one in the middle is spoilt."""
    rows = (
        f"居民{n % 7919}号,138{n:08},{n // 400 + 1}栋,{n // 100 % 4 + 1}单元,{n // 4 % 25 + 1:03}室,P{n:06},"
        f"{bad_balance if n == BAD else n % 500 + 1},2027-12-31"
        for n in range(ROWS_MAX)
    )
    return "\n".join([",".join(HEADER), *rows]).encode()


class Memory:
    """What this process takes of memory from now on, as Linux counts it."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # its highest is counted anew
        self.before = self._read("VmRSS")

    def highest(self) -> int:
        """Bytes at the highest, above those at the beginning."""
        return self._read("VmHWM") - self.before

    def _read(self, name: str) -> int:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def test_one_bad_row_among_a_hundred_thousand_changes_nothing_and_says_which_and_what_is_right(desk, session, ledger):
    before = counts(session, ledger)
    content = full_file(bad_balance="12O")  # the letter
    memory = Memory()
    found = desk.check(content)
    assert memory.highest() < MEMORY_MAX

    assert (found["state"], found["rows_total"], found["rows_done"]) == ("refused", ROWS_MAX, ROWS_MAX)
    assert found["errors"] == 1
    [bad] = [problem for problem in desk.problems(found) if problem["severity"] == "error"]
    [english] = [problem for problem in desk.problems(found, lang="en") if problem["severity"] == "error"]
    assert (bad["line"], bad["cell"], bad["field"], bad["code"]) == (BAD_LINE, f"G{BAD_LINE}", "points", "points_form")
    assert bad["detail"] == f"余额 G{BAD_LINE}须为整数,如 45 或 1,200"
    assert english["detail"] == f"balance G{BAD_LINE} must be a whole number such as 45 or 1,200"

    assert refused(desk.commit(found["id"])) == (409, "enrolment.import_not_ready", [])
    assert desk.work() == 0
    assert desk.show(found["id"])["state"] == "refused"
    assert counts(session, ledger) == before
