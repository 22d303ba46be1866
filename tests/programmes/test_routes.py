"""The district office sets up books, all of a template or nothing of it."""

import copy
import json

import pytest
import sqlalchemy

from app.kernel.actor import Role
from app.merchants import service as merchants
from app.merchants.errors import ShopTwice
from app.points.service import proposals
from app.programmes import errors, service, terms
from app.programmes.schemas import BUILT_IN, load_built_in, load_template
from tests.points.api import Api, refused
from tests.points.ledger import SHOP, open_ledger

COMMUNITY = json.loads(BUILT_IN["community"].read_text(encoding="utf-8"))
COUNTS = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM {table})"
    for table in ("points_books", "points_budgets", "points_award_rules", "points_proposals", "merchants_shops")
)


def counts(session):
    return tuple(session.execute(sqlalchemy.text(COUNTS)).one())


@pytest.fixture
def post(client, bearer):
    """Post a body as the district office, or as somebody else."""
    return lambda body, role=Role.DISTRICT, **who: client.post("/v1/books", json=body, headers=bearer(role, **who))


def template(**changes):
    return copy.deepcopy(COMMUNITY) | changes


def changed(path, value):
    """The community's template with one place changed."""
    made = template(shops=[{"name": "面馆", "street": "忠义街"}])
    place = made
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        place = place[step]
    place[last] = value
    return made


def test_a_programme_is_set_up_whole(post, client, bearer, session):
    answer = post({"code": "zhongyi", "template": template(shops=[{"name": "面馆", "street": "忠义街"}])})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["code"], made["name"], made["shop_count"]) == ("zhongyi", COMMUNITY["name"], 1)
    assert [part["name"] for part in made["budgets"]] == [part["name"] for part in COMMUNITY["budgets"]]
    assert [part["code"] for part in made["rules"]] == [part["code"] for part in COMMUNITY["rules"]]
    inside = Api(client, bearer, "zhongyi")
    assert {each["id"] for each in inside.walk("/budgets", limit=9)} == {part["id"] for part in made["budgets"]}
    assert [each["name"] for each in inside.walk("/shops", limit=9)] == ["面馆"]
    waiting = inside.walk("/proposals", limit=50)
    assert {each["id"] for each in waiting} == {part["proposal_id"] for part in made["rules"]}
    assert {each["kind"] for each in waiting} == {"rule"}
    published = sqlalchemy.text("SELECT count(*) FROM points_award_rule_versions WHERE published_at IS NOT NULL")
    assert session.scalar(published) == 0


def test_the_same_code_is_taken_the_second_time(post, session):
    assert post({"code": "zhongyi", "template": "community"}).status_code == 201
    before = counts(session)
    assert refused(post({"code": "zhongyi", "template": "community"})) == (409, "points.book_code_taken", ["code"])
    assert counts(session) == before


def test_expiry_by_the_year_is_set(post, client, bearer):
    yearly = template(expiry_policy="yearly", expiry_month=12, expiry_day=31)
    assert post({"code": "zhongyi", "template": yearly}).status_code == 201
    shown = Api(client, bearer, "zhongyi").get("").json
    assert (shown["expiry_policy"], shown["expiry_month"], shown["expiry_day"]) == ("yearly", 12, 31)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.DISTRICT}))
def test_nobody_of_a_book_sets_one_up(post, role):
    assert refused(post({"code": "zhongyi", "template": "community"}, role))[:2] == (403, "web.role_denied")


def test_the_district_office_sees_nothing_inside_a_book(client, bearer, uow):
    book = open_ledger(uow).book.code
    for path in ("", "/budgets", "/trial-balance", "/shops", "/passbook", "/clearing/agreements"):
        answer = client.get(f"/v1/books/{book}{path}", headers=bearer(Role.DISTRICT))
        assert answer.status_code == 403, path
    me = client.get("/v1/me", headers=bearer(Role.DISTRICT))
    assert (me.status_code, me.json["book"]) == (200, None)


WRONG_FIELDS = {
    "name": "",
    "currency_name": "x" * 31,
    "validity_months": 121,
    "grace_days": 0,
    "expired_cost_goes_to": "me",
    "expiry_policy": "never",
    "expiry_month": 13,
    "expiry_day": 0,
    "sponsors.1.name": None,
    "sponsors": "all",
    "budgets.0.name": "x" * 101,
    "budgets.2.sponsor": 5,
    "budgets.1.point_value_fen": -1,
    "rules.3.code": "Report Valid",
    "rules.3.title": "",
    "rules.3.budget": None,
    "rules.3.formula": "__import__('os')",
    "rules.3.cycle": "hour",
    "rules.3.points_max": 10_001,
    "rules.0.grades.A.value": "x",
    "rules.3.person_day_max": 0,
    "rules.3.person_month_max": 1_000_001,
    "rules.3.household_day_max": "5",
    "rules.3.household_month_max": 1.5,
    "rules.3.validity_months": 0,
    "shops.0.name": "",
    "shops.0.street": None,
    "shops.0.id": "x",
    "shops_from": "No Book",
    "rules.3.more": 1,
    "more": 1,
}


@pytest.mark.parametrize("path", WRONG_FIELDS)
def test_each_wrong_field_is_named_by_its_path(post, session, path):
    before = counts(session)
    place = path.removesuffix(".value")
    answer = post({"code": "zhongyi", "template": changed(place, WRONG_FIELDS[path])})
    assert refused(answer) == (422, "web.invalid", [f"template.{path}"])
    assert counts(session) == before


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("rules.3.budget", "无", "programmes.name_unknown"),
        ("rules.3.code", "vol.hours", "programmes.name_twice"),
        ("rules.3.person_month_max", 1, "points.rule_caps_wrong"),
        ("expiry_day", 5, "programmes.day_wrong"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(post, session, path, value, code):
    before = counts(session)
    assert refused(post({"code": "zhongyi", "template": changed(path, value)})) == (422, code, [f"template.{path}"])
    assert counts(session) == before


def test_a_day_that_no_year_has_is_named_by_its_path(post, session):
    before = counts(session)
    wrong = template(expiry_policy="yearly", expiry_month=4, expiry_day=31)
    answer = post({"code": "zhongyi", "template": wrong})
    assert refused(answer) == (422, "points.fixed_day_invalid", ["template.expiry_day"])
    assert counts(session) == before


def test_a_code_that_is_taken_is_named_where_it_was_given(post, uow):
    taken = open_ledger(uow).book.code
    assert refused(post({"code": taken, "template": "community"})) == (409, "points.book_code_taken", ["code"])


@pytest.mark.parametrize("body", [{"code": "zhongyi"}, {"code": "zhongyi", "template": "village"}, {"template": {}}])
def test_a_template_is_needed(post, body):
    assert post(body).status_code == 422


def test_the_shops_of_another_book_are_the_same_shops(post, client, bearer, uow):
    source = open_ledger(uow).book.code
    merchants.open_shop(uow, book=source, name="面馆", street="忠义街", shop_id=SHOP)
    answer = post({"code": "zhongyi", "template": template(shops_from=source)})
    assert answer.json["shop_count"] == 1
    [shop] = Api(client, bearer, "zhongyi").walk("/shops", limit=9)
    assert (shop["id"], shop["name"]) == (str(SHOP), "面馆")


def test_a_source_that_is_not_there_undoes_all(post, session):
    before = counts(session)
    answer = post({"code": "zhongyi", "template": template(shops_from="nowhere")})
    assert refused(answer) == (404, "points.book_missing", ["template.shops_from"])
    assert counts(session) == before


def test_a_shop_that_is_copied_and_listed_is_named(post, uow, session):
    source = open_ledger(uow).book.code
    merchants.open_shop(uow, book=source, name="面馆", street="忠义街", shop_id=SHOP)
    before = counts(session)
    listed = [{"name": "面馆", "street": "忠义街", "id": str(SHOP)}]
    answer = post({"code": "zhongyi", "template": template(shops_from=source, shops=listed)})
    assert refused(answer) == (409, ShopTwice.code, ["template.shops"])
    assert counts(session) == before


def test_a_book_describes_itself_so_that_another_is_set_up_alike(post, uow, session, client, bearer):
    assert (
        post({"code": "zhongyi", "template": template(shops=[{"name": "面馆", "street": "忠义街"}])}).status_code == 201
    )
    publish = sqlalchemy.text(
        "UPDATE points_award_rule_versions SET published_by = :by, published_at = proposed_at WHERE code <> 'vol.lead'"
    )
    session.execute(publish, {"by": SHOP})
    described = service.describe_programme(uow, book="zhongyi")
    assert sorted(part.code for part in described.rules) == sorted(
        part["code"] for part in COMMUNITY["rules"] if part["code"] != "vol.lead"
    )
    assert {part.name for part in described.sponsors} == {part["name"] for part in COMMUNITY["sponsors"]}
    alike = service.create_programme(uow, code="second", template=described)
    assert (len(alike.budgets), len(alike.rules), alike.shop_count) == (4, len(COMMUNITY["rules"]) - 1, 1)
    again = service.describe_programme(uow, book="second")
    assert {part.name for part in again.budgets} == {part.name for part in described.budgets}
    assert load_template(COMMUNITY) == load_built_in("community")


RULE_SQL = """
    INSERT INTO points_award_rules (book_id, code, title, created_by, created_at)
    SELECT :book, 'rule.' || n, '规则', :by, now() FROM generate_series(1, :count) n"""
VERSION_SQL = """
    INSERT INTO points_award_rule_versions (book_id, code, version, budget_id, formula, grades, cycle, points_max,
                                            proposed_by, proposed_at, published_by, published_at)
    SELECT :book, 'rule.' || n, 1, :budget, '5', '{}', 'once', 5, :by, now(), gen_random_uuid(), now()
      FROM generate_series(1, :count) n"""
BUDGET_SQL = """
    INSERT INTO points_budgets (book_id, id, sponsor_id, name, point_value_fen, created_at)
    SELECT :book, gen_random_uuid(), gen_random_uuid(), '活动' || n, 10, now() FROM generate_series(1, :count) n"""


def fill(uow, ledger, *statements, count):
    values = {"book": ledger.id, "by": SHOP, "count": count, "budget": ledger.budget_id}
    for statement in statements:
        uow.session.execute(sqlalchemy.text(statement), values)


@pytest.mark.parametrize(
    ("statements", "path", "most"),
    [((RULE_SQL, VERSION_SQL), "rules", terms.RULES_MAX), ((BUDGET_SQL,), "sponsors", terms.SPONSORS_MAX)],
)
def test_a_book_with_more_than_a_template_holds_is_not_cut_but_refused(uow, statements, path, most):
    ledger = open_ledger(uow)
    held = 0 if path == "rules" else 1
    fill(uow, ledger, *statements, count=most - held)
    whole = service.describe_programme(uow, book=ledger.book.code)
    assert len(getattr(whole, path)) == most
    ledger = open_ledger(uow)
    fill(uow, ledger, *statements, count=most + 1 - held)
    with pytest.raises(errors.BookTooLargeForTemplate) as too_large:
        service.describe_programme(uow, book=ledger.book.code)
    assert too_large.value.params | {"field": path} == {
        "field": path,
        "path": path,
        "book": ledger.book.code,
        "most": most,
    }


def test_budgets_of_one_sponsor_are_not_cut_either(uow):
    ledger = open_ledger(uow)
    one = BUDGET_SQL.replace("gen_random_uuid(), gen_random_uuid()", "gen_random_uuid(), :by")
    fill(uow, ledger, one, count=terms.BUDGETS_MAX - 1)
    assert len(service.describe_programme(uow, book=ledger.book.code).budgets) == terms.BUDGETS_MAX
    fill(uow, ledger, one, count=1)
    with pytest.raises(errors.BookTooLargeForTemplate) as too_large:
        service.describe_programme(uow, book=ledger.book.code)
    assert too_large.value.detail("en").startswith(f"budgets: the book {ledger.book.code} has more than the 50")


def test_rules_wait_for_a_person_who_did_not_set_the_book_up(post, uow, client, bearer):
    made = post({"code": "zhongyi", "template": "community"}, person_id=SHOP).json
    waiting = proposals.show_proposal(uow, book="zhongyi", proposal_id=made["rules"][0]["proposal_id"])
    assert waiting.proposed_by == SHOP
    inside = Api(client, bearer, "zhongyi")
    own = inside.post(f"/proposals/{waiting.id}/approve", {}, person_id=SHOP)
    assert refused(own)[1] == "points.proposal_own"
