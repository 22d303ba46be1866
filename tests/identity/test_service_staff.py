from datetime import timedelta

import pytest

from app.identity.errors import (
    InvitationNotGood,
    InvitationOfPowerful,
    InvitationUnprepared,
    PasswordWeak,
    PersonMissing,
    SignInLocked,
    SignInRefused,
    TotpWrong,
    UsernameTaken,
)
from app.identity.models import Session, Staff
from app.identity.service import staff
from app.kernel.actor import Role
from tests.identity.conftest import PASSWORD, code_at

NEXT_STEP = timedelta(seconds=30)


def sign_in(desk, secret=None, *, username="wang.fang", password=PASSWORD, totp=None, recovery_code=None):
    if secret is not None:
        totp = code_at(secret, desk.uow.now)
    return staff.sign_in_at_desk(
        desk.uow, desk.keyring, username=username, password=password, totp=totp, recovery_code=recovery_code
    )


def test_whoever_was_invited_signs_in_with_password_and_second_factor(desk):
    person_id, secret = desk.enrol("Wang.Fang")
    later = desk.at(NEXT_STEP)
    tokens = sign_in(later, secret, username="WANG.fang")
    assert tokens.person_id == person_id
    assert desk.uow.session.get(Session, tokens.session_id).channel == "desk"


def test_secrets_of_staff_are_not_readable_at_rest(desk):
    person_id, secret = desk.enrol("wang.fang")
    kept = desk.uow.session.get(Staff, person_id)
    assert kept.password_hash.startswith("$argon2id$")
    assert PASSWORD not in kept.password_hash
    assert secret.encode() not in kept.totp_sealed


def test_a_one_time_code_is_good_once(desk):
    _, secret = desk.enrol("wang.fang")
    with pytest.raises(SignInRefused):  # the one that confirmed the invitation
        sign_in(desk, secret)
    later = desk.at(NEXT_STEP)
    sign_in(later, secret)
    with pytest.raises(SignInRefused):
        sign_in(later, secret)


WRONG = {
    "a wrong password": {"password": "correct-horse-49"},
    "an unknown name": {"username": "wang.wei"},
    "a wrong code": {"totp": "000000"},
    "a wrong recovery code": {"totp": None, "recovery_code": "0000000000"},
}


@pytest.mark.parametrize("case", list(WRONG))
def test_whatever_is_wrong_is_refused_in_the_same_words(desk, case):
    _, secret = desk.enrol("wang.fang")
    later = desk.at(NEXT_STEP)
    given = {"totp": code_at(secret, later.uow.now), **WRONG[case]}
    with pytest.raises(SignInRefused) as refused:
        sign_in(later, **given)
    assert refused.value.params == {}
    assert refused.value.field is None


@pytest.mark.parametrize("username", ["wang.fang", "nobody.here"])
def test_after_five_wrong_tries_a_name_is_locked_whether_anybody_is_called_so_or_not(desk, username):
    _, secret = desk.enrol("wang.fang")
    later = desk.at(NEXT_STEP)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(later, username=username, password="wrong-password-1", totp="123456")
    with pytest.raises(SignInLocked) as locked:
        sign_in(later, secret, username=username)
    assert locked.value.retry_after_seconds == 60
    with pytest.raises(SignInRefused):
        sign_in(later.at(timedelta(seconds=60)), username=username, password="wrong-password-1", totp="123456")
    with pytest.raises(SignInLocked) as locked:
        sign_in(later.at(timedelta(seconds=61)), secret, username=username)
    assert locked.value.retry_after_seconds == 119


def test_a_right_sign_in_forgets_the_wrong_ones(desk):
    _, secret = desk.enrol("wang.fang")
    later = desk
    for _ in range(3):
        later = later.at(NEXT_STEP)
        for _ in range(4):
            with pytest.raises(SignInRefused):
                sign_in(later, password="wrong-password-1", totp="123456")
        sign_in(later, secret)


def test_wrong_tries_are_forgotten_after_a_day(desk):
    desk.enrol("wang.fang")
    for day in range(3):
        later = desk.at(timedelta(days=2 * day))
        for _ in range(4):
            with pytest.raises(SignInRefused):
                sign_in(later, password="wrong-password-1", totp="123456")


def test_a_recovery_code_stands_for_the_second_factor_once(desk):
    desk.enrol("wang.fang")
    codes = desk.codes
    assert len(set(codes)) == 10
    sign_in(desk, recovery_code=codes[3])
    with pytest.raises(SignInRefused):
        sign_in(desk, recovery_code=codes[3])
    sign_in(desk, recovery_code=codes[4])


def test_an_invitation_is_good_once_and_for_three_days(desk):
    invited = staff.invite_staff(desk.uow, name="王芳", username="wang.fang", person_id=None)
    desk.uow.session.flush()
    with pytest.raises(InvitationUnprepared):
        staff.confirm_staff(desk.uow, token=invited.token, totp="123456")
    with pytest.raises(PasswordWeak):
        staff.prepare_staff(desk.uow, token=invited.token, password="wang.fang-2026")
    with pytest.raises(InvitationNotGood):
        staff.prepare_staff(desk.at(timedelta(days=3)).uow, token=invited.token, password=PASSWORD)
    first = staff.prepare_staff(desk.uow, token=invited.token, password=PASSWORD)
    second = staff.prepare_staff(desk.uow, token=invited.token, password=PASSWORD)
    assert "wang.fang" in second.uri
    with pytest.raises(TotpWrong):
        staff.confirm_staff(desk.uow, token=invited.token, totp=code_at(first.secret, desk.uow.now))
    staff.confirm_staff(desk.uow, token=invited.token, totp=code_at(second.secret, desk.uow.now))
    for again in (
        lambda: staff.confirm_staff(desk.uow, token=invited.token, totp=code_at(second.secret, desk.uow.now)),
        lambda: staff.prepare_staff(desk.uow, token=invited.token, password=PASSWORD),
        lambda: staff.prepare_staff(desk.uow, token="made-up", password=PASSWORD),
    ):
        with pytest.raises(InvitationNotGood):
            again()


def test_a_new_invitation_ends_the_one_before(desk):
    first = staff.invite_staff(desk.uow, name="王芳", username="wang.fang", person_id=None)
    staff.invite_staff(desk.uow, name="王芳", username="wang.fang", person_id=first.person_id)
    with pytest.raises(InvitationNotGood):
        staff.prepare_staff(desk.uow, token=first.token, password=PASSWORD)


def test_a_user_name_is_of_one_person(desk):
    desk.enrol("wang.fang")
    other = staff.invite_staff(desk.uow, name="王方", username="wang.fang2", person_id=None)
    with pytest.raises(UsernameTaken):
        staff.invite_staff(desk.uow, name="王方", username="Wang.Fang", person_id=other.person_id)


def test_two_invited_under_one_name_are_told_apart_when_they_confirm(desk):
    invited = [staff.invite_staff(desk.uow, name="王芳", username="wang.fang", person_id=None) for _ in range(2)]
    secrets = [staff.prepare_staff(desk.uow, token=each.token, password=PASSWORD).secret for each in invited]
    desk.uow.session.flush()
    staff.confirm_staff(desk.uow, token=invited[0].token, totp=code_at(secrets[0], desk.uow.now))
    desk.uow.session.flush()
    with pytest.raises(UsernameTaken):
        staff.confirm_staff(desk.uow, token=invited[1].token, totp=code_at(secrets[1], desk.uow.now))


def test_new_credentials_end_what_was_open_with_the_old_ones(desk):
    person_id, secret = desk.enrol("wang.fang")
    tokens = sign_in(desk.at(NEXT_STEP), secret)
    later = desk.at(timedelta(minutes=2))
    later.enrol("wang.fang", person_id)
    desk.uow.session.expire_all()
    assert desk.uow.session.get(Session, tokens.session_id).ended_why == "password_changed"
    with pytest.raises(SignInRefused):
        sign_in(later.at(NEXT_STEP), secret)


def test_a_password_is_changed_with_the_old_one_and_the_second_factor(desk):
    person_id, secret = desk.enrol("wang.fang")
    first = desk.at(NEXT_STEP)
    other = sign_in(first, secret)
    second = first.at(NEXT_STEP)
    second.uow = second.as_person(person_id)
    change = {"old_password": PASSWORD, "password": "another-horse-49"}
    for wrong in ({"old_password": "wrong-password-1"}, {"totp": "000000"}):
        with pytest.raises(SignInRefused):
            staff.change_password(second.uow, **{**change, "totp": code_at(secret, second.uow.now), **wrong})
    with pytest.raises(PasswordWeak):
        staff.change_password(second.uow, old_password=PASSWORD, password="short", totp=code_at(secret, second.uow.now))
    third = second.at(NEXT_STEP)
    third.uow.session.flush()
    assert staff.change_password(third.uow, **change, totp=code_at(secret, third.uow.now)) == 1
    desk.uow.session.expire_all()
    assert desk.uow.session.get(Session, other.session_id).ended_why == "password_changed"
    fourth = third.at(NEXT_STEP)
    with pytest.raises(SignInRefused):
        sign_in(fourth, secret)
    sign_in(fourth, password="another-horse-49", totp=code_at(secret, fourth.uow.now))


def test_one_administrator_does_not_renew_the_sign_in_of_whom_two_made_powerful_nor_of_strangers(desk):
    admin = desk.as_person(desk.person("管理员"), Role.ADMIN, areas=("meilihua",))
    treasurer, clerk, stranger = desk.person("会计"), desk.person("受理员"), desk.person("外地人")
    desk.hold(treasurer, Role.TREASURER)
    desk.hold(clerk, Role.CLERK)
    for person_id, refusal in ((treasurer, InvitationOfPowerful), (stranger, PersonMissing)):
        with pytest.raises(refusal):
            staff.invite_staff(admin, name="x", username="some.body", person_id=person_id)
    assert staff.invite_staff(admin, name="x", username="some.body", person_id=clerk).person_id == clerk


def test_an_invitation_from_before_the_powerful_role_does_not_renew_the_sign_in_after_it(desk):
    person_id, _ = desk.enrol("wang.fang")
    invited = staff.invite_staff(desk.uow, name="x", username="wang.fang", person_id=person_id)
    secret = staff.prepare_staff(desk.uow, token=invited.token, password=PASSWORD).secret
    desk.hold(person_id, Role.TREASURER)
    with pytest.raises(InvitationOfPowerful):
        staff.confirm_staff(desk.uow, token=invited.token, totp=code_at(secret, desk.uow.now))
