"""Writing rules: two people publish, one stops; a version is checked when it is saved."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.kernel.paging import CursorInvalid
from app.points import errors
from app.points.rules.definitions import RuleDefinition
from app.points.service import proposals, rulebook
from tests.points.ledger import open_ledger
from tests.points.programme import DEPUTY, TREASURER, publish


@pytest.fixture
def first(uow):
    return replace(uow, actor=TREASURER)


@pytest.fixture
def second(uow):
    return replace(uow, actor=DEPUTY)


@pytest.fixture
def book(first, ledger):
    rulebook.create_rule(first, book=ledger.book.code, code="hours", title="志愿时长")
    return ledger.book.code


def definition(ledger, **changes):
    return RuleDefinition(**({"budget_id": ledger.budget_id, "formula": "minutes // 30", "points_max": 50} | changes))


def propose(uow, book, ledger, **changes):
    return rulebook.propose_rule_version(uow, book=book, code="hours", definition=definition(ledger, **changes))


def current(uow, book):
    return rulebook.show_rule(uow, book=book, code="hours").current


def test_a_version_pays_when_another_person_published_it(first, second, book, ledger):
    proposal = propose(first, book, ledger)
    assert current(first, book) is None
    assert proposal.payload == {
        "rule": "hours",
        "title": "志愿时长",
        "version": 1,
        "budget_id": str(ledger.budget_id),
        "formula": "minutes // 30",
        "points_max": 50,
        "cycle": "once",
        "grades": {},
        "person_day_max": None,
        "person_month_max": None,
        "household_day_max": None,
        "household_month_max": None,
        "validity_months": None,
        "allotment_required": False,
    }
    with pytest.raises(errors.ProposalOwn):
        proposals.approve_proposal(first, book=book, proposal_id=proposal.id)
    proposals.approve_proposal(second, book=book, proposal_id=proposal.id)
    version = current(first, book)
    assert (version.version, version.proposed_by, version.published_by) == (1, TREASURER.id, DEPUTY.id)


def test_an_older_version_is_not_published_after_a_newer_one(first, second, book, ledger):
    old, new = propose(first, book, ledger), propose(first, book, ledger, formula="minutes // 10")
    proposals.approve_proposal(second, book=book, proposal_id=new.id)
    with pytest.raises(errors.RuleVersionOutdated):
        proposals.approve_proposal(second, book=book, proposal_id=old.id)
    assert current(first, book).version == 2


def test_a_withdrawn_rule_is_stopped_by_one_and_stays_so(first, second, book, ledger):
    publish(first, ledger)
    waiting = propose(first, book, ledger)
    stopped = rulebook.withdraw_rule(first, book=book, code="hours")
    assert (stopped.rule.withdrawn_by, stopped.rule.withdrawn_at) == (TREASURER.id, first.now)
    assert rulebook.withdraw_rule(second, book=book, code="hours").rule.withdrawn_by == TREASURER.id
    with pytest.raises(errors.RuleWithdrawn):
        propose(first, book, ledger)
    with pytest.raises(errors.RuleWithdrawn):
        proposals.approve_proposal(second, book=book, proposal_id=waiting.id)


LIMITS = [
    ("points_max", 0),
    ("points_max", 10_001),
    ("person_day_max", 0),
    ("person_month_max", 1_000_001),
    ("household_day_max", 0),
    ("household_month_max", 0),
    ("validity_months", 121),
]


@pytest.mark.parametrize(("field", "value"), LIMITS)
def test_what_is_out_of_range_is_refused_by_its_name(first, book, ledger, field, value):
    with pytest.raises(errors.RuleLimitOutOfRange) as refused:
        propose(first, book, ledger, **{field: value})
    assert refused.value.field == field
    assert rulebook.list_rule_versions(first, book=book, code="hours", limit=5, cursor=None).items == []


@pytest.mark.parametrize("whose", ["person", "household"])
def test_a_cap_by_the_month_below_its_own_by_the_day_is_refused_by_its_name(first, book, ledger, whose):
    with pytest.raises(errors.RuleCapsWrong) as refused:
        propose(first, book, ledger, **{f"{whose}_day_max": 9, f"{whose}_month_max": 8})
    assert refused.value.field == f"{whose}_month_max"
    propose(first, book, ledger, **{f"{whose}_day_max": 9, f"{whose}_month_max": 9})


def test_a_household_may_have_less_than_one_person_without_a_home(first, book, ledger):
    propose(first, book, ledger, person_day_max=9, household_day_max=8)


def test_a_grade_of_more_than_its_percent_is_refused(first, book, ledger):
    with pytest.raises(errors.RuleLimitOutOfRange) as refused:
        propose(first, book, ledger, grades={"A": 1001}, formula="grade")
    assert refused.value.field == "grades.A"


def test_a_formula_is_checked_when_it_is_saved(first, book, ledger):
    with pytest.raises(errors.FormulaPaysTooMuch):
        propose(first, book, ledger, formula="1000000", points_max=10_000)
    with pytest.raises(errors.FormulaDividesByZero):
        propose(first, book, ledger, formula="minutes // events")


def test_the_budget_must_be_of_the_book(uow, first, book, ledger):
    other = open_ledger(uow, minted=0)
    with pytest.raises(errors.BudgetMissing):
        propose(first, book, ledger, budget_id=other.budget_id)


def test_a_code_is_given_once_in_a_book(uow, first, book):
    with pytest.raises(errors.RuleCodeTaken):
        rulebook.create_rule(first, book=book, code="hours", title="again")
    other = open_ledger(uow, minted=0)
    assert rulebook.create_rule(first, book=other.book.code, code="hours", title="theirs").current is None


def test_what_is_not_there_is_missing(first, book, ledger):
    for act in (
        lambda: rulebook.show_rule(first, book=book, code="none"),
        lambda: rulebook.withdraw_rule(first, book=book, code="none"),
        lambda: rulebook.list_rule_versions(first, book=book, code="none", limit=1, cursor=None),
        lambda: rulebook.propose_rule_version(first, book=book, code="none", definition=definition(ledger)),
    ):
        with pytest.raises(errors.RuleMissing):
            act()


def test_lists_go_page_by_page(first, book, ledger):
    for code in ("b", "c", "d"):
        rulebook.create_rule(first, book=book, code=f"x.{code}", title=code)
    for _ in range(3):
        propose(first, book, ledger)
    pages = []
    cursor = None
    while True:
        page = rulebook.list_rules(first, book=book, limit=2, cursor=cursor)
        pages.append([line.rule.code for line in page.items])
        if (cursor := page.next_cursor) is None:
            break
    assert pages == [["hours", "x.b"], ["x.c", "x.d"]]
    page = rulebook.list_rule_versions(first, book=book, code="hours", limit=2, cursor=None)
    rest = rulebook.list_rule_versions(first, book=book, code="hours", limit=2, cursor=page.next_cursor)
    assert [v.version for v in (*page.items, *rest.items)] == [3, 2, 1]
    with pytest.raises(CursorInvalid):
        rulebook.list_rules(first, book=book, limit=2, cursor=page.next_cursor)


def test_the_database_refuses_one_person_for_two(session, first, book, ledger):
    propose(first, book, ledger)
    session.flush()
    alone = "UPDATE points_award_rule_versions SET published_by = proposed_by, published_at = proposed_at"
    with pytest.raises(IntegrityError, match="two_people"), session.begin_nested():
        session.execute(text(alone))


def test_the_database_refuses_an_award_into_a_passbook_that_was_handed_over(session, first, ledger):
    insert = (
        "INSERT INTO points_awards SELECT b.id, :id, 'hours', 1, 's', :id, 'once', :id, NULL, '2026-06-15', 't', NULL,"
        " NULL, NULL, NULL, 1, 0, 0, :budget, NULL, NULL, :id, '2026-06-15Z', NULL FROM points_books b"
        " WHERE b.id = :book"
    )
    publish(first, ledger)
    values = {"id": uuid4(), "book": ledger.id, "budget": ledger.budget_id, "to": uuid4()}
    session.execute(text(insert), values)
    values["id"] = uuid4()
    session.execute(
        text("INSERT INTO points_successors VALUES (:book, :id, :to, 'merge', :id, NULL, '2026-06-01Z')"), values
    )
    with pytest.raises(Exception, match="handed over"), session.begin_nested():
        session.execute(text(insert), values)
