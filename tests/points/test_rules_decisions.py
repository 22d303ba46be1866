"""Which lots a posting takes or fills, decided in memory."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.decisions import Decision, Refused, decide
from app.points.rules.journal import Journal
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.rules.state import BalanceState, HoldState, LedgerState, LotState, TakenState
from app.points.terms import AccountKind, Code, Decline, Mode
from tests.points.ledger import ANNA, BORIS, SHOP, named

BOOK = 1
TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
B1, B2 = sorted((named("budget one"), named("budget two")))
PASSBOOK = AccountRef(AccountKind.RESIDENT, ANNA)
ACCOUNT = account_id(BOOK, PASSBOOK)
BORIS_ACCOUNT = account_id(BOOK, AccountRef(AccountKind.RESIDENT, BORIS))
TAKER = account_id(BOOK, AccountRef(AccountKind.MERCHANT_POINTS, SHOP))
HOLD, TX = named("hold"), named("transaction")
SPEND_LEGS = (
    Leg(PASSBOOK),
    Leg(AccountRef(AccountKind.MERCHANT_POINTS, SHOP)),
    Leg(AccountRef(AccountKind.POINTS_LIABILITY)),
    Leg(AccountRef(AccountKind.MERCHANT_PAYABLE, SHOP)),
)
REFUND_LEGS = (SPEND_LEGS[1], SPEND_LEGS[0], SPEND_LEGS[3], SPEND_LEGS[2])

days = st.integers(-40, 40).map(lambda n: TODAY + timedelta(days=n))
keys = st.tuples(days, st.sampled_from([B1, B2]))


@st.composite
def lots(draw):
    left = draw(st.integers(1, 10**6))
    return LotState(left, draw(st.integers(0, left)), draw(st.integers(0, 10**8)))


def state_of(lots: dict, *, frozen: bool = False) -> LedgerState:
    posted, held = sum(x.left for x in lots.values()), sum(x.held for x in lots.values())
    balance = BalanceState(ACCOUNT, posted, held, 3, 0, bytes(32), NOW, frozen, 3)
    return LedgerState(balances={ACCOUNT: balance}, lots={ACCOUNT: lots})


def spend(points: int) -> Posting:
    return Posting("c", Code.REDEMPTION, SPEND_LEGS, Mode.SPEND, points)


def capture(points: int | None = None) -> Posting:
    return Posting("c", Code.REDEMPTION, SPEND_LEGS, Mode.CAPTURE, points, HOLD)


def refund(points: int | None, lapsed_to: date = TODAY + timedelta(days=30)) -> Posting:
    return Posting("c", Code.REFUND, REFUND_LEGS, Mode.REFUND, points, TX, lapsed_to=lapsed_to)


def expire(budget: UUID) -> Posting:
    return Posting("c", Code.EXPIRY, SPEND_LEGS, Mode.EXPIRE, None, budget)


@given(st.dictionaries(keys, lots(), max_size=8), st.integers(1, 10**7), st.booleans())
def test_spending_takes_earliest_expiry_first_and_only_what_is_free_and_not_lapsed(found, wanted, frozen):
    decision = decide(state_of(found, frozen=frozen), BOOK, spend(wanted), TODAY)
    spendable = {key: lot.left - lot.held for key, lot in sorted(found.items()) if key[0] >= TODAY}
    if frozen:
        assert decision == Refused(Decline.ACCOUNT_FROZEN)
    elif sum(spendable.values()) < wanted:
        assert decision == Refused(Decline.INSUFFICIENT, {"available": sum(spendable.values()), "requested": wanted})
    else:
        expected, need = {}, wanted
        for key, free in spendable.items():
            take = min(free, need)
            need -= take
            if take:
                expected[key] = -take
        assert {move.key: move.points for move in decision.moves} == expected
        assert list(expected) == [move.key for move in decision.moves]
        assert decision.amounts == (-wanted, wanted, -decision.cost_fen, decision.cost_fen)
        assert decision.cost_fen == -sum(move.cost_fen for move in decision.moves)
        for move in decision.moves:
            lot = found[move.key]
            assert 0 <= -move.cost_fen <= lot.cost_fen
            if -move.points == lot.left:
                assert -move.cost_fen == lot.cost_fen


@given(st.dictionaries(keys, lots(), max_size=8), st.sampled_from([B1, B2]))
def test_expiry_takes_every_free_point_of_lapsed_lots_of_its_budget_and_no_other(found, budget):
    decision = decide(state_of(found, frozen=True), BOOK, expire(budget), TODAY)  # freezing stops no expiry
    due = {k: x.held - x.left for k, x in found.items() if k[0] < TODAY and k[1] == budget and x.left > x.held}
    if due:
        assert {move.key: move.points for move in decision.moves} == due
    else:
        assert decision == Refused(Decline.NOTHING_DUE)


def test_the_last_day_of_a_lot_is_still_spendable_and_the_day_after_it_lapsed():
    found = {(TODAY, B1): LotState(5, 0, 50)}
    assert isinstance(decide(state_of(found), BOOK, spend(5), TODAY), Decision)
    assert decide(state_of(found), BOOK, expire(B1), TODAY) == Refused(Decline.NOTHING_DUE)
    tomorrow = TODAY + timedelta(days=1)
    assert isinstance(decide(state_of(found), BOOK, spend(5), tomorrow), Refused)
    assert isinstance(decide(state_of(found), BOOK, expire(B1), tomorrow), Decision)


@given(st.integers(1, 10**6), st.integers(0, 10**9), st.lists(st.integers(1, 10**4), min_size=1, max_size=60))
def test_a_lot_gives_exactly_its_cost_however_it_is_spent(left, cost, takes):
    lot, given_fen = LotState(left, 0, cost), 0
    for take in takes:
        if take <= lot.left:
            fen = lot.cost_of(take)
            assert 0 <= fen <= lot.cost_fen
            lot.left -= take
            lot.cost_fen -= fen
            given_fen += fen
    if lot.left:
        given_fen += lot.cost_of(lot.left)
    assert given_fen == cost


def holding(found: dict, reserved: list, *, account: UUID = ACCOUNT, problem: str | None = None, frozen=False):
    state = state_of(found, frozen=frozen)
    state.holds[HOLD] = HoldState(account, sum(points for _, points in reserved), problem, reserved)
    return state


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.data())
def test_capturing_takes_the_earliest_of_what_is_held_and_frees_the_rest(reserved, data):
    wanted = data.draw(st.none() | st.integers(1, sum(reserved) + 3))
    lot_keys = [(TODAY + timedelta(days=n - 2), B1) for n in range(len(reserved))]  # lapsed lots are captured as well
    found = {key: LotState(points + 7, points, 0) for key, points in zip(lot_keys, reserved, strict=True)}
    state = holding(found, list(zip(lot_keys, reserved, strict=True)))
    decision = decide(state, BOOK, capture(wanted), TODAY)
    if wanted is not None and wanted > sum(reserved):
        assert decision == Refused(Decline.OVER_CAPTURE, {"available": sum(reserved), "requested": wanted})
        return
    need = wanted or sum(reserved)
    assert decision.amounts[:2] == (-need, need)
    assert decision.unheld == sum(reserved)
    for move, points in zip(decision.moves, reserved, strict=True):
        assert move.held == -points
        assert move.points == -min(points, need)
        need -= min(points, need)


@pytest.mark.parametrize("problem", ["hold_captured", "hold_released", "hold_expired"])
def test_a_hold_that_ended_is_not_captured(problem):
    key = (TODAY, B1)
    state = holding({key: LotState(9, 0, 0)}, [(key, 5)], problem=problem)
    assert decide(state, BOOK, capture(), TODAY) == Refused(Decline(problem))


def test_a_hold_of_somebody_else_is_not_found_and_a_frozen_passbook_captures_nothing():
    key = (TODAY, B1)
    state = holding(
        {key: LotState(9, 5, 0)}, [(key, 5)], account=account_id(BOOK, AccountRef(AccountKind.RESIDENT, BORIS))
    )
    assert decide(state, BOOK, capture(), TODAY) == Refused(Decline.NOT_FOUND)
    assert decide(state_of({}), BOOK, capture(), TODAY) == Refused(Decline.NOT_FOUND)
    frozen = holding({key: LotState(9, 5, 0)}, [(key, 5)], frozen=True)
    assert decide(frozen, BOOK, capture(), TODAY) == Refused(Decline.ACCOUNT_FROZEN)


@given(
    st.dictionaries(keys, st.tuples(st.integers(1, 1000), st.integers(0, 10**6)), min_size=1, max_size=6),
    st.lists(st.integers(1, 900), max_size=12),
)
def test_partial_refunds_add_up_to_what_was_taken_to_the_fen(pieces, asked):
    """However the refunds are cut: never more than taken, the longest lived first, nothing lost, nothing made."""
    newest_first = [(key, *pieces[key]) for key in sorted(pieces, reverse=True)]
    total, cost = sum(p for p, _ in pieces.values()), sum(f for _, f in pieces.values())
    taken = TakenState(ACCOUNT, TAKER, newest_first)
    state = state_of({})
    state.taken[TX] = taken
    for points in [*asked, None]:
        decision = decide(state, BOOK, refund(points), TODAY)
        left = total - taken.given_points
        if points is None and not left:
            assert decision.decline is Decline.OVER_REFUND
            break
        if points is not None and points > left:
            assert decision == Refused(Decline.OVER_REFUND, {"available": left, "requested": points})
            continue
        assert sum(move.points for move in decision.moves) == (left if points is None else points)
        assert len({(move.account_id, move.key) for move in decision.moves}) == len(decision.moves)
        assert all(move.points > 0 and move.cost_fen >= 0 for move in decision.moves)
        assert decision.amounts == (-decision.points, decision.points, -decision.cost_fen, decision.cost_fen)
        assert all(move.key[0] >= TODAY for move in decision.moves)
        taken.given_points += decision.points
        taken.given_fen += decision.cost_fen
    assert (taken.given_points, taken.given_fen) == (total, cost)


def test_a_refund_goes_back_to_its_lots_or_to_one_lot_of_grace_per_budget():
    alive = (TODAY + timedelta(days=9), B1)
    grace = TODAY + timedelta(days=30)
    state = state_of({})
    pieces = [(alive, 5, 50), ((TODAY - timedelta(days=1), B2), 1, 3), ((TODAY - timedelta(days=1), B1), 4, 40)]
    pieces.append(((TODAY - timedelta(days=9), B1), 3, 30))
    state.taken[TX] = TakenState(ACCOUNT, TAKER, pieces)
    decision = decide(state, BOOK, refund(None), TODAY)
    moves = {move.key: (move.points, move.cost_fen, move.restores) for move in decision.moves}
    assert moves == {alive: (5, 50, True), (grace, B2): (1, 3, False), (grace, B1): (7, 70, False)}
    # where the lot of grace is one that points were taken from, it issues what came from elsewhere
    decision = decide(state, BOOK, refund(None, lapsed_to=alive[0]), TODAY)
    assert {move.key: (move.points, move.restores) for move in decision.moves}[alive] == (12, False)


def test_a_refund_of_nothing_known_or_of_a_reversed_act_is_declined():
    assert decide(state_of({}), BOOK, refund(1), TODAY) == Refused(Decline.NOT_FOUND)
    state = state_of({})
    state.taken[TX] = TakenState(ACCOUNT, TAKER, [((TODAY, B1), 5, 5)], problem="already_reversed")
    assert decide(state, BOOK, refund(1), TODAY) == Refused(Decline.ALREADY_REVERSED)
    for resident, taker in ((BORIS_ACCOUNT, TAKER), (ACCOUNT, BORIS_ACCOUNT)):
        state.taken[TX] = TakenState(resident, taker, [((TODAY, B1), 5, 5)])
        assert decide(state, BOOK, refund(1), TODAY) == Refused(Decline.NOT_FOUND)


def exact(*changes: LotChange) -> Posting:
    total = sum(change.points for change in changes)
    legs = (Leg(PASSBOOK, total), Leg(AccountRef(AccountKind.ISSUANCE), -total))
    return Posting("c", Code.REVERSAL, legs, lots=changes)


def test_an_exact_posting_takes_from_a_lot_only_what_is_free_in_it_however_often_it_is_named():
    key = (TODAY, B1)
    state = state_of({key: LotState(10, 3, 100)})
    seven = LotChange(PASSBOOK, *key, -7, -70)
    assert isinstance(decide(state, BOOK, exact(seven), TODAY), Decision)
    assert decide(state, BOOK, exact(seven, LotChange(PASSBOOK, *key, -1, -10)), TODAY) == Refused(
        Decline.ALREADY_SPENT, {"available": 7}
    )
    assert decide(state, BOOK, exact(LotChange(PASSBOOK, TODAY, B2, -1, 0)), TODAY) == Refused(
        Decline.ALREADY_SPENT, {"available": 0}
    )
    too_dear = exact(LotChange(PASSBOOK, *key, -1, -101))
    assert decide(state, BOOK, too_dear, TODAY).decline is Decline.ALREADY_SPENT


def test_a_decline_leaves_the_state_as_it_was_and_a_decision_is_applied_by_the_journal_alone():
    found = {(TODAY, B1): LotState(10, 0, 99)}
    state = state_of(found)
    before = repr(state)
    decision = decide(state, BOOK, spend(4), TODAY)
    decide(state, BOOK, spend(11), TODAY)
    assert repr(state) == before
    journal = Journal(BOOK, ANNA, NOW)
    assert journal.write(state, TX, spend(4), decision) == 6
    assert (found[TODAY, B1].left, found[TODAY, B1].cost_fen) == (6, 99 - decision.cost_fen)
    assert state.balances[ACCOUNT].posted == 6
