"""The codes residents show: their form, their life, that each pays once, and what happens without Redis."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisAway

from app.infra import redis
from app.kernel.actor import Role
from app.merchants import errors, service
from app.merchants.errors.counter import CodeNotOurs
from app.merchants.rules import codes as rules
from app.merchants.service import codes
from tests.merchants.till import NO_CODE
from tests.points.ledger import ANNA, BORIS, named, open_ledger

DIGITS = st.text("0123456789", min_size=15, max_size=15)


@pytest.fixture
def no_redis(app):
    """The same application while its Redis does not answer: a client of a port where nobody listens."""
    real = app.extensions[redis.CLIENT]
    app.extensions[redis.CLIENT] = type(real).from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    with pytest.raises(RedisAway):
        app.extensions[redis.CLIENT].ping()
    yield
    app.extensions[redis.CLIENT] = real


@given(DIGITS)
def test_a_code_is_eighteen_digits_with_a_prefix_of_its_own_and_a_check_digit(chance):
    code = rules.make_code(chance)
    assert rules.is_code(code)
    assert len(code) == 18
    assert code.startswith("91")  # not WeChat's 10 to 15, Alipay's 25 to 30, UnionPay's 62


@given(DIGITS, st.integers(2, 17), st.integers(1, 9))
def test_a_digit_read_wrongly_is_found(chance, place, change):
    code = rules.make_code(chance)
    wrong = str((int(code[place]) + change) % 10)
    assert not rules.is_code(code[:place] + wrong + code[place + 1 :])


@given(DIGITS, st.integers(2, 16))
def test_neighbours_that_change_places_are_found(chance, place):
    code = rules.make_code(chance)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not rules.is_code(swapped)


def test_the_check_digit_is_damms():
    assert rules.check_digit("572") == "4"


def test_a_code_tells_when_the_screen_asks_for_the_next(acts, till):
    issued = service.issue_code(till.acting(ANNA, Role.RESIDENT), book=till.book)
    spans = [(at - issued.server_time).total_seconds() for at in (issued.refresh_after, issued.expires_at)]
    assert spans == [50, 60]
    assert issued.server_time == acts.uow.now


def test_only_the_hash_of_a_code_is_kept(till):
    code = till.code()
    assert redis.client().get(codes.KEY + rules.hash_code(code).hex()) is not None
    assert not [key for key in redis.client().scan_iter("linli:codes:*") if code in key]


def test_a_code_is_good_once(till):
    code = till.code()
    till.authorise(10, code=code)
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=code)


def test_a_code_is_good_once_also_when_the_cache_was_restored(till):
    """The claim is forgotten, as after a failover to a copy that was behind: the database still knows."""
    code = till.code()
    till.authorise(10, code=code)
    redis.client().delete(f"{codes.KEY}{rules.hash_code(code).hex()}:by")
    shown = till.shown(code, "T-again")
    assert shown.holder is not None
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=code, number="T-again")
    with pytest.raises(errors.CodeNotGood):  # and stays so under its number
        till.authorise(10, code=code, number="T-again")


def test_the_same_order_finds_its_code_again_when_nothing_came_of_it(acts, till):
    """A transaction that was rolled back, a connection that was lost: the till sends the same again."""
    code = till.code()
    with acts.uow.session.begin_nested() as attempt:
        till.authorise(10, code=code, number="T-1")
        attempt.rollback()
    assert till.authorise(10, code=code, number="T-1").state == "held"


@pytest.mark.parametrize(("seconds", "good"), [(60, True), (74.9, True), (75, False)])
def test_a_code_lives_sixty_seconds_and_fifteen_of_grace(till, seconds, good):
    code = till.code()
    later = till.later(seconds=seconds)
    if good:
        assert later.authorise(10, code=code).state == "held"
    else:
        with pytest.raises(errors.CodeNotGood):
            later.authorise(10, code=code)


def test_a_new_code_ends_the_one_before_with_the_grace(till):
    first, key = till.code(), codes.KEY
    left = redis.client().pttl(key + rules.hash_code(first).hex())
    assert left > 70_000
    second = till.code()
    assert redis.client().pttl(key + rules.hash_code(first).hex()) <= 15_000
    assert redis.client().pttl(key + rules.hash_code(second).hex()) > 70_000
    assert till.authorise(10, code=first).state == "held"
    other = till.code(BORIS)
    till.code()
    assert redis.client().pttl(key + rules.hash_code(other).hex()) > 70_000


def test_a_code_of_another_book_is_no_code_for_this_ones_cashier(acts, till):
    foreign = service.issue_code(till.acting(ANNA, Role.RESIDENT), book=open_ledger(acts.uow).book.code).code
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=foreign)


def test_a_code_says_by_which_account_and_device(till):
    who = replace(till.acting(ANNA, Role.RESIDENT).actor, person_id=named("person"), device_id=named("device"))
    code = service.issue_code(replace(till.uow, actor=who), book=till.book).code
    row = till.authorise(10, code=code).redemption
    assert (row.resident_id, row.person_id, row.device_id) == (ANNA, named("person"), named("device"))


def test_unknown_used_and_expired_codes_are_refused_alike(till):
    used, lapsed = till.code(), till.code(BORIS)
    till.authorise(1, code=used)
    later = till.later(seconds=80)
    said = set()
    for at, code in ((till, NO_CODE), (till, used), (later, lapsed)):
        with pytest.raises(errors.CodeNotGood) as refused:
            at.authorise(1, code=code)
        said.add((refused.value.code, refused.value.kind, refused.value.detail("zh"), refused.value.field))
    assert len(said) == 1


def test_a_misread_code_is_no_code_of_ours(till, no_redis):
    """Said without asking anybody."""
    misread = NO_CODE[:-1] + str((int(NO_CODE[-1]) + 1) % 10)
    for code in (misread, "134567890123456789", "92" + NO_CODE[2:]):
        with pytest.raises(CodeNotOurs):
            till.authorise(1, code=code)


def test_redis_lost_no_new_codes_and_nothing_is_written_of_what_was_not_decided(acts, till, no_redis):
    with pytest.raises(errors.CodesAway) as refused:
        till.code()
    assert refused.value.retryable
    for _ in range(2):
        with acts.uow.session.begin_nested() as attempt:
            with pytest.raises(errors.CodesAway):
                till.authorise(10, code=NO_CODE, number="T-1")
            attempt.rollback()  # as the unit of work does
    page = service.list_payments(till.cashier, book=till.book, out_trade_no="T-1", limit=5, cursor=None)
    assert page.items == []


def test_redis_lost_an_order_decided_before_is_answered(app, till):
    code = till.code()
    first = till.authorise(10, code=code, number="T-1")
    real = app.extensions[redis.CLIENT]
    app.extensions[redis.CLIENT] = type(real).from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    try:
        again = till.authorise(10, code=code, number="T-1")
    finally:
        app.extensions[redis.CLIENT] = real
    assert again.redemption.id == first.redemption.id
