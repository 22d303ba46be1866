"""A year's figures equal what adding up every entry by itself gives."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.points.rules import years
from app.points.rules.years import CodeSum, Flow
from app.points.terms import PASSBOOK_CODES, Code

TODAY = date(2026, 12, 31)
# the direction a code moves a passbook in; both for those that may
SIGN = {Code.REDEMPTION: -1, Code.EXPIRY: -1, Code.AWARD: 1, Code.REPORT_AWARD: 1, Code.REFUND: 1}
entries = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(PASSBOOK_CODES), st.integers(1, 1000), st.sampled_from([-1, 1])).map(
        lambda entry: (entry[0], entry[1], entry[2] * SIGN.get(entry[1], entry[3]))
    )
)


def sums_of(rows) -> list[CodeSum]:
    keys = sorted({(month, code) for month, code, _ in rows})
    sums = []
    for key in keys:
        amounts = [amount for month, code, amount in rows if (month, code) == key]
        taken = -sum(amount for amount in amounts if amount < 0)
        sums.append(CodeSum(*key, sum(amounts) + taken, taken, len(amounts)))
    return sums


@given(entries, st.integers(0, 1000))
def test_months_and_kinds_add_up_to_the_entries(rows, opening):
    sums = sums_of(rows)
    ends = [opening + sum(amount for month, _, amount in rows if month <= end) for end in range(1, 13)]
    months = years.by_month(2026, sums, ends, today=TODAY)
    assert [month.month for month in months] == [date(2026, n, 1) for n in range(1, 13)]
    for before, month in zip([opening, *ends], months, strict=False):
        assert month.balance == before + month.flow.net
        of_it = [(code, amount) for at, code, amount in rows if at == month.month.month]
        assert month.flow.earned == sum(amount for code, amount in of_it if code in {Code.AWARD, Code.REPORT_AWARD})
        assert month.flow.spent == -sum(amount for code, amount in of_it if code == Code.REDEMPTION)
        assert month.flow.refunded == sum(amount for code, amount in of_it if code == Code.REFUND)
        assert month.flow.expired == -sum(amount for code, amount in of_it if code == Code.EXPIRY)
    assert opening + years.total(sums).net == ends[-1]
    kinds = years.by_kind(sums)
    assert {kind.code for kind in kinds} == {code for _, code, _ in rows}
    assert sum(kind.points_in - kind.points_out for kind in kinds) == sum(amount for _, _, amount in rows)
    assert sum(kind.entries for kind in kinds) == len(rows)
    sizes = [max(kind.points_in, kind.points_out) for kind in kinds]
    assert sizes == sorted(sizes, reverse=True)


def test_months_that_have_not_begun_have_no_balance():
    months = years.by_month(2026, [], [7] * 12, today=date(2026, 3, 1))
    assert [month.balance for month in months] == [7, 7, 7] + [None] * 9


def test_a_year_is_cut_at_the_districts_midnights():
    edges = years.month_edges(2026)
    assert len(edges) == 13
    assert edges[0] == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert edges[2] == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert edges[12] == datetime(2026, 12, 31, 16, tzinfo=UTC)


def test_nothing_moved_nothing():
    assert years.total([]) == Flow()
    assert years.by_kind([]) == []
