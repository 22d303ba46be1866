"""Opening balances by the page: the same bytes as everywhere, all or nothing, and their taking back."""

from datetime import date

import pytest
from sqlalchemy import ARRAY, BigInteger, Date, Text, Uuid, column, func, literal, select, text
from sqlalchemy.exc import IntegrityError

from app.points import errors, queries
from app.points import service as points
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import OPENINGS_LIST_MAX, OPENINGS_PAGE_MAX, POINTS_MAX, AccountKind
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger

DAY = date(2027, 1, 31)


def rows(count, points_=3, day=DAY):
    return [(named(f"opened {n}"), points_, day) for n in range(count)]


def query(some, **columns):
    """A query that gives these rows, as one over a table of another feature would."""
    named_ = [column(name, kind) for name, kind in columns.items()]
    arrays = [literal([row[n] for row in some], ARRAY(kind)) for n, kind in enumerate(columns.values())]
    return select(*func.unnest(*arrays).table_valued(*named_).render_derived().c)


def open_(acts, some, *, cause="import:1", first_page=1):
    listed = query(some, resident_id=Uuid, points=BigInteger, expires_on=Date)
    return points.open_passbooks(
        acts.uow, acts.book, budget_id=acts.ledger.budget_id, cause=cause, first_page=first_page, rows=listed
    )


def record(uow, ledger, *pairs):
    points.record_paper_passbooks(uow, ledger.id, numbers=query(pairs, resident_id=Uuid, passbook_no=Text))


def test_a_page_opens_passbooks_out_of_the_budget_with_its_money(acts, ledger):
    before = acts.trial()
    assert open_(acts, [(ANNA, 30, DAY), (BORIS, 5, date(2026, 12, 31))]) == 1
    after = acts.trial()
    assert after["resident"] == 35
    assert after["sponsor_budget"] == before["sponsor_budget"] - 35
    assert (after["points_liability"], after["budget_reserve"]) == (350, before["budget_reserve"] - 350)
    assert acts.available(ANNA) == 30
    lots = queries.list_lots(acts.uow.session, ledger.id, ledger.passbook(BORIS), today=date(2026, 6, 15))
    assert [(lot.expires_on, lot.points_left, lot.cost_left_fen) for lot in lots] == [(date(2026, 12, 31), 5, 50)]
    acts.redeem(ANNA, 12)
    acts.award(ANNA, 4)
    assert acts.available(ANNA) == 22


def test_the_accounts_of_a_page_have_the_ids_their_names_give(acts, ledger, session):
    open_(acts, [(ANNA, 30, DAY)])
    assert session.scalar(text("SELECT id FROM points_accounts WHERE owner_id = :o"), {"o": ANNA}) == account_id(
        ledger.id, AccountRef(AccountKind.RESIDENT, ANNA)
    )


def test_a_list_is_cut_into_pages_and_takes_from_many_stripes(acts):
    assert open_(acts, rows(2 * OPENINGS_PAGE_MAX + 1, points_=10)) == 3
    assert acts.trial()["resident"] == 20_010


def test_the_last_point_of_a_budget_can_be_opened_with_and_not_one_more(uow, acts):
    with pytest.raises(errors.BudgetTooSmall) as refused, uow.session.begin_nested():
        open_(acts, rows(2, points_=50_001))
    assert refused.value.params["missing"] == 2
    open_(acts, rows(2, points_=50_000))
    assert acts.trial()["sponsor_budget"] == 0


def test_points_without_money_book_no_money(uow, acts):
    free = Acts(uow, open_ledger(uow, value_fen=0))
    open_(free, rows(3))
    assert set(free.trial()) == {"issuance", "sponsor_budget", "resident"}


def test_a_passbook_that_is_there_already_fails_the_page(uow, acts):
    acts.award(ANNA, 1)
    with pytest.raises(Exception, match="duplicate key"), uow.session.begin_nested():
        open_(acts, [(ANNA, 30, DAY)])


def test_what_no_page_may_hold(uow, acts):
    with pytest.raises(errors.PostingInvalid):
        open_(acts, [(ANNA, 30, DAY), (ANNA, 1, DAY)])
    for wrong in (0, POINTS_MAX + 1):
        with pytest.raises(errors.PostingInvalid):
            open_(acts, [(ANNA, wrong, DAY)])
    with pytest.raises(errors.PostingInvalid):
        open_(acts, rows(OPENINGS_LIST_MAX + 1))
    assert open_(acts, []) == 0
    with pytest.raises(errors.ExpiryDatePast):
        open_(acts, [(ANNA, 1, date(2026, 6, 14))])


@pytest.mark.parametrize(("value_fen", "pages"), [(0, [2, 2, 1]), (2000, [1, 1, 1, 1, 1])])
def test_pages_end_before_a_leg_carries_too_much(uow, value_fen, pages):
    rich = Acts(uow, open_ledger(uow, value_fen=value_fen))
    for _ in range(5):
        if value_fen:
            rich.fund(400_000_000 * value_fen)
        rich.mint(400_000_000)
    assert open_(rich, [(named(f"rich {n}"), 400_000_000, DAY) for n in range(5)]) == len(pages)
    legs = text(
        "SELECT count(*) FROM points_lot_moves m JOIN points_transactions t ON t.book_id = m.book_id"
        " AND t.id = m.transaction_id WHERE t.book_id = :b GROUP BY t.cause ORDER BY t.cause"
    )
    assert list(uow.session.scalars(legs, {"b": rich.ledger.id})) == pages


def test_openings_are_taken_back_as_a_whole(acts, ledger, uow):
    before = {kind: amount for kind, amount in acts.trial().items() if amount}
    open_(acts, rows(30))
    transactions, moved = points.lock_openings(uow, ledger.id, causes=["import:1:1", "import:1:2"])
    assert (len(transactions), moved.count) == (1, 0)
    points.take_back_openings(uow, ledger.id, transactions=transactions, reason="wrong list")
    assert {kind: amount for kind, amount in acts.trial().items() if amount} == before
    assert points.lock_openings(uow, ledger.id, causes=["import:1:1"])[0] == []


def test_who_spent_or_holds_points_of_an_opening_is_named(acts, ledger, uow):
    open_(acts, [(ANNA, 30, DAY), (BORIS, 5, DAY), (named("carl"), 5, DAY)])
    acts.redeem(ANNA, 1)
    acts.hold(BORIS, 1)
    transactions, moved = points.lock_openings(uow, ledger.id, causes=["import:1:1"])
    assert moved.count == 2
    assert set(moved.owner_ids) == {ANNA, BORIS}
    with pytest.raises(errors.OpeningsMoved):
        points.take_back_openings(uow, ledger.id, transactions=transactions, reason="wrong list")


def test_paper_passbooks_are_found_by_resident_and_by_number(acts, ledger, uow):
    acts.opening(ANNA, 3, DAY, cause="opening:1:A1")
    record(uow, ledger, (BORIS, 'B"1'))
    assert queries.taken_over_numbers(uow.session, ledger.id, ["A1", 'B"1', "C1"]) == {"A1", 'B"1'}
    assert queries.paper_numbers_of(uow.session, ledger.id, [ANNA, BORIS]) == {BORIS: 'B"1'}
    assert queries.find_owner_of_paper(uow.session, ledger.id, 'B"1') == BORIS
    points.forget_paper_passbooks(uow, ledger.id, resident_ids=[BORIS])
    assert queries.taken_over_numbers(uow.session, ledger.id, ['B"1']) == set()


def test_a_number_that_was_declined_first_counts_once_a_later_attempt_succeeded(acts, ledger, uow):
    row = points.PaperPassbook("D1", ANNA, 100_001, DAY)
    take = {"book": ledger.book.code, "budget_id": ledger.budget_id, "rows": [row]}
    assert points.take_over_passbooks(uow, **take).refused == 1
    assert queries.taken_over_numbers(uow.session, ledger.id, ["D1"]) == set()
    acts.fund(10)
    acts.mint(1)
    assert points.take_over_passbooks(uow, **take).taken_over == 1
    assert queries.taken_over_numbers(uow.session, ledger.id, ["D1"]) == {"D1"}


def test_a_passbook_that_came_with_a_file_is_not_taken_over_by_hand(acts, ledger, uow):
    record(uow, ledger, (BORIS, "B1"))
    row = points.PaperPassbook("B1", ANNA, 3, DAY)
    with pytest.raises(errors.PassbookTakenOver):
        points.take_over_passbooks(uow, book=ledger.book.code, budget_id=ledger.budget_id, rows=[row])
    assert "resident" not in acts.trial()


def test_two_residents_cannot_have_one_paper_passbook(ledger, uow):
    record(uow, ledger, (BORIS, "B1"))
    with pytest.raises(IntegrityError), uow.session.begin_nested():
        record(uow, ledger, (ANNA, "B1"))


def test_households_are_joined_and_left_by_thousands(acts, ledger, uow):
    people = [named(f"at home {n}") for n in range(2000)]
    points.join_households(uow, ledger.id, members=dict.fromkeys(people, ANNA))
    points.join_households(uow, ledger.id, members={people[0]: BORIS})
    assert queries.households_of(uow.session, ledger.id, people[:2]) == {people[0]: BORIS, people[1]: ANNA}
    points.leave_households(uow, ledger.id, resident_ids=people[1:])
    assert queries.households_of(uow.session, ledger.id, people[:2]) == {people[0]: BORIS}


def test_new_residents_are_settled_by_a_query_and_nobody_twice(ledger, uow):
    homes = query([(ANNA, BORIS)], resident_id=Uuid, household_id=Uuid)
    points.settle_households(uow, ledger.id, members=homes)
    assert queries.households_of(uow.session, ledger.id, [ANNA]) == {ANNA: BORIS}
    with pytest.raises(IntegrityError), uow.session.begin_nested():
        points.settle_households(uow, ledger.id, members=homes)


def test_passbooks_that_moved_otherwise_have_a_history(acts, ledger, uow):
    open_(acts, [(ANNA, 30, DAY), (BORIS, 5, DAY)])
    acts.award(BORIS, 1)
    assert queries.owners_with_history(uow.session, ledger.id, [ANNA, BORIS]) == {BORIS}
    transactions, _ = points.lock_openings(uow, ledger.id, causes=["import:1:1"])
    points.take_back_openings(uow, ledger.id, transactions=transactions, reason="wrong list")
    assert queries.owners_with_history(uow.session, ledger.id, [ANNA, BORIS]) == {BORIS}
