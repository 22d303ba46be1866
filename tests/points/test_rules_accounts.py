"""Ids, stripes, days, links of the chain: values that must never change, and those that must differ."""

import hashlib
import struct
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from app.points.rules.accounts import NOBODY, AccountRef, account_id, split_over_stripes, stripe_for
from app.points.rules.chain import GENESIS, Header, link, microseconds
from app.points.rules.expiry import ExpiryPolicy, expiry_day, grace_day
from app.points.rules.stripes import admit, level
from app.points.terms import CHART, AccountKind

refs = st.builds(AccountRef, st.sampled_from(AccountKind), st.uuids(), st.integers(0, 15))


@given(st.integers(1, 2**31 - 1), refs, st.integers(1, 2**31 - 1), refs)
def test_an_account_id_names_one_account_of_one_book(book, ref, other_book, other):
    assert (account_id(book, ref) == account_id(other_book, other)) == ((book, ref) == (other_book, other))
    assert account_id(book, ref).version == 8


def test_account_ids_are_for_ever():
    """A changed derivation would orphan every balance: this value may never change."""
    digest = hashlib.sha256(b"7:resident:00000000-0000-0000-0000-000000000000:0").digest()[:16]
    made = account_id(7, AccountRef(AccountKind.RESIDENT, NOBODY))
    free_bits = (1 << 128) - 1 - (0xF << 76) - (0x3 << 62)  # all but the version's and the variant's
    assert made.int & free_bits == int.from_bytes(digest) & free_bits


@given(st.integers(0, 10**9), st.integers(1, 64))
def test_minted_points_spread_evenly_and_none_is_lost(amount, stripes):
    shares = split_over_stripes(amount, stripes)
    assert sum(shares) == amount
    assert len(shares) == stripes
    assert max(shares) - min(shares) <= 1


@given(st.uuids())
def test_a_beneficiary_has_one_stripe(who):
    stripe = stripe_for(AccountKind.SPONSOR_BUDGET, who)
    assert stripe == stripe_for(AccountKind.SPONSOR_BUDGET, UUID(str(who)))
    assert 0 <= stripe < CHART[AccountKind.SPONSOR_BUDGET].stripes
    assert stripe_for(AccountKind.RESIDENT, who) == 0


def test_every_stripe_is_used():
    assert {stripe_for(AccountKind.SPONSOR_BUDGET, UUID(int=n)) for n in range(500)} == set(range(16))


stripes = st.integers(0, 15)


@given(st.integers(0, 3000), st.lists(st.dictionaries(stripes, st.integers(1, 1000), min_size=1, max_size=2)))
def test_postings_are_admitted_in_their_order_as_long_as_they_fit(total, asks):
    wanted, whole = admit(total, asks)
    left, expected, served = total, Counter(), 0
    for ask in asks:
        if sum(ask.values()) <= left:
            left -= sum(ask.values())
            expected += Counter(ask)
            served += 1
    assert wanted == expected
    assert whole == (served == len(asks))


@given(st.dictionaries(stripes, st.integers(0, 1000), min_size=1), st.data())
def test_levelling_gives_each_stripe_what_is_wanted_and_moves_points_but_makes_none(free, data):
    wanted, left = {}, sum(free.values())
    for stripe in data.draw(st.lists(st.sampled_from(sorted(free)), unique=True)):
        wanted[stripe] = data.draw(st.integers(0, left))
        left -= wanted[stripe]
    changes = level(free, wanted)
    after = {stripe: points + changes.get(stripe, 0) for stripe, points in free.items()}
    assert sum(changes.values()) == 0
    assert set(changes) <= set(free)
    assert 0 not in changes.values()
    spare = [after[stripe] - wanted.get(stripe, 0) for stripe in free]
    assert min(spare) >= 0
    assert max(spare) - min(spare) <= 1


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_points_live_to_the_end_of_a_month(earned_on, months):
    policy = ExpiryPolicy(months)
    last = expiry_day(earned_on, policy)
    assert (last + timedelta(days=1)).day == 1
    assert (last.year - earned_on.year) * 12 + last.month - earned_on.month == months
    assert expiry_day(earned_on.replace(day=1), policy) == last
    assert grace_day(earned_on, 30) - earned_on == timedelta(days=30)


def instants(first: int, last: int) -> st.SearchStrategy[datetime]:
    return (
        st.integers(first, last)
        .map(lambda year: datetime(year, 1, 1, tzinfo=UTC))
        .flatmap(lambda start: st.integers(0, 364 * 86_400 * 10**6).map(lambda n: start + timedelta(microseconds=n)))
    )


headers = st.builds(
    Header,
    st.uuids(),
    st.uuids(),
    instants(1990, 2100),
    instants(1990, 2100),
    st.text(max_size=8),
    st.text(max_size=8),
    st.none() | st.text(max_size=8),
)


@given(headers, headers)
def test_no_two_headers_share_a_digest(one, other):
    assert (one.digest() == other.digest()) == (one == other)


def test_a_header_without_evidence_is_not_one_with_empty_evidence():
    words = (UUID(int=1), UUID(int=2), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "a", "b")
    assert Header(*words, None).digest() != Header(*words, "").digest()
    assert Header(*words[:4], "ab", "", None).digest() != Header(*words, None).digest()


numbers = st.integers(-(2**63), 2**63 - 1)


@given(numbers, numbers, numbers, st.uuids(), st.binary(min_size=32, max_size=32))
def test_a_link_vouches_for_everything_it_names(version, amount, after, account, digest):
    made = link(
        GENESIS, book_id=3, account_id=account, version=version, amount=amount, balance_after=after, digest=digest
    )
    message = bytes(32) + struct.pack(">i", 3) + account.bytes + struct.pack(">qqq", version, amount, after) + digest
    assert made == hashlib.sha256(message).digest()
    assume(amount != after)
    assert made != link(
        GENESIS, book_id=3, account_id=account, version=version, amount=after, balance_after=amount, digest=digest
    )


@given(instants(1800, 2200))
def test_microseconds_are_exact_and_know_no_zone(instant):
    assert microseconds(instant) == microseconds(instant.astimezone(timezone(timedelta(hours=8))))
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(instant)) == instant
