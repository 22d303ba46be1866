"""Closing an account: asked for, called off, done; what goes, what stays, and that the ledger does not notice."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.identity import service
from app.identity.errors import (
    ClosingUnconfirmed,
    ClosingWhileFrozen,
    ClosingWithRoles,
    PersonMissing,
    TokenInvalid,
)
from app.identity.models import Person
from app.identity.service import closing, freezing, granting, sessions, signing_in
from app.kernel.actor import Role
from app.points.service.audit import audit_snapshot
from app.points.service.audit.snapshot import SESSION, settle
from tests.points.ledger import Acts, open_ledger

WEEK = timedelta(days=7)


def rows(desk, table, person_id, column="person_id"):
    desk.uow.session.flush()
    return desk.uow.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {column} = :id"), {"id": person_id})


def asked(desk, name="李桂芳"):
    """Somebody whose account is to be closed in a week."""
    person_id = desk.person(name)
    closing.ask_to_close(desk.as_person(person_id), confirm="注销")
    desk.uow.session.flush()
    return person_id


def test_whoever_asks_is_signed_out_everywhere_and_closed_after_a_week(desk):
    tokens = desk.wechat("李桂芳")
    closes_at = closing.ask_to_close(desk.as_person(tokens.person_id), confirm=" close ")
    assert closes_at == desk.uow.now + WEEK
    desk.uow.session.flush()
    with pytest.raises(TokenInvalid):
        sessions.refresh_session(desk.uow, desk.keyring, refresh_token=tokens.refresh_token)
    assert set(desk.uow.session.scalars(text("SELECT ended_why FROM identity_sessions"))) == {"closed"}
    early, late = desk.at(WEEK - timedelta(seconds=1)), desk.at(WEEK)
    assert service.close_accounts(early.uow) == 0
    assert (service.close_accounts(late.uow), service.close_accounts(late.uow)) == (1, 0)
    person = desk.uow.session.get(Person, tokens.person_id)
    assert (person.closed_at, person.closes_at) == (late.uow.now, None)


def test_signing_in_calls_it_off(desk):
    person_id = asked(desk)
    assert desk.at(WEEK - timedelta(minutes=1)).wechat("李桂芳").person_id == person_id
    desk.uow.session.flush()
    assert service.close_accounts(desk.at(WEEK).uow) == 0
    assert desk.uow.session.get(Person, person_id).closed_at is None


def test_it_is_meant_only_when_the_word_is_typed(desk):
    for word in ("", "是", "注销吧", "yes"):
        with pytest.raises(ClosingUnconfirmed):
            closing.ask_to_close(desk.as_person(desk.person("李桂芳")), confirm=word)


@pytest.mark.parametrize("role", [Role.CLERK, Role.TREASURER])
def test_who_holds_a_role_or_waits_for_one_does_not_close(desk, role):
    person_id = desk.person("王芳")
    given = {"unit_id": None, "shop_id": None, "valid_from": None, "valid_to": None, "reason": "x"}
    area_id = desk.areas.id("meilihua")
    grant = granting.grant_role(desk.uow, person_id=person_id, role=role, area_id=area_id, **given)
    desk.uow.session.flush()
    with pytest.raises(ClosingWithRoles):
        closing.ask_to_close(desk.as_person(person_id), confirm="注销")
    granting.end_grant(desk.uow, grant_id=grant.id, reason="x")
    desk.uow.session.flush()
    closing.ask_to_close(desk.as_person(person_id), confirm="注销")


def test_a_frozen_account_is_not_closed_by_whoever_froze_it_or_got_it_frozen(desk):
    person_id = desk.person("李桂芳")
    freezing.freeze_own_account(desk.as_person(person_id), reason="x")
    desk.uow.session.flush()
    with pytest.raises(ClosingWhileFrozen):
        closing.ask_to_close(desk.as_person(person_id), confirm="注销")


def test_what_came_in_between_makes_it_wait(desk):
    frozen, employed, plain = asked(desk, "甲"), asked(desk, "乙"), asked(desk, "丙")
    freezing.freeze_own_account(desk.as_person(frozen), reason="x")
    desk.hold(employed, Role.CLERK)
    late = desk.at(WEEK).uow
    assert service.close_accounts(late) == 1
    assert desk.uow.session.get(Person, plain).closed_at is not None
    for person_id, refusal in ((frozen, ClosingWhileFrozen), (employed, ClosingWithRoles), (plain, PersonMissing)):
        with pytest.raises(refusal):
            closing.close_account(late, person_id=person_id)


def test_everything_about_the_person_goes_and_the_id_stays(desk):
    person_id = desk.person("李桂芳")
    signing_in.bind_phone(desk.as_person(person_id), phone="13800005678")
    desk.enrol("li.guifang", person_id)
    freezing.freeze_own_account(desk.as_person(person_id), reason="丢了")
    desk.uow.session.flush()
    freezing.appeal(desk.as_person(person_id), text="我住3号楼201")
    freezing.thaw_account(desk.uow, person_id=person_id, reason="x")
    desk.uow.session.flush()
    tables = ("identity_wechat_users", "identity_devices", "identity_staff", "identity_recovery_codes")
    assert all(rows(desk, table, person_id) for table in (*tables, "identity_invitations"))
    closing.close_account(desk.uow, person_id=person_id)
    assert [rows(desk, table, person_id) for table in (*tables, "identity_invitations")] == [0] * 5
    left = desk.uow.session.execute(text("SELECT * FROM identity_people WHERE id = :id"), {"id": person_id}).one()
    assert (left.name, left.phone_sealed, left.phone_index, left.closed_at) == ("", None, None, desk.uow.now)
    assert "201" not in str(desk.uow.session.execute(text("SELECT * FROM identity_freezes")).all())
    open_ones = text("SELECT count(*) FROM identity_sessions WHERE person_id = :id AND ended_at IS NULL")
    assert desk.uow.session.scalar(open_ones, {"id": person_id}) == 0
    signing_in.bind_phone(desk.as_person(desk.person("王建国")), phone="13800005678")  # the number is free again


def test_the_same_wechat_makes_a_new_person_afterwards(desk):
    closed = desk.person("李桂芳")
    closing.close_account(desk.uow, person_id=closed)
    desk.uow.session.flush()
    again = desk.wechat("李桂芳")
    assert again.person_id != closed
    assert again.cools_until is None


def test_the_ledger_of_who_has_gone_still_audits_clean(desk):
    """The passbook belongs to an opaque id: with the person erased, its chain and sums are what they were."""
    person_id = desk.person("李桂芳")
    acts = Acts(desk.uow, open_ledger(desk.uow, minted=1000))
    acts.award(person_id, 70)
    desk.uow.session.flush()
    closing.close_account(desk.uow, person_id=person_id)
    desk.uow.session.flush()
    connection = desk.uow.session.connection()
    settle(connection, SESSION)
    verdict = audit_snapshot([connection])
    assert (verdict.findings, verdict.books) == ({}, 1)
    assert verdict.entries > 0
    assert acts.figures(person_id).posted == 70
