"""Allotments under real commits: many award from one at once, while others close it, fill it, or undo awards."""

import pytest
from sqlalchemy import text

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import Actor, Role
from app.points import errors
from app.points import service as points
from app.points.rules.accounts import account_id, allotment_account
from app.points.service import minting, proposals
from tests.fixtures.work import NOW
from tests.points.audited import audit
from tests.points.committed import commit
from tests.points.ledger import ANNA, SPONSOR, named
from tests.races.contest import deadlocks, meet_at, names, together

STATION = named("station")


@pytest.fixture(autouse=True)
def clean(place):
    """Whatever happened, the audit finds nothing afterwards."""
    yield
    assert audit(place.database).findings == {}


def account_of(ledger, allotment):
    return account_id(ledger.id, allotment_account(allotment))


def award(allotment, who, amount):
    return lambda acts: acts.award_allotted(allotment, named(who), amount)


def row(ledger, allotment):
    query = text("SELECT state, points, returned_points FROM points_allotments WHERE book_id = :book AND id = :id")
    return commit(ledger, lambda a: a.uow.session.execute(query, {"book": ledger.id, "id": allotment}).one())


def test_fifty_coordinators_at_once_never_go_below_zero(place, sound):
    ledger = sound(minted=1000)
    allotment = commit(ledger, lambda a: a.allot(STATION, 100))
    works = [award(allotment, f"a{n}", 3) for n in range(50)]
    answers = meet_at(place, ledger, account_of(ledger, allotment), works)
    assert (names(answers).count("Outcome"), names(answers).count("PointsInsufficient")) == (33, 17)
    assert commit(ledger, lambda a: a.left_in(allotment)) == 1


def test_the_last_point_is_given_exactly_once(place, sound):
    ledger = sound(minted=1000)
    allotment = commit(ledger, lambda a: a.allot(STATION, 1))
    works = [award(allotment, f"b{n}", 1) for n in range(50)]
    answers = meet_at(place, ledger, account_of(ledger, allotment), works)
    assert (names(answers).count("Outcome"), names(answers).count("PointsInsufficient")) == (1, 49)
    assert commit(ledger, lambda a: (a.left_in(allotment), a.trial()["resident"])) == (0, 1)


@pytest.mark.parametrize("closers", [1, 3])
def test_closing_raced_by_awards_loses_nothing(place, sound, closers):
    ledger = sound(minted=1000)
    allotment = commit(ledger, lambda a: a.allot(STATION, 60))
    works = [award(allotment, f"c{n}", 2) for n in range(20)]
    works[7:7] = [lambda a: a.close_allotment(allotment)] * closers
    answers = meet_at(place, ledger, account_of(ledger, allotment), works)
    given = 2 * names(answers).count("Outcome")
    assert names(answers).count("int") == 1
    assert names(answers).count("AllotmentClosed") == closers - 1
    state = row(ledger, allotment)
    assert (state.state, state.points, state.returned_points) == ("closed", 60, 60 - given)
    trial = commit(ledger, lambda a: a.trial())
    assert (trial["allotment"], trial["sponsor_budget"], trial["resident"]) == (0, 1000 - given, given)


def test_awards_that_write_down_their_allotment_and_its_closing_never_wait_for_each_other(place, sound):
    """The register of awards refers to the allotment: its row is wanted while the closing waits for the account."""
    ledger = sound(minted=1000)
    allotment = commit(ledger, lambda a: a.allot(STATION, 60))
    refer = text("INSERT INTO points_allotment_spenders VALUES (:book, :allotment, :person)")

    def register(acts, who):
        outcome = acts.award_allotted(allotment, named(who), 2)
        values = {"book": ledger.id, "allotment": allotment, "person": named(who)}
        acts.uow.session.execute(refer, values)
        return outcome

    before = deadlocks(place)
    works = [lambda a, n=n: register(a, f"g{n}") for n in range(12)]
    works[4:4] = [lambda a: a.close_allotment(allotment)]
    answers = meet_at(place, ledger, account_of(ledger, allotment), works)
    assert set(names(answers)) <= {"Outcome", "PointsInsufficient", "int"}
    assert deadlocks(place) == before


def test_the_daily_job_and_a_treasurer_close_each_allotment_once(place, sound):
    ledger = sound(minted=1000)
    ids = [commit(ledger, lambda a: a.allot(STATION, 10, days=1)) for _ in range(6)]
    works = [lambda a: a.later(days=2).close_due_allotments()] * 3
    works += [lambda a, id_=id_: a.close_allotment(id_) for id_ in ids]
    works += [award(id_, f"d{n}", 10) for n, id_ in enumerate(ids)]
    answers = together(place, ledger, works)
    given = 10 * names(answers).count("Outcome")
    assert set(names(answers)) <= {"NoneType", "int", "AllotmentClosed", "Outcome", "PointsInsufficient"}
    assert {row(ledger, id_).state for id_ in ids} == {"closed"}
    assert sum(row(ledger, id_).returned_points for id_ in ids) == 60 - given
    assert commit(ledger, lambda a: a.trial())["sponsor_budget"] == 1000 - given


def test_more_points_and_closing_at_once_end_in_either_order(place, sound):
    for _ in range(5):
        ledger = sound(minted=100)
        allotment = commit(ledger, lambda a: a.allot(STATION, 10))

        def fill(acts, book=ledger.book.code, id_=allotment):
            return points.add_allotment_points(acts.uow, book=book, allotment_id=id_, points=5)

        answers = together(place, ledger, [fill, lambda a, id_=allotment: a.close_allotment(id_)])
        assert names(answers) in (["AllotmentDetail", "int"], ["AllotmentClosed", "int"])
        assert answers[1] == row(ledger, allotment).points
        assert commit(ledger, lambda a: a.trial())["sponsor_budget"] == 100


def test_an_award_undone_while_its_allotment_closes_comes_back_in_the_end(place, sound):
    ledger = sound(minted=100)
    allotment = commit(ledger, lambda a: a.allot(STATION, 10))
    wrong = commit(ledger, award(allotment, "e", 4)).subject_id
    works = [lambda a: a.close_allotment(allotment), lambda a: a.reverse(wrong)]
    meet_at(place, ledger, account_of(ledger, allotment), works)
    commit(ledger, lambda a: a.close_due_allotments())
    assert row(ledger, allotment).returned_points == 10
    assert commit(ledger, lambda a: a.trial())["sponsor_budget"] == 100


def test_awards_from_the_budget_and_allotments_of_it_at_once_share_its_points(place, sound):
    ledger = sound(minted=200)
    works = [lambda a, n=n: a.award(named(f"f{n}"), 3) for n in range(20)]
    works += [lambda a, n=n: a.allot(named(f"s{n}"), 40) for n in range(6)]
    answers = together(place, ledger, works)
    assert set(names(answers)) <= {"Outcome", "UUID", "BudgetInsufficient", "PointsInsufficient"}
    trial = commit(ledger, lambda a: a.trial())
    given, handed = 3 * names(answers).count("Outcome"), 40 * names(answers).count("UUID")
    assert (trial.get("resident", 0), trial.get("allotment", 0)) == (given, handed)
    assert trial["sponsor_budget"] == 200 - given - handed < 40


def test_two_looks_at_once_raise_each_alert_once(place, sound):
    ledger = sound(minted=100)
    commit(ledger, lambda a: a.award(ANNA, 100))
    together(place, ledger, [lambda a: points.raise_alerts_step(a.uow, a.book.code, None)] * 8)
    count = text("SELECT count(*) FROM points_alerts WHERE book_id = :book")
    assert commit(ledger, lambda a: a.uow.session.scalar(count, {"book": ledger.id})) == 3


def test_a_proposal_approved_by_many_at_once_makes_points_once(place, sound):
    ledger = sound(minted=100)
    commit(ledger, lambda a: a.fund(10_000))
    people = [Actor(id=named(f"t{n}"), roles=frozenset({Role.TREASURER})) for n in range(6)]
    made = run_in_transaction(
        lambda uow: (
            minting.propose_mint(uow, book=ledger.book.code, budget_id=ledger.budget_id, points=500, reason=None).id
        ),
        actor=people[0],
        now=NOW,
    )

    def approve(person):
        def act(acts):
            acts.uow.actor = person
            return proposals.approve_proposal(acts.uow, book=ledger.book.code, proposal_id=made).state

        return act

    answers = together(place, ledger, [approve(person) for person in people[1:]])
    assert sorted(names(answers)) == ["ProposalDecided"] * 4 + ["str"]
    assert commit(ledger, lambda a: a.trial())["sponsor_budget"] == 600


def test_two_names_for_one_id_at_once_keep_one_kind(place, sound):
    ledger = sound(minted=0)
    book = ledger.book.code

    def station(acts):
        return points.owners.name_holder(
            acts.uow, book=book, holder_id=SPONSOR, kind=points.owners.HolderKind.STATION, name="s"
        ).kind

    def sponsor(acts):
        return points.owners.name_sponsor(acts.uow, book=book, sponsor_id=SPONSOR, name="f").kind

    answers = together(place, ledger, [station, sponsor] * 4)
    kept = {answer for answer in answers if isinstance(answer, str)}
    assert len(kept) == 1
    assert {type(answer) for answer in answers if not isinstance(answer, str)} <= {errors.OwnerNamedOtherwise}
