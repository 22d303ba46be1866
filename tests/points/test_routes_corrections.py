import pytest

from app.kernel.actor import Role
from app.points.service import Award, award_points
from app.points.terms import Code
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, BORIS


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def reverse(api, transaction_id, **body):
    return api.post(f"/transactions/{transaction_id}/reverse", {"reason": "mistake"} | body)


def test_a_transaction_is_reversed_once(api, acts):
    award = acts.award(ANNA, 50)
    undone = reverse(api, award.subject_id, reason="记错人")
    assert undone.status_code == 201
    assert (undone.json["code"], undone.json["reverses_id"]) == ("reversal", str(award.subject_id))
    assert undone.json["evidence"] == "记错人"
    assert acts.available(ANNA) == 0
    assert api.get(f"/transactions/{award.subject_id}").json["reversed_by_id"] == undone.json["id"]
    assert refused(reverse(api, award.subject_id)) == (409, "points.already_reversed", [])


def test_a_repeat_with_its_key_is_answered_with_the_first_correction(api, acts):
    award = acts.award(ANNA, 50)
    url, body = f"/transactions/{award.subject_id}/reverse", {"reason": "mistake"}
    first, second = api.post(url, body, key="k"), api.post(url, body, key="k")
    assert (first.status_code, first.json) == (second.status_code, second.json)


def test_an_award_whose_points_were_spent_is_clawed_back(api, acts):
    award = acts.award(ANNA, 50)
    acts.redeem(ANNA, 30)
    assert refused(reverse(api, award.subject_id)) == (409, "points.already_spent", [])
    undone = reverse(api, award.subject_id, claw_back=True)
    assert undone.status_code == 201
    assert undone.json["code"] == "clawback"
    owed = {
        leg["account"]["owner_id"]: leg["amount"]
        for leg in undone.json["entries"]
        if leg["account"]["kind"] == "clawback"
    }
    assert owed == {str(ANNA): -30, str(acts.ledger.budget_id): 30}
    assert acts.available(ANNA) == 0


def test_a_reversal_that_was_declined_may_be_asked_for_again(api, acts):
    award = acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 30)
    assert refused(reverse(api, award.subject_id))[1] == "points.already_spent"
    acts.refund(spent.subject_id, ANNA, 30)
    assert reverse(api, award.subject_id).status_code == 201


def test_what_is_a_correction_itself_is_not_corrected(api, acts):
    undone = reverse(api, acts.award(ANNA, 50).subject_id)
    assert refused(reverse(api, undone.json["id"])) == (409, "points.correction_not_reversible", [])


def test_only_an_award_is_clawed_back(api, acts):
    paid_in = acts.fund(80)
    assert refused(reverse(api, paid_in.subject_id, claw_back=True)) == (409, "points.correction_not_reversible", [])


@pytest.mark.parametrize("claw_back", [False, True])
@pytest.mark.parametrize("act", ["redemption", "partly refunded redemption", "payout", "allotment"])
def test_what_other_records_rest_on_is_undone_with_them(api, acts, act, claw_back):
    """Reversed here, the payment would still read captured, and the settlement paid with its money stranded."""
    acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 8)
    if act == "partly refunded redemption":
        acts.refund(spent.subject_id, ANNA, 3)
    others = {"payout": lambda: acts.pay(80), "allotment": lambda: acts.hand_over(BORIS, 5)}
    original = others[act]() if act in others else spent
    before = acts.trial(), acts.figures(ANNA)
    answer = reverse(api, original.subject_id, claw_back=claw_back)
    assert refused(answer) == (409, "points.undone_elsewhere", [])
    assert (acts.trial(), acts.figures(ANNA)) == before
    assert api.get(f"/transactions/{original.subject_id}").json["reversed_by_id"] is None


def test_the_award_of_a_report_is_reversed(api, acts):
    award = Award("report", ANNA, 5)
    given = award_points(acts.uow, acts.book, budget_id=acts.ledger.budget_id, awards=[award], code=Code.REPORT_AWARD)
    undone = reverse(api, given[0].subject_id)
    assert (undone.status_code, undone.json["code"]) == (201, "reversal")
    assert acts.available(ANNA) == 0


@pytest.mark.parametrize("value", [1, 0, "true", "no", None, []])
def test_claw_back_is_true_or_false(api, acts, value):
    award = acts.award(ANNA, 5)
    assert refused(reverse(api, award.subject_id, claw_back=value)) == (422, "web.invalid", ["claw_back"])


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, 5, None])
def test_a_reason_is_asked_for(api, acts, reason):
    award = acts.award(ANNA, 5)
    assert refused(reverse(api, award.subject_id, reason=reason)) == (422, "web.invalid", ["reason"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.TREASURER}))
def test_only_the_treasurer_corrects(api, acts, role):
    url = f"/transactions/{acts.award(ANNA, 5).subject_id}/reverse"
    assert refused(api.post(url, {"reason": "x"}, role))[:2] == (403, "web.role_denied")
