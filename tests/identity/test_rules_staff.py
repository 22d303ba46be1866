from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.identity.errors import PasswordWeak
from app.identity.rules import phones, staff

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 6, 15, 2, 0, 5, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize("password", ["correct-horse-48", "一句够长的中文口令也可以用", "x1y2z" * 25])
def test_a_long_password_is_good(password):
    staff.check_password(password, "wang.fang")


@pytest.mark.parametrize("password", ["short-pass1", "a" * 129, "aaaabbbbccccdddd", "my-Wang.Fang-1999", ""])
def test_an_easy_password_is_refused(password):
    with pytest.raises(PasswordWeak):
        staff.check_password(password, "wang.fang")


def test_locks_begin_after_five_and_double_up_to_an_hour():
    assert [staff.lock_for(n) for n in (1, 4)] == [None, None]
    minutes = [lock.total_seconds() / 60 for n in (5, 6, 7, 10, 11, 12, 10**9) if (lock := staff.lock_for(n))]
    assert minutes == [1, 2, 4, 32, 60, 60, 60]


@pytest.mark.parametrize(("steps", "found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_within_one_step_of_now(steps, found):
    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30 * steps))
    assert staff.step_of(SECRET, code, now=NOW, after=0) == (STEP + steps if found else None)


def test_a_code_is_never_good_twice():
    code = pyotp.TOTP(SECRET).at(NOW)
    assert staff.step_of(SECRET, code, now=NOW, after=STEP) is None
    assert staff.step_of(SECRET, code, now=NOW, after=STEP - 1) == STEP
    later = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30))
    assert staff.step_of(SECRET, later, now=NOW + timedelta(seconds=30), after=STEP) == STEP + 1


@pytest.mark.parametrize("phone", ["13800005678", "+86 138 0000 5678", "86-13800005678", "138-0000-5678"])
def test_a_number_has_one_spelling(phone):
    assert phones.normal(phone) == "13800005678"


def test_numbers_of_elsewhere_keep_their_country_and_all_are_masked():
    assert phones.normal("+852 9123 4567") == "+85291234567"
    assert phones.masked("13800005678") == "138****5678"
    assert phones.masked("+85291234567") == "+85****4567"
    assert phones.masked("1234") == "****"
