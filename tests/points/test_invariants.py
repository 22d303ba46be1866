"""What holds all other tests' books to be sound sees what is wrong with one, and names it."""

import psycopg

from tests.points import invariants
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA

WRONGS = {
    "UPDATE points_entries SET amount = amount + 1 WHERE line = 1": "a transaction does not sum to zero",
    "UPDATE points_transactions SET lines = lines + 1": "a transaction lacks lines",
    "UPDATE points_balances SET posted = posted + 1": "a balance is not the sum of its entries",
    "UPDATE points_lots SET points_left = points_left + 1": "a passbook is not the sum of its lots",
    "UPDATE points_lot_moves SET points = points + 1": "a lot is not the sum of its moves",
    "UPDATE points_lots SET cost_left_fen = cost_left_fen + 1": (
        "the money behind the lots is not the points' liability"
    ),
    "UPDATE points_budgets SET point_value_fen = point_value_fen + 1": (
        "a budget's reserve is not the money behind the points on its stripes and in its allotments"
    ),
    "UPDATE points_lots SET held = held - 1": "what a lot holds is not the sum of its open holds",
    "UPDATE points_holds SET open = false": "a hold and its resolution disagree",
    "UPDATE points_outcomes SET decline = 'x'": "an outcome and its act disagree",
    "DELETE FROM points_outcomes": "a transaction has no outcome",
    "UPDATE points_transactions SET recorded_at = recorded_at - random() * interval '1 day'": (
        "time runs back on an account"
    ),
    "UPDATE points_entries SET chain = sha256(chain) WHERE version > 0": "the chain of",
}


def test_each_wrong_is_found_and_named(real_commits):
    ledger = commit_ledger()
    for _ in range(20):
        commit(ledger, lambda acts: acts.award(ANNA, 50))
    commit(ledger, lambda acts: acts.redeem(ANNA, 7))
    commit(ledger, lambda acts: acts.hold(ANNA, 5))
    found = {}
    with psycopg.connect(real_commits.extensions["linli.test_database"].superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")  # past the guards and the constraints of keys
        connection.commit()
        fetch = invariants.fetch_on(connection)
        assert invariants.list_wrongs(fetch, ledger.id) == []
        for wrong, name in WRONGS.items():
            connection.execute(wrong)
            found[wrong] = [said for said in invariants.list_wrongs(fetch, ledger.id) if said.startswith(name)]
            connection.rollback()
    assert [wrong for wrong, said in found.items() if not said] == []
