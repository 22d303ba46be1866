"""Redemptions over the application's whole HTTP edge, against a bare view behind the same guard: `python -m bench.tills`.

Requests are signed before they are timed, and sent to the WSGI application itself from a few threads of one process, so
that the client's and the server's socket cost neither side. Rounds alternate.
"""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from statistics import median
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import text

from app.factory import create_app
from app.infra.config import Config
from app.infra.db import db
from app.infra.unit_of_work import UnitOfWork, new_id, run_in_transaction
from app.kernel.actor import SYSTEM, Actor, Role
from app.kernel.signed import Algorithm
from app.merchants import service
from app.merchants.models import Branch
from app.merchants.rules.offers import OfferTerms
from app.merchants.service import offers, terminals
from app.points import service as points
from app.web.endpoint import Blueprint, endpoint
from bench import places
from bench.places import ROOT, Server, environment
from bench.table import Row, at_least, at_most, keep_part, render, shown

NAME, BOOK = "bench_tills", "bench-tills"
SHOPS, RESIDENTS = 500, 6_000  # so many that nobody pays so often that anti-fraud looks
THREADS, EACH, ROUNDS = 8, 300, 9  # as many threads as a web process has unless told otherwise
OFFER = OfferTerms(
    points_per_yuan=10,
    step_points=1,
    share_percent_max=50,
    minimum_spend_fen=0,
    hours=None,
    person_day_points_max=None,
    person_day_count_max=None,
    shop_day_points_max=None,
    stock_points=None,
    cofunding_percent=0,
)
blueprint = Blueprint("bench", __name__, description="bench")
APPROVED = text("SELECT 100 * count(*) FILTER (WHERE outcome = 'approve') / count(*) FROM risk_decisions")
Call = tuple[str, str, bytes, dict[str, str]]


class OneOut(Schema):
    """What a bare view answers."""

    one = fields.Integer(required=True)


@blueprint.route("/v1/bench/bare")
@endpoint(roles={Role.TERMINAL}, reply=OneOut)
def bare_view(uow: UnitOfWork) -> object:
    """One SELECT, behind a till's signature."""
    return {"one": uow.session.scalar(text("SELECT 1"))}


@blueprint.route("/v1/bench/bare-resident")
@endpoint(roles={Role.RESIDENT}, reply=OneOut)
def bare_resident_view(uow: UnitOfWork) -> object:
    """One SELECT, behind a resident's token."""
    return {"one": uow.session.scalar(text("SELECT 1"))}


def measure(server: Server) -> list[Row]:
    """The rows of this part, driven by a process of its own."""
    place = places.make_empty_place(server, NAME)
    settings = environment(server, place)
    command = [sys.executable, "-m", "bench.tills", "drive"]
    told = json.loads(subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, check=True).stdout)

    def ratios(one: str, other: str) -> list[float]:
        return [a / b for a, b in zip(told[one], told[other], strict=True)]

    rate = median(told["many"])
    note = f"{rate:.0f} a second against {median(told['bare']):.0f}; {told['statements']} statements of SQL, {THREADS} threads"
    note += f", {told['approved']} % of the payments are approved by the rules"
    late = f"median {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms at {told['pace']:.0f} a second"
    return [
        at_least("authorise and capture over HTTP / a bare view", ratios("many", "bare"), 0.35, note),
        at_least(f"all redemptions at one shop / at {SHOPS}", ratios("one", "many"), 0.9, "over HTTP"),
        at_least("giving out a code / a bare view", ratios("code", "bare_resident"), 0.6, "over HTTP, by token"),
        at_most("redemption p99 / median at 70 % of the peak", told["p99"] / told["p50"], 8, late),
        shown("of 50 tills with one code, those that were paid", told["won"], f"in {told['storm_ms']:.0f} ms"),
    ]


@dataclass(frozen=True, slots=True)
class Till:
    """A shop's till."""

    serial: str
    key: Ed25519PrivateKey

    def call(self, method: str, target: str, body: object = None) -> Call:
        """A signed request, ready to be sent."""
        raw = b"" if body is None else json.dumps(body).encode()
        nonce, timestamp = new_id().hex, int(time.time())
        message = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
        signature = base64.b64encode(self.key.sign(message)).decode()
        given = f'serial="{self.serial}",nonce="{nonce}",timestamp="{timestamp}",signature="{signature}"'
        return method, target, raw, {"Authorization": f"LINLI-ED25519 {given}", "Content-Type": "application/json"}


@dataclass
class Street:
    """The application, its tills and its residents."""

    app: Flask
    tills: list[Till]
    residents: list[UUID]
    turn: Iterator[UUID]

    def codes(self, count: int) -> list[str]:
        """Codes of residents in turn, given out without HTTP."""
        given = []
        for who in islice(self.turn, count):
            actor = Actor(id=who, roles=frozenset({Role.RESIDENT}), book=BOOK)
            session = replace(actor, session_id=new_id())  # each its own screen, so that none retires another's
            given.append(run_in_transaction(lambda uow: service.issue_code(uow, book=BOOK).code, actor=session))
        return given

    def orders(self, count: int, tills: Sequence[Till]) -> list[Call]:
        """Orders of three points, taken at once."""
        return [
            tills[number % len(tills)].call(
                "POST",
                "/v1/merchant/redemptions",
                {"code": code, "out_trade_no": new_id().hex, "order_fen": 1000, "points": 3, "capture": "auto"},
            )
            for number, code in enumerate(self.codes(count))
        ]

    def token(self, who: UUID) -> dict[str, str]:
        """The headers of a resident."""
        actor = Actor(id=who, roles=frozenset({Role.RESIDENT}), book=BOOK)
        signed = self.app.extensions["linli.token_office"].sign(actor, token_id=new_id(), now=datetime.now(UTC))
        return {"Authorization": f"Bearer {signed}", "Content-Type": "application/json"}

    def send(self, call: Call) -> int:
        """Send one request to the application; answers its status."""
        method, target, raw, headers = call
        return self.app.test_client().open(target, method=method, data=raw, headers=headers).status_code

    def rate(self, calls: Sequence[Call], good: int) -> float:
        """How many a second go through, from THREADS threads. All must be answered so."""
        started = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            statuses = list(pool.map(self.send, calls))
        spent = time.perf_counter() - started
        if set(statuses) != {good}:
            raise RuntimeError(f"answered {set(statuses)}")
        return len(calls) / spent


def drive() -> dict[str, Any]:
    """Play the rounds; answers the rates, and the latencies at a pace."""
    app = create_app(Config.from_process(), more=[blueprint])
    with app.app_context():
        street = run_in_transaction(lambda uow: _open(uow, app), actor=SYSTEM)
        bare = [till.call("GET", "/v1/bench/bare") for till in street.tills[:EACH]]
        street.rate(bare, 200)
        street.rate(street.orders(EACH, street.tills), 201)
        places.settle_plans()
        told: dict[str, Any] = {name: [] for name in ("bare", "many", "one", "code", "bare_resident")}
        for _ in range(ROUNDS):
            told["bare"].append(street.rate([till.call("GET", "/v1/bench/bare") for till in street.tills[:EACH]], 200))
            told["many"].append(street.rate(street.orders(EACH, street.tills), 201))
            told["one"].append(street.rate(street.orders(EACH, street.tills[:1]), 201))
            asks = [street.token(who) for who in street.residents[:EACH]]
            bare_asks = [("GET", "/v1/bench/bare-resident", b"", headers) for headers in asks]
            told["bare_resident"].append(street.rate(bare_asks, 200))
            address = f"/v1/books/{BOOK}/passbook/codes"
            told["code"].append(street.rate([("POST", address, b"{}", headers) for headers in asks], 201))
        told |= _paced(street, 0.7 * median(told["many"])) | _one_code(street) | {"statements": _statements(street)}
        told["approved"] = run_in_transaction(lambda uow: uow.session.scalar(APPROVED), actor=SYSTEM)
        db.engine.dispose()
    return told


def _paced(street: Street, pace: float) -> dict[str, float]:
    """Milliseconds from when a request was due until it was answered, at a steady pace."""
    calls = street.orders(EACH * 2, street.tills)
    began = time.perf_counter() + 0.1

    def go(numbered: tuple[int, Call]) -> float:
        due = began + numbered[0] / pace
        time.sleep(max(0.0, due - time.perf_counter()))
        street.send(numbered[1])
        return (time.perf_counter() - due) * 1000

    with ThreadPoolExecutor(THREADS * 2) as pool:
        spent = sorted(pool.map(go, enumerate(calls)))
    return {"pace": pace, "p50": median(spent), "p99": spent[int(len(spent) * 0.99)]}


def _one_code(street: Street) -> dict[str, float]:
    """Fifty tills read one code at one moment."""
    code = street.codes(1)[0]
    body = {"code": code, "order_fen": 1000, "points": 3, "capture": "auto"}
    calls = [
        till.call("POST", "/v1/merchant/redemptions", body | {"out_trade_no": new_id().hex})
        for till in street.tills[:50]
    ]
    started = time.perf_counter()
    with ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(street.send, calls))
    return {"won": statuses.count(201), "storm_ms": (time.perf_counter() - started) * 1000}


def _statements(street: Street) -> int:
    """How many statements one redemption takes, its till's key and its nonce included."""
    from sqlalchemy import event  # noqa: PLC0415 - for this count alone

    seen: list[str] = []
    note: Callable[..., None] = lambda _c, _k, statement, *_: seen.append(statement)  # noqa: E731 - a listener
    call = street.orders(1, street.tills)[0]
    event.listen(db.engine, "before_cursor_execute", note)
    street.send(call)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def _open(uow: UnitOfWork, app: Flask) -> Street:
    """A book, residents with points, shops with offers and tills."""
    book = points.create_book(
        uow, code=BOOK, name="bench", currency_name="points", validity_months=24, expired_cost_goes_to="sponsor"
    )
    sponsor = uow.new_id()
    budget = points.create_budget(uow, book.id, sponsor_id=sponsor, name="bench", point_value_fen=10)
    points.fund_sponsor(uow, book.id, cause="bench", sponsor_id=sponsor, amount_fen=10**11, bank_reference="bench")
    points.mint_points(uow, book.id, cause="bench:minted", budget_id=budget.id, points=10**9)
    residents = [uow.new_id() for _ in range(RESIDENTS)]
    awards = [points.Award(f"bench:{who}", who, 100_000) for who in residents]
    for outcome in points.award_points(uow, book, budget_id=budget.id, awards=awards):
        outcome.raise_if_declined()
    tills = []
    for number in range(SHOPS):
        shop = service.open_shop(uow, book=BOOK, name=f"shop {number}", street="bench")
        offers.set_offer(uow, book=BOOK, shop_id=shop.id, terms=OFFER)
        tills.append(_enrol(uow, shop.id))
    return Street(app, tills, residents, cycle(residents))


def _enrol(uow: UnitOfWork, shop_id: UUID) -> Till:
    key = Ed25519PrivateKey.generate()
    code = terminals.make_enrolment_code(uow, uow.session.get_one(Branch, shop_id), name="till", takes_hmac=False).code
    uow.session.flush()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    proof = base64.b64encode(key.sign(f"LINLI-ENROL\n{code}\n{public}\n".encode())).decode()
    made = terminals.enrol_terminal(
        uow, code=code, algorithm=Algorithm.ED25519, public_key=public, proof=proof, address="127.0.0.1"
    )
    return Till(made.key.serial, key)


def main() -> int:
    """Measure this part alone and keep it, or, as `drive`, do what is measured."""
    if sys.argv[1:2] == ["drive"]:
        print(json.dumps(drive()))
        return 0
    with places.open_server() as server:
        rows = measure(server)
    print(render(rows))
    keep_part(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
