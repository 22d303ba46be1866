"""What may be asked of the posting door, and what makes two requests the same act."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.points.errors import PostingInvalid
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, LotChange, Posting, check_amount, check_batch, check_hold
from app.points.terms import (
    BATCH_MAX,
    CAUSE_LENGTH_MAX,
    EVIDENCE_LENGTH_MAX,
    FEN_MAX,
    HOLD_SECONDS_MAX,
    POINTS_MAX,
    AccountKind,
    Code,
    Mode,
)
from tests.points.ledger import ANNA, BORIS, SHOP, SPONSOR, named

PASSBOOK = AccountRef(AccountKind.RESIDENT, ANNA)
FUNDING = AccountRef(AccountKind.SPONSOR_FUNDING, SPONSOR)
BANK = AccountRef(AccountKind.BANK)
ISSUANCE = AccountRef(AccountKind.ISSUANCE)
SHOP_POINTS = AccountRef(AccountKind.MERCHANT_POINTS, SHOP)
DAY = date(2028, 6, 30)
NOW = datetime(2026, 6, 15, tzinfo=UTC)
GOOD = Posting("fund", Code.FUND, (Leg(BANK, -5), Leg(FUNDING, 5)))
LEGS = (
    Leg(PASSBOOK),
    Leg(SHOP_POINTS),
    Leg(AccountRef(AccountKind.POINTS_LIABILITY)),
    Leg(AccountRef(AccountKind.MERCHANT_PAYABLE, SHOP)),
)
SPEND = Posting("spend", Code.REDEMPTION, LEGS, Mode.SPEND, 5)
CAPTURE = Posting("capture", Code.REDEMPTION, LEGS, Mode.CAPTURE, None, named("hold"))
REFUND = Posting("refund", Code.REFUND, (LEGS[1], LEGS[0], LEGS[3], LEGS[2]), Mode.REFUND, 5, named("tx"))
EXPIRE = Posting("expire", Code.EXPIRY, LEGS, Mode.EXPIRE, None, named("budget"))
LOT = LotChange(PASSBOOK, DAY, named("budget"), 5, 50)
AWARD = Posting("award", Code.AWARD, (Leg(ISSUANCE, -5), Leg(PASSBOOK, 5)), lots=(LOT,))
GOODS = [GOOD, SPEND, CAPTURE, REFUND, EXPIRE, AWARD]


def test_well_formed_postings_pass():
    check_batch(GOODS)
    check_batch([replace(GOOD, cause=str(n)) for n in range(BATCH_MAX)])
    check_batch([replace(GOOD, cause="甲" * CAUSE_LENGTH_MAX, evidence="乙" * EVIDENCE_LENGTH_MAX)])


@pytest.mark.parametrize(
    "posting",
    [
        replace(GOOD, cause=""),
        replace(GOOD, cause="x" * (CAUSE_LENGTH_MAX + 1)),
        replace(GOOD, cause="a\0b"),
        replace(GOOD, cause="a\ud800"),
        replace(GOOD, evidence="x" * (EVIDENCE_LENGTH_MAX + 1)),
        replace(GOOD, evidence="\0"),
        replace(GOOD, evidence="\udfff"),
        replace(GOOD, effective_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - the naive time is what is refused
        replace(GOOD, legs=()),
        replace(GOOD, legs=(Leg(BANK, -5), Leg(FUNDING, 4))),
        replace(GOOD, legs=(Leg(BANK, 0), Leg(FUNDING, 0))),
        replace(GOOD, legs=(Leg(BANK, -5), Leg(BANK, 5))),
        replace(GOOD, legs=(Leg(BANK, None), Leg(FUNDING, 5))),
        replace(GOOD, legs=(Leg(BANK, -FEN_MAX - 1), Leg(FUNDING, FEN_MAX + 1))),
        replace(GOOD, legs=(Leg(ISSUANCE, -POINTS_MAX - 1), Leg(SHOP_POINTS, POINTS_MAX + 1))),
        replace(GOOD, legs=(Leg(BANK, -5), Leg(SHOP_POINTS, 5))),  # points against money
        replace(AWARD, lots=()),
        replace(AWARD, lots=(replace(LOT, points=4),)),
        replace(AWARD, lots=(LOT, replace(LOT, account=AccountRef(AccountKind.RESIDENT, BORIS)))),
        replace(SPEND, points=None),
        replace(SPEND, points=POINTS_MAX + 1),
        *(replace(posting, points=points) for posting in (SPEND, CAPTURE, REFUND, EXPIRE) for points in (0, -1)),
        replace(SPEND, refers_to=named("hold")),
        replace(CAPTURE, refers_to=None),
        replace(REFUND, refers_to=None),
        replace(SPEND, legs=LEGS[:3]),
        replace(SPEND, legs=(replace(LEGS[0], amount=-5), *LEGS[1:])),
        replace(SPEND, legs=(LEGS[1], LEGS[0], LEGS[2], LEGS[3])),  # the shop as the spender
        replace(REFUND, legs=LEGS),
        replace(SPEND, legs=(LEGS[2], LEGS[3], LEGS[0], LEGS[1])),
    ],
)
def test_what_is_not_well_formed_is_refused_before_the_database_is_asked(posting):
    with pytest.raises(PostingInvalid):
        check_batch([posting])


def test_a_batch_has_1_to_10_000_postings_and_names_a_hold_or_an_original_once():
    for postings in (
        [],
        [replace(GOOD, cause=str(n)) for n in range(BATCH_MAX + 1)],
        [CAPTURE, replace(CAPTURE, cause="again")],
        [REFUND, replace(REFUND, cause="again")],
        [replace(GOOD, cause=cause, reverses_id=named("tx")) for cause in "ab"],
    ):
        with pytest.raises(PostingInvalid):
            check_batch(postings)
    check_batch([EXPIRE, replace(EXPIRE, cause="again")])  # one budget, many passbooks


def changed(posting: Posting, name: str, value: object) -> Posting:
    return replace(posting, **{name: value})


@pytest.mark.parametrize("posting", GOODS)
def test_the_fingerprint_covers_what_the_act_is_and_leaves_out_what_may_differ_on_a_retry(posting):
    same = [
        changed(posting, "cause", "other"),  # the cause is the key beside the fingerprint
        changed(posting, "effective_at", NOW),
        changed(posting, "lapsed_to", DAY),
        changed(posting, "lots", tuple(replace(lot, expires_on=DAY + timedelta(9)) for lot in posting.lots)),
    ]
    assert {p.content_hash() for p in same} == {posting.content_hash()}
    others = [
        changed(posting, "code", Code.PAYOUT),
        changed(posting, "points", 77),
        changed(posting, "refers_to", named("other")),
        changed(posting, "reverses_id", named("other")),
        changed(posting, "evidence", "other"),
        changed(posting, "evidence", ""),
        changed(posting, "legs", posting.legs[::-1]),
        changed(posting, "legs", (replace(posting.legs[0], amount=77), *posting.legs[1:])),
        changed(posting, "lots", (replace(LOT, points=77),)),
    ]
    hashes = [p.content_hash() for p in (posting, *others)]
    assert len(set(hashes)) == len(hashes)


texts = st.text(max_size=20)


@given(texts, texts, texts, texts)
def test_no_two_acts_share_a_fingerprint_by_where_their_words_are_cut(a, b, c, d):
    one, other = replace(GOOD, code=a, evidence=b), replace(GOOD, code=c, evidence=d)
    assert (one.content_hash() == other.content_hash()) == ((a, b) == (c, d))


@pytest.mark.parametrize("amount", [0, -1, 11, 10**30])
def test_an_amount_out_of_range_is_refused(amount):
    with pytest.raises(PostingInvalid):
        check_amount(amount, 10)
    assert [check_amount(n, 10) for n in (1, 10)] == [1, 10]


HOLD = {"cause": "c", "evidence": None, "points": 5, "placed_at": NOW, "expires_at": NOW + timedelta(seconds=1)}


@pytest.mark.parametrize(
    "change",
    [
        {"cause": ""},
        {"cause": "x" * 201},
        {"evidence": "\0"},
        {"points": 0},
        {"points": -3},
        {"points": POINTS_MAX + 1},
        {"expires_at": NOW},
        {"expires_at": NOW - timedelta(days=1)},
        {"expires_at": NOW + timedelta(seconds=HOLD_SECONDS_MAX + 1)},
    ],
)
def test_a_hold_that_could_never_be_placed_is_refused(change):
    check_hold(**HOLD)
    with pytest.raises(PostingInvalid):
        check_hold(**HOLD | change)
