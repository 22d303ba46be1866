"""Awards that wait, with real commits: one end, whoever comes at once."""

from dataclasses import asdict, replace
from datetime import date

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.risk.service import create_list
from app.volunteers import service
from app.volunteers.models import AwardCheck
from app.volunteers.service import Activity, Service
from app.volunteers.service.policies import BEGINNING, limits_of
from tests.fixtures.together import alone, split, together
from tests.fixtures.work import NOW
from tests.points.ledger import ANNA, Acts, named, open_ledger
from tests.points.programme import publish
from tests.volunteers.conftest import generous

COORDINATOR = Actor(named("coordinator"), frozenset({Role.COORDINATOR}))
TREASURERS = [Actor(named(f"treasurer {n}"), frozenset({Role.TREASURER})) for n in range(3)]
WAIT = text("SELECT 1 FROM risk_lists FOR KEY SHARE")
COUNT = text("SELECT count(*) FROM volunteers_award_checks WHERE book_id = :book")


@pytest.fixture(autouse=True)
def rules():
    """Not those of the savepoint's book."""


@pytest.fixture
def ledger(real_commits):
    """A book where everything waits, and a row for all to wait at."""

    def open_it(uow):
        made = open_ledger(uow)
        publish(uow, made, "event", "chosen", points_max=500)
        generous(uow, made.book.code, paper_points_max=0, alone_points_max=0)
        create_list(uow, book=made.book.code, code="gate", title="x")
        return made

    return alone(open_it, at=NOW)


def telling(ledger, *, allotment_id=None, activity="楼道清扫", points=30):
    def tell(uow):
        uow.session.execute(WAIT)
        done = Activity("event", activity, date(2026, 6, 15), allotment_id=allotment_id)
        one = Service(ANNA, chosen_points=points)
        row = service.award_volunteer(
            replace(uow, actor=COORDINATOR), book=ledger.book.code, service=one, activity=done
        )
        return row.check_id

    return tell


def deciding(ledger, check_id, actor, *, confirm=True):
    def decide(uow):
        uow.session.execute(WAIT)
        who = replace(uow, actor=actor)
        if confirm:
            return service.confirm_award(who, book=ledger.book.code, check_id=check_id, reason=None).award_id
        return service.reject_award(who, book=ledger.book.code, check_id=check_id, reason="x").state

    return decide


def available(ledger):
    return alone(lambda uow: Acts(uow, ledger).available(ANNA), at=NOW)


GATE = "risk_lists"


def test_told_five_times_at_once_it_waits_once(real_commits, ledger):
    told, refusals = split(together(real_commits, *[telling(ledger)] * 5, at=NOW, gate=GATE))
    assert (refusals, len(set(told))) == ([], 1)
    assert alone(lambda uow: uow.session.scalar(COUNT, {"book": ledger.id})) == 1


def test_attack_7_the_rest_of_a_limit_told_five_times_at_once_waits_for_all(real_commits, ledger):
    """Each reads what waits before any of them is decided; only the first may find nothing there."""
    alone(lambda uow: generous(uow, ledger.book.code, paper_points_max=40, alone_points_max=40), at=NOW)
    assert alone(telling(ledger, activity="先发的"), at=NOW) is None  # paid: 30 of 40
    gate = "LOCK TABLE risk_decisions IN EXCLUSIVE MODE"
    told, refusals = split(together(real_commits, *[telling(ledger)] * 5, at=NOW, gate=gate))
    assert (refusals, len(set(told))) == ([], 1)
    assert None not in told
    assert available(ledger) == 30


def test_confirmed_and_rejected_at_once_it_ends_one_way(real_commits, ledger):
    check_id = alone(telling(ledger), at=NOW)
    works = [deciding(ledger, check_id, each, confirm=n != 1) for n, each in enumerate(TREASURERS)]
    _, refusals = split(together(real_commits, *works, at=NOW, gate=GATE))
    state = alone(lambda uow: uow.session.get(AwardCheck, (ledger.id, check_id)).state)
    assert [type(each).__name__ for each in refusals] == ["CheckDecided"] * (1 if state == "confirmed" else 2)
    assert available(ledger) == (30 if state == "confirmed" else 0)


def test_an_allotment_is_not_overdrawn_by_what_is_confirmed_at_once(real_commits, ledger):
    spenders = (COORDINATOR.id,)
    allotment = alone(lambda uow: Acts(uow, ledger).allot(named("station"), 70, spender_ids=spenders), at=NOW)
    names = [f"活动 {n}" for n in range(3)]
    checks = [alone(telling(ledger, allotment_id=allotment, activity=name), at=NOW) for name in names]
    works = [deciding(ledger, check, each) for check, each in zip(checks, TREASURERS, strict=True)]
    paid, refusals = split(together(real_commits, *works, at=NOW, gate=GATE))
    assert (len(paid), [type(each).__name__ for each in refusals]) == (2, ["PointsInsufficient"])
    assert available(ledger) == 60


def test_attack_10_a_policy_is_eased_once_and_tightened_at_once_it_ends_tight(real_commits, ledger):
    """All read the same policy before one of them is in force; whoever comes later finds the proposal outdated."""
    book = ledger.book.code
    wanted = asdict(BEGINNING) | {"paper_points_max": 200}
    nothing = {"paper_points_max": 0, "alone_points_max": 0, "sample_permille": 1000}
    proposer, *others = TREASURERS

    def propose(uow):
        return service.propose_policy(replace(uow, actor=proposer), book=book, reason="x", **wanted).proposal.id

    def approving(proposal_id, actor):
        return lambda uow: service.approve_policy(replace(uow, actor=actor), book=book, proposal_id=proposal_id)

    works = [approving(alone(propose, at=NOW), actor) for actor in others]
    works.append(lambda uow: service.set_policy(uow, book=book, **wanted | nothing))
    gate = "LOCK TABLE volunteers_award_policies IN EXCLUSIVE MODE"
    done, lost = split(together(real_commits, *works, at=NOW, gate=gate))
    assert len(done) <= 2
    assert {type(each).__name__ for each in lost} == {"PolicyProposalOutdated"}
    assert alone(lambda uow: limits_of(uow.session, ledger.id), at=NOW).alone_points_max == 0
