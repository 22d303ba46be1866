"""`python -m sandbox.till` as a vendor runs it: a program of its own, over HTTP, against real gunicorn in demo mode."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from sandbox.till.client import address_of
from tests.crash.serving import serving
from tests.fixtures.servers import ROOT
from tests.points import committed, invariants
from tests.points.ledger import Ledger, open_ledger
from tests.points.programme import publish

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
NUMBER = "N|1*@_.-"
"""All signs a number may have: what is signed has their percent signs."""


@dataclass
class Vendor:
    """Whoever tries a till, in a folder of his own."""

    folder: Path
    book: str

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run the module; answers its status and what it wrote."""
        environment = CLEAN | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "sandbox.till", "--book", self.book, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def does(self, *arguments: str) -> dict:
        """Run what must succeed; answers what the system said."""
        status, out, err = self.run(*arguments)
        assert status == 0, (arguments, out, err)
        return json.loads(out)

    def code(self) -> str:
        status, out, err = self.run("code")
        assert status == 0, err
        return out.strip()


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=2) as place:
        yield place


def test_a_number_stands_in_an_address_with_its_percent_signs():
    assert address_of(NUMBER).endswith("/N%7C1%2A%40_.-")


def setting(uow) -> Ledger:
    """What the demo has: a book, and a rule that pays for hours."""
    ledger = open_ledger(uow, minted=100_000)
    publish(uow, ledger, "vol.hours", "minutes // 30 * 10")
    return ledger


def load(vendor: Vendor) -> list[dict]:
    """Let it work for a while; answers what it was told."""
    status, out, err = vendor.run("--load", "1.5")
    assert (status, err) == (0, ""), out
    told = [json.loads(line) for line in (vendor.folder / "till.log").read_text().splitlines()]
    assert out.startswith(f"{len(told)} orders")
    assert len(told) >= 4
    return told


@pytest.mark.slow
def test_every_command_does_what_the_documents_say(place, tmp_path):
    ledger = run_in_transaction(setting, actor=SYSTEM)
    vendor = Vendor(tmp_path, ledger.book.code)
    with serving(place, mode="demo", workers=1) as (url, _):
        assert vendor.run("show", "T-1")[0] == 1  # no key yet, said in a line
        status, out, err = vendor.run("demo", url)
        assert (status, out) == (0, "enrolled; the key is in till.json\n"), err
        assert stat.S_IMODE((tmp_path / "till.json").stat().st_mode) == 0o600

        assert vendor.does("take", vendor.code(), "T-1", "10000", "--points", "5")["state"] == "captured"
        assert vendor.does("reverse", "T-1")["state"] == "reversed"
        held = vendor.does("take", vendor.code(), NUMBER, "10000", "--points", "5", "--manual")
        assert (held["state"], held["out_trade_no"]) == ("held", NUMBER)
        assert vendor.does("capture", NUMBER, "3")["captured_points"] == 3
        assert vendor.does("refund", NUMBER, "R|1", "1")["state"] == "refunded"
        assert vendor.does("show", NUMBER)["state"] == "partly_refunded"
        scene = vendor.does("order", "T-2", "10000", "--points", "5")["scene"]
        assert vendor.does("show", "T-2")["poll_after"] == 5
        scanned = vendor.does("scan", scene)
        shown = vendor.does("show", "T-2")
        assert (shown["state"], shown["match_code"]) == ("captured", scanned["match_code"])

        status, out, _ = vendor.run("take", "910000000000000000", "T-3", "10000")
        assert (status, json.loads(out)["code"]) == (1, "merchants.code_not_ours")
        status, _, err = vendor.run("enrol", url, "no-such-code")
        assert (status, "merchants.enrolment_code_not_good" in err) == (1, True)

        told = load(vendor)
    with psycopg.connect(place.database.superuser_url) as connection:
        rows = connection.execute(
            "SELECT out_trade_no, coalesce(captured_points, 0) - refunded_points FROM merchants_redemptions"
            " WHERE out_trade_no LIKE 'load-%'"
        ).fetchall()
        assert dict(rows) == {each["out_trade_no"]: each["points"] for each in told}
        assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
