"""How each posting is decided: which lots it takes or fills, or why it is declined. Pure, and in memory.

A decision changes the state it was given only when it is not a decline, so the postings of a batch are decided one
after another as if each were alone.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from app.points.rules.accounts import account_id
from app.points.rules.postings import Posting
from app.points.rules.state import BalanceState, LedgerState, LotKey
from app.points.terms import AccountKind, Asset, Decline, Mode


@dataclass(frozen=True, slots=True)
class Refused:
    """A decline, with what the refusal's sentence needs. `dry` names a budget whose stripe ran dry."""

    decline: Decline
    detail: dict[str, int] = field(default_factory=dict)
    dry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Points and cost into (+) or out of (-) one lot. `held`: change of what is set aside in it."""

    account_id: UUID
    key: LotKey
    points: int
    cost_fen: int
    restores: bool = False
    held: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a posting does: the signed amount of each of its legs, its lot moves, the held points it frees."""

    amounts: tuple[int, ...]
    moves: tuple[Move, ...] = ()
    unheld: int = 0
    points: int = 0
    cost_fen: int = 0


def decide(state: LedgerState, book_id: int, posting: Posting, today: date) -> Decision | Refused:
    """Decide one posting on the state as it stands. Does not change it: `journal.apply` does."""
    return _DECIDERS[posting.mode](state, book_id, posting, today)


def _decide_exact(state: LedgerState, book_id: int, posting: Posting, _today: date) -> Decision | Refused:
    moves = _merged(
        [
            Move(account_id(book_id, c.account), (c.expires_on, c.budget_id), c.points, c.cost_fen, c.restores)
            for c in posting.lots
        ]
    )
    for move in moves:
        if move.points < 0:
            lot = state.lots_of(move.account_id).get(move.key)
            if lot is None or lot.free < -move.points or lot.cost_fen < -move.cost_fen:
                return Refused(Decline.ALREADY_SPENT, {"available": 0 if lot is None else lot.free})
    for leg in posting.legs:
        balance = state.balances.get(account_id(book_id, leg.account))
        amount = leg.amount or 0
        if balance is not None and amount < 0 and balance.free < -amount:
            dry = leg.account.owner_id if leg.account.kind is AccountKind.SPONSOR_BUDGET else None
            return Refused(Decline.INSUFFICIENT, {"available": balance.free, "requested": -amount}, dry=dry)
    amounts = tuple(leg.amount or 0 for leg in posting.legs)
    moved = dict.fromkeys(Asset, 0)  # what went in, of each: the figures a replay reads from the entries
    for leg, amount in zip(posting.legs, amounts, strict=True):
        moved[leg.account.terms.asset] += max(amount, 0)
    return Decision(amounts, tuple(moves), points=moved[Asset.POINTS], cost_fen=moved[Asset.FEN])


def _decide_spend(state: LedgerState, book_id: int, posting: Posting, today: date) -> Decision | Refused:
    account = account_id(book_id, posting.legs[0].account)
    need = wanted = posting.points or 0
    if state.balances[account].frozen:
        return Refused(Decline.ACCOUNT_FROZEN)
    lots = state.lots_of(account)
    moves = []
    for key in sorted(lots):
        lot = lots[key]
        take = min(lot.free, need)
        if key[0] < today or take <= 0:
            continue
        moves.append(Move(account, key, -take, -lot.cost_of(take)))
        need -= take
        if not need:
            return _taking(moves)
    return Refused(Decline.INSUFFICIENT, {"available": wanted - need, "requested": wanted})


def _decide_expire(state: LedgerState, book_id: int, posting: Posting, today: date) -> Decision | Refused:
    account = account_id(book_id, posting.legs[0].account)
    lots = state.lots_of(account)
    due = [key for key in sorted(lots) if key[0] < today and key[1] == posting.refers_to and lots[key].free > 0]
    if not due:
        return Refused(Decline.NOTHING_DUE)
    return _taking([Move(account, key, -lots[key].free, -lots[key].cost_of(lots[key].free)) for key in due])


def _decide_capture(state: LedgerState, book_id: int, posting: Posting, _today: date) -> Decision | Refused:
    account = account_id(book_id, posting.legs[0].account)
    hold = state.holds.get(posting.refers_to) if posting.refers_to else None
    if hold is None or hold.account_id != account:
        return Refused(Decline.NOT_FOUND)
    if hold.problem is not None:
        return Refused(Decline(hold.problem))
    if state.balances[account].frozen and not posting.although_frozen:
        return Refused(Decline.ACCOUNT_FROZEN)
    need = wanted = posting.points or hold.points
    if wanted > hold.points:
        return Refused(Decline.OVER_CAPTURE, {"available": hold.points, "requested": wanted})
    lots = state.lots_of(account)
    moves = []
    for key, reserved in hold.lots:
        take = min(reserved, need)
        need -= take
        moves.append(Move(account, key, -take, -lots[key].cost_of(take) if take else 0, held=-reserved))
    return _taking(moves, unheld=hold.points)


def _decide_refund(state: LedgerState, book_id: int, posting: Posting, today: date) -> Decision | Refused:
    account = account_id(book_id, posting.legs[1].account)
    taken = state.taken.get(posting.refers_to) if posting.refers_to else None
    taker = account_id(book_id, posting.legs[0].account)
    if taken is None or taken.account_id != account or taken.taker_id != taker:
        return Refused(Decline.NOT_FOUND)
    if taken.problem is not None:
        return Refused(Decline(taken.problem))
    pieces = taken.remaining()
    refundable = sum(points for _, points, _ in pieces)
    need = wanted = posting.points or refundable
    if not refundable or wanted > refundable:
        return Refused(Decline.OVER_REFUND, {"available": refundable, "requested": wanted})
    moves = []
    for key, points, fen in pieces:
        back = min(points, need)
        if back:
            lapsed = key[0] < today
            target = (posting.lapsed_to or today, key[1]) if lapsed else key
            moves.append(
                Move(account, target, back, fen if back == points else fen * back // points, restores=not lapsed)
            )
            need -= back
    return _taking(_merged(moves), sign=-1)


def _merged(moves: list[Move]) -> list[Move]:
    """One move per lot: pieces of several lapsed lots are given back into one and the same lot of grace."""
    if len(moves) < 2:
        return moves
    by_lot: dict[tuple[UUID, LotKey], Move] = {}
    for move in moves:
        other = by_lot.get((move.account_id, move.key))
        by_lot[move.account_id, move.key] = (
            move
            if other is None
            else replace(
                move,
                points=move.points + other.points,
                cost_fen=move.cost_fen + other.cost_fen,
                restores=move.restores and other.restores,
            )
        )
    return list(by_lot.values())


def _taking(moves: list[Move], *, unheld: int = 0, sign: int = 1) -> Decision:
    """Legs: points from, points to, money from, money to. The passbook is `from`, or `to` for a refund: same signs."""
    points = -sign * sum(move.points for move in moves)
    fen = -sign * sum(move.cost_fen for move in moves)
    return Decision((-points, points, -fen, fen), tuple(moves), unheld, points, fen)


_DECIDERS = {
    Mode.EXACT: _decide_exact,
    Mode.SPEND: _decide_spend,
    Mode.EXPIRE: _decide_expire,
    Mode.CAPTURE: _decide_capture,
    Mode.REFUND: _decide_refund,
}


def strict_balances(state: LedgerState, book_id: int, posting: Posting) -> list[BalanceState | None]:
    """The balance of each leg's account; None where the account is folded."""
    return [state.balances.get(account_id(book_id, leg.account)) for leg in posting.legs]
