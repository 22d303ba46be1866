"""Every refusal of the ledger, one by one: it is raised, it says why in both languages, and it changes nothing."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

import app as application
from app.kernel.errors import Declined, DomainError
from app.points import errors, queries
from app.points import service as points
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, Posting
from app.points.terms import AccountKind, Code, Mode
from tests.points.ledger import ANNA, BORIS, SPONSOR, Acts, open_ledger

TESTS = Path(__file__).parents[1]
NOBODYS = UUID(int=1)
SAME = "the same cause"
Attempt = Callable[[], object]
CASES: dict[type[DomainError], Callable[[Acts], Attempt]] = {}


def refuses(refusal: type[DomainError]) -> Callable[[Callable[[Acts], Attempt]], Callable[[Acts], Attempt]]:
    """Note how `refusal` comes about: the function prepares the book and gives the act that is refused."""

    def note(prepare: Callable[[Acts], Attempt]) -> Callable[[Acts], Attempt]:
        CASES[refusal] = prepare
        return prepare

    return note


@refuses(errors.BookMissing)
def _(acts):
    return lambda: queries.get_book(acts.uow.session, "nowhere")


@refuses(errors.BookCodeTaken)
def _(acts):
    return lambda: points.create_book(acts.uow, code=acts.book.code, name="Again", currency_name="points")


@refuses(errors.BudgetMissing)
def _(acts):
    award = points.Award(SAME, ANNA, 5)
    return lambda: points.award_points(acts.uow, acts.book, budget_id=NOBODYS, awards=[award])


@refuses(errors.AccountMissing)
def _(acts):
    return lambda: points.show_passbook(acts.uow, book=acts.book.code, owner_id=NOBODYS)


@refuses(errors.TransactionMissing)
def _(acts):
    return lambda: acts.reverse(NOBODYS)


@refuses(errors.HoldMissing)
def _(acts):
    return lambda: acts.release(NOBODYS)


@refuses(errors.HoldNotReleasable)
def _(acts):
    acts.award(ANNA, 50)
    hold = acts.hold(ANNA, 20)
    acts.capture(hold.hold_id, ANNA)
    return lambda: acts.release(hold.hold_id)


@refuses(errors.PostingInvalid)
def _(acts):
    return lambda: acts.redeem(ANNA, 0)


@refuses(errors.PointsTooCostly)
def _(acts):
    costly = open_ledger(acts.uow, minted=1, value_fen=100_000)
    return lambda: Acts(acts.uow, costly).mint(10**7 + 1)


@refuses(errors.ExpiryDatePast)
def _(acts):
    return lambda: acts.opening(ANNA, 5, date(2026, 6, 14))


@refuses(errors.CorrectionNotReversible)
def _(acts):
    undone = acts.reverse(acts.award(ANNA, 50).subject_id)
    return lambda: acts.reverse(undone.subject_id)


@refuses(errors.PartlyRefunded)
def _(acts):
    acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 20)
    acts.refund(spent.subject_id, ANNA, 5)
    return lambda: acts.reverse(spent.subject_id)


@refuses(errors.UndoneElsewhere)
def _(acts):
    acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 20)
    return lambda: points.correct_transaction(
        acts.uow, book=acts.book.code, transaction_id=spent.subject_id, reason="mistake", claw_back=False
    )


@refuses(errors.CauseReused)
def _(acts):
    acts.award(ANNA, 50, cause=SAME)
    return lambda: acts.award(ANNA, 51, cause=SAME)


@refuses(errors.PointsInsufficient)
def _(acts):
    acts.award(ANNA, 50)
    return lambda: acts.redeem(ANNA, 51, cause=SAME)


@refuses(errors.FundingInsufficient)
def _(acts):
    return lambda: acts.mint(1, cause=SAME)


@refuses(errors.AccountFrozen)
def _(acts):
    acts.award(ANNA, 50)
    acts.freeze(ANNA)
    return lambda: acts.redeem(ANNA, 1, cause=SAME)


@refuses(errors.NothingDue)
def _(acts):
    acts.award(ANNA, 50)
    legs = (
        AccountRef(AccountKind.RESIDENT, ANNA),
        AccountRef(AccountKind.BREAKAGE),
        AccountRef(AccountKind.POINTS_LIABILITY),
        AccountRef(AccountKind.SPONSOR_FUNDING, SPONSOR),
    )
    posting = Posting(
        cause=SAME,
        code=Code.EXPIRY,
        legs=tuple(Leg(account) for account in legs),
        mode=Mode.EXPIRE,
        refers_to=acts.ledger.budget_id,
    )
    return lambda: points.post_one(acts.uow, acts.ledger.id, posting)


@refuses(errors.ReferredMissing)
def _(acts):
    acts.award(ANNA, 50)
    return lambda: acts.capture(NOBODYS, ANNA, cause=SAME)


@refuses(errors.HoldResolved)
def _(acts):
    acts.award(ANNA, 50)
    hold = acts.hold(ANNA, 20)
    acts.release(hold.hold_id)
    return lambda: acts.capture(hold.hold_id, ANNA, cause=SAME)


@refuses(errors.AmountOver)
def _(acts):
    acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 20)
    return lambda: acts.refund(spent.subject_id, ANNA, 21, cause=SAME)


@refuses(errors.AlreadyReversed)
def _(acts):
    award = acts.award(ANNA, 50)
    acts.reverse(award.subject_id)
    return lambda: acts.reverse(award.subject_id)


@refuses(errors.AlreadySpent)
def _(acts):
    award = acts.award(ANNA, 50)
    acts.redeem(ANNA, 20)
    return lambda: acts.reverse(award.subject_id, cause=SAME)


def refusals_of(module: str) -> list[type[DomainError]]:
    """The refusals a caller can meet that a module states."""
    found = inspect.getmembers(importlib.import_module(module), inspect.isclass)
    return [
        member
        for _, member in found
        if issubclass(member, DomainError) and member.__module__ == module and hasattr(member, "code")
    ]


def every_errors_module() -> list[str]:
    """The errors rooms of all features."""
    modules = pkgutil.walk_packages(application.__path__, "app.")
    return sorted(module.name for module in modules if re.match(r"app\.\w+\.errors(\.|$)", module.name))


@pytest.mark.parametrize("refusal", CASES, ids=lambda refusal: refusal.__name__)
def test_it_is_raised_in_words_and_changes_nothing(acts, refusal):
    attempt = CASES[refusal](acts)
    before = acts.trial(), acts.figures(ANNA), acts.figures(BORIS)
    with pytest.raises(refusal) as raised:
        attempt()
    assert type(raised.value) is refusal
    for lang in ("zh", "en"):
        assert not re.search(r"[{}]", raised.value.detail(lang))
    assert (acts.trial(), acts.figures(ANNA), acts.figures(BORIS)) == before


# what a decline still answers under its cause after what was lacking is there
LATER: dict[type[DomainError], Callable[[Acts], object]] = {
    errors.PointsInsufficient: lambda acts: acts.award(ANNA, 100),
    errors.FundingInsufficient: lambda acts: acts.fund(1000),
    errors.AccountFrozen: lambda acts: acts.thaw(ANNA),
    errors.NothingDue: lambda acts: acts.opening(ANNA, 5, date(2026, 6, 15)),
    errors.ReferredMissing: lambda acts: acts.hold(ANNA, 5),
    errors.HoldResolved: lambda acts: acts.hold(ANNA, 20),
    errors.AmountOver: lambda acts: acts.redeem(ANNA, 20),
    errors.AlreadySpent: lambda acts: acts.award(ANNA, 100),
}


@pytest.mark.parametrize("refusal", LATER, ids=lambda refusal: refusal.__name__)
def test_a_decline_stays_declined_under_its_cause(acts, refusal):
    attempt = CASES[refusal](acts)
    with pytest.raises(refusal) as first:
        attempt()
    LATER[refusal](acts)
    with pytest.raises(refusal) as second:
        attempt()
    assert second.value.detail("en") == first.value.detail("en")


def test_every_decline_is_tried_again():
    declines = {refusal for refusal in refusals_of("app.points.errors.ledger") if issubclass(refusal, Declined)}
    # a transaction is reversed at most once whatever happens, so there is no later for it
    assert declines - {errors.AlreadyReversed} == set(LATER)


def test_every_refusal_of_the_ledger_is_here():
    assert set(refusals_of("app.points.errors.ledger")) == set(CASES)


@cache
def said_in_tests(feature: str) -> tuple[str, frozenset[str]]:
    """All that the tests of a feature say, and each word of it."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (TESTS / feature).rglob("test_*.py"))
    return text, frozenset(re.findall(r"\w+", text))


@pytest.mark.parametrize("module", every_errors_module())
def test_every_refusal_of_a_feature_is_named_by_a_test(module):
    text, words = said_in_tests(module.split(".")[1])
    unnamed = [
        refusal.__name__
        for refusal in refusals_of(module)
        if refusal.__name__ not in words and f'"{refusal.code}"' not in text
    ]
    assert unnamed == []
