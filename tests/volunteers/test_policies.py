"""The policy of awards: one treasurer holds more back at once, two hold less back."""

from dataclasses import asdict, replace
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.volunteers import service
from app.volunteers.errors import (
    PolicyEased,
    PolicyProposalDecided,
    PolicyProposalMissing,
    PolicyProposalOutdated,
    PolicyProposalOwn,
)
from app.volunteers.service.policies import BEGINNING, limits_of
from tests.places.ground import lay
from tests.points.api import refused
from tests.points.ledger import open_ledger
from tests.volunteers.desk import Desk, Street

STRICT = {"roster_required": True, "paper_points_max": 50, "alone_points_max": 100, "sample_permille": 100}
EASIER = [
    {"roster_required": False},
    {"paper_points_max": 51},
    {"alone_points_max": 101},
    {"sample_permille": 99},
    {"paper_points_max": 51, "sample_permille": 1000},
]


@pytest.fixture
def desk(api, acts):
    """The policy in force is STRICT."""
    made = Desk(api, acts)
    made.policy(**STRICT)
    return made


def set_alone(desk, **changes):
    return desk.api.post("/award-policy", STRICT | changes)


def waiting(desk, state="open", role=Role.TREASURER, limit=50):
    return desk.api.walk(f"/award-policy-proposals?state={state}", role, limit=limit)


@pytest.mark.parametrize("changes", EASIER)
def test_attack_10_one_treasurer_alone_eases_nothing(desk, acts, changes):
    answer = set_alone(desk, **changes)
    assert refused(answer) == (403, PolicyEased.code, [])
    assert next(iter(changes)) in answer.json["detail"]
    assert limits_of(acts.uow.session, acts.ledger.id) == replace(BEGINNING, **STRICT)


def test_attack_10_what_every_book_begins_with_is_not_eased_by_one_either(uow):
    book = open_ledger(uow).book.code
    for changes in EASIER[1:4]:
        eased = asdict(BEGINNING) | {name: getattr(BEGINNING, name) + by for name, by in steps(changes)}
        with pytest.raises(PolicyEased):
            service.set_policy(uow, book=book, **eased)


def steps(changes):
    return [(name, -1 if name == "sample_permille" else 1) for name in changes]


def test_to_hold_more_back_takes_one_and_is_at_once(desk, acts):
    tighter = {"paper_points_max": 0, "alone_points_max": 10, "sample_permille": 1000}
    assert set_alone(desk, **tighter).status_code == 200
    assert limits_of(acts.uow.session, acts.ledger.id) == replace(BEGINNING, **STRICT | tighter)
    assert set_alone(desk, **tighter).status_code == 200  # the same again


def test_attack_10_two_treasurers_ease_it(desk, acts):
    made = desk.propose(**STRICT | {"paper_points_max": 60}).json
    assert (made["state"], made["paper_points_max"], made["decided_by"]) == ("open", 60, None)
    assert limits_of(acts.uow.session, acts.ledger.id).paper_points_max == 50
    assert [each["id"] for each in waiting(desk, role=Role.AUDITOR)] == [made["id"]]
    assert refused(desk.decide(made["id"], "approve", by="treasurer")) == (
        403,
        PolicyProposalOwn.code,
        ["policy_proposal_id"],
    )
    done = desk.decide(made["id"], "approve", by="deputy").json
    assert (done["state"], done["decided_by"]) == ("approved", str(desk.id_of("deputy")))
    assert limits_of(acts.uow.session, acts.ledger.id).paper_points_max == 60
    assert (waiting(desk), [each["id"] for each in waiting(desk, "approved")][:1]) == ([], [made["id"]])


def test_attack_10_a_relative_does_not_approve_nor_reject_it(desk, acts):
    ground = lay(acts.uow, book=acts.book.code, name=f"区 {acts.book.code}")
    street = Street(acts, ground.estate(buildings=1, units=1)["1号楼"].id)
    treasurer, aunt = (street.account(desk.id_of(name)) for name in ("treasurer", "aunt"))
    street.moves_in(treasurer, desk.id_of("treasurer"))
    street.declare(aunt, treasurer)
    acts.uow.session.flush()
    made = desk.propose().json["id"]
    assert refused(desk.decide(made, "approve", by="aunt"))[1] == PolicyProposalOwn.code
    assert refused(desk.decide(made, "reject", by="aunt", reason="x"))[1] == PolicyProposalOwn.code
    street.end(aunt)
    assert desk.decide(made, "approve", by="aunt").status_code == 200


def test_it_is_rejected_or_withdrawn_once_and_by_the_right_one(desk, acts):
    one, other = (desk.propose().json["id"] for _ in range(2))
    assert refused(desk.decide(one, "reject", by="treasurer", reason="x"))[1] == PolicyProposalOwn.code
    rejected = desk.decide(one, "reject", by="deputy", reason="太松").json
    assert (rejected["state"], rejected["decision_reason"]) == ("rejected", "太松")
    assert refused(desk.decide(other, "withdraw", by="deputy"))[:2] == (404, PolicyProposalMissing.code)
    assert desk.decide(other, "withdraw", by="treasurer").json["state"] == "withdrawn"
    for each in (one, other):
        assert refused(desk.decide(each, "approve", by="deputy"))[:2] == (409, PolicyProposalDecided.code)
    missing = desk.decide(str(uuid4()), "approve", by="deputy")
    assert refused(missing) == (404, PolicyProposalMissing.code, ["policy_proposal_id"])
    assert limits_of(acts.uow.session, acts.ledger.id) == replace(BEGINNING, **STRICT)


def test_after_fourteen_days_it_is_over(desk):
    made = desk.propose().json["id"]
    in_time, late = desk.later(days=13), desk.later(days=14)
    assert [each["id"] for each in waiting(in_time)] == [made]
    assert waiting(late) == []
    [gone] = waiting(late, "expired")
    assert (gone["id"], gone["state"]) == (made, "expired")
    assert refused(late.decide(made, "approve", by="deputy"))[:2] == (409, PolicyProposalDecided.code)
    assert in_time.decide(made, "approve", by="deputy").status_code == 200


def test_attack_10_what_was_tightened_meanwhile_is_not_eased_by_an_older_proposal(desk, acts):
    made = desk.propose().json["id"]
    assert set_alone(desk, alone_points_max=60).status_code == 200
    assert refused(desk.decide(made, "approve", by="deputy"))[:2] == (409, PolicyProposalOutdated.code)
    assert limits_of(acts.uow.session, acts.ledger.id).alone_points_max == 60
    assert desk.decide(made, "reject", by="deputy", reason="过时").status_code == 200


def test_the_list_is_paged(desk):
    made = [desk.propose().json["id"] for _ in range(3)]
    assert [each["id"] for each in waiting(desk, limit=2)] == made[::-1]


def test_the_database_wants_two_people_and_what_they_agreed_on(desk, acts):
    """Also of what every book begins with: its numbers stand in the migration too."""
    session = acts.uow.session
    waits = desk.propose().json["id"]

    def put(book_id, proposal_id=None, **changes):
        with session.begin_nested():
            session.execute(
                text(
                    "INSERT INTO volunteers_award_policies (book_id, id, roster_required, paper_points_max,"
                    " alone_points_max, sample_permille, set_by, set_at, proposal_id) VALUES (:book, :id,"
                    " :roster_required, :paper_points_max, :alone_points_max, :sample_permille, :id, now(), :proposal)"
                ),
                STRICT | changes | {"book": book_id, "id": acts.uow.new_id(), "proposal": proposal_id},
            )

    fresh = open_ledger(acts.uow).id
    for changes in EASIER[1:4]:
        eased = asdict(BEGINNING) | {name: getattr(BEGINNING, name) + by for name, by in steps(changes)}
        with pytest.raises(Exception, match="takes two people"):
            put(fresh, **eased)
    put(fresh, **asdict(BEGINNING))
    for changes in EASIER:
        with pytest.raises(Exception, match="takes two people"):
            put(acts.ledger.id, **changes)
    with pytest.raises(Exception, match="not what two people agreed on"):
        put(acts.ledger.id, waits, paper_points_max=51)
    proposer = desk.id_of("treasurer")
    with pytest.raises(Exception) as caught, session.begin_nested():
        session.execute(
            text(
                "UPDATE volunteers_policy_proposals SET state = 'approved', decided_by = :by, decided_at = :now"
                " WHERE id = :id"
            ),
            {"by": proposer, "now": acts.uow.now, "id": waits},
        )
    assert isinstance(caught.value.orig, psycopg.errors.CheckViolation)
    with pytest.raises(Exception, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE volunteers_policy_proposals SET paper_points_max = 0"))
