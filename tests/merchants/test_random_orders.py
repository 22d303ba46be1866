"""Attack 23: capture, refund and reverse in any order, of several redemptions: the sums hold after every act."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.errors import Declined, DomainError
from app.merchants.models import Redemption
from tests.merchants.till import Till
from tests.points.ledger import ANNA

CREDITS = 100
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["authorise", "authorise", "capture", "refund", "refund", "reverse", "wait", "long wait"]),
        st.integers(0, 3),
        st.integers(1, 60),
    ),
    max_size=25,
)


def figures(session, book_id):
    """What is held, taken and given back by the redemptions' own rows."""
    rows = session.query(Redemption).where(Redemption.book_id == book_id).all()
    for row in rows:
        assert row.refunded_points <= (row.captured_points or 0) <= (row.points or 0)
    return sum((row.captured_points or 0) - row.refunded_points for row in rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(ACTS)
def test_no_order_of_acts_breaks_the_sums(acts, till, played):
    session = acts.uow.session
    with session.begin_nested() as everything:
        at, made = Till(acts.uow, till.book, till.shop_id), []
        for act, which, points in played:
            with suppress(DomainError, IndexError), session.begin_nested() as attempt:
                try:
                    made += step(at, act, made, which, points)
                except Declined:
                    attempt.commit()  # a decline stays, as in the unit of work
                    raise
            if "wait" in act:
                at = at.later(minutes=16 if act == "wait" else 60 * 24)
            now = replace(acts, uow=at.uow)
            taken, book = figures(session, acts.ledger.id), now.figures(ANNA)
            assert book.posted == CREDITS - taken
            assert 0 <= book.held <= book.posted
        everything.rollback()
    session.expire_all()


def step(till, act, made, which, points):
    if act == "authorise":
        return [till.authorise(points)]
    if act == "capture":
        till.capture(made[which], points if points % 2 else None)
    if act == "refund":
        till.refund(made[which], points)
    if act == "reverse":
        till.reverse(made[which])
    return []
