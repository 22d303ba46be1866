"""docs/operations.md: its tables are the code's, and the rehearsal it tells of is run."""

import re
import subprocess
import sys

import pytest
from prometheus_client import Counter, Gauge, Histogram

from app.infra import metrics
from app.jobs.schedule import SCHEDULE
from app.web.limits import By
from tests.architecture.test_routes import views
from tests.docs.markdown import ROOT, read, section, table_after
from tests.tools.launcher import PATIENCE_SECONDS

TEXT = read("docs/operations.md")


def test_the_table_of_settings_is_what_the_command_prints(app) -> None:
    printed = app.test_cli_runner().invoke(args=["settings"]).output
    assert f"<!-- settings -->\n{printed}" in TEXT, "paste the output of `flask --app wsgi settings`"


def test_the_schedule_is_the_codes() -> None:
    rows = {row["name"]: row["cron"] for row in table_after(TEXT, "schedule")}
    assert rows == {name: work.cron for name, work in SCHEDULE.items()}


def test_the_metrics_are_the_codes() -> None:
    named = {row["name"].removesuffix("_total") for row in table_after(TEXT, "metrics")}
    ours = [value for value in vars(metrics).values() if isinstance(value, Counter | Gauge | Histogram)]
    assert named == {family.name for value in ours for family in value.describe()}


def test_the_limits_are_the_codes(app) -> None:
    """A line for each route that has some, as it states them."""

    def told(limit):
        by = f"`{limit.field}`" if limit.by is By.INPUT else limit.by.name.lower()
        only = f" refused as {', '.join(f'`{code}`' for code in sorted(limit.refused))}" if limit.refused else ""
        return f"{by} {limit.count} in {limit.seconds} s{only}"

    stated = {
        f"{method} {path}": " · ".join(told(limit) for limit in view.limits)
        for path, method, view in views(app)
        if getattr(view, "limits", ())
    }
    rows = {row["route"]: row["at most"] for row in table_after(TEXT, "limits")}
    assert rows == {route: line.strip("`") for route, line in stated.items()}


def test_every_command_named_exists(app) -> None:
    rows = re.findall(r"^\| `([a-z]+)(?: ([a-z-]+))?[^`]*` \|", section(TEXT, "## Commands"), re.MULTILINE)
    assert len(rows) >= 7
    for group, command in rows:
        found = app.cli.commands[group]
        assert not command or command in found.commands, f"{group} {command}"


@pytest.mark.slow
def test_the_rehearsal_restores_the_ledger_to_the_noted_time() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.backup.rehearse"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "restored: balances, chain heads and audit are those of the noted time" in done.stdout
