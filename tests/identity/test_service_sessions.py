from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import psycopg
import pytest

from app.identity import queries, terms
from app.identity.errors import SessionEnded, SessionMissing, TokenInvalid
from app.identity.models import Person, Session, WechatUser
from app.identity.service import sessions, signing_in
from app.identity.service.signing_in import Installation, WechatAccount
from app.kernel.actor import Role
from tests.fixtures.together import LOOKS_MAX, WAITING, alone
from tests.identity.conftest import APP_ID


def refresh(desk, tokens):
    """Refresh as a client does; answers the new pair."""
    return sessions.refresh_session(desk.uow, desk.keyring, refresh_token=tokens.refresh_token)


def row(desk, tokens):
    return desk.uow.session.get(Session, tokens.session_id)


def test_the_first_sign_in_makes_a_person_and_the_next_ones_find_him(desk):
    first, second, other = desk.wechat("李桂芳"), desk.wechat("李桂芳"), desk.wechat("王建国")
    assert first.person_id == second.person_id != other.person_id
    assert first.session_id != second.session_id


def test_what_wechat_told_is_sealed_at_rest(desk):
    tokens = desk.wechat("李桂芳")
    desk.uow.session.flush()
    kept = desk.uow.session.query(WechatUser).filter_by(person_id=tokens.person_id).one()
    assert kept.app_id == APP_ID
    assert b"openid" not in kept.openid_sealed
    assert b"openid" not in kept.openid_index


def test_a_message_finds_its_way_to_the_openid_and_to_nobody_without_one(desk):
    tokens = desk.wechat("李桂芳")
    desk.uow.session.flush()
    assert signing_in.find_openid(desk.uow.session, tokens.person_id) == "openid-of-李桂芳"
    assert signing_in.find_openid(desk.uow.session, tokens.session_id) is None


def test_another_device_cools_for_a_day_and_the_first_does_not(desk):
    assert desk.wechat("李桂芳").cools_until is None
    second = desk.wechat("李桂芳", install="installation-0002")
    assert second.cools_until == desk.uow.now + timedelta(hours=24)
    assert desk.wechat("李桂芳").cools_until is None
    later = desk.at(timedelta(hours=23, minutes=59))
    assert later.wechat("李桂芳", install="installation-0002").cools_until == second.cools_until
    assert desk.at(timedelta(hours=24)).wechat("李桂芳", install="installation-0002").cools_until is None


def test_the_same_installation_of_two_people_is_each_ones_own(desk):
    assert desk.wechat("李桂芳", install="family-telephone-1").cools_until is None
    assert desk.wechat("王建国", install="family-telephone-1").cools_until is None


def test_a_refresh_gives_a_new_pair_and_lets_the_session_live_on(desk):
    tokens = desk.wechat("李桂芳")
    later = desk.at(timedelta(days=59))
    again = refresh(later, tokens)
    assert again.refresh_token != tokens.refresh_token
    assert again.session_id == tokens.session_id
    assert again.refresh_expires_at == later.uow.now + terms.IDLE_MAX["mini"]


def test_a_refresh_whose_answer_was_lost_is_answered_alike(desk):
    tokens = desk.wechat("李桂芳")
    first = refresh(desk, tokens)
    repeated = refresh(desk.at(timedelta(seconds=59)), tokens)
    assert repeated.refresh_token == first.refresh_token
    assert row(desk, tokens).generation == 2


def test_a_refresh_token_used_twice_ends_the_whole_family(desk):
    tokens = desk.wechat("李桂芳")
    thief = refresh(desk, tokens)
    with pytest.raises(SessionEnded):
        refresh(desk.at(timedelta(seconds=61)), tokens)
    assert row(desk, tokens).ended_why == "reused"
    with pytest.raises(TokenInvalid):
        refresh(desk, thief)


def test_a_refresh_token_two_generations_old_ends_the_family_at_once(desk):
    tokens = desk.wechat("李桂芳")
    newest = refresh(desk, refresh(desk, tokens))
    with pytest.raises(SessionEnded):
        refresh(desk, tokens)
    with pytest.raises(TokenInvalid):
        refresh(desk, newest)


@pytest.mark.parametrize(
    ("channel", "idle", "whole"),
    [("mini", timedelta(days=60), timedelta(days=365)), ("desk", timedelta(hours=2), timedelta(hours=12))],
)
def test_a_session_ends_when_idle_too_long_and_at_the_end_of_its_whole_life(desk, channel, idle, whole):
    tokens = desk.wechat("李桂芳") if channel == "mini" else desk.at_desk(desk.person("王芳"))
    with pytest.raises(TokenInvalid):
        refresh(desk.at(idle), tokens)
    at = desk
    while at.uow.now + idle * 0.9 < desk.uow.now + whole:
        at = at.at(idle * 0.9)
        tokens = refresh(at, tokens)
    assert tokens.refresh_expires_at == desk.uow.now + whole


def test_an_unknown_session_and_a_made_up_token_are_refused(desk):
    tokens = desk.wechat("李桂芳")
    desk.uow.session.flush()
    desk.uow.session.delete(row(desk, tokens))
    for wrong in (tokens.refresh_token, tokens.access_token, "r1"):
        with pytest.raises(TokenInvalid):
            sessions.refresh_session(desk.uow, desk.keyring, refresh_token=wrong)


def test_keys_rotate_without_signing_anybody_out(desk):
    tokens = desk.wechat("李桂芳")
    old = desk.keyring
    rotated = replace(desk, keyring=replace(old, signing="next", keys={"next": "n" * 40, **old.keys}))
    again = refresh(rotated, tokens)
    assert ".next." not in tokens.refresh_token
    assert again.refresh_token.startswith("r1.next.")
    assert refresh(rotated, again).session_id == tokens.session_id


def test_its_owner_lists_and_ends_sessions_and_nobody_else_does(desk):
    here, there = desk.wechat("李桂芳"), desk.wechat("李桂芳", install="installation-0002")
    stranger = desk.wechat("王建国")
    owner = desk.as_person(here.person_id, Role.PERSON)
    owner = replace(owner, actor=replace(owner.actor, session_id=here.session_id))
    desk.uow.session.flush()
    shown = sessions.list_own_sessions(owner, limit=10, cursor=None).items
    assert [(each.session.id, each.is_this) for each in shown] == [(there.session_id, False), (here.session_id, True)]
    with pytest.raises(SessionMissing):
        sessions.end_own_session(owner, session_id=stranger.session_id)
    sessions.end_own_session(owner, session_id=there.session_id)
    sessions.end_own_session(owner, session_id=there.session_id)
    assert row(desk, there).ended_why == "revoked"
    with pytest.raises(TokenInvalid):
        refresh(desk, there)
    sessions.end_own_session(owner, session_id=None)
    assert row(desk, here).ended_why == "signed_out"
    assert row(desk, stranger).ended_at is None


def test_all_other_sessions_are_ended_at_once(desk):
    here, there = desk.wechat("李桂芳"), desk.wechat("李桂芳")
    owner = desk.as_person(here.person_id)
    owner = replace(owner, actor=replace(owner.actor, session_id=here.session_id))
    desk.uow.session.flush()
    assert sessions.end_other_sessions(owner) == 1
    desk.uow.session.expire_all()
    assert row(desk, here).ended_at is None
    assert row(desk, there).ended_why == "revoked"


def test_what_was_over_long_ago_is_forgotten(desk):
    old, open_one = desk.at(timedelta(days=-91)).wechat("李桂芳"), desk.wechat("李桂芳")
    desk.uow.session.flush()
    assert sessions.purge_sessions(desk.uow) == 1
    assert sessions.purge_sessions(desk.uow) == 0
    desk.uow.session.expire_all()
    assert row(desk, old) is None
    assert row(desk, open_one) is not None


def test_a_network_is_forgotten_ninety_days_after_its_last_use(desk):
    person_id, index = desk.person("李桂芳"), bytes(32)
    note = {"network_index": index, "now": desk.uow.now}
    assert queries.note_network(desk.uow.session, person_id, **note).is_first_seen is None
    assert queries.note_network(desk.uow.session, person_id, **note).is_first_seen is False
    later = desk.at(timedelta(days=89))
    assert sessions.purge_sessions(later.uow) == 0
    assert sessions.purge_sessions(desk.at(timedelta(days=91)).uow) == 2  # and the session that is over by then
    assert queries.note_network(desk.uow.session, person_id, **note).is_first_seen is None


def test_two_first_sign_ins_at_once_are_one_person(real_commits):
    """Both find nobody; one makes the person, and the other, who waits for it at the index, finds it."""
    keyring = real_commits.extensions["linli.keyring"]
    url = real_commits.extensions["linli.test_database"].superuser_url
    first_wrote, second = Event(), ThreadPoolExecutor(1)

    def sign_in(uow):
        account, here = WechatAccount(APP_ID, "openid-of-both"), Installation("installation-0001", "PHONE")
        return signing_in.sign_in_with_wechat(uow, keyring, account=account, installation=here).person_id

    def follow():
        with real_commits.app_context():
            first_wrote.wait(30)
            return alone(sign_in)

    follower = second.submit(follow)

    def lead(uow):
        made = sign_in(uow)
        uow.session.flush()
        first_wrote.set()
        with psycopg.connect(url, autocommit=True) as eye:
            waits = (eye.execute(WAITING).fetchone() == (1,) for _ in range(LOOKS_MAX))
            assert any(waits), "they never met"
        return made

    made = alone(lead)
    assert follower.result(30) == made
    assert alone(lambda uow: uow.session.query(Person).filter(Person.closed_at.is_(None)).count()) == 1
