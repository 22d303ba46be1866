"""The demo neighbourhood: who and what is there, the same every time."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.infra.unit_of_work import clock
from app.kernel.actor import Role
from app.points import queries
from sandbox.neighbourhood import places
from sandbox.neighbourhood.__main__ import report
from sandbox.neighbourhood.load import OPENED_BEFORE, load
from sandbox.neighbourhood.people import roster


def test_loading_twice_changes_nothing(app: Flask, session: Session) -> None:
    first = load(roster())
    book_id = queries.find_book_id(session, places.BOOK)
    before = queries.list_trial_balance(session, book_id)

    second = load(roster())

    assert dict(first.made) == {"books": 1, "sponsors": 3, "budgets": 5, "rules": 5, "shops": 12}
    assert not second.made
    assert dict(second.found) == dict(first.made)
    assert queries.list_trial_balance(session, book_id) == before
    assert "没有改动" in report(second, roster())
    assert "没有改动" not in report(first, roster())


def test_every_sponsor_is_called_by_its_name_so_that_a_trace_ends_with_somebody(app: Flask, session: Session) -> None:
    load(roster())
    load(roster())

    book_id = queries.find_book_id(session, places.BOOK)
    named = queries.names_of(session, book_id, [sponsor.id for sponsor in places.SPONSORS])
    assert named == {sponsor.id: sponsor.name for sponsor in places.SPONSORS}


def test_the_money_is_behind_the_points(app: Flask, session: Session) -> None:
    load(roster())

    balances = {
        kind: balance
        for kind, _, balance, _ in queries.list_trial_balance(session, queries.find_book_id(session, places.BOOK))
    }

    assert balances["sponsor_budget"] == sum(plan.points for plan in places.BUDGETS)
    assert balances["budget_reserve"] == sum(plan.points * plan.point_value_fen for plan in places.BUDGETS)
    assert balances["bank"] == -sum(sponsor.funds_fen for sponsor in places.SPONSORS)
    assert {plan.point_value_fen for plan in places.BUDGETS} == {0, 5, 10}


def test_it_opened_before_the_week_that_a_demo_plays(app: Flask, session: Session) -> None:
    load(roster())

    assert queries.get_book(session, places.BOOK).created_at < clock() - OPENED_BEFORE / 2


def test_266_passbooks_57_volunteers_and_a_cashier_for_each_shop() -> None:
    everybody = roster()
    people = [holder.person for holder in everybody.holders] + list(everybody.staff)

    assert len(everybody.holders) == 266
    assert len(everybody.volunteers) == 57
    assert [cashier.shop for cashier in everybody.cashiers] == list(places.SHOPS)
    assert len({person.name for person in people}) == len({person.id for person in people}) == len(people)
    assert len({holder.passbook_no for holder in everybody.holders}) == 266
    assert roster() == everybody


def test_a_token_asked_for_by_name_is_that_persons(client: FlaskClient) -> None:
    cashier = roster().cashiers[0]
    body = {"role": "cashier", "name": cashier.name, "book": places.BOOK, "shop_id": str(cashier.shop.id)}

    actor = client.post("/v1/dev/tokens", json=body).get_json()["actor"]

    assert actor["id"] == str(cashier.id)
    assert actor["roles"] == [Role.CASHIER]
