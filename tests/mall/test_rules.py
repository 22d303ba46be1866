"""The arithmetic of payments and refunds."""

from hypothesis import given
from hypothesis import strategies as st

from app.mall.rules.earning import kept_of

FEN = st.integers(1, 10**12)


@given(points=st.integers(1, 10**6), awarded=FEN, backs=st.lists(FEN, max_size=8), worth=st.integers(0, 10**6))
def test_whatever_comes_back_in_whatever_parts_no_more_than_its_part_stays(points, awarded, backs, worth):
    kept, back = points, 0
    for each in backs:
        back = min(back + each, awarded)
        left = kept_of(points, min(worth, points), left_fen=awarded - back, awarded_fen=awarded)
        assert 0 <= left <= kept
        assert left * awarded <= points * (awarded - back)
        kept = left
    assert kept == kept_of(points, min(worth, points), left_fen=awarded - back, awarded_fen=awarded) or not backs
