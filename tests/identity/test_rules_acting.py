from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.identity.errors import GuardianshipEnded, GuardianshipToSelf, NotGuardian, PeriodBackwards
from app.identity.rules.access import Access
from app.identity.rules.acting import act_for, check_ending, check_guardianship
from app.identity.rules.admitting import Held, Standing
from app.identity.terms import Channel
from app.kernel.actor import Role

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
GUARDIAN, WARD, PASSBOOK, SESSION = (UUID(int=n) for n in (1, 2, 3, 4))
CLAIMED = Access(GUARDIAN, SESSION, Channel.MINI)


def standing(**changes):
    given = {
        "person_id": WARD,
        "name": "奶奶",
        "channel": Channel.MINI,
        "expires_at": NOW + timedelta(days=1),
        "ended": False,
        "closed": False,
        "frozen": False,
        "cools_until": None,
        "resident_id": PASSBOOK,
        "held": [Held(Role.CLERK, UUID(int=9), None)],
    }
    return Standing(**given | changes)


def acted(ward=None, *, may=True, book="meilihua"):
    return act_for(CLAIMED, ward or standing(), may=may, book=book, now=NOW)


def test_it_is_the_ward_as_a_resident_without_the_roles_of_either():
    actor = acted()
    assert (actor.id, actor.person_id, actor.session_id) == (PASSBOOK, WARD, SESSION)
    assert actor.roles == {Role.PERSON, Role.RESIDENT}
    assert (actor.book, actor.name, actor.acted_by, actor.areas) == ("meilihua", "奶奶", GUARDIAN, frozenset())


def test_outside_all_books_it_is_only_a_person():
    assert acted(book=None).roles == {Role.PERSON}
    assert acted(book=None).id == WARD


def test_who_does_not_live_here_or_is_frozen_is_no_resident():
    assert acted(standing(resident_id=None)).roles == {Role.PERSON}
    assert acted(standing(frozen=True)).roles == {Role.PERSON}
    assert acted(standing(frozen=True)).acted_by == GUARDIAN


def test_the_device_it_is_done_from_cools_as_ever():
    until = NOW + timedelta(hours=3)
    assert acted(standing(cools_until=until)).cools_until == until


def test_without_a_guardianship_and_for_nobody_there_is_no_acting():
    with pytest.raises(NotGuardian):
        acted(may=False)
    with pytest.raises(NotGuardian):
        acted(standing(closed=True))
    with pytest.raises(NotGuardian):
        act_for(CLAIMED, None, may=True, book=None, now=NOW)


@pytest.mark.parametrize(("guardian", "granter"), [(WARD, UUID(int=7)), (WARD, WARD), (GUARDIAN, GUARDIAN)])
def test_nobody_is_his_own_guardian_or_makes_himself_one(guardian, granter):
    with pytest.raises(GuardianshipToSelf):
        check_guardianship(ward_id=WARD, guardian_id=guardian, granted_by=granter, valid_from=NOW, valid_to=None)


def test_it_ends_after_it_begins_and_once():
    given = {"ward_id": WARD, "guardian_id": GUARDIAN, "granted_by": WARD, "valid_from": NOW}
    check_guardianship(**given, valid_to=NOW + timedelta(seconds=1))
    with pytest.raises(PeriodBackwards):
        check_guardianship(**given, valid_to=NOW)
    check_ending(ended=False)
    with pytest.raises(GuardianshipEnded):
        check_ending(ended=True)
