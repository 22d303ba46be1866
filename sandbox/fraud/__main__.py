"""`python -m sandbox.fraud`: play the month on a server of its own, by the rules that come with Linli; score.

The status is 0 if all targets are met, 1 if one is missed.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from app.factory import create_app
from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import service as points
from app.risk.service import start_defaults
from bench import places
from sandbox.fraud.joined import Accounts, Books
from sandbox.fraud.play import Judged, make_month, play, town_of
from sandbox.fraud.score import honest_acts, render, score

FIRST = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)  # midnight in the district: the month is June
BOOK = "fraud"


def main() -> int:
    """Start a server and play on it, in a process that has its settings."""
    options = _parser().parse_args()
    if options.inner:
        return _play(options.seed, options.residents)
    with places.open_server() as server:
        place = places.make_empty_place(server, "sandbox_fraud")
        inner = [sys.executable, "-m", "sandbox.fraud", *sys.argv[1:], "--inner"]
        done = subprocess.run(inner, cwd=places.ROOT, env=places.environment(server, place), check=False)  # noqa: S603 - ourselves
    return done.returncode


def _play(seed: int, residents: int) -> int:
    began = time.monotonic()
    acts = make_month(seed, first=FIRST, residents=residents)
    with create_app(Config.from_environment(os.environ)).app_context():
        book_id = run_in_transaction(_open_book, actor=SYSTEM, now=FIRST)
        judged = play(
            acts,
            book=BOOK,
            book_id=book_id,
            do=lambda work, at: run_in_transaction(work, actor=SYSTEM, now=at),
            books=Books(Accounts.of(town_of(seed, first=FIRST, residents=residents))),
        )
    told = score(judged)
    print(
        f"seed {seed}: {len(acts):,} acts of a month, {residents} residents,"
        f" {told.honest_redemptions:,} honest redemptions, {told.dishonest} dishonest acts;"
        f" {time.monotonic() - began:.0f} s\n"
    )
    print(render(told))
    _tell_honest(judged)
    return 0 if told.is_met else 1


def _tell_honest(judged: list[Judged]) -> None:
    """Why honest people were bothered: what is to be improved."""
    why = Counter(
        (each.act.kind, each.outcome, "+".join(each.reasons))
        for each in honest_acts(judged)
        if each.outcome != "approve"
    )
    print("\nhonest acts that were not approved, most frequent first")
    for (kind, outcome, reasons), count in why.most_common(12):
        print(f"{count:>5}  {kind:<9} {outcome:<17} {reasons}")


def _open_book(uow: UnitOfWork) -> int:
    book = points.create_book(uow, code=BOOK, name="一个月 a month", currency_name="points")
    start_defaults(uow, book=book.code)
    return book.id


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.fraud", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--residents", type=int, default=600)
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
