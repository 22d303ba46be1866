"""Points for a budget over HTTP: one treasurer proposes, another approves."""

import pytest

from app.kernel.actor import Role
from tests.points.api import NOT_WHOLE, Api, refused
from tests.points.ledger import SPONSOR, Acts, open_ledger


@pytest.fixture
def book(uow):
    """A book whose sponsor has paid for 100 points and has 500 fen left."""
    made = open_ledger(uow, minted=100)
    Acts(uow, made).fund(500)
    uow.session.flush()
    return made


@pytest.fixture
def api(client, bearer, book):
    return Api(client, bearer, book.book.code)


def propose(api, book, points=50, **more):
    return api.post(f"/budgets/{book.budget_id}/mint", {"points": points} | more)


def decide(api, proposal, act, body=None, **who):
    return api.post(f"/proposals/{proposal.json['id']}/{act}", body or {}, **({"name": "deputy"} | who))


def left(api):
    return api.get("/budgets").json["items"][0]["points_left"]


def test_a_proposal_makes_nothing_and_its_approval_all(api, book):
    proposal = propose(api, book, reason="夏季活动")
    assert proposal.status_code == 201
    assert (proposal.json["state"], proposal.json["kind"], proposal.json["title"]) == ("open", "mint", "发行积分")
    assert (proposal.json["reason"], proposal.json["result_id"]) == ("夏季活动", None)
    assert proposal.json["payload"] == {"budget_id": str(book.budget_id), "points": 50, "cost_fen": 500}
    assert left(api) == 100
    approved = decide(api, proposal, "approve")
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    assert approved.json["decided_by"] not in {None, approved.json["proposed_by"]}
    made = api.get(f"/transactions/{approved.json['result_id']}").json
    assert made["code"] == "mint"
    assert left(api) == 150
    assert refused(decide(api, proposal, "approve")) == (409, "points.proposal_decided", ["proposal_id"])
    assert left(api) == 150


def test_whoever_proposed_does_not_decide(api, book):
    proposal = propose(api, book)
    path = f"/proposals/{proposal.json['id']}"
    for answer in (api.post(f"{path}/approve", {}), api.post(f"{path}/reject", {"reason": "no"})):
        assert refused(answer) == (403, "points.proposal_own", ["proposal_id"])
    assert left(api) == 100


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.CLERK, Role.CASHIER, Role.RESIDENT])
def test_only_treasurers_propose_and_approve(api, book, role):
    proposal = propose(api, book)
    assert refused(api.post(f"/budgets/{book.budget_id}/mint", {"points": 1}, role))[:2] == (403, "web.role_denied")
    assert refused(decide(api, proposal, "approve", role=role))[:2] == (403, "web.role_denied")
    assert refused(decide(api, proposal, "reject", {"reason": "no"}, role=role))[:2] == (403, "web.role_denied")


def test_a_repeat_under_its_key_proposes_and_approves_once(api, book):
    body = {"points": 20}
    path = f"/budgets/{book.budget_id}/mint"
    first, second = (api.post(path, body, key="p") for _ in range(2))
    assert first.json == second.json
    assert len(api.get("/proposals").json["items"]) == 1
    one, two = (decide(api, first, "approve", key="a") for _ in range(2))
    assert one.json == two.json
    assert left(api) == 120


def test_money_that_is_lacking_leaves_it_open_until_it_has_come(api, book):
    proposal = propose(api, book, 60)
    answer = decide(api, proposal, "approve")
    assert refused(answer) == (409, "points.funding_insufficient", [])
    assert answer.json["detail"] == "资助资金不足:可用 500 分,需要 600 分。"
    assert api.get(f"/proposals/{proposal.json['id']}").json["state"] == "open"
    api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 100, "bank_reference": "B-2"})
    assert decide(api, proposal, "approve").json["state"] == "approved"
    assert left(api) == 160


def test_two_proposals_do_not_share_the_same_money(api, book):
    first, second = propose(api, book, 50), propose(api, book, 50)
    assert decide(api, first, "approve").status_code == 200
    assert refused(decide(api, second, "approve"))[:2] == (409, "points.funding_insufficient")
    assert left(api) == 150


@pytest.mark.parametrize(("act", "state", "who"), [("reject", "rejected", "deputy"), ("withdraw", "withdrawn", None)])
def test_what_is_rejected_or_withdrawn_is_never_made(api, book, act, state, who):
    proposal = propose(api, book)
    ended = decide(api, proposal, act, {"reason": "太多"} if act == "reject" else {}, name=who)
    assert (ended.status_code, ended.json["state"], ended.json["result_id"]) == (200, state, None)
    assert refused(decide(api, proposal, "approve")) == (409, "points.proposal_decided", ["proposal_id"])
    assert left(api) == 100
    listed = api.get(f"/proposals?state={state}", Role.AUDITOR).json["items"]
    assert [each["id"] for each in listed] == [proposal.json["id"]]
    assert api.get("/proposals").json["items"] == []


def test_a_proposal_of_another_book_is_missing(api, book, client, bearer, uow):
    proposal = propose(api, book)
    other = open_ledger(uow)
    uow.session.flush()
    there = Api(client, bearer, other.book.code)
    for act, body in (("approve", {}), ("reject", {"reason": "x"}), ("withdraw", {})):
        assert refused(decide(there, proposal, act, body)) == (404, "points.proposal_missing", ["proposal_id"])
    assert refused(there.get(f"/proposals/{proposal.json['id']}"))[0] == 404
    assert there.get("/proposals").json["items"] == []


@pytest.mark.parametrize("value", [*NOT_WHOLE, "0", str(10**9 + 1)])
def test_points_are_a_whole_number_in_range(api, book, value):
    answer = api.post(f"/budgets/{book.budget_id}/mint", f'{{"points": {value}}}')
    assert refused(answer) == (422, "web.invalid", ["points"])


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, 5, "a\u0000"])
def test_a_reason_is_a_short_text(api, book, reason):
    assert refused(propose(api, book, reason=reason)) == (422, "web.invalid", ["reason"])
