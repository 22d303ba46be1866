from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants import errors, rules, service, terms
from app.merchants.service.codes import spend_code
from tests.points.ledger import ANNA, BORIS, open_ledger


@dataclass(slots=True)
class Predictable(UnitOfWork):
    """A unit of work whose digits are known beforehand."""

    digits: list[str] = field(default_factory=list)

    def new_digits(self, count: int) -> str:
        return self.digits.pop(0)


def draw(uow, *codes):
    """A unit of work that draws these codes, the last one as often as wanted."""
    drawn = [*codes, *[codes[-1]] * (terms.CODE_CANDIDATES - len(codes))]
    return Predictable(uow.session, uow.actor, uow.now, digits=drawn)


def test_a_code_is_eight_digits_good_for_five_minutes(acts, till):
    issued = service.issue_code(acts.uow, book=acts.book.code)
    assert len(issued.code) == 8
    assert issued.code.isdecimal()
    assert (issued.expires_at - acts.uow.now).total_seconds() == 300


def test_only_the_hash_of_a_code_is_kept(acts, till):
    code = till.code()
    rows = acts.uow.session.execute(text("SELECT merchants_codes::text FROM merchants_codes")).scalars()
    assert not any(code in row for row in rows)


def test_a_code_is_good_once(till):
    code = till.code()
    till.authorise(10, code=code)
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=code)


def test_a_code_lapses(till):
    code = till.code()
    with pytest.raises(errors.CodeNotGood):
        till.later(minutes=5).authorise(10, code=code)


def test_a_code_of_another_book_is_no_code_here(acts, till):
    other = open_ledger(acts.uow)
    foreign = service.issue_code(acts.uow, book=other.book.code).code
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=foreign)


def test_nobody_hoards_codes(till):
    codes = [till.code() for _ in range(terms.CODES_LIVE_MAX)]
    with pytest.raises(errors.CodesTooMany):
        till.code()
    assert till.code(BORIS)
    till.authorise(10, code=codes[0])
    assert till.code()  # a spent one no longer counts
    assert till.later(minutes=5).code()  # nor does a lapsed one


def test_a_code_somebody_holds_is_not_given_twice(acts, till):
    first = service.issue_code(draw(acts.uow, "11111111"), book=acts.book.code)
    second = service.issue_code(draw(acts.uow, "11111111", "22222222"), book=acts.book.code)
    assert (first.code, second.code) == ("11111111", "22222222")
    with pytest.raises(errors.CodesBusy):
        service.issue_code(draw(acts.uow, "11111111", "22222222"), book=acts.book.code)


def test_a_lapsed_code_may_be_given_to_somebody_else(acts, till):
    service.issue_code(draw(till.acting(ANNA, Role.RESIDENT), "11111111"), book=acts.book.code)
    later = till.later(minutes=5)
    service.issue_code(draw(later.acting(BORIS, Role.RESIDENT), "11111111"), book=acts.book.code)
    code_hash = rules.hash_code(acts.ledger.id, "11111111")
    assert spend_code(later.uow, acts.ledger.id, code_hash) == BORIS
