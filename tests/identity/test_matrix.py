"""All routes × all granted roles × (own book, another book, over, revoked, frozen), with real sessions.

Routes come from the application, so a new one is walked as soon as it exists. (Without a token, and by roles of
development tokens: tests/architecture/test_routes.py, which also holds the routes to the OpenAPI document.)
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.identity import terms
from app.kernel.actor import Role
from app.merchants import service as merchants
from app.points import service as points
from tests.architecture.test_routes import address, guarded
from tests.identity.conftest import headers

OUTSIDE = {Role.DISTRICT, Role.ADMIN, Role.CASHIER}
"""Those who are more than a person outside all books."""


@pytest.fixture
def holder(desk):
    """Sign somebody in who holds this role for the community, or for the district."""

    def shop_of(book):
        points.create_book(desk.uow, code=book, name=book, currency_name="积分", validity_months=24)
        desk.uow.session.flush()
        return merchants.open_shop(desk.uow, book=book, name="忠义面馆", street="忠义街").id

    def make(role):
        details = {"shop_id": shop_of("meilihua")} if role is Role.CASHIER else {}
        tokens = desk.holder(f"有{role}的人", role, "district" if role is Role.DISTRICT else "meilihua", **details)
        desk.uow.session.flush()
        return headers(tokens)

    return make


def ask(client, path, method, as_who, *, book="meilihua"):
    """A body that no route takes: what is not refused for the caller is refused for it, and nothing happens."""
    body = {"?": 1} if method != "GET" else None
    return client.open(address(path, book=book), method=method, headers=as_who, json=body, query_string="?=1")


def may(role, path, view):
    """Whether the holder of a role in the community may ask for this path of its book, or of no book."""
    if Role.PERSON in view.roles:
        return True
    return role in view.roles and ((role is not Role.DISTRICT) if "<book>" in path else role in OUTSIDE)


@pytest.mark.parametrize("role", sorted(terms.GRANTED))
def test_a_granted_role_opens_what_names_it_in_its_own_book_and_nothing_in_another(app, client, holder, role):
    """And in a book that there is not: by one role for each route, as no role is anything there."""
    as_who, roles = holder(role), sorted(terms.GRANTED)
    for number, (path, method, view) in enumerate(guarded(app)):
        answer = ask(client, path, method, as_who)
        assert (answer.status_code != 403) is may(role, path, view), f"{method} {path}: {answer.text}"
        assert answer.status_code != 500
        if "<book>" in path:
            for book in ("anju", "nowhere") if roles[number % len(roles)] == role else ("anju",):
                other = ask(client, path, method, as_who, book=book)
                assert other.status_code in {403, 404}, f"{method} {path} in {book}: {other.status_code}"


def test_whoever_only_signed_in_is_nothing_but_himself(app, client, desk):
    signed_in = desk.wechat("李桂芳")
    desk.uow.session.flush()
    for path, method, view in guarded(app):
        answer = ask(client, path, method, headers(signed_in))
        assert (answer.status_code != 403) is (Role.PERSON in view.roles), f"{method} {path}: {answer.text}"


REFUSED = {
    "over": "UPDATE identity_sessions SET expires_at = now()",
    "revoked": "UPDATE identity_sessions SET ended_at = now(), ended_why = 'revoked'",
    "closed": "UPDATE identity_people SET name = '', closed_at = now()",
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_a_session_that_does_not_count_any_more_opens_nothing(app, client, desk, holder, case):
    as_who = holder(Role.ADMIN)
    desk.uow.session.execute(text(REFUSED[case]))
    for path, method, _ in guarded(app):
        assert ask(client, path, method, as_who).status_code == 401, f"{method} {path}"


def test_an_access_token_that_has_run_out_opens_nothing(app, client, desk):
    old = headers(desk.at(timedelta(minutes=-16)).wechat("李桂芳"))
    desk.uow.session.flush()
    for path, method, _ in guarded(app):
        assert ask(client, path, method, old).status_code == 401, f"{method} {path}"


def test_a_frozen_account_is_nothing_but_itself(app, client, desk, holder):
    as_who = holder(Role.CLERK)
    desk.uow.session.execute(
        text(
            "INSERT INTO identity_freezes (id, person_id, frozen_by, frozen_at, reason)"
            " SELECT gen_random_uuid(), id, id, now(), 'x' FROM identity_people"
        )
    )
    for path, method, view in guarded(app):
        answer = ask(client, path, method, as_who)
        assert (answer.status_code != 403) is (Role.PERSON in view.roles), f"{method} {path}: {answer.text}"
