import pytest

from app.kernel.actor import Role
from app.points.terms import AccountKind
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, BORIS, SHOP, open_ledger


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def balances(api, **more):
    return {row["kind"]: row["balance"] for row in api.get("/trial-balance", **more).json["rows"]}


def account_of(api, kind, owner_id=None):
    found = [line for line in api.walk(f"/accounts?kind={kind}", limit=100) if owner_id in (None, line["owner_id"])]
    return found[0]


def reverse(api, transaction_id, **body):
    return api.post(f"/transactions/{transaction_id}/reverse", {"reason": "mistake"} | body)


# --- trial balance


def test_a_trial_balance_sums_to_zero_before_and_after_folding(api, acts):
    acts.award(ANNA, 50)
    acts.redeem(ANNA, 8)
    unfolded = api.get("/trial-balance", Role.AUDITOR)
    assert unfolded.status_code == 200
    assert (unfolded.json["sums"], unfolded.json["balanced"]) == ({"points": 0, "fen": 0}, True)
    assert balances(api) == {
        "issuance": -100_000,
        "sponsor_budget": 99_950,
        "resident": 42,
        "merchant_points": 8,
        "bank": -1_000_000,
        "sponsor_funding": 0,
        "budget_reserve": 999_500,
        "points_liability": 420,
        "merchant_payable": 80,
    }
    acts.fold(limit=2)
    half = balances(api)
    acts.fold()
    assert half == balances(api) == {row["kind"]: row["balance"] for row in unfolded.json["rows"]}


def test_a_trial_balance_names_its_kinds_in_the_readers_language(api, acts):
    acts.award(ANNA, 50)
    zh, en = (api.get("/trial-balance", lang=lang).json["rows"] for lang in ("zh-CN", "en"))
    titles = {row["kind"]: (row["title"], other["title"]) for row, other in zip(zh, en, strict=True)}
    assert titles["resident"] == ("居民存折", "Residents' passbooks")
    assert {row["kind"]: row["accounts"] for row in zh}["sponsor_budget"] == 16


# --- accounts


def test_accounts_are_listed_by_pages_with_what_is_in_them(api, acts):
    acts.award(ANNA, 50)
    acts.award(BORIS, 20)
    acts.redeem(ANNA, 8)
    acts.hold(BORIS, 5)
    acts.fold(limit=2)
    lines = api.walk("/accounts", limit=4)
    assert lines == api.walk("/accounts", limit=100)
    assert [line["kind"] for line in lines] == sorted(line["kind"] for line in lines)
    sums = dict.fromkeys(balances(api), 0)
    for line in lines:
        sums[line["kind"]] += line["balance"]
    assert sums == balances(api)
    assert account_of(api, "resident", str(BORIS)) | {"id": ""} == {
        "id": "",
        "kind": "resident",
        "owner_id": str(BORIS),
        "stripe": 0,
        "asset": "points",
        "folded": False,
        "balance": 20,
        "held": 5,
        "version": 1,
        "frozen_reason": None,
        "opened_at": "2026-06-15T10:00:00+08:00",
    }
    assert [line["stripe"] for line in api.walk("/accounts?kind=sponsor_budget", limit=7)] == list(range(16))


def test_accounts_take_two_reads_however_many(api, acts):
    acts.award(ANNA, 1)
    for limit in (1, 100):
        with statements() as run:
            api.get(f"/accounts?limit={limit}")
        assert len(run) == 2


def test_only_known_kinds_are_asked_for(api):
    assert refused(api.get("/accounts?kind=gold")) == (422, "web.invalid", ["kind"])
    assert refused(api.get("/accounts?kind=bank&kind=bank"))[1] == "web.query_key_repeated"
    assert refused(api.get("/accounts?sort=x")) == (422, "web.invalid", ["sort"])


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "WyJiYW5rIiwiXHVkODAwIiwwXQ",
        "WyJiYW5rIiwieCIsMF0",
        "WyJiYW5rIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIiw5OTk5OV0",
    ],
)
def test_a_forged_account_cursor_is_refused(api, cursor):
    assert refused(api.get(f"/accounts?cursor={cursor}")) == (422, "kernel.cursor_invalid", ["cursor"])


# --- the entries of an account


def test_entries_of_a_folded_account_come_newest_first_by_pages(api, acts):
    for amount in range(1, 6):
        acts.award(ANNA, amount)
        acts.redeem(ANNA, amount)
    acts.fold(limit=3)
    shop = account_of(api, "merchant_points", str(SHOP))
    items = api.walk(f"/accounts/{shop['id']}/entries", limit=2)
    assert [item["amount"] for item in items] == [5, 4, 3, 2, 1]
    assert {(item["version"], item["balance_after"], item["asset"]) for item in items} == {(None, None, "points")}
    assert items[0]["sentence"] == "商户消费,存入 5 积分"


def test_entries_of_a_strict_account_carry_their_versions(api, acts):
    for amount in range(1, 6):
        acts.award(ANNA, amount)
    passbook = account_of(api, "resident", str(ANNA))
    items = api.walk(f"/accounts/{passbook['id']}/entries", limit=2)
    assert [item["version"] for item in items] == [5, 4, 3, 2, 1]
    with statements() as run:
        api.get(f"/accounts/{passbook['id']}/entries?limit=2")
    assert len(run) == 4  # the book, the account, its balance, the page


def test_money_is_told_in_yuan(api, acts):
    acts.award(ANNA, 50)
    liability = account_of(api, AccountKind.POINTS_LIABILITY)
    item = api.get(f"/accounts/{liability['id']}/entries", lang="en").json["items"][0]
    assert (item["asset"], item["amount"]) == ("fen", 500)
    assert item["sentence"] == "Earned by volunteering: CNY 5.00 in"


def test_a_cursor_of_the_other_class_is_refused(api, acts):
    acts.award(ANNA, 1)
    acts.award(ANNA, 1)
    strict, folded = account_of(api, "resident"), account_of(api, "points_liability")
    of_strict = api.get(f"/accounts/{strict['id']}/entries?limit=1").json["next_cursor"]
    of_folded = api.get(f"/accounts/{folded['id']}/entries?limit=1").json["next_cursor"]
    for account, cursor in ((strict, of_folded), (folded, of_strict)):
        answer = api.get(f"/accounts/{account['id']}/entries?cursor={cursor}")
        assert refused(answer) == (422, "kernel.cursor_invalid", ["cursor"])


def test_accounts_and_transactions_of_another_book_are_missing(api, acts, uow):
    other = open_ledger(uow)
    foreign = other.passbook(ANNA)
    award = type(acts)(uow, other).award(ANNA, 5)
    assert refused(api.get(f"/accounts/{foreign}/entries")) == (404, "points.account_missing", ["account_id"])
    missing = (404, "points.transaction_missing", ["transaction_id"])
    assert refused(api.get(f"/transactions/{award.subject_id}")) == missing
    assert refused(reverse(api, award.subject_id)) == missing
    assert refused(reverse(api, award.subject_id, claw_back=True)) == missing


# --- transactions


def test_a_transaction_is_shown_with_its_legs_and_lots(api, acts):
    acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 8, cause="till-1")
    shown = api.get(f"/transactions/{spent.subject_id}", Role.AUDITOR).json
    legs = {leg["account"]["kind"]: leg for leg in shown.pop("entries")}
    assert {kind: leg["amount"] for kind, leg in legs.items()} == {
        "resident": -8,
        "merchant_points": 8,
        "points_liability": -80,
        "merchant_payable": 80,
    }
    assert (legs["resident"]["version"], legs["resident"]["balance_after"]) == (2, 42)
    assert len(bytes.fromhex(legs["resident"]["chain"])) == 32
    assert legs["merchant_points"]["chain"] is None
    assert shown.pop("lot_moves") == [
        {
            "line": legs["resident"]["line"],
            "expires_on": "2028-06-30",
            "budget_id": str(acts.ledger.budget_id),
            "points": -8,
            "cost_fen": -80,
            "restores": False,
        }
    ]
    assert shown == {
        "id": str(spent.subject_id),
        "code": "redemption",
        "cause": "till-1",
        "actor_id": "00000000-0000-0000-0000-000000000000",
        "evidence": None,
        "recorded_at": "2026-06-15T10:00:00+08:00",
        "effective_at": "2026-06-15T10:00:00+08:00",
        "hold_id": None,
        "reverses_id": None,
        "refunds_id": None,
        "reversed_by_id": None,
        "partly_refunded": False,
    }
    acts.refund(spent.subject_id, ANNA, 3)
    assert api.get(f"/transactions/{spent.subject_id}").json["partly_refunded"] is True


def test_a_transaction_takes_a_fixed_number_of_reads(api, acts):
    award = acts.award(ANNA, 50)
    with statements() as run:
        api.get(f"/transactions/{award.subject_id}")
    assert len(run) == 6  # the book, the header, its reversal, its legs, its lots, whether it was refunded


# --- who may


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.AUDITOR, Role.TREASURER}))
def test_the_books_are_for_auditors_and_treasurers(api, acts, role):
    award = acts.award(ANNA, 5)
    passbook = acts.ledger.passbook(ANNA)
    for path in ("/trial-balance", "/accounts", f"/accounts/{passbook}/entries", f"/transactions/{award.subject_id}"):
        assert refused(api.get(path, role))[:2] == (403, "web.role_denied")
