"""How the posting door speaks to its two database functions: arrays there, state rows back."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.infra import db
from app.infra.unit_of_work import UnitOfWork
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.journal import Journal
from app.points.rules.postings import Posting
from app.points.rules.state import BalanceState, HoldState, LedgerState, LotState, TakenState
from app.points.service.closings import refuse_closed_months
from app.points.terms import AccountKind, Mode

DecidedBefore = tuple[UUID, str | None, dict[str, int], bytes]

_BEGIN_TYPES = (
    "integer",
    "timestamptz",
    "uuid",
    "boolean",
    "uuid[]",
    "text[]",
    "bytea[]",
    "uuid[]",
    "text[]",
    "uuid[]",
    "smallint[]",
    "bigint[]",
    "uuid[]",
    "uuid[]",
    "uuid[]",
)
_WRITE_TYPES = (
    *("integer", "uuid"),
    *(
        "uuid[]",
        "text[]",
        "text[]",
        "smallint[]",
        "text[]",
        "uuid[]",
        "uuid[]",
        "uuid[]",
        "timestamptz[]",
        "timestamptz[]",
    ),
    *("integer[]", "smallint[]", "uuid[]", "bigint[]", "bigint[]", "bigint[]", "bytea[]"),
    *("integer[]", "date[]", "uuid[]", "bigint[]", "bigint[]", "boolean[]"),
    *("integer[]", "bigint[]"),
    *("integer[]", "uuid[]", "bigint[]"),
    *("text[]", "text[]", "jsonb[]"),
)


def _call(function: str, types: Sequence[str]) -> str:
    return f"SELECT * FROM {function}({', '.join(f'%s::{kind}' for kind in types)})"  # noqa: S608 - built from the constants above


BEGIN_SQL = _call("points_begin", _BEGIN_TYPES)
WRITE_SQL = _call("points_write", _WRITE_TYPES)


def begin(
    uow: UnitOfWork,
    book_id: int,
    postings: Sequence[Posting],
    ids: Mapping[str, UUID],
    hashes: Mapping[str, bytes],
    *,
    claims: bool,
) -> Sequence[Any]:
    """Claim causes, ensure accounts, lock and read: one round trip. Answers rows of type points_state.

    No cause may stand in `postings` twice; `ids` and `hashes` are by cause.
    """
    named = {leg.account for posting in postings for leg in posting.legs}
    accounts = sorted(named, key=lambda ref: (ref.terms.lock_rank, account_id(book_id, ref)))
    arguments = (
        book_id,
        uow.now,
        uow.actor.id,
        claims,
        array(ids[posting.cause] for posting in postings),
        array(posting.cause for posting in postings),
        array(hashes[posting.cause] for posting in postings),
        array(account_id(book_id, ref) for ref in accounts),
        array(str(ref.kind) for ref in accounts),
        array(ref.owner_id for ref in accounts),
        array(ref.stripe for ref in accounts),
        array(_asks(accounts, postings)),
        array(_lot_accounts(book_id, postings)),
        array(posting.refers_to for posting in postings if posting.mode is Mode.CAPTURE),
        array(posting.refers_to for posting in postings if posting.mode is Mode.REFUND),
    )
    return db.fetch(uow.session, BEGIN_SQL, arguments, flushes=False)


def _asks(accounts: Sequence[AccountRef], postings: Sequence[Posting]) -> list[int]:
    """What is asked of each account that is a stripe of a budget; nothing when no budget pays."""
    asks = dict.fromkeys(accounts, 0)
    for posting in postings:
        for leg in posting.legs:
            if leg.account.kind is AccountKind.SPONSOR_BUDGET and leg.amount is not None and leg.amount < 0:
                asks[leg.account] -= leg.amount
    return list(asks.values()) if any(asks.values()) else []


def _lot_accounts(book_id: int, postings: Sequence[Posting]) -> list[UUID]:
    """Accounts whose lots must be read: those a posting takes from."""
    accounts: set[UUID] = set()
    for posting in postings:
        if posting.mode in (Mode.SPEND, Mode.CAPTURE, Mode.EXPIRE):
            accounts.add(account_id(book_id, posting.legs[0].account))
        accounts.update(account_id(book_id, change.account) for change in posting.lots if change.points < 0)
    return list(accounts)


def read_state(rows: Sequence[Any]) -> tuple[LedgerState, dict[int, DecidedBefore]]:
    """Sort the rows of points_begin: the state they describe, and outcomes of causes decided before, by index."""
    state = LedgerState()
    before: dict[int, DecidedBefore] = {}
    for row in rows:
        what, ordinal, id_, ref, _, day, a, b, c, d, words, detail, content_hash, at = row
        if what == "balance":
            state.balances[id_] = BalanceState(id_, a, b, c, d, content_hash, at, words is not None, c)
        elif what == "lot":
            state.lots_of(id_)[day, ref] = LotState(a, b, c)
        elif what == "outcome":
            before[ordinal - 1] = (id_, words, detail or {}, content_hash)
        else:
            _read_referred(state, row)
    return state, before


def _read_referred(state: LedgerState, row: Any) -> None:
    what, _, id_, ref, ref2, day, a, b, _, _, words, _, _, _ = row
    match what:
        case "hold":
            state.holds[id_] = HoldState(ref, a, words)
        case "hold_lot":
            state.holds[id_].lots.append(((day, ref), a))
        case "taken":
            taken = state.taken.setdefault(id_, TakenState())
            taken.account_id = ref
            taken.pieces.append(((day, ref2), a, b))
        case "given" if id_ in state.taken:
            taken = state.taken[id_]
            taken.taker_id, taken.given_points, taken.given_fen, taken.problem = ref, a, b, words


def write(uow: UnitOfWork, journal: Journal, state: LedgerState) -> None:
    """Write what was decided: one round trip. Refuses PostingMonthClosed."""
    arguments = (
        journal.book_id,
        journal.actor_id,
        *_transaction_columns(journal),
        *_columns(
            ((e.posting, e.line, e.account_id, e.amount, e.version, e.balance_after, e.link) for e in journal.entries),
            7,
        ),
        *_columns(((n, m.key[0], m.key[1], m.points, m.cost_fen, m.restores) for n, m in journal.moves), 6),
        *_columns(((n, state.balances[account].version_before) for account, n in journal.last_entries.items()), 2),
        *_columns(journal.captures, 3),
        *_columns(
            ((cause, str(refused.decline), json.dumps(refused.detail)) for cause, refused in journal.declines), 3
        ),
    )
    with refuse_closed_months(min(t.recorded_at, t.effective_at) for t in journal.transactions):
        db.run(uow.session, WRITE_SQL, arguments, flushes=False)


def _transaction_columns(journal: Journal) -> list[str]:
    rows = (
        (
            t.id,
            str(t.posting.code),
            t.posting.cause,
            t.lines,
            t.posting.evidence,
            t.posting.refers_to if t.posting.mode is Mode.CAPTURE else None,
            t.posting.reverses_id,
            t.posting.refers_to if t.posting.mode in (Mode.REFUND, Mode.EXACT) else None,
            t.recorded_at,
            t.effective_at,
        )
        for t in journal.transactions
    )
    return _columns(rows, 10)


def _columns(rows: Iterable[tuple[object, ...]], width: int) -> list[str]:
    """Turn rows into one array literal per column."""
    columns = list(zip(*rows, strict=True))
    return [array(column) for column in columns] if columns else ["{}"] * width


def array(values: Iterable[object]) -> str:
    """Render a PostgreSQL array literal. Far cheaper than the driver's generic adaptation, which a batch would feel."""
    return "{" + ",".join([_RENDER[type(value)](value) for value in values]) + "}"


def _text(value: Any) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


_RENDER: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: "t" if value else "f",
    int: repr,
    str: _text,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    UUID: lambda value: f"{value.int:032x}",
    date: str,
    datetime: lambda value: f'"{value.isoformat()}"',
}
